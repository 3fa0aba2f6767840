//! The typed site.
pub mod decode;
pub mod range;
pub mod shape;
pub mod site;
