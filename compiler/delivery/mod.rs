//! Delivery: Git and the objects of Argo CD and Flux.
//!
//! Invariant: no name or URL of the user becomes an option of a program.

pub mod annotations;
mod argocd;
mod flux;
pub mod git;
pub mod objects;
pub mod oci;
pub mod order;
pub mod publish;
pub mod readme;
mod unit;
