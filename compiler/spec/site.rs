//! The typed site: what a merged spec says, decoded once.
//!
//! Invariant: every value knows the span that decided it (defaults stand in `schema/defaults.kdl`); nodes are expanded, their
//! names unique, their addresses inside their networks.

use std::net::Ipv4Addr;
use std::ops::Deref;
use std::sync::Arc;

use indexmap::IndexMap;
use ipnet::{IpNet, Ipv4Net};

use super::account::Rotations;
use super::former::Moved;
use super::range;
use super::sources::SiteSources;
use crate::catalog::cni::Plugin;
use crate::catalog::interface::InterfaceSpec;
pub use crate::catalog::overlay::{
    Certificates, Common, ComponentSpec, Controller, Deliver, ETHERNET, EndpointSpec, Expose, ExposeKind, HostSpec,
    Mtu, Network, Provider, ResourceSpec, Resources, Rollout, SecretDelivery, SecretKind, Segment, ServiceSpec, Target,
};
use crate::catalog::scalar::{Day, NodeLabel, RelativePath, Zone};
use crate::catalog::target::TargetKind;
use crate::diag::Diagnostic;
use crate::kube::image::Locks;
use crate::record;
use crate::tree::record::{Decoder, Table};
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::word::FromWord;
pub use crate::tree::word::{Label, Traced, Word};

record! {
    /// A site: everything that a person decides about it.
    pub struct Site, include(common: Common), positional("name"), beside(nodes: Vec<Node>, cni: Cni, rotations: Rotations, image_locks: Locks, authorities: Authorities, public_certificate: PublicCertificate, sources: SiteSources, moved: Vec<Moved>) {
        /// Its name.
        name: Label,
        /// The ring in which changes reach it, e.g. canary: commands take `--ring NAME`.
        ring: Option<Label>,
        /// Overlays, each under `overlays/` or one of the stock.
        overlays: Distinct<Word>,
        /// Nodes by name or range.
        written as "node": Table<NodeRange> [required],
        /// Host groups by name.
        groups as "group": Table<Group>,
        /// The passwords file, relative to the site's folder.
        passwords: Option<Typed<RelativePath>>,
        /// Diagnostics by code that are warnings for a time.
        allowed as "allow": Table<Allow>,
        /// Objects, as KIND/NAME, that a person deletes because a field of theirs cannot change.
        recreated as "recreate": Table<Recreate>,
        /// Disruptions that a plan may hold, by class: data-plane, instance.
        acknowledged as "acknowledge": Table<Acknowledge>,
    }
}

/// Certificates of authorities that a site's clients trust beside its own.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    /// All of them in PEM.
    pub text: String,
}

/// The certificate of the public endpoints, where a file of the site holds it.
#[derive(Debug, Clone, Default)]
pub struct PublicCertificate {
    /// In PEM, with those between it and its authority.
    pub text: String,
    /// Its DNS names.
    pub names: Vec<String>,
}

/// Is the site made for hosts without Kubernetes?
pub fn is_for_hosts(site: &Site) -> bool {
    site.target.as_ref().is_some_and(|target| target.kind.value == TargetKind::Hosts)
}

impl Site {
    /// How secrets stand in the output.
    pub fn sealing(&self) -> Option<SecretDelivery> {
        let of_hosts = || {
            let target = self.target.as_ref().filter(|_| is_for_hosts(self))?;
            Some(SecretDelivery::sops(target.kind.span, &target.recipients))
        };
        self.deliver.as_ref().map(|deliver| deliver.secrets.clone()).or_else(of_hosts)
    }
}

/// A site says whatever an overlay may.
impl Deref for Site {
    type Target = Common;

    fn deref(&self) -> &Common {
        &self.common
    }
}

record! {
    /// A machine, or a range of machines: `node "cmp[01-40]" management="10.10.0.[101-140]" { roles compute }`. Its addresses are written by network: NETWORK=ADDRESS.
    pub struct NodeRange as "Node", rest(addresses: Word) {
        /// What it is for: controller, network, compute, storage, kubernetes, or a role of the site's own.
        roles: Distinct<Word>,
        /// Kubernetes node labels of its own, `key=value`.
        labels: Distinct<Typed<NodeLabel>>,
        /// The zone that it is in, a rack for instance: the label `topology.kubernetes.io/zone`, an availability zone and aggregate of nova, and one of OVN's gateways.
        zone: Option<Typed<Zone>>,
        /// Whether its system is set up from the files of the output (#true); otherwise there is one check list of them.
        managed: Traced<bool> = true,
        /// The name or range that it had before: its host, its files and the cluster's node keep it, so that no node leaves and joins.
        moved_from: Option<Word>,
        /// Its interfaces; with them the host's netplan file is written.
        interfaces as "interface": Table<InterfaceSpec>,
    }
}

/// A machine of a range.
#[derive(Debug, Clone)]
pub struct Node {
    /// The name that its host has.
    pub name: Word,
    /// The name that the spec has for it: another one where it keeps a former name.
    pub said: Word,
    /// Its addresses by network, in the order written.
    pub addresses: IndexMap<String, Traced<Ipv4Addr>>,
    /// Node labels of its own and of its group, `key=value`.
    pub labels: Vec<Word>,
    /// Its interfaces, in the order written.
    pub interfaces: Vec<Interface>,
    /// The host groups with features that it is in, in the order written.
    pub host_groups: Vec<Word>,
    /// What it is one of.
    pub written: Arc<NodeRange>,
}

impl Deref for Node {
    type Target = NodeRange;

    fn deref(&self) -> &NodeRange {
        &self.written
    }
}

/// An interface, bond, bridge or VLAN of a node.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The name, for instance `eno2` or `bond0`.
    pub name: Word,
    /// Addresses of this node beside those in the site's networks.
    pub addresses: Vec<Traced<IpNet>>,
    /// This node's end, where it is a tunnel.
    pub local: Option<Word>,
    /// The MAC of this node's card, where it tells which card it is.
    pub mac: Option<Word>,
    /// What is said of it, of all nodes of a range.
    pub said: Arc<InterfaceSpec>,
}

/// The cluster's network plugin.
#[derive(Debug, Clone)]
pub struct Cni {
    /// The plugin.
    pub plugin: Plugin,
    /// The network of pods, where nodes connect to pods from addresses of it.
    pub pods: Option<Traced<Ipv4Net>>,
}

impl Default for Cni {
    fn default() -> Self {
        Cni { plugin: Plugin::Other, pods: None }
    }
}

/// The node label that tells which host group a node is in.
pub const GROUP_LABEL: &str = "taco-gen/group";

record! {
    /// Nodes with settings of their own: `group big { nodes "cmp[31-40]"; service nova { cpu-allocation-ratio "8.0" } }`. Each DaemonSet that they change runs there in a variant of its own; the nodes carry the label `taco-gen/group=NAME`.
    pub struct Group, key(name), beside(nodes: Vec<Word>), check(Group::expand) {
        /// Node names or ranges.
        ranges as "nodes": Vec<NameRange> [required],
        /// Settings, options and resources of services on these nodes.
        services as "service": Table<ServiceSpec>,
        /// Features of these hosts.
        host: Option<HostSpec>,
        /// The zone that these nodes are in, where they say none themselves.
        zone: Option<Typed<Zone>>,
        /// The name that the group had before: the label of its nodes and the names of its objects keep it, so that its pods go on running.
        moved_from: Option<Word>,
    }
}

impl Group {
    /// The name in the label of its nodes and in the names of its objects.
    pub fn label(&self) -> &Word {
        self.moved_from.as_ref().unwrap_or(&self.name)
    }

    fn expand(&mut self, _: &mut Decoder<'_>) {
        self.nodes = self.ranges.iter().flat_map(|range| &range.0).cloned().collect();
    }
}

/// Names of nodes, as a range gives them.
#[derive(Debug, Clone)]
pub struct NameRange(pub Vec<Word>);

impl FromWord for NameRange {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        match range::expand(&word) {
            Ok(names) => Some(NameRange(names.into_iter().map(|name| Word::new(name, word.span)).collect())),
            Err(message) => {
                decoder.sink.push(Diagnostic::error("TG0402", word.span, message));
                None
            }
        }
    }
}

record! {
    /// A diagnostic that is a warning for a time: `allow TG0525 reason="gone with the next release" until="2026-12-31"`.
    pub struct Allow, key(code) {
        /// Why it may stand for now.
        reason: String,
        /// The last day on which it may, YYYY-MM-DD; from then on it is an error again.
        until: Typed<Day>,
    }
}

record! {
    /// An object that a person deletes before the new state is delivered, because a field of it cannot change in place: `recreate "StatefulSet/mariadb-server" until="2026-12-31"`. `delivery/README.md` says the step.
    pub struct Recreate, key(object) {
        /// The last day on which such a change passes, YYYY-MM-DD.
        until: Typed<Day>,
    }
}

record! {
    /// A disruption that the next changes may cause: `acknowledge data-plane until="2027-01-31"`. `taco-gen plan` asks for it where a workload of that class rolls; no output depends on it.
    pub struct Acknowledge, key(class) {
        /// The last day on which it holds, YYYY-MM-DD. Plans read the day, builds do not.
        until: Typed<Day>,
    }
}
