//! The model of a site on hosts: which node runs what, and where it is reached.
//!
//! Invariant: a component is on every node that has its label; one that may have one instance is on the first of them.

use super::Model;
use crate::catalog::host_run::HostRun;
use crate::catalog::service::{Component, Pod, Replicas};
use crate::catalog::target::{Distribution, TargetKind};
use crate::spec::site::{Node, is_for_hosts};

/// The network whose addresses nodes reach each other by.
const MANAGEMENT: &str = "management";

impl<'a> Model<'a> {
    /// What the site is made for.
    pub fn target(&self) -> TargetKind {
        if is_for_hosts(self.site) { TargetKind::Hosts } else { TargetKind::Kubernetes }
    }

    /// What its hosts run, where the site says it.
    pub fn distribution(&self) -> Option<Distribution> {
        self.site.target.as_ref()?.distribution.as_ref().map(|distribution| distribution.value)
    }

    /// Is a component or a job there, where the site is for hosts?
    pub fn is_there(&self, service: &str, pod: &Pod) -> bool {
        self.target() == TargetKind::Kubernetes || !self.host_run(service, pod).is_some_and(|host| host.absent)
    }

    /// What of a component or a job of `service` differs on the site's hosts.
    pub fn host_run<'p>(&self, service: &str, pod: &'p Pod) -> Option<&'p HostRun> {
        pod.host.iter().find(|host| self.holds(service, &host.bounds))
    }

    /// The nodes with a label, by their place in the site.
    pub fn nodes_with(&self, label: &str) -> Vec<(usize, &'a Node)> {
        let nodes = self.site.nodes.iter().enumerate();
        nodes.filter(|(index, _)| self.is_member(*index, label)).collect()
    }

    /// The nodes that run a component.
    pub fn nodes_of(&self, component: &Component) -> Vec<(usize, &'a Node)> {
        let mut nodes = self.nodes_with(&component.pod.node_selector);
        if matches!(component.replicas, Some(Replicas::One(_))) {
            nodes.truncate(1);
        }
        nodes
    }

    /// The address by which other nodes reach a node; its name where it has none.
    pub fn address(&self, node: &Node) -> String {
        let address = node.addresses.get(MANAGEMENT).or_else(|| node.addresses.values().next());
        address.map_or_else(|| node.name.value.clone(), |address| address.value.to_string())
    }

    /// The host in front of a component: its node where there is one, otherwise the site's virtual address.
    pub fn front_of(&self, component: &Component) -> String {
        let nodes = self.nodes_of(component);
        if let [(_, only)] = nodes[..] {
            return self.address(only);
        }
        let vip = self.site.networks.get(MANAGEMENT).and_then(|network| network.vip.as_ref());
        match (vip, nodes.first()) {
            (Some(vip), _) => vip.value.to_string(),
            (None, Some((_, first))) => self.address(first),
            (None, None) => "localhost".to_owned(),
        }
    }

    /// The host behind the name of a Kubernetes Service, where the site is for hosts.
    pub(super) fn host_behind(&self, object: &str) -> Option<String> {
        if self.target() == TargetKind::Kubernetes {
            return None;
        }
        let of_component = |component: &&Component| {
            component.object == object || component.services.keys().any(|name| *name == *object)
        };
        let endpoint = self.endpoints.values().find(|known| known.object == object).map(|known| known.component);
        let provider = self.providers.values().find(|known| *known.provide.service == *object);
        let found = endpoint
            .or(provider.map(|known| known.component))
            .or_else(|| self.services.iter().flat_map(|service| service.components.values()).find(of_component))?;
        Some(self.front_of(found))
    }
}
