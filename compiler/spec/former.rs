//! A thing of a site that keeps the name that it had before.
//!
//! Invariant: the former name stands in the spec.

use crate::tree::word::Word;

/// A thing that keeps a former name.
#[derive(Debug, Clone)]
pub struct Moved {
    /// What it is, with what it belongs to: `node`, `back end of service cinder`.
    pub what: String,
    /// The name that it has now.
    pub name: Word,
    /// The name that it keeps.
    pub from: Word,
}
