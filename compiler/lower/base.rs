//! What belongs to the whole site: the namespace, the rights of start-up gates, the default of no traffic, secrets that the cluster fills.
//!
//! Invariant: a Secret that the cluster fills is written without data, so that no sync can empty it.

use crate::catalog::service::SecretKind;
use crate::kube::secret::SecretObject;
use crate::lower::expose::BASE_UNIT;
use crate::lower::lowering::Lowering;
use crate::lower::mark::Marks;
use crate::lower::object::{Object, labels, object};
use crate::lower::pod::gate;
use crate::lower::workload::config_map;

/// The script that fills in what is known only on the node.
pub const NODE_SCRIPT: &str = include_str!("../../schema/files/node-options.py");

/// Lowers what belongs to the whole site.
pub fn base(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    let site = lowering.model.site;
    let draft = lowering.draft(site.namespace.span);
    let mut names = labels(draft, &site.namespace.value, None);
    // Agents on the nodes need the host's network and devices, so the namespace enforces nothing, and the audit log holds what is not
    // restricted. It does not warn: a warning at each apply of the site's own agents hides those that mean something.
    names.set("pod-security.kubernetes.io/enforce", draft.text("privileged"));
    names.set("pod-security.kubernetes.io/audit", draft.text("restricted"));
    names.set("pod-security.kubernetes.io/warn", draft.text("privileged"));
    let metadata = draft.map([("name", draft.text(site.namespace.value.clone())), ("labels", names)]);
    let namespace =
        draft.map([("apiVersion", draft.text("v1")), ("kind", draft.text("Namespace")), ("metadata", metadata)]);
    let marks = Marks { keep: Some(draft.0), ..Marks::default() };
    objects.push(Object { marks, ..Object::new(BASE_UNIT, namespace) });
    let mut push = |item| objects.push(Object::new(BASE_UNIT, item));
    let mut deny = object(
        draft,
        lowering.model,
        ("networking.k8s.io/v1", "NetworkPolicy"),
        "default-deny",
        labels(draft, "base", None),
    );
    deny.set(
        "spec",
        draft.map([("podSelector", draft.named([])), ("policyTypes", draft.texts(["Ingress", "Egress"]))]),
    );
    push(deny);
    if lowering.model.workloads.iter().any(|workload| !workload.pod.node_options.is_empty()) {
        let data = vec![("node-options.py".into(), draft.text(NODE_SCRIPT))];
        push(config_map(draft, lowering.model, ("node-scripts", "base"), data));
    }
    gate::rights(lowering, objects);
    runtime_secrets(lowering, objects);
}

fn runtime_secrets(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    for service in lowering.model.services.clone() {
        for (name, secret) in &service.secrets {
            if secret.kind != SecretKind::Runtime || !lowering.model.holds(&service.name, &secret.bounds) {
                continue;
            }
            let draft = lowering.draft(secret.span);
            let name = SecretObject::declared(&service.name, name).name();
            let mut item = object(draft, lowering.model, ("v1", "Secret"), &name, labels(draft, &service.name, None));
            item.set("type", draft.text("Opaque"));
            let marks = Marks { keep: Some(draft.0), filled_at_run_time: Some(draft.0), ..Marks::default() };
            objects.push(Object { marks, ..Object::new(service.unit(), item) });
        }
    }
}
