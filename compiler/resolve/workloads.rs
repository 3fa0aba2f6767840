//! Workloads of a site: components, jobs, and the jobs that providers run for their clients; how many pods each runs.
//!
//! Invariant: a client's job is made exactly where every client field that it refers to is there.

use crate::catalog::expr::{EnvValue, Expr, Reference, Source};
use crate::catalog::service::{Component, ComponentKind, Job, Replicas, Service};
use crate::catalog::target::TargetKind;
use crate::diag::Diagnostic;
use crate::diag::Sink;
use crate::model::{Model, Workload, WorkloadKind};
use crate::resolve::reference::{Context, has_client_values, public_text, site_endpoints};
use crate::span::Span;
use crate::spec::site::{Provider, Resources};

/// Enters all workloads of the model.
pub fn workloads(model: &mut Model<'_>, sink: &mut Sink) {
    for service in model.services.clone() {
        for (id, component) in &service.components {
            let is_idle = component.kind == ComponentKind::DaemonSet
                && !model.labels.contains_key(component.pod.node_selector.as_str());
            let is_off = model.is_turned_off(&service.name, id);
            let holds = model.is_there(&component.pod) && model.holds(&service.name, &component.pod.main.bounds);
            if !is_idle && !is_off && holds {
                let replicas = replicas(model, service, (id, component), sink);
                model.workloads.push(Workload {
                    id: format!("{}/{id}", service.name),
                    service,
                    owner: service,
                    capability: None,
                    kind: WorkloadKind::Component(component),
                    name: component.object.clone(),
                    pod: &component.pod,
                    unit: component.unit.as_ref().map_or_else(|| service.unit().to_owned(), ToString::to_string),
                    replicas,
                    gates: Vec::new(),
                    peers: Vec::new(),
                    outside: Vec::new(),
                    wave: 0,
                    group: None,
                    excluded_groups: Vec::new(),
                    said: model.specs(&service.name).rev().filter_map(|spec| spec.components.get(id)).collect(),
                });
            }
        }
        for (id, job) in &service.jobs {
            if model.holds(&service.name, &job.pod.main.bounds)
                && model.is_there(&job.pod)
                && model.is_of_step(&service.name, job)
                && has_administrators(model, job)
                && has_endpoints(model, job)
                && has_resources(model, service, job)
            {
                push_job(model, (service, service, None), id, job);
            }
        }
    }
    client_jobs(model);
}

/// Does the site know the administrators with whom a job logs in? It knows none of a provider where accounts are given.
fn has_administrators(model: &Model<'_>, job: &Job) -> bool {
    let others = job.pod.init.values().chain(job.pod.sidecars.values());
    let mut read = others.chain([&job.pod.main]).flat_map(|container| container.secrets.values());
    !read.any(|mounted| {
        let owner = mounted.secret.service.as_ref();
        let owner = owner.and_then(|name| model.elsewhere.iter().find(|service| *name == *service.name.as_str()));
        owner.into_iter().flat_map(|service| &service.provides).any(|(capability, provide)| {
            let secret = provide.external.as_ref().and_then(|external| external.secret.as_ref());
            let is_given = model.external(capability).is_some_and(|said| !said.makes_accounts());
            is_given && secret == Some(&mounted.secret.name)
        })
    })
}

/// Has the site endpoints of others, where a job enters them into the catalog?
fn has_endpoints(model: &Model<'_>, job: &Job) -> bool {
    let asks = |reference: &&Reference| match reference {
        Reference::Records(records) => records.of.source == Source::SiteEndpoints,
        Reference::Each(each) => each.of.source == Source::SiteEndpoints,
        _ => false,
    };
    let values = job.pod.main.env.values();
    let mut values = values.filter_map(|value| if let EnvValue::Value(value) = value { Some(value) } else { None });
    !site_endpoints(model.site).is_empty() || !values.any(|value| value.references().iter().any(asks))
}

/// Declares the site resources of the service, where a job makes them?
fn has_resources(model: &Model<'_>, service: &Service, job: &Job) -> bool {
    let declares = |resources: &Resources| resources.kinds.keys().any(|kind| service.resources.contains_key(kind));
    !service.makes_resources(job) || model.site.resources.as_ref().is_some_and(declares)
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
        unit: job.unit.as_ref().map_or_else(|| service.unit().to_owned(), ToString::to_string),
        replicas: (1, job.pod.main.span),
        gates: Vec::new(),
        peers: Vec::new(),
        outside: Vec::new(),
        wave: 0,
        group: None,
        excluded_groups: Vec::new(),
        said: Vec::new(),
    });
}

fn client_jobs(model: &mut Model<'_>) {
    let providers: Vec<_> = model.providers.iter().map(|(capability, known)| (*capability, *known)).collect();
    for (capability, known) in providers {
        // With accounts that are given there is nothing to make.
        let is_made = known.external.is_none_or(Provider::makes_accounts);
        for (id, job) in known.provide.jobs.iter().filter(|_| is_made) {
            if !model.holds(&known.service.name, &job.pod.main.bounds) || !model.is_there(&job.pod) {
                continue;
            }
            let main = &job.pod.main;
            let env = main.env.values();
            let values = env.filter_map(|value| if let EnvValue::Value(value) = value { Some(value) } else { None });
            let values: Vec<_> = values.chain(&main.run).collect();
            for client in model.services.clone() {
                let has = |value: &&Expr| has_client_values(model, client, value);
                if client.name != known.service.name && values.iter().all(has) {
                    push_job(model, (client, known.service, Some(capability)), id, job);
                }
            }
        }
    }
}

fn replicas(model: &Model<'_>, service: &Service, item: (&str, &Component), sink: &mut Sink) -> (i64, Span) {
    let (id, component) = item;
    let label = &component.pod.node_selector;
    let nodes = i64::try_from(model.labels.get(label.as_str()).copied().unwrap_or(0)).unwrap_or(i64::MAX);
    let written =
        model.site.services.get(service.name.as_str()).and_then(|spec| spec.components.get(id)?.replicas.as_ref());
    if model.target() == TargetKind::Hosts {
        let count = i64::try_from(model.nodes_of(component).len()).unwrap_or(i64::MAX);
        return (count, label.span);
    }
    if component.kind == ComponentKind::DaemonSet {
        if let Some(count) = written {
            let message =
                format!("`{}/{id}` is a DaemonSet: it has a pod on each node labelled `{label}`", service.name);
            let hint = "remove `replicas`; roles and labels of nodes decide the number";
            sink.push(Diagnostic::error("TG0517", count.span, message).hint(hint));
        }
        return (nodes, label.span);
    }
    let said = model.site.services.get(service.name.as_str()).and_then(|spec| spec.components.get(id));
    if let Some(min) = said.and_then(|said| said.autoscale.as_ref()).map(|autoscale| &autoscale.min) {
        return (min.value.0, min.span);
    }
    match written {
        Some(count) => (count.value.0, count.span),
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
    match &component.replicas {
        None => (nodes.clamp(1, 3), component.pod.main.span),
        Some(Replicas::Api(span)) => (nodes.clamp(1, 3), *span),
        Some(Replicas::Quorum(span)) => (if nodes >= 3 { 3 } else { 1 }, *span),
        Some(Replicas::One(span)) => (1, *span),
        Some(Replicas::Count(value)) => {
            let (text, from) = public_text(model, Context::of(service), value, sink);
            let span = from.get(1).or(from.first()).copied().unwrap_or(value.span);
            let Ok(count) = text.parse() else {
                let message = format!("expected a number of pods, found `{text}`");
                sink.push(Diagnostic::error("TG0202", span, message));
                return (1, span);
            };
            (count, span)
        }
    }
}
