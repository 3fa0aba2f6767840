//! A node's interfaces as netplan has them.
//!
//! Invariant: a port of an Open vSwitch bridge gets no address here; the switch owns it.

use crate::kube::item::{Item, Text};
use crate::lower::draft::ItemBuilder;
use crate::origin::OriginTable;
use crate::spec::site::{BondMode, ETHERNET, Interface, Network, Node, Site};

/// The netplan document of a node that declares interfaces.
pub fn interfaces(site: &Site, node: &Node, origins: &mut OriginTable) -> Option<Item> {
    if node.interfaces.is_empty() {
        return None;
    }
    let root = ItemBuilder(origins.written(node.name.span));
    let (mut ethernets, mut bonds, mut vlans) = (Vec::new(), Vec::new(), Vec::new());
    for interface in node.interfaces.values() {
        let draft = ItemBuilder(origins.written(interface.name.span));
        let networks: Vec<&Network> =
            interface.networks.iter().filter_map(|name| site.networks.get(&name.value)).collect();
        for member in &interface.bond {
            ethernets.push((
                Text::Owned(member.value.clone()),
                draft.map([("dhcp4", draft.flag(false)), ("dhcp6", draft.flag(false))]),
            ));
        }
        let untagged = networks.iter().find(|network| network.vlan.is_none());
        let mut item = addressed(draft, node, untagged.copied());
        let largest = networks.iter().map(|network| network.mtu.value.0).max();
        if let Some(mtu) = interface.mtu.as_ref().map(|mtu| mtu.value.0).or(largest).filter(|mtu| *mtu != 1500) {
            item.set("mtu", draft.integer(mtu));
        }
        for network in networks.iter().filter(|network| network.vlan.is_some()) {
            vlans.push(vlan(draft, node, interface, network));
        }
        if interface.bond.is_empty() {
            ethernets.push((Text::Owned(interface.name.value.clone()), item));
        } else {
            let mode = interface.mode.as_ref().map_or(BondMode::Lacp, |mode| mode.value);
            item.set("interfaces", draft.texts(interface.bond.iter().map(|member| member.value.clone())));
            item.set(
                "parameters",
                draft.map([("mode", draft.text(mode.word())), ("mii-monitor-interval", draft.integer(100))]),
            );
            bonds.push((Text::Owned(interface.name.value.clone()), item));
        }
    }
    let group = |entries: Vec<(Text, Item)>| (!entries.is_empty()).then(|| root.named(entries));
    let network = root.some([
        ("version", Some(root.integer(2))),
        ("renderer", Some(root.text("networkd"))),
        ("ethernets", group(ethernets)),
        ("bonds", group(bonds)),
        ("vlans", group(vlans)),
    ]);
    Some(root.map([("network", network)]))
}

fn addressed(draft: ItemBuilder, node: &Node, network: Option<&Network>) -> Item {
    let mut item = draft.map([("dhcp4", draft.flag(false)), ("dhcp6", draft.flag(false))]);
    let Some(network) = network else { return item };
    let Some((address, cidr)) = node.addresses.get(&network.name.value).zip(network.cidr.as_ref()) else { return item };
    item.set("addresses", draft.texts([format!("{}/{}", address.value, cidr.value.prefix_len())]));
    if let Some(gateway) = &network.gateway {
        let route = draft.map([("to", draft.text("default")), ("via", draft.text(gateway.value.to_string()))]);
        item.set("routes", draft.list(vec![route]));
    }
    if !network.dns.is_empty() {
        let servers = draft.texts(network.dns.iter().map(|dns| dns.value.to_string()));
        item.set("nameservers", draft.map([("addresses", servers)]));
    }
    item
}

fn vlan(draft: ItemBuilder, node: &Node, interface: &Interface, network: &Network) -> (Text, Item) {
    let id = network.vlan.as_ref().map_or(0, |vlan| vlan.value.0);
    let mut item = addressed(draft, node, Some(network));
    item.set("id", draft.integer(id));
    item.set("link", draft.text(interface.name.value.clone()));
    if network.mtu.value != ETHERNET {
        item.set("mtu", draft.integer(network.mtu.value.0));
    }
    (Text::Owned(format!("{}.{id}", interface.name.value)), item)
}
