//! What a site says of single components and jobs: off, autoscaled, reached at node ports, suspended.
//!
//! Invariant: what is said here shows in an object, or is told.

use std::collections::BTreeMap;

use crate::catalog::overlay::ComponentSpec;
use crate::catalog::service::{Component, ComponentKind};
use crate::diag::{Diagnostic, Sink, unknown};
use crate::model::{Gate, Model, Workload};
use crate::span::Span;
use crate::spec::site::ExposeKind;
use crate::tree::word::Word;

/// Checks all of it.
pub fn components(model: &Model<'_>, sink: &mut Sink) {
    for (name, spec) in &model.site.services {
        let Some(service) = model.service(name.as_str()) else { continue };
        for (id, said) in &spec.components {
            let Some(component) = service.components.get(id.as_str()) else { continue };
            off(said, sink);
            autoscaled((&format!("{name}/{id}"), component), said, sink);
        }
    }
    model.workloads.iter().for_each(|workload| node_ports(model, workload, sink));
    endpoints(model, sink);
    twice(model, sink);
    suspended(model, sink);
}

/// What is said of a component that is off has no effect.
fn off(said: &ComponentSpec, sink: &mut Sink) {
    let Some(enabled) = said.enabled.as_ref().filter(|enabled| !enabled.value) else { return };
    let others = said.replicas.as_ref().map(|replicas| replicas.span);
    let others = others.or(said.autoscale.as_ref().map(|autoscale| autoscale.span));
    let others = others.or(said.node_ports.values().next().map(|port| port.span));
    // What a lower layer says is for those that leave the component on.
    if let Some(span) = others.filter(|span| span.file == enabled.span.file) {
        let message = format!("component `{}` is off, and what is said of it has no effect", said.name);
        sink.push(
            Diagnostic::error("TG0691", span, message).also(enabled.span, "off here").hint("remove one of the two"),
        );
    }
}

fn autoscaled((id, component): (&str, &Component), said: &ComponentSpec, sink: &mut Sink) {
    let Some(autoscale) = &said.autoscale else { return };
    let mut push = |span: Span, message: String, hint: &str| {
        sink.push(Diagnostic::error("TG0692", span, message).hint(hint));
    };
    if component.kind != ComponentKind::Deployment || component.quorum {
        let message =
            format!("`{id}` cannot be autoscaled: its pods are listed by name, form a quorum or stand one a node");
        return push(autoscale.span, message, "only Deployments are; set `replicas`");
    }
    if let Some(replicas) = &said.replicas {
        let message = format!("`{id}` has `replicas` and `autoscale`, and each would undo the other");
        push(replicas.span, message, "remove one of the two");
    }
    let (min, max) = (autoscale.min.value.0, autoscale.max.value.0);
    if min > max {
        push(
            autoscale.max.span,
            format!("`max` of `{id}` is {max}, expected at least `min`, which is {min}"),
            "exchange the two",
        );
    }
    if let Some(most) = component.max_replicas.filter(|most| max > most.0) {
        push(
            autoscale.max.span,
            format!("`{id}` has up to {max} replicas, expected at most {}", most.0),
            "set `replicas`",
        );
    }
    if autoscale.cpu.is_none() && autoscale.memory.is_none() {
        push(
            autoscale.span,
            format!("`autoscale` of `{id}` has no load to scale by"),
            "`cpu=80`: percent of the requested CPU",
        );
    }
}

/// Ports that are named are ports of the component.
fn node_ports(model: &Model<'_>, workload: &Workload<'_>, sink: &mut Sink) {
    for (name, said) in workload.node_ports() {
        if workload.pod.host_network {
            let message = format!("`{}` uses the node's network: its ports are there already", workload.id);
            sink.push(Diagnostic::error("TG0693", said.span, message).hint("remove `node-port`"));
        } else if model.port(workload, name).is_none() {
            let known = model.ports(workload);
            let what = format!("port of component `{}`", workload.id);
            sink.push(unknown("TG0693", &what, name, name.span, known.iter().map(String::as_str)));
        }
    }
}

/// Where an endpoint has a node port, the site exposes endpoints so.
fn endpoints(model: &Model<'_>, sink: &mut Sink) {
    let is_exposed = model.site.expose.kind.value == ExposeKind::NodePort;
    for (id, known) in &model.endpoints {
        let Some(said) = known.said.and_then(|said| said.node_port.as_ref()) else { continue };
        let component = known.service.components.iter().find(|(_, one)| std::ptr::eq(*one, known.component));
        let component = component.map_or("", |(name, _)| name.as_str());
        if !is_exposed || known.endpoint.public.is_none() {
            let why = if is_exposed { "is not a public endpoint" } else { "is not exposed by node ports" };
            let message = format!("`node-port` of endpoint `{id}` has no effect: it {why}");
            let (service, number) = (&known.service.name, said.value.0);
            let hint = format!("`service {service} {{ component {component} {{ node-port {id} {number} }} }}`");
            sink.push(Diagnostic::error("TG0693", said.span, message).hint(hint));
        }
    }
}

/// No two node ports are one.
fn twice(model: &Model<'_>, sink: &mut Sink) {
    let is_exposed = model.site.expose.kind.value == ExposeKind::NodePort;
    let mut all: Vec<(i64, String, Span)> = Vec::new();
    for (id, known) in model.endpoints.iter().filter(|(_, known)| is_exposed && known.endpoint.public.is_some()) {
        all.extend(known.node_port().map(|(number, span)| (number, format!("endpoint `{id}`"), span)));
    }
    for workload in &model.workloads {
        let of = |(name, said): (&Word, &crate::catalog::overlay::NodePort)| {
            (said.number.0, format!("port `{name}` of `{}`", workload.id), said.span)
        };
        all.extend(workload.node_ports().map(of));
    }
    let mut taken: BTreeMap<i64, (String, Span)> = BTreeMap::new();
    // What the site says is told, beside the stock's default that it meets.
    all.sort_by_key(|(number, _, span)| (*number, span.file == model.site.name.span.file));
    for (number, what, span) in all {
        match taken.get(&number) {
            Some((other, place)) => {
                let message = format!("node port {number} of {what} is that of {other}");
                sink.push(
                    Diagnostic::error("TG0694", span, message).also(*place, "the other one").hint("choose another"),
                );
            }
            None => drop(taken.insert(number, (what, span))),
        }
    }
}

/// Nothing waits for a Job that nobody starts.
fn suspended(model: &Model<'_>, sink: &mut Sink) {
    for (index, workload) in model.workloads.iter().enumerate() {
        let Some(span) = model.suspended(workload) else { continue };
        let waits = |other: &&Workload<'_>| other.gates.iter().any(|(gate, _)| *gate == Gate::Job(index));
        if let Some(other) = model.workloads.iter().find(waits) {
            let message = format!("`{}` is suspended, and `{}` would wait for it indefinitely", workload.id, other.id);
            sink.push(Diagnostic::error("TG0695", span, message).hint("remove `suspended`"));
        }
    }
}
