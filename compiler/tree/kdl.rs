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

use ::kdl::{KdlDocument, KdlEntry, KdlIdentifier, KdlNode, KdlValue};

use super::raw::{Fault, Literal, RawNode, RawValue, Word};

#[path = "kdl/guard.rs"]
mod guard;

const BOM: &str = "\u{FEFF}";

/// The nodes of a text and every mistake found. A text with a mistake in its syntax has no nodes.
pub fn parse(text: &str) -> (Vec<RawNode>, Vec<Fault>) {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    let (clean, faults) = guard::inspect(body);
    let mut reader = Reader { text: body, offset, faults };
    let nodes = match clean {
        Some(clean) => match KdlDocument::parse_v2(&clean) {
            Ok(document) => document.nodes().iter().map(|node| reader.node(node)).collect(),
            Err(error) => {
                reader.syntax(&error);
                vec![]
            }
        },
        None => vec![],
    };
    let shift = u32::try_from(offset).unwrap_or(0);
    let guarded = reader.faults.iter_mut().filter(|fault| guard::CODES.contains(&fault.code));
    guarded.for_each(|fault| fault.range = fault.range.start + shift..fault.range.end + shift);
    reader.faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    (nodes, reader.faults)
}

/// Turns the crate's document into raw nodes.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn syntax(&mut self, error: &::kdl::KdlError) {
        for diagnostic in &error.diagnostics {
            let start = diagnostic.span.offset();
            let range = self.range(start, start + diagnostic.span.len());
            let message = house_style(diagnostic.message.as_deref().unwrap_or("this is no valid kdl"));
            let hint = diagnostic.help.as_deref().map(house_style);
            let fault = Fault { code: "TG0101", range, message, hint };
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    fn node(&mut self, node: &KdlNode) -> RawNode {
        let name = self.word(node.name());
        let range = self.span(node.span().offset(), node.span().len());
        if node.ty().is_some() {
            let message = format!("the node `{}` has a type annotation, which only a value may have", name.text);
            self.faults.push(Fault { code: "TG0101", range: name.range.clone(), message, hint: None });
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
                self.faults.push(Fault { code: "TG0104", range: word.range, message, hint });
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
                Err(_) => "is beyond the whole numbers of 64 bits",
            },
            // JSON, YAML and config files know neither digit separators nor a plus sign.
            KdlValue::Float(number) if number.is_finite() => {
                return Literal::Decimal(Cow::Owned(written.trim_start_matches('+').replace('_', "")));
            }
            KdlValue::Float(_) => "is no number that a config file can hold",
        };
        let message = format!("`{written}` {problem}");
        let hint = Some("put it in quotes if text is meant".to_owned());
        self.faults.push(Fault { code: "TG0106", range: range.clone(), message, hint });
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
