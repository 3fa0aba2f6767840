//! The model of a site on hosts: which node runs what, and where it is reached.
//!
//! Invariant: a component is on every node that has its label; one that may have one instance is on the first of them.

use super::Model;
use crate::catalog::expr::HostField;
use crate::catalog::host_run::HostRun;
use crate::catalog::service::{Balance, Check, Component, Pod, Replicas};
use crate::catalog::target::{Distribution, TargetKind};
use crate::spec::site::{Node, is_for_hosts};

/// The network whose addresses nodes reach each other by.
const MANAGEMENT: &str = "management";

/// The capability of who has the ports of the virtual address.
const BALANCER: &str = "balancer";

/// A port of the virtual address, and what is behind it.
#[derive(Debug)]
pub struct Balanced<'a> {
    /// The endpoint or the capability.
    pub name: &'a str,
    /// The component.
    pub component: &'a Component,
    /// The port, here and behind.
    pub port: i64,
    /// Are they requests of HTTP?
    pub is_http: bool,
    /// How they are shared out.
    pub order: Balance,
    /// How long to wait for a response.
    pub timeout: Option<&'a str>,
    /// How it is seen that a host serves.
    pub check: Option<&'a Check>,
}

impl<'a> Model<'a> {
    /// Does something on the hosts have the ports of the virtual address?
    pub fn has_balancer(&self) -> bool {
        self.target() == TargetKind::Hosts && self.providers.contains_key(BALANCER)
    }

    /// The virtual address by which nodes are reached, where the site has one.
    pub fn vip(&self) -> Option<String> {
        let vip = self.site.networks.get(MANAGEMENT)?.vip.as_ref()?;
        Some(vip.value.to_string())
    }

    /// What comes to the virtual address: what several hosts serve, and clients know by one address.
    pub fn balanced(&self) -> Vec<Balanced<'a>> {
        if !self.has_balancer() {
            return Vec::new();
        }
        let endpoints = self.endpoints.iter().map(|(name, known)| Balanced {
            name,
            component: known.component,
            port: known.port,
            is_http: true,
            order: known.endpoint.balance,
            timeout: known.endpoint.timeout.as_deref(),
            check: None,
        });
        let own = self.providers.iter().filter(|(_, known)| known.external.is_none());
        let providers = own.map(|(name, known)| Balanced {
            name,
            component: known.component,
            port: known.port,
            is_http: false,
            order: known.provide.balance,
            timeout: None,
            check: known.provide.check.as_ref().filter(|check| self.holds(&known.service.name, &check.bounds)),
        });
        let all = endpoints.chain(providers).filter(|found| found.order != Balance::None);
        all.filter(|found| self.nodes_of(found.component).len() > 1).collect()
    }

    /// A field of the node that something is lowered for.
    pub fn host_field(&self, field: HostField) -> String {
        let node = self.node.and_then(|index| self.site.nodes.get(index));
        let Some(node) = node.filter(|_| self.target() == TargetKind::Hosts) else { return String::new() };
        match field {
            HostField::Address => self.address(node),
            HostField::Name => node.name.value.clone(),
            HostField::Listen if self.has_balancer() => self.address(node),
            HostField::Listen => String::new(),
        }
    }

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

    /// The host in front of a component: the site's virtual address where a balancer shares it out, otherwise its first node.
    fn front_of(&self, component: &Component, order: Balance) -> String {
        let nodes = self.nodes_of(component);
        let vip = self.vip().filter(|_| nodes.len() > 1 && order != Balance::None);
        let first = || nodes.first().map(|(_, first)| self.address(first));
        vip.or_else(first).unwrap_or_else(|| "localhost".to_owned())
    }

    /// The host behind the name of a Kubernetes Service, where the site is for hosts.
    pub(super) fn host_behind(&self, object: &str) -> Option<String> {
        if self.target() == TargetKind::Kubernetes {
            return None;
        }
        let of_component = |component: &&Component| {
            component.object == object || component.services.keys().any(|name| *name == *object)
        };
        let endpoint = self.endpoints.values().find(|known| known.object == object);
        let provider = self.providers.values().find(|known| *known.provide.service == *object);
        let provided = provider.map(|known| (known.component, known.provide.balance));
        let served = endpoint.map(|known| (known.component, known.endpoint.balance));
        let other = || {
            let found = self.services.iter().flat_map(|service| service.components.values()).find(of_component)?;
            Some((found, Balance::All))
        };
        let (found, order) = served.or(provided).or_else(other)?;
        Some(self.front_of(found, order))
    }
}
