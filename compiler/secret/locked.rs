//! The store's text to all that is readable without a key: names, tags, ciphertexts, recipients.
//!
//! Invariant: a locked store has exactly the layout that [`super::print`] writes; what does not belong there is a diagnostic, and
//! no diagnostic quotes a scalar of the text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::sealed::Sealed;
use super::{envelope, redact, tag};
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{Account, SecretPath};
use crate::link::Tags;
use crate::span::Span;
use crate::spec::account::{Rotation, Stage};
use crate::tree::node::{Entry, Map, Node, Value};
use crate::tree::yaml;
use crate::world::Sources;

/// The keys whose values are sealed.
pub const SEALED_KEYS: &str = "^(tag-key|value)$";

/// A store as it is without a key.
#[derive(Debug)]
pub struct LockedStore {
    /// The site that it belongs to.
    pub site: (String, Span),
    /// What tags are made with.
    pub tag_key: Sealed,
    /// The recipients that the store was last written for, each with the sum of its envelope.
    pub recipients: Vec<(String, Span)>,
    /// Accounts that a staged rotation moves or has moved, by the first account's secret.
    pub rotations: BTreeMap<SecretPath, (Rotation, Span)>,
    /// The secrets.
    pub entries: BTreeMap<SecretPath, LockedSecret>,
    /// The data key for each recipient.
    pub envelopes: Vec<Envelope>,
    /// When it was last written; what the sum over all values is bound to.
    pub modified: String,
    /// The sealed sum over all values.
    pub mac: Sealed,
    /// All values in order, for that sum.
    pub leaves: Vec<Leaf>,
    /// What that sum covers.
    pub covers: Covers,
    /// Where the secrets stand.
    pub span: Span,
    /// The whole text.
    pub text: String,
}

impl LockedStore {
    /// The recipients under the sum, which nobody without the key can change.
    pub fn sealed_recipients(&self) -> impl Iterator<Item = &str> {
        let covered = self.recipients.iter().filter(|_| self.covers == Covers::All);
        covered.filter_map(|(line, _)| line.split(' ').next())
    }

    /// The tags of the secrets.
    pub fn tags(&self) -> Tags {
        self.entries.iter().map(|(path, entry)| (path.clone(), entry.tag.clone())).collect()
    }
}

/// A secret of a locked store.
#[derive(Debug, Clone)]
pub struct LockedSecret {
    /// The ciphertext.
    pub value: Sealed,
    /// The keyed digest.
    pub tag: String,
    /// When the value was made.
    pub made: String,
    /// Where its name stands.
    pub span: Span,
}

/// The data key for a recipient.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The recipient.
    pub recipient: String,
    /// An armored age file.
    pub armored: String,
    /// Where the recipient stands.
    pub span: Span,
}

/// What a store's sum covers (`mac_only_encrypted` of `sops`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// Everything.
    All,
    /// Sealed values only: names, tags, times and recipients can be changed without the key.
    Sealed,
}

/// A value of the document.
#[derive(Debug)]
pub enum Leaf {
    /// In clear.
    Clear(String),
    /// Sealed, with its associated data.
    Sealed(String, Sealed),
}

/// Enters a store's text among the sources, masked, and reads it. None where it is no store.
pub fn read(path: &str, text: &str, sources: &mut Sources, sink: &mut Sink) -> Option<LockedStore> {
    let file = sources.add(path.to_owned(), Cow::Owned(redact::text(text)));
    let (tree, faults) = yaml::parse(text, file);
    let broken = !faults.is_empty();
    for fault in faults {
        let span = Span::new(file, fault.range.start, fault.range.end);
        let message = format!("the store is not the YAML that it was written as: {}", redact::message(&fault.message));
        sink.push(Diagnostic::error("TG0901", span, message));
    }
    let mut reader = Reader { sink, sound: !broken };
    let tree = match tree {
        Some(tree) if !broken => tree,
        _ => {
            reader.fault(Span::new(file, 0, 0), "the store could not be read");
            return None;
        }
    };
    let mut locked = reader.locked(&tree)?;
    text.clone_into(&mut locked.text);
    reader.sound.then_some(locked)
}

struct Reader<'s> {
    sink: &'s mut Sink,
    sound: bool,
}

impl Reader<'_> {
    fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.sink.push(Diagnostic::error("TG0901", span, message));
        self.sound = false;
    }

    fn map<'t>(&mut self, node: &'t Node) -> Option<&'t Map> {
        if node.as_map().is_none() {
            self.fault(node.span, "expected a map");
        }
        node.as_map()
    }

    /// The fields of a map, by name; others are diagnostics.
    fn fields<'t, const N: usize>(&mut self, node: &'t Node, names: [&str; N]) -> Option<[&'t Node; N]> {
        self.fields_and(node, names, None)
    }

    /// As `fields`; one more may be there.
    fn fields_and<'t, const N: usize>(
        &mut self,
        node: &'t Node,
        names: [&str; N],
        also: Option<&str>,
    ) -> Option<[&'t Node; N]> {
        let map = self.map(node)?;
        let known: Vec<&str> = names.into_iter().chain(also).collect();
        self.only(map, &known);
        let found = names.map(|name| map.get(name).map(|entry| &entry.node));
        for (name, _) in names.iter().zip(found).filter(|(_, found)| found.is_none()) {
            self.fault(node.span, format!("`{name}` is missing"));
        }
        let found: Vec<&Node> = found.into_iter().flatten().collect();
        found.try_into().ok()
    }

    fn only(&mut self, map: &Map, names: &[&str]) {
        for (_, entry) in map.iter().filter(|(key, _)| !names.contains(&key.as_ref())) {
            self.fault(entry.key, format!("expected one of {}, found another key", names.join(", ")));
        }
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        match node.as_text() {
            Some(text) if node.tag.is_none() => Some(text.to_owned()),
            _ => {
                self.fault(node.span, "expected a string");
                None
            }
        }
    }

    fn sealed(&mut self, node: &Node) -> Option<Sealed> {
        let sealed = node.as_text().and_then(Sealed::parse);
        if sealed.is_none() {
            let message =
                "expected a sealed value (`ENC[…]`), found something else, which may be a value in plain text";
            let hint = "a value that stood here in plain text is known to whoever read the file: make a new one";
            self.sink.push(Diagnostic::error("TG0902", node.span, message).hint(hint));
            self.sound = false;
        }
        sealed
    }

    fn locked(&mut self, tree: &Node) -> Option<LockedStore> {
        let names = ["site", "tag-key", "recipients", "secrets", "sops"];
        let [site, tag_key, recipients, secrets, sops] = self.fields_and(tree, names, Some("rotations"))?;
        self.rule(sops)?;
        let mut locked = LockedStore {
            site: (self.text(site)?, site.span),
            tag_key: self.sealed(tag_key)?,
            recipients: recipients.items().iter().filter_map(|node| Some((self.text(node)?, node.span))).collect(),
            rotations: BTreeMap::new(),
            entries: BTreeMap::new(),
            envelopes: Vec::new(),
            modified: String::new(),
            mac: self.sealed(sops.get("mac").unwrap_or(sops))?,
            leaves: Vec::new(),
            covers: Covers::All,
            span: tree.as_map().and_then(|map| map.get("secrets")).map_or(secrets.span, |entry| entry.key),
            text: String::new(),
        };
        for node in tree.get("rotations").into_iter().flat_map(Node::items) {
            if let Some((name, rotation)) = self.rotation(node) {
                locked.rotations.insert(name, (rotation, node.span));
            }
        }
        for (key, entry) in self.map(secrets)? {
            if let Some((name, entry)) = self.entry(key, entry) {
                locked.entries.insert(name, entry);
            }
        }
        self.sops(sops, &mut locked);
        for (key, entry) in tree.as_map().into_iter().flatten().filter(|(key, _)| *key != "sops") {
            leaves(&entry.node, format!("{key}:"), &mut locked.leaves);
        }
        Some(locked)
    }

    fn entry(&mut self, key: &str, entry: &Entry) -> Option<(SecretPath, LockedSecret)> {
        let Some(name) = SecretPath::parse(key) else {
            self.fault(entry.key, "expected the name of a secret, OBJECT/KEY");
            return None;
        };
        let map = self.map(&entry.node)?;
        self.only(map, &["made", "tag", "value"]);
        let Some(value) = map.get("value") else {
            self.fault(entry.key, "`value` is missing");
            return None;
        };
        // An entry that was added in the editor of `sops` has neither yet.
        let mut noted = |field: &str| map.get(field).map_or(Some(String::new()), |entry| self.text(&entry.node));
        let (made, digest) = (noted("made"), noted("tag"));
        let value = self.sealed(&value.node);
        let (made, digest, value) = (made?, digest?, value?);
        if !tag::is_tag(&digest) && map.contains_key("tag") {
            self.fault(entry.key, format!("the tag of `{name}` has not the form of one"));
        }
        Some((name, LockedSecret { value, tag: digest, made, span: entry.key }))
    }

    /// What is sealed must be the values and nothing else: a build reads the rest without a key.
    fn rule(&mut self, sops: &Node) -> Option<()> {
        let map = self.map(sops)?;
        let found = map.get("encrypted_regex");
        if found.is_some_and(|found| found.node.as_text() == Some(SEALED_KEYS)) {
            return Some(());
        }
        let message = match found {
            Some(_) => "the store is sealed by another rule than `encrypted_regex` `^(tag-key|value)$`",
            None => "names, tags and recipients are sealed as well as values: the store has no `encrypted_regex`",
        };
        let hint = format!("decrypt it, then `sops encrypt --encrypted-regex '{SEALED_KEYS}'`");
        self.sink.push(Diagnostic::error("TG0901", found.map_or(sops.span, |found| found.key), message).hint(hint));
        None
    }

    /// A line and no map: the sum over the store covers values, not keys.
    fn rotation(&mut self, node: &Node) -> Option<(SecretPath, Rotation)> {
        let text = self.text(node)?;
        let words: Vec<&str> = text.split(' ').collect();
        let rotation = match words[..] {
            [name, stage, account] => SecretPath::parse(name).zip(Stage::parse(stage)).zip(Account::parse(account)),
            _ => None,
        };
        if rotation.is_none() {
            let message = "expected `OBJECT/KEY STAGE ACCOUNT`: a secret, `add`, `switch` or `drop`, `a` or `b`";
            self.fault(node.span, message);
        }
        rotation.map(|((name, stage), to)| (name, Rotation { to, stage }))
    }

    /// The block that `sops` keeps about the file.
    fn sops(&mut self, node: &Node, locked: &mut LockedStore) {
        let Some(map) = self.map(node) else { return };
        let mut foreign = false;
        for (key, entry) in map {
            let empty = matches!(&entry.node.value, Value::List(items) if items.is_empty())
                || matches!(entry.node.value, Value::Null | Value::Bool(false) | Value::Integer(0));
            match key.as_ref() {
                "age" => entry.node.items().iter().for_each(|item| self.envelope(item, locked)),
                "lastmodified" => locked.modified = self.text(&entry.node).unwrap_or_default(),
                "mac" | "version" | "encrypted_regex" => {}
                _ if empty => {}
                "mac_only_encrypted" if matches!(entry.node.value, Value::Bool(true)) => locked.covers = Covers::Sealed,
                "kms" | "gcp_kms" | "azure_kv" | "hc_vault" | "pgp" | "hckms" | "key_groups" => {
                    let message = format!("recipients of `{key}` are not kept, expected age recipients only");
                    self.sink.push(Diagnostic::error("TG0910", entry.key, message));
                    (self.sound, foreign) = (false, true);
                }
                // Stands beside `key_groups` only.
                "shamir_threshold" => {}
                _ => self.fault(entry.key, "expected what sops writes for an age store, found another key"),
            }
        }
        if locked.modified.is_empty() || locked.envelopes.is_empty() && !foreign {
            self.fault(node.span, "expected `age`, `lastmodified` and `mac`");
        }
        if let Some(version) = map.get("version")
            && self.text(&version.node).is_none_or(|text| !is_version(&text))
        {
            self.fault(version.node.span, "expected a version 3 of sops, of three numbers");
        }
    }

    fn envelope(&mut self, node: &Node, locked: &mut LockedStore) {
        let Some([recipient, armored]) = self.fields(node, ["recipient", "enc"]) else { return };
        let (Some(text), Some(armored)) = (self.text(recipient), self.text(armored)) else { return };
        if let Err(what) = envelope::check_recipient(&text) {
            let message = format!("expected a native age recipient; this one {what}");
            self.sink.push(Diagnostic::error("TG0910", recipient.span, message));
            self.sound = false;
        }
        locked.envelopes.push(Envelope { recipient: text, armored, span: recipient.span });
    }
}

/// A file that was cut off in its last line has fewer numbers.
fn is_version(text: &str) -> bool {
    let number = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    text.starts_with("3.") && text.splitn(3, '.').filter(|part| number(part)).count() == 3
}

/// All values below a node in order; the keys on the way are the associated data.
fn leaves(node: &Node, path: String, found: &mut Vec<Leaf>) {
    match &node.value {
        Value::Map(map) => {
            for (key, entry) in map {
                leaves(&entry.node, format!("{path}{key}:"), found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| leaves(item, path.clone(), found)),
        Value::Text(text) => found.push(match Sealed::parse(text) {
            Some(sealed) => Leaf::Sealed(path, sealed),
            None => Leaf::Clear(text.to_string()),
        }),
        // The layout has only text; what else stands there was a diagnostic already.
        _ => {}
    }
}
