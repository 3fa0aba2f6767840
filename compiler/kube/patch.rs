//! stub
use crate::{kube::item::Item, tree::node::Node, span::Span, origin::OriginId};
/// x
pub struct PatchError { /// s
pub span: Span, /// m
pub message: String }
/// x
pub fn merge(_: &mut Item, _: &Node, _: &mut dyn FnMut(Span) -> OriginId) -> Result<bool, PatchError> { Ok(false) }
/// x
pub fn apply(_: &mut Item, _: &[Node], _: &mut dyn FnMut(Span) -> OriginId) -> Result<bool, PatchError> { Ok(false) }
