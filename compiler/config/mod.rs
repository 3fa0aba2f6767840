//! Config files.
//!
//! Invariant: a secret never has text here.

pub mod file;
pub mod policy;
pub mod quote;
