//! Flux: a Kustomization a unit, the GitRepository that they read, and the Kustomization that holds them all.
//!
//! The fields are those of Flux 2.9: <https://fluxcd.io/flux/components/kustomize/kustomizations/>.
//!
//! Invariant: a repository that is read by SSH names the Secret with the key.
//! Invariant: no unit is applied of a commit before the Kustomization that holds them all has been: until then the others still say
//! what the commit before needed. The controller waits until a dependency has applied the revision that it is to apply itself.

use crate::delivery::unit::{BOOTSTRAP, Delivery, Unit};
use crate::kube::item::Item;
use crate::lower::object::{Object, PlacedObject};
use crate::spec::site::SecretKind;

const KUSTOMIZATION: (&str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
const REPOSITORY: (&str, &str) = ("source.toolkit.fluxcd.io/v1", "GitRepository");
/// Whoever removes the site does so by hand.
const KEPT: (&str, &str) = ("kustomize.toolkit.fluxcd.io/prune", "disabled");

/// The objects of all units, and those that are applied once.
pub fn objects(delivery: &Delivery<'_>, units: &[Unit<'_>]) -> Vec<PlacedObject> {
    let own = |unit: &Unit<'_>| {
        let item = kustomization(delivery, unit);
        delivery.placed(&format!("flux/kustomization-{}.yaml", unit.name), item)
    };
    let site = &delivery.site.name.value;
    let once = |kind: &str, item| delivery.placed(&format!("flux/{BOOTSTRAP}/{kind}-{site}.yaml"), item);
    let mut objects: Vec<PlacedObject> = units.iter().map(own).collect();
    objects.push(once("gitrepository", repository(delivery)));
    objects.push(once("kustomization", root(delivery)));
    objects
}

/// The Secret with which the repository is read: that of the spec, or where its URL is of SSH one named after the site.
pub fn credentials(delivery: &Delivery<'_>) -> Option<String> {
    let deliver = delivery.deliver;
    let usual = || deliver.repo.value.starts_with("ssh://").then(|| format!("{}-git", delivery.site.name.value));
    deliver.credentials.as_ref().map(|name| name.value.clone()).or_else(usual)
}

fn kustomization(delivery: &Delivery<'_>, unit: &Unit<'_>) -> Item {
    let draft = delivery.draft;
    let needed = match unit.needed {
        [] => vec![delivery.site.name.value.to_string()],
        others => others.iter().map(|other| delivery.name(other)).collect(),
    };
    let needed = needed.into_iter().map(|name| draft.map([("name", draft.text(name))]));
    let cluster = delivery
        .deliver
        .cluster
        .as_ref()
        .map(|cluster| draft.map([("secretRef", draft.map([("name", draft.text(cluster.value.clone()))]))]));
    let has = |is_one: &dyn Fn(&Object) -> bool| unit.objects.iter().any(|object| is_one(object));
    let mut expressions = Vec::new();
    if has(&|object| object.kind() == "PersistentVolumeClaim" && object.marks.ready_in_its_own_time.is_some()) {
        expressions.push(claims(delivery));
    }
    if has(&is_replaced_by_hand) {
        expressions.push(daemon_sets(delivery));
    }
    let mut item = delivery.object(KUSTOMIZATION, &delivery.name(unit.name), &[]);
    let spec = draft.some([
        ("interval", Some(draft.text("10m"))),
        ("retryInterval", Some(draft.text("1m"))),
        ("timeout", Some(draft.text("30m"))),
        ("path", Some(draft.text(format!("./{}", delivery.folder(&format!("kubernetes/{}", unit.name)))))),
        ("prune", Some(draft.flag(true))),
        ("deletionPolicy", Some(draft.text("MirrorPrune"))),
        ("wait", Some(draft.flag(true))),
        ("sourceRef", Some(source(delivery))),
        ("dependsOn", Some(draft.list(needed.collect()))),
        ("healthCheckExprs", draft.list_or_none(expressions)),
        ("decryption", (delivery.deliver.secrets.kind.value == SecretKind::Sops).then(|| decryption(delivery))),
        ("kubeConfig", cluster),
    ]);
    item.set("spec", spec);
    item
}

/// A claim that only a CronJob's pods use is bound when the first of them runs: until then it is as ready as it can be.
fn claims(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    draft.map([
        ("apiVersion", draft.text("v1")),
        ("kind", draft.text("PersistentVolumeClaim")),
        ("current", draft.text("has(status.phase) && status.phase in ['Bound', 'Pending']")),
        ("failed", draft.text("has(status.phase) && status.phase == 'Lost'")),
    ])
}

/// Are the pods of it replaced when a person deletes them, each on its node?
fn is_replaced_by_hand(object: &Object) -> bool {
    let strategy = object.item.at(&["spec", "updateStrategy", "type"]).and_then(Item::text);
    object.kind() == "DaemonSet" && strategy == Some("OnDelete")
}

/// By the controller's own rule a DaemonSet is ready when all its pods are of its newest template. Where a person replaces them, that
/// takes as long as it takes, and what waits for this unit is not held back until then: the pods of before are ready.
/// Other DaemonSets of the unit fall under the same expression, and are ready by the usual rule.
fn daemon_sets(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    let current = "has(status.observedGeneration) && status.numberReady >= status.desiredNumberScheduled && \
                   (spec.updateStrategy.type == 'OnDelete' || status.desiredNumberScheduled == 0 || \
                   has(status.updatedNumberScheduled) && status.updatedNumberScheduled >= status.desiredNumberScheduled)";
    draft.map([
        ("apiVersion", draft.text("apps/v1")),
        ("kind", draft.text("DaemonSet")),
        ("current", draft.text(current)),
    ])
}

fn source(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    draft.map([("kind", draft.text(REPOSITORY.1)), ("name", draft.text(delivery.site.name.value.clone()))])
}

/// The private key is a Secret beside the Kustomizations, with an entry that ends in `.agekey`.
fn decryption(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    draft.map([("provider", draft.text("sops")), ("secretRef", draft.map([("name", draft.text("sops-age"))]))])
}

fn root(delivery: &Delivery<'_>) -> Item {
    let draft = delivery.draft;
    let kept = [(KEPT.0, KEPT.1.to_owned())];
    let mut item = delivery.object(KUSTOMIZATION, &delivery.site.name.value, &kept);
    let spec = draft.map([
        ("interval", draft.text("10m")),
        ("retryInterval", draft.text("1m")),
        ("path", draft.text(format!("./{}", delivery.folder("delivery/flux")))),
        ("prune", draft.flag(true)),
        ("sourceRef", source(delivery)),
    ]);
    item.set("spec", spec);
    item
}

fn repository(delivery: &Delivery<'_>) -> Item {
    let (draft, deliver) = (delivery.draft, delivery.deliver);
    let kept = [(KEPT.0, KEPT.1.to_owned())];
    let mut item = delivery.object(REPOSITORY, &delivery.site.name.value, &kept);
    let secret = credentials(delivery).map(|name| draft.map([("name", draft.text(name))]));
    let spec = draft.some([
        ("interval", Some(draft.text("1m"))),
        ("url", Some(delivery.url())),
        ("ref", Some(draft.map([("branch", draft.text(deliver.branch.value.clone()))]))),
        ("secretRef", secret),
    ]);
    item.set("spec", spec);
    item
}
