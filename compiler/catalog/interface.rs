//! Interfaces of nodes as a spec says them: bonds, bridges, VLANs, addresses, routes; names of settings are those of netplan.
//!
//! Invariant: what is said here is not yet any node's: ranges in addresses and MACs are expanded where the site is decoded.

use crate::catalog::scalar::{PciAddress, PhysicalNetwork};
use crate::span::Span;
use crate::tree::node::{Node, Value};
use crate::tree::record::{Decoder, Described, Int};
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::shape::{Choice, Field, Record, Shape, choice, optional};
use crate::tree::word::{Traced, Word, plain};
use crate::{record, words};

words! {
    /// How the members of a bond share the traffic.
    pub enum BondMode {
        /// Each packet takes the next member.
        RoundRobin = "balance-rr",
        /// One member at a time.
        ActiveBackup = "active-backup",
        /// By a hash of the packet.
        Xor = "balance-xor",
        /// Every packet on every member.
        Broadcast = "broadcast",
        /// LACP (IEEE 802.1AX); the switch must be set up for it.
        Lacp = "802.3ad",
        /// Outgoing traffic by load.
        Tlb = "balance-tlb",
        /// Both directions by load.
        Alb = "balance-alb",
    }
}

/// What a bond or a Linux bridge is told, by the names that netplan has for it, in the order written.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub Vec<(Word, Parameter)>);

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// A number.
    Integer(i64),
    /// A boolean.
    Flag(bool),
    /// A word or text.
    Text(String),
    /// Texts.
    Texts(Vec<String>),
}

impl Parameters {
    /// The parameters that a record's fields give.
    fn of(node: &Node) -> Parameters {
        let one = |node: &Node| match &node.value {
            Value::Integer(number) => Some(Parameter::Integer(*number)),
            Value::Bool(flag) => Some(Parameter::Flag(*flag)),
            Value::List(items) => Some(Parameter::Texts(items.iter().filter_map(plain).collect())),
            _ => plain(node).map(Parameter::Text),
        };
        let map = node.as_map().into_iter().flatten();
        let found = map.filter_map(|(name, entry)| Some((Word::new(name.as_ref(), entry.key), one(&entry.node)?)));
        Parameters(found.collect())
    }

    /// The place of the first; the given one where there is none.
    pub fn span(&self, otherwise: Span) -> Span {
        self.0.first().map_or(otherwise, |(name, _)| name.span)
    }

    /// A parameter's name and value.
    pub fn get(&self, name: &str) -> Option<&(Word, Parameter)> {
        self.0.iter().find(|(known, _)| known.as_str() == name)
    }
}

/// The parameters of a bond.
#[derive(Debug, Clone, Default)]
pub struct BondParameters(pub Parameters);

/// The parameters of a Linux bridge.
#[derive(Debug, Clone, Default)]
pub struct BridgeParameters(pub Parameters);

impl Described for BondParameters {
    const SHAPE: Shape = Shape::Record(&BOND);

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(BondParameters(Parameters::of(node)))
    }
}

impl Described for BridgeParameters {
    const SHAPE: Shape = Shape::Record(&BRIDGE);

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(BridgeParameters(Parameters::of(node)))
    }
}

const MILLISECONDS: Shape = Shape::Integer(0, 3_600_000);
const SECONDS: Shape = Shape::Integer(0, 1_000_000);
const COUNT: Shape = Shape::Integer(0, 65_535);
const TEXTS: Shape = Shape::List(&Shape::Text);
const RATES: &[Choice] = &[choice("slow"), choice("fast")];
const HASHES: &[Choice] =
    &[choice("layer2"), choice("layer3+4"), choice("layer2+3"), choice("encap2+3"), choice("encap3+4")];

/// netplan, doc/netplan-yaml.md: the properties of bonds.
static BOND: Record = plain_record(
    "BondParameters",
    "What a bond is told, by netplan's names.",
    &[
        optional("lacp-rate", Shape::Choice(RATES), "How often LACP packets are sent (slow); with mode 802.3ad."),
        optional(
            "mii-monitor-interval",
            MILLISECONDS,
            "How often members' links are looked at, in milliseconds (100).",
        ),
        optional("min-links", COUNT, "Members that must be up for the bond to be; with mode 802.3ad."),
        optional(
            "transmit-hash-policy",
            Shape::Choice(HASHES),
            "What the member is chosen by; with modes balance-xor, 802.3ad and balance-tlb.",
        ),
        optional(
            "ad-select",
            Shape::Choice(&[choice("stable"), choice("bandwidth"), choice("count")]),
            "When another aggregator is chosen; with mode 802.3ad.",
        ),
        optional("all-members-active", Shape::Boolean, "Whether members that stand by take packets."),
        optional(
            "arp-interval",
            MILLISECONDS,
            "How often `arp-ip-targets` are asked, in milliseconds; in place of `mii-monitor-interval`.",
        ),
        optional("arp-ip-targets", TEXTS, "Addresses that are asked for to find members that work, at most 16."),
        optional(
            "arp-validate",
            Shape::Choice(&[choice("none"), choice("active"), choice("backup"), choice("all")]),
            "Whose answers are looked at.",
        ),
        optional(
            "arp-all-targets",
            Shape::Choice(&[choice("any"), choice("all")]),
            "How many of them must answer; with mode active-backup.",
        ),
        optional("up-delay", MILLISECONDS, "How long a member that comes up waits, in milliseconds."),
        optional("down-delay", MILLISECONDS, "How long a member that goes down is kept, in milliseconds."),
        optional(
            "fail-over-mac-policy",
            Shape::Choice(&[choice("none"), choice("active"), choice("follow")]),
            "Whose MAC the bond has; with mode active-backup.",
        ),
        optional(
            "gratuitous-arp",
            Shape::Integer(1, 255),
            "Announcements after a change of the active member; with mode active-backup.",
        ),
        optional("packets-per-member", COUNT, "Packets before the next member; with mode balance-rr."),
        optional(
            "primary-reselect-policy",
            Shape::Choice(&[choice("always"), choice("better"), choice("failure")]),
            "When `primary` becomes the active member again.",
        ),
        optional("resend-igmp", Shape::Integer(0, 255), "Membership reports after a change of the active member."),
        optional(
            "learn-packet-interval",
            SECONDS,
            "How often switches are told addresses, in seconds; with modes balance-tlb and balance-alb.",
        ),
        optional(
            "primary",
            Shape::Text,
            "The preferred member; with modes active-backup, balance-tlb and balance-alb.",
        ),
    ],
);

/// netplan, doc/netplan-yaml.md: the properties of bridges.
static BRIDGE: Record = plain_record(
    "BridgeParameters",
    "What a Linux bridge is told, by netplan's names.",
    &[
        optional("stp", Shape::Boolean, "Whether it takes part in the spanning tree (#true)."),
        optional("ageing-time", SECONDS, "How long an address is kept, in seconds."),
        optional("priority", COUNT, "Its priority in the spanning tree."),
        optional("forward-delay", SECONDS, "How long ports listen and learn first, in seconds."),
        optional("hello-time", SECONDS, "How often it greets, in seconds."),
        optional("max-age", SECONDS, "How long greetings count, in seconds."),
    ],
);

const fn plain_record(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Record {
    Record { name, doc, positional: &[], shorthand: None, rest: None, one_of: false, fields, includes: &[] }
}

record! {
    /// A route of the nodes: `route "10.40.0.0/16" via="10.30.0.1"`.
    pub struct Route, positional("to") {
        /// Where it leads, a network, an address or `default`.
        to: Word,
        /// The gateway, an address of a network of the interface.
        via: Option<Word>,
        /// Its metric; the lowest wins.
        metric: Option<Int<0, 4_294_967_295>>,
        /// The routing table (main).
        table: Option<Int<1, 4_294_967_295>>,
        /// The largest packet on it, in bytes.
        mtu: Option<Int<576, 9216>>,
        /// Whether the gateway is reached by the interface though no network of it has the address.
        on_link: bool,
    }
}

record! {
    /// Packets that a routing table of their own decides: `routing-policy from="10.30.0.0/24" table=30`.
    pub struct RoutingPolicy {
        /// The senders, a network or an address.
        from: Option<Word>,
        /// The receivers, a network or an address.
        to: Option<Word>,
        /// The mark of the packets.
        mark: Option<Int<1, 4_294_967_295>>,
        /// The routing table.
        table: Int<1, 4_294_967_295>,
        /// The place among the rules; the lowest comes first.
        priority: Option<Int<0, 32_767>>,
    }
}

record! {
    /// Which card it is, where the name alone does not tell; the card gets the name.
    pub struct Match {
        /// The card's own MAC; of a range of nodes a range, or one for each.
        mac: Vec<Word>,
        /// Its driver; `*` stands for any text.
        driver: Option<Word>,
        /// The name that the kernel gave it; `*` stands for any text.
        name: Option<Word>,
    }
}

words! {
    /// How a tunnel wraps packets, by netplan's names.
    pub enum TunnelMode {
        /// GRE, packets of IP (RFC 2784).
        Gre = "gre",
        /// GRE, frames of Ethernet.
        GreTap = "gretap",
        /// IP in IP (RFC 2003).
        IpIp = "ipip",
        /// IPv6 in IPv4 (RFC 4213).
        Sit = "sit",
        /// VXLAN, frames of Ethernet (RFC 7348).
        Vxlan = "vxlan",
    }
}

record! {
    /// A tunnel of the host's own: `tunnel gre local="192.0.2.11" remote="198.51.100.1"`.
    pub struct TunnelSpec as "Tunnel", positional("mode") {
        /// How packets are wrapped.
        mode: TunnelMode,
        /// This end: the node's own address; of a range of nodes a range.
        local: Word,
        /// The other end.
        remote: Word,
        /// The number that tells tunnels between the same ends apart; the VNI of `vxlan`.
        id: Option<Traced<Int<1, 16_777_215>>>,
    }
}

record! {
    /// An interface, bond, bridge, VLAN or tunnel of a node.
    pub struct InterfaceSpec as "Interface" {
        /// The members, where it is a bond.
        bond: Distinct<Word>,
        /// The bonding mode (802.3ad).
        mode: Option<Traced<BondMode>>,
        /// What the bond is told.
        bond_parameters: Option<BondParameters>,
        /// The ports, where it is a Linux bridge.
        ports: Distinct<Word>,
        /// What the Linux bridge is told.
        bridge_parameters: Option<BridgeParameters>,
        /// The interface below, where it is a VLAN.
        link: Option<Word>,
        /// The VLAN id, where it is a VLAN.
        vlan: Option<Traced<Int<1, 4094>>>,
        /// The networks whose addresses it carries; those with a VLAN id as VLANs on it.
        network: Distinct<Word>,
        /// The Open vSwitch bridge that it is a port of; it then carries no address itself, its VLANs may.
        bridge: Option<Word>,
        /// Its MTU (the largest of what it carries).
        mtu: Option<Traced<Int<576, 9216>>>,
        /// Further addresses with the length of their prefix; of a range of nodes a range: `address "10.40.0.[11-13]/24"`.
        address: Vec<Word>,
        /// Whether it asks a DHCP server for an IPv4 address.
        dhcp4: Option<Traced<bool>>,
        /// Whether it asks a DHCP server for an IPv6 address.
        dhcp6: Option<Traced<bool>>,
        /// Which card it is.
        match_card as "match": Option<Match>,
        /// SR-IOV functions that the card makes.
        virtual_functions: Option<Traced<Int<0, 256>>>,
        /// The physical network that its SR-IOV functions carry; instances get them by ports of type `direct`.
        sriov: Option<Typed<PhysicalNetwork>>,
        /// Whether instances may change the address and the modes of their functions (#false): a port asks for it with `trusted=true` in its binding profile.
        trusted: Option<Traced<bool>>,
        /// The card's PCI address, where the virtual switch drives it in user space (DPDK): the kernel then has it no more.
        dpdk: Option<Typed<PciAddress>>,
        /// What it connects, where it is a tunnel.
        tunnel: Option<TunnelSpec>,
        /// Its routes, beside those of its networks.
        route: Vec<Route>,
        /// Packets that a routing table of their own decides.
        routing_policy: Vec<RoutingPolicy>,
    }
}
