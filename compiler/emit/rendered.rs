//! A file of the output, not yet written.
//!
//! Invariant: its path is below the site's folder.

use crate::print::Printed;

/// A file of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its path under `output/<site>/`.
    pub path: String,
    /// Its text and origins.
    pub printed: Printed,
}
