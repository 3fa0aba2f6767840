//! Kubernetes objects.
//!
//! Invariant: nothing here knows a site.

pub mod account;
pub mod image;
pub mod item;
pub mod json;
pub mod patch;
pub mod quantity;
pub mod secret;
