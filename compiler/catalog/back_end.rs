//! Kinds of back ends: what a service has once more for each back end that a site names.
//!
//! A kind is written once, with the word `NAME` wherever that of the back end stands: `secret "NAME-ceph-key"`, `(setting)"NAME/pool"`,
//! `config/rbd-NAME.kdl`.
//!
//! Invariant: what a kind says of one name is what it says of any other.

use super::client::{Database, VirtualHost};
use super::component::{Component, Job};
use super::egress::Egress;
use super::endpoint::Endpoint;
use super::file::File;
use super::mount::{Mount, SecretMount, Volume};
use super::pod::{After, Container};
use super::secret::Secret;
use super::setting::Setting;
use crate::diag::Sink;
use crate::record;
use crate::span::Span;
use crate::tree::node::{Entry, Node, Value};
use crate::tree::record::{Decoder, Described, Entries, Int, Table};
use crate::tree::shape::Shape;
use crate::tree::word::Word;

/// What stands for the name of the back end.
pub const NAME: &str = "NAME";

record! {
    /// What a pod that is there anyway has for each back end: `pod api { secret "NAME-ceph-key" at="/etc/ceph/NAME" }`; of another service `pod "nova/compute"`, where that is on.
    pub struct PodPart {
        /// Containers of the pod that have what is mounted (the main one).
        containers: Vec<Word>,
        /// Config files.
        mounts as "mount": Table<Mount>,
        /// Secrets as files.
        secrets as "secret": Table<SecretMount>,
        /// Folders; back ends may share one.
        volumes as "volume": Table<Volume>,
        /// Containers beside the main one.
        sidecars as "sidecar": Table<Container>,
        /// More to wait for.
        after: Vec<After>,
        /// Where it may go beyond its needs.
        egress: Vec<Egress>,
    }
}

record! {
    /// A kind of back end of which a site may have several, each under a name of its own: `back-end fast kind=rbd { pool fast }`. The word `NAME` stands for the name, in names of files of `config/` too.
    pub struct BackEnd {
        /// What it is, one sentence.
        summary: String,
        /// How many a site may have (any number).
        at_most: Option<Int<1, 100>>,
        /// Settings of each; referred to as `(setting)"NAME/SETTING"`.
        settings as "setting": Table<Setting>,
        /// The file with its options, in a section of its name: there the site's `config { OPTION VALUE }` goes; left out: it has none.
        options_in: Option<Word>,
        /// Fragments by file that each adds to a file that is there anyway: `fragments { glance-api.conf rbd-NAME }`.
        fragments: Entries<Vec<Word>>,
        /// Databases of each.
        databases as "database": Table<Database>,
        /// Virtual hosts of each at the message broker.
        virtual_hosts as "virtual-host": Table<VirtualHost>,
        /// Endpoints of each.
        endpoints as "endpoint": Table<Endpoint>,
        /// Secrets of each.
        secrets as "secret": Table<Secret>,
        /// Config files of each.
        files as "file": Table<File>,
        /// Workloads of each.
        components as "component": Table<Component>,
        /// Jobs of each.
        jobs as "job": Table<Job>,
        /// What pods that are there anyway have for each, by COMPONENT, JOB or SERVICE/COMPONENT.
        pods as "pod": Table<PodPart>,
    }
}

/// A kind of back end as it was written.
#[derive(Debug, Clone)]
pub struct BackEndKind {
    /// What it has whatever the name is.
    pub declared: BackEnd,
    node: Node,
}

impl Described for BackEndKind {
    const SHAPE: Shape = BackEnd::SHAPE;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        // What is wrong with it is told where it is bound, under a name.
        let mut silent = Sink::default();
        let declared = BackEnd::decode(node, &mut Decoder { releases: decoder.releases, sink: &mut silent });
        match declared {
            Some(declared) => Some(BackEndKind { declared, node: node.clone() }),
            None => {
                BackEnd::decode(node, decoder);
                None
            }
        }
    }
}

impl BackEndKind {
    /// What it is under a name.
    pub fn named(&self, name: &str, decoder: &mut Decoder<'_>) -> Option<BackEnd> {
        BackEnd::decode(&with_name(&self.node, name), decoder)
    }
}

/// A text with a name in the place of the word `NAME`.
pub fn text_with_name(text: &str, name: &str) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let (mut made, mut rest, mut before) = (String::new(), text, None);
    while let Some(at) = rest.find(NAME) {
        let (head, tail) = rest.split_at(at);
        let tail = tail.strip_prefix(NAME).unwrap_or_default();
        let is_alone = !head.chars().next_back().or(before).is_some_and(is_word) && !tail.starts_with(is_word);
        made.push_str(head);
        made.push_str(if is_alone { name } else { NAME });
        (rest, before) = (tail, NAME.chars().next_back());
    }
    made + rest
}

/// A tree with a name in the place of the word `NAME`, in keys too.
pub fn with_name(node: &Node, name: &str) -> Node {
    let value = match &node.value {
        Value::Text(text) => Value::Text(text_with_name(text, name).into()),
        Value::List(items) => Value::List(items.iter().map(|item| with_name(item, name)).collect()),
        Value::Map(map) => {
            let entry = |(key, entry): (&crate::tree::node::Text, &Entry)| {
                let node = with_name(&entry.node, name);
                (text_with_name(key, name).into(), Entry { key: entry.key, node })
            };
            Value::Map(map.iter().map(entry).collect())
        }
        other => other.clone(),
    };
    Node { span: node.span, tag: node.tag.clone(), value }
}

/// A setting of a back end as the service has it.
pub fn setting(name: &str, setting: &Word) -> Word {
    Word::new(format!("{name}/{setting}"), setting.span)
}

/// The place of a kind.
pub fn place(kind: &BackEndKind) -> Span {
    kind.node.span
}

#[cfg(test)]
mod tests {
    use super::text_with_name;

    #[test]
    fn the_word_alone_is_the_name() {
        for (text, expected) in [
            ("NAME-ceph-key", "fast-ceph-key"),
            ("cinder-volume-NAME.conf", "cinder-volume-fast.conf"),
            ("(NAME) NAME/pool", "(fast) fast/pool"),
            ("NODE_NAME NAMES NAMENAME", "NODE_NAME NAMES NAMENAME"),
            ("", ""),
        ] {
            assert_eq!(text_with_name(text, "fast"), expected);
        }
    }
}
