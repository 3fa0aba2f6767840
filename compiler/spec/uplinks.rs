//! The physical networks that reach a node, and the Open vSwitch bridges that carry them there.
//!
//! Invariant: a physical network without an interface of the node that feeds its bridge does not reach that node.

use super::site::{Interface, Network, Node, Site};

/// The bridge of a physical network where nobody says another.
const BRIDGE: &str = "br-ex";

/// A physical network that reaches a node.
#[derive(Debug, Clone)]
pub struct Uplink<'s> {
    /// The network that brings the physical network's name.
    pub network: &'s Network,
    /// The bridge.
    pub bridge: &'s str,
    /// The interface that feeds the bridge.
    pub interface: &'s Interface,
}

/// The physical networks that reach a node, each once, in the order of the site's networks.
pub fn uplinks<'s>(site: &'s Site, node: &'s Node) -> Vec<Uplink<'s>> {
    let mut found: Vec<Uplink<'s>> = Vec::new();
    for network in site.networks.values().filter(|network| network.physical.is_some()) {
        let known = found.iter().any(|uplink| uplink.network.physical_name() == network.physical_name());
        if let (false, Some(interface)) = (known, feeding(site, node, network)) {
            let bridge = interface.said.bridge.as_ref().map_or(BRIDGE, |bridge| bridge.as_str());
            found.push(Uplink { network, bridge, interface });
        }
    }
    found
}

/// The interface of a node that feeds a physical network: one that names it, or one whose bridge is that of the network.
fn feeding<'s>(site: &'s Site, node: &'s Node, network: &Network) -> Option<&'s Interface> {
    let is_of =
        |name: &str| site.networks.get(name).is_some_and(|other| other.physical_name() == network.physical_name());
    let ports = || node.interfaces.iter().filter(|interface| interface.said.bridge.is_some());
    let named = ports().find(|interface| interface.said.network.iter().any(|name| is_of(name)));
    let bridge = site
        .networks
        .values()
        .filter(|other| other.physical_name() == network.physical_name())
        .find_map(|other| other.bridge.as_ref())
        .map_or(BRIDGE, |bridge| bridge.value.as_str());
    named.or_else(|| ports().find(|interface| interface.said.bridge.as_ref().is_some_and(|own| own == bridge)))
}

/// The bridge that a network says, or the usual one.
pub fn bridge_of(network: &Network) -> &str {
    network.bridge.as_ref().map_or(BRIDGE, |bridge| bridge.value.as_str())
}

impl Network {
    /// The name of its physical network.
    pub fn physical_name(&self) -> Option<&str> {
        self.physical.as_ref().map(|physical| physical.value.as_str())
    }
}
