//! Resources of a service: what its API keeps and a site may declare, as kinds with typed fields.
//!
//! Invariant: a kind has one owner, and a Job of that service makes its resources.

use super::bounds::Bounds;
use crate::tree::record::{Table, Whole};
use crate::tree::word::Word;
use crate::{record, words};

words! {
    /// What a field of a resource holds.
    pub enum FieldType {
        /// Text.
        Text = "text",
        /// An integer.
        Integer = "integer",
        /// `#true` or `#false`.
        Boolean = "boolean",
        /// Several texts.
        List = "list",
        /// Texts by name.
        Map = "map",
        /// A network, `10.0.0.0/24`.
        Cidr = "cidr",
        /// An address.
        Address = "address",
        /// Several addresses.
        Addresses = "addresses",
        /// Ranges of addresses, `FIRST-LAST`.
        Ranges = "address-ranges",
        /// A URL of http or https.
        Url = "url",
        /// The name of a resource.
        Resource = "resource",
        /// Names of resources.
        Resources = "resources",
        /// The name of a secret of the site; the Job reads its value from a file.
        Secret = "secret",
        /// Names of nodes of the site.
        Nodes = "nodes",
        /// The name of a physical network of the site.
        PhysicalNetwork = "physical-network",
    }
}

impl FieldType {
    /// What a message says that it expects.
    pub fn expected(self) -> &'static str {
        match self {
            FieldType::Text | FieldType::List => "text",
            FieldType::Integer => "an integer",
            FieldType::Boolean => "`#true` or `#false`",
            FieldType::Map => "texts by name, `NAME { KEY VALUE }`",
            FieldType::Cidr => "a network such as `10.0.0.0/24`",
            FieldType::Address | FieldType::Addresses => "an IP address such as `10.0.0.1`",
            FieldType::Ranges => "a range of addresses such as `10.0.0.10-10.0.0.200`",
            FieldType::Url => "a URL such as `https://images.example.com/cirros.img`",
            FieldType::Resource | FieldType::Resources => "the name of a resource",
            FieldType::Secret => "the name of a secret of the site",
            FieldType::Nodes => "the name of a node, or a range of them",
            FieldType::PhysicalNetwork => "the name of a physical network",
        }
    }

    /// May it hold several values?
    pub fn is_many(self) -> bool {
        matches!(
            self,
            FieldType::List | FieldType::Addresses | FieldType::Ranges | FieldType::Resources | FieldType::Nodes
        )
    }

    /// May a reference stand in it?
    pub fn is_free(self) -> bool {
        matches!(
            self,
            FieldType::Text
                | FieldType::List
                | FieldType::Cidr
                | FieldType::Address
                | FieldType::Addresses
                | FieldType::Url
        )
    }
}

record! {
    /// A field of a resource.
    pub struct ResourceField {
        /// What it holds (text).
        kind as "type": FieldType = FieldType::Text,
        /// Of `resource` and `resources`: the kind that it names.
        of: Option<Word>,
        /// A resource cannot be without it.
        required: bool,
        /// A field that goes with it.
        requires: Option<Word>,
        /// The service cannot change it once the resource is there.
        immutable: bool,
        /// Of `text` and `list`: the words that a value may be.
        choices: Vec<Word>,
        /// The smallest number.
        minimum: Option<Whole>,
        /// The largest number.
        maximum: Option<Whole>,
        /// Of addresses: the field of type `cidr` whose network they are in.
        within: Option<Word>,
        /// What it decides.
        doc: String,
    }
}

record! {
    /// A kind of resource that a site may declare: `resources { KIND NAME { FIELD VALUE } }`. A file with `document=resources` holds them, and the Job that mounts it makes them.
    pub struct ResourceKind, include(bounds: Bounds) {
        /// What such a resource is.
        doc: String,
        /// Its fields.
        fields as "field": Table<ResourceField> [required],
        /// Names that are there without being declared.
        existing: Vec<Word>,
        /// The kind whose resource it belongs to, one at most, and whose name it has: a quota has that of its project.
        named_by: Option<Word>,
    }
}

/// The folder of a secret that a field of a resource names.
pub fn secret_folder(name: &str) -> String {
    format!("/run/secrets/resources/{name}")
}
