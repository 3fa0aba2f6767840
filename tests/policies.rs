//! Whom the emitted policies let through, by the matching rules that Kubernetes, Calico and Cilium document.
//!
//! - A NetworkPolicy selects pods by labels; what it does not name is refused; several add up
//!   (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
//! - With encapsulation Calico gives a connection of a node's own to a pod on another node the address of the node's tunnel, one of
//!   the pods' network; without it that of the node (https://docs.tigera.io/calico/latest/networking/determine-best-networking).
//! - Cilium knows nodes as entities, and no CIDR selects them (https://docs.cilium.io/en/stable/security/policy/language/#cidr-based).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_yaml::Value;

use crate::support::{objects, sound, template};

/// A peer as the network plugin sees it.
enum Peer<'p> {
    /// A pod: its labels where it is in the site's namespace, and its address.
    Pod(Option<&'p Value>, Ipv4Addr),
    /// A node that is known by an address.
    Address(Ipv4Addr),
    /// A node that is known as `remote-node`.
    Entity,
}

const POD: Ipv4Addr = Ipv4Addr::new(10, 233, 80, 7);

fn site(cni: &str) -> BTreeMap<String, Value> {
    objects(&sound(&format!(
        r#"site test {{
    overlays ovn
    cni {cni}
    network management cidr="192.0.2.0/24" {{ ntp "192.0.2.250"; dns "192.0.2.250" }}
    network tunnel cidr="198.51.100.0/24"
    node "ctl[1-3]" management="192.0.2.[11-13]" tunnel="198.51.100.[11-13]" {{ roles controller network }}
    node "cmp[1-2]" management="192.0.2.[101-102]" tunnel="198.51.100.[101-102]" {{ roles compute }}
    service neutron {{ distributed-floating-ip #false }}
}}
"#
    )))
}

/// The labels of a workload's pods, and whether they use their node's network.
fn pods<'o>(objects: &'o BTreeMap<String, Value>, name: &str) -> (&'o Value, bool) {
    let found = objects.values().find(|object| {
        let kind = object["kind"].as_str().unwrap_or_default();
        object["metadata"]["name"] == name && ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind)
    });
    let template = found.and_then(template).unwrap_or_else(|| panic!("no workload {name}"));
    (&template["metadata"]["labels"], template["spec"]["hostNetwork"] == true)
}

fn selects(selector: &Value, labels: &Value) -> bool {
    selector["matchLabels"].as_mapping().into_iter().flatten().all(|(key, value)| labels.get(key) == Some(value))
}

fn is_peer(rule: &Value, peer: &Peer<'_>) -> bool {
    let block = rule["ipBlock"]["cidr"].as_str().map(|cidr| cidr.parse::<Ipv4Net>().expect("a network"));
    match (peer, block) {
        (Peer::Pod(_, address) | Peer::Address(address), Some(net)) => net.contains(address),
        (Peer::Pod(Some(labels), _), None) => selects(&rule["podSelector"], labels),
        _ => false,
    }
}

fn has_port(rule: &Value, port: u64) -> bool {
    let ports = rule["ports"].as_sequence();
    ports.is_none_or(|ports| ports.iter().any(|known| known["port"] == port && known["protocol"] != "UDP"))
}

/// Does a side of the policies of a pod let a peer through?
fn passes(objects: &BTreeMap<String, Value>, labels: &Value, side: (&str, &str), peer: &Peer<'_>, port: u64) -> bool {
    let (side, word) = side;
    let of_kind = |kind: &'static str| objects.values().filter(move |object| object["kind"] == kind);
    let mut is_bound = false;
    for policy in of_kind("NetworkPolicy").filter(|policy| selects(&policy["spec"]["podSelector"], labels)) {
        is_bound = true;
        let rules = policy["spec"][side].as_sequence().into_iter().flatten();
        let peers =
            |rule: &Value| rule[word].as_sequence().is_none_or(|list| list.iter().any(|one| is_peer(one, peer)));
        if rules.into_iter().any(|rule| has_port(rule, port) && peers(rule)) {
            return true;
        }
    }
    let entities = if side == "ingress" { "fromEntities" } else { "toEntities" };
    for policy in of_kind("CiliumNetworkPolicy") {
        if !matches!(peer, Peer::Entity) || !selects(&policy["spec"]["endpointSelector"], labels) {
            continue;
        }
        is_bound = true;
        for rule in policy["spec"][side].as_sequence().into_iter().flatten() {
            let names = rule[entities].as_sequence().expect("entities");
            let ports = rule["toPorts"]
                .as_sequence()
                .map(|list| list.iter().flat_map(|to| to["ports"].as_sequence().expect("ports")));
            let is_open = ports.is_none_or(|mut ports| ports.any(|known| known["port"] == port.to_string().as_str()));
            if is_open && names.iter().any(|name| name == "remote-node") {
                return true;
            }
        }
    }
    !is_bound
}

/// May the pods of a workload connect to a port of another's?
fn flows(objects: &BTreeMap<String, Value>, node: &Peer<'_>, flow: (&str, &str, u64)) -> bool {
    let (from, to, port) = flow;
    let (source, source_is_node) = pods(objects, from);
    let (target, target_is_node) = pods(objects, to);
    // A node is connected to by its own address, whatever carries the packets.
    let address = match node {
        Peer::Entity => Peer::Entity,
        _ => Peer::Address(Ipv4Addr::new(192, 0, 2, 101)),
    };
    let (to_target, from_source) = (Peer::Pod(Some(target), POD), Peer::Pod(Some(source), POD));
    let leaves = source_is_node
        || passes(objects, source, ("egress", "to"), if target_is_node { &address } else { &to_target }, port);
    let enters = target_is_node
        || passes(objects, target, ("ingress", "from"), if source_is_node { node } else { &from_source }, port);
    leaves && enters
}

const NEEDED: &[(&str, &str, u64)] = &[
    ("nova-compute", "rabbitmq", 5672),
    ("nova-compute", "keystone-api", 5000),
    ("nova-compute", "neutron-server", 9696),
    ("nova-compute", "placement-api", 8778),
    ("nova-compute", "glance-api", 9292),
    ("neutron-ovn-metadata-agent", "nova-api-metadata", 8775),
    ("neutron-ovn-metadata-agent", "ovn-ovsdb-sb", 6642),
    ("ovn-controller", "ovn-ovsdb-sb", 6642),
    ("nova-novncproxy", "nova-compute", 5900),
    ("nova-api-osapi", "mariadb-server", 3306),
    ("nova-conductor", "rabbitmq", 5672),
    ("neutron-server", "ovn-ovsdb-nb", 6641),
    ("ovn-northd", "ovn-ovsdb-nb", 6641),
    ("keystone-api", "mariadb-server", 3306),
    ("horizon", "keystone-api", 5000),
    ("mariadb-server", "mariadb-server", 4567),
];

const UNNEEDED: &[(&str, &str, u64)] = &[
    ("nova-compute", "mariadb-server", 3306),
    ("nova-compute", "mariadb-server", 4567),
    ("nova-compute", "ovn-ovsdb-nb", 6641),
    ("nova-compute", "rabbitmq", 15672),
    ("nova-compute", "rabbitmq", 25672),
    ("ovn-controller", "mariadb-server", 3306),
    ("horizon", "mariadb-server", 3306),
    ("horizon", "rabbitmq", 5672),
    ("keystone-api", "rabbitmq", 15672),
    ("keystone-api", "nova-api-metadata", 8775),
    ("keystone-api", "ovn-ovsdb-sb", 6642),
    ("glance-api", "ovn-ovsdb-nb", 6641),
    ("placement-api", "rabbitmq", 5672),
    ("placement-api", "ovn-ovsdb-sb", 6642),
    ("nova-novncproxy", "ovn-ovsdb-sb", 6642),
    ("nova-conductor", "mariadb-server", 4444),
    ("memcached", "mariadb-server", 3306),
    ("memcached", "keystone-api", 5000),
    ("rabbitmq", "mariadb-server", 3306),
    ("mariadb-server", "rabbitmq", 5672),
];

/// What each plugin makes of a node that connects to a pod.
fn plugins() -> [(&'static str, Peer<'static>); 4] {
    let (node, tunnel) = (Ipv4Addr::new(192, 0, 2, 101), Ipv4Addr::new(10, 233, 70, 0));
    [
        ("calico encapsulation=vxlan pods=\"10.233.64.0/18\"", Peer::Address(tunnel)),
        ("calico encapsulation=none", Peer::Address(node)),
        ("cilium", Peer::Entity),
        ("other", Peer::Address(node)),
    ]
}

#[test]
fn policies_pass_what_is_needed_and_nothing_else() {
    for (cni, node) in plugins() {
        let objects = site(cni);
        for flow in NEEDED {
            assert!(flows(&objects, &node, *flow), "{cni}: {flow:?} is needed and refused");
        }
        for flow in UNNEEDED {
            assert!(!flows(&objects, &node, *flow), "{cni}: {flow:?} is not needed and passes");
        }
    }
}

#[test]
fn pods_of_other_namespaces_reach_no_more_than_the_plugin_allows() {
    for (cni, _) in plugins() {
        let objects = site(cni);
        let stranger = Peer::Pod(None, POD);
        let enters = |name: &str, port| passes(&objects, pods(&objects, name).0, ("ingress", "from"), &stranger, port);
        assert!(!enters("mariadb-server", 3306), "{cni}");
        // Among addresses of pods a policy cannot tell those of tunnels.
        assert_eq!(enters("rabbitmq", 5672), cni.contains("vxlan"), "{cni}");
    }
}

#[test]
fn policies_for_addresses_alone_fail_with_tunnels_and_entities() {
    let objects = site("other");
    for (cni, node) in plugins().into_iter().filter(|(cni, _)| cni.contains("vxlan") || *cni == "cilium") {
        assert!(!flows(&objects, &node, ("nova-compute", "rabbitmq", 5672)), "{cni}");
    }
}
