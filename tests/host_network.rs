//! Networks of the hosts: every field shows in a node's files, and each node has what its own interfaces feed.

use taco_gen::catalog::interface::{BondParameters, BridgeParameters, InterfaceSpec, Route, RoutingPolicy};
use taco_gen::tree::record::Described;
use taco_gen::tree::shape::Shape;

use crate::support::{sound, text};

/// A site whose nodes have different cards.
const CARDS: &str = "site test { network management cidr=\"192.0.2.0/24\" { ntp \"198.51.100.1\" }
    network first physical=physnet1
    network second physical=physnet2 bridge=br-two
    node one management=\"192.0.2.11\" { roles controller network; interface eno3 bridge=br-ex; interface eno4 bridge=br-two }
    node \"cmp[1-3]\" management=\"192.0.2.[21-23]\" { roles compute; interface eno3 bridge=br-two; interface eno4 bridge=br-ex }
    node \"bare[1-2]\" management=\"192.0.2.[31-32]\" { roles compute }
    ";

#[test]
fn each_node_has_the_bridges_of_its_own_interfaces() {
    let compiled = sound(&format!("{CARDS} }}"));
    let ports = text(&compiled, "kubernetes/openvswitch/configmap-openvswitch-etc.yaml");
    let table = "{\n      \"bridges.conf - ports\": {\n        \"*\": \"br-two:eno3,br-ex:eno4\",\n        \"bare1\": \"\",\n        \
                 \"bare2\": \"\",\n        \"one\": \"br-ex:eno3,br-two:eno4\"\n      }\n    }\n";
    assert!(ports.contains(table), "{ports}");
    let mappings = text(&compiled, "kubernetes/ovn/configmap-ovn-etc.yaml");
    let table = "\"*\": \"physnet1:br-ex,physnet2:br-two\",\n        \"bare1\": \"\",\n        \"bare2\": \"\"\n";
    assert!(mappings.contains(table), "{mappings}");
}

#[test]
fn a_node_more_of_the_usual_kind_changes_no_pod() {
    let more = "node more management=\"192.0.2.24\" { roles compute; interface eno3 bridge=br-two; interface eno4 bridge=br-ex }";
    let (before, after) = (sound(&format!("{CARDS} }}")), sound(&format!("{CARDS} {more} }}")));
    for file in ["openvswitch/configmap-openvswitch-etc", "openvswitch/daemonset-openvswitch", "ovn/configmap-ovn-etc"]
    {
        let path = format!("kubernetes/{file}.yaml");
        assert_eq!(text(&before, &path), text(&after, &path), "{path}");
    }
}

#[test]
fn the_agents_of_open_vswitch_have_mappings_of_their_node() {
    let compiled = sound(&format!("{CARDS} overlays ovs }}"));
    let agent = text(&compiled, "kubernetes/neutron/configmap-neutron-etc.yaml");
    let line = "bridge_mappings = @node:agent.conf ovs bridge_mappings@\n";
    assert!(agent.contains(line) && agent.contains("\"bare2\": \"\""), "{agent}");
    assert!(!text(&compiled, "config/neutron/openvswitch_agent.ini").contains("bridge_mappings"));
}

/// Every parameter of bonds and bridges, each where it has an effect.
const PARAMETERS: &str = "site test { network management cidr=\"192.0.2.0/24\" { ntp \"198.51.100.1\" }
    node one management=\"192.0.2.11\" { roles controller network compute
        interface eno1 network=management
        interface bond1 { bond eno2; bond-parameters { lacp-rate fast; mii-monitor-interval 50; min-links 1; transmit-hash-policy \"layer2+3\"
            ad-select count; all-members-active #true; up-delay 200; down-delay 100; resend-igmp 2 } }
        interface bond2 mode=\"active-backup\" { bond eno3; bond-parameters { arp-interval 200; arp-ip-targets \"192.0.2.1\" \"192.0.2.2\"
            arp-validate all; arp-all-targets any; fail-over-mac-policy follow; gratuitous-arp 3; primary eno3
            primary-reselect-policy better } }
        interface bond3 mode=\"balance-rr\" { bond eno4; bond-parameters { packets-per-member 2 } }
        interface bond4 mode=\"balance-alb\" { bond eno5; bond-parameters { learn-packet-interval 3 } }
        interface br0 { ports bond1; bridge-parameters { stp #false; ageing-time 300; priority 4096; forward-delay 4; hello-time 2; max-age 12 } }
    } }";

#[test]
fn every_parameter_of_bonds_and_bridges_is_in_the_nodes_file() {
    let compiled = sound(PARAMETERS);
    let netplan: serde_yaml::Value =
        serde_yaml::from_str(text(&compiled, "hosts/one/etc/netplan/60-taco-gen.yaml")).expect("valid YAML");
    let told = |kind: &str, name: &str| {
        let parameters = netplan["network"][kind][name]["parameters"].as_mapping().expect("parameters").clone();
        parameters.into_iter().map(|(key, _)| key.as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let fields = |shape: Shape| match shape {
        Shape::Record(record) => record.fields.iter().map(|field| field.name).collect::<Vec<_>>(),
        other => panic!("{other:?} is not a record"),
    };
    let bonds: Vec<String> = ["bond1", "bond2", "bond3", "bond4"].iter().flat_map(|name| told("bonds", name)).collect();
    let missing: Vec<&str> =
        fields(BondParameters::SHAPE).into_iter().filter(|field| !bonds.iter().any(|told| told == field)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert_eq!(told("bridges", "br0"), fields(BridgeParameters::SHAPE));
    // A bond that asks for addresses looks at no links.
    assert!(!told("bonds", "bond2").contains(&"mii-monitor-interval".to_owned()));
}

#[test]
fn the_examples_of_host_networks_are_sound() {
    let page = include_str!("../docs/host-network.md");
    let examples: Vec<&str> =
        page.split("```kdl\n").skip(1).map(|rest| rest.split("```").next().expect("a block")).collect();
    assert!(examples.len() >= 5, "{} examples", examples.len());
    for example in examples {
        let compiled = sound(example);
        assert_eq!(compiled.diagnostics, vec![], "{example}");
        let files = compiled.artifacts.iter().flatten().map(|file| file.path.as_str());
        assert!(files.filter(|path| path.ends_with("/etc/netplan/60-taco-gen.yaml")).count() > 0, "{example}");
    }
}

/// A field of an interface, a route or a rule, the lines that say it, and what the node's file then has.
type Effect = (&'static str, &'static str, &'static str);

const INTERFACE: &[Effect] = &[
    ("bond", "interface bond0 { bond eno2 eno3 }", "interfaces: [eno2, eno3]"),
    ("mode", "interface bond0 mode=\"balance-alb\" { bond eno2 }", "mode: balance-alb"),
    ("bond-parameters", "interface bond0 { bond eno2; bond-parameters { min-links 1 } }", "min-links: 1"),
    ("ports", "interface br0 { ports eno2 }", "bridges: br0: interfaces: [eno2]"),
    ("bridge-parameters", "interface br0 { ports eno2; bridge-parameters { stp #false } }", "stp: false"),
    ("link", "interface vlan7 link=eno1 vlan=7", "vlan7: id: 7 link: eno1"),
    ("vlan", "interface vlan8 link=eno1 vlan=8", "vlan8: id: 8 link: eno1"),
    ("network", "interface eno2 network=second", "eno2: addresses: [198.51.100.11/24]"),
    ("mtu", "interface eno2 mtu=4000", "eno2: mtu: 4000"),
    (
        "address",
        "interface eno2 { address \"203.0.113.9/28\" \"2001:db8::9/64\" }",
        "addresses: [203.0.113.9/28, 2001:db8::9/64]",
    ),
    ("dhcp4", "interface eno2 dhcp4=#true", "eno2: dhcp4: true"),
    ("dhcp6", "interface eno2 dhcp6=#true", "eno2: dhcp6: true"),
    ("match", "interface eno2 { match driver=ixgbe }", "eno2: match: driver: ixgbe set-name: eno2"),
    ("virtual-functions", "interface eno2 virtual-functions=8", "eno2: virtual-function-count: 8"),
    (
        "tunnel",
        "interface gre1 { tunnel gre local=\"192.0.2.11\" remote=\"198.51.100.1\" id=7 }",
        "tunnels: gre1: mode: gre local: 192.0.2.11 remote: 198.51.100.1 key: 7",
    ),
    (
        "route",
        "interface eno2 { dhcp4 #true; route \"10.0.0.0/8\" via=\"192.0.2.9\" }",
        "routes: to: 10.0.0.0/8 via: 192.0.2.9",
    ),
    (
        "routing-policy",
        "interface eno2 { dhcp4 #true; route default via=\"192.0.2.9\" table=7; routing-policy to=\"10.0.0.0/8\" table=7 }",
        "routing-policy: to: 10.0.0.0/8 table: 7",
    ),
];

const ROUTE: &[Effect] = &[
    ("to", "route \"10.0.0.0/8\"", "to: 10.0.0.0/8 scope: link"),
    ("via", "route \"10.0.0.0/8\" via=\"192.0.2.9\"", "via: 192.0.2.9"),
    ("metric", "route \"10.0.0.0/8\" via=\"192.0.2.9\" metric=50", "metric: 50"),
    ("table", "route \"10.0.0.0/8\" via=\"192.0.2.9\" table=50", "table: 50"),
    ("mtu", "route \"10.0.0.0/8\" via=\"192.0.2.9\" mtu=1400", "mtu: 1400"),
    ("on-link", "route \"10.0.0.0/8\" via=\"203.0.113.1\" on-link=#true", "on-link: true"),
];

const POLICY: &[Effect] = &[
    ("from", "routing-policy from=\"10.0.0.0/8\" table=254", "from: 10.0.0.0/8 table: 254"),
    ("to", "routing-policy to=\"10.0.0.0/8\" table=254", "to: 10.0.0.0/8 table: 254"),
    ("mark", "routing-policy mark=5 table=254", "mark: 5 table: 254"),
    ("table", "routing-policy mark=5 table=253", "mark: 5 table: 253"),
    ("priority", "routing-policy mark=5 table=254 priority=9", "priority: 9"),
];

/// A node's netplan file on one line, without what every device has.
fn flat(text: &str) -> String {
    let plain = text.replace("dhcp4: false", "").replace("dhcp6: false", "").replace('"', "");
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    for key in ["interfaces", "addresses"] {
        while let Some(at) = line.find(&format!("{key}: - ")) {
            let rest = line.split_off(at + key.len() + 2);
            let end = rest.find(": ").and_then(|colon| rest[..colon].rfind(' ')).unwrap_or(rest.len());
            let items: Vec<&str> = rest[..end].split_whitespace().filter(|word| *word != "-").collect();
            line = format!("{line}[{}]{}", items.join(", "), &rest[end..]);
        }
    }
    line.replace("- ", "")
}

fn every_field_shows(shape: Shape, effects: &[Effect], site: impl Fn(&str) -> String) {
    let Shape::Record(record) = shape else { panic!("{shape:?} is not a record") };
    let silent: Vec<&str> = record
        .fields
        .iter()
        .map(|field| field.name)
        .filter(|field| effects.iter().all(|known| known.0 != *field))
        .collect();
    // What Open vSwitch has of it, and SR-IOV's agent, is in their ConfigMaps; a card that the switch drives is in no file.
    assert!(silent.iter().all(|field| ["bridge", "sriov", "trusted", "dpdk"].contains(field)), "{silent:?}");
    for (field, lines, expected) in effects {
        let compiled = sound(&site(lines));
        let file = flat(text(&compiled, "hosts/one/etc/netplan/60-taco-gen.yaml"));
        assert!(file.contains(expected), "{field}: {file}");
    }
}

#[test]
fn every_field_of_an_interface_is_in_the_nodes_file() {
    let site = |network: &str, interface: &str, lines: &str| {
        format!(
            "site test {{ network management cidr=\"192.0.2.0/24\" {{ ntp \"198.51.100.1\"; {network} }}
             network second cidr=\"198.51.100.0/24\"
             node one management=\"192.0.2.11\" second=\"198.51.100.11\" {{ roles controller network compute
             {lines}
             interface eno1 {{ network management; {interface} }} }} }}"
        )
    };
    let carried = |lines: &str| {
        if lines.contains("second") { lines.to_owned() } else { format!("{lines}\ninterface eno9 network=second") }
    };
    every_field_shows(InterfaceSpec::SHAPE, INTERFACE, |lines| site("", "", &carried(lines)));
    every_field_shows(Route::SHAPE, ROUTE, |lines| site(lines, "", &carried("")));
    every_field_shows(Route::SHAPE, ROUTE, |lines| site("", lines, &carried("")));
    every_field_shows(RoutingPolicy::SHAPE, POLICY, |lines| site(lines, "", &carried("")));
    every_field_shows(RoutingPolicy::SHAPE, POLICY, |lines| site("", lines, &carried("")));
}
