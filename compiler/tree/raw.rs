//! KDL text as plain nodes: what the KDL reader hands to the shape-directed reader.
//!
//! Raw nodes know nothing of the schema. They are what the build script stores for the embedded
//! catalog, so a run parses only text that the user wrote.
//!
//! Invariant: byte ranges point into the text that the nodes were read from.

use std::borrow::Cow;
use std::ops::Range;

/// A name or string with the bytes it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text, unquoted and unescaped.
    pub text: Cow<'static, str>,
    /// Where it stands.
    pub range: Range<u32>,
}

/// A literal of KDL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `#null`.
    Null,
    /// `#true` or `#false`.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent, as it was written.
    Decimal(Cow<'static, str>),
    /// A string.
    Text(Cow<'static, str>),
}

/// An argument or the value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawValue {
    /// The type annotation, as in `(secret)"name"`.
    pub tag: Option<Word>,
    /// The literal.
    pub literal: Literal,
    /// The bytes of annotation and literal.
    pub range: Range<u32>,
}

/// A node with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawNode {
    /// The name.
    pub name: Word,
    /// Arguments in order.
    pub arguments: Vec<RawValue>,
    /// Properties in the order written; names are unique.
    pub properties: Vec<(Word, RawValue)>,
    /// The block, if one was written (an empty block is `Some(vec![])`).
    pub children: Option<Vec<RawNode>>,
    /// The bytes of the whole node.
    pub range: Range<u32>,
}

/// A mistake in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The diagnostic code, for instance `TG0101`.
    pub code: &'static str,
    /// Where.
    pub range: Range<u32>,
    /// What was found and what was expected.
    pub message: String,
    /// What to do, if that is sure.
    pub hint: Option<String>,
    /// The text to write in its place, if that is certain.
    pub fix: Option<String>,
}
