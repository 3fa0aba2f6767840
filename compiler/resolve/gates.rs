//! The dependency graph: what each workload waits for and connects to, and its distance from the start.
//!
//! Invariant: start-up gates, sync waves and `dependsOn` are views of this one graph; it has no cycle, or there is a diagnostic.

use crate::catalog::expr::Qualified;
use crate::catalog::service::{After, Target};
use crate::diag::{Diagnostic, Sink};
use crate::model::{Gate, Model, Outside};
use crate::resolve::external;
use crate::resolve::off::turned_off;
use crate::span::Span;
use crate::tree::word::Word;

/// Fills in gates, peers and waves of all workloads.
pub fn gates(model: &mut Model<'_>, sink: &mut Sink) {
    for index in 0..model.workloads.len() {
        let mut edges = Edges { index, gates: Vec::new(), peers: Vec::new(), outside: Vec::new() };
        edges.collect(model, sink);
        if let Some(workload) = model.workloads.get_mut(index) {
            workload.gates = edges.gates;
            workload.peers = edges.peers;
            workload.outside = edges.outside;
        }
    }
    waves(model, sink);
}

struct Edges {
    index: usize,
    gates: Vec<(Gate, Span)>,
    peers: Vec<(usize, i64)>,
    outside: Vec<Outside>,
}

impl Edges {
    fn collect(&mut self, model: &Model<'_>, sink: &mut Sink) {
        let Some(workload) = model.workloads.get(self.index) else { return };
        for need in &workload.pod.needs {
            self.need(model, need, true, sink);
        }
        for need in &workload.pod.may_connect_to {
            self.need(model, need, false, sink);
        }
        for after in &workload.pod.after {
            if model.holds(&workload.owner.name, &after.bounds) {
                self.after(model, after, sink);
            }
        }
    }

    #[allow(clippy::fn_params_excessive_bools, reason = "a need waits, a talk does not; the rest is the same")]
    fn need(&mut self, model: &Model<'_>, need: &Word, waits: bool, sink: &mut Sink) {
        let outside = external::outside(model, need);
        let is_elsewhere = external::is_elsewhere(model, need);
        self.outside.extend(outside.into_iter().filter(|one| !self.outside.contains(one)).collect::<Vec<_>>());
        if is_elsewhere {
            if waits {
                self.client_jobs(model, need);
            }
            return;
        }
        let target = if let Some(known) = model.providers.get(need.as_str()) {
            if waits {
                self.client_jobs(model, need);
            }
            Some((known.reached(), known.provide.service.to_string(), known.port))
        } else {
            model.endpoints.get(need.as_str()).map(|known| {
                let component =
                    known.service.components.iter().find(|(_, component)| std::ptr::eq(*component, known.component));
                let id = component.map_or("", |(id, _)| id.as_str());
                (format!("{}/{id}", known.service.name), known.object.clone(), known.port)
            })
        };
        let found = target.and_then(|(id, object, port)| Some((model.workload_index(&id)?, object, port)));
        match found {
            Some((index, object, port)) => {
                if waits && index != self.index {
                    self.push(Gate::Service(object, index), need.span);
                }
                self.peers.push((index, port));
            }
            // A peer that is off is nothing to talk to; a need without its provider is a mistake.
            None if waits => self.missing(model, need, need.span, sink),
            None => {}
        }
    }

    /// The jobs that the provider runs for this workload's service.
    fn client_jobs(&mut self, model: &Model<'_>, need: &Word) {
        let Some(own) = model.workloads.get(self.index) else { return };
        if own.capability.is_some() {
            return;
        }
        for (index, job) in model.workloads.iter().enumerate() {
            if job.capability == Some(need.as_str()) && job.service.name == own.service.name {
                self.push(Gate::Job(index), need.span);
            }
        }
    }

    fn after(&mut self, model: &Model<'_>, after: &After, sink: &mut Sink) {
        let Some(own) = model.workloads.get(self.index) else { return };
        let own = own.service.name.as_str();
        match &after.target {
            Target::Endpoint(name) | Target::Provider(name) => self.need(model, name, true, sink),
            Target::Job(name) => self.workload(model, (own, name), Gate::Job, sink),
            Target::SameNode(name) => self.workload(model, (own, name), Gate::SameNode, sink),
            Target::Component(name) => self.workload(model, (own, name), Gate::Pod, sink),
        }
    }

    fn workload(&mut self, model: &Model<'_>, name: (&str, &Qualified), gate: impl Fn(usize) -> Gate, sink: &mut Sink) {
        let id = name.1.id(name.0);
        // What others run is there before the site is.
        if model.is_elsewhere(name.1.service(name.0)) {
            return;
        }
        match model.workload_index(&id) {
            Some(index) => self.push(gate(index), name.1.name.span),
            // A site without resources of a service has no job that makes them.
            None if makes_resources(model, name) => {}
            None => self.missing(model, &id, name.1.name.span, sink),
        }
    }

    fn push(&mut self, gate: Gate, span: Span) {
        if !self.gates.iter().any(|(known, _)| *known == gate) {
            self.gates.push((gate, span));
        }
    }

    /// Something that is waited for is not there: where the site turned its provider off, that is the mistake.
    fn missing(&self, model: &Model<'_>, name: &str, span: Span, sink: &mut Sink) {
        if let Some(finding) = turned_off(model, name) {
            sink.push(finding);
            return;
        }
        let id = model.workloads.get(self.index).map_or("", |workload| workload.id.as_str());
        let message = format!("`{id}` waits for `{name}`, which nothing in the site provides");
        sink.push(Diagnostic::error("TG0506", span, message));
    }
}

/// Is that a job that makes resources?
fn makes_resources(model: &Model<'_>, (own, name): (&str, &Qualified)) -> bool {
    let service = model.service(name.service(own));
    service.is_some_and(|service| service.jobs.get(&name.name).is_some_and(|job| service.makes_resources(job)))
}

fn waves(model: &mut Model<'_>, sink: &mut Sink) {
    let count = model.workloads.len();
    let mut waves: Vec<Option<usize>> = vec![None; count];
    let edges: Vec<Vec<usize>> = model
        .workloads
        .iter()
        .map(|workload| workload.gates.iter().map(|(gate, _)| gate.workload()).collect())
        .collect();
    loop {
        let mut changed = false;
        for (index, needed) in edges.iter().enumerate() {
            let ready: Option<Vec<usize>> = needed.iter().map(|other| waves.get(*other).copied().flatten()).collect();
            if let (Some(None), Some(ready)) = (waves.get(index), ready) {
                let wave = ready.into_iter().max().map_or(0, |wave| wave + 1);
                if let Some(slot) = waves.get_mut(index) {
                    *slot = Some(wave);
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let stuck: Vec<&str> = model
        .workloads
        .iter()
        .zip(&waves)
        .filter(|(_, wave)| wave.is_none())
        .map(|(workload, _)| workload.id.as_str())
        .collect();
    if !stuck.is_empty() {
        let message = format!("these workloads wait for each other: {}", stuck.join(", "));
        sink.push(Diagnostic::error("TG0509", model.site.name.span, message));
    }
    for (workload, wave) in model.workloads.iter_mut().zip(waves) {
        workload.wave = wave.unwrap_or(0);
    }
}
