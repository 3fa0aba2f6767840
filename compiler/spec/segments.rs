//! Routed networks: the segment that a node's address is in decides its prefix, gateways and VLAN.
//!
//! Invariant: a network without segments is one segment, the network itself.

use ipnet::{IpNet, Ipv4Net};
use std::net::Ipv4Addr;

use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::spec::site::{Network, Node, Segment, Site, Traced};

/// What a node has of a network.
#[derive(Debug, Clone)]
pub struct Attachment<'s> {
    /// Its address, with the length of the segment's prefix.
    pub address: IpNet,
    /// Its default gateway.
    pub gateway: Option<&'s Traced<Ipv4Addr>>,
    /// The whole network, and the gateway to its other segments.
    pub rest: Option<(Ipv4Net, &'s Traced<Ipv4Addr>)>,
}

/// What a node has of a network in which it has an address.
pub fn attachment<'s>(node: &Node, network: &'s Network) -> Option<Attachment<'s>> {
    let (address, cidr) = node.addresses.get(&network.name.value).zip(network.cidr.as_ref())?;
    let segment = segment(network, address.value);
    let prefix = segment.map_or(cidr.value, |segment| segment.cidr.value).prefix_len();
    Some(Attachment {
        address: IpNet::new(address.value.into(), prefix).ok()?,
        gateway: segment.and_then(|segment| segment.gateway.as_ref()).or(network.gateway.as_ref()),
        rest: segment.and_then(|segment| segment.via.as_ref()).map(|via| (cidr.value, via)),
    })
}

/// The VLAN of a network for a node.
pub fn vlan(node: &Node, network: &Network) -> Option<i64> {
    let segment = node.addresses.get(&network.name.value).and_then(|address| segment(network, address.value));
    let own = segment.and_then(|segment| segment.vlan.as_ref());
    own.or(network.vlan.as_ref()).map(|vlan| vlan.value.0)
}

fn segment(network: &Network, address: Ipv4Addr) -> Option<&Segment> {
    network.segments.iter().find(|segment| segment.cidr.value.contains(&address))
}

/// Is it an address that a host of the network can have?
fn is_host(net: Ipv4Net, address: Ipv4Addr) -> bool {
    // Networks of two addresses (RFC 3021) and of one have no address of the network itself.
    let reserved = net.prefix_len() < 31 && (address == net.network() || address == net.broadcast());
    net.contains(&address) && !reserved
}

/// Pushes a diagnostic for segments that are no parts of their network, cannot reach the others, or miss a node.
pub fn segments(site: &Site, sink: &mut Sink) {
    for network in site.networks.values().filter(|network| !network.segments.is_empty()) {
        parts(network, sink);
        network.segments.iter().for_each(|segment| gateways(network, segment, sink));
        whole(network, sink);
    }
    let mut told: Vec<Span> = Vec::new();
    for node in &site.nodes {
        for (name, address) in &node.addresses {
            let Some(network) = site.networks.get(name).filter(|network| !network.segments.is_empty()) else {
                continue;
            };
            let is_inside = network.cidr.as_ref().is_some_and(|cidr| cidr.value.contains(&address.value));
            let part = segment(network, address.value);
            let is_usable = part.is_some_and(|segment| is_host(segment.cidr.value, address.value));
            if is_inside && !is_usable && !told.contains(&address.span) {
                told.push(address.span);
                let parts: Vec<String> = network.segments.iter().map(|part| format!("`{}`", part.cidr.value)).collect();
                let message = format!(
                    "`{}` of node `{}` is not a host address of any segment of network `{name}`",
                    address.value, node.name.value
                );
                let hint = format!("its segments are {}", parts.join(", "));
                sink.push(Diagnostic::error("TG0472", address.span, message).hint(hint));
            }
        }
    }
}

/// Each segment is a part of the network, and none of another segment.
fn parts(network: &Network, sink: &mut Sink) {
    for (place, segment) in network.segments.iter().enumerate() {
        let cidr = segment.cidr.value;
        let whole = network.cidr.as_ref();
        if let Some(whole) = whole.filter(|whole| !whole.value.contains(&cidr) || cidr.trunc() != cidr) {
            let message =
                format!("segment `{cidr}` is not a part of network `{}`, `{}`", network.name.value, whole.value);
            let hint = "the network's `cidr` holds all of its segments";
            sink.push(
                Diagnostic::error("TG0470", segment.cidr.span, message).also(whole.span, "the network").hint(hint),
            );
        }
        let before = network.segments.iter().take(place);
        let shares =
            |other: &&Segment| other.cidr.value.contains(&cidr.network()) || cidr.contains(&other.cidr.value.network());
        if let Some(other) = before.into_iter().find(shares) {
            let message =
                format!("segments `{}` and `{cidr}` of network `{}` overlap", other.cidr.value, network.name.value);
            sink.push(
                Diagnostic::error("TG0470", segment.cidr.span, message).also(other.cidr.span, "the other segment"),
            );
        }
    }
    if network.cidr.is_none() {
        let message = format!("network `{}` has segments and no `cidr`", network.name.value);
        let hint = "set the range of all segments together: cidr=\"10.20.0.0/16\"";
        sink.push(Diagnostic::error("TG0470", network.name.span, message).hint(hint));
    }
}

/// The gateways of a segment are in it, and the others are reached.
fn gateways(network: &Network, segment: &Segment, sink: &mut Sink) {
    for (what, address) in [("gateway", &segment.gateway), ("via", &segment.via)] {
        let Some(address) = address.as_ref().filter(|address| !is_host(segment.cidr.value, address.value)) else {
            continue;
        };
        let message = format!("`{what}` `{}` is not a host address of segment `{}`", address.value, segment.cidr.value);
        sink.push(Diagnostic::error("TG0471", address.span, message).also(segment.cidr.span, "the segment"));
    }
    if network.segments.len() > 1 && segment.gateway.is_none() && segment.via.is_none() {
        let message = format!(
            "nodes in segment `{}` of network `{}` do not reach its other segments",
            segment.cidr.value, network.name.value
        );
        let first = segment.cidr.value.hosts().next().map(|host| format!("via=\"{host}\""));
        let diagnostic = Diagnostic::error("TG0471", segment.cidr.span, message);
        sink.push(first.into_iter().fold(diagnostic, Diagnostic::hint));
    }
}

/// What a routed network cannot say as a whole: its gateways differ.
fn whole(network: &Network, sink: &mut Sink) {
    let gateway = network.gateway.as_ref().map(|gateway| ("gateway", gateway.span));
    let routes = network.routes.iter().filter_map(|route| Some(("route", route.via.as_ref()?.span)));
    for (what, span) in gateway.into_iter().chain(routes) {
        let message =
            format!("`{what}` of network `{}`, which has segments, is a gateway of one of them", network.name.value);
        let hint = match what {
            "gateway" => "set it on the segment: segment \"10.20.1.0/24\" gateway=\"10.20.1.1\"",
            _ => "set it on the nodes' interfaces",
        };
        sink.push(Diagnostic::error("TG0471", span, message).hint(hint));
    }
}
