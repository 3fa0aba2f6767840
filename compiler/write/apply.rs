//! A plan to disk.
//!
//! Invariant: stopped at any step, the tree and the pending index together tell the next run what is ours.
//!
//! The pending index and the final one are synced to disk with their folder; single files are not, since a sync a file
//! doubles the time of a build and the next build repairs a file that a power cut emptied: its content is not what the
//! index says, and the index was synced first.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::fresh::{self, Fresh};
use super::{Artifact, INDEX, PENDING, Plan, TEMPORARY, WriteError, index_text, io};

/// What becomes of files that were edited by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Nothing is written at all.
    Refuse,
    /// They are replaced.
    Replace,
}

/// Carries out a plan.
pub fn apply(root: &Path, artifacts: &[Artifact], plan: &Plan, overwrite: Overwrite) -> Result<(), WriteError> {
    apply_until(root, artifacts, plan, (overwrite, &mut || true))
}

/// Carries out a plan as long as `go` says so before each step; tests stop it there.
pub fn apply_until(
    root: &Path,
    artifacts: &[Artifact],
    plan: &Plan,
    control: (Overwrite, &mut dyn FnMut() -> bool),
) -> Result<(), WriteError> {
    let (overwrite, go) = control;
    if overwrite == Overwrite::Refuse && !plan.edited.is_empty() {
        return Err(WriteError::Path(format!("`{}` was edited by hand", plan.edited.join("`, `"))));
    }
    if !plan.stale_index {
        return Ok(());
    }
    let index = index_text(artifacts);
    // Where nothing is, nothing is owned and nobody reads.
    if root.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
        && fresh::write(root, artifacts, &index, go)? != Fresh::Occupied
    {
        return Ok(());
    }
    std::fs::create_dir_all(root).map_err(io(root))?;
    let lock = File::open(root).map_err(io(root))?;
    lock.lock().map_err(io(root))?;
    if !go() {
        return Ok(());
    }
    replace(root, PENDING, index.as_bytes(), Durability::Synced)?;
    let wanted: BTreeSet<&str> = plan.added.iter().chain(&plan.changed).map(String::as_str).collect();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for artifact in artifacts.iter().filter(|artifact| wanted.contains(artifact.path.as_str())) {
        if !go() {
            return Ok(());
        }
        let folder = artifact.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folders.insert(folder) {
            let folder = root.join(folder);
            std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        }
        replace(root, &artifact.path, &artifact.bytes, Durability::Cached)?;
    }
    for path in &plan.removed {
        if !go() {
            return Ok(());
        }
        remove(root, path)?;
    }
    if !go() {
        return Ok(());
    }
    replace(root, INDEX, index.as_bytes(), Durability::Synced)?;
    let pending = root.join(PENDING);
    std::fs::remove_file(&pending).map_err(io(&pending))?;
    lock.sync_all().map_err(io(root))
}

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
