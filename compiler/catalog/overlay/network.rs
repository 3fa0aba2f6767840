//! Networks of a site.
//!
//! Invariant: the numbers are those that hosts and neutron accept.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;

use crate::catalog::interface::{Route, RoutingPolicy};
use crate::catalog::scalar::{Host, InterfaceName, PhysicalNetwork};
use crate::record;
use crate::tree::record::Int;
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::word::{Traced, Word};

/// An MTU in bytes.
pub type Mtu = Int<576, 9216>;

/// That of Ethernet.
pub const ETHERNET: Mtu = Int(1500);

record! {
    /// A network of the site. `management` must be there; `tunnel` carries tenants' tunnels where it is.
    pub struct Network, key(name) {
        /// Its addresses, for instance "10.10.0.0/24"; none for a network that hosts have no address in.
        cidr: Option<Traced<Ipv4Net>>,
        /// The VLAN id (IEEE 802.1Q); untagged where left out.
        vlan: Option<Traced<Int<1, 4094>>>,
        /// The MTU in bytes (1500).
        mtu: Traced<Mtu> = ETHERNET,
        /// The default gateway's address.
        gateway: Option<Traced<Ipv4Addr>>,
        /// The virtual address of the control plane.
        vip: Option<Traced<Ipv4Addr>>,
        /// Name servers.
        dns: Vec<Traced<IpAddr>>,
        /// Time servers that the controllers follow.
        ntp: Distinct<Typed<Host>>,
        /// Time server pools that the controllers follow.
        ntp_pools as "ntp-pool": Distinct<Typed<Host>>,
        /// The physical network's name in neutron; makes it a provider network.
        physical: Option<Typed<PhysicalNetwork>>,
        /// The Open vSwitch bridge that carries the physical network on the nodes that have an interface for it (br-ex).
        bridge: Option<Typed<InterfaceName>>,
        /// VLAN ids that tenants' networks may have on the physical network, `first:last`.
        vlan_ranges as "vlan-range": Vec<Word>,
        /// Routes of the nodes that have an address in it.
        routes as "route": Vec<Route>,
        /// Packets that a routing table of their own decides, on the nodes that have an address in it.
        policies as "routing-policy": Vec<RoutingPolicy>,
        /// The parts of a network that is routed, one a rack or hall; a node is in the one that holds its address.
        segments as "segment": Vec<Segment>,
    }
}

record! {
    /// A part of a routed network: `segment "10.20.1.0/24" via="10.20.1.1"`.
    pub struct Segment, positional("cidr") {
        /// Its addresses, a part of those of the network.
        cidr: Traced<Ipv4Net>,
        /// The default gateway of its nodes.
        gateway: Option<Traced<Ipv4Addr>>,
        /// The gateway to the other segments, where it is not the default one.
        via: Option<Traced<Ipv4Addr>>,
        /// The VLAN id (that of the network).
        vlan: Option<Traced<Int<1, 4094>>>,
    }
}
