//! Kubernetes objects.
pub mod item;
pub mod patch;
pub mod quantity;
