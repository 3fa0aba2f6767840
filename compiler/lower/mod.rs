//! Lowering: model to objects and files.
pub mod host;
