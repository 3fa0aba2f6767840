//! The workloads of a site as records: what runs indefinitely, and how much of it may be away.
//!
//! Invariant: with `spare` pods away no budget is broken, a quorum holds, and one pod is left.

use serde_json::Value;

use super::record::Record;
use crate::catalog::service::{Component, ComponentKind};
use crate::model::{Model, Workload};

/// The components of the site in order of their names.
pub fn workloads(model: &Model<'_>) -> Vec<Record> {
    let mut found: Vec<Record> = model.workloads.iter().filter_map(|own| Some(of(own, own.component()?))).collect();
    found.sort_by_key(|record| record.text("name"));
    found
}

fn of(workload: &Workload<'_>, component: &Component) -> Record {
    let spare = spare(workload, component);
    let fields = [
        ("name", Some(Value::from(workload.object_name()))),
        ("kind", Some(Value::from(component.kind.word()))),
        ("service", Some(Value::from(workload.service.name.as_str()))),
        ("spare", (spare > 0).then(|| Value::from(spare))),
        ("data-plane", component.data_plane.then(|| Value::from(true))),
    ];
    let mut record = Record::new(fields, workload.pod.main.span);
    record.from.push(workload.replicas.1);
    record
}

/// The pods that may be away at once. A budget's share of pods is rounded up, as Kubernetes does.
fn spare(workload: &Workload<'_>, component: &Component) -> i64 {
    let replicas = workload.replicas.0;
    let share = match component.kind {
        ComponentKind::DaemonSet => None,
        _ => workload.rollout(|rollout| rollout.disruption_budget.as_deref()),
    };
    let allowed = match share {
        None => 1,
        Some(share) => match share.strip_suffix('%') {
            Some(percent) => percent.parse::<i64>().map_or(0, |percent| (replicas * percent + 99) / 100),
            None => share.parse().unwrap_or(0),
        },
    };
    let kept = if component.quorum { replicas / 2 + 1 } else { 1 };
    allowed.min(replicas - kept).max(0)
}
