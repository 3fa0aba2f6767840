//! KDL text to raw nodes, by way of the `kdl` crate behind a linear guard.
//!
//! The crate recurses without a limit and takes exponential time on nested slashdashes, so [`guard`] walks the text
//! first and refuses what it could not survive. The build script includes this file too: it knows only `std`, `kdl`
//! and the raw nodes.
//!
//! Invariant: every range points into the text that was given, a byte order mark included.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use ::kdl::{KdlEntry, KdlIdentifier, KdlNode, KdlValue};

use super::raw::{Fault, Literal, RawNode, RawValue, Word};

#[path = "kdl/guard.rs"]
mod guard;

/// One node reports no more mistakes than this.
const REPORTED: usize = 5;
/// A file that is no KDL at all needs no more than this to make the point.
const REPORTED_IN_ALL: usize = 100;
const BOM: &str = "\u{FEFF}";

/// The nodes of a text and every mistake found. A node with a mistake in its syntax is left out.
pub fn parse(text: &str) -> (Vec<RawNode>, Vec<Fault>) {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    let guard::Inspected { clean, nodes: ranges, mut faults } = guard::inspect(body);
    let shift = u32::try_from(offset).unwrap_or(0);
    faults.iter_mut().for_each(|fault| fault.range = fault.range.start + shift..fault.range.end + shift);
    let mut nodes = Vec::with_capacity(ranges.len());
    for range in ranges {
        let text = clean.get(range.clone()).unwrap_or("");
        let mut reader = Reader { text, offset: offset + range.start, faults: &mut faults };
        match KdlNode::parse(text) {
            Ok(node) => {
                // The crate takes what surrounds a single node for a part of it.
                let mut raw = reader.node(&node);
                raw.range = reader.range(0, text.len());
                nodes.push(raw);
            }
            Err(error) => reader.syntax(&error),
        }
    }
    faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    (nodes, faults)
}

/// The text with underscores for characters that hide or reorder text, and a fault for each of them.
pub fn without_hidden(text: &str) -> (Cow<'_, str>, Vec<Fault>) {
    guard::replace_forbidden(text)
}

/// Turns a node of the crate into a raw node.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn syntax(&mut self, error: &::kdl::KdlError) {
        // The crate goes on after a mistake; what it finds without a message of its own is an echo of the first.
        let spoken = error.diagnostics.iter().filter(|found| found.message.is_some() || error.diagnostics.len() == 1);
        for diagnostic in spoken.take(REPORTED) {
            let start = diagnostic.span.offset();
            let range = self.range(start, start + diagnostic.span.len());
            let message =
                diagnostic.message.as_deref().unwrap_or("expected values, `key=value` or the end of the node");
            let message = house_style(message);
            let hint = diagnostic.help.as_deref().map(house_style);
            let start = diagnostic.span.offset();
            let written = self.text.get(start..start + diagnostic.span.len()).unwrap_or("");
            let fault = match written {
                "true" | "false" | "null" => {
                    let message = format!("`{written}` is not a valid bare string");
                    let hint = Some(format!("write `#{written}`, or put it in quotes if a string is meant"));
                    Fault { code: "TG0101", range, message, hint, fix: None }
                }
                _ => Fault { code: "TG0101", range, message, hint, fix: None },
            };
            if self.faults.len() < REPORTED_IN_ALL && self.faults.last() != Some(&fault) {
                self.faults.push(fault);
            }
        }
    }

    fn node(&mut self, node: &KdlNode) -> RawNode {
        let name = self.word(node.name());
        let range = self.span(node.span().offset(), node.span().len());
        if node.ty().is_some() {
            let message = format!("the node `{}` has a type annotation, which only a value may have", name.text);
            self.faults.push(Fault { code: "TG0101", range: name.range.clone(), message, hint: None, fix: None });
        }
        let mut raw = RawNode { name, arguments: vec![], properties: vec![], children: None, range };
        let mut seen = BTreeSet::new();
        for entry in node.entries() {
            let value = self.value(entry);
            let Some(name) = entry.name() else {
                raw.arguments.push(value);
                continue;
            };
            let word = self.word(name);
            if seen.insert(name.value()) {
                raw.properties.push((word, value));
            } else {
                let message = format!("the property `{}` stands twice on `{}`", word.text, raw.name.text);
                let hint = Some("leave one of them".to_owned());
                self.faults.push(Fault { code: "TG0104", range: word.range, message, hint, fix: None });
            }
        }
        raw.children = node.children().map(|block| block.nodes().iter().map(|child| self.node(child)).collect());
        raw
    }

    fn word(&self, identifier: &KdlIdentifier) -> Word {
        let start = identifier.span().offset();
        // The crate's span may take in the space that follows, so the length is that of the written form.
        let length = identifier.repr().map_or(identifier.span().len(), str::len);
        Word {
            text: Cow::Owned(unix_lines(identifier.value(), identifier.repr())),
            range: self.range(start, start + length),
        }
    }

    fn value(&mut self, entry: &KdlEntry) -> RawValue {
        let format = entry.format();
        let written = format.map_or("", |format| format.value_repr.as_str());
        let mut start = entry.span().offset();
        if let (Some(name), Some(format)) = (entry.name(), format) {
            start = name.span().offset() + name.repr().map_or(name.span().len(), str::len);
            start += format.after_key.len() + "=".len() + format.after_eq.len();
        }
        let mut tag = None;
        let mut end = start + written.len();
        if let (Some(annotation), Some(format)) = (entry.ty(), format) {
            tag = Some(self.word(annotation));
            let after_name = annotation.span().offset() + annotation.repr().map_or(annotation.span().len(), str::len);
            end = after_name + format.after_ty_name.len() + ")".len() + format.after_ty.len() + written.len();
            if end < start || entry.name().is_none() {
                start = annotation.span().offset().saturating_sub(format.before_ty_name.len() + "(".len());
            }
        }
        let range = self.range(start, end);
        let literal = self.literal(entry.value(), written, &range);
        RawValue { tag, literal, range }
    }

    fn literal(&mut self, value: &KdlValue, written: &str, range: &Range<u32>) -> Literal {
        let problem = match value {
            KdlValue::Null => return Literal::Null,
            KdlValue::Bool(truth) => return Literal::Bool(*truth),
            KdlValue::String(text) => return Literal::Text(Cow::Owned(unix_lines(text, Some(written)))),
            KdlValue::Integer(number) => match i64::try_from(*number) {
                Ok(number) => return Literal::Integer(number),
                Err(_) => "is beyond the integers of 64 bits",
            },
            // JSON, YAML and config files know neither digit separators nor a plus sign.
            KdlValue::Float(number) if number.is_finite() => {
                return Literal::Decimal(Cow::Owned(written.trim_start_matches('+').replace('_', "")));
            }
            KdlValue::Float(_) => "is not a valid number",
        };
        let message = format!("`{written}` {problem}");
        let hint = Some("put it in quotes if a string is meant".to_owned());
        self.faults.push(Fault { code: "TG0106", range: range.clone(), message, hint, fix: None });
        Literal::Text(Cow::Owned(written.to_owned()))
    }

    /// A crate's span without the space after it.
    fn span(&self, start: usize, length: usize) -> Range<u32> {
        let written = self.text.get(start..start + length).unwrap_or("");
        self.range(start, start + written.trim_end().len())
    }

    fn range(&self, start: usize, end: usize) -> Range<u32> {
        let bytes = |mut at: usize| {
            at = at.min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            u32::try_from(at + self.offset).unwrap_or(u32::MAX)
        };
        bytes(start)..bytes(end.max(start))
    }
}

/// A string over several lines has them ended by a line feed, whichever ends the file's lines have.
fn unix_lines(text: &str, written: Option<&str>) -> String {
    match written {
        Some(written) if text.contains('\r') && written.contains('\r') => text.replace("\r\n", "\n"),
        _ => text.to_owned(),
    }
}

/// The crate's sentence as a message: it opens in lower case and has no full stop.
fn house_style(sentence: &str) -> String {
    let sentence = sentence.trim().trim_end_matches('.');
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
#[path = "kdl/tests.rs"]
mod tests;
