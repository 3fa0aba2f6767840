//! The objects of a site by name, and the pods that they make.
//!
//! Invariant: what others make at run time is known by name only, so its keys are not asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::item::{Item, Value};

use super::given::{Given, Secrets};
use super::place::{Place, Report};

/// Kind, namespace and name.
type Identity<'l> = (&'l str, &'l str, &'l str);

/// The objects of a site.
pub struct Site<'l> {
    objects: BTreeMap<Identity<'l>, &'l Item>,
    /// Secrets that others make.
    secrets: Secrets,
    /// Are those all?
    knows_secrets: bool,
    /// Pods.
    pub pods: Vec<Pod<'l>>,
}

/// The pods that an object makes.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'l> {
    /// The object.
    pub owner: &'l Item,
    /// Their namespace.
    pub namespace: &'l str,
    /// Template: metadata and spec.
    pub template: &'l Item,
}

/// What is known of the keys of a ConfigMap or Secret.
pub enum Keys<'s> {
    /// There is no such object.
    Absent,
    /// Any may be there.
    Unknown,
    /// These.
    Known(BTreeSet<&'s str>),
}

/// The way to the pod template of a kind.
pub fn template_path(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            Some(&["spec", "template"])
        }
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template"]),
        "Pod" => Some(&[]),
        _ => None,
    }
}

fn text<'i>(item: &'i Item, path: &[&str]) -> &'i str {
    item.at(path).and_then(Item::text).unwrap_or("")
}

/// The namespace of an object; empty where it has none.
pub fn namespace(item: &Item) -> &str {
    text(item, &["metadata", "namespace"])
}

/// The keys of a map.
fn keys<'i>(item: &'i Item, key: &str) -> impl Iterator<Item = &'i str> {
    let entries = match item.get(key).map(|item| &item.value) {
        Some(Value::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, _)| key.as_ref())
}

impl<'l> Site<'l> {
    /// The objects of a site; two of one identity are a diagnostic.
    pub(super) fn new(given: &Given<'l>, report: &mut Report<'_>) -> Self {
        let mut site = Site {
            objects: BTreeMap::new(),
            secrets: given.secrets.clone().unwrap_or_default(),
            knows_secrets: given.secrets.is_some(),
            pods: vec![],
        };
        let told = report.sink.has("TG0704");
        for item in &given.objects {
            let (kind, name) = (text(item, &["kind"]), text(item, &["metadata", "name"]));
            let identity = (kind, namespace(item), name);
            if site.objects.insert(identity, item).is_some() && !told && !name.is_empty() {
                report.error("TG0704", &Place::root(item), "another object has the same kind, namespace and name");
            }
            let template = template_path(kind).and_then(|path| item.at(path));
            site.pods.extend(template.map(|template| Pod { owner: item, namespace: namespace(item), template }));
            match kind {
                // Where the Secret's keys are known already, they stay so.
                "ExternalSecret" if item.at(&["spec", "target", "name"]).is_some() => {
                    site.secrets.entry(text(item, &["spec", "target", "name"]).to_owned()).or_insert(None);
                }
                "ExternalSecret" | "SealedSecret" => drop(site.secrets.entry(name.to_owned()).or_insert(None)),
                "Certificate" => drop(site.secrets.insert(text(item, &["spec", "secretName"]).to_owned(), None)),
                _ => {}
            }
        }
        site
    }

    /// Is there an object in the namespace whose API group is none of Kubernetes' own?
    pub fn has_custom_resource(&self, namespace: &str) -> bool {
        let is_custom = |item: &Item| {
            let group = text(item, &["apiVersion"]).split_once('/').map_or("", |(group, _)| group);
            group.contains('.') && !group.ends_with(".k8s.io")
        };
        self.objects.iter().any(|((_, own, _), item)| *own == namespace && is_custom(item))
    }

    /// The object of that identity.
    pub fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&'l Item> {
        self.objects.get(&(kind, namespace, name)).copied()
    }

    /// The names of a kind in a namespace.
    pub fn names<'s>(&'s self, kind: &'s str, namespace: &'s str) -> impl Iterator<Item = &'s str> {
        let others = match kind {
            "Secret" => Some(self.secrets.keys().map(String::as_str)),
            _ => None,
        };
        let own = self.objects.keys().filter(move |(a, b, _)| *a == kind && *b == namespace).map(|(_, _, name)| *name);
        own.chain(others.into_iter().flatten())
    }

    /// Objects of a kind in a namespace.
    pub fn of_kind<'s>(&'s self, kind: &'s str, namespace: &'s str) -> impl Iterator<Item = &'l Item> + 's {
        self.objects.iter().filter(move |((a, b, _), _)| *a == kind && *b == namespace).map(|(_, item)| *item)
    }

    /// What is known of the keys of a ConfigMap or Secret.
    pub fn keys_of(&self, kind: &str, namespace: &str, name: &str) -> Keys<'_> {
        let own = self.find(kind, namespace, name).map(|item| {
            let all = ["data", "stringData", "binaryData"].into_iter().flat_map(|part| keys(item, part));
            all.collect::<BTreeSet<&str>>()
        });
        let others = if kind == "Secret" { self.secrets.get(name) } else { None };
        match (own, others) {
            (None, None) if kind == "Secret" && !self.knows_secrets => Keys::Unknown,
            (None, None) => Keys::Absent,
            (Some(own), None) if kind == "ConfigMap" || !own.is_empty() => Keys::Known(own),
            (None, Some(Some(keys))) => Keys::Known(keys.iter().map(String::as_str).collect()),
            _ => Keys::Unknown,
        }
    }
}
