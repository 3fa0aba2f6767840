//! Output documents to YAML that every reader takes alike, and that a reviewer reads alike.
//!
//! How a string stands follows from what kind of text it is:
//!
//! - Text of several lines is a literal block where that is exact.
//! - What may hold anything is always in quotes: the values of `annotations`, `data` and `stringData`, and what stands at a
//!   key `value`, as that of a variable.
//! - What is made of hexadecimal digits is in quotes: digests, UUIDs, hardware and IPv6 addresses.
//! - All else stands plain where it begins with a letter, `/` or `_` and YAML 1.1 and 1.2 readers both take it for that string.
//! - Quotes are double ones; text with double quotes or backslashes stands in single ones where that is exact.
//!
//! Invariant: reading the text back gives the value that was printed, in YAML 1.1 and in 1.2.
//! Invariant: other digits in a string of a kind, decimal or hexadecimal, never change whether it is quoted.
//! Invariant: comments are no part of the value, and stand only where they are asked for: digests and what a pod reads have none.

use std::fmt::Write as _;

use crate::kube::item::{Item, Text, Value};
use crate::origin::OriginId;
use crate::print::comment::Comments;
use crate::print::printed::Printed;

/// Prints a document.
pub fn print(item: &Item) -> Printed {
    document(item, None)
}

/// Prints a document with the comments of what its entries come from.
pub fn print_with(item: &Item, comments: &mut Comments<'_>) -> Printed {
    document(item, Some(comments))
}

fn document<'c, 's>(item: &Item, comments: Option<&'c mut Comments<'s>>) -> Printed {
    let mut printer = Printer { text: String::with_capacity(4096), lines: Vec::with_capacity(128), comments };
    printer.comment(item.origin, 0);
    match &item.value {
        Value::Map(entries) if !entries.is_empty() => printer.map(entries, 0, Line::Fresh, Words::AsTheyAre),
        Value::List(items) if !items.is_empty() => printer.list(items, 0),
        _ => {
            printer.scalar(item, Words::AsTheyAre);
            printer.end(item.origin);
        }
    }
    Printed { text: printer.text, lines: printer.lines }
}

/// Where a map's first entry goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// On a line of its own.
    Fresh,
    /// On a line that is already begun, after a list item's hyphen.
    Begun,
}

/// How strings stand in a map.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// Plain where that is exact.
    AsTheyAre,
    /// In quotes.
    Quoted,
}

/// Maps whose values may hold anything.
const FREE: [&str; 3] = ["annotations", "data", "stringData"];

/// Modes of files, which stand in decimal: JSON has no octal numbers, and YAML 1.1 and 1.2 write them differently.
const MODES: [&str; 2] = ["defaultMode", "mode"];

struct Printer<'c, 's> {
    text: String,
    lines: Vec<OriginId>,
    comments: Option<&'c mut Comments<'s>>,
}

impl Printer<'_, '_> {
    fn end(&mut self, origin: OriginId) {
        self.text.push('\n');
        self.lines.push(origin);
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }

    /// The comment of an origin, where it was not printed above.
    fn comment(&mut self, origin: OriginId, depth: usize) {
        for line in self.comments.as_mut().map(|comments| comments.take(origin)).unwrap_or_default() {
            self.indent(depth);
            self.text.push_str(&line);
            self.end(origin);
        }
    }

    /// Entries at a depth; the first one stands on a line that is already begun where it is `Begun`.
    fn map(&mut self, entries: &[(Text, Item)], depth: usize, line: Line, words: Words) {
        for (index, (key, item)) in entries.iter().enumerate() {
            if index > 0 || line == Line::Fresh {
                self.comment(item.origin, depth);
                self.indent(depth);
            }
            let start = self.text.len();
            string(&mut self.text, key);
            // Readers look no further than 1024 characters for the colon of a key that no `?` announces.
            if self.text.len() - start > 1000 {
                self.text.insert_str(start, "? ");
                self.end(item.origin);
                self.indent(depth);
            }
            self.text.push(':');
            match &item.value {
                Value::Map(inner) if !inner.is_empty() => {
                    self.end(item.origin);
                    let words = if FREE.contains(&key.as_ref()) { Words::Quoted } else { Words::AsTheyAre };
                    self.map(inner, depth + 1, Line::Fresh, words);
                }
                Value::List(items) if !items.is_empty() => {
                    self.end(item.origin);
                    self.list(items, depth);
                }
                Value::Integer(mode) if MODES.contains(&key.as_ref()) && self.comments.is_some() => {
                    let _ = write!(self.text, " {mode}  # 0{mode:03o}");
                    self.end(item.origin);
                }
                _ => {
                    self.text.push(' ');
                    self.value(item, depth + 1, if key == "value" { Words::Quoted } else { words });
                }
            }
        }
    }

    fn list(&mut self, items: &[Item], depth: usize) {
        for item in items {
            self.comment(item.origin, depth);
            // The first entry of a map stands on the hyphen's line.
            if let Value::Map(entries) = &item.value
                && let Some((_, first)) = entries.first()
            {
                self.comment(first.origin, depth);
            }
            self.indent(depth);
            self.text.push('-');
            match &item.value {
                Value::Map(inner) if !inner.is_empty() => {
                    self.text.push(' ');
                    self.map(inner, depth + 1, Line::Begun, Words::AsTheyAre);
                }
                Value::List(inner) if !inner.is_empty() => {
                    self.end(item.origin);
                    self.list(inner, depth + 1);
                }
                _ => {
                    self.text.push(' ');
                    self.value(item, depth + 1, Words::AsTheyAre);
                }
            }
        }
    }

    /// A scalar to the end of its line or block; a block's lines stand at `depth`.
    fn value(&mut self, item: &Item, depth: usize, words: Words) {
        match &item.value {
            Value::Text(text) if is_block(text) => self.block(text, depth, item.origin),
            _ => {
                self.scalar(item, words);
                self.end(item.origin);
            }
        }
    }

    fn scalar(&mut self, item: &Item, words: Words) {
        match &item.value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
            Value::Integer(number) => {
                let _ = write!(self.text, "{number}");
            }
            Value::Decimal(text) => self.text.push_str(text),
            Value::Text(text) if words == Words::Quoted => quoted(&mut self.text, text),
            Value::Text(text) => string(&mut self.text, text),
            Value::List(_) => self.text.push_str("[]"),
            Value::Map(_) => self.text.push_str("{}"),
        }
    }

    fn block(&mut self, text: &str, depth: usize, origin: OriginId) {
        let body = text.trim_end_matches('\n');
        let mark = match text.len() - body.len() {
            0 => "|-",
            1 => "|",
            _ => "|+",
        };
        self.text.push_str(mark);
        self.end(origin);
        let kept = if mark == "|+" { text.strip_suffix('\n').unwrap_or(text) } else { body };
        for line in kept.split('\n') {
            if !line.is_empty() {
                self.indent(depth);
                self.text.push_str(line);
            }
            self.end(origin);
        }
    }
}

/// May a text be a literal block?
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !text.chars().any(|c| is_unprintable(c) && c != '\n' && c != '\t')
        && text.split('\n').all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
}

/// A character that cannot stand as itself in YAML, or that readers take for the end of a line.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn string(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(out, text);
    }
}

/// Words that some reader takes for a boolean or nothing; none is longer than five letters.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_'));
    if !starts || text.len() >= 1024 {
        return false;
    }
    // One pass over the bytes: most of what a build prints are short strings.
    let mut last = b' ';
    for byte in text.bytes() {
        if !is_harmless(byte) || (last == b':' && byte == b' ') {
            return false;
        }
        last = byte;
    }
    !matches!(last, b':' | b' ')
        && (text.len() > 5 || !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
        && !is_hexadecimal(text)
}

/// Is it a number in hexadecimal digits, in one run or in groups: a digest, a UUID, a hardware or an IPv6 address? Words of
/// fewer than eight letters of these are words.
fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':' | b'.' | b'/'))
        && (text.contains(':') || text.bytes().filter(u8::is_ascii_hexdigit).count() >= 8)
}

/// A byte that means nothing to a reader inside a plain scalar; `: ` does all the same.
fn is_harmless(byte: u8) -> bool {
    matches!(
        byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'_' | b'-' | b'.' | b':' | b'@' | b'+' | b'=' | b' ' | b','
            | b'(' | b')' | b'<' | b'>' | b'$' | b'~' | b'%' | b';' | b'*'
    )
}

fn quoted(out: &mut String, text: &str) {
    if text.contains(['"', '\\']) && !text.contains(|c: char| c == '\'' || c == '\u{a0}' || is_unprintable(c)) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
        return;
    }
    out.push('"');
    // Most texts hold nothing that must be escaped.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c == '\u{a0}' || is_unprintable(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
#[path = "yaml/tests.rs"]
mod tests;
