//! Finished workloads to diagnostics about numbers of pods that a patch changed.
//!
//! Invariant: the number that lists of hosts, quorums and budgets were computed from is the number that runs.

use crate::catalog::service::ComponentKind;
use crate::check::finished::Finished;
use crate::diag::Sink;
use crate::kube::item::{Item, Value};
use crate::model::Model;

/// Replicas of finished objects that are not those of the model.
pub fn patched(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        let Some(component) = workload.component().filter(|component| component.kind != ComponentKind::DaemonSet)
        else {
            continue;
        };
        let is_its_own = |object: &&&Item| {
            object.get("kind").and_then(Item::text).is_some_and(|kind| kind.eq_ignore_ascii_case(component.kind.word()))
                && object.at(&["metadata", "name"]).and_then(Item::text) == Some(workload.object_name().as_str())
        };
        let object = finished.objects.iter().find(is_its_own);
        let Some(replicas) = object.and_then(|object| object.at(&["spec", "replicas"])) else { continue };
        let Value::Integer(found) = replicas.value else { continue };
        let expected = workload.replicas.0;
        if found != expected {
            let message = format!(
                "a patch gives `{}` {found} replicas, and its site counts on {expected}; hosts, quorums and budgets would be wrong",
                workload.id
            );
            let places = finished.spans(replicas.origin);
            let diagnostic = finished.diagnostic("TG0609", &places, model.site.name.span, message);
            let short = workload.short();
            let hint = format!(
                "set it in the spec instead: `service {} {{ component {short} {{ replicas {found} }} }}`",
                workload.service.name
            );
            sink.push(diagnostic.hint(hint));
        }
    }
}
