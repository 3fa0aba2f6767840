//! Config files.
pub mod file;
