//! `check --fix`: what is certain is written into the specs and the project's service data.
//!
//! Invariant: only files of the project's own are changed, each whole, and only where they still hold what was read.
#![allow(clippy::disallowed_methods, reason = "a file is compared with what is on disk before it is changed")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::ExitCode;

use crate::catalog::load::load;
use crate::cli::args::Build;
use crate::cli::{Project, broken, disk, root};
use crate::compile::compile;
use crate::diag::{Diagnostic, Sink};
use crate::world::Sources;
use crate::write;

/// The changes of a file: first byte, end, new text.
type Changes = BTreeSet<(u32, u32, String)>;

/// Fixes the project's own service data and the specs of the named sites.
pub fn run(arguments: &Build) -> Result<(), ExitCode> {
    // A spec is read only by a catalog without errors, so service data comes first.
    let mut sink = Sink::default();
    let library = load(&disk(), &mut sink);
    let mut files = Files::default();
    files.enter(&sink.into_sorted(), &library.sources);
    files.write(arguments)?;
    let project = Project::open(arguments.format)?;
    let sites = project.sites(&arguments.selection).map_err(|message| broken(&message))?;
    let mut files = Files::default();
    for site in &sites {
        let compiled = compile(&project.world, &project.library, site);
        files.enter(&compiled.diagnostics, &compiled.sources);
    }
    files.write(arguments)
}

/// Files by path: the text that was read, and its changes.
#[derive(Default)]
struct Files(BTreeMap<String, (String, Changes)>);

impl Files {
    fn enter(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
            let Some(source) = sources.get(fix.span.file) else { continue };
            let entry = self.0.entry(source.path.clone()).or_insert_with(|| (source.text.to_string(), Changes::new()));
            entry.1.insert((fix.span.start, fix.span.end, fix.text.clone()));
        }
    }

    fn write(&self, arguments: &Build) -> Result<(), ExitCode> {
        for (path, (text, changes)) in &self.0 {
            apply(path, text, changes).map_err(|message| broken(&message))?;
            if !arguments.quiet {
                let plural = if changes.len() == 1 { "" } else { "s" };
                let _ = writeln!(anstream::stderr(), "fixed {path}: {} name{plural}", changes.len());
            }
        }
        Ok(())
    }
}

fn apply(path: &str, text: &str, changes: &Changes) -> Result<(), String> {
    let bytes = std::fs::read(root().join(path)).map_err(|error| format!("`{path}`: {error}"))?;
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if bytes.get(mark..) != Some(text.as_bytes()) {
        return Err(format!("`{path}` is not what was read; nothing was changed in it"));
    }
    let fixed = changed(text, changes);
    let mut whole = bytes.get(..mark).unwrap_or_default().to_vec();
    whole.extend_from_slice(fixed.as_bytes());
    write::rewrite(&root(), path, &whole).map_err(|error| error.to_string())
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
