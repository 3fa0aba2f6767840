//! A node's devices as the network scripts of Red Hat have them: ifcfg files (sysconfig.txt of the package initscripts).
//!
//! Invariant: what the options of the file say stays; what these scripts are not written for is a diagnostic, never left out.

use crate::catalog::interface::InterfaceSpec;
use crate::config::file::{ConfigOption, Content, Line, Section};
use crate::diag::Diagnostic;
use crate::lower::config::ConfigFile;
use crate::lower::lowering::Lowering;
use crate::resolve::reference::uuid;
use crate::spec::links::{ETHERNET, Link, LinkKind, links};
use crate::spec::segments::attachment;
use crate::spec::site::{Node, Site};

/// The file of each device of a node: the options that all have, and its own behind them.
pub fn files(lowering: &mut Lowering<'_, '_>, node: &Node, base: &ConfigFile) -> Vec<(String, ConfigFile)> {
    let site = lowering.model.site;
    let mut found = Vec::new();
    for link in links(site, node) {
        if let Some(what) = unwritten(node, &link) {
            let message = format!("device `{}` has {what}, which the site's distribution gets no file for", link.name);
            let hint = "give the node its own: `host { file \"/etc/sysconfig/network-scripts/...\" ... }`, and leave the interface out";
            lowering.sink.push(Diagnostic::error("TG0676", link.span, message).hint(hint));
            continue;
        }
        let origin = lowering.draft(link.span).0;
        let mut file = base.clone();
        let Content::Sections(_, sections) = &mut file.public else { continue };
        if sections.is_empty() {
            sections.push(Section { name: "-".to_owned(), options: Vec::new() });
        }
        let Some(section) = sections.first_mut() else { continue };
        for (name, value) in options(site, node, &link) {
            if section.options.iter().all(|option| option.name != name) {
                let values = vec![(Line::public(value), origin)];
                section.options.push(ConfigOption::new(name, Some(link.span), values));
            }
        }
        found.push((link.name, file));
    }
    found
}

/// What of a device no option here says.
fn unwritten(node: &Node, link: &Link<'_>) -> Option<&'static str> {
    let said: Option<&InterfaceSpec> = link.interface.map(|interface| &*interface.said);
    let is_said = |test: &dyn Fn(&InterfaceSpec) -> bool| said.is_some_and(test);
    let routes = link.networks.iter().any(|network| !network.routes.is_empty() || !network.policies.is_empty());
    let is_routed = link.networks.iter().filter_map(|network| attachment(node, network)).any(|own| own.rest.is_some());
    match link.kind {
        LinkKind::Bond => Some("members of a bond"),
        LinkKind::Bridge => Some("ports of a bridge"),
        LinkKind::Tunnel => Some("a tunnel"),
        _ if routes || is_routed || is_said(&|said| !said.route.is_empty() || !said.routing_policy.is_empty()) => {
            Some("routes")
        }
        _ if is_said(&|said| said.match_card.is_some()) => Some("a match"),
        _ if is_said(&|said| said.virtual_functions.is_some()) => Some("virtual functions"),
        _ => None,
    }
}

/// The options of a device, in the order of the documents.
fn options(site: &Site, node: &Node, link: &Link<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| found.push((name.to_owned(), value));
    let said = link.interface.map(|interface| &interface.said);
    let asks = said.and_then(|said| said.dhcp4.as_ref()).is_some_and(|dhcp| dhcp.value);
    add("BOOTPROTO", if asks { "dhcp" } else { "none" }.to_owned());
    if said.and_then(|said| said.dhcp6.as_ref()).is_some_and(|dhcp| dhcp.value) {
        add("DHCPV6C", "yes".to_owned());
    }
    match &link.kind {
        LinkKind::Vlan(_, below) => {
            add("TYPE", "Vlan".to_owned());
            add("VLAN", "yes".to_owned());
            add("PHYSDEV", below.clone());
        }
        _ => add("TYPE", "Ethernet".to_owned()),
    }
    add("NAME", link.name.clone());
    add("UUID", uuid([&site.name.value, &node.name.value, &link.name]));
    add("DEVICE", link.name.clone());
    let own = link.interface.into_iter().flat_map(|interface| &interface.addresses).map(|address| address.value);
    let here: Vec<_> = link.networks.iter().filter_map(|network| attachment(node, network)).collect();
    for (index, net) in here.iter().map(|attached| attached.address).chain(own).enumerate() {
        // The first has no number; the next is IPADDR1.
        let number = if index == 0 { String::new() } else { index.to_string() };
        add(&format!("IPADDR{number}"), net.addr().to_string());
        add(&format!("PREFIX{number}"), net.prefix_len().to_string());
    }
    if let Some(gateway) = here.iter().find_map(|attached| attached.gateway) {
        add("GATEWAY", gateway.value.to_string());
    }
    let servers = link.networks.iter().filter(|network| attachment(node, network).is_some());
    for (index, server) in servers.flat_map(|network| &network.dns).enumerate() {
        add(&format!("DNS{}", index + 1), server.value.to_string());
    }
    if link.mtu != ETHERNET {
        add("MTU", link.mtu.to_string());
    }
    found
}
