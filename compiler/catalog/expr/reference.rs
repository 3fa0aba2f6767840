//! References: a function with its arguments, decoded.
//!
//! Invariant: what a reference names is a word with its place, so that the binding pass can tell at the word.

use super::field::{ClientField, EndpointPart, HostField, Interface, NetworkField, ProviderPart, SiteField, Trusted};
use crate::catalog::bounds::Conditions;
use crate::catalog::qualified::Qualified;
use crate::tree::word::Word;
use crate::words;

/// The code of what is wrong with a reference.
pub(super) const CODE: &str = "TG0507";

/// An option: `FILE SECTION OPTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionPath {
    /// The file.
    pub file: Word,
    /// The section.
    pub section: Word,
    /// The option.
    pub option: Word,
}

/// How pods are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What stands before each host.
    pub prefix: String,
    /// What stands there where the provider speaks TLS.
    pub tls_prefix: Option<String>,
    /// Does `POD=` stand before that?
    pub named: bool,
    /// What stands between two.
    pub separator: String,
}

/// A sum of amounts divided by a product of amounts, rounded up, and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotient {
    /// What is added up.
    pub sum: Vec<Amount>,
    /// What it is divided by.
    pub product: Vec<Amount>,
    /// What is added in the end.
    pub plus: Option<Amount>,
}

/// An integer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// A literal.
    Number(i64),
    /// That of an option.
    Option(OptionPath),
    /// That of a setting.
    Setting(Qualified),
}

/// A reference: a function with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An endpoint's URL or a part of it.
    Endpoint(EndpointPart, Word, Interface),
    /// The address of the Service that provides a capability, or a part of it.
    Provider(ProviderPart, Word),
    /// Every pod behind a capability.
    ProviderHosts(Word, Listing),
    /// The URL of a database of this service, the first where none is named; in a library's own form where one is.
    DatabaseUrl(Option<Word>, Option<Word>),
    /// The transport URL of this service, or of another one; of a virtual host beside that of its queue where one is named.
    QueueUrl(Option<Word>, Option<Word>),
    /// A secret, and the key where it is not the usual one.
    Secret(Qualified, Option<Word>),
    /// The password of an identity user; of the first where none is named.
    IdentityPassword(Option<Word>),
    /// A value of the site.
    Site(SiteField),
    /// A field of the host that it is for, where the site is for hosts.
    Host(HostField),
    /// A field of a network of the site.
    Network(Word, NetworkField),
    /// A setting.
    Setting(Qualified),
    /// How many pods a component runs.
    Replicas(Qualified),
    /// Host names of a StatefulSet's pods, with a port where there is one.
    Pods(Qualified, Option<i64>, Listing),
    /// This service's name.
    OwnName,
    /// The name of an identity user; of the first where none is named.
    OwnIdentity(Option<Word>),
    /// This service's virtual host; one beside that of its queue where one is named.
    OwnVhost(Option<Word>),
    /// The name of a database of this service; of the first where none is named.
    OwnDatabase(Option<Word>),
    /// Names of the nodes that carry a label.
    NodesLabelled(Word),
    /// How many nodes carry a label, at most so many.
    Nodes(Word, Option<usize>),
    /// The bytes that a component's main container may use.
    MemoryLimit(Word),
    /// Another option of this service, and what stands for it where it is not set.
    Option(OptionPath, Option<String>),
    /// A sum by a product, rounded up, and more.
    Quotient(Quotient),
    /// A text for each of some records.
    Each(Each),
    /// Some records as JSON.
    Records(Records),
    /// A field of the client, in jobs under `provides`.
    Client(ClientField),
    /// What `*` stands for in the names of files of a pattern.
    Files(Word),
    /// An image by key.
    Image(Word),
    /// A UUID made of the site's name, the service's and a text: always the same, and not a secret.
    Uuid(Word),
    /// The path of the certificates that clients trust.
    Trust(Trusted),
    /// A text where the conditions hold, none where they do not.
    If(Conditions, Vec<Piece>),
}

impl Reference {
    /// Does it give a secret?
    pub fn is_secret(&self) -> bool {
        match self {
            Reference::Secret(..)
            | Reference::DatabaseUrl(..)
            | Reference::QueueUrl(..)
            | Reference::IdentityPassword(_) => true,
            Reference::If(_, pieces) => pieces.iter().filter_map(Piece::reference).any(Reference::is_secret),
            _ => false,
        }
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Itself.
    Literal(String),
    /// What a function gives.
    Reference(Reference),
}

impl Piece {
    /// The function, where it is one.
    pub fn reference(&self) -> Option<&Reference> {
        if let Piece::Reference(reference) = self { Some(reference) } else { None }
    }
}

words! {
    /// Where records come from.
    pub enum Source {
        /// The networks of the site.
        Networks = "networks",
        /// The time servers of all networks.
        Ntp = "ntp",
        /// The time server pools of all networks.
        NtpPools = "ntp-pools",
        /// The VLAN ids that tenants' networks may have on physical networks.
        VlanRanges = "vlan-ranges",
        /// Endpoints that others serve and the site enters into the identity catalog; a job that asks for them is there where some are.
        SiteEndpoints = "site-endpoints",
        /// The nodes of the site.
        Nodes = "nodes",
        /// The node that a host file or a value of `node-options` is for.
        Node = "node",
        /// The interfaces of that node.
        Interfaces = "interfaces",
        /// Those of them that are ports of an Open vSwitch bridge.
        BridgePorts = "bridge-ports",
        /// The cards that its switch drives in user space, each a port of a bridge; the address is the bridge's.
        DpdkCards = "dpdk-cards",
        /// What a switch in user space has of that node.
        Dpdk = "dpdk",
        /// The physical networks that reach that node.
        Uplinks = "uplinks",
        /// Its cards whose functions go to instances by SR-IOV.
        SriovCards = "sriov-cards",
        /// Arguments of that node's kernel.
        KernelArguments = "kernel-arguments",
        /// Parameters of its kernel modules.
        ModuleParameters = "module-parameters",
        /// Rules of its device manager.
        UdevRules = "udev-rules",
        /// Limits of its users.
        Limits = "limits",
        /// Packages of its system.
        Packages = "packages",
        /// The Deployments, StatefulSets and DaemonSets of the site; `spare`: pods that may be away at once, left out where none may.
        Workloads = "workloads",
        /// What a balancer has at the virtual address of a site for hosts, with the hosts behind it.
        Balanced = "balanced",
        /// The back ends of this service that the site names.
        BackEnds = "back-ends",
        /// The variables of the site's proxy.
        Proxies = "proxies",
        /// The databases of a client, in jobs under `provides`.
        Databases = "databases",
        /// The accounts of a client at its database.
        DatabaseAccounts = "database-accounts",
        /// The accounts of a client at its broker.
        QueueAccounts = "queue-accounts",
        /// The users of a client at the identity service.
        IdentityAccounts = "identity-accounts",
        /// What a client's endpoints have in the catalog, one for each type.
        CatalogTypes = "catalog-types",
    }
}

impl Source {
    /// The fields of its records; a trailing `.` wants a network behind it.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Source::Networks => &["name", "cidr", "mtu", "vlan", "gateway", "vip", "physical"],
            Source::Ntp | Source::NtpPools => &["address", "network"],
            Source::BridgePorts => &["bridge", "interface"],
            Source::DpdkCards => &["bridge", "interface", "pci", "driver", "mtu", "address", "tag"],
            Source::Dpdk => &["pmd-mask", "lcore-mask", "socket-memory"],
            Source::VlanRanges => &["network", "physical", "range"],
            Source::Uplinks => &["physical", "bridge", "interface", "network", "mtu"],
            Source::Nodes | Source::Node => &["name", "zone", "uplinks", "unreached", "address."],
            Source::Interfaces => &["name", "bridge", "mtu"],
            Source::SriovCards => &["physical", "interface", "functions", "trusted"],
            Source::KernelArguments => &["argument"],
            Source::ModuleParameters => &["module", "parameters"],
            Source::UdevRules => &["rule"],
            Source::Limits => &["domain", "item", "value"],
            Source::Packages => &["name"],
            Source::Workloads => &["name", "kind", "service", "spare", "data-plane"],
            Source::Balanced => &["name", "port", "mode", "order", "timeout", "check-port", "check-expects", "servers"],
            Source::BackEnds => &["name", "kind", "setting."],
            Source::Proxies => &["variable", "scheme", "value"],
            Source::Databases => &["name"],
            Source::DatabaseAccounts | Source::QueueAccounts => &["name", "key"],
            Source::IdentityAccounts => &["name", "key", "domain", "roles", "project"],
            Source::CatalogTypes | Source::SiteEndpoints => {
                &["type", "name", "description", "region", "public", "internal"]
            }
        }
    }

    /// Does it hold records of one node?
    pub fn is_of_node(self) -> bool {
        let is_device = matches!(
            self,
            Source::Interfaces | Source::BridgePorts | Source::DpdkCards | Source::Uplinks | Source::SriovCards
        );
        is_device || matches!(self, Source::Node | Source::Dpdk) || self.is_of_host()
    }

    /// Does it hold features of one node's host?
    pub fn is_of_host(self) -> bool {
        matches!(
            self,
            Source::KernelArguments | Source::ModuleParameters | Source::UdevRules | Source::Limits | Source::Packages
        )
    }

    /// Does it hold records of the client of a job under `provides`?
    pub fn is_of_client(self) -> bool {
        matches!(
            self,
            Source::Databases
                | Source::DatabaseAccounts
                | Source::QueueAccounts
                | Source::IdentityAccounts
                | Source::CatalogTypes
        )
    }
}

/// Which records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Those that have the field.
    Has(Word),
    /// Those that do not.
    Lacks(Word),
    /// Those of which the field is that.
    Is(Word, Word),
    /// Nodes with that label, group or trait.
    In(Word),
}

/// A source and which of its records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The source.
    pub source: Source,
    /// Of back ends: the service whose they are; left out, the one that it stands in.
    pub owner: Option<Word>,
    /// All of these hold.
    pub filters: Vec<Filter>,
    /// On a site of more nodes than that, only this node and those that have the label, group or trait.
    pub limit: Option<(usize, Word)>,
}

/// A piece of what is said of each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// A field of the record.
    Field(Word),
    /// What a function gives.
    Reference(Reference),
}

/// A text for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Each {
    /// The records.
    pub of: Selection,
    /// The text.
    pub parts: Vec<Part>,
}

/// An object for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The records.
    pub of: Selection,
    /// Names, nested by dots, and the field that each has; a record without the field has no such name.
    pub fields: Vec<(Word, Word)>,
}
