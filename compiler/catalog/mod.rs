//! The catalog: services, releases and roles as data.
//!
//! The language is described here, each record once; `tree::record` makes of it the check, the decoder and the schemas.
//!
//! Invariant: nothing here depends on a site.

pub mod bind;
pub mod bounds;
pub mod cni;
pub mod expr;
pub mod file;
pub mod interface;
pub mod load;
pub mod manual;
pub mod overlay;
pub mod patch;
pub mod pod;
pub mod release;
pub mod rule;
pub mod scalar;
pub mod service;
pub mod setting;
pub mod url;
