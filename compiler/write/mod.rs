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
mod fresh;
mod path;
pub mod private;
pub mod state;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

pub use apply::{Overwrite, apply};

/// Puts a text of the user's in the place of an older one, whole and durably; `path` is below `root`.
pub fn rewrite(root: &Path, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
    path::Links::new(root)?.check(path)?;
    apply::replace_synced(root, path, bytes)
}

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

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io(path, error)
}

fn sum(bytes: &[u8]) -> String {
    crate::link::digest::hex(&Sha256::digest(bytes))
}

/// The text of the index over artifacts, as `sha256sum` writes it.
fn index_text(artifacts: &[Artifact]) -> String {
    let lines: BTreeMap<&str, String> =
        artifacts.iter().map(|artifact| (artifact.path.as_str(), sum(&artifact.bytes))).collect();
    lines.into_iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect()
}

/// The sums of an index by path; lines that are none are passed over.
fn read_index(root: &Path, name: &str) -> Result<BTreeMap<String, String>, WriteError> {
    let path = root.join(name);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => {
            return Ok(BTreeMap::new());
        }
        Err(error) => return Err(io(&path)(error)),
    };
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    Ok(lines.filter(|(_, path)| path::is_safe(path)).map(|(sum, path)| (path.to_owned(), sum.to_owned())).collect())
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
