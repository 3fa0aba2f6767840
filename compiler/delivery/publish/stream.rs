//! Trees to commits: one stream for `git fast-import`.
//!
//! Invariant: a folder of a site holds exactly its files afterwards, and no other folder changes.

use std::fmt::Write as _;

use super::provenance::Source;
use super::target::Tree;
use crate::delivery::git::Git;

/// The commits of a stream.
pub(super) struct Commits {
    /// The output alone: what decides whether there is anything to publish.
    pub content: String,
    /// The output and where it comes from.
    pub whole: String,
}

/// The marks of both commits and of the metadata; the files' follow.
const CONTENT_MARK: usize = 1;
const WHOLE_MARK: usize = 2;
const METADATA_MARK: usize = 3;

/// Where Argo CD's promoters look for the commit that a tree was made of.
const METADATA: &str = "hydrator.metadata";

/// Makes both commits on the tip.
pub(super) fn commits(
    git: &Git,
    trees: &[Tree],
    (message, source): (&str, Option<&Source>),
    tip: Option<&str>,
) -> Result<Commits, String> {
    let committer = committer(git);
    let mut stream = String::from("feature date-format=now\nfeature done\nfeature get-mark\n").into_bytes();
    let mut mark = METADATA_MARK;
    for bytes in trees.iter().flat_map(|tree| &tree.files).map(|(_, bytes)| bytes) {
        mark += 1;
        blob(&mut stream, mark, bytes);
    }
    let metadata = source.map(Source::metadata);
    if let Some(metadata) = &metadata {
        blob(&mut stream, METADATA_MARK, metadata.as_bytes());
    }
    let message = source.map_or_else(|| message.to_owned(), |source| source.message(message));
    let mut text = String::new();
    for (reference, commit, is_whole) in [("content", CONTENT_MARK, false), ("whole", WHOLE_MARK, true)] {
        let _ = writeln!(text, "commit refs/heads/{reference}\nmark :{commit}");
        head(&mut text, &committer, &message, tip);
        let mut marks = METADATA_MARK + 1..;
        for tree in trees {
            // Without it the old metadata stays, as if it had not been written.
            let keeps = !is_whole && metadata.is_some();
            clear(&mut text, tree, keeps.then_some(tip).flatten(), git)?;
            for ((path, _), mark) in tree.files.iter().zip(marks.by_ref()) {
                let _ = writeln!(text, "M 100644 :{mark} {}", tree.path(path));
            }
            if is_whole && metadata.is_some() {
                let _ = writeln!(text, "M 100644 :{METADATA_MARK} {}", tree.path(METADATA));
            }
        }
    }
    let _ = write!(text, "get-mark :{CONTENT_MARK}\nget-mark :{WHOLE_MARK}\ndone\n");
    stream.extend_from_slice(text.as_bytes());
    // What is not pushed is never read again: it need not be small, and its pack need not become files.
    let import = ["-c", "core.compression=0", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"];
    let found = git.must(&[&import[..], &["--date-format=now"]].concat(), &stream)?;
    match found.lines().collect::<Vec<_>>()[..] {
        [content, whole] => Ok(Commits { content: content.to_owned(), whole: whole.to_owned() }),
        _ => Err(format!("git fast-import: expected two commits, found `{found}`")),
    }
}

fn blob(stream: &mut Vec<u8>, mark: usize, bytes: &[u8]) {
    stream.extend_from_slice(format!("blob\nmark :{mark}\ndata {}\n", bytes.len()).as_bytes());
    stream.extend_from_slice(bytes);
    stream.push(b'\n');
}

fn head(text: &mut String, committer: &str, message: &str, tip: Option<&str>) {
    let _ = writeln!(text, "committer {committer} now\ndata {}\n{message}", message.len());
    if let Some(tip) = tip {
        let _ = writeln!(text, "from {tip}");
    }
}

/// Empties a site's folder, but for the metadata where there is a tip from which to keep it.
fn clear(text: &mut String, tree: &Tree, keep: Option<&str>, git: &Git) -> Result<(), String> {
    if tree.folder.is_empty() {
        text.push_str("deleteall\n");
    } else {
        let _ = writeln!(text, "D {}", tree.folder);
    }
    let Some(tip) = keep else { return Ok(()) };
    let path = tree.path(METADATA);
    let listed = git.must(&["ls-tree", tip, "--", &path], b"")?;
    if let Some(id) = listed.split_whitespace().nth(2) {
        let _ = writeln!(text, "M 100644 {id} {path}");
    }
    Ok(())
}

/// Who commits: what git is configured to, else the program.
fn committer(git: &Git) -> String {
    let answer = git.run(&["var", "GIT_COMMITTER_IDENT"], b"").ok().filter(|answer| answer.ok);
    let who = answer.and_then(|answer| Some(answer.out.rsplit_once('>')?.0.to_owned() + ">"));
    who.unwrap_or_else(|| "taco-gen <taco-gen@localhost>".to_owned())
}
