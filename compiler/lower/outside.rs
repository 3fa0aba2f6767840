//! What a site says of one component's reach and number: Services of node ports, and autoscalers.
//!
//! Invariant: a component with an autoscaler has no `replicas`: its controller alone decides them.

use crate::catalog::service::ComponentKind;
use crate::kube::item::Item;
use crate::lower::container::port_name;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::{Object, labels, object, selector};
use crate::model::Workload;

/// The objects of a workload.
pub fn objects(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, objects: &mut Vec<Object>) {
    let found = [node_ports(lowering, workload), autoscaler(lowering, workload)];
    objects.extend(found.into_iter().flatten().map(|item| Object::new(&workload.unit, item)));
}

/// A Service of the type NodePort for the ports that the site names
/// (<https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport>).
fn node_ports(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Option<Item> {
    let ports: Vec<Item> = workload
        .node_ports()
        .filter_map(|(name, said)| {
            let (number, protocol) = lowering.model.port(workload, name)?;
            let draft = lowering.draft(said.span);
            Some(draft.map([
                ("name", draft.text(port_name(name))),
                ("port", draft.integer(number)),
                ("protocol", draft.text(protocol.word())),
                ("targetPort", draft.text(port_name(name))),
                ("nodePort", draft.integer(said.number.0)),
            ]))
        })
        .collect();
    let first = workload.node_ports().next().filter(|_| !ports.is_empty())?.1.span;
    let draft = lowering.draft(first);
    let name = format!("{}-node-port", workload.name);
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let mut item = object(draft, lowering.model, ("v1", "Service"), &name, names);
    let spec = draft.map([
        ("type", draft.text("NodePort")),
        ("ports", draft.list(ports)),
        ("selector", selector(draft, workload)),
    ]);
    item.set("spec", spec);
    Some(item)
}

/// The autoscaler that the site asks for (<https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>).
fn autoscaler(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Option<Item> {
    workload.component().filter(|component| component.kind == ComponentKind::Deployment)?;
    let said = workload.autoscale()?;
    let draft = lowering.draft(said.span);
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let kind = ("autoscaling/v2", "HorizontalPodAutoscaler");
    let mut item = object(draft, lowering.model, kind, &workload.name, names);
    let target = draft.map([
        ("apiVersion", draft.text("apps/v1")),
        ("kind", draft.text("Deployment")),
        ("name", draft.text(workload.name.clone())),
    ]);
    let metrics = [("cpu", &said.cpu), ("memory", &said.memory)];
    let metrics =
        metrics.into_iter().filter_map(|(name, share)| Some(metric(draft, name, share.as_ref()?.0))).collect();
    let spec = draft.map([
        ("scaleTargetRef", target),
        ("minReplicas", draft.integer(said.min.value.0)),
        ("maxReplicas", draft.integer(said.max.value.0)),
        ("metrics", draft.list(metrics)),
    ]);
    item.set("spec", spec);
    Some(item)
}

fn metric(draft: ItemBuilder, name: &'static str, percent: i64) -> Item {
    let target = draft.map([("type", draft.text("Utilization")), ("averageUtilization", draft.integer(percent))]);
    let resource = draft.map([("name", draft.text(name)), ("target", target)]);
    draft.map([("type", draft.text("Resource")), ("resource", resource)])
}
