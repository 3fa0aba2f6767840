//! Argo CD Applications and Flux Kustomizations, one a unit, in the order of the one graph.
//!
//! Invariant: an Application's sync wave is its unit's level; a Kustomization depends on exactly the units that its unit waits for.

use std::collections::BTreeMap;

use crate::delivery::annotations::WAVE;
use crate::delivery::order::levels;
use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::object::PlacedObject;
use crate::origin::OriginTable;
use crate::spec::site::{Controller, Deliver, SecretKind, Site};

/// The objects, below `delivery/`.
pub fn objects(site: &Site, units: &BTreeMap<String, Vec<String>>, origins: &mut OriginTable) -> Vec<PlacedObject> {
    let Some(deliver) = &site.deliver else { return Vec::new() };
    let levels = levels(units);
    let draft = ItemBuilder(origins.written(deliver.kind.span));
    let one = |unit: &str, needed: &[String]| match deliver.kind.value {
        Controller::Flux => {
            placed(format!("flux/kustomization-{unit}.yaml"), kustomization(draft, site, deliver, (unit, needed)))
        }
        Controller::ArgoCd => {
            let level = levels.get(unit).copied().flatten().unwrap_or(0);
            placed(format!("argocd/application-{unit}.yaml"), application(draft, site, deliver, (unit, level)))
        }
    };
    let mut objects: Vec<PlacedObject> = units.iter().map(|(unit, needed)| one(unit, needed)).collect();
    if deliver.kind.value == Controller::Flux {
        objects.push(placed("flux/gitrepository.yaml".to_owned(), repository(draft, site, deliver)));
    }
    objects
}

fn placed(path: String, item: Item) -> PlacedObject {
    PlacedObject { path: format!("delivery/{path}"), item }
}

fn name(site: &Site, unit: &str) -> String {
    format!("{}-{unit}", site.name.value)
}

fn namespace(deliver: &Deliver, default: &'static str) -> String {
    deliver.namespace.as_ref().map_or_else(|| default.to_owned(), |namespace| namespace.value.clone())
}

fn path(deliver: &Deliver, unit: &str) -> String {
    let root = deliver.path().value.trim_matches('/');
    if root.is_empty() { format!("kubernetes/{unit}") } else { format!("{root}/kubernetes/{unit}") }
}

fn labels(draft: ItemBuilder) -> Item {
    draft.map([("app.kubernetes.io/managed-by", draft.text("taco-gen"))])
}

fn application(draft: ItemBuilder, site: &Site, deliver: &Deliver, unit: (&str, usize)) -> Item {
    let (unit, level) = unit;
    let metadata = draft.map([
        ("name", draft.text(name(site, unit))),
        ("namespace", draft.text(namespace(deliver, "argocd"))),
        ("labels", labels(draft)),
        ("annotations", draft.map([(WAVE, draft.text(level.to_string()))])),
    ]);
    let source = draft.map([
        ("repoURL", draft.text(deliver.repo.value.clone())),
        ("targetRevision", draft.text(deliver.branch.value.clone())),
        ("path", draft.text(path(deliver, unit))),
        ("directory", draft.map([("recurse", draft.flag(true))])),
    ]);
    let destination = draft.map([
        ("namespace", draft.text(site.namespace.value.clone())),
        ("server", draft.text("https://kubernetes.default.svc")),
    ]);
    let options = [
        "ServerSideApply=true",
        "PruneLast=true",
        "ApplyOutOfSyncOnly=true",
        "FailOnSharedResource=true",
        "RespectIgnoreDifferences=true",
    ];
    let policy = draft.map([
        ("automated", draft.map([("prune", draft.flag(true)), ("selfHeal", draft.flag(true))])),
        ("syncOptions", draft.texts(options)),
        ("retry", draft.map([("limit", draft.integer(5))])),
    ]);
    let secret = draft.map([("kind", draft.text("Secret")), ("jsonPointers", draft.texts(["/data"]))]);
    let spec = draft.map([
        ("project", draft.text("default")),
        ("source", source),
        ("destination", destination),
        ("syncPolicy", policy),
        ("ignoreDifferences", draft.list(vec![secret])),
    ]);
    draft.map([
        ("apiVersion", draft.text("argoproj.io/v1alpha1")),
        ("kind", draft.text("Application")),
        ("metadata", metadata),
        ("spec", spec),
    ])
}

fn kustomization(draft: ItemBuilder, site: &Site, deliver: &Deliver, unit: (&str, &[String])) -> Item {
    let (unit, needed) = unit;
    let metadata = draft.map([
        ("name", draft.text(name(site, unit))),
        ("namespace", draft.text(namespace(deliver, "flux-system"))),
        ("labels", labels(draft)),
    ]);
    let depends: Vec<Item> = needed.iter().map(|other| draft.map([("name", draft.text(name(site, other)))])).collect();
    let source = draft.map([("kind", draft.text("GitRepository")), ("name", draft.text(site.name.value.clone()))]);
    let spec = draft.some([
        ("interval", Some(draft.text("10m"))),
        ("retryInterval", Some(draft.text("1m"))),
        ("timeout", Some(draft.text("30m"))),
        ("path", Some(draft.text(format!("./{}", path(deliver, unit))))),
        ("prune", Some(draft.flag(true))),
        ("wait", Some(draft.flag(true))),
        ("sourceRef", Some(source)),
        ("dependsOn", draft.list_or_none(depends)),
        ("decryption", (deliver.secrets.kind.value == SecretKind::Sops).then(|| decryption(draft))),
    ]);
    draft.map([
        ("apiVersion", draft.text("kustomize.toolkit.fluxcd.io/v1")),
        ("kind", draft.text("Kustomization")),
        ("metadata", metadata),
        ("spec", spec),
    ])
}

/// The private key is a Secret beside the Kustomizations, with an entry that ends in `.agekey`.
fn decryption(draft: ItemBuilder) -> Item {
    draft.map([("provider", draft.text("sops")), ("secretRef", draft.map([("name", draft.text("sops-age"))]))])
}

fn repository(draft: ItemBuilder, site: &Site, deliver: &Deliver) -> Item {
    let metadata = draft.map([
        ("name", draft.text(site.name.value.clone())),
        ("namespace", draft.text(namespace(deliver, "flux-system"))),
        ("labels", labels(draft)),
    ]);
    let spec = draft.map([
        ("interval", draft.text("1m")),
        ("url", draft.text(deliver.repo.value.clone())),
        ("ref", draft.map([("branch", draft.text(deliver.branch.value.clone()))])),
    ]);
    draft.map([
        ("apiVersion", draft.text("source.toolkit.fluxcd.io/v1")),
        ("kind", draft.text("GitRepository")),
        ("metadata", metadata),
        ("spec", spec),
    ])
}
