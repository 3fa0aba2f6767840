//! Values: literals, what a function gives, texts of both; alone, in lists and by name.
//!
//! Invariant: two values are equal where they say the same, wherever they stand.

use indexmap::IndexMap;

use super::reference::{Piece, Reference};
use crate::span::Span;
use crate::tree::node::{Node, Text, Value};
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Shape;
use crate::tree::word::Word;

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Decimal(Text),
    /// A text.
    Text(Text),
}

impl Literal {
    /// The scalar as text.
    pub fn text(&self) -> String {
        match self {
            Literal::Bool(flag) => flag.to_string(),
            Literal::Integer(number) => number.to_string(),
            Literal::Decimal(text) | Literal::Text(text) => text.to_string(),
        }
    }
}

/// A value; two are equal where they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: Kind,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Itself.
    Literal(Literal),
    /// What a function gives.
    Reference(Reference),
    /// Pieces in order.
    Text(Vec<Piece>),
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Expr {
    /// The text of a literal.
    pub fn literal(&self) -> Option<String> {
        if let Kind::Literal(literal) = &self.kind { Some(literal.text()) } else { None }
    }

    /// The references in it.
    pub fn references(&self) -> Vec<&Reference> {
        match &self.kind {
            Kind::Literal(_) => Vec::new(),
            Kind::Reference(reference) => vec![reference],
            Kind::Text(pieces) => pieces.iter().filter_map(Piece::reference).collect(),
        }
    }

    /// Does it give none under some conditions?
    pub fn is_conditional(&self) -> bool {
        matches!(self.kind, Kind::Reference(Reference::If(..)))
    }

    /// Does it give a value for each of some records?
    pub fn is_each(&self) -> bool {
        matches!(self.kind, Kind::Reference(Reference::Each(_)))
    }

    /// Does it give a secret?
    pub fn is_secret(&self) -> bool {
        self.references().into_iter().any(Reference::is_secret)
    }
}

/// A value, a list, or entries by name, at any depth.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Where it stands.
    pub span: Span,
    /// What it holds.
    pub branch: Branch,
}

/// What a tree holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Branch {
    /// An explicit unset.
    Unset,
    /// A value.
    One(Expr),
    /// Values in order.
    List(Vec<Tree>),
    /// Entries by name.
    Map(IndexMap<Word, Tree>),
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.branch == other.branch
    }
}

impl Tree {
    /// The items of a list, or the tree alone; none where it is unset.
    pub fn items(&self) -> &[Tree] {
        match &self.branch {
            Branch::Unset => &[],
            Branch::List(items) => items,
            Branch::One(_) | Branch::Map(_) => std::slice::from_ref(self),
        }
    }

    /// The values: of a list each, else the one.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        self.items().iter().filter_map(|item| if let Branch::One(value) = &item.branch { Some(value) } else { None })
    }

    /// The one literal's text.
    pub fn literal(&self) -> Option<String> {
        if let Branch::One(value) = &self.branch { value.literal() } else { None }
    }

    /// The entries, where it has some.
    pub fn as_map(&self) -> Option<&IndexMap<Word, Tree>> {
        if let Branch::Map(map) = &self.branch { Some(map) } else { None }
    }

    /// All values at any depth.
    pub fn leaves(&self) -> Vec<&Expr> {
        match &self.branch {
            Branch::Unset => Vec::new(),
            Branch::One(value) => vec![value],
            Branch::List(items) => items.iter().flat_map(Tree::leaves).collect(),
            Branch::Map(map) => map.values().flat_map(Tree::leaves).collect(),
        }
    }
}

impl Described for Tree {
    const SHAPE: Shape = Shape::Any;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let branch = match &node.value {
            Value::Null => Branch::Unset,
            Value::List(items) => Branch::List(items.iter().filter_map(|item| Tree::decode(item, decoder)).collect()),
            Value::Map(map) => Branch::Map(
                map.iter()
                    .filter_map(|(name, entry)| {
                        Some((Word::new(name.to_string(), entry.key), Tree::decode(&entry.node, decoder)?))
                    })
                    .collect(),
            ),
            Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) | Value::Text(_) => {
                Branch::One(Expr::decode(node, decoder)?)
            }
        };
        Some(Tree { span: node.span, branch })
    }
}

/// A value or a list of values, or an explicit unset.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub Tree);

impl std::ops::Deref for Values {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.0
    }
}

impl Described for Values {
    const SHAPE: Shape = Shape::Value;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Tree::decode(node, decoder).map(Values)
    }
}
