//! One file at each path of a node. A pod has a file of its own for a program that reads less; where such files meet, the one that
//! they extend lies there.
//!
//! Invariant: no option of a program is lost by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Sink};
use crate::lower::config::FileKey;
use crate::model::Model;
use crate::spec::site::Node;

/// The files of a component or a job: the path, that of the drop-in, and which file it is.
type Files = Vec<(String, String, FileKey)>;

/// Puts the base in place of files that meet at a path; `runs` are ids with their files.
pub(super) fn share(model: &Model<'_>, node: &Node, runs: Vec<(&str, &mut Files)>, sink: &mut Sink) {
    let mut held: BTreeMap<String, BTreeSet<FileKey>> = BTreeMap::new();
    for (path, _, key) in runs.iter().flat_map(|(_, files)| files.iter()) {
        held.entry(path.clone()).or_default().insert(key.clone());
    }
    let meets = |path: &String| held.get(path).is_some_and(|keys| keys.len() > 1);
    for (id, files) in runs {
        for (path, _, key) in files.iter_mut().filter(|(path, _, _)| meets(path)) {
            let base = model.service(&key.service).and_then(|service| service.file_chain(&key.name).last());
            let Some((base, _)) = base else { continue };
            if let Some(lost) = lost(model, key, base) {
                let node_name = &node.name.value;
                let message =
                    format!("`{id}` reads `{path}` on node `{node_name}` with `{lost}`, and others read it without");
                let hint = "give the roles to different nodes: on a host a path has one file";
                sink.push(Diagnostic::error("TG0871", node.name.span, message).hint(hint));
            }
            key.name = base.to_string();
        }
    }
}

/// An option that a file has otherwise than the one in its place.
fn lost(model: &Model<'_>, key: &FileKey, base: &str) -> Option<String> {
    let own = model.options.file(&key.service, &key.name)?;
    let base = model.options.file(&key.service, base)?;
    own.sections.iter().flat_map(|(section, options)| options.iter().map(move |option| (section, option))).find_map(
        |(section, (name, option))| {
            let winner = option.winner()?;
            let other = base.get(section, name).and_then(|found| found.winner());
            let is_kept = other.is_some_and(|other| std::ptr::eq(other.value, winner.value));
            (!is_kept).then(|| format!("{section}/{name}"))
        },
    )
}
