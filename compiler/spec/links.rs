//! The network devices of a node: what its interfaces, with the networks on them, are to the operating system.
//!
//! Invariant: every device that is named is there: members of bonds, ports of bridges and interfaces below VLANs too, declared
//! or not; a device's MTU is not below that of what it carries.

use super::segments;
use super::site::{Interface, Network, Node, Site};
use super::uplinks::bridge_of;
use crate::span::Span;

/// What Ethernet carries where nobody says more.
pub const ETHERNET: i64 = 1500;

/// How deep devices can lie on each other; deeper ones are a circle.
const DEPTH: usize = 8;

/// What a device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkKind {
    /// A card.
    Ethernet,
    /// A bond.
    Bond,
    /// A Linux bridge.
    Bridge,
    /// A VLAN on the device of that name.
    Vlan(i64, String),
    /// A tunnel.
    Tunnel,
}

/// A network device.
#[derive(Debug, Clone)]
pub struct Link<'s> {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: LinkKind,
    /// The interface that declares it; none for what only others name.
    pub interface: Option<&'s Interface>,
    /// The networks that it carries without a tag.
    pub networks: Vec<&'s Network>,
    /// Its MTU.
    pub mtu: i64,
    /// What it comes from.
    pub span: Span,
}

/// The devices of a node, in the order in which its interfaces name them.
pub fn links<'s>(site: &'s Site, node: &'s Node) -> Vec<Link<'s>> {
    let devices = Devices { site, node };
    let mut links: Vec<Link<'s>> = Vec::new();
    for interface in node.interfaces.iter().filter(|interface| interface.said.dpdk.is_none()) {
        let said = &interface.said;
        let below = said.bond.iter().chain(&said.ports).chain(&said.link);
        for word in below {
            devices.below(word, interface.name.span, &mut links);
        }
        let name = interface.name.value.as_str();
        let (tagged, networks): (Vec<_>, Vec<_>) =
            devices.networks(interface).partition(|network| devices.tag_on(name, network).is_some());
        links.push(Link {
            name: name.to_owned(),
            kind: devices.kind(interface),
            interface: Some(interface),
            networks,
            mtu: devices.mtu(name, DEPTH),
            span: interface.name.span,
        });
        for network in tagged {
            let Some(id) = devices.tag_on(name, network) else { continue };
            devices.vlan(name, id, network, &mut links);
        }
    }
    links
}

/// The networks that an interface and all devices on it carry, those of Open vSwitch bridges too.
pub fn carried<'s>(site: &'s Site, node: &'s Node, interface: &'s Interface) -> Vec<&'s Network> {
    Devices { site, node }.carried(interface, DEPTH)
}

struct Devices<'s> {
    site: &'s Site,
    node: &'s Node,
}

impl<'s> Devices<'s> {
    fn declared(&self, name: &str) -> Option<&'s Interface> {
        self.node.interfaces.iter().find(|interface| interface.name.value == name)
    }

    /// The networks that an interface carries for the node itself: what a bridge of Open vSwitch carries for others is none.
    fn networks(&self, interface: &'s Interface) -> impl Iterator<Item = &'s Network> + use<'s> {
        let (site, node) = (self.site, self.node);
        let named = interface.said.network.iter().filter_map(|name| site.networks.get(name.as_str()));
        named.filter(|network| {
            let is_others = interface.said.bridge.is_some() && network.physical.is_some();
            !is_others || node.addresses.contains_key(&network.name.value)
        })
    }

    fn kind(&self, interface: &Interface) -> LinkKind {
        let said = &interface.said;
        match (&said.link, &said.vlan) {
            _ if !said.bond.is_empty() => LinkKind::Bond,
            _ if !said.ports.is_empty() => LinkKind::Bridge,
            _ if said.tunnel.is_some() => LinkKind::Tunnel,
            (Some(link), Some(vlan)) => LinkKind::Vlan(vlan.value.0, link.to_string()),
            _ => LinkKind::Ethernet,
        }
    }

    /// The VLAN that a device's name stands for where nobody declares it: `bond0.10` where there is a `bond0`.
    fn implied_vlan<'n>(&self, name: &'n str) -> Option<(&'n str, i64)> {
        let (link, id) = name.rsplit_once('.')?;
        let id = id.parse().ok().filter(|id| (1..=4094).contains(id))?;
        (self.declared(name).is_none() && self.declared(link).is_some()).then_some((link, id))
    }

    /// The tag that a device has taken off what it carries.
    fn taken(&self, name: &str, depth: usize) -> Option<i64> {
        let Some(interface) = self.declared(name) else { return self.implied_vlan(name).map(|(_, id)| id) };
        let ports = || interface.said.ports.iter().find_map(|port| self.taken(port, depth.checked_sub(1)?));
        interface.said.vlan.as_ref().map(|vlan| vlan.value.0).or_else(ports)
    }

    /// The tag that a network has on a device; none where it has none, or a device below has taken it off.
    fn tag_on(&self, name: &str, network: &Network) -> Option<i64> {
        let vlan = segments::vlan(self.node, network)?;
        (self.taken(name, DEPTH) != Some(vlan)).then_some(vlan)
    }

    /// A device that others name: a card, or a VLAN by its name.
    fn below(&self, name: &str, span: Span, links: &mut Vec<Link<'s>>) {
        if self.declared(name).is_some() || links.iter().any(|link| link.name == name) {
            return;
        }
        let kind = self.implied_vlan(name).map_or(LinkKind::Ethernet, |(link, id)| LinkKind::Vlan(id, link.to_owned()));
        let mtu = self.mtu(name, DEPTH);
        links.push(Link { name: name.to_owned(), kind, interface: None, networks: Vec::new(), mtu, span });
    }

    /// A network with a tag: on the VLAN that is declared for it, or on one of its own.
    fn vlan(&self, name: &str, id: i64, network: &'s Network, links: &mut Vec<Link<'s>>) {
        let own = LinkKind::Vlan(id, name.to_owned());
        match links.iter_mut().find(|link| link.kind == own) {
            Some(link) => {
                link.networks.push(network);
                link.mtu = link.mtu.max(network.mtu.value.0);
            }
            None => links.push(Link {
                name: format!("{name}.{id}"),
                kind: own,
                interface: None,
                networks: vec![network],
                mtu: network.mtu.value.0,
                span: self.declared(name).map_or(network.name.span, |interface| interface.name.span),
            }),
        }
    }

    /// The MTU that is said of a device, or the largest of what it and all on it carry.
    fn mtu(&self, name: &str, depth: usize) -> i64 {
        let own = self.declared(name);
        if let Some(mtu) = own.and_then(|interface| interface.said.mtu.as_ref()) {
            return mtu.value.0;
        }
        let networks = own.into_iter().flat_map(|interface| self.networks(interface).chain(self.bridged(interface)));
        let networks = networks.map(|network| network.mtu.value.0);
        let above = self.above(name).filter_map(|other| Some(self.mtu(&other.name.value, depth.checked_sub(1)?)));
        networks.chain(above).max().unwrap_or(ETHERNET)
    }

    fn carried(&self, interface: &'s Interface, depth: usize) -> Vec<&'s Network> {
        let mut found: Vec<&'s Network> = self.networks(interface).chain(self.bridged(interface)).collect();
        if let Some(depth) = depth.checked_sub(1) {
            found.extend(self.above(&interface.name.value).flat_map(|other| self.carried(other, depth)));
        }
        found
    }

    /// The interfaces that lie on a device.
    fn above<'n>(&self, name: &'n str) -> impl Iterator<Item = &'s Interface> + use<'s, 'n, '_> {
        self.node.interfaces.iter().filter(move |other| {
            let said = &other.said;
            let mut below = said.bond.iter().chain(&said.ports).chain(&said.link);
            below.any(|below| below.as_str() == name || self.implied_vlan(below).is_some_and(|(link, _)| link == name))
        })
    }

    /// The physical networks that reach the node by the interface's bridge.
    fn bridged(&self, interface: &'s Interface) -> impl Iterator<Item = &'s Network> + use<'s> {
        let bridge = interface.said.bridge.as_ref();
        let networks = bridge.map(|_| self.site.networks.values()).into_iter().flatten();
        networks.filter(move |network| {
            let is_named = interface.said.network.iter().any(|name| *name == network.name.value);
            let is_on_it = || bridge.is_some_and(|bridge| bridge_of(network) == bridge.as_str());
            network.physical.is_some() && (is_named || is_on_it())
        })
    }
}
