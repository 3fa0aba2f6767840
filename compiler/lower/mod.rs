//! Lowering: a model to Kubernetes objects and config files, as trees with origins.
//!
//! Invariant: passes are about capabilities; none knows a service.

pub mod base;
pub mod config;
pub mod container;
pub mod draft;
pub mod expose;
pub mod host;
pub mod mark;
pub mod network;
pub mod pod;
pub mod workload;

use crate::diag::Sink;
use crate::kube::item::Item;
use crate::lower::draft::Draft;
use crate::lower::mark::Marks;
use crate::model::{Model, Workload};
use crate::origin::{OriginId, OriginTable};
use crate::span::Span;

/// What passes share.
pub struct Lowering<'m, 'a> {
    /// The model.
    pub model: &'m Model<'a>,
    /// All origins.
    pub origins: OriginTable,
    /// Findings.
    pub sink: Sink,
}

impl Lowering<'_, '_> {
    /// A pen for what is written at a place.
    pub fn draft(&mut self, span: Span) -> Draft {
        Draft(self.origins.written(span))
    }

    /// The origin of a value made by a pass from places.
    pub fn derived(&mut self, pass: &'static str, from: &[Span]) -> OriginId {
        if let [only] = from {
            return self.origins.written(*only);
        }
        let ids: Vec<OriginId> = from.iter().map(|span| self.origins.written(*span)).collect();
        self.origins.derived(pass, &ids)
    }
}

/// Lowers with another model, origins and findings shared.
pub fn seen_by<'m, 'a, R>(
    lowering: &mut Lowering<'_, '_>,
    model: &'m Model<'a>,
    run: impl FnOnce(&mut Lowering<'m, 'a>) -> R,
) -> R {
    let (origins, sink) = (std::mem::take(&mut lowering.origins), std::mem::take(&mut lowering.sink));
    let mut inner = Lowering { model, origins, sink };
    let result = run(&mut inner);
    (lowering.origins, lowering.sink) = (inner.origins, inner.sink);
    result
}

/// A finished Kubernetes object.
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
pub fn selector(draft: Draft, workload: &Workload<'_>) -> Item {
    draft.map([
        ("app.kubernetes.io/name", draft.text(workload.service.name.to_string())),
        ("app.kubernetes.io/component", draft.text(workload.short().to_owned())),
    ])
}

/// The labels of an object.
pub fn labels(draft: Draft, name: &str, component: Option<&str>) -> Item {
    draft.some([
        ("app.kubernetes.io/name", Some(draft.text(name.to_owned()))),
        ("app.kubernetes.io/component", component.map(|component| draft.text(component.to_owned()))),
        ("app.kubernetes.io/part-of", Some(draft.text("openstack"))),
        ("app.kubernetes.io/managed-by", Some(draft.text("taco-gen"))),
    ])
}

/// An object of the site's namespace.
pub fn object(draft: Draft, model: &Model<'_>, kind: (&'static str, &'static str), name: &str, labels: Item) -> Item {
    let metadata = draft.map([
        ("name", draft.text(name.to_owned())),
        ("namespace", draft.text(model.site.namespace.value.clone())),
        ("labels", labels),
    ]);
    draft.map([("apiVersion", draft.text(kind.0)), ("kind", draft.text(kind.1)), ("metadata", metadata)])
}
