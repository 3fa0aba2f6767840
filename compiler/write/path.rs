//! Paths of the output.
//!
//! Invariant: a checked path has only plain components, and no two differ in case alone.

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::artifact::{Artifact, WriteError, io};

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
            return Err(WriteError::Path(format!(
                "`{}` is not a valid path in the output",
                artifact.path.escape_default()
            )));
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
    /// Folders below the root by path, and whether they are there.
    folders: BTreeMap<String, bool>,
}

impl Links {
    /// Below a root, which itself may not be a link.
    pub fn new(root: &Path) -> Result<Self, WriteError> {
        let there = no_link(root)?.is_some_and(|found| found.is_dir());
        Ok(Links { root: root.to_owned(), folders: BTreeMap::from([(String::new(), there)]) })
    }

    /// Checks the folders above a file, and the file; gives the file's length where it is there.
    pub fn check(&mut self, path: &str) -> Result<Option<u64>, WriteError> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !self.folder(folder)? {
            return Ok(None);
        }
        Ok(no_link(&self.root.join(path))?.map(|found| found.len()))
    }

    /// Checks the folders above a file, and opens the file where it is there.
    pub fn open(&mut self, path: &str) -> Result<Option<(PathBuf, File)>, WriteError> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !self.folder(folder)? {
            return Ok(None);
        }
        let path = self.root.join(path);
        // A pipe that nobody writes to would be waited for without NONBLOCK.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        match OpenOptions::new().read(true).custom_flags(flags).open(&path) {
            Ok(file) => Ok(Some((path, file))),
            // The kernel refuses the link; what it says of it is not what a person should read.
            Err(error) => match no_link(&path)? {
                Some(_) => Err(io(&path)(error)),
                None => Ok(None),
            },
        }
    }

    /// Is a folder there? Nothing is below one that is not, and the system need not be asked.
    fn folder(&mut self, folder: &str) -> Result<bool, WriteError> {
        if let Some(&there) = self.folders.get(folder) {
            return Ok(there);
        }
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let there = self.folder(above)? && no_link(&self.root.join(folder))?.is_some_and(|found| found.is_dir());
        self.folders.insert(folder.to_owned(), there);
        Ok(there)
    }
}

/// What is at a path, if anything: a link is an error.
fn no_link(path: &Path) -> Result<Option<Metadata>, WriteError> {
    match path.symlink_metadata() {
        Ok(found) if found.file_type().is_symlink() => Err(WriteError::Path(format!(
            "`{}` is a link; output is written to plain folders and files",
            path.display()
        ))),
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(io(path)(error)),
    }
}
