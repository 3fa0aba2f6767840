//! Argo CD: an Application a unit, one that holds them all, their AppProject, and what Argo CD itself must be told.
//!
//! The fields are those of Argo CD 3.5: <https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml>.
//!
//! Invariant: only Secrets that the cluster fills are left alone where they differ; any other rotated value arrives.

use std::collections::BTreeSet;

use crate::delivery::annotations::WAVE;
use crate::delivery::unit::{BOOTSTRAP, Delivery, Unit};
use crate::kube::item::Item;
use crate::lower::object::{Object, PlacedObject};

const KIND: &str = "argoproj.io/v1alpha1";
/// The cluster that Argo CD itself runs in.
const HERE: &str = "https://kubernetes.default.svc";

/// Without it Argo CD counts an Application as ready when it is there, and the waves of those that follow do not wait:
/// <https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app>.
///
/// An Application of a wave is also not ready while its sync runs: all that it has applied can be healthy before it has applied everything.
/// The root has no wave. It delivers itself, and would wait for its own sync.
const APPLICATION_HEALTH: &str = "\
local status, about = obj.status or {}, obj.metadata
if status.health == nil or status.health.status == nil then
  return { status = \"Progressing\", message = \"not compared yet\" }
end
local ours = (about.labels or {})[\"app.kubernetes.io/managed-by\"] == \"taco-gen\"
local wave = (about.annotations or {})[\"argocd.argoproj.io/sync-wave\"]
local operation = status.operationState or {}
if ours and wave ~= nil and operation.phase == \"Running\" and status.health.status == \"Healthy\" then
  return { status = \"Progressing\", message = operation.message or \"\" }
end
return { status = status.health.status, message = status.health.message or \"\" }
";

/// The objects of all units, and those that are applied once; `all` are the objects of the units.
pub fn objects(delivery: &Delivery<'_>, units: &[Unit<'_>], all: &[Object]) -> Vec<PlacedObject> {
    let own = |unit: &Unit<'_>| {
        let item = application(delivery, unit);
        delivery.placed(&format!("argocd/application-{}.yaml", unit.name), item)
    };
    let site = &delivery.site.name.value;
    let once = |kind: &str, item| delivery.placed(&format!("argocd/{BOOTSTRAP}/{kind}-{site}.yaml"), item);
    let mut objects: Vec<PlacedObject> = units.iter().map(own).collect();
    objects.push(once("appproject", project(delivery, all)));
    objects.push(once("application", root(delivery)));
    objects.push(delivery.placed("configmap-argocd-cm.yaml", health(delivery)));
    objects
}

fn destination(delivery: &Delivery<'_>, namespace: String) -> Item {
    let draft = delivery.draft;
    let cluster = delivery.deliver.cluster.as_ref().map_or(HERE, |cluster| cluster.value.as_str());
    let field = if cluster.starts_with("https://") { "server" } else { "name" };
    draft.map([("namespace", draft.text(namespace)), (field, draft.text(cluster.to_owned()))])
}

/// The namespace of the Applications themselves.
fn here(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    draft.map([("namespace", draft.text(delivery.namespace())), ("server", draft.text(HERE))])
}

fn application(delivery: &Delivery<'_>, unit: &Unit<'_>) -> Item {
    let draft = delivery.draft;
    let notes = [
        (WAVE, unit.level.to_string()),
        // What the API server fills in is no difference then.
        ("argocd.argoproj.io/compare-options", "ServerSideDiff=true".to_owned()),
    ];
    let mut item = delivery.object((KIND, "Application"), &delivery.name(unit.name), &notes);
    // An Application that is no longer part of the site takes its objects with it, as a Kustomization does. The API server warns of the
    // name without a path.
    if let Some(metadata) = item.get_mut("metadata") {
        metadata.set("finalizers", draft.texts(["resources-finalizer.argocd.argoproj.io/foreground"]));
    }
    let filled = unit.objects.iter().filter(|object| object.marks.filled_at_run_time.is_some());
    let ignored = filled.map(|object| {
        draft.map([
            ("kind", draft.text(object.kind().to_owned())),
            ("name", draft.text(object.name().to_owned())),
            ("namespace", draft.text(delivery.site.namespace.value.clone())),
            ("jsonPointers", draft.texts(["/data"])),
        ])
    });
    let options = [
        "ServerSideApply=true",
        "PruneLast=true",
        "ApplyOutOfSyncOnly=true",
        "FailOnSharedResource=true",
        "RespectIgnoreDifferences=true",
    ];
    let spec = draft.some([
        ("project", Some(draft.text(delivery.site.name.value.clone()))),
        ("source", Some(source(delivery, &format!("kubernetes/{}", unit.name)))),
        ("destination", Some(destination(delivery, delivery.site.namespace.value.clone()))),
        ("syncPolicy", Some(policy(delivery, &options))),
        ("ignoreDifferences", draft.list_or_none(ignored.collect())),
    ]);
    item.set("spec", spec);
    item
}

fn source(delivery: &Delivery<'_>, folder: &str) -> Item {
    let (draft, deliver) = (delivery.draft, delivery.deliver);
    draft.map([
        ("repoURL", delivery.url()),
        ("targetRevision", draft.text(deliver.branch.value.clone())),
        ("path", draft.text(delivery.folder(folder))),
        ("directory", draft.map([("recurse", draft.flag(true))])),
    ])
}

/// A sync that failed is tried again without end, and each time with the newest commit: a commit that mends it arrives.
fn policy(delivery: &Delivery<'_>, options: &[&'static str]) -> Item {
    let draft = delivery.draft;
    let backoff =
        draft.map([("duration", draft.text("30s")), ("factor", draft.integer(2)), ("maxDuration", draft.text("10m"))]);
    draft.map([
        ("automated", draft.map([("prune", draft.flag(true)), ("selfHeal", draft.flag(true))])),
        ("syncOptions", draft.texts(options.iter().copied())),
        ("retry", draft.map([("limit", draft.integer(-1)), ("backoff", backoff), ("refresh", draft.flag(true))])),
    ])
}

/// What Argo CD is not to prune: whoever removes the site does so by hand.
fn kept() -> (&'static str, String) {
    ("argocd.argoproj.io/sync-options", "Prune=false".to_owned())
}

fn root(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    let mut item = delivery.object((KIND, "Application"), &delivery.site.name.value, &[kept()]);
    let spec = draft.map([
        ("project", draft.text(delivery.site.name.value.clone())),
        ("source", source(delivery, "delivery/argocd")),
        ("destination", here(delivery)),
        ("syncPolicy", policy(delivery, &["ServerSideApply=true", "PruneLast=true"])),
    ]);
    item.set("spec", spec);
    item
}

/// What the site's Applications may read and change: the one repository, the one namespace, and the kinds without a namespace
/// that the site has.
fn project(delivery: &Delivery<'_>, all: &[Object]) -> Item {
    let draft = delivery.draft;
    let mut item = delivery.object((KIND, "AppProject"), &delivery.site.name.value, &[(WAVE, "-1".to_owned()), kept()]);
    let is_of_cluster = |object: &&Object| object.item.at(&["metadata", "namespace"]).is_none();
    let kinds: BTreeSet<(&str, &str)> = all
        .iter()
        .filter(is_of_cluster)
        .map(|object| {
            let version = object.item.get("apiVersion").and_then(Item::text).unwrap_or("");
            (version.split_once('/').map_or("", |(group, _)| group), object.kind())
        })
        .collect();
    let kind = |(group, kind): (&str, &str)| {
        draft.map([("group", draft.text(group.to_owned())), ("kind", draft.text(kind.to_owned()))])
    };
    let destinations = vec![destination(delivery, delivery.site.namespace.value.clone()), here(delivery)];
    let spec = draft.some([
        ("description", Some(draft.text(format!("The OpenStack site {}", delivery.site.name.value)))),
        ("sourceRepos", Some(draft.list(vec![delivery.url()]))),
        ("destinations", Some(draft.list(destinations))),
        ("clusterResourceWhitelist", draft.list_or_none(kinds.into_iter().map(kind).collect())),
        ("namespaceResourceWhitelist", Some(draft.list(vec![kind(("*", "*"))]))),
    ]);
    item.set("spec", spec);
    item
}

/// One key of Argo CD's own ConfigMap; applied by the server's merge it leaves the others alone.
fn health(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    // No labels: those of the ConfigMap belong to whoever installed Argo CD.
    let metadata = draft.map([("name", draft.text("argocd-cm")), ("namespace", draft.text(delivery.namespace()))]);
    let key = "resource.customizations.health.argoproj.io_Application";
    draft.map([
        ("apiVersion", draft.text("v1")),
        ("kind", draft.text("ConfigMap")),
        ("metadata", metadata),
        ("data", draft.map([(key, draft.text(APPLICATION_HEALTH))])),
    ])
}
