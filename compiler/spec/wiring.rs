//! Rules about how a node's devices use each other, and that each of its addresses has one.
//!
//! Invariant: nodes of one range are alike in this, so each range is looked at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::spec::links::{Link, LinkKind, links};
use crate::spec::site::{Interface, Node, Site};
use crate::tree::word::Word;

/// The longest name that Linux has for a device (IFNAMSIZ less the end).
const LONGEST: usize = 15;

/// One node of each range.
pub fn samples(site: &Site) -> impl Iterator<Item = &Node> {
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    site.nodes.iter().filter(move |node| seen.insert(node.name.span))
}

/// Pushes a diagnostic for every device that cannot be, and every address without one.
pub fn wiring(site: &Site, sink: &mut Sink) {
    for node in samples(site) {
        let devices = links(site, node);
        names(&devices, sink);
        circles(node, sink);
        shared(node, sink);
        switched(node, &devices, sink);
        carriers(site, node, &devices, sink);
    }
}

fn names(devices: &[Link<'_>], sink: &mut Sink) {
    for device in devices {
        if !is_name(&device.name) {
            let hint =
                "give the interface a shorter name, or its VLAN one of its own: `interface vlan30 link=bond0 vlan=30`";
            sink.push(not_a_name(&device.name, device.span).hint(hint));
        }
        let Some(bridge) = device.interface.and_then(|interface| interface.said.bridge.as_ref()) else { continue };
        if !is_name(bridge) {
            sink.push(not_a_name(bridge, bridge.span));
        }
        if let Some(other) = devices.iter().find(|other| *bridge == other.name) {
            let message = format!("the bridge `{bridge}` of Open vSwitch has the name of an interface of the node");
            let hint = "a bridge of Open vSwitch is an interface too: give it another name";
            sink.push(Diagnostic::error("TG0424", bridge.span, message).also(other.span, "the interface").hint(hint));
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_strange = |c: char| c == '/' || c == ':' || c.is_whitespace() || c.is_control();
    (1..=LONGEST).contains(&name.len()) && name != "." && name != ".." && !name.contains(is_strange)
}

fn not_a_name(name: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is not a valid name of an interface, expected at most {LONGEST} characters");
    Diagnostic::error("TG0424", span, message)
}

/// The devices below an interface, with the field that says so.
fn below(interface: &Interface) -> impl Iterator<Item = (&'static str, &Word)> {
    let said = &interface.said;
    let of = |what: &'static str| move |word| (what, word);
    said.bond.iter().map(of("bond")).chain(said.ports.iter().map(of("ports"))).chain(said.link.iter().map(of("link")))
}

/// Devices that lie on themselves.
fn circles(node: &Node, sink: &mut Sink) {
    let find = |name: &str| node.interfaces.iter().find(|interface| interface.name.value == name);
    for interface in &node.interfaces {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&Word> = below(interface).map(|(_, word)| word).collect();
        while let Some(word) = open.pop() {
            if *word == interface.name.value {
                let message = format!("interface `{}` lies on itself", interface.name.value);
                sink.push(Diagnostic::error("TG0423", interface.name.span, message).also(word.span, "named here"));
                break;
            }
            if reached.insert(word.as_str()) {
                open.extend(find(word).into_iter().flat_map(below).map(|(_, word)| word));
            }
        }
    }
}

/// Members of bonds and ports of bridges belong to one device, and carry nothing of their own.
fn shared(node: &Node, sink: &mut Sink) {
    let mut taken: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for interface in &node.interfaces {
        for (what, word) in below(interface).filter(|(what, _)| *what != "link") {
            let part = if what == "bond" { "a member" } else { "a port" };
            if let Some((owner, place)) = taken.insert(word.as_str(), (&interface.name.value, word.span)) {
                let message = format!("`{word}` is {part} of `{}` and is part of `{owner}`", interface.name.value);
                let hint = "a card belongs to one bond or bridge: remove it from one of them";
                sink.push(Diagnostic::error("TG0416", word.span, message).also(place, "taken here").hint(hint));
            }
            let Some(own) = node.interfaces.iter().find(|other| other.name.value == word.as_str()) else { continue };
            let network = own.said.network.first().filter(|_| what == "bond").map(|word| (word.span, "a network"));
            if let Some((span, what)) = network.or(own_traffic(own)) {
                let message = format!("`{word}` is {part} of `{}` and has {what} of its own", interface.name.value);
                let hint = format!("set it on `{}`", interface.name.value);
                sink.push(Diagnostic::error("TG0418", span, message).also(word.span, "part of it here").hint(hint));
            }
        }
    }
    for interface in &node.interfaces {
        let Some(link) = &interface.said.link else { continue };
        let bond = node.interfaces.iter().find(|other| other.said.bond.contains(link));
        if let Some(bond) = bond {
            let message =
                format!("`{}` is a VLAN on `{link}`, a member of `{}`", interface.name.value, bond.name.value);
            let hint = format!("link={}", bond.name.value);
            sink.push(Diagnostic::error("TG0418", link.span, message).hint(hint));
        }
    }
}

/// What an interface carries itself; VLANs on a bridge's port are apart from what the bridge gets.
fn own_traffic(interface: &Interface) -> Option<(Span, &'static str)> {
    let said = &interface.said;
    let addresses = said.address.first().map(|word| (word.span, "an address"));
    let bridge = said.bridge.as_ref().map(|word| (word.span, "a bridge"));
    let asks = said.dhcp4.iter().chain(&said.dhcp6).find(|flag| flag.value).map(|flag| (flag.span, "DHCP"));
    addresses.or(bridge).or(asks)
}

/// What belongs to a bridge, of Open vSwitch or of Linux, has no untagged address.
fn switched(node: &Node, devices: &[Link<'_>], sink: &mut Sink) {
    for device in devices {
        let Some(interface) = device.interface else { continue };
        let said = &interface.said;
        // The address is then the bridge's own.
        if said.dpdk.is_some() {
            continue;
        }
        let port = node.interfaces.iter().find_map(|other| {
            let word = other.said.ports.iter().find(|port| **port == device.name)?;
            Some((other.name.value.as_str(), word.span))
        });
        let bridge = said.bridge.as_ref().map(|bridge| (bridge.as_str(), bridge.span));
        let Some((bridge, span)) = bridge.or(port) else { continue };
        let name = &interface.name.value;
        let message = format!("bridge `{bridge}` takes interface `{name}`, which carries the node's own address");
        let hint =
            "the node would lose that address: give the network a VLAN, or the bridge an interface without an address";
        let carried = device.networks.iter().find(|network| node.addresses.contains_key(&network.name.value));
        let word = carried.and_then(|network| said.network.iter().find(|word| **word == network.name.value));
        if let Some(word) = word {
            let message = format!("{message} in `{word}`");
            let diagnostic = Diagnostic::error("TG0409", span, message).also(word.span, "the node's own address");
            sink.push(diagnostic.hint(hint));
        } else if let (Some(_), Some((place, _))) =
            (&said.bridge, own_traffic(interface).filter(|own| own.1 != "a bridge"))
        {
            sink.push(Diagnostic::error("TG0409", span, message).also(place, "the node's own address").hint(hint));
        }
    }
}

/// Where interfaces carry addresses of a node, each of its addresses is on exactly one.
fn carriers(site: &Site, node: &Node, devices: &[Link<'_>], sink: &mut Sink) {
    let mut carried: BTreeMap<&str, &Interface> = BTreeMap::new();
    let members: Vec<&Word> = node.interfaces.iter().flat_map(|interface| &interface.said.bond).collect();
    for interface in node.interfaces.iter().filter(|own| !members.iter().any(|member| ***member == *own.name.value)) {
        for word in &interface.said.network {
            let Some(network) = site.networks.get(word.as_str()) else { continue };
            let is_own = node.addresses.contains_key(word.as_str());
            if let Some(first) = carried.get(word.as_str()).filter(|_| is_own) {
                let message = format!(
                    "interfaces `{}` and `{}` both carry the address of node `{}` in `{word}`",
                    first.name.value, interface.name.value, node.name.value
                );
                let hint = "two cards for one network make a bond: `interface bond0 { bond eno1 eno2; network ... }`";
                sink.push(
                    Diagnostic::error("TG0421", word.span, message).also(first.name.span, "the first").hint(hint),
                );
            }
            carried.entry(network.name.value.as_str()).or_insert(interface);
            let is_others = network.physical.is_some() && interface.said.bridge.is_some();
            if !is_own && !is_others && network.vlan.is_none() && network.segments.is_empty() {
                let message = format!(
                    "interface `{}` carries network `{word}`, in which node `{}` has no address",
                    interface.name.value, node.name.value
                );
                let hint = format!("set the node's address, `{word}=...`, or remove the network");
                let is_used = devices.iter().any(|other| is_on(other, &interface.name.value));
                if !is_used && !asks(interface) {
                    sink.push(Diagnostic::error("TG0425", word.span, message).hint(hint));
                }
            }
        }
    }
    let configures = node.interfaces.iter().any(|interface| {
        asks(interface) || !interface.addresses.is_empty() || {
            interface.said.network.iter().any(|word| node.addresses.contains_key(word.as_str()))
        }
    });
    // What no interface names may be what a server gives to one that asks and names nothing.
    let is_given = node.interfaces.iter().any(|interface| asks(interface) && interface.said.network.is_empty());
    for (network, address) in node.addresses.iter().filter(|_| configures && !is_given) {
        if !carried.contains_key(network.as_str()) {
            let message = format!(
                "no interface of node `{}` carries its address `{}` in `{network}`",
                node.name.value, address.value
            );
            let hint = format!("interface eno1 network={network}");
            sink.push(Diagnostic::error("TG0417", address.span, message).hint(hint));
        }
    }
}

fn asks(interface: &Interface) -> bool {
    interface.said.dhcp4.iter().chain(&interface.said.dhcp6).any(|flag| flag.value)
}

/// Is the device a VLAN on, or a bridge or bond over, the one of that name?
fn is_on(device: &Link<'_>, name: &str) -> bool {
    matches!(&device.kind, LinkKind::Vlan(_, below) if below == name)
        || device.interface.is_some_and(|interface| below(interface).any(|(_, word)| *word == *name))
}
