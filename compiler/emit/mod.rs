//! Final documents to bytes.
//!
//! Invariant: what is printed depends on values alone; every line knows its origin.

pub mod artifacts;
pub mod comment;
pub mod config;
pub mod json;
pub mod yaml;

use crate::origin::OriginId;

/// A printed file: its text and the origin of each line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The text; ends with a line feed unless empty.
    pub text: String,
    /// One origin a line.
    pub lines: Vec<OriginId>,
}
