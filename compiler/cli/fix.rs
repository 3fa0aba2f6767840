//! `check --fix`: what is certain is written into the specs.
//!
//! Invariant: only files of the project's own are changed, each whole, and only where they still hold what was read.
#![allow(clippy::disallowed_methods, reason = "a spec is compared with what is on disk before it is changed")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::Build;
use crate::cli::{Project, broken};
use crate::compile::compile;
use crate::write;

/// The changes of a file: first byte, end, new text.
type Changes = BTreeSet<(u32, u32, String)>;

/// Fixes the specs of the named sites.
pub fn run(arguments: &Build) -> Result<(), ExitCode> {
    let project = Project::open(arguments.format)?;
    let sites = project.sites(&arguments.sites).map_err(|message| broken(&message))?;
    let mut files: BTreeMap<String, (String, Changes)> = BTreeMap::new();
    for site in &sites {
        let compiled = compile(&project.world, &project.library, site);
        for fix in compiled.diagnostics.iter().filter_map(|finding| finding.fix.as_ref()) {
            let Some(source) = compiled.sources.get(fix.span.file) else { continue };
            let entry = files.entry(source.path.clone()).or_insert_with(|| (source.text.to_string(), Changes::new()));
            entry.1.insert((fix.span.start, fix.span.end, fix.text.clone()));
        }
    }
    for (path, (text, changes)) in &files {
        apply(&project, path, text, changes).map_err(|message| broken(&message))?;
        if !arguments.quiet {
            let plural = if changes.len() == 1 { "" } else { "s" };
            let _ = writeln!(anstream::stderr(), "fixed {path}: {} name{plural}", changes.len());
        }
    }
    Ok(())
}

fn apply(project: &Project, path: &str, text: &str, changes: &Changes) -> Result<(), String> {
    let bytes = std::fs::read(project.root.join(path)).map_err(|error| format!("`{path}`: {error}"))?;
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if bytes.get(mark..) != Some(text.as_bytes()) {
        return Err(format!("`{path}` is not what was read; nothing was changed in it"));
    }
    let fixed = changed(text, changes);
    let mut whole = bytes.get(..mark).unwrap_or_default().to_vec();
    whole.extend_from_slice(fixed.as_bytes());
    write::rewrite(&project.root, path, &whole).map_err(|error| error.to_string())
}

/// The text with all changes, from its end to its beginning, so that places stay right.
fn changed(text: &str, changes: &Changes) -> String {
    let mut fixed = text.to_owned();
    for (start, end, new) in changes.iter().rev() {
        let range = *start as usize..*end as usize;
        if fixed.get(range.clone()).is_some() {
            fixed.replace_range(range, new);
        }
    }
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_keep_all_other_bytes() {
        let changes = [(2, 5, "long".to_owned()), (8, 9, "x".to_owned())].into_iter().collect();
        assert_eq!(changed("a old b c d", &changes), "a long b x d");
    }
}
