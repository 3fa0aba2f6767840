//! The model: a site's services with everything decided and bound.
//!
//! Invariant: every index and name in it refers to something that is part of the site.

mod certificates;
mod external;
pub mod facts;
pub mod hosts;
pub mod options;
mod reach;
mod releases;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ipnet::Ipv4Net;

use crate::catalog::Catalog;
use crate::catalog::bounds::{EVERY, SiteQuestion};
use crate::catalog::expr::Values;
use crate::catalog::file::is_of_pattern;
use crate::catalog::service::{
    Bounds, Component, Condition, Endpoint, Front, Job, Pod, Provide, Question, Service, Spread, Tls,
};
use crate::catalog::target::TargetKind;
use crate::config::file::Line;
use crate::model::options::Options;
use crate::span::Span;
use crate::spec::site::{ComponentSpec, EndpointSpec, Group, Provider, Rollout, ServiceSpec, Site};
use crate::tree::word::Word;

/// A setting's value and what it shadows.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'a> {
    /// The value.
    pub value: &'a Values,
    /// The default that it takes the place of.
    pub shadowed: Option<Span>,
}

/// An endpoint of the site.
#[derive(Debug, Clone)]
pub struct EndpointUse<'a> {
    /// The service that declares it.
    pub service: &'a Service,
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The component that serves it.
    pub component: &'a Component,
    /// The Kubernetes Service.
    pub object: String,
    /// The port inside the cluster.
    pub port: i64,
    /// Does it speak TLS inside the cluster?
    pub tls: bool,
    /// What the site says of where it is reached.
    pub said: Option<&'a EndpointSpec>,
}

impl EndpointUse<'_> {
    /// The port of every node where the site exposes endpoints so, and what decides it.
    pub fn node_port(&self) -> Option<(i64, Span)> {
        let said = self.said.and_then(|said| said.node_port.as_ref()).map(|port| (port.value.0, port.span));
        said.or_else(|| self.endpoint.node_port.map(|port| (port.0, self.endpoint.span)))
    }
}

/// A capability of the site.
#[derive(Debug, Clone, Copy)]
pub struct ProviderUse<'a> {
    /// The service that provides it.
    pub service: &'a Service,
    /// The declaration.
    pub provide: &'a Provide,
    /// The component behind it.
    pub component: &'a Component,
    /// Its port.
    pub port: i64,
    /// Does it speak TLS?
    pub tls: bool,
    /// What the site says of it, where others provide it.
    pub external: Option<&'a Provider>,
    /// What stands before the component.
    pub front: Option<&'a Front>,
}

impl ProviderUse<'_> {
    /// The workload that clients connect to.
    pub fn reached(&self) -> String {
        let component = self.front.map_or(&self.provide.component, |front| &front.component);
        format!("{}/{component}", self.service.name)
    }
}

/// Something outside the site that a workload connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The networks that it is in; empty: any.
    pub networks: Vec<Ipv4Net>,
    /// The port.
    pub port: i64,
    /// Where that is said.
    pub span: Span,
}

/// What a workload is.
#[derive(Debug, Clone, Copy)]
pub enum WorkloadKind<'a> {
    /// Runs indefinitely.
    Component(&'a Component),
    /// Ends, or is started by the clock.
    Job(&'a Job),
}

/// What a workload waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// A job, by its place among the workloads, has completed.
    Job(usize),
    /// A Kubernetes Service has a ready pod of the workload.
    Service(String, usize),
    /// A pod of the workload is ready on the same node.
    SameNode(usize),
    /// A pod of the workload is ready.
    Pod(usize),
}

impl Gate {
    /// The workload that opens the gate.
    pub fn workload(&self) -> usize {
        match self {
            Gate::Job(index) | Gate::Service(_, index) | Gate::SameNode(index) | Gate::Pod(index) => *index,
        }
    }
}

/// A pod template's worth of work: the consumer of config.
#[derive(Debug, Clone)]
pub struct Workload<'a> {
    /// `service/component` or `service/job`.
    pub id: String,
    /// The service that it belongs to.
    pub service: &'a Service,
    /// The service whose data describes it: another one for jobs of a capability's clients.
    pub owner: &'a Service,
    /// The capability, where it is a client's job.
    pub capability: Option<&'a str>,
    /// What it is.
    pub kind: WorkloadKind<'a>,
    /// The object's name, for a Job without its digest.
    pub name: String,
    /// The pod.
    pub pod: &'a Pod,
    /// The delivery unit.
    pub unit: String,
    /// How many pods, and what decided it. For a DaemonSet the number of its nodes.
    pub replicas: (i64, Span),
    /// What it waits for, with the place that says so.
    pub gates: Vec<(Gate, Span)>,
    /// What it connects to: workload and port.
    pub peers: Vec<(usize, i64)>,
    /// What it connects to outside the site.
    pub outside: Vec<Outside>,
    /// Its distance from the start: one more than that of the furthest workload it waits for.
    pub wave: usize,
    /// The host group that it is the variant of.
    pub group: Option<String>,
    /// Host groups whose nodes have a variant of their own.
    pub excluded_groups: Vec<String>,
    /// What is said of the component, by the host group first, then by the site.
    pub said: Vec<&'a ComponentSpec>,
}

impl<'a> Workload<'a> {
    /// The first answer to a question about its rollout.
    pub fn rollout<T>(&self, ask: impl Fn(&'a Rollout) -> Option<&'a T>) -> Option<&'a T> {
        self.said.iter().find_map(|said| ask(&said.rollout))
    }

    /// Seconds between TERM and KILL, and what decides them.
    pub fn grace(&self) -> (i64, Span) {
        let said = self.rollout(|rollout| rollout.termination_grace_period.as_ref());
        let grace = said.or(self.pod.termination_grace_period.as_ref());
        grace.map_or((Pod::GRACE_SECONDS, self.pod.main.span), |grace| (grace.value.0, grace.span))
    }

    /// Are its pods on different nodes?
    pub fn spread(&self) -> Spread {
        let said = self.rollout(|rollout| rollout.spread.as_ref()).map(|spread| spread.value);
        said.or_else(|| self.component().map(Component::spread)).unwrap_or(Spread::None)
    }
}

impl Workload<'_> {
    /// The component, where it is one.
    pub fn component(&self) -> Option<&Component> {
        match self.kind {
            WorkloadKind::Component(component) => Some(component),
            WorkloadKind::Job(_) => None,
        }
    }

    /// A Job that is not started by the clock.
    pub fn is_one_shot(&self) -> bool {
        matches!(self.kind, WorkloadKind::Job(job) if job.schedule.is_none())
    }

    /// The object's name: a variant's ends in its group.
    pub fn object_name(&self) -> String {
        self.group.as_ref().map_or_else(|| self.name.clone(), |group| format!("{}-{group}", self.name))
    }

    /// The ConfigMap of the config files that it mounts.
    pub fn etc(&self) -> String {
        let group = self.group.as_ref().map(|group| format!("-{group}")).unwrap_or_default();
        format!("{}-etc{group}", self.owner.name)
    }

    /// Its name among consumers.
    pub fn consumer(&self) -> String {
        self.group.as_ref().map_or_else(|| self.id.clone(), |group| format!("{}@{group}", self.id))
    }

    /// Its name in its digest: that of a consumer, under the name that a component had before.
    pub fn digested(&self) -> String {
        let service = self.id.split_once('/').map_or(self.id.as_str(), |(service, _)| service);
        let group = self.group.as_ref().map(|group| format!("@{group}")).unwrap_or_default();
        format!("{service}/{}{group}", self.container())
    }

    /// What its pods are labelled and selected by. Components that take each other's place under one name of an object (of another
    /// release, another back end) share the word of the first: the selector of an object can never change.
    pub fn label(&self) -> &str {
        let Some(own) = self.component() else { return self.short() };
        let mut all = self.service.components.iter();
        let first = all.find(|(_, other)| other.object == own.object);
        first.map_or_else(|| self.short(), |(id, first)| first.moved_from.as_deref().unwrap_or(id).as_str())
    }

    /// The name of its main container: the word of its id, or the one that a component had before.
    pub fn container(&self) -> &str {
        let former = self.component().and_then(|component| component.moved_from.as_deref());
        former.map_or_else(|| self.short(), Word::as_str)
    }

    /// The word after the slash of its id.
    pub fn short(&self) -> &str {
        self.id.split_once('/').map_or(self.id.as_str(), |(_, short)| short)
    }
}

/// A site, bound.
#[derive(Debug, Clone)]
pub struct Model<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The site.
    pub site: &'a Site,
    /// Services that are on, in order of name.
    pub services: Vec<&'a Service>,
    /// Services that others run: their capabilities are external.
    pub elsewhere: Vec<&'a Service>,
    /// Settings by service and name.
    pub settings: BTreeMap<(&'a str, &'a str), Chosen<'a>>,
    /// The options of config files.
    pub options: Options<'a>,
    /// Endpoints by id.
    pub endpoints: BTreeMap<&'a str, EndpointUse<'a>>,
    /// Capabilities by name.
    pub providers: BTreeMap<&'a str, ProviderUse<'a>>,
    /// Workloads, in order of service and declaration.
    pub workloads: Vec<Workload<'a>>,
    /// How many nodes carry a label.
    pub labels: BTreeMap<String, usize>,
    /// The nodes that carry a label.
    pub labelled: BTreeMap<String, Vec<String>>,
    /// The place of the site's release among the catalog's.
    pub release: usize,
    /// That of services that are at another release.
    pub own_releases: BTreeMap<&'a str, usize>,
    /// The host group through whose eyes the site is seen.
    pub group: Option<&'a Group>,
    /// The labels, groups and traits of each node of the site, in its order.
    pub members: Vec<Rc<BTreeSet<String>>>,
    /// The node that a host file is being made for, by its place in the site.
    pub node: Option<usize>,
}

/// A reference's result: what to write, and which places it was made from.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// The value.
    pub line: Line,
    /// The places.
    pub from: Vec<Span>,
}

impl<'a> Model<'a> {
    /// Is an item of `service` there on this site?
    pub fn holds(&self, service: &str, bounds: &Bounds) -> bool {
        bounds.has_release(self.release_of(service))
            && bounds.when.0.iter().all(|condition| self.condition(service, condition))
    }

    fn condition(&self, service: &str, condition: &Condition) -> bool {
        let holds = match &condition.question {
            Question::Tls(capability) => self.is_tls(capability),
            Question::Service(name) => self.is_on(name),
            Question::Target(kind) => self.target() == *kind,
            Question::Distribution(kind) => self.distribution() == Some(*kind),
            Question::Site(SiteQuestion::Trust) => !self.site.authorities.text.is_empty(),
            Question::File(name) => {
                let files = self.service(service).into_iter().flat_map(|service| service.files.keys());
                files.into_iter().any(|file| is_of_pattern(name, file))
            }
            Question::BackEnd(kind) => {
                let said = self.site.services.get(service);
                said.is_some_and(|said| said.back_ends.values().any(|one| *kind == EVERY || one.kind == *kind))
            }
            Question::Node(name) => self.node.is_some_and(|node| self.is_member(node, name)),
            Question::Nodes(name) => self.members.iter().any(|members| members.contains(name.as_str())),
            Question::Setting(setting, value) => {
                let chosen = self.settings.get(&(setting.service(service), setting.name.as_str()));
                chosen.is_some_and(|chosen| chosen.value.literal().is_some_and(|found| *value == found))
            }
        };
        holds != condition.negated
    }

    /// The port of a server that may speak TLS, and whether it does.
    pub fn tls_port(&self, service: &str, tls: Option<&Tls>, plain: i64) -> (i64, bool) {
        let held = tls.filter(|tls| self.holds(service, &tls.bounds));
        (held.and_then(|tls| tls.port).map_or(plain, |port| port.0), held.is_some())
    }

    /// Has the node, by its place in the site, that label, group or trait?
    pub fn is_member(&self, node: usize, name: &str) -> bool {
        self.members.get(node).is_some_and(|members| members.contains(name))
    }

    /// What is said of a service, what the site says first, then what the host group says.
    pub fn specs(&self, service: &str) -> impl DoubleEndedIterator<Item = &'a ServiceSpec> + use<'a> {
        let own = self.site.services.get(service);
        own.into_iter().chain(self.group.and_then(|group| group.services.get(service)))
    }

    /// Is the service on, here or elsewhere?
    pub fn is_on(&self, name: &str) -> bool {
        self.service(name).is_some()
    }

    /// The service of that name, where it is on, here or elsewhere.
    pub fn service(&self, name: &str) -> Option<&'a Service> {
        self.services.iter().chain(&self.elsewhere).copied().find(|service| service.name == name)
    }

    /// The workload with that id.
    pub fn workload(&self, id: &str) -> Option<&Workload<'a>> {
        self.workloads.iter().find(|workload| workload.id == id)
    }

    /// The place of the workload with that id.
    pub fn workload_index(&self, id: &str) -> Option<usize> {
        self.workloads.iter().position(|workload| workload.id == id)
    }

    /// The host name that a Service has in the cluster; on hosts the address of what is behind it.
    pub fn cluster_host(&self, service_object: &str) -> String {
        if let Some(host) = self.host_behind(service_object) {
            return host;
        }
        format!("{service_object}.{}.svc.{}", self.site.namespace.value, self.site.cluster_domain.value)
    }

    /// The names of a StatefulSet's pods; on hosts those of its nodes.
    pub fn pod_names(&self, workload: &Workload<'_>) -> Vec<String> {
        let Some(component) = workload.component() else { return Vec::new() };
        if self.target() == TargetKind::Hosts {
            return self.nodes_of(component).into_iter().map(|(_, node)| node.name.value.clone()).collect();
        }
        (0..workload.replicas.0).map(|ordinal| format!("{}-{ordinal}", component.object)).collect()
    }

    /// The host names of a StatefulSet's pods; on hosts the addresses of its nodes.
    pub fn pod_hosts(&self, workload: &Workload<'_>) -> Vec<String> {
        let Some(component) = workload.component() else { return Vec::new() };
        if self.target() == TargetKind::Hosts {
            return self.nodes_of(component).into_iter().map(|(_, node)| self.address(node)).collect();
        }
        let domain = component.headless.as_deref().unwrap_or(&component.object);
        (0..workload.replicas.0)
            .map(|ordinal| self.cluster_host(&format!("{}-{ordinal}.{domain}", component.object)))
            .collect()
    }
}
