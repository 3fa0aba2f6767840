//! The resources that a site declares to the document that a Job makes them from: kind -> name -> fields.
//!
//! Invariant: kinds stand in the order in which the service declares them, resources in that of the spec; a secret is the path of
//! the file that holds it.

use crate::catalog::expr::{Branch, Tree};
use crate::catalog::resource::{FieldType, secret_folder};
use crate::catalog::service::Service;
use crate::kube::item::Item;
use crate::lower::config::tree::scalar;
use crate::lower::lowering::Lowering;
use crate::resolve::reference::Context;
use crate::spec::range;

/// The document of a service; none where the site declares none of its resources.
pub(super) fn resources(lowering: &mut Lowering<'_, '_>, service: &Service) -> Option<Item> {
    let declared = lowering.model.site.resources.as_ref()?;
    let mut top = lowering.draft(declared.span).named([]);
    for (word, kind) in &service.resources {
        let Some((key, entries)) = declared.kinds.get_key_value(word.as_str()) else { continue };
        let mut all = lowering.draft(key.span).named([]);
        for (name, spec) in entries {
            let mut entry = lowering.draft(name.span).named([]);
            if spec.absent.value {
                entry.set("absent", lowering.draft(spec.absent.span).flag(true));
            }
            for (field, tree) in &spec.fields {
                let Some(declared) = kind.fields.get(field.as_str()) else { continue };
                let item = value(lowering, service, declared.kind, tree);
                entry.set(field.to_string(), item);
            }
            all.set(name.to_string(), entry);
        }
        top.set(word.to_string(), all);
    }
    Some(top)
}

fn value(lowering: &mut Lowering<'_, '_>, service: &Service, kind: FieldType, tree: &Tree) -> Item {
    let context = Context::of(service);
    match kind {
        FieldType::Secret => {
            let name = tree.literal().unwrap_or_default();
            let secret = lowering.model.site.secrets.get(name.as_str());
            let key = secret.map_or("", |secret| secret.kind.kind().key());
            lowering.draft(tree.span).text(format!("{}/{key}", secret_folder(&name)))
        }
        FieldType::Nodes => {
            let names = tree.items().iter().filter_map(Tree::literal);
            let names: Vec<String> = names.flat_map(|name| range::expand(&name).unwrap_or_default()).collect();
            lowering.draft(tree.span).texts(names)
        }
        _ if kind.is_many() => {
            let items = tree.items().iter().map(|item| scalar(lowering, context, item)).collect();
            lowering.draft(tree.span).list(items)
        }
        _ => match &tree.branch {
            Branch::List(items) if items.len() == 1 => scalar(lowering, context, items.first().unwrap_or(tree)),
            _ => scalar(lowering, context, tree),
        },
    }
}
