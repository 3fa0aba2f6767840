//! Interfaces of nodes, and the networks that they carry, to diagnostics about MTUs that shrink on the way.
//!
//! Invariant: an interface without an MTU of its own has the largest of its networks, or 1500, as its netplan file has it.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::resolve::bridge_of;
use crate::spec::site::{ETHERNET, Interface, Network};

/// Interfaces that carry less than a network on them has.
pub fn narrow(model: &Model<'_>, sink: &mut Sink) {
    let mut told = BTreeSet::new();
    for node in &model.site.nodes {
        for interface in node.interfaces.values() {
            let named: Vec<&Network> =
                interface.networks.iter().filter_map(|name| model.site.networks.get(&name.value)).collect();
            let largest = named.iter().map(|network| network.mtu.value).max().unwrap_or(ETHERNET);
            let own = interface.mtu.as_ref().map_or(largest, |mtu| mtu.value);
            for network in named.into_iter().chain(bridged(model, interface)) {
                let place = interface.mtu.as_ref().map_or(interface.name.span, |mtu| mtu.span);
                if network.mtu.value <= own || !told.insert((place, network.mtu.span)) {
                    continue;
                }
                let message = format!(
                    "interface `{}` of node `{}` has an MTU of {own}, and network `{}` on it has {}",
                    interface.name.value, node.name.value, network.name.value, network.mtu.value
                );
                let hint = format!("interface {} mtu={}", interface.name.value, network.mtu.value);
                sink.push(
                    Diagnostic::error("TG0619", place, message).also(network.mtu.span, "the network's MTU").hint(hint),
                );
            }
        }
    }
}

/// The physical networks that reach the nodes by the interface's bridge.
fn bridged<'m>(model: &'m Model<'_>, interface: &Interface) -> Vec<&'m Network> {
    let Some(bridge) = &interface.bridge else { return Vec::new() };
    let networks = model.site.networks.values();
    let on_it = |network: &&Network| {
        network.physical.as_ref().is_some_and(|physical| bridge_of(model, &physical.value) == bridge.value)
    };
    networks.filter(on_it).collect()
}
