//! The network of a workload: Services of its endpoints, and a NetworkPolicy from what is declared.
//!
//! Invariant: a pod is reached by those that declare it and by nobody else, unless a port is exposed.

mod nodes;

use std::collections::BTreeMap;

use crate::catalog::egress::Egress;
use crate::catalog::pod::Protocol;
use crate::catalog::service::{Component, ComponentKind, Port};
use crate::kube::item::{Item, Text};
use crate::lower::container::port_name;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::{Object, labels, object, selector};
use crate::model::Workload;
use crate::spec::site::ExposeKind;
use crate::tree::word::Word;
use nodes::Nodes;

/// The Services of a component.
pub fn services(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, objects: &mut Vec<Object>) {
    let Some(component) = workload.component() else { return };
    let mut by_object: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for id in &component.serves {
        let Some(known) = lowering.model.endpoints.get(id.as_str()) else { continue };
        let (object, port, span) = (known.object.clone(), known.port, known.endpoint.span);
        let draft = lowering.draft(span);
        by_object.entry(object).or_default().push(service_port(draft, id, port, Protocol::Tcp));
    }
    let draft = lowering.draft(workload.pod.main.span);
    for (name, ports) in by_object {
        let select = selector(draft, workload);
        let item = service(lowering, workload, (&name, draft), (select, ports));
        objects.push(Object::new(&workload.unit, item));
    }
    declared_services(lowering, workload, component, objects);
}

fn declared_services(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    component: &Component,
    objects: &mut Vec<Object>,
) {
    for (name, declared) in &component.services {
        if !lowering.model.holds(&workload.service.name, &declared.bounds) {
            continue;
        }
        let draft = lowering.draft(declared.span);
        let ports = declared
            .ports
            .iter()
            .filter(|(_, port)| lowering.model.holds(&workload.service.name, &port.bounds))
            .map(|(name, port)| service_port(draft, name, number(lowering, component, (name, port)), port.protocol))
            .collect();
        let mut select = selector(draft, workload);
        for (label, value) in declared.select.iter() {
            let place = crate::lower::container::Place { workload, name: String::new(), ports: Vec::new() };
            let value = crate::lower::container::text(lowering, &place, value);
            select.set(Text::Owned(label.to_string()), value);
        }
        let mut item = service(lowering, workload, (name, draft), (select, ports));
        if let Some(spec) = item.get_mut("spec") {
            if declared.headless {
                spec.set("clusterIP", draft.text("None"));
            }
            if declared.publish_not_ready_addresses {
                spec.set("publishNotReadyAddresses", draft.flag(true));
            }
        }
        objects.push(Object::new(&workload.unit, item));
    }
}

/// A port that an endpoint of the component has is the endpoint's, which may be that of TLS.
fn number(lowering: &Lowering<'_, '_>, component: &Component, port: (&Word, &Port)) -> i64 {
    let (name, port) = port;
    let served = component.serves.contains(name);
    let known = lowering.model.endpoints.get(name.as_str()).filter(|_| served);
    known.map_or(port.number.0, |known| known.port)
}

fn service_port(draft: ItemBuilder, name: &str, number: i64, protocol: Protocol) -> Item {
    let name = port_name(name);
    draft.map([
        ("name", draft.text(name.clone())),
        ("port", draft.integer(number)),
        ("protocol", draft.text(protocol.word())),
        ("targetPort", draft.text(name)),
    ])
}

fn service(
    lowering: &Lowering<'_, '_>,
    workload: &Workload<'_>,
    place: (&str, ItemBuilder),
    parts: (Item, Vec<Item>),
) -> Item {
    let (name, draft) = place;
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let mut item = object(draft, lowering.model, ("v1", "Service"), name, names);
    item.set(
        "spec",
        draft.map([("type", draft.text("ClusterIP")), ("ports", draft.list(parts.1)), ("selector", parts.0)]),
    );
    item
}

/// The NetworkPolicy of a workload; pods on the node's network have none, since it would not bind them.
pub fn policy(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, objects: &mut Vec<Object>) {
    if workload.pod.host_network {
        return;
    }
    let model = lowering.model;
    let draft = lowering.draft(workload.pod.main.span);
    let Some(index) = model.workload_index(&workload.id) else { return };
    let mut inward: BTreeMap<i64, Vec<Item>> = BTreeMap::new();
    let mut nodes = Nodes::default();
    for other in &model.workloads {
        for port in other.peers.iter().filter(|(target, _)| *target == index).map(|(_, port)| *port) {
            let found = nodes.sources(lowering, (draft, port), (workload, other));
            let peers = inward.entry(port).or_default();
            found.into_iter().for_each(|peer| {
                if !peers.contains(&peer) {
                    peers.push(peer)
                }
            });
        }
    }
    inward.retain(|_, peers| !peers.is_empty());
    let mut ingress: Vec<Item> = Vec::new();
    for (port, peers) in inward {
        let ports = policy_ports(draft, port, &model.protocols(workload, port));
        ingress.push(draft.map([("from", draft.list(peers)), ("ports", ports)]));
    }
    let open = open_ports(lowering, workload);
    if !open.is_empty() {
        let ports = open.into_iter().map(|(port, protocol)| policy_port(draft, port, protocol.word())).collect();
        ingress.push(draft.map([("ports", draft.list(ports))]));
    }
    let own = draft.map([("podSelector", draft.map([("matchLabels", selector(draft, workload))]))]);
    let clustered = workload.component().is_some_and(|component| component.kind == ComponentKind::StatefulSet);
    if clustered {
        ingress.push(draft.map([("from", draft.list(vec![own.clone()]))]));
    }
    let mut egress = egress(lowering, workload, (draft, &mut nodes));
    if clustered {
        egress.push(draft.map([("to", draft.list(vec![own]))]));
    }
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let mut item = object(draft, model, ("networking.k8s.io/v1", "NetworkPolicy"), &workload.name, names);
    let spec = draft.some([
        ("podSelector", Some(draft.map([("matchLabels", selector(draft, workload))]))),
        ("ingress", draft.list_or_none(ingress)),
        ("egress", draft.list_or_none(egress)),
        ("policyTypes", Some(draft.texts(["Ingress", "Egress"]))),
    ]);
    item.set("spec", spec);
    objects.push(Object::new(&workload.unit, item));
    objects.extend(nodes.policy(lowering, draft, workload).map(|item| Object::new(&workload.unit, item)));
}

fn policy_ports(draft: ItemBuilder, port: i64, protocols: &[Protocol]) -> Item {
    draft.list(protocols.iter().map(|protocol| policy_port(draft, port, protocol.word())).collect())
}

fn policy_port(draft: ItemBuilder, port: i64, protocol: &'static str) -> Item {
    draft.map([("port", draft.integer(port)), ("protocol", draft.text(protocol))])
}

fn open_ports(lowering: &Lowering<'_, '_>, workload: &Workload<'_>) -> Vec<(i64, Protocol)> {
    let Some(component) = workload.component() else { return Vec::new() };
    let exposed = lowering.model.site.expose.kind.value != ExposeKind::None;
    let mut ports: Vec<(i64, Protocol)> = Vec::new();
    for id in &component.serves {
        let Some(known) = lowering.model.endpoints.get(id.as_str()) else { continue };
        if (exposed && known.endpoint.public.is_some()) || workload.pod.ingress_from_any.contains(id) {
            ports.push((known.port, Protocol::Tcp));
        }
    }
    let named = workload.pod.main.ports.iter().filter(|(name, _)| workload.pod.ingress_from_any.contains(*name));
    ports.extend(named.map(|(_, port)| (port.number.0, port.protocol)));
    for found in workload.node_ports().filter_map(|(name, _)| lowering.model.port(workload, name)) {
        if !ports.contains(&found) {
            ports.push(found);
        }
    }
    ports
}

fn egress(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, place: (ItemBuilder, &mut Nodes)) -> Vec<Item> {
    let (draft, nodes) = place;
    let model = lowering.model;
    let dns = draft.list(vec![policy_port(draft, 53, "TCP"), policy_port(draft, 53, "UDP")]);
    let mut rules = vec![draft.map([("ports", dns)])];
    let mut outward: BTreeMap<(usize, i64), ()> = BTreeMap::new();
    for target in &workload.peers {
        outward.insert(*target, ());
    }
    for (target, port) in outward.into_keys() {
        let Some(other) = model.workloads.get(target) else { continue };
        let Some(peer) = nodes.target(lowering, (draft, port), other) else { continue };
        let ports = policy_ports(draft, port, &model.protocols(other, port));
        rules.push(draft.map([("to", draft.list(vec![peer])), ("ports", ports)]));
    }
    for outside in &workload.outside {
        let draft = lowering.draft(outside.span);
        let any = ["0.0.0.0/0".to_owned()];
        let networks: Vec<String> = outside.networks.iter().map(ToString::to_string).collect();
        let networks = if networks.is_empty() { &any[..] } else { &networks };
        let block = |net: &String| draft.map([("ipBlock", draft.map([("cidr", draft.text(net.clone()))]))]);
        let (to, port) = (networks.iter().map(block).collect(), policy_port(draft, outside.port, "TCP"));
        rules.push(draft.map([("to", draft.list(to)), ("ports", draft.list(vec![port]))]));
    }
    let api = !workload.gates.is_empty() || !workload.pod.access.is_empty();
    if api || workload.pod.egress.contains(&Egress::Kubernetes) {
        let ports = draft.list(vec![policy_port(draft, 443, "TCP"), policy_port(draft, 6443, "TCP")]);
        rules.push(draft.map([("ports", ports)]));
    }
    for target in &workload.pod.egress {
        let cidr = match target {
            Egress::Any => Some("0.0.0.0/0".to_owned()),
            Egress::Kubernetes => None,
            Egress::Network(name) => {
                let network = model.site.networks.get(name.as_str());
                network.and_then(|network| network.cidr.as_ref()).map(|cidr| cidr.value.to_string())
            }
        };
        if let Some(cidr) = cidr {
            nodes.network(lowering, target);
            let block = draft.map([("ipBlock", draft.map([("cidr", draft.text(cidr))]))]);
            rules.push(draft.map([("to", draft.list(vec![block]))]));
        }
    }
    rules
}
