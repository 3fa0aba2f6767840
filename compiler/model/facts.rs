//! The model to what outlives a compilation of it: who runs where, in which order, and what a restart disturbs.
//!
//! Invariant: one entry a workload and a variant of one, in the order of their waves.

use std::collections::BTreeMap;

use crate::catalog::component::{ComponentKind, Disruption, Migration, UpgradeStep};
use crate::catalog::release::ServiceImage;
use crate::model::{Gate, Model, Workload, WorkloadKind};

/// A workload of a finished site.
#[derive(Debug, Clone)]
pub struct WorkloadFacts {
    /// Its name among consumers.
    pub consumer: String,
    /// The Kubernetes kind of its object.
    pub kind: &'static str,
    /// The name of its object, for a Job without its digest.
    pub name: String,
    /// The delivery unit.
    pub unit: String,
    /// Its sync wave: one more than its distance from the start, as what is no workload comes before.
    pub wave: usize,
    /// How many pods it has.
    pub pods: i64,
    /// The nodes that its pods may be on.
    pub nodes: Vec<String>,
    /// What a restart of it disturbs, at worst; none of Jobs.
    pub disruption: Option<Disruption>,
    /// What it does to data.
    pub migration: Option<Migration>,
    /// Consumers that it waits for.
    pub after: Vec<String>,
}

/// A node of a finished site.
#[derive(Debug, Clone)]
pub struct NodeFacts {
    /// Its name.
    pub name: String,
    /// Its roles.
    pub roles: Vec<String>,
    /// Its addresses by network.
    pub addresses: BTreeMap<String, String>,
}

/// A network of a finished site.
#[derive(Debug, Clone)]
pub struct NetworkFacts {
    /// Its name.
    pub name: String,
    /// Its addresses, where it has some.
    pub cidr: Option<String>,
}

/// A finished site in outline.
#[derive(Debug, Clone, Default)]
pub struct SiteFacts {
    /// The OpenStack release.
    pub release: String,
    /// The workloads.
    pub workloads: Vec<WorkloadFacts>,
    /// The nodes.
    pub nodes: Vec<NodeFacts>,
    /// The networks.
    pub networks: Vec<NetworkFacts>,
    /// The release that services are on the way to.
    pub next: Option<String>,
    /// Where services of the site stand that have images of OpenStack releases.
    pub releases: BTreeMap<String, ReleaseFacts>,
    /// The services that are on.
    pub services: BTreeMap<String, Presence>,
    /// Images of programs that take over the data of some versions alone.
    pub data_images: Vec<DataImage>,
}

/// An image of a program that holds data.
#[derive(Debug, Clone)]
pub struct DataImage {
    /// The reference that the site's pods have.
    pub reference: String,
    /// What its service says of its versions.
    pub image: ServiceImage,
}

/// Where a service stands between two releases.
#[derive(Debug, Clone)]
pub struct ReleaseFacts {
    /// Its release.
    pub release: String,
    /// Is that said of the service itself?
    pub is_own: bool,
    /// The step of its upgrade.
    pub step: Option<UpgradeStep>,
}

/// Who runs a service that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The site.
    Here,
    /// Others, reached from the site.
    Elsewhere,
}

/// The outline of a model, whose workloads and images of programs with data are those.
pub fn facts(model: &Model<'_>, workloads: Vec<WorkloadFacts>, data_images: Vec<DataImage>) -> SiteFacts {
    let nodes = model.site.nodes.iter().map(|node| NodeFacts {
        name: node.name.value.clone(),
        roles: node.roles.iter().map(|role| role.value.clone()).collect(),
        addresses: node
            .addresses
            .iter()
            .map(|(network, address)| (network.to_string(), address.value.to_string()))
            .collect(),
    });
    let networks = model.site.networks.iter().map(|(name, network)| NetworkFacts {
        name: name.to_string(),
        cidr: network.cidr.as_ref().map(|cidr| cidr.value.to_string()),
    });
    let here = model.services.iter().map(|service| (service.name.to_string(), Presence::Here));
    let elsewhere = model.elsewhere.iter().map(|service| (service.name.to_string(), Presence::Elsewhere));
    let services = here.chain(elsewhere).collect();
    let release = model.site.release.openstack.value.clone();
    let next = model.site.release.next.as_ref().map(|word| word.to_string());
    let following = model.services.iter().filter(|service| service.follows_releases());
    let of_service = |service: &&crate::catalog::service::Service| {
        let release = model.release_name(&service.name).to_owned();
        let is_own = model.own_releases.contains_key(service.name.as_str());
        (service.name.to_string(), ReleaseFacts { release, is_own, step: model.step_of(&service.name) })
    };
    let releases = following.map(of_service).collect();
    let (nodes, networks) = (nodes.collect(), networks.collect());
    SiteFacts { release, workloads, nodes, networks, next, releases, services, data_images }
}

/// The outline of a workload, or of the variant of one.
pub fn of_workload(model: &Model<'_>, workload: &Workload<'_>) -> WorkloadFacts {
    let (kind, disruption, migration) = match workload.kind {
        WorkloadKind::Component(component) => (kind(component.kind), Some(component.disruption()), None),
        WorkloadKind::Job(job) if job.schedule.is_some() => ("CronJob", None, job.migration),
        WorkloadKind::Job(job) => ("Job", None, job.migration),
    };
    let nodes = nodes(model, workload);
    let pods = match kind {
        "DaemonSet" => i64::try_from(nodes.len()).unwrap_or(i64::MAX),
        _ => workload.replicas.0,
    };
    let after = workload.gates.iter().map(|(gate, _): &(Gate, _)| gate.workload());
    let mut after: Vec<usize> = after.collect();
    after.sort_unstable();
    after.dedup();
    WorkloadFacts {
        consumer: workload.consumer(),
        kind,
        name: workload.object_name(),
        unit: workload.unit.clone(),
        wave: workload.wave + 1,
        pods,
        nodes,
        disruption,
        migration,
        after: after.into_iter().filter_map(|index| model.workloads.get(index)).map(Workload::consumer).collect(),
    }
}

fn kind(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Deployment => "Deployment",
        ComponentKind::StatefulSet => "StatefulSet",
        ComponentKind::DaemonSet => "DaemonSet",
    }
}

/// The nodes with the workload's label; of a variant those of its host group, of what has variants the others.
fn nodes(model: &Model<'_>, workload: &Workload<'_>) -> Vec<String> {
    let labelled = model.labelled.get(workload.pod.node_selector.as_str());
    let groups = |node: &str| {
        let of_node = |group: &&crate::spec::site::Group| group.nodes.iter().any(|own| own.value == node);
        model.site.groups.values().find(of_node).map(|group| group.label().as_str())
    };
    let is_own = |node: &&String| match (&workload.group, workload.excluded_groups.is_empty()) {
        (None, true) => true,
        (Some(own), _) => groups(node) == Some(own.as_str()),
        (None, false) => groups(node).is_none_or(|group| !workload.excluded_groups.iter().any(|other| other == group)),
    };
    labelled.into_iter().flatten().filter(is_own).cloned().collect()
}
