//! taco-gen: one site spec in, every file that an OpenStack-on-Kubernetes site needs out.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod diag;
pub mod emit;
pub mod kube;
pub mod layer;
pub mod lower;
pub mod origin;
pub mod span;
pub mod spec;
pub mod tree;
pub mod world;
pub mod write;
