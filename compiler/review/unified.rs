//! Two states to a unified diff of their files.
//!
//! Invariant: a sealed Secret, and the values of any other, are not part of it; what is left out is said in a line.

use std::fmt::Write as _;

use similar::TextDiff;

use super::compare::{Change, Difference, Effect, Subject};
use super::fleet::listed;
use super::human::visible;
use super::state::State;

/// The diff of a site's files. A file that is the same on several nodes is told once.
pub fn text(site: &str, states: (&State, &State), changes: &[Change]) -> String {
    let mut out = String::new();
    let mut digests = Vec::new();
    for change in changes {
        if change.effect == Effect::DigestOnly {
            digests.push(change.subject.to_string());
            continue;
        }
        if is_redacted(change) {
            let verb = match change.effect {
                Effect::Added => "added",
                Effect::Removed => "removed",
                _ => "changed",
            };
            let _ = writeln!(out, "# {site}: {} {verb} (redacted)", change.subject);
            continue;
        }
        if is_told(change) {
            let _ = writeln!(out, "# {site}: {} differs as its config files do", change.subject);
            continue;
        }
        if change.nodes.len() > 1 {
            let _ = writeln!(out, "# {site}: the same on {}", listed(&change.nodes, 10));
        }
        file(site, states, change, &mut out);
    }
    if !digests.is_empty() {
        let _ = writeln!(out, "# {site}: {} objects differ by digests only: {}", digests.len(), listed(&digests, 20));
    }
    out
}

fn is_redacted(change: &Change) -> bool {
    let is_secret =
        matches!(&change.subject, Subject::Object { kind, .. } if kind == "Secret" || kind == "SealedSecret");
    is_secret || change.differences.iter().any(|difference| difference.redacted)
}

/// Is everything that differs told of another file?
fn is_told(change: &Change) -> bool {
    let told = |difference: &Difference| difference.told_in.is_some();
    !change.differences.is_empty() && change.differences.iter().all(told)
}

fn file(site: &str, (old, new): (&State, &State), change: &Change, out: &mut String) {
    let side = |state: &'_ State, path: &Option<String>| {
        let path = path.as_ref()?;
        Some((format!("{site}/{path}"), state.files.get(path).cloned().unwrap_or_default()))
    };
    let none = || ("/dev/null".to_owned(), String::new());
    let (from, before) = side(old, &change.paths.0).unwrap_or_else(none);
    let (to, after) = side(new, &change.paths.1).unwrap_or_else(none);
    let label =
        |letter: &str, path: &str| if path == "/dev/null" { path.to_owned() } else { format!("{letter}/{path}") };
    let diff = TextDiff::from_lines(&before, &after);
    let text = diff.unified_diff().context_radius(3).header(&label("a", &from), &label("b", &to)).to_string();
    out.push_str(&visible(&text));
}
