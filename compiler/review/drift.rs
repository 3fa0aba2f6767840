//! What a cluster has, as `kubectl get -o json` prints it, beside the output of a site: missing, extra, changed and by whom, and
//! pods that run an older configuration.
//!
//! A live object has more than what was applied: defaults and status. What the output says is looked for in it; what it has beside
//! that is told only where a person put it there with kubectl.
//!
//! Invariant: a value of a Secret is never part of an answer.
//! Invariant: kinds of which the dump holds no object are not compared, and counted.

pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::compare::Difference;
use super::leaves::{Leaves, leaves};
use super::live::{item, managers};
use super::state::{State, is_object, is_secret, object};
use crate::kube::item::Item;
use crate::link::DIGEST;
use crate::lower::object::{kind, name, template};

/// A field that differs, and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The difference: old is the output's, new the cluster's.
    #[serde(flatten)]
    pub difference: Difference,
    /// The field managers that own it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

/// An object that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The object, `Kind name`.
    pub object: String,
    /// The fields.
    pub fields: Vec<Field>,
}

/// Pods that run another configuration than the output's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Their workload, `Kind name`.
    pub workload: String,
    /// How many of its pods are in the dump.
    pub pods: usize,
    /// Those that run another, each with its node.
    pub stale: Vec<(String, String)>,
}

/// What drifted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Objects of the output that the cluster lacks.
    pub missing: Vec<String>,
    /// Objects of taco-gen that the output lacks.
    pub extra: Vec<String>,
    /// Objects that differ.
    pub changed: Vec<Changed>,
    /// Pods that run another configuration.
    pub stale: Vec<Stale>,
    /// How many objects were compared.
    pub compared: usize,
    /// Kinds of the output that the dump holds none of.
    pub not_in_dump: Vec<String>,
}

impl Drift {
    /// Is all as the output says?
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.changed.is_empty() && self.stale.is_empty()
    }
}

type Key = (String, String, String);

fn key(item: &Item) -> Key {
    let namespace = item.at(&["metadata", "namespace"]).and_then(Item::text).unwrap_or("");
    (kind(item).to_owned(), namespace.to_owned(), name(item).to_owned())
}

fn title(key: &Key) -> String {
    format!("{} {}", key.0, key.2)
}

/// Compares the objects of a dump with a state.
pub fn drift(state: &State, live: &[Json]) -> Drift {
    let wanted: BTreeMap<Key, (Item, bool)> = state
        .files
        .iter()
        .filter(|(path, _)| is_object(path) && path.starts_with("kubernetes/"))
        .filter_map(|(path, text)| Some((object(path, text)?, is_secret(path, text))))
        .map(|(item, sealed)| (key(&item), (item, sealed)))
        .collect();
    let found: BTreeMap<Key, (Item, &Json)> =
        live.iter().map(|json| (item(json), json)).map(|(item, json)| (key(&item), (item, json))).collect();
    let kinds: BTreeSet<&str> = found.keys().map(|key| key.0.as_str()).collect();
    let mut drift = Drift::default();
    let mut absent = BTreeSet::new();
    for (key, (item, is_sealed)) in &wanted {
        if !kinds.contains(key.0.as_str()) {
            absent.insert(key.0.clone());
            continue;
        }
        drift.compared += 1;
        match found.get(key) {
            None => drift.missing.push(title(key)),
            Some((live, json)) => {
                let fields = changed(item, live, json, *is_sealed);
                if !fields.is_empty() {
                    drift.changed.push(Changed { object: title(key), fields });
                }
            }
        }
    }
    drift.not_in_dump = absent.into_iter().collect();
    let is_ours = |item: &Item| {
        let label = item.at(&["metadata", "labels", "app.kubernetes.io/managed-by"]).and_then(Item::text);
        label == Some("taco-gen")
            && item.at(&["metadata", "ownerReferences"]).is_none_or(|owners| owners.list().is_empty())
    };
    drift.extra = found
        .iter()
        .filter(|(key, (item, _))| !wanted.contains_key(*key) && is_ours(item))
        .map(|(key, _)| title(key))
        .collect();
    drift.stale = stale(&wanted, found.values().map(|(item, _)| item));
    drift
}

/// The values of the output that a live object has otherwise, and those that a person added with kubectl.
#[allow(clippy::fn_params_excessive_bools, reason = "whether an object is sealed is a fact about its file")]
fn changed(wanted: &Item, live: &Item, json: &Json, is_sealed: bool) -> Vec<Field> {
    let is_secret = kind(wanted) == "Secret";
    // What a controller decrypts is not what is committed.
    let is_told = |place: &str| !is_sealed || place.starts_with("metadata.name");
    let (mut before, after): (Leaves, Leaves) = (leaves(wanted), leaves(live));
    before.retain(|place, _| is_told(place));
    let managers = managers(json);
    let redacted = |place: &str| {
        is_secret && ["data", "stringData", "metadata.annotations"].iter().any(|start| place.starts_with(start))
    };
    let mut fields = Vec::new();
    for (place, value) in &before {
        let found = after.get(place);
        // An empty map is stored as none.
        if found == Some(value) || found.is_none() && matches!(value.as_str(), "{}" | "[]" | "null") {
            continue;
        }
        let is_redacted = redacted(place);
        let difference = Difference {
            place: place.clone(),
            old: Some(value.clone()).filter(|_| !is_redacted),
            new: found.cloned().filter(|_| !is_redacted),
            redacted: is_redacted,
            told_in: None,
        };
        let by = managers.iter().filter(|manager| manager.owns(place)).map(|manager| manager.name.clone()).collect();
        fields.push(Field { difference, by });
    }
    for (place, value) in after.iter().filter(|(place, _)| !before.contains_key(*place)) {
        let by = managers.iter().filter(|manager| manager.is_person() && manager.owns(place));
        let by: Vec<String> = by.map(|manager| manager.name.clone()).collect();
        // kubectl's own note of what was applied may hold a Secret.
        if by.is_empty() || place.starts_with("status") || place.ends_with("last-applied-configuration") || is_sealed {
            continue;
        }
        let is_redacted = redacted(place);
        let new = Some(value.clone()).filter(|_| !is_redacted);
        let difference = Difference { place: place.clone(), old: None, new, redacted: is_redacted, told_in: None };
        fields.push(Field { difference, by });
    }
    fields
}

/// Pods whose digest is not that of their workload in the output.
fn stale<'l>(wanted: &BTreeMap<Key, (Item, bool)>, live: impl Iterator<Item = &'l Item>) -> Vec<Stale> {
    let digest = |item: &Item| {
        let annotation = item.at(&["metadata", "annotations", DIGEST]).and_then(Item::text);
        annotation.map(str::to_owned)
    };
    let workloads: Vec<(&Key, &Item, String)> = wanted
        .iter()
        .filter(|(key, _)| matches!(key.0.as_str(), "Deployment" | "StatefulSet" | "DaemonSet"))
        .filter_map(|(key, (item, _))| Some((key, item, digest(template(item)?)?)))
        .collect();
    // A selector has these two labels, so looking among those of one component is enough.
    let component = |labels: Option<&Item>| {
        let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Item::text).unwrap_or("").to_owned();
        (label("app.kubernetes.io/name"), label("app.kubernetes.io/component"), label("taco-gen/group"))
    };
    let by_component: BTreeMap<_, usize> = workloads
        .iter()
        .enumerate()
        .map(|(index, (_, item, _))| (component(item.at(&["spec", "selector", "matchLabels"])), index))
        .collect();
    let mut found: BTreeMap<usize, Stale> = BTreeMap::new();
    for pod in live.filter(|item| kind(item) == "Pod") {
        let phase = pod.at(&["status", "phase"]).and_then(Item::text);
        let (Some(own), false) = (digest(pod), matches!(phase, Some("Succeeded" | "Failed"))) else { continue };
        let Some(index) = by_component.get(&component(pod.at(&["metadata", "labels"]))) else { continue };
        let Some((key, _, expected)) = workloads.get(*index) else { continue };
        let entry = found.entry(*index).or_insert_with(|| Stale { workload: title(key), pods: 0, stale: Vec::new() });
        entry.pods += 1;
        if own != *expected {
            let node = pod.at(&["spec", "nodeName"]).and_then(Item::text).unwrap_or("no node");
            entry.stale.push((name(pod).to_owned(), node.to_owned()));
        }
    }
    found.into_values().filter(|entry| !entry.stale.is_empty()).collect()
}
