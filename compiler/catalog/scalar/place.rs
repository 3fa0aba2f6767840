//! Places of a Git repository and of the project: URLs, branches, folders, files.
//!
//! Invariant: a path that passes stays inside its folder.

use super::validity::INVALID;
use crate::tree::scalar::{ScalarType, TextType, url_password};

/// The URL of a Git repository (gitprotocol: ssh, http, https, git, file, or `USER@HOST:PATH`).
#[derive(Debug, Clone, Copy)]
pub enum RepositoryUrl {}

impl TextType for RepositoryUrl {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "URL of a Git repository",
        expected: "the URL of a Git repository such as `ssh://git@git.example.com/clusters.git`",
        pattern: "^\\S+$",
        code: INVALID,
        accepts_number: false,
        check: |text| match is_url(text) || is_short(text) {
            // It would stand in the objects that deliver the site.
            true if url_password(text).is_some() => {
                let hint = "leave the password out: the controller has it in a Secret of its own";
                Err(Some(hint.to_owned()))
            }
            true => Ok(()),
            false if is_url(&format!("https://{text}")) => Err(Some(format!("did you mean `https://{text}`?"))),
            false => Err(None),
        },
    };
}

fn is_clean(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    match scheme {
        "file" => is_clean(rest) && !path.is_empty(),
        "ssh" | "http" | "https" | "git" => is_clean(rest) && !path.is_empty() && host.contains(char::is_alphanumeric),
        _ => false,
    }
}

/// `USER@HOST:PATH`
fn is_short(text: &str) -> bool {
    let Some((authority, path)) = text.split_once(':') else { return false };
    let Some((user, host)) = authority.split_once('@') else { return false };
    let is_host = !host.is_empty() && !host.contains('/');
    is_clean(text) && !user.is_empty() && is_host && !path.is_empty() && !path.starts_with("//")
}

/// A branch (git-check-ref-format).
#[derive(Debug, Clone, Copy)]
pub enum Branch {}

impl TextType for Branch {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "branch",
        expected: "the name of a branch such as `main`",
        pattern: "^[^\\s~^:?*\\[\\\\]+$",
        code: INVALID,
        accepts_number: false,
        check: |text| {
            let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
            let is_odd = "~^:?*[\\".chars().any(|letter| text.contains(letter))
                || ["..", "@{"].iter().any(|part| text.contains(part));
            (is_clean(text)
                && !is_odd
                && text.split('/').all(is_part)
                && !text.starts_with('-')
                && !text.ends_with('.'))
            .then_some(())
            .ok_or(None)
        },
    };
}

/// A folder of a repository or a store; empty for its root.
#[derive(Debug, Clone, Copy)]
pub enum Folder {}

impl TextType for Folder {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "folder",
        expected: "a folder such as `clusters/lab`",
        pattern: "^[^\\\\]*$",
        code: INVALID,
        accepts_number: false,
        check: |text| (text.trim_matches('/').is_empty() || is_below(text.trim_matches('/'))).then_some(()).ok_or(None),
    };
}

/// A file below the site's folder.
#[derive(Debug, Clone, Copy)]
pub enum RelativePath {}

impl TextType for RelativePath {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "file below the site's folder",
        expected: "a file below the site's folder such as `passwords.sops.yaml`",
        pattern: "^[^/\\\\][^\\\\]*$",
        code: INVALID,
        accepts_number: false,
        check: |text| is_below(text).then_some(()).ok_or(None),
    };
}

/// No step upwards, no empty one.
fn is_below(text: &str) -> bool {
    let is_step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains('\\');
    !text.contains(char::is_control) && text.split('/').all(is_step)
}
