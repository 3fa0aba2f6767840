//! Services as typed data.
//!
//! Invariant: everything here was read from service data; bounds are not yet decided, since they depend on the site.

mod pod;

pub use pod::*;

use indexmap::IndexMap;

use crate::span::Span;
use crate::spec::site::Patch;
use crate::tree::node::Node;

/// When an item is there.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// The first release.
    pub since: Option<String>,
    /// The last release.
    pub until: Option<String>,
    /// All of these hold.
    pub when: Vec<Condition>,
}

/// A condition on the site.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Must it not hold?
    pub negated: bool,
    /// The service it is about; none: the service that states it.
    pub service: Option<String>,
    /// The capability whose provider speaks TLS, where that is what it asks.
    pub tls: Option<String>,
    /// The label or group of a node, where that is what it asks.
    pub node: Option<NodeCondition>,
    /// The setting and the value it has; none: the service is enabled.
    pub setting: Option<(String, String)>,
}

/// A condition on nodes, by the label or group that a role brings.
#[derive(Debug, Clone)]
pub enum NodeCondition {
    /// The node that a host file is made for has it.
    This(String),
    /// Some node of the site has it.
    Any(String),
}

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where its data begins.
    pub span: Span,
    /// When it is there.
    pub bounds: Bounds,
    /// What it does.
    pub summary: String,
    /// Is it on where the site says nothing?
    pub default_on: bool,
    /// Services that must be on.
    pub requires: Vec<String>,
    /// The delivery unit.
    pub unit: String,
    /// The image key.
    pub image: String,
    /// The uid.
    pub user: Option<i64>,
    /// Knobs.
    pub settings: IndexMap<String, Setting>,
    /// Databases by id.
    pub databases: IndexMap<String, Database>,
    /// The virtual host at the broker.
    pub vhost: Option<(String, Span)>,
    /// Identity users.
    pub identities: IndexMap<String, Identity>,
    /// Endpoints by id.
    pub endpoints: IndexMap<String, Endpoint>,
    /// Capabilities.
    pub provides: IndexMap<String, Provide>,
    /// Secrets.
    pub secrets: IndexMap<String, Secret>,
    /// Config files.
    pub files: IndexMap<String, FileDeclaration>,
    /// Long-running workloads.
    pub components: IndexMap<String, Component>,
    /// Jobs.
    pub jobs: IndexMap<String, Job>,
    /// Config fragments by name: `config/NAME.kdl`.
    pub fragments: IndexMap<String, Fragment>,
    /// Changes to finished objects of any service, before the site's own.
    pub patches: Vec<(Bounds, Patch)>,
    /// What must hold between values of a site.
    pub rules: Vec<crate::catalog::rule::Rule>,
    /// Texts by name: `files/NAME`.
    pub texts: IndexMap<String, (std::borrow::Cow<'static, str>, Span)>,
}

/// A fragment: section -> option -> value.
pub type Fragment = IndexMap<String, IndexMap<String, OptionValue>>;

/// An option of a fragment.
#[derive(Debug, Clone)]
pub struct OptionValue {
    /// When it is there.
    pub bounds: Bounds,
    /// Where its name is written.
    pub key: Span,
    /// The value.
    pub value: Node,
    /// Values are joined by this into one line.
    pub join: Option<String>,
    /// Each item of the value is an option of its own.
    pub enumerate: bool,
}

/// A knob.
#[derive(Debug, Clone)]
pub struct Setting {
    /// `text`, `integer`, `boolean`, `quantity`, `list`.
    pub kind: String,
    /// Its default.
    pub default: Option<Node>,
    /// The words it may be.
    pub choices: Vec<String>,
    /// Bounds of a number.
    pub minimum: Option<i64>,
    /// Bounds of a number.
    pub maximum: Option<i64>,
    /// What it decides.
    pub doc: String,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Database {
    /// When it is there.
    pub bounds: Bounds,
    /// The schema's name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// An identity user.
#[derive(Debug, Clone)]
pub struct Identity {
    /// When it is there.
    pub bounds: Bounds,
    /// Roles.
    pub roles: Vec<String>,
    /// The project.
    pub project: String,
    /// The domain.
    pub domain: String,
    /// Do entities belong to the user itself, so that no second user can take its place?
    pub sole: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A server speaks TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// When it does.
    pub bounds: Bounds,
    /// The port instead of the plain one.
    pub port: Option<i64>,
}

/// An endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// When it is there.
    pub bounds: Bounds,
    /// Where it is declared.
    pub span: Span,
    /// The port.
    pub port: i64,
    /// It speaks TLS inside of the cluster.
    pub tls: Option<Tls>,
    /// The path in the catalog.
    pub path: String,
    /// The Kubernetes Service, where it is not the component's name.
    pub service: Option<String>,
    /// The catalog type.
    pub kind: Option<String>,
    /// Other catalog types that lead to it, with the releases that want them.
    pub also: IndexMap<String, Bounds>,
    /// The catalog name.
    pub title: Option<String>,
    /// The host's first label outside.
    pub public: Option<String>,
    /// The NodePort.
    pub node_port: Option<i64>,
    /// The largest request body.
    pub body_size: Option<String>,
    /// How long a proxy waits.
    pub timeout: Option<String>,
}

/// A secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// When it is there.
    pub bounds: Bounds,
    /// How it is made.
    pub kind: String,
    /// How long it is, where the kind leaves it open.
    pub length: Option<usize>,
    /// Data is encrypted with it: it never changes.
    pub fixed: bool,
    /// Kubernetes Services whose names a certificate has.
    pub services: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A config file.
#[derive(Debug, Clone)]
pub struct FileDeclaration {
    /// When it is there.
    pub bounds: Bounds,
    /// Where it is declared.
    pub span: Span,
    /// The format.
    pub format: String,
    /// Fragments to start from.
    pub fragments: Vec<String>,
    /// The file it extends.
    pub extends: Option<String>,
    /// Sections of that file it leaves out.
    pub without: Vec<String>,
    /// Variables of a template.
    pub variables: IndexMap<String, Node>,
    /// Where the file goes that is no pod's.
    pub host: Option<HostPlace>,
    /// What a YAML file starts from.
    pub document: Option<HostDocument>,
    /// The mode in the pod.
    pub mode: u32,
    /// The program reads changes by itself.
    pub reload: bool,
    /// The option tables that it is judged by, `TABLE` or `TABLE/FILE`.
    pub tables: Vec<String>,
    /// Sections that are named by the site.
    pub sections: Vec<OpenSections>,
    /// Options that no table knows: section -> names.
    pub extra: IndexMap<String, Vec<String>>,
}

/// Where a host file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPlace {
    /// The absolute path on each node that has it.
    Node(String),
    /// The path below `hosts/`; the site has it once.
    Site(String),
}

/// A document that a pass makes of the site's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostDocument {
    /// A node's interfaces as netplan has them.
    Interfaces,
    /// The site's nodes as an Ansible inventory.
    Inventory,
}

/// Sections whose names are free: one for each backend, say.
#[derive(Debug, Clone)]
pub struct OpenSections {
    /// The sections of the table whose options they take.
    pub like: Vec<String>,
    /// Names that they may have.
    pub named: Vec<String>,
    /// The option that lists their names, `SECTION OPTION`; of `name:type` the name counts.
    pub listed_in: Option<String>,
}

/// A Kubernetes Service beyond those of endpoints.
#[derive(Debug, Clone)]
pub struct ServiceObject {
    /// When it is there.
    pub bounds: Bounds,
    /// The name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Names the pods.
    pub headless: bool,
    /// Names pods that are not ready.
    pub unready: bool,
    /// More labels to select by.
    pub select: Vec<(String, Node)>,
    /// Where it is declared.
    pub span: Span,
}

/// A long-running workload.
#[derive(Debug, Clone)]
pub struct Component {
    /// The pod.
    pub pod: Pod,
    /// `deployment`, `statefulset`, `daemonset`.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// Endpoint ids.
    pub serves: Vec<String>,
    /// The number of pods as given.
    pub replicas: Option<Node>,
    /// Processes of a pod that connect for themselves, to be added up.
    pub processes: Vec<Node>,
    /// More than one replica is a mistake.
    pub single: bool,
    /// More Services.
    pub services: Vec<ServiceObject>,
    /// The headless Service.
    pub headless: Option<String>,
    /// Pods start together.
    pub parallel: bool,
    /// Restarting touches tenants.
    pub data_plane: bool,
    /// How many pods a rollout may take down.
    pub max_unavailable: Option<Node>,
    /// `required`, `preferred`, `none`.
    pub spread: String,
    /// Pods form a quorum.
    pub members: bool,
    /// The delivery unit, where it is not the service's.
    pub unit: Option<String>,
}

/// A workload that ends.
#[derive(Debug, Clone)]
pub struct Job {
    /// The pod.
    pub pod: Pod,
    /// The cron expression.
    pub schedule: Option<Node>,
    /// How often it is tried again.
    pub retries: i64,
    /// Seconds one run may take.
    pub deadline: Option<i64>,
    /// The folder of the client's credentials.
    pub client_secret: Option<String>,
    /// The delivery unit.
    pub unit: Option<String>,
}

/// A capability.
#[derive(Debug, Clone)]
pub struct Provide {
    /// When it is there.
    pub bounds: Bounds,
    /// The component behind it.
    pub component: String,
    /// The Kubernetes Service.
    pub service: String,
    /// Its port.
    pub port: i64,
    /// It speaks TLS.
    pub tls: Option<Tls>,
    /// How a client's URL is made; the first that holds.
    pub urls: Vec<ClientUrl>,
    /// How many connections clients may open.
    pub connections: Option<crate::catalog::rule::Connections>,
    /// Jobs for each client.
    pub jobs: IndexMap<String, Job>,
    /// Where it is declared.
    pub span: Span,
}

/// How a client's URL is made.
#[derive(Debug, Clone)]
pub struct ClientUrl {
    /// When it is that.
    pub bounds: Bounds,
    /// Text with places.
    pub text: String,
    /// What is said of each pod.
    pub member: String,
    /// Where it is written.
    pub span: Span,
}

/// A release with its images.
#[derive(Debug, Clone)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Images by key.
    pub images: IndexMap<String, (String, Span)>,
}

/// A node role.
#[derive(Debug, Clone, Default)]
pub struct Role {
    /// Labels.
    pub labels: Vec<String>,
    /// Groups of the inventory; a trailing `?` means only where no other role of the site brings the group.
    pub groups: Vec<String>,
    /// What host files ask for besides labels and groups; `?` as there.
    pub traits: Vec<String>,
}

/// Everything that the program or the project's folder holds about services.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Services by name, in order of name.
    pub services: IndexMap<String, Service>,
    /// Shared fragments.
    pub fragments: IndexMap<String, Fragment>,
    /// Rules that belong to no service.
    pub rules: Vec<crate::catalog::rule::Rule>,
    /// Releases, oldest first.
    pub releases: Vec<Release>,
    /// Kubernetes versions, oldest first.
    pub kubernetes: Vec<String>,
    /// Images that do not follow the release.
    pub images: IndexMap<String, (String, Span)>,
    /// Node roles.
    pub roles: IndexMap<String, Role>,
}
