//! YAML and JSON files: options and the site's overrides to a document.
//!
//! Invariant: no secret is in a document; a reference to one is a finding.

use crate::catalog::service::Service;
use crate::kube::item::{Item, Text, Value as Output};
use crate::lower::config::layers::Slots;
use crate::lower::lowering::Lowering;
use crate::resolve::reference::{Context, public_text};
use crate::tree::node::{Node, Value};

/// A YAML or JSON document: options of `-` stand at the top, other sections are maps; then the site's overrides as they are.
pub(super) fn document(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, slots: Slots<'_>) -> Item {
    let span = service.files.get(name).map_or(service.span, |declaration| declaration.span);
    let draft = lowering.draft(span);
    let mut top = draft.named([]);
    for (section, options) in slots {
        let mut target = draft.named([]);
        for (option, slot) in options {
            let context = Context { service, client: None };
            let mut items: Vec<Item> = Vec::new();
            for node in slot.values {
                items.push(scalar(lowering, context, node));
            }
            let item = if items.len() == 1 { items.remove(0) } else { draft.list(items) };
            if section == "-" { top.set(option, item) } else { target.set(option, item) }
        }
        if section != "-" {
            top.set(section, target);
        }
    }
    top
}

fn scalar(lowering: &mut Lowering<'_, '_>, context: Context<'_>, node: &Node) -> Item {
    let value = match (&node.tag, &node.value) {
        (None, Value::Bool(flag)) => Output::Bool(*flag),
        (None, Value::Integer(number)) => Output::Integer(*number),
        (None, Value::Decimal(text)) => Output::Decimal(text.clone()),
        (None, Value::Map(map)) => {
            let entries =
                map.iter().map(|(key, entry)| (Text::Owned(key.to_string()), scalar(lowering, context, &entry.node)));
            Output::Map(entries.collect())
        }
        (None, Value::List(items)) => Output::List(items.iter().map(|item| scalar(lowering, context, item)).collect()),
        _ => {
            let (text, from) = public_text(lowering.model, context, node, &mut lowering.sink);
            let origin = lowering.derived("reference", &from);
            return Item { origin, value: Output::Text(Text::Owned(text)) };
        }
    };
    Item { origin: lowering.origins.written(node.span), value }
}
