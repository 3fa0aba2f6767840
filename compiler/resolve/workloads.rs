//! Workloads of a site: components, jobs, and the jobs that providers run for their clients; how many pods each runs.
//!
//! Invariant: a client's job is made exactly where every client field that it refers to is there.

use crate::catalog::service::{Component, Job, Service};
use crate::catalog::view::plain;
use crate::diag::Sink;
use crate::model::{Model, Workload, WorkloadKind};
use crate::resolve::reference::{Context, client_field, client_fields, evaluate};
use crate::span::Span;
use crate::spec::site::Network;
use crate::tree::node::Node;

/// Enters all workloads of the model.
pub fn workloads(model: &mut Model<'_>, sink: &mut Sink) {
    for service in model.services.clone() {
        for (id, component) in &service.components {
            if model.holds(&service.name, &component.pod.main.bounds) {
                let replicas = replicas(model, service, (id, component), sink);
                model.workloads.push(Workload {
                    id: format!("{}/{id}", service.name),
                    service,
                    owner: service,
                    capability: None,
                    kind: WorkloadKind::Component(component),
                    name: component.name.clone(),
                    pod: &component.pod,
                    unit: component.unit.clone().unwrap_or_else(|| service.unit.clone()),
                    replicas,
                    gates: Vec::new(),
                    talks: Vec::new(),
                    wave: 0,
                    group: None,
                    excluded_groups: Vec::new(),
                });
            }
        }
        for (id, job) in &service.jobs {
            if model.holds(&service.name, &job.pod.main.bounds) {
                push_job(model, (service, service, None), id, job);
            }
        }
    }
    client_jobs(model);
}

fn push_job<'a>(model: &mut Model<'a>, place: (&'a Service, &'a Service, Option<&'a str>), id: &str, job: &'a Job) {
    let (service, owner, capability) = place;
    model.workloads.push(Workload {
        id: format!("{}/{id}", service.name),
        service,
        owner,
        capability,
        kind: WorkloadKind::Job(job),
        name: format!("{}-{id}", service.name),
        pod: &job.pod,
        unit: job.unit.clone().unwrap_or_else(|| service.unit.clone()),
        replicas: (1, job.pod.main.span),
        gates: Vec::new(),
        talks: Vec::new(),
        wave: 0,
        group: None,
        excluded_groups: Vec::new(),
    });
}

fn client_jobs(model: &mut Model<'_>) {
    let providers: Vec<_> = model.providers.iter().map(|(capability, known)| (*capability, *known)).collect();
    for (capability, known) in providers {
        for (id, job) in &known.provide.jobs {
            if !model.holds(&known.service.name, &job.pod.main.bounds) {
                continue;
            }
            let main = &job.pod.main;
            let values = main.env.iter().map(|(_, node)| node).chain(&main.run);
            let fields: Vec<String> = values.flat_map(client_fields).collect();
            for client in model.services.clone() {
                let has = |field: &String| client_field(model, client, field).is_some_and(|(text, _)| !text.is_empty());
                if client.name != known.service.name && fields.iter().all(has) {
                    push_job(model, (client, known.service, Some(capability)), id, job);
                }
            }
        }
    }
}

fn replicas(model: &Model<'_>, service: &Service, item: (&str, &Component), sink: &mut Sink) -> (i64, Span) {
    let (id, component) = item;
    let (label, label_span) = &component.pod.on;
    let nodes = i64::try_from(model.labels.get(label).copied().unwrap_or(0)).unwrap_or(i64::MAX);
    if component.kind == "daemonset" {
        return (nodes, *label_span);
    }
    let written = model.site.services.get(&service.name).and_then(|spec| spec.components.get(id)?.replicas.as_ref());
    match written {
        Some(count) => (count.value, count.span),
        None => default_replicas(model, service, component, nodes, sink),
    }
}

#[allow(clippy::too_many_arguments, reason = "five facts decide a number")]
fn default_replicas(
    model: &Model<'_>,
    service: &Service,
    component: &Component,
    nodes: i64,
    sink: &mut Sink,
) -> (i64, Span) {
    let Some(node) = &component.replicas else {
        return (nodes.clamp(1, 3), component.pod.main.span);
    };
    let evaluated = evaluate(model, Context { service, client: None }, node, sink);
    let span = evaluated.from.get(1).or(evaluated.from.first()).copied().unwrap_or(node.span);
    let word = match &evaluated.line.parts[..] {
        [crate::config::file::Part::Public(word)] => word.as_str(),
        _ => "",
    };
    let count = match word {
        "api" => nodes.clamp(1, 3),
        "quorum" if nodes >= 3 => 3,
        "quorum" | "one" => 1,
        number => number.parse().unwrap_or(1),
    };
    (count, span)
}

/// The host that node ports are reached at.
pub fn node_port_host(model: &Model<'_>) -> String {
    let site = model.site;
    if let Some(host) = &site.expose.host {
        return host.value.clone();
    }
    let management = site.networks.get("management");
    if let Some(vip) = management.and_then(|network| network.vip.as_ref()) {
        return vip.value.to_string();
    }
    let first = site.nodes.iter().find_map(|node| node.addresses.get("management"));
    first.map_or_else(|| "localhost".to_owned(), |address| address.value.to_string())
}

/// A value of the site by its name in references.
pub fn site_field(model: &Model<'_>, name: &str) -> Option<(String, Span)> {
    let site = model.site;
    let own = |traced: &crate::spec::site::Traced<String>| Some((traced.value.clone(), traced.span));
    let physical = || site.networks.values().filter_map(|network| Some((network.physical.as_ref()?, network)));
    let joined = |texts: Vec<String>| Some((texts.join(","), site.name.span));
    match name {
        "name" => own(&site.name),
        "region" => own(&site.region),
        "domain" => own(&site.domain),
        "namespace" => own(&site.namespace),
        "cluster-domain" => own(&site.cluster_domain),
        "release" => own(&site.openstack),
        "node-port-host" | "vip" => Some((node_port_host(model), site.name.span)),
        "storage-class" => site.storage_class.as_ref().and_then(own).or_else(|| Some((String::new(), site.name.span))),
        "scheme" => Some((if site.expose.tls.is_some() { "https" } else { "http" }.to_owned(), site.expose.kind.span)),
        "physical-networks" => joined(physical().map(|(name, _)| name.value.clone()).collect()),
        "bridge-mappings" => {
            joined(physical().map(|(name, _)| format!("{}:{}", name.value, bridge_of(model, &name.value))).collect())
        }
        "physical-mtus" => {
            joined(physical().map(|(name, network)| format!("{}:{}", name.value, network.mtu.value)).collect())
        }
        "vlan-ranges" => joined(
            physical()
                .map(|(name, network)| match &network.vlan {
                    Some(vlan) => format!("{0}:{1}:{1}", name.value, vlan.value),
                    None => name.value.clone(),
                })
                .collect(),
        ),
        "bridges" | "bridge-ports" => {
            let mut found: Vec<String> = Vec::new();
            for interface in site.nodes.iter().flat_map(|node| &node.interfaces) {
                let Some(bridge) = &interface.bridge else { continue };
                let text = if name == "bridges" {
                    bridge.value.clone()
                } else {
                    format!("{}:{}", bridge.value, interface.name.value)
                };
                if !found.contains(&text) {
                    found.push(text);
                }
            }
            joined(found)
        }
        "tunnel-network" => Some((
            if site.networks.contains_key("tunnel") { "tunnel" } else { "management" }.to_owned(),
            site.name.span,
        )),
        "global-mtu" => {
            let smallest = site.networks.get("tunnel").or_else(|| site.networks.get("management"))?;
            Some((smallest.mtu.value.to_string(), smallest.mtu.span))
        }
        _ => network_field(model, name.strip_prefix("network.").or_else(|| name.strip_prefix("networks."))?),
    }
}

/// The bridge that carries a physical network: the one an interface declares for it, or br-ex.
pub fn bridge_of(model: &Model<'_>, physical: &str) -> String {
    let networks = &model.site.networks;
    let on_physical = |name: &str| {
        networks.get(name).and_then(|network| network.physical.as_ref()).is_some_and(|found| found.value == physical)
    };
    let mut interfaces = model.site.nodes.iter().flat_map(|node| &node.interfaces);
    let named = interfaces
        .find(|interface| interface.bridge.is_some() && interface.networks.iter().any(|name| on_physical(&name.value)));
    named
        .and_then(|interface| interface.bridge.as_ref())
        .map_or_else(|| "br-ex".to_owned(), |bridge| bridge.value.clone())
}

fn network_field(model: &Model<'_>, path: &str) -> Option<(String, Span)> {
    let (name, field) = path.split_once('.')?;
    let network: &Network = model.site.networks.get(name).or_else(|| model.site.networks.get("management"))?;
    match field {
        "cidr" => network.cidr.as_ref().map(|cidr| (cidr.value.to_string(), cidr.span)),
        "mtu" => Some((network.mtu.value.to_string(), network.mtu.span)),
        "gateway" => network.gateway.as_ref().map(|gateway| (gateway.value.to_string(), gateway.span)),
        "vip" => network.vip.as_ref().map(|vip| (vip.value.to_string(), vip.span)),
        "vlan" => network.vlan.as_ref().map(|vlan| (vlan.value.to_string(), vlan.span)),
        "physical" => network.physical.as_ref().map(|physical| (physical.value.clone(), physical.span)),
        "dns" => {
            Some((network.dns.iter().map(|dns| dns.value.as_str()).collect::<Vec<_>>().join(","), network.name.span))
        }
        _ => None,
    }
}

/// The CIDR that a `(node-address)` names; the management network stands in where the site has no such network.
pub fn node_network<'a>(model: &Model<'a>, node: &Node) -> Option<(&'a Network, Span)> {
    let name = plain(node)?;
    let networks = &model.site.networks;
    let network =
        networks.get(&name).filter(|network| network.cidr.is_some()).or_else(|| networks.get("management"))?;
    Some((network, network.cidr.as_ref()?.span))
}
