//! The tree that KDL and YAML meet in: maps, lists and scalars, each with the span it was written at.
//!
//! Invariant: keys of a map are unique; order is the order written.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::span::Span;

/// Text that is either embedded in the program or was read at run time.
pub type Text = Cow<'static, str>;

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it was written.
    pub span: Span,
    /// The form of reference, as in KDL's `(secret)"name"` and YAML's `!secret name`.
    pub tag: Option<Text>,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `#null` or `null`: an explicit unset.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent, as it was written.
    Decimal(Text),
    /// A string.
    Text(Text),
    /// Values in order.
    List(Vec<Node>),
    /// Entries by name.
    Map(Map),
}

/// Entries by name, in the order written.
pub type Map = IndexMap<Text, Entry>;

/// A key's place and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key was written.
    pub key: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A node without a tag.
    pub fn new(span: Span, value: Value) -> Self {
        Node { span, tag: None, value }
    }

    /// The entry of that name, where this is a map that has one.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(map) => map.get(name).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The entries, where this is a map.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The text, where this is a string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items: those of a list, or this node alone where it is a scalar.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }
}
