//! A site with its delivery, as the objects of both controllers are written from it.
//!
//! Invariant: names, namespaces and folders of the controller's objects are made here and nowhere else.

use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::object::{Object, PlacedObject};
use crate::origin::OriginTable;
use crate::spec::site::{Controller, Deliver, Site};

/// The folder of what is applied by hand, once, below that of the controller.
pub const BOOTSTRAP: &str = "bootstrap";

/// A site and how it is delivered.
#[derive(Clone, Copy)]
pub struct Delivery<'d> {
    /// The site.
    pub site: &'d Site,
    /// What it says of its delivery.
    pub deliver: &'d Deliver,
    /// Writes with the origin of `deliver`.
    pub draft: ItemBuilder,
    /// Writes with the origin of the repository's URL.
    pub repo: ItemBuilder,
}

/// A delivery unit.
pub struct Unit<'u> {
    /// Its name, a folder.
    pub name: &'u str,
    /// The units that it waits for.
    pub needed: &'u [String],
    /// Its distance from the start.
    pub level: usize,
    /// Its objects.
    pub objects: Vec<&'u Object>,
}

impl<'d> Delivery<'d> {
    /// A site with its delivery.
    pub fn new(site: &'d Site, deliver: &'d Deliver, origins: &mut OriginTable) -> Self {
        let mut draft = |span| ItemBuilder(origins.written(span));
        Delivery { site, deliver, draft: draft(deliver.kind.span), repo: draft(deliver.repo.span) }
    }

    /// The repository's URL.
    pub fn url(&self) -> Item {
        self.repo.text(self.deliver.repo.value.clone())
    }

    /// An object below `delivery/`.
    pub fn placed(&self, path: &str, item: Item) -> PlacedObject {
        PlacedObject { path: format!("delivery/{path}"), item }
    }

    /// The name of a unit's object.
    pub fn name(&self, unit: &str) -> String {
        format!("{}-{unit}", self.site.name.value)
    }

    /// The namespace of the controller's objects.
    pub fn namespace(&self) -> String {
        let usual = if self.deliver.kind.value == Controller::Flux { "flux-system" } else { "argocd" };
        self.deliver.namespace.as_ref().map_or_else(|| usual.to_owned(), |namespace| namespace.value.clone())
    }

    /// A folder of the output, as a path in the repository.
    pub fn folder(&self, below: &str) -> String {
        let root = self.deliver.path().value.trim_matches('/');
        if root.is_empty() { below.to_owned() } else { format!("{root}/{below}") }
    }

    /// An object of the controller; `annotations` may be empty.
    pub fn object(
        &self,
        kind: (&'static str, &'static str),
        name: &str,
        annotations: &[(&'static str, String)],
    ) -> Item {
        let draft = self.draft;
        let annotations =
            annotations.iter().map(|(name, value)| ((*name).into(), draft.text(value.clone()))).collect::<Vec<_>>();
        let metadata = draft.some([
            ("name", Some(draft.text(name.to_owned()))),
            ("namespace", Some(draft.text(self.namespace()))),
            ("labels", Some(draft.map([("app.kubernetes.io/managed-by", draft.text("taco-gen"))]))),
            ("annotations", (!annotations.is_empty()).then(|| draft.named(annotations))),
        ]);
        draft.map([("apiVersion", draft.text(kind.0)), ("kind", draft.text(kind.1)), ("metadata", metadata)])
    }
}
