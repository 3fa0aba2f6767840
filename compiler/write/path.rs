//! Paths of the output.
//!
//! Invariant: a checked path has only plain components, and no two differ in case alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Artifact, WriteError, io};

/// Is it a relative path of plain components?
pub fn is_safe(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains('\\') && !part.chars().any(char::is_control)
    };
    path.split('/').all(plain) && path.len() < 1024
}

/// Checks all paths.
pub fn check(artifacts: &[Artifact]) -> Result<(), WriteError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for artifact in artifacts {
        if !is_safe(&artifact.path) {
            return Err(WriteError::Path(format!("`{}` is no path below the output", artifact.path.escape_default())));
        }
        if let Some(other) = seen.insert(artifact.path.to_lowercase(), &artifact.path) {
            return Err(WriteError::Path(format!(
                "`{other}` and `{}` are one file where case does not count",
                artifact.path
            )));
        }
    }
    Ok(())
}

/// Looks for links on the way to files, each folder once.
pub struct Links {
    root: PathBuf,
    seen: BTreeSet<PathBuf>,
}

impl Links {
    /// Below a root, which itself may not be a link.
    pub fn new(root: &Path) -> Result<Self, WriteError> {
        let links = Links { root: root.to_owned(), seen: BTreeSet::new() };
        links.no_link(root)?;
        Ok(links)
    }

    fn no_link(&self, path: &Path) -> Result<(), WriteError> {
        match path.symlink_metadata() {
            Ok(found) if found.file_type().is_symlink() => Err(WriteError::Path(format!(
                "`{}` is a link; output is written to plain folders and files",
                path.display()
            ))),
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                Ok(())
            }
            Err(error) => Err(io(path)(error)),
        }
    }

    /// Checks the folders above a file, and the file.
    pub fn check(&mut self, path: &str) -> Result<(), WriteError> {
        let mut whole = self.root.clone();
        for component in path.split('/') {
            whole.push(component);
            if !self.seen.contains(&whole) {
                self.no_link(&whole)?;
                self.seen.insert(whole.clone());
            }
        }
        Ok(())
    }
}
