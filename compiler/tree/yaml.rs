//! YAML text to a tree: events of the `saphyr-parser` crate, built up without recursion.
//!
//! What readers of YAML disagree on is refused rather than guessed: anchors, merge keys, several documents, keys that
//! are no text, and bare words such as `no` or `0123`.
//!
//! Invariant: nesting is counted here, since the parser limits only brackets; spans are bytes of the given text.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, Tag};

use crate::span::{FileId, Span};

use super::kdl::without_hidden;
use super::node::{Entry, Map, Node, Text, Value};
use super::raw::Fault;

#[path = "yaml/plain.rs"]
mod plain;

const DEPTH: usize = 64;
/// What the parser says of brackets beyond its own limit, which it meets before it gives their events.
const LIMIT: &str = "recursion limit exceeded";
/// The mark that some editors write before a text.
pub(super) const BOM: &str = "\u{FEFF}";

/// The tree of a text and every mistake found; no tree where the text is empty or the syntax is broken.
pub fn parse(text: &str, file: FileId) -> (Option<Node>, Vec<Fault>) {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let shift = u32::try_from(text.len() - body.len()).unwrap_or(0);
    let (clean, mut faults) = without_hidden(body);
    faults.iter_mut().for_each(|fault| fault.range = fault.range.start + shift..fault.range.end + shift);
    let places = Places::new(&clean, shift);
    let mut builder = Builder { file, places, faults, stack: vec![], root: None, documents: 0, end: shift };
    let mut parser = Parser::new_from_str(&clean);
    while let Some(next) = parser.next_event() {
        let stop = match next {
            Ok((event, marks)) => builder.event(event, marks).is_none(),
            Err(error) => {
                let at = builder.places.byte(error.marker().index());
                match error.info() {
                    LIMIT => builder.fault("TG0103", at..at, format!("nested deeper than {DEPTH}")),
                    info => builder.fault("TG0101", at..at, plain::house_style(info)),
                }
                true
            }
        };
        if stop {
            builder.root = None;
            break;
        }
    }
    builder.faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    (builder.root, builder.faults)
}

/// Bytes by character: the parser counts characters.
pub(super) struct Places {
    shift: u32,
    length: u32,
    bytes: Option<Vec<u32>>,
}

impl Places {
    pub(super) fn new(text: &str, shift: u32) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| short(at)).collect());
        Places { shift, length: short(text.len()), bytes }
    }

    pub(super) fn byte(&self, character: usize) -> u32 {
        let at = match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.length),
            None => u32::try_from(character).unwrap_or(u32::MAX).min(self.length),
        };
        at + self.shift
    }
}

/// A collection that is not closed yet.
enum Frame {
    List { span: Span, items: Vec<Node> },
    Map { span: Span, map: Map, key: Option<(Text, Span)> },
}

struct Builder {
    file: FileId,
    places: Places,
    faults: Vec<Fault>,
    stack: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    /// Where the last token ended.
    end: u32,
}

impl Builder {
    fn fault(&mut self, code: &'static str, range: std::ops::Range<u32>, message: impl Into<String>) {
        self.faults.push(Fault { code, range, message: message.into(), hint: None, fix: None });
    }

    fn span(&self, marks: Marks) -> Span {
        let start = self.places.byte(marks.start.index());
        Span::new(self.file, start, self.places.byte(marks.end.index()).max(start))
    }

    /// Takes an event; None stops the reading.
    fn event(&mut self, event: Event<'_>, marks: Marks) -> Option<()> {
        let span = self.span(marks);
        let range = span.start..span.end;
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.fault("TG0108", range, "expected one document, found a second one");
                    return None;
                }
            }
            Event::Alias(_) => {
                self.fault("TG0107", range, "aliases (`*name`) are not read: write the value out");
                self.value(Node::new(span, Value::Null))?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.anchor(anchor, span);
                self.end = span.end;
                self.scalar(text, style, tag, span)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), Frame::List { span, items: vec![] })?;
            }
            Event::MappingStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), Frame::Map { span, map: Map::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end = self.end.max(span.end.min(self.end + u32::from(span.end > span.start)));
                self.close()?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Some(())
    }

    fn anchor(&mut self, anchor: usize, span: Span) {
        if anchor > 0 {
            self.fault("TG0107", span.start..span.end, "anchors (`&name`) are not read: write the value out");
        }
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, frame: Frame) -> Option<()> {
        let (Frame::List { span, .. } | Frame::Map { span, .. }) = frame;
        self.anchor(anchor, span);
        if let Some(tag) = tag {
            let message = format!("the tag `{tag}` is on a list or map, expected a string after it");
            self.fault("TG0107", span.start..span.end, message);
        }
        if matches!(self.stack.last(), Some(Frame::Map { key: None, .. })) {
            self.fault("TG0108", span.start..span.end, "a list or map is used as a key, expected a string");
            return None;
        }
        if self.stack.len() >= DEPTH {
            self.fault("TG0103", span.start..span.end, format!("nested deeper than {DEPTH}"));
            return None;
        }
        self.stack.push(frame);
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let end = self.end;
        let ended = |span: Span| Span { end: end.max(span.start), ..span };
        let node = match self.stack.pop()? {
            Frame::List { span, items } => Node::new(ended(span), Value::List(items)),
            Frame::Map { span, map, .. } => Node::new(ended(span), Value::Map(map)),
        };
        self.value(node)
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, tag: Option<Cow<'_, Tag>>, span: Span) -> Option<()> {
        let range = span.start..span.end;
        let is_plain = style == ScalarStyle::Plain;
        if matches!(self.stack.last(), Some(Frame::Map { key: None, .. })) {
            if let Some(tag) = &tag {
                self.fault("TG0107", range, format!("the tag `{tag}` is on a key, expected a bare string"));
            } else if is_plain && text == "<<" {
                self.fault("TG0107", range, "merge keys (`<<`) are not read: write the fields out");
            } else if is_plain && !matches!(plain::resolve(&text).value, Value::Text(_)) {
                let hint = Some("put it in quotes".to_owned());
                let message = format!("the key `{text}` is not a string");
                self.faults.push(Fault { code: "TG0108", range, message, hint, fix: None });
            }
            return self.value(Node::new(span, Value::Text(Cow::Owned(text.into_owned()))));
        }
        let tag = tag.and_then(|tag| self.reference(&tag, span));
        if !is_plain || tag.is_some() {
            let value = Value::Text(Cow::Owned(text.into_owned()));
            return self.value(Node { span, tag, value });
        }
        let plain = plain::resolve(&text);
        if let Some((code, message)) = plain.fault {
            let hint = Some("put it in quotes if a string is meant".to_owned());
            self.faults.push(Fault { code, range, message, hint, fix: None });
        }
        self.value(Node::new(span, plain.value))
    }

    fn reference(&mut self, tag: &Tag, span: Span) -> Option<Text> {
        if tag.handle == "!" && !tag.suffix.is_empty() {
            return Some(Cow::Owned(tag.suffix.clone()));
        }
        let message = format!("the tag `{tag}` is not read, expected a form of reference such as `!secret`");
        self.fault("TG0107", span.start..span.end, message);
        None
    }

    /// Puts a node into the innermost open collection; text may become a key there.
    fn value(&mut self, node: Node) -> Option<()> {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List { items, .. }) => items.push(node),
            Some(Frame::Map { key: slot @ None, .. }) => {
                let Value::Text(text) = node.value else {
                    self.fault("TG0108", node.span.start..node.span.end, "this is used as a key, expected a string");
                    return None;
                };
                *slot = Some((text, node.span));
            }
            Some(Frame::Map { map, key, .. }) => {
                let (text, span) = key.take()?;
                if map.contains_key(&text) {
                    let message = format!("the key `{text}` is a duplicate in this map");
                    self.fault("TG0104", span.start..span.end, message);
                } else {
                    map.insert(text, Entry { key: span, node });
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
#[path = "yaml/tests.rs"]
mod tests;
