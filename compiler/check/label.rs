//! Components and the labels of nodes to diagnostics about pods that no node may run.
//!
//! Invariant: a misspelt role, which leaves nodes without labels, is told once, as such.

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Components that run on a label which no node carries.
pub fn without_node(model: &Model<'_>, sink: &mut Sink) {
    if sink.has("TG0408") {
        return;
    }
    for workload in model.workloads.iter().filter(|workload| workload.component().is_some()) {
        let label = &workload.pod.node_selector;
        if model.labels.get(label.as_str()).copied().unwrap_or(0) > 0 {
            continue;
        }
        let message =
            format!("`{}` runs on nodes labelled `{label}`, and no node of the site carries that label", workload.id);
        let role = model.catalog.roles.iter().find(|(_, role)| role.labels.contains(label)).map(|(name, _)| name);
        let diagnostic = Diagnostic::error("TG0605", model.site.name.span, message).also(label.span, "required here");
        sink.push(match role {
            Some(role) => diagnostic.hint(format!("give the role `{role}` to a node, or turn the service off")),
            None => diagnostic,
        });
    }
}
