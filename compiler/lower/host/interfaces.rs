//! A node's devices as netplan has them.
//!
//! Invariant: every address of the node that an interface carries is on a device; no device sends more than the network of an
//! address takes: where others on it have larger packets, the address's routes are bounded.

use crate::catalog::interface::{Parameter, Parameters, Route, RoutingPolicy, TunnelMode};
use crate::kube::item::{Item, Text};
use crate::lower::draft::ItemBuilder;
use crate::origin::OriginTable;
use crate::spec::links::{ETHERNET, Link, LinkKind, links};
use crate::spec::segments::{Attachment, attachment};
use crate::spec::site::{Network, Node, Site};

/// The netplan document of a node that declares interfaces.
pub fn interfaces(site: &Site, node: &Node, origins: &mut OriginTable) -> Option<Item> {
    if node.interfaces.is_empty() {
        return None;
    }
    let root = ItemBuilder(origins.written(node.name.span));
    let all = links(site, node);
    let (mut ethernets, mut bonds, mut bridges, mut vlans) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut tunnels = Vec::new();
    for link in &all {
        let draft = ItemBuilder(origins.written(link.span));
        let entry = (Text::Owned(link.name.clone()), device(draft, node, link, &all));
        match link.kind {
            LinkKind::Ethernet => ethernets.push(entry),
            LinkKind::Bond => bonds.push(entry),
            LinkKind::Bridge => bridges.push(entry),
            LinkKind::Vlan(..) => vlans.push(entry),
            LinkKind::Tunnel => tunnels.push(entry),
        }
    }
    let group = |entries: Vec<(Text, Item)>| (!entries.is_empty()).then(|| root.named(entries));
    let network = root.some([
        ("version", Some(root.integer(2))),
        ("renderer", Some(root.text("networkd"))),
        ("ethernets", group(ethernets)),
        ("bonds", group(bonds)),
        ("bridges", group(bridges)),
        ("vlans", group(vlans)),
        ("tunnels", group(tunnels)),
    ]);
    Some(root.map([("network", network)]))
}

fn device(draft: ItemBuilder, node: &Node, link: &Link<'_>, all: &[Link<'_>]) -> Item {
    let said = link.interface.map(|interface| &interface.said);
    let asks = |flag: Option<bool>| draft.flag(flag.unwrap_or(false));
    let mut item = draft.map([
        ("dhcp4", asks(said.and_then(|said| Some(said.dhcp4.as_ref()?.value)))),
        ("dhcp6", asks(said.and_then(|said| Some(said.dhcp6.as_ref()?.value)))),
    ]);
    card(draft, link, &mut item);
    layer_three(draft, node, link, &mut item);
    if let LinkKind::Vlan(id, below) = &link.kind {
        item.set("id", draft.integer(*id));
        item.set("link", draft.text(below.clone()));
    }
    // A VLAN has the MTU of the device below where nobody says another.
    let usual = match &link.kind {
        LinkKind::Vlan(_, below) => all.iter().find(|other| other.name == *below).map_or(ETHERNET, |below| below.mtu),
        _ => ETHERNET,
    };
    if (link.mtu, usual) != (ETHERNET, ETHERNET) {
        item.set("mtu", draft.integer(link.mtu));
    }
    match &link.kind {
        LinkKind::Ethernet | LinkKind::Vlan(..) => {}
        LinkKind::Tunnel => tunnel(draft, link, &mut item),
        LinkKind::Bond => bond(draft, link, &mut item),
        LinkKind::Bridge => {
            let said = said.into_iter().flat_map(|said| &said.ports);
            item.set("interfaces", draft.texts(said.map(|port| port.to_string())));
            let told = link.interface.and_then(|interface| interface.said.bridge_parameters.as_ref());
            if let Some(told) = told {
                item.set("parameters", draft.named(parameters(draft, &told.0)));
            }
        }
    }
    item
}

/// Which card it is, and what its hardware does.
fn card(draft: ItemBuilder, link: &Link<'_>, item: &mut Item) {
    let Some(interface) = link.interface.filter(|_| link.kind == LinkKind::Ethernet) else { return };
    if let Some(card) = &interface.said.match_card {
        let wanted = draft.some([
            ("macaddress", interface.mac.as_ref().map(|mac| draft.text(mac.to_string()))),
            ("driver", card.driver.as_ref().map(|driver| draft.text(driver.to_string()))),
            ("name", card.name.as_ref().map(|name| draft.text(name.to_string()))),
        ]);
        item.set("match", wanted);
        item.set("set-name", draft.text(link.name.clone()));
    }
    if let Some(count) = &interface.said.virtual_functions {
        item.set("virtual-function-count", draft.integer(count.value.0));
    }
}

fn tunnel(draft: ItemBuilder, link: &Link<'_>, item: &mut Item) {
    let Some(interface) = link.interface else { return };
    let Some(said) = &interface.said.tunnel else { return };
    item.set("mode", draft.text(said.mode.word()));
    let local = interface.local.as_ref().unwrap_or(&said.local);
    item.set("local", draft.text(local.to_string()));
    item.set("remote", draft.text(said.remote.to_string()));
    if let Some(id) = &said.id {
        let field = if said.mode == TunnelMode::Vxlan { "id" } else { "key" };
        item.set(field, draft.integer(id.value.0));
    }
}

fn bond(draft: ItemBuilder, link: &Link<'_>, item: &mut Item) {
    let Some(said) = link.interface.map(|interface| &interface.said) else { return };
    item.set("interfaces", draft.texts(said.bond.iter().map(|member| member.to_string())));
    let mode = said.mode.as_ref().map_or("802.3ad", |mode| mode.value.word());
    let mut told = vec![(Text::Borrowed("mode"), draft.text(mode))];
    let own = said.bond_parameters.as_ref().map(|told| &told.0);
    let asks_addresses = own.is_some_and(|own| own.get("arp-interval").is_some());
    // Without either, a bond never sees that a member is down.
    if !asks_addresses && own.is_none_or(|own| own.get("mii-monitor-interval").is_none()) {
        told.push((Text::Borrowed("mii-monitor-interval"), draft.integer(100)));
    }
    told.extend(own.into_iter().flat_map(|own| parameters(draft, own)));
    item.set("parameters", draft.named(told));
}

fn parameters(draft: ItemBuilder, told: &Parameters) -> Vec<(Text, Item)> {
    let one = |value: &Parameter| match value {
        Parameter::Integer(number) => draft.integer(*number),
        Parameter::Flag(flag) => draft.flag(*flag),
        Parameter::Text(text) => draft.text(text.clone()),
        Parameter::Texts(texts) => draft.texts(texts.clone()),
    };
    told.0.iter().map(|(name, value)| (Text::Owned(name.to_string()), one(value))).collect()
}

/// Addresses, routes, rules and name servers.
fn layer_three(draft: ItemBuilder, node: &Node, link: &Link<'_>, item: &mut Item) {
    let here: Vec<(&Network, Attachment<'_>)> =
        link.networks.iter().filter_map(|network| Some((*network, attachment(node, network)?))).collect();
    let own = link.interface.into_iter().flat_map(|interface| &interface.addresses).map(|address| address.value);
    let addresses: Vec<String> =
        here.iter().map(|(_, own)| own.address).chain(own).map(|net| net.to_string()).collect();
    if !addresses.is_empty() {
        item.set("addresses", draft.texts(addresses));
    }
    let mut routes = Vec::new();
    for (network, attachment) in &here {
        let net = attachment.address;
        let bound = (network.mtu.value.0 < link.mtu).then_some(network.mtu.value.0);
        // The kernel's own route to the network has the device's MTU, and stands before another of the same length: halves win.
        for half in bound.and_then(|_| net.trunc().subnets(net.prefix_len() + 1).ok()).into_iter().flatten() {
            routes.push(draft.some([
                ("to", Some(draft.text(half.to_string()))),
                ("scope", Some(draft.text("link"))),
                ("from", Some(draft.text(net.addr().to_string()))),
                ("mtu", bound.map(|mtu| draft.integer(mtu))),
            ]));
        }
        let mtu = || bound.map(|mtu| draft.integer(mtu));
        let rest = attachment.rest.map(|(net, via)| (net.to_string(), via));
        let gateway = attachment.gateway.map(|gateway| ("default".to_owned(), gateway));
        for (to, via) in gateway.into_iter().chain(rest) {
            let (to, via) = (draft.text(to), draft.text(via.value.to_string()));
            routes.push(draft.some([("to", Some(to)), ("via", Some(via)), ("mtu", mtu())]));
        }
        routes.extend(network.routes.iter().map(|known| route(draft, known, bound)));
    }
    let said = link.interface.map(|interface| &interface.said);
    routes.extend(said.into_iter().flat_map(|said| &said.route).map(|known| route(draft, known, None)));
    if !routes.is_empty() {
        item.set("routes", draft.list(routes));
    }
    let rules = here.iter().flat_map(|(network, _)| &network.policies);
    let rules = rules.chain(said.into_iter().flat_map(|said| &said.routing_policy));
    let rules: Vec<Item> = rules.map(|known| rule(draft, known)).collect();
    if !rules.is_empty() {
        item.set("routing-policy", draft.list(rules));
    }
    let servers: Vec<String> =
        here.iter().flat_map(|(network, _)| &network.dns).map(|server| server.value.to_string()).collect();
    if !servers.is_empty() {
        item.set("nameservers", draft.map([("addresses", draft.texts(servers))]));
    }
}

fn route(draft: ItemBuilder, route: &Route, bound: Option<i64>) -> Item {
    draft.some([
        ("to", Some(draft.text(route.to.to_string()))),
        ("via", route.via.as_ref().map(|via| draft.text(via.to_string()))),
        // Without a gateway the receivers are on the link itself.
        ("scope", route.via.is_none().then(|| draft.text("link"))),
        ("metric", route.metric.map(|metric| draft.integer(metric.0))),
        ("table", route.table.map(|table| draft.integer(table.0))),
        ("mtu", route.mtu.map(|mtu| mtu.0).or(bound).map(|mtu| draft.integer(mtu))),
        ("on-link", route.on_link.then(|| draft.flag(true))),
    ])
}

fn rule(draft: ItemBuilder, rule: &RoutingPolicy) -> Item {
    draft.some([
        ("from", rule.from.as_ref().map(|from| draft.text(from.to_string()))),
        ("to", rule.to.as_ref().map(|to| draft.text(to.to_string()))),
        ("mark", rule.mark.map(|mark| draft.integer(mark.0))),
        ("table", Some(draft.integer(rule.table.0))),
        ("priority", rule.priority.map(|priority| draft.integer(priority.0))),
    ])
}
