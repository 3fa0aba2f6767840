//! The index of owned files, `SHA256SUMS`.
//!
//! Invariant: a line with a path that is not safe counts as none.
#![allow(clippy::disallowed_methods, reason = "the only writer")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::artifact::{Artifact, WriteError, io, sum};
use super::path;

/// The text of the index over artifacts, as `sha256sum` writes it.
pub(super) fn index_text(artifacts: &[Artifact]) -> String {
    let lines: BTreeMap<&str, String> =
        artifacts.iter().map(|artifact| (artifact.path.as_str(), sum(&artifact.bytes))).collect();
    lines.into_iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect()
}

/// The sums of an index by path; lines that are none are passed over.
pub(super) fn read_index(root: &Path, name: &str) -> Result<BTreeMap<String, String>, WriteError> {
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
