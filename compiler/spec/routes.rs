//! Rules about routes: what they lead to can be read, their gateways are reached, and no node has two default routes.
//!
//! Invariant: what a DHCP server says is not known here, so it is never held against a route.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::catalog::interface::{Route, RoutingPolicy};
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::spec::links::{Link, links};
use crate::spec::segments::attachment;
use crate::spec::site::{Node, Site};
use crate::spec::wiring::samples;
use crate::tree::word::Word;

/// The routing table where nobody says another (`main`).
const MAIN: i64 = 254;

/// Pushes a diagnostic for every route and rule that leads nowhere.
pub fn routes(site: &Site, sink: &mut Sink) {
    for network in site.networks.values() {
        let nets: Vec<IpNet> = network.cidr.iter().map(|cidr| IpNet::V4(cidr.value)).collect();
        for route in &network.routes {
            gateway(route, &nets, &format!("network `{}`", network.name.value), sink);
        }
        network.policies.iter().for_each(|policy| policy_words(policy, sink));
    }
    for node in samples(site) {
        let devices = links(site, node);
        for device in &devices {
            of_device(device, sink);
        }
        defaults(node, &devices, sink);
        tables(node, &devices, sink);
    }
}

fn of_device(device: &Link<'_>, sink: &mut Sink) {
    let Some(interface) = device.interface else { return };
    let networks = device.networks.iter().filter_map(|network| network.cidr.as_ref());
    let nets = networks.map(|cidr| IpNet::V4(cidr.value));
    let nets: Vec<IpNet> = nets.chain(interface.addresses.iter().map(|address| address.value.trunc())).collect();
    let asks = interface.said.dhcp4.iter().chain(&interface.said.dhcp6).any(|flag| flag.value);
    for route in &interface.said.route {
        // What the server gives is open: any gateway may be reached.
        let nets = if asks { &[IpNet::V4(Ipv4Net::default())] } else { &nets[..] };
        gateway(route, nets, &format!("interface `{}`", interface.name.value), sink);
    }
    interface.said.routing_policy.iter().for_each(|policy| policy_words(policy, sink));
}

/// A network, or an address.
fn parse_net(text: &str) -> Option<IpNet> {
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    (net.trunc() == net).then_some(net)
}

fn readable(word: &Word, sink: &mut Sink) {
    if parse_net(word).is_none() {
        let message = format!("expected a network such as `10.40.0.0/16`, found `{word}`");
        sink.push(Diagnostic::error("TG0401", word.span, message));
    }
}

fn gateway(route: &Route, nets: &[IpNet], place: &str, sink: &mut Sink) {
    if route.to != *"default" {
        readable(&route.to, sink);
    }
    let Some(via) = &route.via else {
        if route.to == *"default" {
            let message = format!("the default route of {place} has no gateway");
            sink.push(Diagnostic::error("TG0419", route.to.span, message).hint("route default via=\"10.10.0.1\""));
        }
        return;
    };
    let Ok(address) = via.parse::<IpAddr>() else {
        let message = format!("expected the address of a gateway, found `{via}`");
        sink.push(Diagnostic::error("TG0401", via.span, message));
        return;
    };
    if !route.on_link && !nets.iter().any(|net| net.contains(&address)) {
        let message = format!("the gateway `{via}` of the route to `{}` is outside {place}", route.to);
        let known = nets.iter().map(|net| format!("`{net}`")).collect::<Vec<_>>().join(", ");
        let hint = match known.is_empty() {
            true => "the interface has no address that reaches it".to_owned(),
            false => format!("its addresses are in {known}; `on-link=#true` where the gateway is reached all the same"),
        };
        sink.push(Diagnostic::error("TG0419", via.span, message).hint(hint));
    }
}

fn policy_words(policy: &RoutingPolicy, sink: &mut Sink) {
    policy.from.iter().chain(&policy.to).for_each(|word| readable(word, sink));
    if policy.from.is_none() && policy.to.is_none() && policy.mark.is_none() {
        let message = "a routing policy selects no packets, expected `from`, `to` or `mark`";
        sink.push(Diagnostic::error("TG0425", policy.span, message).hint("from=\"10.30.0.0/24\""));
    }
}

/// The routes of a node with the table of each: gateways of networks, and what is said.
fn all<'d>(node: &Node, devices: &'d [Link<'_>]) -> impl Iterator<Item = (Option<&'d Route>, i64, Span)> {
    let own = devices.iter().flat_map(|device| device.interface).flat_map(|interface| &interface.said.route);
    let networks = devices.iter().flat_map(|device| device.networks.iter().copied());
    let here: Vec<_> = networks.filter(|network| node.addresses.contains_key(&network.name.value)).collect();
    let gateways = here.clone().into_iter().filter_map(|network| attachment(node, network)?.gateway);
    let gateways: Vec<_> = gateways.map(|gateway| (None, MAIN, gateway.span)).collect();
    let said = here.into_iter().flat_map(|network| &network.routes).chain(own);
    let said = said.map(|route| (Some(route), route.table.map_or(MAIN, |table| table.0), route.to.span));
    gateways.into_iter().chain(said)
}

/// Two default routes of one table and metric: the system takes one of them, nobody knows which.
fn defaults(node: &Node, devices: &[Link<'_>], sink: &mut Sink) {
    let mut seen: BTreeMap<(i64, i64), Span> = BTreeMap::new();
    for (route, table, span) in all(node, devices) {
        if route.is_some_and(|route| route.to != *"default" && route.to != *"0.0.0.0/0") {
            continue;
        }
        let metric = route.and_then(|route| route.metric).map_or(0, |metric| metric.0);
        if let Some(first) = seen.insert((table, metric), span) {
            let message = format!("node `{}` has two default routes", node.name.value);
            let hint = "replace one by the networks that it leads to, `route \"10.40.0.0/16\" via=...`, or give it a `table` or `metric`";
            sink.push(Diagnostic::error("TG0420", span, message).also(first, "the first").hint(hint));
        }
    }
}

/// Rules whose table has no route.
fn tables(node: &Node, devices: &[Link<'_>], sink: &mut Sink) {
    let filled: Vec<i64> = all(node, devices).map(|(_, table, _)| table).collect();
    let own = devices.iter().flat_map(|device| device.interface).flat_map(|interface| &interface.said.routing_policy);
    let networks = devices.iter().flat_map(|device| device.networks.iter());
    let here = networks.filter(|network| node.addresses.contains_key(&network.name.value));
    for policy in here.flat_map(|network| &network.policies).chain(own) {
        // Below 253 tables are the writer's own (rt_tables: default, main, local).
        if !filled.contains(&policy.table.0) && !(253..=255).contains(&policy.table.0) {
            let message = format!("no route of node `{}` is in table `{}`", node.name.value, policy.table.0);
            let hint = format!("route default via=... table={}", policy.table.0);
            sink.push(Diagnostic::error("TG0425", policy.span, message).hint(hint));
        }
    }
}
