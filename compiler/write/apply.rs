//! A plan to disk.
//!
//! Invariant: stopped at any step, the tree and the pending index together tell the next run what is ours.
//!
//! The pending index and the final one are synced to disk with their folder; single files are not, since a sync a file
//! doubles the time of a build and the next build repairs a file that a power cut emptied: its content is not what the
//! index says, and the index was synced first.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::artifact::{Artifact, INDEX, PENDING, Plan, WriteError, io};
use super::durable::{Durability, remove, replace};
use super::fresh::{self, Fresh};
use super::index::index_text;

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
