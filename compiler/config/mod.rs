//! Config files.
pub mod file;
pub mod quote;
