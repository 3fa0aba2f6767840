//! Output to a branch of a GitOps repository.
//!
//! The commit is made without a work tree: one `fast-import` stream that replaces exactly the target's folder.
//!
//! Invariant: never a force push; where the branch moved on, the commit is created again on its new tip.
//! Invariant: nothing is pushed where the folder is equal already.
#![allow(clippy::disallowed_methods, reason = "publishing works in a temporary folder")]

use std::fmt::Write as _;
use std::path::Path;

use crate::delivery::git::Git;

/// Where output goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The repository's URL.
    pub url: String,
    /// The branch.
    pub branch: String,
    /// The folder in the repository; empty for its root.
    pub path: String,
}

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
const TRIES: usize = 5;

/// Commits the output tree to the target and pushes it.
pub fn publish(output: &Path, target: &Target, message: &str) -> Result<Published, String> {
    check(target)?;
    let files = owned(output)?;
    let work = output.with_file_name(format!(".taco-gen-publish-{}", std::process::id()));
    std::fs::create_dir(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let outcome = Git::init(&work).and_then(|git| attempts(&git, &files, target, message));
    let removed = std::fs::remove_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()));
    outcome.and_then(|published| removed.map(|()| published))
}

fn check(target: &Target) -> Result<(), String> {
    let plain = |text: &str| !text.chars().any(|c| c.is_control() || c == ' ');
    let known = ["https://", "ssh://", "file:///", "/"].iter().any(|start| target.url.starts_with(start));
    let scp = target
        .url
        .split_once(':')
        .is_some_and(|(host, path)| host.contains('@') && !host.contains('/') && !path.starts_with(':'));
    if !plain(&target.url) || target.url.starts_with('-') || !(known || scp) {
        return Err(format!(
            "`{}` is not a valid repository: expected https://, ssh://, user@host:path, or a path",
            target.url.escape_debug()
        ));
    }
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['-', '.'])
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if !target.branch.split('/').all(part) || target.branch.contains("..") || target.branch.ends_with(".lock") {
        return Err(format!("`{}` is not a valid branch name", target.branch.escape_debug()));
    }
    if !target.path.is_empty() && !target.path.trim_matches('/').split('/').all(part) {
        return Err(format!("`{}` is not a valid path in a repository", target.path.escape_debug()));
    }
    Ok(())
}

/// The files that the index of the output lists, and the index.
fn owned(output: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let read = |name: &str| {
        std::fs::read(output.join(name))
            .map_err(|error| format!("{}: {error}; build the site first", output.join(name).display()))
    };
    let index = read(crate::write::INDEX)?;
    let text = String::from_utf8_lossy(&index).into_owned();
    let mut files = vec![(crate::write::INDEX.to_owned(), index)];
    for (_, path) in text.lines().filter_map(|line| line.split_once("  ")) {
        files.push((path.to_owned(), read(path)?));
    }
    Ok(files)
}

fn attempts(git: &Git, files: &[(String, Vec<u8>)], target: &Target, message: &str) -> Result<Published, String> {
    let reference = format!("refs/heads/{}", target.branch);
    for _ in 0..TRIES {
        let tip = fetch(git, target, &reference)?;
        let commit = commit(git, files, (target, message), tip.as_deref())?;
        let changed = match &tip {
            Some(tip) => {
                git.must(&["diff-tree", "-r", "--name-only", "--no-renames", tip, &commit], b"")?.lines().count()
            }
            None => files.len(),
        };
        if changed == 0 {
            return Ok(Published::Unchanged);
        }
        let pushed = git.run(
            &["push", "--quiet", "--porcelain", "--end-of-options", &target.url, &format!("{commit}:{reference}")],
            b"",
        )?;
        if pushed.ok {
            return Ok(Published::Pushed { commit, files: changed });
        }
        let moved = ["fetch first", "non-fast-forward", "cannot lock ref", "stale info"];
        let said = format!("{}\n{}", pushed.out, pushed.err);
        if !moved.iter().any(|reason| said.contains(reason)) {
            return Err(format!("the push was refused: {said}"));
        }
    }
    Err(format!("other publishers were faster {TRIES} times; try again"))
}

/// The tip of the branch, brought here; none where there is no such branch yet.
fn fetch(git: &Git, target: &Target, reference: &str) -> Result<Option<String>, String> {
    let listed = git.must(&["ls-remote", "--end-of-options", &target.url, reference], b"")?;
    let Some(tip) = listed.split_whitespace().next() else { return Ok(None) };
    git.must(&["fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", &target.url, reference], b"")?;
    Ok(Some(tip.to_owned()))
}

fn commit(git: &Git, files: &[(String, Vec<u8>)], what: (&Target, &str), tip: Option<&str>) -> Result<String, String> {
    let (target, message) = what;
    let who = |name: &str, default: &str| {
        git.run(&["config", "--get", name], b"")
            .ok()
            .filter(|answer| answer.ok)
            .map_or_else(|| default.to_owned(), |answer| answer.out)
    };
    let (name, email) = (who("user.name", "taco-gen"), who("user.email", "taco-gen@localhost"));
    let folder = target.path.trim_matches('/');
    let mut stream = Vec::new();
    let mut head = String::new();
    let _ = write!(
        head,
        "feature date-format=now\ncommit refs/heads/taco-gen\ncommitter {name} <{email}> now\ndata {}\n{message}\n",
        message.len()
    );
    if let Some(tip) = tip {
        let _ = writeln!(head, "from {tip}");
    }
    if !folder.is_empty() {
        let _ = writeln!(head, "D {folder}");
    } else if tip.is_some() {
        head.push_str("deleteall\n");
    }
    stream.extend_from_slice(head.as_bytes());
    for (path, bytes) in files {
        let path = if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
        stream.extend_from_slice(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).as_bytes());
        stream.extend_from_slice(bytes);
        stream.push(b'\n');
    }
    stream.extend_from_slice(b"done\n");
    git.must(&["fast-import", "--quiet", "--force", "--done", "--date-format=now"], &stream)?;
    git.must(&["rev-parse", "--verify", "refs/heads/taco-gen"], b"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Artifact, Overwrite, apply, plan};

    fn built(root: &Path, files: &[(&str, &str)]) {
        let artifacts: Vec<Artifact> = files
            .iter()
            .map(|(path, text)| Artifact { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() })
            .collect();
        let found = plan(root, &artifacts).unwrap();
        apply(root, &artifacts, &found, Overwrite::Refuse).unwrap();
    }

    fn git(folder: &Path, arguments: &[&str]) -> String {
        let output = std::process::Command::new("git").args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn output_is_pushed_once_changed_and_pruned_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let bare = folder.path().join("bare.git");
        git(folder.path(), &["init", "--quiet", "--bare", "bare.git"]);
        let output = folder.path().join("out");
        let target = |path: &str| Target {
            url: bare.to_str().unwrap().to_owned(),
            branch: "main".to_owned(),
            path: path.to_owned(),
        };
        built(&output, &[("a/b", "1"), ("c", "2")]);
        assert!(matches!(publish(&output, &target("other"), "other").unwrap(), Published::Pushed { files: 3, .. }));
        assert!(matches!(publish(&output, &target("lab"), "first").unwrap(), Published::Pushed { files: 3, .. }));
        assert_eq!(publish(&output, &target("lab"), "again").unwrap(), Published::Unchanged);
        built(&output, &[("c", "3")]);
        publish(&output, &target("lab"), "second").unwrap();
        assert_eq!(git(&bare, &["show", "main:lab/c"]), "3");
        assert_eq!(
            git(&bare, &["ls-tree", "-r", "--name-only", "main"]),
            "lab/SHA256SUMS\nlab/c\nother/SHA256SUMS\nother/a/b\nother/c"
        );
        assert_eq!(git(&bare, &["rev-list", "--count", "main"]), "3");
    }

    #[test]
    fn no_name_becomes_an_option() {
        let folder = tempfile::tempdir().unwrap();
        built(&folder.path().join("out"), &[("a", "1")]);
        for (url, branch, path) in [
            ("--upload-pack=touch x", "main", "lab"),
            ("ext::sh -c x", "main", "lab"),
            ("/repo", "--force", "lab"),
            ("/repo", "main", "../x"),
            ("/repo", "main", "-x"),
            ("/repo\n", "main", "lab"),
        ] {
            let target = Target { url: url.to_owned(), branch: branch.to_owned(), path: path.to_owned() };
            assert!(check(&target).is_err(), "{target:?}");
        }
    }
}
