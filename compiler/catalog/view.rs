//! A record of a checked tree, field by field.
//!
//! Invariant: the tree passed the shape check, so a field that has the wrong kind reads as absent.

use indexmap::IndexMap;

use super::service::{Bounds, Condition, NodeCondition};
use crate::span::Span;
use crate::tree::node::{Node, Value};

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

    /// A truth value; false where left out.
    pub fn flag(self, field: &str) -> bool {
        matches!(self.node(field).map(|node| &node.value), Some(Value::Bool(true)))
    }

    /// A list of texts; in KDL also words in one string, split at blanks and commas.
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

    /// `since`, `until` and `when`.
    pub fn bounds(self) -> Bounds {
        let when = self.text("when").unwrap_or_default();
        Bounds {
            since: self.text("since"),
            until: self.text("until"),
            when: when.split_whitespace().map(condition).collect(),
        }
    }
}

/// The text of a scalar without a tag.
pub fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Decimal(text) => Some(text.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn condition(word: &str) -> Condition {
    let negated = word.starts_with('!');
    let word = word.trim_start_matches('!');
    if let Some(service) = word.strip_prefix("service:") {
        return Condition { negated, service: Some(service.to_owned()), tls: None, node: None, setting: None };
    }
    if let Some(capability) = word.strip_prefix("tls:") {
        return Condition { negated, service: None, tls: Some(capability.to_owned()), node: None, setting: None };
    }
    let node = word.strip_prefix("node:").map(|name| NodeCondition::This(name.to_owned()));
    let node = node.or_else(|| word.strip_prefix("nodes:").map(|name| NodeCondition::Any(name.to_owned())));
    if node.is_some() {
        return Condition { negated, service: None, tls: None, node, setting: None };
    }
    let (name, value) = word.split_once('=').unwrap_or((word, "true"));
    let (name, negated) = name.strip_suffix('!').map_or((name, negated), |name| (name, !negated));
    let (service, name) = match name.split_once('.') {
        Some((service, name)) => (Some(service.to_owned()), name),
        None => (None, name),
    };
    Condition { negated, service, tls: None, node: None, setting: Some((name.to_owned(), value.to_owned())) }
}
