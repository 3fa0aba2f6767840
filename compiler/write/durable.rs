//! One file in the place of another, whole and, where asked for, durably; and one removed.
//!
//! Invariant: a reader sees the old file or the new one.
#![allow(clippy::disallowed_methods, reason = "the only writer")]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::artifact::{TEMPORARY, WriteError, io};

/// How much a file must outlive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Its bytes may be lost with the power.
    Cached,
    /// They may not.
    Synced,
}

/// Puts a file in place whole, synced with its folder.
pub fn replace_synced(root: &Path, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
    replace(root, path, bytes, Durability::Synced)?;
    let folder = root.join(path.rsplit_once('/').map_or("", |(folder, _)| folder));
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(io(&root.join(path)))
}

/// Puts a file in place whole: a temporary sibling, then a rename.
pub fn replace(root: &Path, path: &str, bytes: &[u8], durability: Durability) -> Result<(), WriteError> {
    let target = root.join(path);
    let temporary = root.join(format!("{path}{TEMPORARY}"));
    let open = || OpenOptions::new().write(true).create_new(true).open(&temporary);
    let mut file = match open() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // A run that was stopped left it.
            std::fs::remove_file(&temporary).map_err(io(&temporary))?;
            open()
        }
        opened => opened,
    }
    .map_err(io(&temporary))?;
    file.write_all(bytes).map_err(io(&temporary))?;
    if durability == Durability::Synced {
        file.sync_all().map_err(io(&temporary))?;
    }
    drop(file);
    std::fs::rename(&temporary, &target).map_err(io(&target))
}

/// Removes a file, its leftover, and the folders that it leaves empty.
pub fn remove(root: &Path, path: &str) -> Result<(), WriteError> {
    let target = root.join(path);
    match std::fs::remove_file(&target) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&target)(error)),
        _ => {}
    }
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        // A folder that still holds something stays.
        if std::fs::remove_dir(root.join(above)).is_err() {
            break;
        }
        folder = above;
    }
    Ok(())
}
