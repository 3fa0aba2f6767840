//! One file that may not be lost to disk: whole, durable, for its owner's eyes.
//!
//! Order: a temporary sibling (mode 0600, created again), its bytes synced, a rename over the file, the folder synced. A run
//! that is killed at any call leaves the old file or the new one, and at most a sibling that the next run removes.
//!
//! Invariant: after success the bytes outlive a power cut; after a failure the old file is as it was.
#![allow(clippy::disallowed_methods, reason = "a part of the only writer")]

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::{TEMPORARY, WriteError, io};

/// What may stand where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Free,
    /// The file's older content; its mode is kept.
    Taken,
}

/// A folder that no other run of this program changes meanwhile.
#[derive(Debug)]
pub struct Locked(File);

/// Waits for a folder.
pub fn lock(folder: &Path) -> Result<Locked, WriteError> {
    let file = File::open(folder).map_err(io(folder))?;
    file.lock().map_err(io(folder))?;
    Ok(Locked(file))
}

/// Writes a file in a locked folder.
pub fn write(locked: &Locked, path: &Path, bytes: &[u8], place: Place) -> Result<(), WriteError> {
    let mode = match path.symlink_metadata() {
        Ok(found) if !found.file_type().is_file() => {
            return Err(WriteError::Path(format!("`{}` is not a regular file", path.display())));
        }
        Ok(_) if place == Place::Free => {
            return Err(WriteError::Path(format!("`{}` is there already", path.display())));
        }
        Ok(found) => Some(found.permissions().mode() & 0o777),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(io(path)(error)),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(TEMPORARY);
    let temporary = path.with_file_name(name);
    let written = fill(&temporary, bytes, mode).and_then(|()| std::fs::rename(&temporary, path).map_err(io(path)));
    if written.is_err() {
        // The first failure is the one to tell; a sibling that stays is removed by the next run.
        let _ = std::fs::remove_file(&temporary);
        return written;
    }
    locked.0.sync_all().map_err(io(path))
}

fn fill(temporary: &Path, bytes: &[u8], mode: Option<u32>) -> Result<(), WriteError> {
    match std::fs::remove_file(temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(temporary)(error)),
        _ => {}
    }
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary);
    let mut file = opened.map_err(io(temporary))?;
    file.write_all(bytes).map_err(io(temporary))?;
    if let Some(mode) = mode {
        file.set_permissions(Permissions::from_mode(mode)).map_err(io(temporary))?;
    }
    file.sync_all().map_err(io(temporary))
}
