//! Components and the labels of nodes to diagnostics about pods that no node may run.
//!
//! Invariant: a misspelt role, which leaves nodes without labels, is told once, as such.

use std::collections::BTreeMap;

use crate::catalog::service::ComponentKind;
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::tree::word::Word;

/// Components that run on a label which no node carries. DaemonSets are left out of such a site: it may be meant, as of one
/// without compute nodes.
pub fn without_node(model: &Model<'_>, sink: &mut Sink) {
    if sink.has("TG0408") {
        return;
    }
    for workload in model.workloads.iter().filter(|workload| workload.component().is_some()) {
        let label = &workload.pod.node_selector;
        if model.labels.get(label.as_str()).copied().unwrap_or(0) == 0 {
            let message = format!(
                "`{}` runs on nodes labelled `{label}`, and no node of the site carries that label",
                workload.id
            );
            let finding = Diagnostic::error("TG0605", model.site.name.span, message).also(label.span, "required here");
            sink.push(with_role(model, finding, label));
        }
    }
    for (label, left_out) in left_out(model) {
        let message = format!("no node of the site is labelled `{label}`, so {} are left out", left_out.join(", "));
        let finding = Diagnostic::warning("TG0605", model.site.name.span, message);
        sink.push(with_role(model, finding, label));
    }
}

/// DaemonSets without a node, by label.
fn left_out<'m>(model: &Model<'m>) -> BTreeMap<&'m Word, Vec<String>> {
    let mut found: BTreeMap<&Word, Vec<String>> = BTreeMap::new();
    for service in &model.services {
        for (id, component) in &service.components {
            let label = &component.pod.node_selector;
            let is_daemon = component.kind == ComponentKind::DaemonSet;
            if is_daemon
                && !model.labels.contains_key(label.as_str())
                && model.holds(&service.name, &component.pod.main.bounds)
            {
                found.entry(label).or_default().push(format!("`{}/{id}`", service.name));
            }
        }
    }
    found
}

fn with_role(model: &Model<'_>, finding: Diagnostic, label: &Word) -> Diagnostic {
    let role = model.catalog.roles.iter().find(|(_, role)| role.labels.contains(label)).map(|(name, _)| name);
    match role {
        Some(role) => finding.hint(format!("give the role `{role}` to a node, or turn the service off")),
        None => finding,
    }
}
