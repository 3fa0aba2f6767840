//! One description of a record: the documented struct is the shape that a text is checked by, the decoder, the defaults, the
//! JSON Schema and the reference manual.
//!
//! The type of a field says everything about it: `Option<T>` may be left out, `T = default` has a default, another `T` must
//! be there; a `Vec` or a table may be empty unless it is marked `[required]`. A field that the lowest layer gives is marked
//! `[merged]`: a document need not have it, what is decoded must.
//!
//! Invariant: a record that is described here cannot be checked by one set of fields and decoded by another.

use indexmap::IndexMap;

use super::node::{Node, Value};
use super::shape::Shape;
use super::word::{Label, Traced, Word, plain, word_of};
use crate::diag::Diagnostic;
use crate::span::Span;

pub use super::described::{Decoder, Described};

/// Entries by name; in KDL the node is repeated, its first argument is the name.
pub type Table<T> = IndexMap<Word, T>;

/// Entries by name; in KDL the names are child nodes or properties.
#[derive(Debug, Clone)]
pub struct Entries<T>(pub IndexMap<Word, T>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(IndexMap::new())
    }
}

impl<T> std::ops::Deref for Entries<T> {
    type Target = IndexMap<Word, T>;

    fn deref(&self) -> &IndexMap<Word, T> {
        &self.0
    }
}

impl Decoder<'_> {
    /// Tells of a field that the lowest layer gives and a higher one unsets.
    pub fn unset_field(&mut self, name: &str, span: Span) {
        let message = format!("`{name}` is unset, and it must have a value");
        self.sink.push(Diagnostic::error("TG0206", span, message));
    }
}

/// A literal as text; a reference is a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain(pub String);

impl Described for Plain {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Some(tag) = &node.tag {
            let message = format!("this cannot be a reference, found `{tag}`");
            decoder.sink.push(Diagnostic::error("TG0209", node.span, message));
            return None;
        }
        plain(node).map(Plain)
    }
}

/// An integer within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int<const LOW: i64, const HIGH: i64>(pub i64);

/// An integer.
pub type Whole = Int<{ i64::MIN }, { i64::MAX }>;

/// A flag that is `#true` where it is given; `#false` would say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given;

impl<const LOW: i64, const HIGH: i64> Described for Int<LOW, HIGH> {
    const SHAPE: Shape = Shape::Integer(LOW, HIGH);

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        match node.value {
            Value::Integer(number) if (LOW..=HIGH).contains(&number) => Some(Int(number)),
            _ => None,
        }
    }
}

impl<const LOW: i64, const HIGH: i64> std::fmt::Display for Int<LOW, HIGH> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Described for bool {
    const SHAPE: Shape = Shape::Boolean;
    const REQUIRED: bool = false;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        if let Value::Bool(flag) = node.value { Some(flag) } else { None }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl Described for Given {
    const SHAPE: Shape = Shape::Boolean;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.value == Value::Bool(false) {
            let message = "`#false` has no effect here, expected `#true`";
            decoder.sink.push(Diagnostic::error("TG0202", node.span, message).hint("leave the field out"));
            return None;
        }
        Some(Given)
    }
}

impl Described for String {
    const SHAPE: Shape = Shape::Text;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        plain(node)
    }
}

impl Described for Label {
    const SHAPE: Shape = Shape::Name;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        word_of(node).map(Label)
    }
}

/// Anything, as a tree.
impl Described for Node {
    const SHAPE: Shape = Shape::Any;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(node.clone())
    }
}

impl<T: Described> Described for Traced<T> {
    const SHAPE: Shape = T::SHAPE;
    const LIST: Shape = T::LIST;
    const REQUIRED: bool = T::REQUIRED;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Traced::new(T::decode(node, decoder)?, node.span))
    }

    fn decode_list(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Self> {
        T::decode_traced(nodes, decoder)
    }
}

impl<T: Described> Described for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const LIST: Shape = T::LIST;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(T::decode(node, decoder))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Described> Described for Vec<T> {
    const SHAPE: Shape = T::LIST;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(T::decode_list(node.items(), decoder))
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<T: Described> Described for Table<T> {
    const SHAPE: Shape = Shape::Table(&T::SHAPE);
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(entries(node, decoder))
    }

    fn absent() -> Option<Self> {
        Some(IndexMap::new())
    }
}

impl<T: Described> Described for Entries<T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Entries(entries(node, decoder)))
    }

    fn absent() -> Option<Self> {
        Some(Entries::default())
    }
}

/// The entries of a map, each decoded.
pub fn entries<T: Described>(node: &Node, decoder: &mut Decoder<'_>) -> IndexMap<Word, T> {
    let mut found = IndexMap::new();
    for (name, entry) in node.as_map().into_iter().flatten() {
        let value = match entry.node.value {
            Value::Null => T::unset(entry.node.span),
            _ => T::decode(&entry.node, decoder),
        };
        if let Some(value) = value {
            let name = key(name, entry.key);
            let value = value.named(&name);
            found.insert(name, value);
        }
    }
    found
}

/// A key with its place, without the quotes around it.
fn key(name: &str, span: Span) -> Word {
    let node = Node::new(span, Value::Text(name.to_owned().into()));
    word_of(&node).unwrap_or_else(|| Word::new(name, span))
}

/// A field of a record; what stands for it where it is left out.
pub fn field<T: Described>(
    node: &Node,
    name: &str,
    decoder: &mut Decoder<'_>,
    absent: impl FnOnce(&mut Decoder<'_>, Absence) -> Option<T>,
) -> Option<T> {
    match node.get(name).filter(|node| node.value != Value::Null) {
        Some(node) => T::decode(node, decoder).or_else(|| absent(decoder, Absence::Invalid)),
        None => absent(decoder, Absence::LeftOut),
    }
}

/// Why a field has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It is not there, or unset.
    LeftOut,
    /// What it holds is not valid, which was told.
    Invalid,
}

/// A Rust name as documents write it: `host-type` for `host_type`.
pub const fn kebab<const LENGTH: usize>(name: &str) -> [u8; LENGTH] {
    let bytes = name.as_bytes();
    let mut out = [0; LENGTH];
    let mut index = 0;
    while index < LENGTH {
        #[allow(clippy::indexing_slicing, reason = "a constant: an index out of bounds does not compile")]
        {
            out[index] = if bytes[index] == b'_' { b'-' } else { bytes[index] };
        }
        index += 1;
    }
    out
}

/// Bytes that [`kebab`] made as text.
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// A line of documentation without the space that it begins with.
pub const fn sentence(doc: &'static str) -> &'static str {
    match doc.as_bytes() {
        [b' ', rest @ ..] => text(rest),
        _ => doc,
    }
}

#[cfg(test)]
mod tests;
