//! Two states to a unified diff of their files.
//!
//! Invariant: a sealed Secret, and the values of any other, are not part of it; what is left out is said in a line.

use std::fmt::Write as _;

use similar::group_diff_ops;
use similar::udiff::UnifiedHunkHeader;

use super::compare::{Change, Difference, Effect, Subject};
use super::fleet::listed;
use super::human::visible;
use super::state::State;
use super::steps::{Line, lines, of_step, steps};

/// Lines that are shown around what differs.
const CONTEXT: usize = 3;

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
    let text = hunks(&before, &after);
    if !text.is_empty() {
        out.push_str(&visible(&format!("--- {}\n+++ {}\n{text}", label("a", &from), label("b", &to))));
    }
}

/// What differs, with the lines around it; a text that does not end with a line's end is said to.
fn hunks(before: &str, after: &str) -> String {
    let mut out = String::new();
    let (before, after) = (lines(before), lines(after));
    for group in group_diff_ops(steps(&before, &after), CONTEXT) {
        let _ = writeln!(out, "{}", UnifiedHunkHeader::new(&group));
        for line in group.iter().flat_map(|step| of_step(step, &before, &after)) {
            let (sign, text) = match line {
                Line::Kept(text) => (' ', text),
                Line::Gone(text) => ('-', text),
                Line::Come(_, text) => ('+', text),
            };
            let end = if text.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
            let _ = write!(out, "{sign}{text}{end}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_has_three_lines_around_it_and_says_where_no_line_ends() {
        assert_eq!(
            hunks("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nsix"),
            "@@ -3,4 +3,4 @@\n 3\n 4\n 5\n-6\n+six\n\\ No newline at end of file\n"
        );
        assert_eq!(hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(hunks("a\n", "a\n"), "");
    }
}
