//! What a type says of itself that a document can hold: the shape of its text, and how a checked tree is decoded.
//!
//! Invariant: a type decodes every tree of its shape, or there is a diagnostic.

use super::node::Node;
use super::shape::Shape;
use super::spanned::{Traced, Word};
use crate::diag::Sink;
use crate::span::Span;

/// What decoding needs beside the tree.
#[derive(Debug)]
pub struct Decoder<'d> {
    /// The OpenStack releases that there are, oldest first.
    pub releases: &'d [String],
    /// Diagnostics.
    pub sink: &'d mut Sink,
}

/// A type that a document can hold.
pub trait Described: Sized {
    /// What its text may be.
    const SHAPE: Shape;
    /// What the text of several may be.
    const LIST: Shape = Shape::List(&Self::SHAPE);
    /// Must it be given?
    const REQUIRED: bool = true;

    /// Decodes a tree that was checked against the shape; None where there is a diagnostic.
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;

    /// Decodes several.
    fn decode_list(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Self> {
        Self::decode_traced(nodes, decoder).into_iter().map(|traced| traced.value).collect()
    }

    /// Decodes several, each with its place.
    fn decode_traced(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Traced<Self>> {
        nodes.iter().filter_map(|node| Some(Traced::new(Self::decode(node, decoder)?, node.span))).collect()
    }

    /// What stands for a value that is not valid, which was told, where a record cannot be without one.
    fn unchecked(_: &Node) -> Option<Self> {
        None
    }

    /// Takes the name that it stands under in a table.
    #[must_use]
    fn named(self, _: &Word) -> Self {
        self
    }

    /// What stands for a field that is left out.
    fn absent() -> Option<Self> {
        None
    }

    /// What an explicit unset of an entry stands for.
    fn unset(_: Span) -> Option<Self> {
        Self::absent()
    }
}
