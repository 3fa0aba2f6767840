//! The scalars of a YAML text, each with the names that lead to it, be the text whole or not.
//!
//! Invariant: no input makes this fail: a line that breaks the text is left out, and what stands before it is given.

use std::ops::Range;

use saphyr_parser::{Event, Parser};

use super::kdl::without_hidden;
use super::yaml::{BOM, Places};

/// How many broken lines are left out.
const MAX_BROKEN: usize = 16;
/// Deeper is not followed.
const DEPTH: usize = 64;

/// What leads to a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The key of a map.
    Key(String),
    /// An item of a list.
    Item,
}

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The key of an entry.
    Key,
    /// A value, or an item of a list.
    Value,
}

/// A scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// What leads to it, outermost first; for a value its key is the last.
    pub path: Vec<Step>,
    /// Is it a key?
    pub place: Place,
    /// Its text, unquoted.
    pub text: String,
    /// Its bytes, the quotes among them.
    pub range: Range<usize>,
}

/// The scalars of a text, in order.
pub fn scalars(text: &str) -> Vec<Scalar> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let shift = text.len() - body.len();
    let mut body = without_hidden(body).0.into_owned();
    body.push_str(&closing(&body));
    let mut found = read(&body);
    for _ in 0..MAX_BROKEN {
        let Some(at) = found.1 else { break };
        // An error is often told at the line after the one that is not whole.
        let ways = broken_lines(&body, at).into_iter().map(|line| {
            let mut without = body.clone();
            without.replace_range(line.clone(), &" ".repeat(line.len()));
            let found = read(&without);
            (without, found)
        });
        let best = ways.max_by_key(|(_, (_, broken))| broken.unwrap_or(usize::MAX));
        let Some((without, better)) = best else { break };
        (body, found) = (without, better);
    }
    let shifted = |range: Range<usize>| range.start + shift..range.end + shift;
    found.0.into_iter().map(|scalar| Scalar { range: shifted(scalar.range.clone()), ..scalar }).collect()
}

/// What closes the brackets that are open at the end of a text: the reader tells nothing of a collection before its end.
fn closing(text: &str) -> String {
    let (mut open, mut quote, mut before) = (Vec::new(), None, '\n');
    for letter in text.chars() {
        // A word begins here, or something between brackets ends.
        let is_start = before.is_whitespace() || ['[', '{', ','].contains(&before);
        match (letter, quote) {
            ('\n', Some('#')) => quote = None,
            (letter, Some(end)) if letter == end && before != '\\' => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'' | '#', None) if is_start => quote = Some(letter),
            ('[', None) if is_start => open.push(']'),
            ('{', None) if is_start => open.push('}'),
            (']' | '}', None) if open.last() == Some(&letter) => drop(open.pop()),
            _ => {}
        }
        before = letter;
    }
    if quote.is_some() { String::new() } else { open.into_iter().rev().collect() }
}

/// The lines that may be left out for an error at a byte: the one before it and that one, where something is written in them.
fn broken_lines(text: &str, at: usize) -> Vec<Range<usize>> {
    let (mut lines, mut end) = (Vec::new(), at.min(text.len()));
    while lines.len() < 2 {
        let start = text.get(..end).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let length = text.get(start..).and_then(|rest| rest.find('\n'));
        let line = start..length.map_or(text.len(), |length| start + length);
        if text.get(line.clone()).is_some_and(|line| !line.trim().is_empty()) {
            lines.insert(0, line);
        }
        match start.checked_sub(1) {
            Some(before) => end = before,
            None => break,
        }
    }
    lines
}

/// A collection that is open.
enum Frame {
    List,
    Map(Option<String>),
}

/// What could be read, and the byte where reading ended early.
fn read(text: &str) -> (Vec<Scalar>, Option<usize>) {
    let places = Places::new(text, 0);
    let (mut frames, mut found): (Vec<Frame>, Vec<Scalar>) = (Vec::new(), Vec::new());
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, marks) = match next {
            Ok(event) => event,
            Err(error) => return (found, Some(places.byte(error.marker().index()) as usize)),
        };
        match event {
            Event::Scalar(text, ..) => {
                let range = places.byte(marks.start.index()) as usize..places.byte(marks.end.index()) as usize;
                scalar(&mut frames, (text.into_owned(), range), &mut found);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if frames.len() >= DEPTH => return (found, None),
            Event::SequenceStart(..) => frames.push(Frame::List),
            Event::MappingStart(..) => frames.push(Frame::Map(None)),
            Event::SequenceEnd | Event::MappingEnd => {
                frames.pop();
                ended(&mut frames);
            }
            Event::Alias(_) => ended(&mut frames),
            _ => {}
        }
    }
    (found, None)
}

fn scalar(frames: &mut [Frame], (text, range): (String, Range<usize>), found: &mut Vec<Scalar>) {
    let path = path(frames);
    let place = match frames.last_mut() {
        Some(Frame::Map(key @ None)) => {
            *key = Some(text.clone());
            Place::Key
        }
        _ => {
            ended(frames);
            Place::Value
        }
    };
    // An entry without a value has one that is not written.
    if !range.is_empty() {
        found.push(Scalar { path, place, text, range });
    }
}

/// The value of an entry has ended: the next scalar of the map is a key.
fn ended(frames: &mut [Frame]) {
    if let Some(Frame::Map(key)) = frames.last_mut() {
        *key = None;
    }
}

fn path(frames: &[Frame]) -> Vec<Step> {
    let step = |frame: &Frame| match frame {
        Frame::List => Some(Step::Item),
        Frame::Map(key) => key.clone().map(Step::Key),
    };
    frames.iter().filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each scalar as `path > text`, keys with a colon.
    fn check(text: &str, expected: &[&str]) {
        let shown = |scalar: &Scalar| {
            let steps = scalar.path.iter().map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Item => "-".to_owned(),
            });
            let colon = if scalar.place == Place::Key { ":" } else { "" };
            let written = &text[scalar.range.clone()];
            assert_eq!(written.trim_matches(['"', '\'']), scalar.text, "{text}");
            format!("{} > {}{colon}", steps.collect::<Vec<_>>().join(" "), scalar.text)
        };
        assert_eq!(scalars(text).iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn scalars_know_what_leads_to_them() {
        check("a: 1\nb:\n  c: [x, \"y\"]\n", &[" > a:", "a > 1", " > b:", "b > c:", "b c - > x", "b c - > y"]);
        check(
            "a:\n  - b: 1\n  - \u{e9}\nc:\nd: {e: f}",
            &[" > a:", "a - > b:", "a - b > 1", "a - > \u{e9}", " > c:", " > d:", "d > e:", "d e > f"],
        );
        check("\u{feff}a: 'b'", &[" > a:", "a > b"]);
    }

    #[test]
    fn texts_that_are_not_whole_are_read_as_far_as_they_go() {
        check("a:\n  b: {c: [d", &[" > a:", "a > b:", "a b > c:", "a b c - > d"]);
        check("a:\n  serv\nb: 1\n", &[" > a:", "a > serv", " > b:", "b > 1"]);
        check("a: 1\nserv\nb: 2\n", &[" > a:", "a > 1", " > b:", "b > 2"]);
        check("a: 1\n  b: : 3\nc: \"\nd: 4", &[" > a:", "a > 1", " > d:", "d > 4"]);
        check(&"[".repeat(99), &[]);
    }
}
