//! A value of a spec or of service data to an item of a document.
//!
//! Invariant: a value keeps its type; a reference gives text, and never a secret.

use crate::catalog::expr::{Branch, Kind, Literal, Tree};
use crate::kube::item::{Item, Text, Value as Output};
use crate::lower::lowering::Lowering;
use crate::resolve::reference::{Context, public_text};

/// The item.
pub(super) fn scalar(lowering: &mut Lowering<'_, '_>, context: Context<'_>, tree: &Tree) -> Item {
    let value = match &tree.branch {
        Branch::Map(map) => {
            let entries = map.iter().map(|(key, tree)| (Text::Owned(key.to_string()), scalar(lowering, context, tree)));
            Output::Map(entries.collect())
        }
        Branch::List(items) => Output::List(items.iter().map(|item| scalar(lowering, context, item)).collect()),
        Branch::Unset => Output::Text(Text::Borrowed("")),
        Branch::One(value) => match &value.kind {
            Kind::Literal(Literal::Bool(flag)) => Output::Bool(*flag),
            Kind::Literal(Literal::Integer(number)) => Output::Integer(*number),
            Kind::Literal(Literal::Decimal(text)) => Output::Decimal(text.clone()),
            Kind::Literal(Literal::Text(_)) | Kind::Reference(_) | Kind::Text(_) => {
                let (text, from) = public_text(lowering.model, context, value, &mut lowering.sink);
                let origin = lowering.derived("reference", &from);
                return Item { origin, value: Output::Text(Text::Owned(text)) };
            }
        },
    };
    Item { origin: lowering.origins.written(tree.span), value }
}
