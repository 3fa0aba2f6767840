//! Pods as services declare them: containers, mounts, probes, what they wait for.
//!
//! Invariant: bounds are kept, not applied; the model applies them.

use super::bounds::Bounds;
use super::egress::Egress;
use super::expr::{EnvValue, Expr, NodeValue, Qualified};
use super::host_run::HostRun;
use super::mount::{Mount, SecretMount, Volume};
use super::placement::{PodFile, PodSettings};
use crate::diag::{Diagnostic, nearest};
use crate::tree::closed::Words;
use crate::tree::record::{Decoder, Entries, Given, Int, Table};
use crate::tree::word::{FromWord, Traced, Word};
use crate::{alternatives, record, words};

/// A TCP port.
pub type PortNumber = Int<1, 65535>;
/// A user's number.
pub type UserId = Int<0, 4_294_967_294>;

words! {
    /// A transport protocol.
    pub enum Protocol {
        /// TCP.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP.
        Sctp = "SCTP",
    }
}

record! {
    /// A port of a container that no endpoint names; `port NAME 3306`.
    pub struct Port, include(bounds: Bounds), positional("number"), shorthand("number") {
        /// The number.
        number: PortNumber,
        /// TCP where left out.
        protocol: Protocol = Protocol::Tcp,
    }
}

alternatives! {
    /// How the kubelet asks.
    pub enum ProbeAction {
        /// The path of a GET.
        Http(String) = "http",
        /// A TCP connection.
        Tcp(Given) = "tcp",
        /// A command.
        Exec(Vec<Expr>) = "exec",
    }
}

record! {
    /// How the kubelet asks; one of http, tcp and exec.
    pub struct Probe, include(action: ProbeAction) {
        /// The port, where the container has several.
        port: Option<PortNumber>,
        /// Seconds before the first.
        delay: Option<Int<0, 3600>>,
        /// Seconds between two.
        period: Option<Int<1, 3600>>,
        /// Seconds one may take.
        timeout: Option<Int<1, 3600>>,
        /// Failures in a row that count.
        failures: Option<Int<1, 10_000>>,
    }
}

words! {
    /// What may be done with an object at the Kubernetes API.
    pub enum Verb {
        /// Read one.
        Get = "get",
        /// Read all.
        List = "list",
        /// Be told of changes.
        Watch = "watch",
        /// Make one.
        Create = "create",
        /// Replace one.
        Update = "update",
        /// Change one.
        Patch = "patch",
        /// Delete one.
        Delete = "delete",
        /// Delete all.
        DeleteCollection = "deletecollection",
    }
}

record! {
    /// A rule of the pod's Role; `access secrets verbs="get,update" names="keystone-fernet-keys"`.
    pub struct Access, positional("resource") {
        /// The resource, plural, for instance `secrets`.
        resource: Word,
        /// Its API group (core).
        group: Option<Word>,
        /// The verbs, each a word.
        verbs: Words<Verb> [required],
        /// The object names; left out: all in the namespace.
        names: Vec<Word>,
    }
}

alternatives! {
    /// What is waited for.
    pub enum Target {
        /// A job of this service, or SERVICE/JOB, has completed.
        Job(Qualified) = "job",
        /// The endpoint's Service has a ready pod.
        Endpoint(Word) = "endpoint",
        /// The Service that provides this capability has a ready pod.
        Provider(Word) = "provider",
        /// A pod of COMPONENT or SERVICE/COMPONENT is ready on the same node.
        SameNode(Qualified) = "same-node",
        /// A pod of COMPONENT or SERVICE/COMPONENT is ready somewhere.
        Component(Qualified) = "component",
    }
}

record! {
    /// Something that must be there before the pod's own containers start; exactly one of the fields.
    pub struct After, include(target: Target, bounds: Bounds) {}
}

words! {
    /// What a container asks for.
    pub enum Resource {
        /// Requested CPU.
        Cpu = "cpu",
        /// CPU limit.
        CpuLimit = "cpu-limit",
        /// Requested memory.
        Memory = "memory",
        /// Memory limit.
        MemoryLimit = "memory-limit",
        /// Requested ephemeral storage.
        EphemeralStorage = "ephemeral-storage",
    }
}

record! {
    /// A container.
    pub struct Container, include(bounds: Bounds), check(Container::qualify) {
        /// A key of the release's images (the service's).
        image: Option<Word>,
        /// The command and its arguments; after a script: its arguments.
        run: Vec<Expr>,
        /// A file under `files/` to run; `.py` with python3, `.sh` with sh. It is mounted at /opt/taco/bin/.
        script: Option<Word>,
        /// More files under `files/` to mount at /opt/taco/bin/.
        scripts: Vec<Word>,
        /// Environment variables. No secrets: mount them.
        env: Entries<EnvValue>,
        /// Config files.
        mounts as "mount": Table<Mount>,
        /// Secrets as files.
        secrets as "secret": Table<SecretMount>,
        /// Folders.
        volumes as "volume": Table<Volume>,
        /// Ports beyond those of the endpoints it serves.
        ports as "port": Table<Port>,
        /// The uid (the service's); 0 needs root.
        user: Option<Traced<UserId>>,
        /// Full access to the node.
        privileged: Option<Traced<bool>>,
        /// Linux capabilities to add; all others are dropped.
        capabilities: Vec<Capability>,
        /// The root file system is writable. Say why in a comment.
        writable_root: Option<Traced<bool>>,
        /// Requested CPU, a quantity (100m).
        cpu: Option<Expr>,
        /// CPU limit (none: a throttled daemon misses heartbeats).
        cpu_limit: Option<Expr>,
        /// Requested memory (256Mi).
        memory: Option<Expr>,
        /// Memory limit (1Gi).
        memory_limit: Option<Expr>,
        /// Requested room on the node's disk for its empty volumes and its log (10Gi): the scheduler looks for a node that has it.
        ephemeral_storage: Option<Expr>,
        /// Readiness.
        readiness: Option<Probe>,
        /// Liveness; must be more patient than readiness.
        liveness: Option<Probe>,
        /// Start-up.
        startup: Option<Probe>,
        /// A command before the container is stopped.
        stop: Vec<Expr>,
    }
}

impl Container {
    /// Notes whose secret each mount's name is.
    fn qualify(&mut self, decoder: &mut Decoder<'_>) {
        for (name, mount) in &mut self.secrets {
            mount.secret = Qualified::from_word(name.clone(), decoder).unwrap_or_default();
        }
    }

    /// What it asks for of a resource.
    pub fn resource(&self, resource: Resource) -> Option<&Expr> {
        match resource {
            Resource::Cpu => self.cpu.as_ref(),
            Resource::CpuLimit => self.cpu_limit.as_ref(),
            Resource::Memory => self.memory.as_ref(),
            Resource::MemoryLimit => self.memory_limit.as_ref(),
            Resource::EphemeralStorage => self.ephemeral_storage.as_ref(),
        }
    }
}

/// A Linux capability (capabilities(7)), without `CAP_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability(pub String);

/// Those that Linux has.
const CAPABILITIES: [&str; 41] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

impl FromWord for Capability {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        if CAPABILITIES.contains(&word.as_str()) {
            return Some(Capability(word.value));
        }
        let diagnostic = Diagnostic::error("TG0207", word.span, format!("`{word}` is not a Linux capability"));
        let near = nearest(&word, CAPABILITIES);
        decoder.sink.push(
            near.into_iter().fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))),
        );
        None
    }
}

/// What a site adds to a pod of a service.
#[derive(Debug, Clone, Default)]
pub struct OwnPod {
    /// What it says of the pod: of all pods, of those of the service, of this one.
    pub settings: Vec<PodSettings>,
    /// Files of the site.
    pub files: Table<PodFile>,
}

record! {
    /// A pod; the container fields describe its main container.
    pub struct Pod, include(main: Container), beside(own: OwnPod) {
        /// The node label that it needs, as in schema/roles.kdl (openstack-control-plane ...).
        node_selector: Word,
        /// Capabilities (database, queue, cache ...) and endpoint ids: waits for the provider and for this service's own client jobs of that capability, and may talk to it.
        needs: Vec<Word>,
        /// Capabilities and endpoint ids that it may talk to without waiting.
        may_connect_to: Vec<Word>,
        /// More to wait for.
        after: Vec<After>,
        /// Containers that run first, after the start-up gate, in order.
        init: Table<Container>,
        /// Containers beside the main one.
        sidecars as "sidecar": Table<Container>,
        /// File -> section -> option with values known only on the node; an init container writes each file, an oslo INI, into /run/taco/node/.
        node_options: Entries<Entries<Entries<NodeValue>>>,
        /// What differs on a host from a pod.
        host: Vec<HostRun>,
        /// What it may do at the Kubernetes API; left out: nothing.
        access: Vec<Access>,
        /// Uses the node's network.
        host_network: bool,
        /// Sees the node's processes.
        host_pid: bool,
        /// Shares the node's IPC.
        host_ipc: bool,
        /// Seconds between TERM and KILL (30).
        termination_grace_period: Option<Traced<Int<0, 86_400>>>,
        /// Ports (by name or endpoint id) that anyone may reach, beyond those whose needs are declared.
        ingress_from_any: Vec<Word>,
        /// Where it may go beyond its needs: `any`, `kubernetes`, or site networks by name.
        egress: Vec<Egress>,
    }
}

impl Pod {
    /// Seconds between TERM and KILL where nothing is said (Kubernetes' own default).
    pub const GRACE_SECONDS: i64 = 30;

    /// All containers: the main one, those before it, those beside it.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        std::iter::once(&self.main).chain(self.init.values()).chain(self.sidecars.values())
    }
}
