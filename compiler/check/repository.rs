//! The repository that a site is delivered from, held against what `publish` pushes to.
//!
//! Invariant: a repository that has no diagnostic from here is one that `publish` does not refuse for its protocol.

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Protocols that protect nothing on the way: whoever is on it can change what the cluster applies
/// (<https://git-scm.com/book/en/v2/Git-on-the-Server-The-Protocols>).
const UNPROTECTED: [&str; 2] = ["git", "http"];

/// Finds a repository over a protocol without encryption and without proof of the server.
pub fn repository(model: &Model<'_>, sink: &mut Sink) {
    let Some(deliver) = &model.site.deliver else { return };
    let url = &deliver.repo;
    let Some((scheme, _)) = url.value.split_once("://").filter(|(scheme, _)| UNPROTECTED.contains(scheme)) else {
        return;
    };
    let message =
        format!("`publish` does not push over `{scheme}://`, expected `https://`, `ssh://` or `USER@HOST:PATH`");
    let hint =
        "whoever is on the way could change what the cluster applies; use the repository's `https://` or `ssh://` URL";
    sink.push(Diagnostic::warning("TG0461", url.span, message).hint(hint));
}
