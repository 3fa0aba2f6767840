//! Artifacts to disk: what changed is written, what is no longer produced is removed, what somebody edited is left.
//!
//! The index `SHA256SUMS` lists every file that is ours. Before a tree is touched the new index is written beside it as
//! `.taco-gen-pending`; a run that was stopped half-way leaves it there, and the next run takes a file that has either the
//! old or the new content as ours.
//!
//! Invariant: a file that the index does not list is never touched; a listed file with other content than the index says
//! was edited by hand, and is neither replaced nor removed unless asked for.
//! Invariant: no path leaves the root and no link below it is followed.
#![allow(clippy::disallowed_methods, reason = "the only writer")]

mod apply;
mod artifact;
mod durable;
mod fresh;
mod index;
mod path;
pub mod private;
pub mod state;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub use apply::{Overwrite, apply};
pub use artifact::{Artifact, INDEX, PENDING, Plan, TEMPORARY, WriteError};

use artifact::{io, sum};
use index::{index_text, read_index};

/// Puts a text of the user's in the place of an older one, whole and durably; `path` is below `root`.
pub fn rewrite(root: &Path, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
    path::Links::new(root)?.check(path)?;
    durable::replace_synced(root, path, bytes)
}

/// Reads a whole file.
fn read(path: &Path, file: File, bytes: &mut Vec<u8>) -> Result<(), WriteError> {
    bytes.clear();
    // The length is known, so that no read is needed to find the end.
    let length = file.metadata().map_err(io(path))?.len();
    file.take(length).read_to_end(bytes).map(drop).map_err(io(path))
}

/// The texts of the files that the index lists and `wanted` asks for, by path; none where there is no output yet.
pub fn texts(root: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<(String, String)>, WriteError> {
    let index = read_index(root, INDEX)?;
    let mut links = path::Links::new(root)?;
    let (mut texts, mut bytes) = (Vec::new(), Vec::new());
    for path in index.into_keys().filter(|path| wanted(path)) {
        let Some((place, file)) = links.open(&path)? else { continue };
        read(&place, file, &mut bytes)?;
        texts.extend(std::str::from_utf8(&bytes).ok().map(|text| (path, text.to_owned())));
    }
    Ok(texts)
}

/// The index and all files that it lists, as the last build wrote them; a file that was edited since is an error.
pub fn read_owned(root: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let told = |error: WriteError| error.to_string();
    let again = |path: &str, what: &str| format!("{}: {what}; build the site", root.join(path).display());
    let mut links = path::Links::new(root).map_err(told)?;
    let mut all = |path: &str| -> Result<Option<Vec<u8>>, WriteError> {
        let Some((place, file)) = links.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        read(&place, file, &mut bytes).map(|()| Some(bytes))
    };
    let Some(index) = all(INDEX).map_err(told)? else { return Err(again(INDEX, "there is no output")) };
    if all(PENDING).map_err(told)?.is_some() {
        return Err(again(PENDING, "the last build was stopped half-way"));
    }
    let mut files = vec![(INDEX.to_owned(), index)];
    for (path, listed) in read_index(root, INDEX).map_err(told)? {
        match all(&path).map_err(told)? {
            Some(bytes) if sum(&bytes) == listed => files.push((path, bytes)),
            Some(_) => return Err(again(&path, "the file was edited since the last build")),
            None => return Err(again(&path, "the file is gone since the last build")),
        }
    }
    Ok(files)
}

/// Compares artifacts with what is on disk.
pub fn plan(root: &Path, artifacts: &[Artifact]) -> Result<Plan, WriteError> {
    path::check(artifacts)?;
    let index = read_index(root, INDEX)?;
    let pending = read_index(root, PENDING)?;
    let mut links = path::Links::new(root)?;
    let mut on_disk = |path: &str, bytes: &mut Vec<u8>| match links.open(path)? {
        Some((path, file)) => read(&path, file, bytes).map(|()| true),
        None => Ok(false),
    };
    let mut plan = Plan::default();
    let mut bytes = Vec::new();
    for artifact in artifacts {
        if !on_disk(&artifact.path, &mut bytes)? {
            plan.added.push(artifact.path.clone());
        } else if bytes == artifact.bytes {
            plan.unchanged += 1;
        } else {
            if !is_ours(&index, &pending, &artifact.path, &bytes) {
                plan.edited.push(artifact.path.clone());
            }
            plan.changed.push(artifact.path.clone());
        }
    }
    let wanted: BTreeMap<&str, ()> = artifacts.iter().map(|artifact| (artifact.path.as_str(), ())).collect();
    let owned: BTreeMap<&String, ()> = index.keys().chain(pending.keys()).map(|path| (path, ())).collect();
    for path in owned.into_keys().filter(|path| !wanted.contains_key(path.as_str())) {
        if on_disk(path, &mut bytes)? {
            if !is_ours(&index, &pending, path, &bytes) {
                plan.edited.push(path.clone());
            }
            plan.removed.push(path.clone());
        }
    }
    let untouched = plan.added.is_empty() && plan.changed.is_empty() && plan.removed.is_empty();
    // Sums and all: files that a merge put right may stand under sums that it did not.
    plan.stale_index = !untouched
        || root.join(PENDING).exists()
        || std::fs::read(root.join(INDEX)).ok() != Some(index_text(artifacts).into_bytes());
    Ok(plan)
}

fn is_ours(index: &BTreeMap<String, String>, pending: &BTreeMap<String, String>, path: &str, bytes: &[u8]) -> bool {
    let found = sum(bytes);
    [index, pending].into_iter().filter_map(|index| index.get(path)).any(|listed| *listed == found)
}

#[cfg(test)]
mod tests;
