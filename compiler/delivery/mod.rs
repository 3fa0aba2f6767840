//! Delivery: Git and the objects of Argo CD and Flux.
pub mod publish;
