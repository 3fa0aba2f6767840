//! Rules about networks and nodes.
//!
//! Invariant: each rule looks at the whole site once; none is quadratic in the number of nodes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::catalog::component::Disruption;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::site::{Group, Network, Site, Word};
use crate::spec::{features, kinds, routes, segments, wiring};
use crate::tree::label::is_label;

/// Pushes a diagnostic for every broken rule.
pub fn rules(site: &Site, stock_roles: &[&str], sink: &mut Sink) {
    management(site, sink);
    overlaps(site, sink);
    super::cni::overlaps(&site.cni, site.networks.values(), sink);
    inside(site, sink);
    segments::segments(site, sink);
    duplicates(site, sink);
    names(site, stock_roles, sink);
    wiring::wiring(site, sink);
    kinds::kinds(site, sink);
    routes::routes(site, sink);
    features::features(site, stock_roles, sink);
    super::dpdk::rules(site, sink);
    time(site, sink);
    acknowledged(site, sink);
}

/// Classes of disruption that a plan asks about.
fn acknowledged(site: &Site, sink: &mut Sink) {
    let asked = [Disruption::DataPlane, Disruption::Instance].map(Disruption::word);
    for class in site.acknowledged.values().map(|entry| &entry.class) {
        let diagnostic = match Disruption::parse(class) {
            Some(known) if known.is_acknowledged() => continue,
            Some(_) => Diagnostic::error("TG0850", class.span, format!("`{class}` needs no acknowledgement")),
            None => {
                let message = format!("expected a class of disruption, `data-plane` or `instance`, found `{class}`");
                let diagnostic = Diagnostic::error("TG0207", class.span, message);
                match nearest(class, asked) {
                    Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                    None => diagnostic,
                }
            }
        };
        sink.push(diagnostic);
    }
}

/// Is the word `network` itself misspelt, which was told?
pub fn are_networks_misspelt(site: &Site, sink: &Sink) -> bool {
    site.networks.is_empty() && sink.has("TG0201")
}

/// The network that every site has.
fn management(site: &Site, sink: &mut Sink) {
    const NAME: &str = "management";
    if site.networks.contains_key(NAME) || are_networks_misspelt(site, sink) {
        return;
    }
    let message = format!("a site needs the network `{NAME}`");
    let near = site.networks.keys().find(|name| nearest(name, [NAME]).is_some());
    sink.push(match near {
        Some(name) => Diagnostic::error("TG0206", name.span, message).hint(format!("did you mean `{NAME}`?")),
        None => Diagnostic::error("TG0206", site.name.span, message).hint("network management cidr=\"10.10.0.0/24\""),
    });
}

fn overlaps(site: &Site, sink: &mut Sink) {
    let mut nets: Vec<(Ipv4Addr, Ipv4Addr, &Network, Span)> = Vec::new();
    for network in site.networks.values() {
        if let Some(cidr) = network.cidr.as_ref().filter(|cidr| cidr.value.prefix_len() > 0) {
            nets.push((cidr.value.network(), cidr.value.broadcast(), network, cidr.span));
        }
    }
    nets.sort_by_key(|(first, last, _, _)| (*first, *last));
    for pair in nets.windows(2) {
        let [(_, end, one, place), (start, _, other, span)] = pair else { continue };
        if start <= end {
            let (late, early) =
                if span > place { ((other, span), (one, place)) } else { ((one, place), (other, span)) };
            let message = format!("networks `{}` and `{}` overlap", early.0.name.value, late.0.name.value);
            sink.push(Diagnostic::error("TG0406", *late.1, message).also(*early.1, "the other network"));
        }
    }
}

fn inside(site: &Site, sink: &mut Sink) {
    for network in site.networks.values() {
        let Some(cidr) = &network.cidr else { continue };
        for (what, address) in [("gateway", &network.gateway), ("vip", &network.vip)] {
            let Some(address) = address else { continue };
            // Networks of two addresses (RFC 3021) and of one have no address of the network itself.
            let reserved = cidr.value.prefix_len() < 31
                && (address.value == cidr.value.network() || address.value == cidr.value.broadcast());
            if !cidr.value.contains(&address.value) || reserved {
                let message = format!(
                    "the {what} `{}` is not a host address of network `{}`, `{}`",
                    address.value, network.name.value, cidr.value
                );
                sink.push(Diagnostic::error("TG0410", address.span, message).also(cidr.span, "the network"));
            }
        }
    }
    let mut told: BTreeMap<Span, ()> = BTreeMap::new();
    for node in &site.nodes {
        for (name, address) in &node.addresses {
            let Some(cidr) = site.networks.get(name).and_then(|network| network.cidr.as_ref()) else { continue };
            let usable = cidr.value.contains(&address.value)
                && address.value != cidr.value.network()
                && address.value != cidr.value.broadcast();
            if !usable && told.insert(address.span, ()).is_none() {
                let message = format!(
                    "`{}` of node `{}` is not a host address of network `{name}`, `{}`",
                    address.value, node.name.value, cidr.value
                );
                sink.push(Diagnostic::error("TG0405", address.span, message).also(cidr.span, "the network"));
            }
        }
    }
}

fn duplicates(site: &Site, sink: &mut Sink) {
    let mut seen: BTreeMap<Ipv4Addr, (String, Span)> = BTreeMap::new();
    for network in site.networks.values() {
        let parts = network.segments.iter();
        let parts = parts.flat_map(|part| part.gateway.iter().chain(&part.via).map(|address| ("gateway", address)));
        let own = network.gateway.iter().map(|address| ("gateway", address));
        let own = own.chain(network.vip.iter().map(|address| ("virtual address", address)));
        for (what, address) in own.chain(parts) {
            let owner = format!("the {what} of `{}`", network.name.value);
            match seen.get(&address.value) {
                Some((first, place)) => {
                    let message = format!("{owner} has the address `{}` of {first}", address.value);
                    sink.push(Diagnostic::error("TG0404", address.span, message).also(*place, "taken here"));
                }
                None => drop(seen.insert(address.value, (owner, address.span))),
            }
        }
    }
    for node in &site.nodes {
        let own = node.interfaces.iter().flat_map(|interface| &interface.addresses);
        let own = own.filter_map(|net| match net.value.addr() {
            IpAddr::V4(address) => Some((address, net.span)),
            IpAddr::V6(_) => None,
        });
        for (address, span) in node.addresses.values().map(|address| (address.value, address.span)).chain(own) {
            match seen.get(&address) {
                Some((owner, place)) => {
                    let message = format!("node `{}` has the address `{address}` of {owner}", node.name.value);
                    sink.push(Diagnostic::error("TG0404", span, message).also(*place, "taken here"));
                }
                None => drop(seen.insert(address, (format!("node `{}`", node.name.value), span))),
            }
        }
    }
    cards(site, sink);
}

/// No two nodes have one card.
fn cards(site: &Site, sink: &mut Sink) {
    let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for node in &site.nodes {
        for mac in node.interfaces.iter().filter_map(|interface| interface.mac.as_ref()) {
            match seen.get(&mac.to_lowercase()) {
                Some((owner, place)) => {
                    let message = format!("node `{}` has the MAC `{mac}` of node `{owner}`", node.name.value);
                    sink.push(Diagnostic::error("TG0404", mac.span, message).also(*place, "taken here"));
                }
                None => drop(seen.insert(mac.to_lowercase(), (&node.name.value, mac.span))),
            }
        }
    }
}

fn names(site: &Site, stock_roles: &[&str], sink: &mut Sink) {
    let mut told: BTreeMap<Span, ()> = BTreeMap::new();
    let known: Vec<&str> = stock_roles.iter().copied().chain(site.roles.keys().map(Word::as_str)).collect();
    let roles = site.nodes.iter().flat_map(|node| &node.roles);
    for role in roles.filter(|role| !known.contains(&role.value.as_str())) {
        if told.insert(role.span, ()).is_none() {
            let diagnostic = Diagnostic::error("TG0408", role.span, format!("unknown role `{}`", role.value));
            let near = nearest(&role.value, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            sink.push(diagnostic.hint(near.unwrap_or_else(|| format!("roles are {}", known.join(", ")))));
        }
    }
    let networks = site.nodes.iter().flat_map(|node| &node.interfaces).flat_map(|interface| &interface.said.network);
    for network in networks.filter(|network| !site.networks.contains_key(&network.value)) {
        if told.insert(network.span, ()).is_none() {
            let diagnostic = Diagnostic::error("TG0407", network.span, format!("unknown network `{}`", network.value));
            let near = nearest(&network.value, site.networks.keys().map(Word::as_str));
            sink.push(near.map_or(diagnostic.clone(), |near| diagnostic.hint(format!("did you mean `{near}`?"))));
        }
    }
    let nodes: BTreeMap<&str, ()> = site.nodes.iter().map(|node| (node.name.value.as_str(), ())).collect();
    for group in site.groups.values() {
        for node in group.nodes.iter().filter(|node| !nodes.contains_key(node.value.as_str())) {
            let message =
                format!("group `{}` names `{}`, which is not a node of the site", group.name.value, node.value);
            sink.push(Diagnostic::error("TG0413", node.span, message));
        }
    }
    groups(site, sink);
}

/// Can a label hold it, behind the name of a workload too?
pub fn is_group_name(name: &str) -> bool {
    is_label(name) && name.len() <= 32
}

/// What a group may say, and that no node has two answers.
fn groups(site: &Site, sink: &mut Sink) {
    let mut taken: BTreeMap<&str, &Group> = BTreeMap::new();
    for group in site.groups.values().filter(|group| !group.services.is_empty()) {
        if !is_group_name(&group.name) {
            let message = format!(
                "`{}` is not a valid group name: lower-case letters, digits and `-`, at most 32",
                group.name.value
            );
            sink.push(Diagnostic::error("TG0208", group.name.span, message));
        }
        for node in &group.nodes {
            if let Some(other) = taken.insert(&node.value, group).filter(|other| other.name != group.name) {
                let message = format!(
                    "node `{}` is in group `{}` and in group `{}`, and both have service settings",
                    node.value, other.name.value, group.name.value
                );
                sink.push(Diagnostic::error("TG0414", node.span, message).also(other.name.span, "the other group"));
            }
        }
        for (name, spec) in &group.services {
            let replicas = spec.components.values().filter_map(|component| component.replicas.as_ref());
            let places = spec.enabled.iter().map(|flag| flag.span).chain(replicas.map(|count| count.span));
            for span in places {
                let message = format!("group `{}` has a site-wide setting of service `{name}`", group.name.value);
                let hint = format!("set it in `service {name}` of the site");
                sink.push(Diagnostic::error("TG0415", span, message).hint(hint));
            }
        }
    }
}

fn time(site: &Site, sink: &mut Sink) {
    let some = site.networks.values().any(|network| !network.ntp.is_empty() || !network.ntp_pools.is_empty());
    if !some && site.nodes.len() > 1 {
        let message = "no network names a time source; tokens, quorums and Ceph need clocks that agree";
        sink.push(
            Diagnostic::warning("TG0411", site.name.span, message).hint("network management ... { ntp \"10.10.0.1\" }"),
        );
    }
    let mut own: BTreeMap<String, (String, Span)> = BTreeMap::new();
    for network in site.networks.values() {
        let vip = network.vip.as_ref().map(|vip| (vip.value.to_string(), ("the site itself".to_owned(), vip.span)));
        own.extend(vip);
    }
    for node in &site.nodes {
        let who = || format!("node `{}`", node.name.value);
        own.insert(node.name.value.clone(), (who(), node.name.span));
        own.insert(format!("{}.{}", node.name.value, site.domain.value), (who(), node.name.span));
        own.extend(node.addresses.values().map(|address| (address.value.to_string(), (who(), address.span))));
        let further = node.interfaces.iter().flat_map(|interface| &interface.addresses);
        own.extend(further.map(|net| (net.value.addr().to_string(), (who(), net.span))));
    }
    for source in site.networks.values().flat_map(|network| network.ntp.iter().chain(&network.ntp_pools)) {
        if let Some((owner, place)) = own.get(&source.value) {
            let message = format!("time source `{}` is {owner}, which would follow itself", source.value);
            let hint = "name sources outside the site; without any, the controllers agree on one time by themselves";
            sink.push(Diagnostic::error("TG0427", source.span, message).also(*place, "its address").hint(hint));
        }
    }
}
