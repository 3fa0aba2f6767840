//! The typed site: what a merged spec says, decoded once.
//!
//! Invariant: every value knows the span that decided it (defaults stand in `schema/defaults.kdl`); nodes are expanded, their
//! names unique, their addresses inside their networks.

use std::net::Ipv4Addr;
use std::sync::Arc;

use indexmap::IndexMap;
use ipnet::{IpNet, Ipv4Net};

use super::account::Rotations;
use crate::catalog::cni::Plugin;
use crate::catalog::expr::{Tree, Values};
use crate::catalog::interface::{InterfaceSpec, Route, RoutingPolicy};
use crate::catalog::patch::Patch;
use crate::span::Span;
pub use crate::tree::word::Traced;
use crate::tree::word::Word;

/// A site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its name, a DNS label.
    pub name: Traced<String>,
    /// The region in the identity catalog.
    pub region: Traced<String>,
    /// The DNS domain of public endpoints.
    pub domain: Traced<String>,
    /// The Kubernetes namespace.
    pub namespace: Traced<String>,
    /// The cluster's DNS domain (cluster.local).
    pub cluster_domain: Traced<String>,
    /// The OpenStack release, for instance `2026.1`.
    pub openstack: Traced<String>,
    /// The Kubernetes minor version, for instance `1.35`.
    pub kubernetes: Traced<String>,
    /// Networks by name; `management` is always there.
    pub networks: IndexMap<String, Network>,
    /// Nodes, ranges expanded, in the order written.
    pub nodes: Vec<Node>,
    /// Host groups.
    pub groups: IndexMap<String, Group>,
    /// What is said of services.
    pub services: IndexMap<String, ServiceSpec>,
    /// Images by key, in place of the release's.
    pub images: IndexMap<String, Traced<String>>,
    /// The registry that takes the place of every image's registry host.
    pub registry: Option<Traced<String>>,
    /// The cluster's network plugin.
    pub cni: Cni,
    /// How public endpoints are reached.
    pub expose: Expose,
    /// How the output gets into the cluster.
    pub deliver: Option<Deliver>,
    /// The StorageClass of claims; none: the cluster's default.
    pub storage_class: Option<Traced<String>>,
    /// Node roles of the site's own: role -> labels.
    pub roles: IndexMap<String, Vec<Traced<String>>>,
    /// The passwords file, relative to the site folder.
    pub passwords: Option<Traced<String>>,
    /// Kinds of objects that the cluster has excluded_groups those that the program knows, as `Foo.example.com/v1`.
    pub kinds: Vec<Traced<String>>,
    /// Whether comments of the sources stand in the output.
    pub comments: Traced<bool>,
    /// Patches on finished objects, those of lower layers first.
    pub patches: Vec<Patch>,
    /// A laptop or demonstration site.
    pub lab: Traced<bool>,
    /// Accounts of clients that a staged rotation moves; the password store says them, not the spec.
    pub rotations: Rotations,
    /// Diagnostics that are warnings for a time.
    pub allowed: Vec<Allow>,
}

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name.
    pub name: Traced<String>,
    /// Its addresses; none for a network that hosts have no address in.
    pub cidr: Option<Traced<Ipv4Net>>,
    /// The VLAN id.
    pub vlan: Option<Traced<i64>>,
    /// The MTU (1500).
    pub mtu: Traced<i64>,
    /// The default gateway.
    pub gateway: Option<Traced<Ipv4Addr>>,
    /// The virtual address of the control plane.
    pub vip: Option<Traced<Ipv4Addr>>,
    /// Name servers.
    pub dns: Vec<Traced<String>>,
    /// Time sources.
    pub ntp: Vec<Traced<String>>,
    /// Time sources that are pools.
    pub ntp_pools: Vec<Traced<String>>,
    /// The physical network's name in neutron.
    pub physical: Option<Traced<String>>,
    /// The Open vSwitch bridge that carries the physical network (br-ex).
    pub bridge: Option<Traced<String>>,
    /// The VLAN ids that tenants' networks may have on it, `first:last`.
    pub vlan_ranges: Vec<Word>,
    /// Routes of the nodes that have an address in it.
    pub routes: Vec<Route>,
    /// Packets that a routing table of their own decides, on those nodes.
    pub policies: Vec<RoutingPolicy>,
}

/// A machine.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name.
    pub name: Traced<String>,
    /// Its roles.
    pub roles: Vec<Traced<String>>,
    /// Node labels of its own, `key=value`.
    pub labels: Vec<Traced<String>>,
    /// Its addresses by network, in the order written.
    pub addresses: IndexMap<String, Traced<Ipv4Addr>>,
    /// Its interfaces, in the order written.
    pub interfaces: Vec<Interface>,
}

/// An interface, bond, bridge or VLAN of a node.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The name, for instance `eno2` or `bond0`.
    pub name: Traced<String>,
    /// Addresses of this node beside those in the site's networks.
    pub addresses: Vec<Traced<IpNet>>,
    /// The MAC of this node's card, where it tells which card it is.
    pub mac: Option<Word>,
    /// What is said of it, of all nodes of a range.
    pub said: Arc<InterfaceSpec>,
}

/// The node label that tells which host group a node is in.
pub const GROUP_LABEL: &str = "taco-gen/group";

/// Nodes with settings of their own.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: Traced<String>,
    /// The expanded node names.
    pub nodes: Vec<Traced<String>>,
    /// What is said of services on these nodes.
    pub services: IndexMap<String, ServiceSpec>,
}

/// What a spec says of a service.
#[derive(Debug, Clone)]
pub struct ServiceSpec {
    /// Where the service's entry begins.
    pub span: Span,
    /// Is it part of the site?
    pub enabled: Option<Traced<bool>>,
    /// Settings by name: a scalar or list each, checked against the catalog later.
    pub settings: IndexMap<String, Values>,
    /// File -> tree of overrides (section -> option -> value for files with sections).
    pub config: IndexMap<String, Tree>,
    /// Options that no table knows: file -> section -> names.
    pub extra: IndexMap<String, IndexMap<String, Vec<Traced<String>>>>,
    /// Component -> what is said of it.
    pub components: IndexMap<String, ComponentSpec>,
}

/// What a spec says of a component.
#[derive(Debug, Clone)]
pub struct ComponentSpec {
    /// Where it begins.
    pub span: Span,
    /// The number of pods.
    pub replicas: Option<Traced<i64>>,
    /// Requests and limits: `cpu`, `cpu-limit`, `memory`, `memory-limit`.
    pub resources: IndexMap<String, Traced<String>>,
}

/// The cluster's network plugin.
#[derive(Debug, Clone)]
pub struct Cni {
    /// The plugin.
    pub plugin: Plugin,
    /// The network of pods, where nodes connect to pods from addresses of it.
    pub pods: Option<Traced<Ipv4Net>>,
}

/// How public endpoints are reached.
#[derive(Debug, Clone)]
pub struct Expose {
    /// `gateway`, `ingress`, `nodeport`, `loadbalancer` or `none`.
    pub kind: Traced<String>,
    /// GatewayClass, IngressClass or load-balancer class.
    pub class: Option<Traced<String>>,
    /// The Secret with the certificate; public URLs are https where there is one.
    pub tls: Option<Traced<String>>,
    /// The host name or address of node ports (the VIP or the first controller).
    pub host: Option<Traced<String>>,
}

/// How the output gets into the cluster.
#[derive(Debug, Clone)]
pub struct Deliver {
    /// `argocd` or `flux`.
    pub kind: Traced<String>,
    /// The GitOps repository's URL.
    pub repo: Traced<String>,
    /// The branch (main).
    pub branch: Traced<String>,
    /// The folder in it.
    pub path: Traced<String>,
    /// The namespace of the controller's objects (argocd, flux-system).
    pub namespace: Option<Traced<String>>,
    /// How passwords and keys get into the cluster.
    pub secrets: SecretDelivery,
}

/// How passwords and keys get into the cluster.
#[derive(Debug, Clone)]
pub struct SecretDelivery {
    /// `sops`, `external-secrets`, `sealed-secrets`, `plain` or `none`.
    pub kind: Traced<String>,
    /// The ClusterSecretStore.
    pub store: Traced<String>,
    /// The folder in it.
    pub path: Traced<String>,
    /// The file with the certificate of the controller of sealed-secrets.
    pub certificate: Option<Traced<String>>,
    /// Who decrypts; empty: the recipients of the password store.
    pub recipients: Vec<Traced<String>>,
}

/// A diagnostic that is a warning for a time.
#[derive(Debug, Clone)]
pub struct Allow {
    /// Its code.
    pub code: Traced<String>,
    /// Why.
    pub reason: String,
    /// The last day, `YYYY-MM-DD`.
    pub until: Traced<String>,
}
