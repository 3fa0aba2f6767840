//! Kubernetes objects.
pub mod item;
