//! YAML and JSON files: what a pass makes, options, and the site's overrides to a document.
//!
//! Invariant: no secret is in a document; a reference to one is a diagnostic.

use crate::catalog::expr::{Branch, Tree};
use crate::catalog::service::{File, HostDocument, Service};
use crate::diag::Diagnostic;
use crate::kube::item::{Item, Text, Value as Output};
use crate::lower::config::resources::resources;
use crate::lower::config::tree::scalar;
use crate::lower::host::interfaces::interfaces;
use crate::lower::host::inventory::inventory;
use crate::lower::lowering::Lowering;
use crate::model::options::FileOptions;
use crate::origin::Origin;
use crate::resolve::reference::{Context, evaluate_each};

/// A YAML or JSON document: options of `-` stand at the top, other sections are maps. None where a pass has nothing to make it of.
pub(super) fn document(
    lowering: &mut Lowering<'_, '_>,
    place: (&Service, &str, &File),
    file: &FileOptions<'_>,
) -> Option<Item> {
    let (service, name, declared) = place;
    let draft = lowering.draft(declared.span);
    let mut top = match declared.document {
        Some(kind) => made(lowering, kind, service)?,
        None => draft.named([]),
    };
    let context = Context::of(service);
    for section in file.sections.keys() {
        let mut target = draft.named([]);
        for (option, layers) in file.set(section) {
            let mut items: Vec<Item> = Vec::new();
            let is_many = layers.values().iter().any(is_each);
            for node in layers.values() {
                values(lowering, context, node, &mut items);
            }
            let item = if items.len() == 1 && !is_many { items.remove(0) } else { draft.list(items) };
            let option = option.to_owned();
            if *section == "-" { merge(&mut top, option, item) } else { target.set(option, item) }
        }
        if *section != "-" {
            merge(&mut top, (*section).to_owned(), target);
        }
    }
    if declared.document.is_some() {
        for tree in lowering.model.specs(&service.name).filter_map(|spec| spec.config.get(name)) {
            overrides(lowering, context, tree, (&mut top, name));
        }
    }
    Some(top)
}

fn made(lowering: &mut Lowering<'_, '_>, kind: HostDocument, service: &Service) -> Option<Item> {
    let model = lowering.model;
    match kind {
        HostDocument::Inventory => Some(inventory(model, &mut lowering.origins)),
        HostDocument::Resources => resources(lowering, service),
        // A file for each device is no document.
        HostDocument::Devices => None,
        HostDocument::Interfaces => {
            let node = model.site.nodes.get(model.node?)?;
            interfaces(model.site, node, &mut lowering.origins)
        }
    }
}

/// Puts an entry; maps of the same key become one.
fn merge(target: &mut Item, key: String, item: Item) {
    match (target.get_mut(&key), item) {
        (Some(old @ Item { value: Output::Map(_), .. }), Item { value: Output::Map(entries), .. }) => {
            entries.into_iter().for_each(|(key, item)| merge(old, key.into_owned(), item));
        }
        (_, item) => target.set(key, item),
    }
}

/// The site's overrides of a document that a pass made: maps by key, all else in its place, null removes.
fn overrides(lowering: &mut Lowering<'_, '_>, context: Context<'_>, tree: &Tree, target: (&mut Item, &str)) {
    let (item, path) = target;
    let Some(map) = tree.as_map() else {
        let message = format!("`{path}` is a map, found a list or value");
        lowering.sink.push(Diagnostic::error("TG0307", tree.span, message));
        return;
    };
    for (key, node) in map {
        let inner = format!("{path} {key}");
        match (item.get_mut(key), &node.branch) {
            (None, Branch::Unset) => {
                let message = format!("`{inner}` is unset here, and nothing sets it");
                lowering.sink.push(Diagnostic::error("TG0306", node.span, message));
            }
            (Some(_), Branch::Unset) => remove(item, key),
            (Some(old @ Item { value: Output::Map(_), .. }), _) => overrides(lowering, context, node, (old, &inner)),
            (Some(old), _) => {
                let mut new = scalar(lowering, context, node);
                if *old == new {
                    let message = format!("`{inner}` is that already");
                    lowering.sink.push(Diagnostic::warning("TG0303", node.span, message).hint("remove the override"));
                }
                new.origin = lowering.origins.add(Origin::Merged { winner: new.origin, shadowed: old.origin });
                *old = new;
            }
            (None, _) => {
                let new = scalar(lowering, context, node);
                item.set(key.to_string(), new);
            }
        }
    }
}

fn remove(item: &mut Item, key: &str) {
    if let Output::Map(entries) = &mut item.value {
        entries.retain(|(name, _)| name != key);
    }
}

fn is_each(tree: &Tree) -> bool {
    matches!(&tree.branch, Branch::One(value) if value.is_each())
}

/// The items of a value: of an `(each)` one for each record.
fn values(lowering: &mut Lowering<'_, '_>, context: Context<'_>, tree: &Tree, items: &mut Vec<Item>) {
    let Branch::One(value) = &tree.branch else {
        items.push(scalar(lowering, context, tree));
        return;
    };
    if !value.is_each() {
        items.push(scalar(lowering, context, tree));
        return;
    }
    for evaluated in evaluate_each(lowering.model, context, value, &mut lowering.sink) {
        let origin = lowering.derived("reference", &evaluated.from);
        let text = crate::resolve::reference::text_of(&evaluated.line);
        items.push(Item { origin, value: Output::Text(Text::Owned(text)) });
    }
}
