//! Node selectors of finished workloads to diagnostics about pods that no node takes, or too few.
//!
//! Invariant: labels that Kubernetes itself gives (`kubernetes.io/...`) are not checked; the spec does not know them.

use std::collections::BTreeSet;

use crate::catalog::service::{ComponentKind, Spread};
use crate::check::finished::Finished;
use crate::diag::Sink;
use crate::kube::item::{Item, Value};
use crate::model::Model;
use crate::spec::site::{GROUP_LABEL, Site};

/// Selectors that a patch changed, held against the labels that nodes carry.
pub fn selectors(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let nodes: Vec<BTreeSet<String>> = labels(model);
    for object in &finished.objects {
        let pod = object.at(&["spec", "template", "spec"]);
        let Some(selector) = pod.and_then(|pod| pod.get("nodeSelector")) else { continue };
        let Value::Map(wanted) = &selector.value else { continue };
        let judged = wanted.iter().filter(|(key, _)| !key.contains("kubernetes.io/"));
        let judged: Vec<(String, &Item)> =
            judged.filter_map(|(key, value)| Some((format!("{key}={}", value.text()?), value))).collect();
        let matching = nodes.iter().filter(|labels| judged.iter().all(|(label, _)| labels.contains(label))).count();
        let name = object.at(&["metadata", "name"]).and_then(Item::text).unwrap_or_default();
        let workload = model.workloads.iter().find(|workload| workload.name == name);
        // What the service data itself asks for is told where the site was bound.
        let Some((label, value)) = judged.iter().find(|(_, value)| is_patched(finished, value)) else { continue };
        let places = finished.spans(value.origin);
        let shown: Vec<&str> = judged.iter().map(|(label, _)| label.as_str()).collect();
        let replicas = workload.map_or(1, |workload| workload.replicas.0);
        let apart = workload.is_some_and(|workload| {
            let is_daemon = workload.component().is_some_and(|component| component.kind == ComponentKind::DaemonSet);
            workload.spread() == Spread::Required && !is_daemon
        });
        let kind = object.get("kind").and_then(Item::text).unwrap_or_default();
        let diagnostic = if matching == 0 {
            let message =
                format!("{kind} `{name}` runs on nodes labelled `{}`, and no node of the site is", shown.join("`, `"));
            finished.diagnostic("TG0605", &places, model.site.name.span, message)
        } else if apart && usize::try_from(replicas).is_ok_and(|replicas| replicas > matching) {
            let message = format!(
                "{kind} `{name}` has {replicas} replicas, each on a node of its own, and {matching} nodes are labelled `{}`",
                shown.join("`, `")
            );
            finished.diagnostic("TG0602", &places, model.site.name.span, message)
        } else {
            continue;
        };
        sink.push(diagnostic.hint(format!("label nodes: `node ... {{ labels \"{label}\" }}`")));
    }
}

fn is_patched(finished: &Finished<'_>, value: &Item) -> bool {
    finished.spans(value.origin).iter().any(|span| finished.is_written(*span))
}

/// The labels of each node, `key=value`.
fn labels(model: &Model<'_>) -> Vec<BTreeSet<String>> {
    let site: &Site = model.site;
    let enabled = |label: &str| if label.contains('=') { label.to_owned() } else { format!("{label}=enabled") };
    let of_node = |node: &crate::spec::site::Node| {
        let mut labels = BTreeSet::new();
        for role in &node.roles {
            let stock = model.catalog.roles.get(&role.value).into_iter().flat_map(|role| &role.labels);
            labels.extend(stock.map(|label| enabled(label)));
            let own = site.roles.get(role).into_iter().flat_map(|own| &own.labels);
            labels.extend(own.map(|label| enabled(&label.value)));
        }
        labels.extend(node.labels.iter().map(|label| enabled(&label.value)));
        let groups = site.groups.values().filter(|group| group.nodes.iter().any(|name| name.value == node.name.value));
        labels.extend(groups.map(|group| format!("{GROUP_LABEL}={}", group.label())));
        labels
    };
    site.nodes.iter().map(of_node).collect()
}
