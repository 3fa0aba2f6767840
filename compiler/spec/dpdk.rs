//! Cards and CPUs that a virtual switch in user space (DPDK) has for itself: which a node has, and rules about them.
//!
//! Invariant: a card that the switch drives is no device of the node's own; what the switch asks for, the node has set aside.

use std::collections::BTreeSet;

use crate::catalog::overlay::{Dpdk, HostSpec};
use crate::catalog::target::TargetKind;
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::spec::features::{self, alike};
use crate::spec::links::carried;
use crate::spec::segments::{attachment, vlan};
use crate::spec::site::{Interface, Network, Node, Site};

/// The code of memory that is not there.
const MEMORY: &str = "TG0573";
/// The code of CPUs that others have too.
const CPUS: &str = "TG0574";
/// The code of a card that the switch cannot have.
const CARD: &str = "TG0575";

/// What the switch of a node has.
pub fn of_node<'s>(site: &'s Site, node: &'s Node) -> Option<&'s Dpdk> {
    features::of_node(site, node).filter_map(|said| said.dpdk.as_ref()).last()
}

/// The network whose address the node has on a card of the switch: it is then the bridge's.
pub fn own_network<'s>(site: &'s Site, node: &Node, interface: &Interface) -> Option<&'s Network> {
    own_networks(site, node, interface).next()
}

fn own_networks<'s>(site: &'s Site, node: &Node, interface: &Interface) -> impl Iterator<Item = &'s Network> {
    let named = interface.said.network.iter().filter_map(|name| site.networks.get(name.as_str()));
    named.filter(|network| node.addresses.contains_key(&network.name.value))
}

/// The address of the bridge that a card feeds, and its VLAN.
pub fn bridge_address(site: &Site, node: &Node, interface: &Interface) -> Option<(String, Option<i64>)> {
    let network = own_network(site, node, interface)?;
    Some((attachment(node, network)?.address.to_string(), vlan(node, network)))
}

/// The largest packets that a card carries.
pub fn mtu(site: &Site, node: &Node, interface: &Interface) -> Option<i64> {
    let said = interface.said.mtu.as_ref().map(|mtu| mtu.value.0);
    said.or_else(|| carried(site, node, interface).into_iter().map(|network| network.mtu.value.0).max())
}

/// The CPUs of a list such as `2-4,34`.
pub fn cpus(list: &str) -> BTreeSet<u32> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = first.parse().ok().zip(last.parse().ok())?;
        Some(first..=last)
    };
    list.split(',').filter_map(range).flatten().collect()
}

/// The mask of a list of CPUs, in hexadecimal digits: `0x400000014`.
pub fn mask(list: &str) -> String {
    let cpus = cpus(list);
    let digits = cpus.last().map_or(0, |last| last / 4);
    let digit = |at: u32| {
        let bits = (0..4).filter(|bit| cpus.contains(&(at * 4 + bit))).map(|bit| 1 << bit).sum();
        char::from_digit(bits, 16).unwrap_or('0')
    };
    format!("0x{}", (0..=digits).rev().map(digit).collect::<String>())
}

/// Pushes a diagnostic for what the switch of a node cannot have.
pub fn rules(site: &Site, sink: &mut Sink) {
    for node in alike(site) {
        let said = of_node(site, node);
        if let Some(said) = said {
            memory(site, node, said, sink);
            processors(site, node, said, sink);
            if let Some(target) = site.target.as_ref().filter(|target| target.kind.value == TargetKind::Hosts) {
                let message = "`dpdk` has no effect: the switch of hosts is the distribution's, in the kernel";
                sink.push(Diagnostic::error(CARD, said.span, message).also(target.span, "the target"));
            }
        }
        for interface in &node.interfaces {
            card((site, node), said, interface, sink);
        }
    }
}

/// Are there huge pages for what the switch takes?
fn memory(site: &Site, node: &Node, said: &Dpdk, sink: &mut Sink) {
    let wanted: i64 = said.socket_memory.iter().map(|amount| amount.value.0).sum();
    let Some(span) = said.socket_memory.first().map(|amount| amount.span) else { return };
    let mut pages: std::collections::BTreeMap<&str, (i64, Span)> = std::collections::BTreeMap::new();
    for page in features::of_node(site, node).flat_map(|said| said.hugepages.values()) {
        pages.insert(page.size.as_str(), (megabytes(&page.size) * page.count.value.0, page.count.span));
    }
    let there: i64 = pages.values().map(|(amount, _)| amount).sum();
    if wanted <= there {
        return;
    }
    let message =
        format!("the switch of node `{}` takes {wanted} MiB of huge pages, and the node has {there}", node.name.value);
    let diagnostic =
        Diagnostic::error(MEMORY, span, message).hint("host { hugepages \"1G\" count=16 }: the instances' too");
    let place = pages.values().next().map(|(_, span)| *span);
    sink.push(place.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.also(span, "the node's")));
}

/// MiB of a page.
fn megabytes(size: &str) -> i64 {
    let number = |unit| size.strip_suffix(unit).and_then(|number: &str| number.parse::<i64>().ok());
    number('G').map(|count| count * 1024).or(number('M')).unwrap_or(0)
}

/// CPUs that poll have nothing else to do.
fn processors(site: &Site, node: &Node, said: &Dpdk, sink: &mut Sink) {
    let polling = cpus(&said.pmd_cpus);
    let isolated = features::of_node(site, node).filter_map(|said: &HostSpec| said.isolated_cpus.as_ref()).last();
    let alone = isolated.map(|list| cpus(list)).unwrap_or_default();
    let name = &node.name.value;
    if let Some(cpu) = polling.difference(&alone).next() {
        let message = format!("CPU {cpu} of node `{name}` polls for the switch, and the kernel runs others on it");
        let diagnostic = Diagnostic::error(CPUS, said.pmd_cpus.span, message);
        let diagnostic = diagnostic.hint(format!("host {{ isolated-cpus \"{}\" }}", said.pmd_cpus.as_str()));
        sink.push(
            isolated
                .into_iter()
                .fold(diagnostic, |diagnostic, list| diagnostic.also(list.span, "those that are isolated")),
        );
    }
    let Some((others, place)) = said.lcore_cpus.as_ref().map(|list| (list.as_str(), list.span)) else { return };
    if let Some(cpu) = cpus(others).intersection(&polling).next() {
        let message = format!("CPU {cpu} of node `{name}` polls for the switch, and has its other threads too");
        sink.push(Diagnostic::error(CPUS, place, message).also(said.pmd_cpus.span, "those that poll"));
    }
}

/// A card of the switch is a port of a bridge and nothing else.
fn card((site, node): (&Site, &Node), said: Option<&Dpdk>, interface: &Interface, sink: &mut Sink) {
    let Some(device) = &interface.said.dpdk else { return };
    let name = &interface.name.value;
    let mut wrong = |span: Span, message: String, hint: &str| {
        sink.push(Diagnostic::error(CARD, span, message).also(device.span, "the card is the switch's").hint(hint));
    };
    if said.is_none() {
        let message = format!(
            "interface `{name}` is for a switch in user space, and the host of node `{}` has none",
            node.name.value
        );
        wrong(device.span, message, "host { dpdk { pmd-cpus \"2,3\"; socket-memory 1024 } }");
    }
    if interface.said.bridge.is_none() {
        wrong(
            device.span,
            format!("interface `{name}` is for a switch in user space, and no bridge takes it"),
            "bridge br-ex",
        );
    }
    for (word, span) in others(interface) {
        let message =
            format!("`{word}` of interface `{name}` has no effect: the kernel of the node does not have the card");
        wrong(span, message, "leave it out, or `dpdk`");
    }
    for other in node.interfaces.iter().filter(|other| other.name.value != *name) {
        let below = other.said.bond.iter().chain(&other.said.ports).chain(&other.said.link);
        if let Some(word) = below.into_iter().find(|word| *word.value == **name) {
            let message = format!(
                "interface `{}` lies on `{name}`, which the kernel of the node does not have",
                other.name.value
            );
            wrong(word.span, message, "give it a card of its own");
        }
    }
    let own: Vec<&Network> = own_networks(site, node, interface).collect();
    let word = |network: &Network| {
        interface.said.network.iter().find(|word| **word == network.name.value).map_or(device.span, |word| word.span)
    };
    if let Some(second) = own.get(1) {
        let message = format!(
            "the bridge of interface `{name}` has one address of the node, found a second network `{}`",
            second.name.value
        );
        wrong(word(second), message, "leave one of them on a card of the kernel");
    }
    let leads = |network: &&&Network| {
        let own = attachment(node, network);
        own.is_some_and(|own| own.gateway.is_some() || own.rest.is_some())
            || !network.routes.is_empty()
            || !network.policies.is_empty()
    };
    if let Some(network) = own.iter().find(leads) {
        let message = format!(
            "network `{}` has a gateway or routes, and is on interface `{name}`, which the node has only while its switch runs",
            network.name.value
        );
        wrong(word(network), message, "leave it on a card of the kernel; tunnels need no gateway");
    }
}

/// What only a card of the kernel can have.
fn others(interface: &Interface) -> Vec<(&'static str, Span)> {
    let said = &interface.said;
    let first = |words: &[crate::tree::word::Word]| words.first().map(|word| word.span);
    let all = [
        ("bond", first(&said.bond)),
        ("ports", first(&said.ports)),
        ("link", said.link.as_ref().map(|link| link.span)),
        ("tunnel", said.tunnel.as_ref().map(|tunnel| tunnel.span)),
        ("address", first(&said.address)),
        ("dhcp4", said.dhcp4.as_ref().map(|asks| asks.span)),
        ("dhcp6", said.dhcp6.as_ref().map(|asks| asks.span)),
        ("match", said.match_card.as_ref().map(|card| card.span)),
        ("virtual-functions", said.virtual_functions.as_ref().map(|count| count.span)),
        ("trusted", said.trusted.as_ref().map(|trusted| trusted.span)),
        ("sriov", said.sriov.as_ref().map(|physical| physical.span)),
        ("route", said.route.first().map(|route| route.span)),
        ("routing-policy", said.routing_policy.first().map(|policy| policy.span)),
    ];
    all.into_iter().filter_map(|(word, span)| Some((word, span?))).collect()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_mask_has_a_bit_for_each_cpu() {
        for (list, expected) in [("0", "0x1"), ("2,3", "0xc"), ("2-4,34", "0x40000001c"), ("64", "0x10000000000000000")]
        {
            assert_eq!(mask(list), expected);
        }
    }
}
