//! The start-up gate: an init container that waits for what the pod needs, and the rights that it has for this.
//!
//! Its program, kubernetes-entrypoint, reads the endpoints of Services, Jobs by name or by labels, and pods by labels, its own
//! among them (its `dependencies/` folder). Releases of it read Endpoints or EndpointSlices.
//!
//! Invariant: a gate's account may read what the gates of its delivery unit wait for, and nothing else.
//! Invariant: the name of another service's job is never in it, nor that of a job that a provider runs for the service: their
//! content rolls no pod. A new password for an account changes such a job, and restarts who uses the password, no others.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Diagnostic;
use crate::kube::item::{Item, Value};
use crate::kube::json;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::{Object, labels, object};
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
    json::list(&jobs.iter().map(one).collect::<Vec<_>>())
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
    let draft = ItemBuilder(lowering.derived("gate", &spans));
    let (mut services, mut jobs, mut pods) = (Vec::new(), Vec::new(), Vec::new());
    for (gate, _) in &workload.gates {
        match gate {
            Gate::Service(name, _) => services.push(format!("{namespace}:{name}")),
            Gate::Job(index) => {
                let Some(other) = model.workloads.get(*index) else { continue };
                jobs.push(match is_known_by_name(workload, other) {
                    true => WaitedJob::Named(other.id.clone()),
                    false => WaitedJob::Labelled(other.service.name.to_string(), other.short().to_owned()),
                });
            }
            Gate::SameNode(index) | Gate::Pod(index) => {
                let Some(other) = model.workloads.get(*index) else { continue };
                let labels = pod_labels(&other.service.name, other.label());
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
        env.push(variable("DEPENDENCY_POD_JSON", json::list(&pods)));
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

fn gate_image(lowering: &mut Lowering<'_, '_>, draft: ItemBuilder, workload: &Workload<'_>) -> Item {
    match image(lowering.model, &workload.owner.name, "gate") {
        Some((reference, span)) => lowering.draft(span).text(reference),
        None => {
            let span = workload.pod.main.span;
            lowering.sink.push(Diagnostic::error("TG0513", span, "the release has no image `gate`"));
            draft.text("")
        }
    }
}

/// Does a gate know the job by its name? The name changes with the content, so a job that is not the pod's own is known by its labels.
fn is_known_by_name(workload: &Workload<'_>, job: &Workload<'_>) -> bool {
    job.service.name == workload.service.name && job.capability.is_none()
}

/// What a gate reads: an API group, a resource and a verb.
type Read = (&'static str, &'static str, &'static str);

const SERVICE: [Read; 2] = [("", "endpoints", "get"), ("discovery.k8s.io", "endpointslices", "list")];
const NAMED_JOB: [Read; 1] = [("batch", "jobs", "get")];
const LABELLED_JOB: [Read; 1] = [("batch", "jobs", "list")];
const POD: [Read; 2] = [("", "pods", "get"), ("", "pods", "list")];

fn reads(lowering: &Lowering<'_, '_>, workload: &Workload<'_>, gate: &Gate) -> &'static [Read] {
    match gate {
        Gate::Service(..) => &SERVICE,
        Gate::Job(index) => match lowering.model.workloads.get(*index) {
            Some(job) if is_known_by_name(workload, job) => &NAMED_JOB,
            _ => &LABELLED_JOB,
        },
        Gate::SameNode(_) | Gate::Pod(_) => &POD,
    }
}

/// The rights of the start-up gates: for each delivery unit that has one, a Role and its binding to the accounts of the unit.
pub fn rights(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    let model = lowering.model;
    let mut units: BTreeMap<&str, Vec<&Workload<'_>>> = BTreeMap::new();
    for workload in model.workloads.iter().filter(|workload| !workload.gates.is_empty()) {
        units.entry(&workload.unit).or_default().push(workload);
    }
    for (unit, mut workloads) in units {
        workloads.sort_by(|a, b| a.name.cmp(&b.name));
        let gates = workloads.iter().flat_map(|workload| workload.gates.iter().map(move |(gate, _)| (*workload, gate)));
        let reads: BTreeSet<Read> =
            gates.flat_map(|(workload, gate)| reads(lowering, workload, gate)).copied().collect();
        for item in [role(lowering, unit, &reads), binding(lowering, unit, &workloads)] {
            objects.push(Object::new(unit, item));
        }
    }
}

fn rights_object(lowering: &mut Lowering<'_, '_>, kind: &'static str, unit: &str) -> (ItemBuilder, Item) {
    let draft = lowering.draft(lowering.model.site.namespace.span);
    let kind = ("rbac.authorization.k8s.io/v1", kind);
    (draft, object(draft, lowering.model, kind, &format!("startup-gate-{unit}"), labels(draft, unit, None)))
}

fn role(lowering: &mut Lowering<'_, '_>, unit: &str, reads: &BTreeSet<Read>) -> Item {
    let (draft, mut item) = rights_object(lowering, "Role", unit);
    let mut rules: BTreeMap<(&str, &'static str), Vec<&'static str>> = BTreeMap::new();
    for (group, resource, verb) in reads {
        rules.entry((group, resource)).or_default().push(verb);
    }
    let rule = |((group, resource), verbs): ((&str, &'static str), Vec<&'static str>)| {
        draft.map([
            ("apiGroups", draft.texts([group.to_owned()])),
            ("resources", draft.texts([resource])),
            ("verbs", draft.texts(verbs)),
        ])
    };
    item.set("rules", draft.list(rules.into_iter().map(rule).collect()));
    item
}

fn binding(lowering: &mut Lowering<'_, '_>, unit: &str, workloads: &[&Workload<'_>]) -> Item {
    let (draft, mut item) = rights_object(lowering, "RoleBinding", unit);
    let reference = draft.map([
        ("apiGroup", draft.text("rbac.authorization.k8s.io")),
        ("kind", draft.text("Role")),
        ("name", draft.text(format!("startup-gate-{unit}"))),
    ]);
    item.set("roleRef", reference);
    let namespace = lowering.model.site.namespace.value.clone();
    let mut subject = |workload: &&Workload<'_>| {
        let draft = lowering.draft(workload.pod.main.span);
        draft.map([
            ("kind", draft.text("ServiceAccount")),
            ("name", draft.text(workload.name.clone())),
            ("namespace", draft.text(namespace.clone())),
        ])
    };
    item.set("subjects", draft.list(workloads.iter().map(&mut subject).collect()));
    item
}
