//! Values of service data and specs: literals, references, and texts that references are interpolated into.
//!
//! A reference is written `(function)"arguments"` in KDL, `!function arguments` in YAML; inside `(text)"..{function:arguments}.."`
//! several are interpolated into one text. [`FUNCTIONS`] is the whole set.
//!
//! Invariant: the set of functions and of their arguments is closed; a value that was decoded is never read as text again.

mod function;
mod parse;
mod records;

pub use function::{FUNCTIONS, Function};
pub use records::{Each, Filter, Part, Records, Selection, Source};

use indexmap::IndexMap;

use crate::span::Span;
use crate::tree::node::{Node, Text, Value};
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Word};
use crate::words;

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Decimal(Text),
    /// A text.
    Text(Text),
}

impl Literal {
    /// The scalar as text.
    pub fn text(&self) -> String {
        match self {
            Literal::Bool(flag) => flag.to_string(),
            Literal::Integer(number) => number.to_string(),
            Literal::Decimal(text) | Literal::Text(text) => text.to_string(),
        }
    }
}

/// A value; two are equal where they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: Kind,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Itself.
    Literal(Literal),
    /// What a function gives.
    Reference(Reference),
    /// Pieces in order.
    Text(Vec<Piece>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Itself.
    Literal(String),
    /// What a function gives.
    Reference(Reference),
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Expr {
    /// The text of a literal.
    pub fn literal(&self) -> Option<String> {
        if let Kind::Literal(literal) = &self.kind { Some(literal.text()) } else { None }
    }

    /// The references in it.
    pub fn references(&self) -> Vec<&Reference> {
        match &self.kind {
            Kind::Literal(_) => Vec::new(),
            Kind::Reference(reference) => vec![reference],
            Kind::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| if let Piece::Reference(reference) = piece { Some(reference) } else { None })
                .collect(),
        }
    }

    /// Does it give a value for each of some records?
    pub fn is_each(&self) -> bool {
        matches!(self.kind, Kind::Reference(Reference::Each(_)))
    }

    /// Does it give a secret?
    pub fn is_secret(&self) -> bool {
        self.references().into_iter().any(Reference::is_secret)
    }
}

impl Described for Expr {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let kind = match &node.tag {
            Some(_) => parse::tagged(node, decoder)?,
            None => Kind::Literal(literal(node)?),
        };
        Some(Expr { span: node.span, kind })
    }
}

fn literal(node: &Node) -> Option<Literal> {
    Some(match &node.value {
        Value::Bool(flag) => Literal::Bool(*flag),
        Value::Integer(number) => Literal::Integer(*number),
        Value::Decimal(text) => Literal::Decimal(text.clone()),
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}

/// A value, a list, or entries by name, at any depth.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Where it stands.
    pub span: Span,
    /// What it holds.
    pub branch: Branch,
}

/// What a tree holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Branch {
    /// An explicit unset.
    Unset,
    /// A value.
    One(Expr),
    /// Values in order.
    List(Vec<Tree>),
    /// Entries by name.
    Map(IndexMap<Word, Tree>),
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.branch == other.branch
    }
}

impl Tree {
    /// The items of a list, or the tree alone; none where it is unset.
    pub fn items(&self) -> &[Tree] {
        match &self.branch {
            Branch::Unset => &[],
            Branch::List(items) => items,
            Branch::One(_) | Branch::Map(_) => std::slice::from_ref(self),
        }
    }

    /// The values: of a list each, else the one.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        self.items().iter().filter_map(|item| if let Branch::One(value) = &item.branch { Some(value) } else { None })
    }

    /// The one literal's text.
    pub fn literal(&self) -> Option<String> {
        if let Branch::One(value) = &self.branch { value.literal() } else { None }
    }

    /// The entries, where it has some.
    pub fn as_map(&self) -> Option<&IndexMap<Word, Tree>> {
        if let Branch::Map(map) = &self.branch { Some(map) } else { None }
    }

    /// All values at any depth.
    pub fn leaves(&self) -> Vec<&Expr> {
        match &self.branch {
            Branch::Unset => Vec::new(),
            Branch::One(value) => vec![value],
            Branch::List(items) => items.iter().flat_map(Tree::leaves).collect(),
            Branch::Map(map) => map.values().flat_map(Tree::leaves).collect(),
        }
    }
}

impl Described for Tree {
    const SHAPE: Shape = Shape::Any;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let branch = match &node.value {
            Value::Null => Branch::Unset,
            Value::List(items) => Branch::List(items.iter().filter_map(|item| Tree::decode(item, decoder)).collect()),
            Value::Map(map) => Branch::Map(
                map.iter()
                    .filter_map(|(name, entry)| {
                        Some((Word::new(name.to_string(), entry.key), Tree::decode(&entry.node, decoder)?))
                    })
                    .collect(),
            ),
            Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) | Value::Text(_) => {
                Branch::One(Expr::decode(node, decoder)?)
            }
        };
        Some(Tree { span: node.span, branch })
    }
}

/// A value or a list of values, or an explicit unset.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub Tree);

impl std::ops::Deref for Values {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.0
    }
}

impl Described for Values {
    const SHAPE: Shape = Shape::Value;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Tree::decode(node, decoder).map(Values)
    }
}

/// A name that may be that of another service's item: `NAME` or `SERVICE/NAME`, `SERVICE.NAME` of settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qualified {
    /// The service; none: the one that it stands in.
    pub service: Option<Word>,
    /// The name.
    pub name: Word,
}

impl Qualified {
    /// The service, given the one that the name stands in.
    pub fn service<'s>(&'s self, own: &'s str) -> &'s str {
        self.service.as_deref().unwrap_or(own)
    }

    /// `SERVICE/NAME`, given the service that the name stands in.
    pub fn id(&self, own: &str) -> String {
        format!("{}/{}", self.service(own), self.name)
    }
}

impl FromWord for Qualified {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(parse::qualified(word, "/"))
    }
}

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
    /// The URL of a database of this service; the first where none is named.
    DatabaseUrl(Option<Word>),
    /// The transport URL of this service.
    QueueUrl,
    /// A secret, and the key where it is not the usual one.
    Secret(Qualified, Option<Word>),
    /// The password of an identity user; of the first where none is named.
    IdentityPassword(Option<Word>),
    /// A value of the site.
    Site(SiteField),
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
    /// This service's virtual host.
    OwnVhost,
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
    /// An image by key.
    Image(Word),
    /// The path of the certificates that clients trust.
    Trust,
}

impl Reference {
    /// Does it give a secret?
    pub fn is_secret(&self) -> bool {
        matches!(
            self,
            Reference::Secret(..) | Reference::DatabaseUrl(_) | Reference::QueueUrl | Reference::IdentityPassword(_)
        )
    }
}

words! {
    /// A part of an endpoint's address.
    pub enum EndpointPart {
        /// The URL with its path.
        Url = "endpoint",
        /// The URL without a path.
        Root = "endpoint-root",
        /// The host.
        Host = "endpoint-host",
        /// The port.
        Port = "endpoint-port",
        /// `http` or `https`.
        Scheme = "endpoint-scheme",
    }
}

words! {
    /// A part of a provider's address.
    pub enum ProviderPart {
        /// `host:port`.
        Address = "provider",
        /// The host.
        Host = "provider-host",
        /// The port.
        Port = "provider-port",
    }
}

words! {
    /// From where an endpoint is reached.
    pub enum Interface {
        /// Inside the cluster.
        Internal = "internal",
        /// Inside the cluster, for administrators.
        Admin = "admin",
        /// From outside.
        Public = "public",
    }
}

words! {
    /// A field of a network of the site.
    pub enum NetworkField {
        /// Its addresses.
        Cidr = "cidr",
        /// Its MTU.
        Mtu = "mtu",
        /// The default gateway.
        Gateway = "gateway",
        /// The virtual address.
        Vip = "vip",
        /// The VLAN id.
        Vlan = "vlan",
        /// The physical network's name.
        Physical = "physical",
        /// Name servers, joined by commas.
        Dns = "dns",
    }
}

words! {
    /// A value of the site.
    pub enum SiteField {
        /// Its name.
        Name = "name",
        /// Its region.
        Region = "region",
        /// The domain of public endpoints.
        Domain = "domain",
        /// The Kubernetes namespace.
        Namespace = "namespace",
        /// The cluster's DNS domain.
        ClusterDomain = "cluster-domain",
        /// The OpenStack release.
        Release = "release",
        /// The host of node ports.
        NodePortHost = "node-port-host",
        /// The virtual address, or what stands for it.
        Vip = "vip",
        /// The StorageClass of claims; may be empty.
        StorageClass = "storage-class",
        /// `https` where public URLs have a certificate, else `http`.
        Scheme = "scheme",
    }
}

words! {
    /// A field of a client, for the jobs that a capability runs for it.
    pub enum ClientField {
        /// Its name.
        Name = "name",
        /// Its virtual host.
        Vhost = "vhost",
    }
}

words! {
    /// A field of the pod, from Kubernetes' downward API.
    pub enum PodField {
        /// Its name.
        Name = "name",
        /// Its namespace.
        Namespace = "namespace",
        /// Its address.
        Ip = "ip",
        /// Its node's address.
        HostIp = "host-ip",
        /// Its node's name.
        Node = "node",
    }
}

/// The value of an environment variable.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// A field of the pod.
    Pod(PodField, Span),
    /// A value.
    Value(Expr),
}

impl EnvValue {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            EnvValue::Pod(_, span) => *span,
            EnvValue::Value(value) => value.span,
        }
    }
}

impl Described for EnvValue {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.tag.as_deref() {
            Some("pod") => {
                Some(EnvValue::Pod(parse::closed(node, decoder, PodField::CHOICES, PodField::parse)?, node.span))
            }
            _ => Expr::decode(node, decoder).map(EnvValue::Value),
        }
    }
}

/// The value of an option that is known only on the node.
#[derive(Debug, Clone)]
pub enum NodeValue {
    /// The node's address in a network.
    Address(Word),
    /// A value.
    Value(Expr),
}

impl Described for NodeValue {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.tag.as_deref() {
            Some("node-address") => parse::single(node, decoder).map(NodeValue::Address),
            _ => Expr::decode(node, decoder).map(NodeValue::Value),
        }
    }
}
