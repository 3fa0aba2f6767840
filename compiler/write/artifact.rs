//! What is written, what a write would do, and why one fails.
//!
//! Invariant: an error names the path as the system knows it.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The index of owned files.
pub const INDEX: &str = "SHA256SUMS";
/// The index that a run is about to write.
pub const PENDING: &str = ".taco-gen-pending";
/// The end of a temporary file's name.
pub const TEMPORARY: &str = ".taco-gen-tmp";

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its path below the root, `/` between components.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a write would do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files that are not there.
    pub added: Vec<String>,
    /// Files with other content.
    pub changed: Vec<String>,
    /// Files that are no longer produced.
    pub removed: Vec<String>,
    /// How many are as they should be.
    pub unchanged: usize,
    /// Files that somebody edited, or that are not ours, where ours would go.
    pub edited: Vec<String>,
    /// The index is not what it should be.
    pub stale_index: bool,
}

/// Why nothing could be written.
#[derive(Debug)]
pub enum WriteError {
    /// A path that may not be.
    Path(String),
    /// The system refused.
    Io(PathBuf, std::io::Error),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WriteError::Path(message) => formatter.write_str(message),
            WriteError::Io(path, error) => write!(formatter, "`{}`: {error}", path.display()),
        }
    }
}

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io(path, error)
}

pub(super) fn sum(bytes: &[u8]) -> String {
    crate::link::digest::hex(&Sha256::digest(bytes))
}
