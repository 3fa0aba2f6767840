//! chrony.conf, hosts, sysctl and modules-load of a node.
//!
//! Invariant: a node that others take the time from serves the management network; all others follow such nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::config::file::{Content, Line, Opt, Section, Syntax};
use crate::lower::host::roles::Roles;
use crate::origin::{OriginId, OriginTable};
use crate::spec::site::{Node, Site, Traced};

fn option(name: &str, values: Vec<(String, OriginId)>) -> Opt {
    Opt {
        name: name.to_owned(),
        key: None,
        values: values.into_iter().map(|(text, origin)| (Line::public(text), origin)).collect(),
    }
}

/// chrony.conf (chrony.conf(5)).
pub fn chrony(site: &Site, roles: &Roles<'_>, node: &Node, state: (&[&Node], &mut OriginTable)) -> Content {
    let (servers, origins) = state;
    let origin = origins.written(node.name.span);
    let mut options = Vec::new();
    if roles.in_group(node, "time_server") || servers.is_empty() {
        let mut sources = |name: &str, list: Vec<&Traced<String>>| {
            let values: Vec<_> = list
                .into_iter()
                .map(|source| (format!("{} iburst", source.value), origins.written(source.span)))
                .collect();
            if !values.is_empty() {
                options.push(option(name, values));
            }
        };
        sources("server", site.networks.values().flat_map(|network| &network.ntp).collect());
        sources("pool", site.networks.values().flat_map(|network| &network.ntp_pools).collect());
        if let Some(cidr) = site.networks.get("management").and_then(|network| network.cidr.as_ref()) {
            options.push(option("allow", vec![(cidr.value.to_string(), origins.written(cidr.span))]));
        }
        // The control plane agrees on one time even where its sources are out of reach.
        options.push(option("local", vec![("stratum 10 orphan".to_owned(), origin)]));
    } else {
        let followed = servers.iter().filter_map(|server| server.addresses.get("management"));
        let values =
            followed.map(|address| (format!("{} iburst", address.value), origins.written(address.span))).collect();
        options.push(option("server", values));
    }
    for (name, value) in
        [("driftfile", "/var/lib/chrony/drift"), ("makestep", "1.0 3"), ("rtcsync", ""), ("logdir", "/var/log/chrony")]
    {
        options.push(option(name, vec![(value.to_owned(), origin)]));
    }
    Content::Sections(Syntax::Directives, vec![Section { name: "-".to_owned(), options }])
}

/// Above so many nodes a node's table names itself and the control plane only: tables of all nodes on all nodes would grow
/// with the square of their number.
const WHOLE: usize = 500;

/// The lines that the tables of all nodes share.
pub fn hosts_table(site: &Site, servers: &[&Node]) -> String {
    let mut table = String::new();
    let mut line = |node: &Node| {
        if let Some(address) = node.addresses.get("management") {
            let _ = writeln!(table, "{}\t{}.{} {}", address.value, node.name.value, site.domain.value, node.name.value);
        }
    };
    if site.nodes.len() <= WHOLE {
        site.nodes.iter().for_each(&mut line);
    } else {
        servers.iter().for_each(|node| line(node));
    }
    table
}

/// /etc/hosts (hosts(5)).
pub fn hosts(site: &Site, node: &Node, table: &str, origin: OriginId) -> Content {
    let mut text = String::from("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
    if site.nodes.len() > WHOLE
        && let Some(address) =
            node.addresses.get("management").filter(|address| !table.contains(&format!("{}\t", address.value)))
    {
        let _ = writeln!(text, "{}\t{}.{} {}", address.value, node.name.value, site.domain.value, node.name.value);
    }
    text.push_str(table);
    if let Some(vip) = site.networks.get("management").and_then(|network| network.vip.as_ref()) {
        let _ = writeln!(text, "{}\tcontrol-plane.{}", vip.value, site.domain.value);
    }
    Content::Text(text, origin)
}

/// Kernel parameters (sysctl.d(5)).
pub fn sysctl(values: BTreeMap<String, String>, origin: OriginId) -> Content {
    let options = values.into_iter().map(|(name, value)| option(&name, vec![(value, origin)])).collect();
    Content::Sections(Syntax::Properties, vec![Section { name: "-".to_owned(), options }])
}

/// Kernel modules (modules-load.d(5)).
pub fn modules(modules: &BTreeSet<String>, origin: OriginId) -> Content {
    Content::Text(modules.iter().map(|module| format!("{module}\n")).collect(), origin)
}
