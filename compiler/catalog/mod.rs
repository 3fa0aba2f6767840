//! The catalog: services, releases and roles as data.
//!
//! Invariant: nothing here depends on a site.

pub mod decode;
pub mod each;
pub mod load;
pub mod rule;
pub mod service;
pub mod shape;
pub mod view;
