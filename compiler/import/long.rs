//! Values that nothing of a site could hold: found in the text before it is parsed, cut out, and told with their line.
//!
//! Invariant: a value that was cut is no value: no part of it reaches a spec or a store. Lines keep their numbers.

use super::key::{Data, Key};
use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// The longest value, in bytes: an object of Kubernetes takes no more (<https://kubernetes.io/docs/concepts/configuration/configmap/>).
const LONGEST: usize = 1024 * 1024;

/// What stands in place of a value that was cut.
const MARK: &str = "…(too long)…";

/// Why a key whose value is too long has no place.
pub const REASON: &str = "a value of more than 1 MiB fits into no object of Kubernetes";

/// A value that was cut: where the mark stands and how long it is, and how long the value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    at: usize,
    width: usize,
    length: usize,
}

/// A text without what is too long in it: what has neither a quote nor the end of a line in it is of one value, whatever the format is.
/// `mark`: whether a mark takes the place of the value.
pub fn cut(text: &str, mark: Mark) -> Option<(String, Vec<Cut>)> {
    let (mut out, mut cuts, mut done, mut at) = (String::new(), Vec::new(), 0usize, 0usize);
    // Of a part that is too long one whole block, at least, has no end in it.
    let block = LONGEST / 2;
    while let Some(bytes) = text.as_bytes().get(at..at.saturating_add(block)) {
        if let Some(end) = bytes.iter().rposition(|byte| ends(*byte)) {
            at += end + 1;
            continue;
        }
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let start = before.iter().rposition(|byte| ends(*byte)).map_or(0, |end| end + 1).max(done);
        let behind = text.as_bytes().get(at..).unwrap_or_default();
        let end = behind.iter().position(|byte| ends(*byte)).map_or(text.len(), |end| at + end);
        let begins = start == 0 || before.get(start - 1) == Some(&b'\n');
        let start = if begins { start + name(text.get(start..end).unwrap_or_default()) } else { start };
        if end - start > LONGEST {
            out.push_str(text.get(done..start).unwrap_or_default());
            cuts.push(Cut { at: out.len(), width: mark.text().len(), length: end - start });
            out.push_str(mark.text());
            done = end;
        }
        at = end.max(at + 1);
    }
    if cuts.is_empty() {
        return None;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Some((out, cuts))
}

/// What takes the place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A mark, by which its key is known.
    Shown,
    /// Nothing.
    Nothing,
}

impl Mark {
    fn text(self) -> &'static str {
        if self == Mark::Shown { MARK } else { "" }
    }
}

fn ends(byte: u8) -> bool {
    matches!(byte, b'\n' | b'"' | b'\'')
}

/// How many bytes of a line stand before its value: its indent, the dash of a list, the name of a key or an option.
fn name(line: &str) -> usize {
    let head = line.char_indices().nth(256).map_or(line, |(end, _)| line.get(..end).unwrap_or(line));
    let named = [": ", "=", ":"].iter().find_map(|end| head.find(end).map(|at| at + end.len()));
    named.unwrap_or_else(|| head.len() - head.trim_start_matches([' ', '-']).len())
}

/// Says what was cut.
pub fn told(cuts: &[Cut], file: FileId, sink: &mut Sink) {
    for cut in cuts {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        sink.push(diagnostic(Span::new(file, place(cut.at), place(cut.at + cut.width)), cut.length));
    }
}

/// Takes the values of keys that were cut, and of those that are too long in several lines.
pub fn take(keys: &mut [Key], sink: &mut Sink) {
    for key in keys {
        match longest(&key.data) {
            Some(length) if length > LONGEST => {
                let start = Span::new(key.span.file, key.span.start, key.span.start.saturating_add(1));
                sink.push(diagnostic(start, length));
                key.data = Data::TooLong;
            }
            Some(_) if is_cut(&key.data) => key.data = Data::TooLong,
            _ => {}
        }
    }
}

fn diagnostic(span: Span, length: usize) -> Diagnostic {
    let message = format!("a value of {length} bytes, expected at most {LONGEST}");
    Diagnostic::error("TG0950", span, message).hint("no part of it is imported; a file can stand beside the spec")
}

/// The length of the longest text in a value.
fn longest(data: &Data) -> Option<usize> {
    match data {
        Data::Text(text) | Data::Number(text) => Some(text.len()),
        Data::List(items) => items.iter().filter_map(|item| longest(&item.data)).max(),
        _ => None,
    }
}

fn is_cut(data: &Data) -> bool {
    match data {
        Data::Text(text) => text.contains(MARK),
        Data::List(items) => items.iter().any(|item| is_cut(&item.data)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(before: &str, behind: &str) -> Option<String> {
        let text = format!("{before}{}{behind}", "x".repeat(LONGEST + 1));
        cut(&text, Mark::Shown).map(|(text, cuts)| {
            assert!(cuts.iter().all(|cut| cut.length > LONGEST && text.get(cut.at..).unwrap().starts_with(MARK)));
            text
        })
    }

    #[test]
    fn a_value_is_cut_and_its_key_stays() {
        let cut = |before: &str, behind: &str| run(before, behind).unwrap_or_default();
        assert_eq!(cut("a: 1\nb: ", "\nc: 2\n"), format!("a: 1\nb: {MARK}\nc: 2\n"));
        assert_eq!(cut("a: 1\nb: \"", "\"\nc: 2\n"), format!("a: 1\nb: \"{MARK}\"\nc: 2\n"));
        assert_eq!(
            cut("{\"a\":\"1\",\"b\":\"", "\",\"c\":\"2\"}"),
            format!("{{\"a\":\"1\",\"b\":\"{MARK}\",\"c\":\"2\"}}")
        );
        assert_eq!(cut("[DEFAULT]\na = ", "\nb = 2"), format!("[DEFAULT]\na ={MARK}\nb = 2"));
        assert_eq!(cut("a:\n  - ", "\n  - b\n"), format!("a:\n  - {MARK}\n  - b\n"));
        assert_eq!(cut("", ""), MARK);
    }

    #[test]
    fn many_short_values_are_not_cut() {
        let lines = "name: value\n".repeat(200_000);
        let json = "\"a\":\"b\",".repeat(400_000);
        assert!(cut(&lines, Mark::Shown).is_none() && cut(&json, Mark::Shown).is_none());
        let long = format!("a: {}\n", "x".repeat(LONGEST));
        assert!(cut(&long, Mark::Shown).is_none(), "the longest that is taken");
        let two = format!("a: {0}\nb: {0}\n", "é".repeat(LONGEST));
        let (text, cuts) = cut(&two, Mark::Nothing).unwrap();
        assert_eq!((text.as_str(), cuts.len()), ("a: \nb: \n", 2));
    }
}
