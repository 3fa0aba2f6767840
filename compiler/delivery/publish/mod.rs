//! Output to a branch of a GitOps repository.
//!
//! The commit is made without a work tree and without an index: one `fast-import` stream that replaces exactly the folders of the
//! sites. Of a repository that is a folder of this machine the objects are borrowed; of another one only the trees above those
//! folders are fetched, where its server takes filters.
//!
//! Invariant: never a force push; where the branch moved on, the commit is created again on its new tip.
//! Invariant: nothing is pushed where the folders are equal already.
#![allow(clippy::disallowed_methods, reason = "publishing works in a temporary folder")]

mod provenance;
mod repository;
mod stream;
mod target;

use std::path::Path;

pub use provenance::{Source, source};
pub use target::{Target, Tree};

use crate::delivery::git::Git;
use repository::Repository;

/// What became of a publication.
#[derive(Debug, PartialEq, Eq)]
pub enum Published {
    /// The branch has these bytes already.
    Unchanged,
    /// A commit was pushed.
    Pushed {
        /// Its id.
        commit: String,
        /// How many files it changed.
        files: usize,
    },
}

/// How often a commit is created again because another publisher was faster.
const TRIES: usize = 20;

/// Commits the trees to the target and pushes them; `near` is the output folder, beside which the work is done.
pub fn publish(
    near: &Path,
    target: &Target,
    trees: &[Tree],
    (message, source): (&str, Option<&Source>),
) -> Result<Published, String> {
    target.check()?;
    overlapping(trees)?;
    sweep(near);
    let work = near.join(format!("{WORK}{}", std::process::id()));
    std::fs::create_dir(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let outcome =
        Repository::new(&work, target, trees).and_then(|repository| attempts(&repository, trees, message, source));
    let removed = std::fs::remove_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()));
    outcome.and_then(|published| removed.map(|()| published))
}

/// How the names of work folders begin; the number of the process follows.
const WORK: &str = ".taco-gen-publish-";

/// Removes what publishers left that were killed.
fn sweep(near: &Path) {
    for entry in std::fs::read_dir(near).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(WORK)?.parse::<i32>().ok());
        let process = process.and_then(rustix::process::Pid::from_raw);
        if process.is_some_and(|process| rustix::process::test_kill_process(process).is_err()) {
            // Another publisher may do the same.
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

/// Two sites of one commit must not take each other's folder.
fn overlapping(trees: &[Tree]) -> Result<(), String> {
    for (at, tree) in trees.iter().enumerate() {
        let covers = |outer: &str, inner: &str| {
            outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let other = trees
            .iter()
            .skip(at + 1)
            .find(|other| covers(&tree.folder, &other.folder) || covers(&other.folder, &tree.folder));
        if let Some(other) = other {
            return Err(format!(
                "the sites `{}` and `{}` would be published into one folder: `{}` and `{}`",
                tree.site, other.site, tree.folder, other.folder
            ));
        }
    }
    Ok(())
}

fn attempts(
    repository: &Repository<'_>,
    trees: &[Tree],
    message: &str,
    source: Option<&Source>,
) -> Result<Published, String> {
    for _ in 0..TRIES {
        let tip = repository.fetch()?;
        if let Some(tip) = &tip {
            removable(&repository.git, tip, trees)?;
        }
        let commits = stream::commits(&repository.git, trees, (message, source), tip.as_deref())?;
        let files = match &tip {
            Some(tip) => changed(&repository.git, tip, &commits.content, trees)?,
            None => trees.iter().map(|tree| tree.files.len()).sum(),
        };
        if files == 0 {
            return Ok(Published::Unchanged);
        }
        if repository.push(&commits.whole)? {
            return Ok(Published::Pushed { commit: commits.whole, files });
        }
    }
    Err(format!("other publishers were faster {TRIES} times; try again"))
}

/// A folder that is removed as a whole is one that a build wrote.
fn removable(git: &Git, tip: &str, trees: &[Tree]) -> Result<(), String> {
    for tree in trees.iter().filter(|tree| tree.files.is_empty()) {
        if tree.folder.is_empty() || !tree.folder.split('/').all(target::is_part) {
            return Err(format!("`{}` is not a valid path of a site's folder", tree.folder.escape_debug()));
        }
        let listed = |path: &str| git.must(&["ls-tree", tip, "--", path], b"").map(|found| !found.is_empty());
        if listed(&tree.folder)? && !listed(&tree.path(crate::write::INDEX))? {
            return Err(format!("`{}` holds no output of a site: it has no {}", tree.folder, crate::write::INDEX));
        }
    }
    Ok(())
}

/// How many files of the sites' folders differ between two commits.
fn changed(git: &Git, tip: &str, commit: &str, trees: &[Tree]) -> Result<usize, String> {
    let mut arguments = vec!["diff-tree", "-r", "--name-only", "--no-renames", tip, commit, "--"];
    // A pathspec is taken as it stands: folders hold no pattern.
    arguments.extend(trees.iter().map(|tree| if tree.folder.is_empty() { "." } else { tree.folder.as_str() }));
    Ok(git.must(&arguments, b"")?.lines().count())
}

#[cfg(test)]
mod tests;
