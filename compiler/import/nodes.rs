//! Hosts of an inventory, or of tables of hosts, to nodes; the management network around their addresses.
//!
//! Invariant: names of nodes are DNS labels and unique; an address that the input does not say is told as assumed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::draft::{Draft, Leaf, Place, Scalar};
use super::inventory::Inventory;
use super::key::{Data, Key, Role};
use super::mapping::Mapping;
use super::pattern::glob;
use super::report::Assumed;

/// The name of the node of a site whose input names no host.
pub const ONLY: &str = "aio";

/// A machine.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its name in the spec.
    pub name: String,
    /// Its name in the input.
    pub source: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Its roles.
    pub roles: Vec<String>,
    /// Its management address.
    pub address: Option<Ipv4Addr>,
    /// The variable that the address comes from.
    pub address_from: String,
}

/// Hosts that a variable is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// What a group of them is called.
    pub name: String,
    /// Their names in the spec.
    pub hosts: BTreeSet<String>,
    /// Whether one host says it, and others of its kind do not.
    pub is_alone: bool,
}

/// Moves the hosts of host tables (GROUP.HOST.VARIABLE) into the inventory.
pub fn of_tables(mapping: &Mapping, keys: &mut [Key], inventory: &mut Inventory) {
    for key in keys.iter_mut().filter(|key| key.role == Role::Values) {
        let [group, host, rest @ ..] = key.path.as_slice() else { continue };
        if !mapping.host_tables.iter().any(|pattern| glob(pattern, group, &mut Vec::new()).is_some()) {
            continue;
        }
        let variables = inventory.host(group, host);
        if let ([variable], Some(text)) = (rest, key.data.text()) {
            variables.insert(variable.clone(), text);
        }
    }
}

/// The machines that have a role.
pub fn hosts(mapping: &Mapping, inventory: &Inventory) -> Vec<Host> {
    let mut found: Vec<Host> = Vec::new();
    let mut names = Names::default();
    let members: Vec<(&str, BTreeSet<&str>)> =
        inventory.groups().map(|group| (group, inventory.members(group))).collect();
    for (source, variables) in &inventory.hosts {
        let groups: Vec<String> = members
            .iter()
            .filter(|(_, hosts)| hosts.contains(source.as_str()))
            .map(|(group, _)| (*group).to_owned())
            .collect();
        let mut roles: Vec<String> = Vec::new();
        for (pattern, rule) in &mapping.groups {
            let fits = groups.iter().any(|group| glob(pattern.as_str(), group, &mut Vec::new()).is_some());
            for role in rule.roles.iter().filter(|_| fits) {
                if !roles.iter().any(|known| known == role.as_str()) {
                    roles.push(role.to_string());
                }
            }
        }
        if roles.is_empty() {
            continue;
        }
        let named = mapping.addresses.iter().find_map(|name| {
            let address = decimal(variables.get(name.as_str())?)?;
            Some((address, name.to_string()))
        });
        let (address, address_from) = match named {
            Some((address, from)) => (Some(address), from),
            None => (decimal(source), String::new()),
        };
        let name = names.label(source);
        found.push(Host { name, source: source.clone(), groups, roles, address, address_from });
    }
    found
}

/// What the groups with hosts say of a site: the places, and the name of the group.
pub fn meant(mapping: &Mapping, inventory: &Inventory) -> Vec<(String, String)> {
    let with_hosts = inventory.groups().filter(|group| !inventory.members(group).is_empty());
    let mut found = Vec::new();
    for group in with_hosts {
        let fits = |pattern: &str| glob(pattern, group, &mut Vec::new()).is_some();
        let rules = mapping.groups.iter().filter(|(pattern, _)| fits(pattern.as_str()));
        found.extend(rules.flat_map(|(_, rule)| &rule.to).map(|to| (to.clone(), group.to_owned())));
    }
    found
}

/// Gives a role that no host has to the hosts of another.
pub fn fall_back(mapping: &Mapping, hosts: &mut [Host], assumed: &mut Vec<Assumed>) {
    for (role, fallback) in &mapping.fallbacks {
        let has = |host: &Host, role: &str| host.roles.iter().any(|known| known == role);
        if hosts.iter().any(|host| has(host, role.as_str())) {
            continue;
        }
        for host in hosts.iter_mut().filter(|host| has(host, fallback.from.as_str())) {
            host.roles.push(role.to_string());
            let place = format!("node {} > roles {role}", host.name);
            let reason =
                format!("the input has no host with this role: those with the role `{}` have it", fallback.from);
            assumed.push(Assumed { place, reason });
        }
    }
}

/// An IPv4 address, also one whose parts begin with zeros.
fn decimal(text: &str) -> Option<Ipv4Addr> {
    let parts: Option<Vec<u8>> = text.split('.').map(|part| part.parse().ok()).collect();
    <[u8; 4]>::try_from(parts?).ok().map(Ipv4Addr::from)
}

/// The names of nodes, each once.
#[derive(Debug, Default)]
struct Names {
    taken: BTreeSet<String>,
    /// The last number behind a name.
    numbers: BTreeMap<String, usize>,
}

impl Names {
    /// A DNS label that no other host has.
    fn label(&mut self, source: &str) -> String {
        let first = if decimal(source).is_some() { source } else { source.split('.').next().unwrap_or(source) };
        let short = clean(first);
        for name in [&short, &clean(source)] {
            if self.taken.insert(name.clone()) {
                return name.clone();
            }
        }
        let number = self.numbers.entry(short.clone()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{short}-{number}");
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// A text as a DNS label.
pub fn clean(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let text: String = text.trim_matches('-').chars().take(63).collect();
    if text.is_empty() { "node".to_owned() } else { text }
}

/// Puts the nodes and the management network into the draft.
pub fn put(hosts: &mut [Host], draft: &mut Draft, assumed: &mut Vec<Assumed>) {
    let text = |draft: &Draft, place: &str| {
        let leaf = draft.leaves.iter().find(|leaf| leaf.place.shown() == place)?;
        leaf.values.first().map(Scalar::text)
    };
    let vip = text(draft, "network management vip=").and_then(|text| decimal(&text));
    let said: Option<Ipv4Net> = text(draft, "network management cidr=").and_then(|text| text.parse().ok());
    let known = hosts.iter().filter_map(|host| host.address).collect();
    let cidr = said.unwrap_or_else(|| around_all(known, vip));
    for host in hosts.iter_mut() {
        host.address = host.address.filter(|address| cidr.contains(address));
    }
    let mut taken: BTreeSet<Ipv4Addr> = hosts.iter().filter_map(|host| host.address).chain(vip).collect();
    if said.is_none() {
        let reason = "the network around the addresses of the input: look at its prefix";
        assume(draft, assumed, ("network management @cidr", &cidr.to_string()), reason);
    }
    let mut free = cidr.hosts().skip(10);
    for host in hosts.iter_mut().filter(|host| host.address.is_none()) {
        host.address = free.find(|address| taken.insert(*address));
        let Some(address) = host.address else { continue };
        let place = format!("node {} @management", host.name);
        assume(
            draft,
            assumed,
            (&place, &address.to_string()),
            "the input has no address of this host in the management network: set it",
        );
    }
    if hosts.is_empty() {
        if let Some(address) = free.find(|address| taken.insert(*address)) {
            let reason = "the input names no host: one node that does everything";
            let place = format!("node {ONLY} @management");
            assume(draft, assumed, (&place, &address.to_string()), reason);
            let mut note = reason;
            for role in ["controller", "network", "compute"] {
                let (place, _) = Place::parse(&format!("node {ONLY} > roles +"));
                let values = vec![Scalar::Text(role.to_owned())];
                draft.put(Leaf { place, values, owners: vec![], note: std::mem::take(&mut note).to_owned() });
            }
        }
        return;
    }
    for host in hosts.iter() {
        let Some(address) = host.address else { continue };
        let place = format!("node {} @management", host.name);
        let (place, _) = Place::parse(&place);
        if !draft.holds(&place) {
            let values = vec![Scalar::Text(address.to_string())];
            draft.put(Leaf { place, values, owners: vec![], note: String::new() });
        }
        for role in &host.roles {
            let (place, _) = Place::parse(&format!("node {} > roles +", host.name));
            let values = vec![Scalar::Text(role.clone())];
            draft.put(Leaf { place, values, owners: vec![], note: String::new() });
        }
    }
}

/// Gives nodes addresses in networks that their interfaces are in and of which the input says no more: where it names an interface, the
/// host's own address counts there.
pub fn addresses(mapping: &Mapping, draft: &mut Draft, assumed: &mut Vec<Assumed>) {
    let in_networks = draft.leaves.iter().filter(|leaf| leaf.place.property.as_deref() == Some("network"));
    let carriers: Vec<(String, String)> = in_networks
        .filter_map(|leaf| match (leaf.place.steps.as_slice(), leaf.values.as_slice()) {
            ([node, interface], [Scalar::Text(network)]) if node.name == "node" && interface.name == "interface" => {
                Some((network.clone(), node.argument.clone()?))
            }
            _ => None,
        })
        .collect();
    let networks: BTreeSet<&str> =
        carriers.iter().map(|(network, _)| network.as_str()).filter(|network| *network != "management").collect();
    let nodes = |network: &str| -> BTreeSet<&str> {
        carriers.iter().filter(|(known, _)| known == network).map(|(_, node)| node.as_str()).collect()
    };
    // A node whose interfaces are named has one for its own address.
    if let Some(carrier) = &mapping.carrier {
        let all: BTreeSet<&str> = carriers.iter().map(|(_, node)| node.as_str()).collect();
        for node in all.difference(&nodes("management")) {
            let place = format!("node {node} > interface {carrier} @network");
            assume(draft, assumed, (&place, "management"), "the input does not name the interface of this network");
        }
    }
    // Two networks for tests between devices (RFC 2544) that no site has.
    let mut free = [18, 19].map(|part| Ipv4Net::new_assert(Ipv4Addr::new(198, part, 0, 0), 16)).into_iter();
    for network in networks {
        let place = Place::parse(&format!("network {network} @cidr")).0;
        let said = draft.get(&place).and_then(|leaf| leaf.values.first()?.text().parse::<Ipv4Net>().ok());
        let reason = "the input names its interface alone: set the network and the addresses of its nodes";
        let Some(cidr) = said.or_else(|| free.next()) else { continue };
        if said.is_none() {
            assume(draft, assumed, (&format!("network {network} @cidr"), &cidr.to_string()), reason);
        }
        for (node, address) in nodes(network).into_iter().zip(cidr.hosts().skip(10)) {
            assume(draft, assumed, (&format!("node {node} @{network}"), &address.to_string()), reason);
        }
    }
}

/// Puts what the input does not say.
pub fn assume(draft: &mut Draft, assumed: &mut Vec<Assumed>, (place, value): (&str, &str), reason: &str) {
    let (place, _) = Place::parse(place);
    assumed.push(Assumed { place: format!("{} {value}", place.shown()), reason: reason.to_owned() });
    let note = format!("assumed: {reason}");
    draft.put(Leaf { place, values: vec![Scalar::of(value)], owners: vec![], note });
}

/// The widest network that addresses are taken to be in together.
const WIDEST: u8 = 16;

/// The management network: around the hosts and the virtual address, or around that alone where the hosts are reached in another network.
fn around_all(hosts: BTreeSet<Ipv4Addr>, vip: Option<Ipv4Addr>) -> Ipv4Net {
    let all: BTreeSet<Ipv4Addr> = hosts.iter().copied().chain(vip).collect();
    let whole = around(&all);
    let is_one = whole.prefix_len() >= WIDEST && all.iter().all(|address| whole.contains(address));
    if is_one {
        return whole;
    }
    let part = |address: &Ipv4Addr| Ipv4Net::new(*address, WIDEST).map(|network| network.network()).ok();
    let near = |one: &Ipv4Addr| -> BTreeSet<Ipv4Addr> {
        hosts.iter().copied().filter(|other| part(other) == part(one)).collect()
    };
    match vip {
        Some(vip) => around(&near(&vip).into_iter().chain([vip]).collect()),
        // Of several networks that of the most hosts.
        None => hosts.iter().map(near).max_by_key(BTreeSet::len).map_or(whole, |most| around(&most)),
    }
}

/// The smallest network of at most 254 hosts around addresses, or a larger one where they do not fit into it.
fn around(addresses: &BTreeSet<Ipv4Addr>) -> Ipv4Net {
    let usual = Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 50, 0), 24);
    let (Some(first), Some(last)) = (addresses.first(), addresses.last()) else { return usual };
    let fits = |prefix: &u8| Ipv4Net::new(*first, *prefix).is_ok_and(|network| network.contains(last));
    let prefix = (8..=24).rev().find(fits).unwrap_or(8);
    Ipv4Net::new(*first, prefix).map_or(usual, |network| network.trunc())
}

/// Says of the keys of host tables what became of them; addresses are put into the draft.
pub fn table_keys(keys: &[Key], hosts: &[Host], mapping: &Mapping) -> Vec<(usize, Option<String>)> {
    let mut found = Vec::new();
    for (number, key) in keys.iter().enumerate().filter(|(_, key)| key.role == Role::Values) {
        let [group, host, rest @ ..] = key.path.as_slice() else { continue };
        if !mapping.host_tables.iter().any(|pattern| glob(pattern, group, &mut Vec::new()).is_some()) {
            continue;
        }
        let node = hosts.iter().find(|known| known.source == *host);
        let is_address = matches!(rest, [variable] if node.is_some_and(|node| node.address_from == *variable));
        if is_address || rest.is_empty() && key.data == Data::Null {
            found.push((number, node.map(|node| node.name.clone())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_holds_every_address() {
        let set = |texts: &[&str]| texts.iter().filter_map(|text| decimal(text)).collect::<BTreeSet<_>>();
        assert_eq!(around(&set(&["10.0.0.5", "10.0.0.200"])).to_string(), "10.0.0.0/24");
        assert_eq!(around(&set(&["172.29.236.9", "172.29.239.13"])).to_string(), "172.29.236.0/22");
        assert_eq!(around(&set(&[])).to_string(), "192.168.50.0/24");
        let all = |texts: &[&str], vip: Option<&str>| around_all(set(texts), vip.and_then(decimal)).to_string();
        assert_eq!(all(&["10.0.0.5", "10.0.1.7"], Some("10.0.0.9")), "10.0.0.0/23");
        // Hosts that are reached in another network than that of the virtual address have no address in it.
        assert_eq!(all(&["192.0.2.5", "192.0.2.6"], Some("10.0.0.9")), "10.0.0.0/24");
        assert_eq!(all(&["192.0.2.5", "10.1.0.6", "10.1.3.7"], None), "10.1.0.0/22");
        assert_eq!(all(&[], None), "192.168.50.0/24");
    }

    #[test]
    fn addresses_may_have_zeros_in_front() {
        assert_eq!(decimal("10.74.8.090"), Some(Ipv4Addr::new(10, 74, 8, 90)));
        assert_eq!(decimal("10.74.8"), None);
        let mut names = Names::default();
        let sources = ["a.b.c", "10.0.0.1", "Ctl_1", "a.b.d", "a.b.c!", "a.b.c!!"];
        let labels = ["a", "10-0-0-1", "ctl-1", "a-b-d", "a-b-c", "a-2"];
        assert_eq!(sources.map(|source| names.label(source)), labels);
    }
}
