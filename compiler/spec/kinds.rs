//! Rules about what may be said of a card, a bond, a bridge and a VLAN.
//!
//! Invariant: what would be left out of a node's files, or refused by netplan or the kernel, is told at its word.

use crate::catalog::interface::{BondMode, Parameter, TunnelMode};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::site::{Interface, Node, Site};
use crate::spec::wiring::samples;

/// The code of what does not fit.
const CODE: &str = "TG0422";

/// Parameters that only some modes have (Linux, Documentation/networking/bonding.rst).
const MODES: &[(&str, &[BondMode])] = &[
    ("lacp-rate", &[BondMode::Lacp]),
    ("min-links", &[BondMode::Lacp]),
    ("ad-select", &[BondMode::Lacp]),
    ("transmit-hash-policy", &[BondMode::Xor, BondMode::Lacp, BondMode::Tlb]),
    ("arp-all-targets", &[BondMode::ActiveBackup]),
    ("fail-over-mac-policy", &[BondMode::ActiveBackup]),
    ("gratuitous-arp", &[BondMode::ActiveBackup]),
    ("packets-per-member", &[BondMode::RoundRobin]),
    ("learn-packet-interval", &[BondMode::Tlb, BondMode::Alb]),
    ("primary", &[BondMode::ActiveBackup, BondMode::Tlb, BondMode::Alb]),
    ("primary-reselect-policy", &[BondMode::ActiveBackup, BondMode::Tlb, BondMode::Alb]),
    ("arp-interval", &[BondMode::RoundRobin, BondMode::ActiveBackup, BondMode::Xor, BondMode::Broadcast]),
    ("arp-ip-targets", &[BondMode::RoundRobin, BondMode::ActiveBackup, BondMode::Xor, BondMode::Broadcast]),
    ("arp-validate", &[BondMode::RoundRobin, BondMode::ActiveBackup, BondMode::Xor, BondMode::Broadcast]),
];

/// Pushes a diagnostic for everything that does not fit the interface that it is said of.
pub fn kinds(site: &Site, sink: &mut Sink) {
    for node in samples(site) {
        for interface in &node.interfaces {
            kind(interface, sink);
            tunnel(node, interface, sink);
            functions(site, interface, sink);
            bond(interface, sink);
        }
    }
    for network in site.networks.values().filter(|network| network.physical.is_none()) {
        let bridge = network.bridge.as_ref().map(|bridge| ("bridge", bridge.span));
        let ranges = network.vlan_ranges.first().map(|range| ("vlan-range", range.span));
        for (what, span) in bridge.into_iter().chain(ranges) {
            let message = format!("`{what}` of network `{}` has no effect without `physical`", network.name.value);
            let hint = "physical=physnet1 makes it a network of machines; or remove this";
            sink.push(Diagnostic::error("TG0425", span, message).hint(hint));
        }
    }
    for range in site.networks.values().flat_map(|network| &network.vlan_ranges) {
        let numbers =
            range.cut(":").map_or((range.parse(), range.parse()), |(first, last)| (first.parse(), last.parse()));
        if !matches!(numbers, (Ok(first), Ok(last)) if (1i64..=4094).contains(&first) && (first..=4094).contains(&last))
        {
            let message = format!("expected VLAN ids such as `101:200`, 1 to 4094, found `{range}`");
            sink.push(Diagnostic::error("TG0402", range.span, message));
        }
    }
}

/// One kind each, and nothing of another kind.
fn kind(interface: &Interface, sink: &mut Sink) {
    let (name, said) = (&interface.name.value, &interface.said);
    let place = |words: &[crate::tree::word::Word]| words.first().map(|word| word.span);
    let marks = [
        ("a bond", place(&said.bond)),
        ("a Linux bridge", place(&said.ports)),
        ("a VLAN", said.link.as_ref().map(|link| link.span)),
        ("a tunnel", said.tunnel.as_ref().map(|tunnel| tunnel.span)),
    ];
    let mut is = marks.into_iter().filter_map(|(what, span): (&str, Option<Span>)| Some((what, span?)));
    let first = is.next();
    if let (Some((one, place)), Some((other, span))) = (first, is.next()) {
        let message = format!("interface `{name}` is {one} and {other}, expected one of them");
        sink.push(Diagnostic::error(CODE, span, message).also(place, "the one").hint("make two interfaces of it"));
    }
    let what = first.map_or("a card", |(what, _)| what);
    let fields = [
        ("mode", said.mode.as_ref().map(|mode| mode.span), "a bond", "bond eno1 eno2"),
        (
            "bond-parameters",
            said.bond_parameters.as_ref().map(|told| told.0.span(interface.name.span)),
            "a bond",
            "bond eno1 eno2",
        ),
        (
            "bridge-parameters",
            said.bridge_parameters.as_ref().map(|told| told.0.span(interface.name.span)),
            "a Linux bridge",
            "ports eno1",
        ),
        ("vlan", said.vlan.as_ref().map(|vlan| vlan.span), "a VLAN", "link=bond0"),
        ("match", said.match_card.as_ref().map(|card| card.span), "a card", "set it on a member"),
        ("virtual-functions", said.virtual_functions.as_ref().map(|count| count.span), "a card", "set it on a member"),
        ("trusted", said.trusted.as_ref().map(|trusted| trusted.span), "a card", "set it on a member"),
        ("sriov", said.sriov.as_ref().map(|physical| physical.span), "a card", "set it on a member"),
    ];
    for (field, span, wanted, hint) in fields {
        if let Some(span) = span.filter(|_| what != wanted) {
            let message = format!("`{field}` has no effect on interface `{name}`, which is {what}, not {wanted}");
            sink.push(Diagnostic::error(CODE, span, message).hint(hint));
        }
    }
    if let (Some(link), None) = (&said.link, &said.vlan) {
        let message = format!("interface `{name}` is on `{link}` and has no VLAN");
        sink.push(Diagnostic::error(CODE, link.span, message).hint("vlan=30"));
    }
    if let Some(card) =
        said.match_card.as_ref().filter(|card| card.mac.is_empty() && card.driver.is_none() && card.name.is_none())
    {
        let message = format!("`match` of interface `{name}` names no card");
        sink.push(Diagnostic::error(CODE, card.span, message).hint("match mac=\"52:54:00:12:34:56\""));
    }
}

/// The ends of a tunnel, and what only some kinds have.
fn tunnel(node: &Node, interface: &Interface, sink: &mut Sink) {
    let Some(said) = &interface.said.tunnel else { return };
    let local = interface.local.as_ref().unwrap_or(&said.local);
    for end in [local, &said.remote] {
        if end.parse::<std::net::IpAddr>().is_err() {
            let message = format!("expected the address of an end of the tunnel, found `{end}`");
            sink.push(Diagnostic::error("TG0401", end.span, message));
        }
    }
    let own = node.addresses.values().map(|address| address.value.to_string());
    let further = node.interfaces.iter().flat_map(|other| &other.addresses);
    let mut own = own.chain(further.map(|net| net.value.addr().to_string()));
    let asks = |other: &Interface| other.said.dhcp4.iter().chain(&other.said.dhcp6).any(|flag| flag.value);
    if local.parse::<std::net::IpAddr>().is_ok()
        && !own.any(|text| text == local.as_str())
        && !node.interfaces.iter().any(asks)
    {
        let message = format!(
            "`{local}`, an end of tunnel `{}`, is not an address of node `{}`",
            interface.name.value, node.name.value
        );
        sink.push(Diagnostic::error("TG0479", local.span, message));
    }
    if said.mode == TunnelMode::Vxlan && said.id.is_none() {
        let message = format!("tunnel `{}` of mode `vxlan` has no `id`", interface.name.value);
        sink.push(Diagnostic::error(CODE, said.span, message).hint("id=42"));
    }
    let keyed = matches!(said.mode, TunnelMode::Vxlan | TunnelMode::Gre | TunnelMode::GreTap);
    if let Some(id) = said.id.as_ref().filter(|_| !keyed) {
        let message = format!("`id` has no effect on tunnel `{}` of mode `{}`", interface.name.value, said.mode);
        sink.push(Diagnostic::error(CODE, id.span, message).hint("it is for gre, gretap and vxlan"));
    }
}

/// The physical network of a card's functions, and that it has some.
fn functions(site: &Site, interface: &Interface, sink: &mut Sink) {
    let said = &interface.said;
    let is_card = said.bond.is_empty() && said.ports.is_empty() && said.link.is_none() && said.tunnel.is_none();
    if let (Some(trusted), None, true) = (&said.trusted, &said.sriov, is_card) {
        let message = format!(
            "`trusted` has no effect on interface `{}`, whose functions go to no instance",
            interface.name.value
        );
        sink.push(Diagnostic::error("TG0478", trusted.span, message).hint("sriov physnet2"));
    }
    // What is no card has none at all, which is told.
    let Some(physical) = said.sriov.as_ref().filter(|_| is_card) else { return };
    let name = &interface.name.value;
    let known: Vec<&str> =
        site.networks.values().filter_map(|network| Some(network.physical.as_ref()?.as_str())).collect();
    if !known.contains(&physical.as_str()) {
        let message =
            format!("no network of the site has the physical network `{physical}`, which interface `{name}` carries");
        let near = nearest(physical, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| format!("network NAME physical={physical}"));
        sink.push(Diagnostic::error("TG0478", physical.span, message).hint(hint));
    }
    if interface.said.virtual_functions.as_ref().is_none_or(|count| count.value.0 == 0) {
        let message = format!("interface `{name}` carries `{physical}` by SR-IOV and makes no functions");
        sink.push(Diagnostic::error("TG0478", physical.span, message).hint("virtual-functions=8"));
    }
}

fn bond(interface: &Interface, sink: &mut Sink) {
    let (name, said) = (&interface.name.value, &interface.said);
    let Some(told) = said.bond_parameters.as_ref().filter(|_| !said.bond.is_empty()).map(|told| &told.0) else {
        return;
    };
    let mode = said.mode.as_ref().map_or(BondMode::Lacp, |mode| mode.value);
    for (field, modes) in MODES {
        let Some((word, _)) = told.get(field).filter(|_| !modes.contains(&mode)) else { continue };
        let fitting = modes.iter().map(|mode| mode.word()).collect::<Vec<_>>().join(", ");
        let message = format!("`{field}` has no effect on bond `{name}` of mode `{mode}`");
        sink.push(Diagnostic::error(CODE, word.span, message).hint(format!("it is for {fitting}")));
    }
    if let Some((word, Parameter::Text(primary))) = told.get("primary")
        && !said.bond.iter().any(|member| member.as_str() == primary)
    {
        let members: Vec<&str> = said.bond.iter().map(|member| member.as_str()).collect();
        let message = format!("`{primary}` is preferred and is not a member of bond `{name}`");
        let hint = match nearest(primary, members.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its members are {}", members.join(", ")),
        };
        sink.push(Diagnostic::error(CODE, word.span, message).hint(hint));
    }
    let (asks, looks) = (told.get("arp-interval"), told.get("mii-monitor-interval"));
    if let (Some((word, _)), Some((other, _))) = (asks, looks) {
        let message = format!("bond `{name}` has both `arp-interval` and `mii-monitor-interval`, expected one of them");
        sink.push(Diagnostic::error(CODE, word.span, message).also(other.span, "the other"));
    }
    if let (Some((word, _)), None) = (asks, told.get("arp-ip-targets")) {
        let message = format!("bond `{name}` has `arp-interval` and no `arp-ip-targets` to ask");
        sink.push(Diagnostic::error(CODE, word.span, message).hint("arp-ip-targets \"10.10.0.1\""));
    }
    // The kernel counts both delays in looks at the link (bonding.rst: rounded down to a multiple of miimon).
    if let (Some((word, _)), Some(_)) = (told.get("up-delay").or(told.get("down-delay")), asks) {
        let message = format!("`{word}` of bond `{name}` needs `mii-monitor-interval`");
        sink.push(Diagnostic::error(CODE, word.span, message).hint("leave `arp-interval` out"));
    }
}
