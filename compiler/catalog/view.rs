//! A record of a checked tree, field by field.
//!
//! Invariant: the tree passed the shape check, so a field that has the wrong kind reads as absent.

use indexmap::IndexMap;

use crate::span::Span;
use crate::tree::node::{Node, Value};
pub use crate::tree::word::plain;

/// A record.
#[derive(Clone, Copy)]
pub struct View<'a>(pub &'a Node);

impl<'a> View<'a> {
    /// The span of the record.
    pub fn span(self) -> Span {
        self.0.span
    }

    /// The field, unless it is unset.
    pub fn node(self, field: &str) -> Option<&'a Node> {
        self.0.get(field).filter(|node| node.value != Value::Null)
    }

    /// A text field.
    pub fn text(self, field: &str) -> Option<String> {
        self.node(field).and_then(plain)
    }

    /// A text field, or a default.
    pub fn text_or(self, field: &str, default: &str) -> String {
        self.text(field).unwrap_or_else(|| default.to_owned())
    }

    /// A number.
    pub fn integer(self, field: &str) -> Option<i64> {
        match self.node(field)?.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// A boolean; false where left out.
    pub fn flag(self, field: &str) -> bool {
        matches!(self.node(field).map(|node| &node.value), Some(Value::Bool(true)))
    }

    /// A list of texts; in KDL also words in one string, split at spaces and commas.
    pub fn words(self, field: &str) -> Vec<String> {
        self.items(field)
            .iter()
            .filter_map(plain)
            .flat_map(|text| text.split([' ', ',']).map(str::to_owned).collect::<Vec<_>>())
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// A list of values.
    pub fn items(self, field: &str) -> &'a [Node] {
        self.node(field).map_or(&[], Node::items)
    }

    /// A table or map of records or values.
    pub fn entries(self, field: &str) -> Vec<(String, &'a Node)> {
        match self.node(field).map(|node| &node.value) {
            Some(Value::Map(map)) => map.iter().map(|(key, entry)| (key.to_string(), &entry.node)).collect(),
            _ => Vec::new(),
        }
    }

    /// A table, each entry decoded.
    pub fn table<T>(self, field: &str, decode: impl Fn(&str, View<'a>) -> T) -> IndexMap<String, T> {
        self.entries(field).into_iter().map(|(key, node)| (key.clone(), decode(&key, View(node)))).collect()
    }
}
