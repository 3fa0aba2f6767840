//! Components with more pods than they can have, and components without a pod.
//!
//! Invariant: the most replicas of a component are said by the service data (`max-replicas`).

use crate::catalog::service::ComponentKind;
use crate::diag::{Diagnostic, Sink};
use crate::model::{Model, Workload};

/// Components without a pod that others wait for.
pub fn none(model: &Model<'_>, sink: &mut Sink) {
    for (index, workload) in model.workloads.iter().enumerate() {
        let is_empty = workload.component().is_some_and(|component| component.kind != ComponentKind::DaemonSet);
        if !is_empty || workload.replicas.0 > 0 {
            continue;
        }
        let waits = |other: &&Workload<'_>| other.gates.iter().any(|(gate, _)| gate.workload() == index);
        let waiting: Vec<&str> = model.workloads.iter().filter(waits).map(|other| other.id.as_str()).collect();
        let Some(first) = waiting.first() else { continue };
        let rest = if waiting.len() > 1 { format!(" and {} more", waiting.len() - 1) } else { String::new() };
        let message = format!("`{}` has no pod, and `{first}`{rest} would wait for one indefinitely", workload.id);
        let hint = "give it at least one replica, or turn off what needs it";
        sink.push(Diagnostic::error("TG0636", workload.replicas.1, message).hint(hint));
    }
}

/// More replicas than a component can have.
pub fn too_many(model: &Model<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        let (count, span) = workload.replicas;
        let Some(most) = workload.component().and_then(|component| component.max_replicas) else { continue };
        if count > most.0 {
            let message = format!("`{}` has {count} replicas, expected at most {}", workload.id, most.0);
            sink.push(Diagnostic::error("TG0604", span, message));
        }
    }
}
