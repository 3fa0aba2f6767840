//! The cluster's network plugin, as far as policies depend on it.
//!
//! Invariant: what a plugin does not read cannot be said of it.

use ipnet::Ipv4Net;

use crate::tree::word::Traced;
use crate::{record, words};

words! {
    /// A network plugin.
    pub enum Plugin {
        /// Calico.
        Calico = "calico",
        /// Cilium: it knows nodes by identity, so no address selects them.
        Cilium = "cilium",
        /// Another; nodes are known by their addresses.
        Other = "other",
    }
}

words! {
    /// How packets travel between nodes.
    pub enum Encapsulation {
        /// In VXLAN.
        Vxlan = "vxlan",
        /// In IP.
        Ipip = "ipip",
        /// As they are.
        None = "none",
    }
}

impl Plugin {
    /// The kinds of objects that come with the plugin and that a site has of it.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Plugin::Cilium => &["CiliumNetworkPolicy.cilium.io/v2"],
            Plugin::Calico | Plugin::Other => &[],
        }
    }
}

record! {
    /// The cluster's network plugin: it decides how NetworkPolicies name pods that use their node's network. `cni calico encapsulation=vxlan pods="10.233.64.0/18"`.
    pub struct CniSpec, positional("plugin") {
        /// The plugin.
        plugin: Plugin,
        /// Calico: how packets travel between nodes (vxlan).
        encapsulation: Option<Encapsulation>,
        /// Calico with encapsulation: the network of pods; nodes connect to pods from an address of it, that of their tunnel.
        pods: Option<Traced<Ipv4Net>>,
    }
}
