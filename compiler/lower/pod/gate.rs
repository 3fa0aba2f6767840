//! The start-up gate: an init container that waits for what the pod needs.
//!
//! Invariant: the name of another service's job is never in it, nor that of a job that a provider runs for the service: their
//! content rolls no pod. A new password for an account changes such a job, and restarts who uses the password, no others.

use super::small_container;
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::lower::Lowering;
use crate::lower::draft::Draft;
use crate::lower::pod::TOKEN;
use crate::model::{Gate, Workload};
use crate::resolve::reference::image;

/// The init container that waits (kubernetes-entrypoint).
pub(super) fn gate(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    job_name: &dyn Fn(usize) -> String,
) -> Item {
    let model = lowering.model;
    let namespace = &model.site.namespace.value;
    let spans: Vec<_> = workload.gates.iter().map(|(_, span)| *span).collect();
    let draft = Draft(lowering.derived("gate", &spans));
    let (mut services, mut jobs, mut pods) = (Vec::new(), Vec::new(), Vec::new());
    for (gate, _) in &workload.gates {
        match gate {
            Gate::Service(name, _) => services.push(format!("{namespace}:{name}")),
            Gate::Job(index) => {
                let Some(other) = model.workloads.get(*index) else { continue };
                // Such a job is known by its labels: its name changes with its content, which is not this pod's.
                let is_own = other.service.name == workload.service.name && other.capability.is_none();
                jobs.push(if is_own {
                    serde_json::json!({"namespace": namespace, "name": job_name(*index)})
                } else {
                    let labels = serde_json::json!({"app.kubernetes.io/name": other.service.name.as_str(), "app.kubernetes.io/component": other.short()});
                    serde_json::json!({"namespace": namespace, "labels": labels})
                });
            }
            Gate::SameNode(index) | Gate::Pod(index) => {
                let Some(other) = model.workloads.get(*index) else { continue };
                let labels = serde_json::json!({"app.kubernetes.io/name": other.service.name.as_str(), "app.kubernetes.io/component": other.short()});
                let same = matches!(gate, Gate::SameNode(_));
                pods.push(serde_json::json!({"namespace": namespace, "labels": labels, "requireSameNode": same}));
            }
        }
    }
    let field = |path: &'static str| {
        draft.map([("fieldRef", draft.map([("apiVersion", draft.text("v1")), ("fieldPath", draft.text(path))]))])
    };
    let variable =
        |name: &'static str, value: String| draft.map([("name", draft.text(name)), ("value", draft.text(value))]);
    let mut env = vec![
        draft.map([("name", draft.text("POD_NAME")), ("valueFrom", field("metadata.name"))]),
        draft.map([("name", draft.text("NAMESPACE")), ("valueFrom", field("metadata.namespace"))]),
        variable("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin/".to_owned()),
        variable("COMMAND", "true".to_owned()),
    ];
    let lists = [("DEPENDENCY_JOBS_JSON", jobs), ("DEPENDENCY_POD_JSON", pods)];
    if !services.is_empty() {
        env.push(variable("DEPENDENCY_SERVICE", services.join(",")));
    }
    env.extend(
        lists
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(name, list)| variable(name, serde_json::Value::Array(list).to_string())),
    );
    let image = gate_image(lowering, draft, workload);
    let mount = draft.map([
        ("name", draft.text("api-token")),
        ("mountPath", draft.text(TOKEN)),
        ("readOnly", draft.flag(true)),
    ]);
    let mut item = small_container(draft, "gate", image, draft.texts(["kubernetes-entrypoint"]));
    item.set("env", draft.list(env));
    item.set("volumeMounts", draft.list(vec![mount]));
    item
}

fn gate_image(lowering: &mut Lowering<'_, '_>, draft: Draft, workload: &Workload<'_>) -> Item {
    match image(lowering.model, "gate") {
        Some((reference, span)) => lowering.draft(span).text(reference),
        None => {
            let span = workload.pod.main.span;
            lowering.sink.push(Diagnostic::error("TG0513", span, "the release has no image `gate`"));
            draft.text("")
        }
    }
}
