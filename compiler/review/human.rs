//! A comparison to lines for a terminal.
//!
//! Invariant: what is left out is counted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compare::{Change, Difference, Effect, Subject};
use super::fleet::{Block, listed};
use super::steps::{Line, changes};

/// How many sites were compared, and what differs.
pub fn text(blocks: &[Block], sites: usize) -> String {
    let mut out = String::new();
    for block in blocks {
        let _ = writeln!(out, "{}: {}", block.title(sites), summary(&block.changes));
        body(&block.changes, &mut out);
        out.push('\n');
    }
    if blocks.is_empty() {
        out.push_str("nothing differs\n");
    }
    out
}

/// How many of what differ.
pub fn summary(changes: &[Change]) -> String {
    let mut counts: BTreeMap<(u8, &'static str), usize> = BTreeMap::new();
    for change in changes {
        let what = match (&change.subject, change.effect) {
            (Subject::Object { .. }, Effect::DigestOnly) => (7, "objects by digest only"),
            (Subject::Object { .. }, Effect::Added) => (2, "objects added"),
            (Subject::Object { .. }, Effect::Removed) => (3, "objects removed"),
            (Subject::Object { .. }, _) => (1, "objects changed"),
            (Subject::Config { .. }, _) => (0, "config files"),
            (Subject::Host { .. }, _) => (4, "host files"),
            (Subject::File { .. }, _) => (5, "other files"),
        };
        *counts.entry(what).or_default() += change.nodes.len().max(1);
    }
    let one = |((_, what), count): ((u8, &str), usize)| match count {
        1 => format!("1 {}", what.replacen("objects", "object", 1).replacen("files", "file", 1)),
        _ => format!("{count} {what}"),
    };
    counts.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The changes of a block, options first, what differs by digests alone in one line a unit.
pub fn body(changes: &[Change], out: &mut String) {
    let rank = |change: &Change| match change.subject {
        Subject::Config { .. } => 0,
        Subject::Object { .. } => 1,
        Subject::Host { .. } => 2,
        Subject::File { .. } => 3,
    };
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| rank(change));
    let mut digests: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for change in sorted {
        match (&change.subject, change.effect) {
            (Subject::Object { unit, .. }, Effect::DigestOnly) => {
                digests.entry(unit).or_default().push(change.subject.to_string());
            }
            _ => one(change, out),
        }
    }
    for (unit, objects) in digests {
        let _ = writeln!(out, "  # digests only, {} in {unit}: {}", objects.len(), listed(&objects, 6));
    }
}

fn one(change: &Change, out: &mut String) {
    let sign = match change.effect {
        Effect::Added => '+',
        Effect::Removed => '-',
        _ => '~',
    };
    let nodes = match change.nodes.as_slice() {
        [] => String::new(),
        nodes => format!(" on {}", listed(nodes, 5)),
    };
    let remark = match change.effect {
        Effect::CommentsOnly => " (comments or order only)",
        Effect::DigestOnly => " (digests only)",
        _ => "",
    };
    let _ = writeln!(out, "  {sign} {}{nodes}{remark}", change.subject);
    change.differences.iter().for_each(|difference| value(difference, out));
}

/// A value that differs, on one line where it is one.
fn value(difference: &Difference, out: &mut String) {
    let place = &difference.place;
    if difference.redacted {
        let _ = writeln!(out, "      {place}: changed (redacted)");
        return;
    }
    if let Some(file) = &difference.told_in {
        let _ = writeln!(out, "      {place}: as {file}");
        return;
    }
    let is_long = |side: &Option<String>| side.as_ref().is_some_and(|text| text.contains('\n'));
    match (&difference.old, &difference.new) {
        (Some(old), Some(new)) if is_long(&difference.old) || is_long(&difference.new) => {
            if !place.is_empty() {
                let _ = writeln!(out, "      {place}:");
            }
            out.push_str(&lines(old, new, "        "));
        }
        (old, new) => {
            let _ = writeln!(out, "      {place}: {}", arrow(old.as_deref(), new.as_deref()));
        }
    }
}

/// Two values on one line; of long ones what is the same at their beginning is left out.
pub fn arrow(old: Option<&str>, new: Option<&str>) -> String {
    const LONG: usize = 120;
    const BEFORE: usize = 30;
    let same = match (old, new) {
        (Some(old), Some(new)) if old.len().max(new.len()) > LONG => {
            old.char_indices().zip(new.chars()).find(|((_, a), b)| a != b).map_or(0, |((at, _), _)| at)
        }
        _ => 0,
    };
    let start = |text: &str| {
        let wanted = same.saturating_sub(BEFORE);
        (0..=wanted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let side = |side: Option<&str>| match side {
        None => "(none)".to_owned(),
        Some(text) => match start(text) {
            0 => shown(text),
            at => format!("...{}", shown(text.get(at..).unwrap_or(text))),
        },
    };
    format!("{} -> {}", side(old), side(new))
}

/// A value on one line.
pub fn shown(text: &str) -> String {
    const MOST: usize = 160;
    let line = visible(&text.replace('\n', " | ")).into_owned();
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}... ({} more bytes)", line.get(..at).unwrap_or(""), line.len() - at),
        None if line.is_empty() => "(empty)".to_owned(),
        None => line,
    }
}

/// Text with what would move a terminal's cursor, or the order of what a reader sees, written out.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hides = |c: char| {
        c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if hides(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

/// The lines that differ.
pub fn lines(old: &str, new: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in changes(old, new) {
        let (sign, text) = match line {
            Line::Gone(text) => ('-', text),
            Line::Come(_, text) => ('+', text),
            Line::Kept(_) => continue,
        };
        let _ = writeln!(out, "{indent}{sign} {}", visible(text.trim_end_matches('\n')));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_values_the_part_that_differs_is_shown() {
        let value = |host: &str| format!("{{\"url\": \"{}https://{host}/v3\"}}", "x".repeat(200));
        let text = arrow(Some(&value("a.example.com")), Some(&value("b.example.com")));
        assert!(text.contains("a.example.com/v3\"} -> ...") && text.ends_with("b.example.com/v3\"}"), "{text}");
        assert_eq!(arrow(None, Some("b")), "(none) -> b");
    }

    #[test]
    fn nothing_that_is_shown_moves_the_cursor() {
        assert_eq!(shown("a\u{1b}[31mb\nc\u{202e}"), "a\\u{1b}[31mb | c\\u{202e}");
        assert_eq!(lines("a\n", "\u{7}\tb\n", ""), "- a\n+ \\u{7}\tb\n");
    }
}
