//! Kubernetes objects: what all kinds have.
//!
//! Invariant: every object has the labels that tell it from those of others.

use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::mark::Marks;
use crate::model::{Model, Workload};

/// A Kubernetes object of a delivery unit.
#[derive(Debug, Clone)]
pub struct Object {
    /// The delivery unit, a folder.
    pub unit: String,
    /// The object.
    pub item: Item,
    /// What whoever delivers it must know.
    pub marks: Marks,
}

impl Object {
    /// An object without marks.
    pub fn new(unit: impl Into<String>, item: Item) -> Self {
        Object { unit: unit.into(), item, marks: Marks::default() }
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        self.item.get("kind").and_then(Item::text).unwrap_or("")
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.item.at(&["metadata", "name"]).and_then(Item::text).unwrap_or("")
    }
}

/// The labels that tell a workload's pods from all others.
pub fn selector(draft: ItemBuilder, workload: &Workload<'_>) -> Item {
    draft.map([
        ("app.kubernetes.io/name", draft.text(workload.service.name.to_string())),
        ("app.kubernetes.io/component", draft.text(workload.short().to_owned())),
    ])
}

/// The labels of an object.
pub fn labels(draft: ItemBuilder, name: &str, component: Option<&str>) -> Item {
    draft.some([
        ("app.kubernetes.io/name", Some(draft.text(name.to_owned()))),
        ("app.kubernetes.io/component", component.map(|component| draft.text(component.to_owned()))),
        ("app.kubernetes.io/part-of", Some(draft.text("openstack"))),
        ("app.kubernetes.io/managed-by", Some(draft.text("taco-gen"))),
    ])
}

/// An object of the site's namespace.
pub fn object(
    draft: ItemBuilder,
    model: &Model<'_>,
    kind: (&'static str, &'static str),
    name: &str,
    labels: Item,
) -> Item {
    let metadata = draft.map([
        ("name", draft.text(name.to_owned())),
        ("namespace", draft.text(model.site.namespace.value.clone())),
        ("labels", labels),
    ]);
    draft.map([("apiVersion", draft.text(kind.0)), ("kind", draft.text(kind.1)), ("metadata", metadata)])
}

/// An object with a path of its own below `output/<site>/`.
#[derive(Debug)]
pub struct PlacedObject {
    /// The path.
    pub path: String,
    /// The object.
    pub item: Item,
}

/// The pod template of a workload object.
pub fn template(item: &Item) -> Option<&Item> {
    item.at(&["spec", "template"]).or_else(|| item.at(&["spec", "jobTemplate", "spec", "template"]))
}

/// The pod template of a workload object, to change.
pub fn template_mut(item: &mut Item) -> Option<&mut Item> {
    let spec = item.get_mut("spec")?;
    let is_cron = spec.get("jobTemplate").is_some();
    let holder = if is_cron { spec.get_mut("jobTemplate")?.get_mut("spec")? } else { spec };
    holder.get_mut("template")
}
