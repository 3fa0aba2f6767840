//! Pods as services declare them.
//!
//! Invariant: bounds are kept, not applied; the model applies them.

use indexmap::IndexMap;

use super::Bounds;
use crate::span::Span;
use crate::tree::node::Node;

/// A mounted config file.
#[derive(Debug, Clone)]
pub struct Mount {
    /// When it is there.
    pub bounds: Bounds,
    /// The file.
    pub file: String,
    /// The path.
    pub at: String,
    /// The folder of the drop-in, where it is another.
    pub drop_in: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A mounted secret.
#[derive(Debug, Clone)]
pub struct SecretMount {
    /// When it is there.
    pub bounds: Bounds,
    /// The secret, `NAME` or `SERVICE/NAME`.
    pub secret: String,
    /// The folder.
    pub at: String,
    /// The files' mode.
    pub mode: u32,
    /// The pod starts without it.
    pub optional: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A folder.
#[derive(Debug, Clone)]
pub struct Volume {
    /// When it is there.
    pub bounds: Bounds,
    /// Its name in the pod.
    pub name: String,
    /// The path in the container.
    pub at: String,
    /// Where it lives; none: said by another container.
    pub kind: Option<String>,
    /// The path on the node.
    pub path: Option<String>,
    /// What must be on the node.
    pub host_type: String,
    /// A quantity.
    pub size: Option<Node>,
    /// The StorageClass.
    pub class: Option<Node>,
    /// The access mode of a claim.
    pub access: String,
    /// Mounted read-only.
    pub read_only: bool,
    /// Mount propagation.
    pub propagation: Option<String>,
    /// A folder inside.
    pub sub_path: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A port.
#[derive(Debug, Clone)]
pub struct Port {
    /// When it is there.
    pub bounds: Bounds,
    /// The name.
    pub name: String,
    /// The number.
    pub number: i64,
    /// The protocol.
    pub protocol: String,
    /// Where it is declared.
    pub span: Span,
}

/// A probe.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The path of a GET.
    pub http: Option<String>,
    /// A TCP connection.
    pub tcp: bool,
    /// A command.
    pub exec: Vec<Node>,
    /// The port.
    pub port: Option<i64>,
    /// Kubernetes fields: name and seconds or counts.
    pub numbers: Vec<(&'static str, i64)>,
    /// Where it is declared.
    pub span: Span,
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// When it is there.
    pub bounds: Bounds,
    /// Where it is declared.
    pub span: Span,
    /// The image key.
    pub image: Option<String>,
    /// The command.
    pub run: Vec<Node>,
    /// The script.
    pub script: Option<String>,
    /// More scripts.
    pub scripts: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, Node)>,
    /// Config files.
    pub mounts: Vec<Mount>,
    /// Secrets.
    pub secrets: Vec<SecretMount>,
    /// Folders.
    pub volumes: Vec<Volume>,
    /// Ports.
    pub ports: Vec<Port>,
    /// The uid.
    pub user: Option<i64>,
    /// Full access to the node.
    pub privileged: bool,
    /// Capabilities to add.
    pub capabilities: Vec<String>,
    /// The root file system is writable.
    pub writable_root: bool,
    /// `cpu`, `cpu-limit`, `memory`, `memory-limit` as given.
    pub resources: IndexMap<&'static str, Node>,
    /// Readiness, liveness, start-up.
    pub probes: Vec<(&'static str, Probe)>,
    /// A command before stopping.
    pub stop: Vec<Node>,
}

/// What a pod waits for.
#[derive(Debug, Clone)]
pub struct After {
    /// When it counts.
    pub bounds: Bounds,
    /// `job`, `endpoint`, `provider`, `same-node`, `component`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// A rule of a Role.
#[derive(Debug, Clone)]
pub struct Access {
    /// The API group.
    pub group: String,
    /// The resource.
    pub resource: String,
    /// The verbs.
    pub verbs: Vec<String>,
    /// The object names.
    pub names: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A name that a pod needs or talks to.
#[derive(Debug, Clone)]
pub struct Need {
    /// A capability or endpoint id.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// A pod.
#[derive(Debug, Clone)]
pub struct Pod {
    /// The main container; its bounds are the pod's.
    pub main: Container,
    /// The node label.
    pub on: (String, Span),
    /// Waits for and talks to.
    pub needs: Vec<Need>,
    /// Talks to.
    pub talks: Vec<Need>,
    /// More to wait for.
    pub after: Vec<After>,
    /// Containers that run first.
    pub init: Vec<(String, Container)>,
    /// Containers beside.
    pub sidecars: Vec<(String, Container)>,
    /// File -> sections of options known only on the node.
    pub node_options: Vec<(String, Node)>,
    /// Rules at the Kubernetes API.
    pub access: Vec<Access>,
    /// Uses the node's network.
    pub host_network: bool,
    /// Sees the node's processes.
    pub host_pid: bool,
    /// Shares the node's IPC.
    pub host_ipc: bool,
    /// Seconds between TERM and KILL.
    pub grace: i64,
    /// Ports that anyone may reach.
    pub open: Vec<String>,
    /// Where it may go beyond its needs.
    pub egress: Vec<String>,
}
