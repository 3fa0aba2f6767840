//! Two states of one object to the fields that an API server would not change from the one to the other.
//!
//! The fields are those of Kubernetes' own validation of updates (`pkg/apis/*/validation`), and of
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/>.
//!
//! Invariant: a field that a state leaves out has the default of the server, where that is fixed; otherwise leaving it out is a change, as
//! server-side apply takes away what nobody applies any more.

use std::collections::BTreeMap;

use crate::kube::item::{Item, Value};
use crate::kube::quantity;
use crate::lower::object::kind;
use crate::origin::OriginId;

/// A field that cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its path, for instance `spec.selector.matchLabels.app`.
    pub path: String,
    /// What it is; none where it is not there.
    pub old: Option<String>,
    /// What it would be; none where it would not be there.
    pub new: Option<String>,
    /// Where that comes from.
    pub origin: OriginId,
}

/// What cannot change of a kind.
enum Fixed {
    /// These fields and all below them.
    Fields(&'static [&'static str]),
    /// All of the specification but these of its fields.
    SpecBut(&'static [&'static str]),
}

fn fixed(kind: &str) -> Option<Fixed> {
    Some(match kind {
        "Deployment" | "DaemonSet" | "ReplicaSet" => Fixed::Fields(&["spec.selector"]),
        "StatefulSet" => Fixed::SpecBut(&[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ]),
        "Job" => Fixed::SpecBut(&[
            "parallelism",
            "suspend",
            "backoffLimit",
            "activeDeadlineSeconds",
            "ttlSecondsAfterFinished",
            "podReplacementPolicy",
        ]),
        "PersistentVolumeClaim" => Fixed::SpecBut(&["resources", "volumeAttributesClassName"]),
        "PersistentVolume" => Fixed::SpecBut(&[
            "capacity",
            "accessModes",
            "persistentVolumeReclaimPolicy",
            "mountOptions",
            "claimRef",
            "storageClassName",
            "volumeAttributesClassName",
        ]),
        "Service" => Fixed::Fields(&["spec.clusterIP", "spec.clusterIPs", "spec.loadBalancerClass"]),
        "RoleBinding" | "ClusterRoleBinding" => Fixed::Fields(&["roleRef"]),
        "Secret" => Fixed::Fields(&["type"]),
        "StorageClass" => Fixed::Fields(&["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"]),
        "PriorityClass" => Fixed::Fields(&["value", "preemptionPolicy"]),
        "VolumeSnapshotClass" => Fixed::Fields(&["driver", "deletionPolicy", "parameters"]),
        "IngressClass" => Fixed::Fields(&["spec.controller"]),
        _ => return None,
    })
}

/// The kinds with fields that cannot change.
pub const KINDS: [&str; 16] = [
    "ClusterRoleBinding",
    "ConfigMap",
    "DaemonSet",
    "Deployment",
    "IngressClass",
    "Job",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PriorityClass",
    "ReplicaSet",
    "RoleBinding",
    "Secret",
    "Service",
    "StatefulSet",
    "StorageClass",
    "VolumeSnapshotClass",
];

/// Values that the server takes where a field is left out.
const DEFAULTS: [(&str, &str, &str); 8] = [
    ("StatefulSet", "spec.podManagementPolicy", "OrderedReady"),
    ("StatefulSet", "spec.serviceName", ""),
    ("Job", "spec.completions", "1"),
    ("Job", "spec.completionMode", "NonIndexed"),
    ("PersistentVolumeClaim", "spec.volumeMode", "Filesystem"),
    ("PersistentVolume", "spec.volumeMode", "Filesystem"),
    ("Secret", "type", "Opaque"),
    ("StorageClass", "volumeBindingMode", "Immediate"),
];

/// The fields that would be refused, those of a list's items by the item's name.
pub fn refused(old: &Item, new: &Item) -> Vec<Refusal> {
    let kind = kind(new);
    let (before, after) = (fields(kind, old), fields(kind, new));
    let mut refused = Vec::new();
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for path in paths {
        let (was, is) = (before.get(path), after.get(path));
        let value = |side: Option<&(String, OriginId)>| {
            let default = || DEFAULTS.iter().find(|(of, at, _)| *of == kind && at == path);
            side.map(|(text, _)| text.clone()).or_else(|| default().map(|(_, _, text)| (*text).to_owned()))
        };
        if value(was) != value(is) && !can_change(path, old, new) {
            let origin = is.map_or(new.origin, |(_, origin)| *origin);
            let text = |side: Option<&(String, OriginId)>| side.map(|(text, _)| text.clone());
            refused.push(Refusal { path: path.clone(), old: text(was), new: text(is), origin });
        }
    }
    refused.extend(shrunk(kind, old, new));
    refused
}

/// The class of a load balancer can change where the Service begins or ends to be one.
fn can_change(path: &str, old: &Item, new: &Item) -> bool {
    let is_balanced = |item: &Item| item.at(&["spec", "type"]).and_then(Item::text) == Some("LoadBalancer");
    path == "spec.loadBalancerClass" && !(is_balanced(old) && is_balanced(new))
}

/// A claim may ask for more, never for less.
fn shrunk(kind: &str, old: &Item, new: &Item) -> Option<Refusal> {
    if kind != "PersistentVolumeClaim" {
        return None;
    }
    let path = ["spec", "resources", "requests", "storage"];
    let (was, is) = (old.at(&path)?, new.at(&path)?);
    let size = |item: &Item| item.text().and_then(quantity::bytes);
    let refusal = || Refusal {
        path: path.join("."),
        old: was.text().map(str::to_owned),
        new: is.text().map(str::to_owned),
        origin: is.origin,
    };
    (size(is)? < size(was)?).then(refusal)
}

/// The fixed fields of an object by path, with their values as text.
fn fields(kind: &str, object: &Item) -> BTreeMap<String, (String, OriginId)> {
    let mut found = BTreeMap::new();
    match fixed(kind) {
        Some(Fixed::Fields(paths)) => {
            for path in paths {
                let keys: Vec<&str> = path.split('.').collect();
                if let Some(item) = object.at(&keys) {
                    leaves((*path).to_owned(), item, &mut found);
                }
            }
        }
        Some(Fixed::SpecBut(free)) => {
            let spec = object.get("spec").map(|spec| &spec.value);
            let entries = if let Some(Value::Map(entries)) = spec { entries.as_slice() } else { &[] };
            for (key, item) in entries.iter().filter(|(key, _)| !free.contains(&key.as_ref())) {
                leaves(format!("spec.{key}"), item, &mut found);
            }
        }
        None => {}
    }
    let is_frozen = matches!(kind, "Secret" | "ConfigMap")
        && object.get("immutable").is_some_and(|item| item.value == Value::Bool(true));
    if is_frozen {
        let data = ["immutable", "data", "binaryData", "stringData"];
        for (key, item) in data.iter().filter_map(|key| Some((*key, object.get(key)?))) {
            leaves(key.to_owned(), item, &mut found);
        }
    }
    found
}

fn leaves(path: String, item: &Item, found: &mut BTreeMap<String, (String, OriginId)>) {
    let text = match &item.value {
        Value::Map(entries) => {
            entries.iter().for_each(|(key, item)| leaves(format!("{path}.{key}"), item, found));
            return;
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = item.at(&["metadata", "name"]).or_else(|| item.get("name")).and_then(Item::text);
                let step = name.map_or_else(|| index.to_string(), str::to_owned);
                leaves(format!("{path}[{step}]"), item, found);
            }
            return;
        }
        Value::Null => return,
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => quantity_or(&path, text),
    };
    found.insert(path, (text, item.origin));
}

/// Quantities in the form in which they are stored, all else as it is.
fn quantity_or(path: &str, text: &str) -> String {
    let is_quantity = path.contains(".resources.") || path.contains(".capacity.");
    is_quantity.then(|| quantity::canonical(text)).flatten().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::kube::patch;
    use crate::span::FileId;
    use crate::tree::document::{Document, Form, read};
    use crate::tree::shape::Shape;

    fn item(kind: &str, text: &str) -> Item {
        let text = format!("kind: {kind}\n{text}");
        let document = Document { path: "x.yaml", text: &text, file: FileId(0), embedded: None };
        let tree = read(&document, Form::Shape(&Shape::Map(&Shape::Any)), &mut Sink::default()).unwrap();
        patch::item(&tree, &mut |_| OriginId::BUILTIN)
    }

    fn check(kind: &str, old: &str, new: &str, expected: &[&str]) {
        let refused = refused(&item(kind, old), &item(kind, new));
        let paths: Vec<&str> = refused.iter().map(|refusal| refusal.path.as_str()).collect();
        assert_eq!(paths, expected, "{kind}: {old} -> {new}");
    }

    #[test]
    fn what_the_server_refuses_is_found_and_what_it_takes_is_not() {
        let claim = |size: &str| {
            format!(
                "spec:\n  replicas: 1\n  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    spec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
            )
        };
        let storage = "spec.volumeClaimTemplates[data].spec.resources.requests.storage";
        check("StatefulSet", &claim("50Gi"), &claim("100Gi"), &[storage]);
        check("StatefulSet", &claim("1024Mi"), &claim("1Gi"), &[]);
        check("StatefulSet", "spec: {replicas: 1}", "spec: {replicas: 3, template: {a: b}}", &[]);
        check("StatefulSet", "spec: {podManagementPolicy: OrderedReady}", "spec: {replicas: 1}", &[]);
        check(
            "StatefulSet",
            "spec: {replicas: 1}",
            "spec: {podManagementPolicy: Parallel}",
            &["spec.podManagementPolicy"],
        );
        check("StatefulSet", "spec: {serviceName: a}", "spec: {replicas: 1}", &["spec.serviceName"]);
        let selector = |app: &str| format!("spec: {{replicas: 2, selector: {{matchLabels: {{app: {app}}}}}}}");
        check("Deployment", &selector("a"), &selector("b"), &["spec.selector.matchLabels.app"]);
        check("DaemonSet", &selector("a"), &selector("a"), &[]);
        check("Job", "spec: {template: {a: 1}}", "spec: {template: {a: 2}}", &["spec.template.a"]);
        check("Job", "spec: {backoffLimit: 1}", "spec: {backoffLimit: 2}", &[]);
        check("CronJob", "spec: {schedule: a}", "spec: {schedule: b}", &[]);
        let volume = |size: &str, class: &str| {
            format!("spec: {{storageClassName: {class}, resources: {{requests: {{storage: {size}}}}}}}")
        };
        check("PersistentVolumeClaim", &volume("1Gi", "a"), &volume("2Gi", "a"), &[]);
        check("PersistentVolumeClaim", &volume("2Gi", "a"), &volume("1Gi", "a"), &["spec.resources.requests.storage"]);
        check("PersistentVolumeClaim", &volume("1Gi", "a"), &volume("1Gi", "b"), &["spec.storageClassName"]);
        check(
            "PersistentVolumeClaim",
            &volume("1Gi", "a"),
            "spec: {resources: {requests: {storage: 1Gi}}}",
            &["spec.storageClassName"],
        );
        let balanced = |class: &str| format!("spec: {{type: LoadBalancer, loadBalancerClass: {class}}}");
        check("Service", &balanced("a"), &balanced("b"), &["spec.loadBalancerClass"]);
        check("Service", &balanced("a"), "spec: {type: ClusterIP}", &[]);
        check("Service", "spec: {type: ClusterIP}", "spec: {clusterIP: None}", &["spec.clusterIP"]);
        check("Service", "spec: {clusterIP: None}", "spec: {type: ClusterIP}", &["spec.clusterIP"]);
        check("Service", "spec: {type: ClusterIP}", "spec: {type: NodePort}", &[]);
        check("RoleBinding", "roleRef: {name: a}", "roleRef: {name: b}", &["roleRef.name"]);
        check("Secret", "stringData: {a: b}", "type: Opaque", &[]);
        check("Secret", "type: Opaque", "type: kubernetes.io/tls", &["type"]);
        check("ConfigMap", "data: {a: b}", "data: {a: c}", &[]);
        check("ConfigMap", "immutable: true\ndata: {a: b}", "immutable: true\ndata: {a: c}", &["data.a"]);
        check("PriorityClass", "value: 1", "value: 2", &["value"]);
    }
}
