//! The typed site.
//!
//! Invariant: nothing here depends on the catalog but its names of releases and roles.

pub mod account;
pub mod cni;
pub mod decode;
pub mod dpdk;
pub mod features;
pub mod files;
pub mod former;
pub mod kinds;
pub mod links;
pub mod moved;
pub mod nodes;
pub mod range;
pub mod routes;
pub mod rules;
pub mod segments;
pub mod site;
pub mod sources;
pub mod uplinks;
pub mod wiring;
pub mod zones;
