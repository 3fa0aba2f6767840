//! The repository that is published to, and the empty one beside it in which commits are made.
//!
//! Invariant: what is pushed was made on the tip that was read; git refuses it where the branch moved on.
#![allow(clippy::disallowed_methods, reason = "publishing works in a temporary folder")]

use std::path::Path;

use super::target::{Target, Tree, is_part};
use crate::delivery::git::Git;

/// The repository in which commits are made, and the one that they go to.
pub(super) struct Repository<'t> {
    pub git: Git,
    target: &'t Target,
    reference: String,
    /// Trees of so many levels are fetched; none where the objects are on this machine.
    levels: Option<usize>,
}

impl<'t> Repository<'t> {
    /// Makes the repository in an empty folder.
    pub fn new(work: &Path, target: &'t Target, trees: &[Tree]) -> Result<Self, String> {
        if let Some(tree) = trees.iter().find(|tree| !tree.folder.is_empty() && !tree.folder.split('/').all(is_part)) {
            return Err(format!("`{}` is not a valid path in a repository", tree.folder.escape_debug()));
        }
        let git = Git::init(work)?;
        let levels = trees.iter().map(|tree| tree.folder.split('/').filter(|part| !part.is_empty()).count()).max();
        let borrowed = borrow(work, &target.url)?;
        let reference = format!("refs/heads/{}", target.branch);
        Ok(Repository { git, target, reference, levels: levels.filter(|_| !borrowed) })
    }

    /// The tip of the branch, brought here; none where there is no such branch yet.
    pub fn fetch(&self) -> Result<Option<String>, String> {
        let url = self.target.url.as_str();
        let listed = self.git.must(&["ls-remote", "--end-of-options", url, &self.reference], b"")?;
        let Some(tip) = listed.split_whitespace().next() else { return Ok(None) };
        if let Some(levels) = self.levels {
            let filter = format!("--filter=tree:{}", levels.max(1));
            self.git.must(&["config", &format!("remote.{REMOTE}.url"), url], b"")?;
            let reference = self.reference.as_str();
            let arguments =
                ["fetch", "--quiet", "--no-tags", "--depth=1", &filter, "--end-of-options", REMOTE, reference];
            self.git.must(&arguments, b"")?;
        }
        Ok(Some(tip.to_owned()))
    }

    /// Pushes a commit; false where the branch moved on.
    pub fn push(&self, commit: &str) -> Result<bool, String> {
        let wanted = format!("{commit}:{}", self.reference);
        let arguments = ["push", "--quiet", "--porcelain", "--end-of-options", &self.target.url, &wanted];
        let pushed = self.git.run(&arguments, b"")?;
        if pushed.ok {
            return Ok(true);
        }
        let moved = ["fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "stale info"];
        let said = format!("{}\n{}", pushed.out, pushed.err);
        if moved.iter().any(|reason| said.contains(reason)) {
            return Ok(false);
        }
        Err(format!("the push was refused: {}", said.trim()))
    }
}

/// The name of the remote in the repository beside it.
const REMOTE: &str = "target";

/// Reads the objects of a repository that is a folder of this machine where they are. False where it is none.
fn borrow(work: &Path, url: &str) -> Result<bool, String> {
    let path = Path::new(url.strip_prefix("file://").unwrap_or(url));
    let folders = [path.join("objects"), path.join(".git/objects")];
    let Some(objects) = folders.iter().find(|folder| path.is_absolute() && folder.is_dir()) else { return Ok(false) };
    let list = work.join("objects/info/alternates");
    let text = format!("{}\n", objects.display());
    if let Some(folder) = list.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(&list, text).map_err(|error| format!("{}: {error}", list.display()))?;
    Ok(true)
}
