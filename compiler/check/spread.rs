//! Components that must be spread, and the nodes there are, to diagnostics about pods that stay Pending.
//!
//! Invariant: a component without any node is told elsewhere.

use crate::catalog::service::Spread;
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// More replicas than labelled nodes, where each needs one of its own.
pub fn crowded(model: &Model<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        let (count, span) = workload.replicas;
        let label = &workload.pod.node_selector;
        let nodes = i64::try_from(model.labels.get(label.as_str()).copied().unwrap_or(0)).unwrap_or(i64::MAX);
        let required = workload.spread() == Spread::Required;
        if required && count > nodes && nodes > 0 {
            let message = format!(
                "`{}` has {count} replicas, each on a node of its own, and {nodes} nodes carry `{label}`",
                workload.id
            );
            let hint = format!("lower the replicas to {nodes}, or label more nodes");
            sink.push(Diagnostic::error("TG0602", span, message).hint(hint));
        }
    }
}
