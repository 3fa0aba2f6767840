//! Changes to the text of a spec: one value set, or the whole written in the other notation.
//!
//! Invariant: bytes that a change is not about stay as they are, comments among them.

pub mod convert;
pub mod kdl;
pub mod path;
pub mod remove;
pub mod rename;
pub mod write;
pub mod yaml;
