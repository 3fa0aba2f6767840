//! A text and where its lines come from.
//!
//! Invariant: there are as many origins as lines.

use crate::origin::OriginId;

/// A printed file: its text and the origin of each line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The text; ends with a line feed unless empty.
    pub text: String,
    /// One origin a line.
    pub lines: Vec<OriginId>,
}

impl Printed {
    /// Adds the lines of another text.
    pub fn append(&mut self, other: Printed) {
        self.text.push_str(&other.text);
        self.lines.extend(other.lines);
    }
}
