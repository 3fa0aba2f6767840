//! The typed site.
//!
//! Invariant: nothing here depends on the catalog but the names of stock roles, which are passed in.

pub mod account;
pub mod cni;
pub mod decode;
pub mod features;
pub mod kinds;
pub mod links;
pub mod nodes;
pub mod range;
pub mod routes;
pub mod rules;
pub mod segments;
pub mod site;
pub mod uplinks;
pub mod wiring;
