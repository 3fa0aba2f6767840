//! Values that only the pod or the node knows, beside those that a build knows.
//!
//! Invariant: their functions stand where a pod or a node is, and nowhere else.

use super::field::PodField;
use super::parse::{closed, single};
use super::value::Expr;
use crate::span::Span;
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Shape;
use crate::tree::word::Word;

/// The value of an environment variable.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// A field of the pod.
    Pod(PodField, Span),
    /// A value.
    Value(Expr),
}

impl EnvValue {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            EnvValue::Pod(_, span) => *span,
            EnvValue::Value(value) => value.span,
        }
    }
}

impl Described for EnvValue {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.tag.as_deref() {
            Some("pod") => Some(EnvValue::Pod(closed(node, decoder, PodField::CHOICES, PodField::parse)?, node.span)),
            _ => Expr::decode(node, decoder).map(EnvValue::Value),
        }
    }
}

/// The value of an option that is known only on the node.
#[derive(Debug, Clone)]
pub enum NodeValue {
    /// The node's address in a network.
    Address(Word),
    /// A value.
    Value(Expr),
}

impl Described for NodeValue {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.tag.as_deref() {
            Some("node-address") => single(node, decoder).map(NodeValue::Address),
            _ => Expr::decode(node, decoder).map(NodeValue::Value),
        }
    }
}
