//! YAML and JSON files: options and the site's overrides to a document.
//!
//! Invariant: no secret is in a document; a reference to one is a finding.

use crate::catalog::expr::{Branch, Kind, Literal, Tree};
use crate::catalog::service::{File, Service};
use crate::kube::item::{Item, Text, Value as Output};
use crate::lower::Lowering;
use crate::model::options::FileOptions;
use crate::resolve::reference::{Context, public_text};

/// A YAML or JSON document: options of `-` stand at the top, other sections are maps; then the site's overrides as they are.
pub(super) fn document(
    lowering: &mut Lowering<'_, '_>,
    service: &Service,
    declaration: &File,
    file: &FileOptions<'_>,
) -> Item {
    let draft = lowering.draft(declaration.span);
    let mut top = draft.named([]);
    for section in file.sections.keys() {
        let mut target = draft.named([]);
        for (option, layers) in file.set(section) {
            let context = Context::of(service);
            let mut items: Vec<Item> = Vec::new();
            for node in layers.values() {
                items.push(scalar(lowering, context, node));
            }
            let item = if items.len() == 1 { items.remove(0) } else { draft.list(items) };
            let target = if *section == "-" { &mut top } else { &mut target };
            target.set(option.to_owned(), item);
        }
        if *section != "-" {
            top.set((*section).to_owned(), target);
        }
    }
    top
}

fn scalar(lowering: &mut Lowering<'_, '_>, context: Context<'_>, tree: &Tree) -> Item {
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
