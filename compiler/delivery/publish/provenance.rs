//! The commit of the specs that output was made of: trailers of a message, and the metadata that Argo CD's source hydrator
//! writes (`hydrator.metadata`), so that promoters take taco-gen for a hydrator.
//!
//! Argo CD, docs/user-guide/source-hydrator.md, "Commit Trailers" and "hydrator.metadata".
//!
//! Invariant: what is said of a commit is what the commit says; nothing is of this moment or this machine.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::delivery::git::Git;
use crate::tree::scalar::url_password;

/// A commit of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub commit: String,
    /// Its author, as `NAME <ADDRESS>`.
    pub author: String,
    /// When it was written, as RFC 3339 has it.
    pub date: String,
    /// The first line of its message.
    pub subject: String,
    /// The rest of its message.
    pub body: String,
    /// The repository that it was cloned from; empty where there is none.
    pub url: String,
}

/// The commit that is checked out in a project; none where the project is in no repository, or in one without a commit. An error
/// names files that no commit holds as they are.
pub fn source(root: &Path, inputs: &[String]) -> Result<Option<Source>, String> {
    let Ok(git) = Git::of(root) else { return Ok(None) };
    let format = "--format=%H%x00%an <%ae>%x00%aI%x00%s%x00%b";
    let answer = git.run(&["log", "-1", "--no-show-signature", format], b"")?;
    let parts: Vec<&str> = answer.out.split('\0').collect();
    let [commit, author, date, subject, body] = parts[..] else { return Ok(None) };
    if !answer.ok {
        return Ok(None);
    }
    let wanted = ["status", "--porcelain=v1", "--untracked-files=all", "--no-renames", "--"];
    let wanted: Vec<&str> = wanted.into_iter().chain(inputs.iter().map(String::as_str)).collect();
    let status = git.must(&wanted, b"")?;
    let dirty: Vec<&str> = status.lines().filter_map(|line| line.get(3..)).collect();
    if let Some(first) = dirty.first() {
        let others = match dirty.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        return Err(format!(
            "`{first}`{others} is not committed as it is, so nobody could tell what was published; commit it, or say \
             --allow-dirty"
        ));
    }
    let url = git.run(&["config", "--get", "remote.origin.url"], b"")?;
    let url = if url.ok { without_password(&url.out) } else { String::new() };
    let [commit, author, date, subject, body] = [commit, author, date, subject, body.trim_end()].map(str::to_owned);
    Ok(Some(Source { commit, author, date, subject, body, url }))
}

/// A URL without its password.
fn without_password(url: &str) -> String {
    url_password(url).map_or_else(|| url.to_owned(), |password| url.replacen(&format!(":{password}@"), "@", 1))
}

impl Source {
    /// A message with the trailers of the commit.
    pub(super) fn message(&self, message: &str) -> String {
        let mut text = format!("{}\n\n", message.trim_end());
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fields = [
            ("repourl", &self.url),
            ("author", &self.author),
            ("date", &self.date),
            ("subject", &self.subject),
            ("sha", &self.commit),
        ];
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "Argocd-reference-commit-{name}: {}", one_line(value));
        }
        if !self.body.is_empty() {
            // The body is one line of JSON there.
            let _ = writeln!(text, "Argocd-reference-commit-body: {}", json!(self.body));
        }
        text
    }

    /// The file beside a site's output.
    pub(super) fn metadata(&self) -> String {
        let mut fields = serde_json::Map::new();
        let pairs = [
            ("repoURL", &self.url),
            ("drySha", &self.commit),
            ("author", &self.author),
            ("date", &self.date),
            ("subject", &self.subject),
            ("body", &self.body),
        ];
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            fields.insert((*name).to_owned(), json!(value));
        }
        serde_json::to_string_pretty(&fields).unwrap_or_default() + "\n"
    }
}
