//! The start-up gate: an init container that waits for what the pod needs.
//!
//! Invariant: the name of another service's job is never in it, nor that of a job that a provider runs for the service: their
//! content rolls no pod. A new password for an account changes such a job, and restarts who uses the password, no others.

use crate::diag::Diagnostic;
use crate::kube::item::{Item, Value};
use crate::lower::draft::Draft;
use crate::lower::lowering::Lowering;
use crate::lower::pod::init::{TOKEN, restricted_init_container};
use crate::model::{Gate, Workload};
use crate::resolve::reference::image;

/// The variable with the jobs that are waited for.
const JOBS: &str = "DEPENDENCY_JOBS_JSON";

/// A job that a gate waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitedJob {
    /// One of the same service, by its id in the model: a new content has a new name, which is waited for.
    Named(String),
    /// Any that has the labels of this service and component.
    Labelled(String, String),
}

/// Puts the names of jobs into the gate of a pod template; `name` gives that of an id.
pub fn name_jobs(template: &mut Item, namespace: &str, jobs: &[WaitedJob], name: &dyn Fn(&str) -> String) {
    if !jobs.iter().any(|job| matches!(job, WaitedJob::Named(_))) {
        return;
    }
    let init = template.get_mut("spec").and_then(|spec| spec.get_mut("initContainers"));
    let gate = init.and_then(|init| named(init, GATE)).and_then(|gate| gate.get_mut("env"));
    if let Some(variable) = gate.and_then(|env| named(env, JOBS)).and_then(|variable| variable.get_mut("value")) {
        variable.value = variable_text(namespace, jobs, name).into();
    }
}

/// The entry of that name in a list.
fn named<'i>(list: &'i mut Item, name: &str) -> Option<&'i mut Item> {
    let Value::List(items) = &mut list.value else { return None };
    items.iter_mut().find(|item| item.get("name").and_then(Item::text) == Some(name))
}

fn variable_text(namespace: &str, jobs: &[WaitedJob], name: &dyn Fn(&str) -> String) -> String {
    let one = |job: &WaitedJob| match job {
        WaitedJob::Named(id) => serde_json::json!({"namespace": namespace, "name": name(id)}),
        WaitedJob::Labelled(service, component) => {
            serde_json::json!({"namespace": namespace, "labels": pod_labels(service, component)})
        }
    };
    serde_json::Value::Array(jobs.iter().map(one).collect()).to_string()
}

fn pod_labels(service: &str, component: &str) -> serde_json::Value {
    serde_json::json!({"app.kubernetes.io/name": service, "app.kubernetes.io/component": component})
}

const GATE: &str = "gate";

/// The init container that waits (kubernetes-entrypoint), where the pod waits for anything, and the jobs: their names are those without a
/// digest until [`name_jobs`].
pub(super) fn gate(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> (Vec<Item>, Vec<WaitedJob>) {
    if workload.gates.is_empty() {
        return (Vec::new(), Vec::new());
    }
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
                jobs.push(match is_own {
                    true => WaitedJob::Named(other.id.clone()),
                    false => WaitedJob::Labelled(other.service.name.to_string(), other.short().to_owned()),
                });
            }
            Gate::SameNode(index) | Gate::Pod(index) => {
                let Some(other) = model.workloads.get(*index) else { continue };
                let labels = pod_labels(&other.service.name, other.short());
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
    if !services.is_empty() {
        env.push(variable("DEPENDENCY_SERVICE", services.join(",")));
    }
    if !jobs.is_empty() {
        let name = |id: &str| model.workload(id).map(|job| job.name.clone()).unwrap_or_default();
        env.push(variable(JOBS, variable_text(namespace, &jobs, &name)));
    }
    if !pods.is_empty() {
        env.push(variable("DEPENDENCY_POD_JSON", serde_json::Value::Array(pods).to_string()));
    }
    let image = gate_image(lowering, draft, workload);
    let mount = draft.map([
        ("name", draft.text("api-token")),
        ("mountPath", draft.text(TOKEN)),
        ("readOnly", draft.flag(true)),
    ]);
    let mut item = restricted_init_container(draft, GATE, image, draft.texts(["kubernetes-entrypoint"]));
    item.set("env", draft.list(env));
    item.set("volumeMounts", draft.list(vec![mount]));
    (vec![item], jobs)
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
