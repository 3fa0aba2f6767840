//! Output documents to YAML that every reader takes alike.
//!
//! A string stands plain only where YAML 1.1 and 1.2 readers both take it for that string; text of several lines is a
//! literal block where that is exact; all else is double-quoted.
//!
//! Invariant: reading the text back gives the value that was printed, in YAML 1.1 and in 1.2.

use std::fmt::Write as _;

use crate::kube::item::{Item, Value};
use crate::origin::OriginId;
use crate::print::printed::Printed;

/// Prints a document.
pub fn print(item: &Item) -> Printed {
    let mut printer = Printer { text: String::with_capacity(4096), lines: Vec::with_capacity(128) };
    match &item.value {
        Value::Map(entries) if !entries.is_empty() => printer.map(entries, 0, Line::Fresh),
        Value::List(items) if !items.is_empty() => printer.list(items, 0),
        _ => {
            printer.scalar(item, 0);
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

struct Printer {
    text: String,
    lines: Vec<OriginId>,
}

impl Printer {
    fn end(&mut self, origin: OriginId) {
        self.text.push('\n');
        self.lines.push(origin);
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }

    /// Entries at a depth; the first one stands on a line that is already begun where it is `Begun`.
    fn map(&mut self, entries: &[(crate::kube::item::Text, Item)], depth: usize, line: Line) {
        for (index, (key, item)) in entries.iter().enumerate() {
            if index > 0 || line == Line::Fresh {
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
                    self.map(inner, depth + 1, Line::Fresh);
                }
                Value::List(items) if !items.is_empty() => {
                    self.end(item.origin);
                    self.list(items, depth);
                }
                _ => {
                    self.text.push(' ');
                    self.value(item, depth + 1);
                }
            }
        }
    }

    fn list(&mut self, items: &[Item], depth: usize) {
        for item in items {
            self.indent(depth);
            self.text.push('-');
            match &item.value {
                Value::Map(inner) if !inner.is_empty() => {
                    self.text.push(' ');
                    self.map(inner, depth + 1, Line::Begun);
                }
                Value::List(inner) if !inner.is_empty() => {
                    self.end(item.origin);
                    self.list(inner, depth + 1);
                }
                _ => {
                    self.text.push(' ');
                    self.value(item, depth + 1);
                }
            }
        }
    }

    /// A scalar to the end of its line or block; a block's lines stand at `depth`.
    fn value(&mut self, item: &Item, depth: usize) {
        match &item.value {
            Value::Text(text) if is_block(text) => self.block(text, depth, item.origin),
            _ => {
                self.scalar(item, depth);
                self.end(item.origin);
            }
        }
    }

    fn scalar(&mut self, item: &Item, _depth: usize) {
        match &item.value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
            Value::Integer(number) => {
                let _ = write!(self.text, "{number}");
            }
            Value::Decimal(text) => self.text.push_str(text),
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
        && !text.chars().any(|c| {
            (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        })
        && text.split('\n').all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
}

fn string(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(out, text);
    }
}

/// Words that some reader takes for a truth value or nothing; none is longer than five letters.
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
    !matches!(last, b':' | b' ') && (text.len() > 5 || !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
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
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control()
                || matches!(
                    c,
                    '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ) =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Item {
        Item::new(OriginId::BUILTIN, text.to_owned())
    }

    proptest! {
        #[test]
        fn every_string_survives_as_value_and_key(key in "\\PC*|[\\s\\S]{0,12}", value in "\\PC*|[\\s\\S]{0,40}") {
            let list = Item::new(OriginId::BUILTIN, vec![text(&value)]);
            let item = Item::new(OriginId::BUILTIN, Value::Map(vec![(key.clone().into(), text(&value)), ("zz-list".into(), list)]));
            let printed = print(&item);
            prop_assert_eq!(printed.lines.len(), printed.text.lines().count());
            let read: serde_yaml::Value = serde_yaml::from_str(&printed.text).map_err(|error| TestCaseError::fail(format!("{error}: {}", printed.text)))?;
            prop_assert_eq!(read.get(key.as_str()).and_then(|v| v.as_str()), Some(value.as_str()));
            prop_assert_eq!(read["zz-list"][0].as_str(), Some(value.as_str()));
        }
    }

    #[test]
    fn what_readers_take_differently_is_quoted() {
        let nasty = [
            "yes",
            "No",
            "ON",
            "off",
            "y",
            "N",
            "null",
            "~",
            "0123",
            "1_000",
            "12:30",
            "1e3",
            "2001-01-01",
            "=",
            "<<",
            "0x1f",
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "-",
            "? a",
            "{a}",
            "[a]",
            "!a",
            "&a",
            "*a",
            "|",
            ">",
            "'",
            "\"",
            "%a",
            "@a",
            "`a",
        ];
        for word in nasty {
            let printed = print(&text(word)).text;
            assert!(printed.starts_with('"'), "{word} gives {printed}");
        }
    }
}
