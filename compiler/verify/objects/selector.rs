//! Selectors: which pods they select, and whether any are there.
//!
//! Invariant: an empty selector selects every pod, as in the API; an absent one selects none.

use crate::kube::item::{Item, Value};
use crate::spec::site::GROUP_LABEL;

use super::place::{Place, Report};
use super::site::{Pod, Site, namespace, template_path};

/// Does a label selector (`matchLabels`, `matchExpressions`) select these labels?
pub fn selects(selector: &Item, labels: Option<&Item>) -> bool {
    let expressions = selector.get("matchExpressions").map_or(&[][..], Item::list);
    selector.get("matchLabels").is_none_or(|wanted| holds(wanted, labels))
        && expressions.iter().all(|expression| {
            let of = |name: &str| expression.get(name).and_then(Item::text).unwrap_or("");
            let value = label(labels, of("key"));
            let listed = || {
                let values = expression.get("values").map_or(&[][..], Item::list);
                value.is_some_and(|value| values.iter().any(|known| known.text() == Some(value)))
            };
            match of("operator") {
                "In" => listed(),
                "NotIn" => !listed(),
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => true,
            }
        })
}

/// Are all these labels there?
pub fn holds(wanted: &Item, labels: Option<&Item>) -> bool {
    match &wanted.value {
        Value::Map(entries) => {
            entries.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
        }
        _ => false,
    }
}

/// The value of a label.
fn label<'l>(labels: Option<&'l Item>, key: &str) -> Option<&'l str> {
    labels.and_then(|labels| labels.get(key)).and_then(Item::text)
}

/// Labels that pods of this program's own services give themselves as they run, for instance the one that is primary.
const AT_RUN_TIME: &str = "taco-gen/";

/// Does a Service select pods with these labels?
fn serves(wanted: &Item, labels: Option<&Item>) -> bool {
    match &wanted.value {
        Value::Map(entries) => {
            let mut lasting = entries.iter().filter(|(key, _)| !key.starts_with(AT_RUN_TIME));
            lasting.all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
        }
        _ => false,
    }
}

/// The labels of pods.
fn labels<'l>(pod: &Pod<'l>) -> Option<&'l Item> {
    pod.template.at(&["metadata", "labels"])
}

/// Checks the selectors of an object.
pub fn check(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("kind").unwrap_or("");
    match kind {
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" => workload(site, kind, place, report),
        "Service" => service(site, place, report),
        "PodDisruptionBudget" => anybody(site, &["spec", "selector"], place, report),
        // Pods that a controller makes of a custom resource have labels that only it knows.
        "NetworkPolicy" if !site.has_custom_resource(namespace(place.item)) => {
            anybody(site, &["spec", "podSelector"], place, report);
        }
        _ => {}
    }
}

fn workload(site: &Site<'_>, kind: &str, place: &Place<'_>, report: &mut Report<'_>) {
    let object = place.item;
    let own =
        template_path(kind).and_then(|path| object.at(path)).and_then(|template| template.at(&["metadata", "labels"]));
    place.descend(&["spec", "selector"], &mut |selector| {
        if is_empty(selector.item) {
            report.contradiction("TG0822", selector, "an empty selector, expected the labels of the template");
        } else if !selects(selector.item, own) {
            report.contradiction("TG0822", selector, "the selector does not match the labels of the template");
        } else {
            let others = site.pods.iter().filter(|pod| {
                !std::ptr::eq(pod.owner, object)
                    && pod.namespace == namespace(object)
                    && selects(selector.item, labels(pod))
                    // The common DaemonSet's selector takes in the pods of a host group's variant, which is sound: a
                    // controller leaves pods alone that another owns, and node affinity keeps the two apart.
                    && label(labels(pod), GROUP_LABEL) == label(own, GROUP_LABEL)
                    && pod.owner.get("kind") == object.get("kind")
            });
            for other in others {
                let name = other.owner.at(&["metadata", "name"]).and_then(Item::text).unwrap_or("?");
                let what = format!("the selector matches the pods of {kind} `{name}` too: both would own them");
                report.contradiction("TG0822", selector, &what);
            }
        }
    });
}

fn is_empty(item: &Item) -> bool {
    match &item.value {
        Value::Map(entries) => entries.iter().all(|(_, inner)| match &inner.value {
            Value::Map(entries) => entries.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        }),
        _ => true,
    }
}

fn anybody(site: &Site<'_>, path: &[&str], place: &Place<'_>, report: &mut Report<'_>) {
    let own = namespace(place.item);
    place.descend(path, &mut |selector| {
        let found = site.pods.iter().any(|pod| pod.namespace == own && selects(selector.item, labels(pod)));
        if !found && !is_empty(selector.item) {
            report.contradiction("TG0823", selector, "no pod of the site has these labels");
        }
    });
}

fn service(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    let own = namespace(place.item);
    let mut pods = None;
    place.descend(&["spec", "selector"], &mut |selector| {
        let found: Vec<&Pod<'_>> =
            site.pods.iter().filter(|pod| pod.namespace == own && serves(selector.item, labels(pod))).collect();
        if found.is_empty() {
            report.contradiction("TG0823", selector, "no pod of the site has these labels");
        } else {
            pods = Some(found);
        }
    });
    let Some(pods) = pods else { return };
    place.descend(&["spec", "ports", "*", "targetPort"], &mut |port| {
        let Some(name) = port.item.text() else { return number(port, &pods, report) };
        for pod in &pods {
            if !port_names(pod).any(|known| known == name) {
                let owner = |key: &[&str]| pod.owner.at(key).and_then(Item::text).unwrap_or("?");
                let what = format!(
                    "no container of {} `{}` has a port named `{name}`",
                    owner(&["kind"]),
                    owner(&["metadata", "name"])
                );
                let near = crate::diag::nearest(name, port_names(pod));
                report.advise("TG0824", port, &what, near.map(|near| format!("did you mean `{near}`?")));
                return;
            }
        }
    });
}

/// A port by its number, where the pods declare others.
fn number(port: &Place<'_>, pods: &[&Pod<'_>], report: &mut Report<'_>) {
    let Value::Integer(number) = port.item.value else { return };
    let declared = |pod: &Pod<'_>| -> Vec<i64> {
        declared_ports(pod)
            .filter_map(|port| match port.get("containerPort")?.value {
                Value::Integer(number) => Some(number),
                _ => None,
            })
            .collect()
    };
    let strangers = pods.iter().map(|pod| declared(pod)).find(|known| !known.is_empty() && !known.contains(&number));
    if let Some(known) = strangers {
        let known = known.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        report.advise("TG0588", port, &format!("no container has port {number}"), Some(format!("known are {known}")));
    }
}

/// The names of the ports of pods.
fn port_names<'l>(pod: &Pod<'l>) -> impl Iterator<Item = &'l str> {
    declared_ports(pod).filter_map(|port| port.get("name").and_then(Item::text))
}

fn declared_ports<'l>(pod: &Pod<'l>) -> impl Iterator<Item = &'l Item> {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|list| pod.template.at(&["spec", list]));
    lists.flat_map(Item::list).filter_map(|container| container.get("ports")).flat_map(Item::list)
}
