//! Raw nodes to a tree, by the shape that the document has.
//!
//! Invariant: a name or value that has no place in the shape is a fault, never dropped in silence.

use std::borrow::Cow;
use std::ops::Range;

use crate::span::{FileId, Span};

use super::check::unknown_field;
use super::node::{Entry, Map, Node, Text, Value};
use super::raw::{Fault, Literal, RawNode, RawValue, Word};
use super::renamed::renamed_field;
use super::shape::{Record, Shape};

/// A document whose nodes are the fields of a record.
pub fn read(nodes: &[RawNode], record: &'static Record, file: FileId, faults: &mut Vec<Fault>) -> Node {
    read_shape(nodes, &Shape::Record(record), file, faults)
}

/// A document whose nodes are what stands in the block of a node of that shape.
pub fn read_shape(nodes: &[RawNode], shape: &Shape, file: FileId, faults: &mut Vec<Fault>) -> Node {
    let end = nodes.last().map_or(0, |node| node.range.end);
    let content = Content { name: "", arguments: &[], properties: &[], children: Some(nodes), range: 0..end };
    Reader { file, faults }.value(&content, shape)
}

/// A document that is one node of that name.
pub fn read_single(
    nodes: &[RawNode],
    name: &str,
    record: &'static Record,
    file: FileId,
    faults: &mut Vec<Fault>,
) -> Option<Node> {
    let mut found = None;
    for node in nodes {
        let message = match (node.name.text == name, found) {
            (true, None) => {
                found = Some(node);
                continue;
            }
            (true, Some(_)) => format!("`{name}` stands twice"),
            (false, _) => format!("expected one node `{name}`, found `{}` beside it", node.name.text),
        };
        let code = if node.name.text == name { "TG0205" } else { "TG0201" };
        faults.push(Fault { code, range: node.name.range.clone(), message, hint: None, fix: None });
    }
    let Some(node) = found else {
        let message = format!("expected a node `{name}`, found none");
        faults.push(Fault { code: "TG0206", range: 0..0, message, hint: None, fix: None });
        return None;
    };
    Some(Reader { file, faults }.value(&Content::of(node), &Shape::Record(record)))
}

/// What belongs to a name: of a node, of a property, or of a part of a node's arguments.
struct Content<'n> {
    /// For messages; empty for the document itself.
    name: &'n str,
    arguments: &'n [RawValue],
    properties: &'n [(Word, RawValue)],
    children: Option<&'n [RawNode]>,
    range: Range<u32>,
}

impl<'n> Content<'n> {
    fn of(node: &'n RawNode) -> Self {
        Content {
            name: &node.name.text,
            arguments: &node.arguments,
            properties: &node.properties,
            children: node.children.as_deref(),
            range: node.range.clone(),
        }
    }

    /// Only these arguments, under the same name.
    fn arguments(name: &'n str, arguments: &'n [RawValue]) -> Self {
        let start = arguments.first().map_or(0, |value| value.range.start);
        let end = arguments.last().map_or(start, |value| value.range.end);
        Content { name, arguments, properties: &[], children: None, range: start..end }
    }

    fn bare(&self) -> bool {
        self.properties.is_empty() && self.children.is_none()
    }

    /// `#null` alone unsets whatever the shape is.
    fn unset(&self) -> bool {
        self.bare() && matches!(self.arguments, [RawValue { literal: Literal::Null, tag: None, .. }])
    }

    fn subject(&self) -> String {
        if self.name.is_empty() { "this file".to_owned() } else { format!("`{}`", self.name) }
    }
}

struct Reader<'f> {
    file: FileId,
    faults: &'f mut Vec<Fault>,
}

impl Reader<'_> {
    fn value(&mut self, content: &Content<'_>, shape: &Shape) -> Node {
        if content.unset() {
            return self.node(&content.range, Value::Null);
        }
        match shape {
            Shape::Text
            | Shape::Name
            | Shape::Typed(_)
            | Shape::Integer(..)
            | Shape::Boolean
            | Shape::Choice(_)
            | Shape::Scalar
            | Shape::Value => self.scalars(content, shape),
            Shape::List(item) => {
                self.no_block(content);
                let item =
                    |value: &RawValue| self.value(&Content::arguments(content.name, std::slice::from_ref(value)), item);
                let items = content.arguments.iter().map(item).collect();
                self.node(&content.range, Value::List(items))
            }
            Shape::Table(item) => self.table(content, item),
            Shape::Map(item) => {
                self.no_arguments(content, content.arguments);
                self.map(content, item)
            }
            Shape::Sequence(record) => {
                let item = self.record(content, record);
                self.node(&content.range, Value::List(vec![item]))
            }
            Shape::Record(record) => self.record(content, record),
            Shape::Any => self.any(content),
        }
    }

    fn scalars(&mut self, content: &Content<'_>, shape: &Shape) -> Node {
        self.no_block(content);
        let several = matches!(shape, Shape::Value);
        match content.arguments {
            [] if content.bare() => {
                self.fault("TG0203", &content.range, format!("{} needs a value", content.subject()));
                self.node(&content.range, Value::Null)
            }
            [] => self.node(&content.range, Value::Null),
            [value] => self.literal(value),
            values if several => {
                let items = values.iter().map(|value| self.literal(value)).collect();
                self.node(&content.range, Value::List(items))
            }
            [value, extra, ..] => {
                let message = format!("{} takes one value, found {}", content.subject(), content.arguments.len());
                self.fault("TG0203", &extra.range, message);
                self.literal(value)
            }
        }
    }

    fn record(&mut self, content: &Content<'_>, record: &'static Record) -> Node {
        let mut map = Map::new();
        let mut rest = Map::new();
        self.positional(content, record, &mut map);
        for (name, part) in parts(content) {
            match (record.field(&name.text), record.rest) {
                (Some(field), _) => self.place(&mut map, name, &part, &field.shape),
                (None, Some(shape)) => self.place(&mut rest, name, &part, shape),
                (None, None) => {
                    self.faults.push(unknown_field(&content.subject(), record, (&name.text, name.range.clone())));
                    if let Some(field) = renamed_field(record, &name.text) {
                        self.place(&mut map, name, &part, &field.shape);
                    }
                }
            }
        }
        if !rest.is_empty() {
            let node = self.node(&content.range, Value::Map(rest));
            map.insert(Cow::Borrowed(Record::REST), Entry { key: node.span, node });
        }
        self.node(&content.range, Value::Map(map))
    }

    fn positional(&mut self, content: &Content<'_>, record: &'static Record, map: &mut Map) {
        let mut left = content.arguments;
        for (index, name) in record.positional.iter().enumerate() {
            let Some((first, after)) = left.split_first() else { return };
            let Some(field) = record.field(name) else { continue };
            let last = index + 1 == record.positional.len();
            let all = last && matches!(field.shape, Shape::Value | Shape::List(_));
            let taken = if all { left } else { std::slice::from_ref(first) };
            left = if all { &[] } else { after };
            let node = self.value(&Content::arguments(content.name, taken), &field.shape);
            map.insert(Cow::Borrowed(field.name), Entry { key: self.span(&first.range), node });
        }
        self.no_arguments(content, left);
    }

    /// Enters what a name holds; tables, lists and sequences grow with each node of the name.
    fn place(&mut self, map: &mut Map, name: &Word, content: &Content<'_>, shape: &Shape) {
        let node = self.value(content, shape);
        let Some(old) = map.get_mut(&name.text) else {
            map.insert(name.text.clone(), Entry { key: self.span(&name.range), node });
            return;
        };
        match (shape, &mut old.node.value, node.value) {
            (Shape::Table(_), Value::Map(old), Value::Map(new)) => {
                for (key, entry) in new {
                    if old.contains_key(&key) {
                        let message = format!("`{} {key}` stands twice", name.text);
                        self.fault("TG0205", &(entry.key.start..entry.key.end), message);
                    } else {
                        old.insert(key, entry);
                    }
                }
            }
            (Shape::List(_) | Shape::Sequence(_), Value::List(old), Value::List(new)) => old.extend(new),
            _ => self.fault("TG0205", &name.range, format!("`{}` stands twice", name.text)),
        }
    }

    /// One entry, named by the first argument; within another table or a map also a block of entries.
    fn table(&mut self, content: &Content<'_>, item: &Shape) -> Node {
        let Some((first, left)) = content.arguments.split_first() else {
            if content.name.is_empty() {
                return self.map(content, item);
            }
            let message = format!("{} needs a name, as in `{} NAME`", content.subject(), content.name);
            self.fault("TG0204", &content.range, message);
            return self.node(&content.range, Value::Map(Map::new()));
        };
        let key = match (&first.tag, &first.literal) {
            (None, Literal::Text(text) | Literal::Decimal(text)) => text.clone(),
            (None, Literal::Integer(number)) => Cow::Owned(number.to_string()),
            _ => {
                let message = format!("{} needs a name, and this is not a string", content.subject());
                self.fault("TG0204", &first.range, message);
                return self.node(&content.range, Value::Map(Map::new()));
            }
        };
        let entry = Content {
            name: &key,
            arguments: left,
            properties: content.properties,
            children: content.children,
            range: content.range.clone(),
        };
        let node = self.value(&entry, item);
        let map = Map::from_iter([(key.clone(), Entry { key: self.span(&first.range), node })]);
        self.node(&content.range, Value::Map(map))
    }

    fn map(&mut self, content: &Content<'_>, item: &Shape) -> Node {
        let mut map = Map::new();
        for (name, part) in parts(content) {
            self.place(&mut map, name, &part, item);
        }
        self.node(&content.range, Value::Map(map))
    }

    fn any(&mut self, content: &Content<'_>) -> Node {
        let children = content.children.unwrap_or(&[]);
        if !content.arguments.is_empty() {
            return self.scalars(content, &Shape::Value);
        }
        if content.bare() {
            self.fault("TG0203", &content.range, format!("{} needs a value or a block", content.subject()));
        }
        if children.is_empty() || children.iter().any(|child| child.name.text != "-") {
            return self.map(content, &Shape::Any);
        }
        if let Some((name, _)) = content.properties.first() {
            self.fault("TG0203", &name.range, format!("{} is a list, which has no `key=value`", content.subject()));
        }
        let items = children.iter().map(|child| self.value(&Content::of(child), &Shape::Any)).collect();
        self.node(&content.range, Value::List(items))
    }

    fn no_block(&mut self, content: &Content<'_>) {
        for (name, value) in content.properties {
            let message = format!("{} takes values only, found `{}=`", content.subject(), name.text);
            // A text with `=` that was meant as a value, for instance a parameter of the kernel.
            let hint = literal_text(&value.literal)
                .map(|text| format!("put it in quotes if it is a value: `\"{}={text}\"`", name.text));
            self.faults.push(Fault { code: "TG0203", range: name.range.clone(), message, hint, fix: None });
        }
        if content.properties.is_empty() && content.children.is_some() {
            self.fault("TG0203", &content.range, format!("{} takes values only, found a block", content.subject()));
        }
    }

    fn no_arguments(&mut self, content: &Content<'_>, extra: &[RawValue]) {
        let Some(first) = extra.first() else { return };
        let allowed = content.arguments.len() - extra.len();
        let message = match allowed {
            0 => format!("{} takes no bare value", content.subject()),
            1 => format!("{} takes one bare value, found {}", content.subject(), content.arguments.len()),
            _ => format!("{} takes {allowed} bare values, found {}", content.subject(), content.arguments.len()),
        };
        let hint = Some("other fields are written `name=value` or in the block".to_owned());
        self.faults.push(Fault { code: "TG0203", range: first.range.clone(), message, hint, fix: None });
    }

    fn literal(&self, value: &RawValue) -> Node {
        let literal = match &value.literal {
            Literal::Null => Value::Null,
            Literal::Bool(truth) => Value::Bool(*truth),
            Literal::Integer(number) => Value::Integer(*number),
            Literal::Decimal(text) => Value::Decimal(text.clone()),
            Literal::Text(text) => Value::Text(text.clone()),
        };
        let tag: Option<Text> = value.tag.as_ref().map(|tag| tag.text.clone());
        Node { span: self.span(&value.range), tag, value: literal }
    }

    fn node(&self, range: &Range<u32>, value: Value) -> Node {
        Node::new(self.span(range), value)
    }

    fn span(&self, range: &Range<u32>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn fault(&mut self, code: &'static str, range: &Range<u32>, message: String) {
        self.faults.push(Fault { code, range: range.clone(), message, hint: None, fix: None });
    }
}

/// A literal as it stands in a text.
fn literal_text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Integer(number) => Some(number.to_string()),
        Literal::Decimal(text) | Literal::Text(text) => Some(text.to_string()),
        Literal::Null | Literal::Bool(_) => None,
    }
}

/// The properties, then the nodes of the block.
fn parts<'n>(content: &Content<'n>) -> impl Iterator<Item = (&'n Word, Content<'n>)> + use<'n> {
    let property =
        |(name, value): &'n (Word, RawValue)| (name, Content::arguments(&name.text, std::slice::from_ref(value)));
    let children = content.children.unwrap_or(&[]).iter().map(|child| (&child.name, Content::of(child)));
    content.properties.iter().map(property).chain(children)
}

#[cfg(test)]
#[path = "read/tests.rs"]
pub(super) mod tests;
