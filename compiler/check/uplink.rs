//! Physical networks, bridges and the interfaces that feed them, to diagnostics about what reaches no node.
//!
//! Invariant: nodes of one range are alike in this, so each range is looked at once; a diagnostic stands at the network or the
//! interface that the site wrote.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::spec::dpdk;
use crate::spec::links::{LinkKind, links};
use crate::spec::site::{Network, Node, Site};
use crate::spec::uplinks::{Uplink, bridge_of, uplinks};
use crate::spec::wiring::samples;

/// Physical networks without an interface, bridges without a physical network or with several, VLANs that a node takes itself.
pub fn physical(model: &Model<'_>, sink: &mut Sink) {
    let site = model.site;
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut told = BTreeSet::new();
    for node in samples(site) {
        let fed = uplinks(site, node);
        reached.extend(fed.iter().filter_map(|uplink| uplink.network.physical_name()));
        // Functions of a card carry it past every bridge.
        reached.extend(node.interfaces.iter().filter_map(|port| Some(port.said.sriov.as_ref()?.as_str())));
        for diagnostic in shared(&fed).into_iter().chain(idle(site, node, &fed)).chain(taken(site, node, &fed)) {
            if told.insert(diagnostic.primary.as_ref().map(|label| label.span)) {
                sink.push(diagnostic);
            }
        }
    }
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for network in site.networks.values() {
        let Some(physical) = &network.physical else { continue };
        if !reached.contains(physical.value.as_str()) && named.insert(&physical.value) {
            let bridge = bridge_of(network);
            let message = format!(
                "physical network `{}` reaches no node: no interface feeds the bridge `{bridge}`",
                physical.value
            );
            let other = site.nodes.iter().flat_map(|node| &node.interfaces).find_map(|port| port.said.bridge.as_ref());
            let diagnostic = Diagnostic::error("TG0640", physical.span, message);
            sink.push(match other {
                Some(other) => {
                    let hint = format!("network {} bridge={other}", network.name.value);
                    diagnostic.also(other.span, "the bridge of an interface").hint(hint)
                }
                None => diagnostic.hint(format!("node ... {{ interface eno2 bridge={bridge} }}")),
            });
        }
    }
}

/// Bridges of several physical networks.
fn shared(fed: &[Uplink<'_>]) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, &Network> = BTreeMap::new();
    let mut found = Vec::new();
    for uplink in fed {
        let Some(physical) = &uplink.network.physical else { continue };
        let Some(first) = seen.insert(uplink.bridge, uplink.network) else { continue };
        let other = first.physical.as_ref().unwrap_or(physical);
        let message = format!(
            "physical networks `{}` and `{}` both have the bridge `{}`",
            other.value, physical.value, uplink.bridge
        );
        let hint = format!("a bridge carries one: network {} bridge=br-ex2", uplink.network.name.value);
        found.push(Diagnostic::error("TG0641", physical.span, message).also(other.span, "the first").hint(hint));
    }
    found
}

/// Bridges of interfaces that carry no physical network.
fn idle(site: &Site, node: &Node, fed: &[Uplink<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for interface in &node.interfaces {
        let Some(bridge) =
            interface.said.bridge.as_ref().filter(|bridge| fed.iter().all(|uplink| **bridge != uplink.bridge))
        else {
            continue;
        };
        // The bridge of a card in user space may be there for the node's own address.
        if interface.said.dpdk.is_some() && dpdk::own_network(site, node, interface).is_some() {
            continue;
        }
        let message = format!("no physical network has the bridge `{bridge}` of interface `{}`", interface.name.value);
        let missing = site.networks.values().find(|network| {
            network.physical.is_some()
                && fed.iter().all(|uplink| uplink.network.physical_name() != network.physical_name())
        });
        let hint = match missing {
            Some(network) => format!("network {} bridge={bridge}", network.name.value),
            None => format!("network NAME physical=physnet2 bridge={bridge}"),
        };
        found.push(Diagnostic::warning("TG0642", bridge.span, message).hint(hint));
    }
    found
}

/// VLANs of physical networks that the node takes off the interface before the bridge gets them.
fn taken(site: &Site, node: &Node, fed: &[Uplink<'_>]) -> Vec<Diagnostic> {
    let devices = links(site, node);
    let mut found = Vec::new();
    for uplink in fed {
        let physical =
            site.networks.values().filter(|network| network.physical_name() == uplink.network.physical_name());
        let claims: Vec<(i64, i64, crate::span::Span)> = physical.flat_map(claimed).collect();
        for device in &devices {
            let LinkKind::Vlan(id, below) = &device.kind else { continue };
            let Some((_, _, span)) = claims.iter().find(|(first, last, _)| (first..=last).contains(&id)) else {
                continue;
            };
            if *below == uplink.interface.name.value {
                let message = format!(
                    "VLAN {id} of interface `{below}` is the node's own, and the bridge `{}` never gets it",
                    uplink.bridge
                );
                let diagnostic = Diagnostic::error("TG0643", *span, message).also(device.span, "the node's interface");
                found.push(diagnostic.hint("give the node's network, or the physical network, another VLAN"));
            }
        }
    }
    found
}

/// The VLANs of a physical network, first and last, with their places.
fn claimed(network: &Network) -> Vec<(i64, i64, crate::span::Span)> {
    let own = network.vlan.as_ref().map(|vlan| (vlan.value.0, vlan.value.0, vlan.span));
    let ranges = network.vlan_ranges.iter().filter_map(|range| {
        let (first, last) = range.split_once(':').unwrap_or((range.as_str(), range.as_str()));
        Some((first.parse().ok()?, last.parse().ok()?, range.span))
    });
    own.into_iter().chain(ranges).collect()
}
