//! Where output goes, and what goes there.
//!
//! Invariant: no name of the user's is an option or a hidden file to git.

use crate::tree::scalar::url_password;

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The repository's URL.
    pub url: String,
    /// The branch.
    pub branch: String,
}

impl Target {
    /// Is it a repository, a branch and folders that git takes for nothing else?
    pub(super) fn check(&self) -> Result<(), String> {
        let url = &self.url;
        let plain = |text: &str| !text.chars().any(|c| c.is_control() || c == ' ');
        let known = ["https://", "ssh://", "file:///", "/"].iter().any(|start| url.starts_with(start));
        let scp = url
            .split_once(':')
            .is_some_and(|(host, path)| host.contains('@') && !host.contains('/') && !path.starts_with(':'));
        if !plain(url) || url.starts_with('-') || !(known || scp) {
            return Err(format!(
                "`{}` is not a valid repository: expected https://, ssh://, user@host:path, or a path",
                url.escape_debug()
            ));
        }
        if url_password(url).is_some() {
            // Every process of the machine can read the arguments of git.
            return Err("the repository's URL holds a password: let a credential helper of git give it".to_owned());
        }
        if !self.branch.split('/').all(is_part) || self.branch.contains("..") || self.branch.ends_with(".lock") {
            return Err(format!("`{}` is not a valid branch name", self.branch.escape_debug()));
        }
        Ok(())
    }
}

/// The output of a site, and the folder that it takes.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The site's name.
    pub site: String,
    /// The folder in the repository; empty for its root.
    pub folder: String,
    /// Its files by path.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Tree {
    /// The path of a file in the repository.
    pub(super) fn path(&self, file: &str) -> String {
        if self.folder.is_empty() { file.to_owned() } else { format!("{}/{file}", self.folder) }
    }
}

/// Is it a name of a folder or of a part of a branch that nothing takes for an option or a hidden file?
pub(super) fn is_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with(['-', '.'])
        && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
