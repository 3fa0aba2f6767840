//! Layers to one tree: ranks, overriding, unsetting.
//!
//! Invariant: what a layer wins over is remembered; nothing is lost in silence.

pub mod stack;

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::tree::node::{Entry, Map, Node, Value};
use crate::tree::shape::Record;

/// How strong a layer is; later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// `schema/defaults.kdl`.
    Builtin,
    /// An overlay that the release or the profile implies.
    Implied,
    /// An overlay that the spec names.
    Overlay,
    /// The spec.
    Site,
}

/// A tree with its rank.
#[derive(Debug)]
pub struct Layer {
    /// How strong it is.
    pub rank: Rank,
    /// Its name, for instance that of the overlay.
    pub name: String,
    /// Where the spec asks for it, or where it begins.
    pub span: Span,
    /// The tree, a record of the site's shape.
    pub tree: Node,
}

/// The merged tree, and for each winning value the spans of those it shadows, the nearest first.
#[derive(Debug)]
pub struct Resolved {
    /// The tree.
    pub tree: Node,
    /// What winners shadow.
    pub shadows: BTreeMap<Span, Vec<Span>>,
}

/// Merges layers, weakest first.
pub fn merge(layers: Vec<Layer>, sink: &mut Sink) -> Option<Resolved> {
    let mut layers = layers.into_iter();
    let first = layers.next()?;
    let mut merger = Merger { shadows: BTreeMap::new(), ranks: BTreeMap::new(), changes: 0, rank: first.rank };
    let mut tree = first.tree;
    merger.enter(&tree);
    for layer in layers {
        merger.rank = layer.rank;
        merger.changes = 0;
        let span = layer.tree.span;
        merger.node(&mut tree, layer.tree, &mut Vec::new(), sink);
        tree.span = span;
        if merger.changes == 0 && layer.rank == Rank::Overlay {
            let message = format!("overlay `{}` changes nothing", layer.name);
            sink.push(Diagnostic::error("TG0303", layer.span, message).hint("remove it from `overlays`"));
        }
    }
    Some(Resolved { tree, shadows: merger.shadows })
}

struct Merger {
    shadows: BTreeMap<Span, Vec<Span>>,
    /// The rank that each leaf was written at.
    ranks: BTreeMap<Span, Rank>,
    changes: usize,
    rank: Rank,
}

impl Merger {
    /// Notes the rank of all leaves below.
    fn enter(&mut self, node: &Node) {
        match &node.value {
            Value::Map(map) => map.values().for_each(|entry| self.enter(&entry.node)),
            _ => {
                self.ranks.insert(node.span, self.rank);
            }
        }
    }

    fn node(&mut self, target: &mut Node, source: Node, path: &mut Vec<String>, sink: &mut Sink) {
        match (&mut target.value, source.value) {
            (Value::Map(old), Value::Map(new)) => self.map(old, new, path, sink),
            (Value::List(old), Value::List(new)) if appends(path) => {
                self.changes += new.len();
                new.iter().for_each(|item| self.enter(item));
                old.extend(new);
            }
            (Value::Map(_), value) => {
                let message = format!("`{}` is a group of fields here, found {}", shown(path), kind(&value));
                sink.push(
                    Diagnostic::error("TG0307", source.span, message).also(target.span, "a group of fields here"),
                );
            }
            (_, Value::Map(_)) => {
                let message = format!("`{}` is a single value here, found a group of fields", shown(path));
                sink.push(Diagnostic::error("TG0307", source.span, message).also(target.span, "a single value here"));
            }
            (_, value) => {
                let source = Node { span: source.span, tag: source.tag, value };
                self.leaf(target, source, path, sink);
            }
        }
    }

    fn leaf(&mut self, target: &mut Node, source: Node, path: &[String], sink: &mut Sink) {
        let same = target.value == source.value && target.tag == source.tag;
        let rank = self.ranks.get(&target.span).copied();
        if !same && rank == Some(self.rank) && self.rank == Rank::Overlay {
            let message = format!("two overlays of one rank disagree on `{}`", shown(path));
            let diagnostic = Diagnostic::error("TG0305", source.span, message).also(target.span, "the other value");
            sink.push(diagnostic.hint("set the value in the spec of the site, or remove one of the overlays"));
        }
        if !same {
            self.changes += 1;
        }
        let mut chain = vec![target.span];
        chain.extend(self.shadows.get(&target.span).into_iter().flatten());
        self.shadows.insert(source.span, chain);
        self.ranks.insert(source.span, self.rank);
        *target = source;
    }

    fn map(&mut self, old: &mut Map, new: Map, path: &mut Vec<String>, sink: &mut Sink) {
        for (key, entry) in new {
            path.push(key.to_string());
            let unset = entry.node.value == Value::Null && !is_config(path);
            match (old.get_mut(&key), unset) {
                (Some(_), true) => {
                    old.shift_remove(&key);
                    self.changes += 1;
                }
                (None, true) => {
                    let message = format!("`{}` is unset here, and no lower layer sets it", shown(path));
                    sink.push(Diagnostic::error("TG0306", entry.node.span, message));
                }
                (Some(target), false) if target.node.value == Value::Null || entry.node.value == Value::Null => {
                    self.leaf(&mut target.node, entry.node, path, sink);
                }
                (Some(target), false) => self.node(&mut target.node, entry.node, path, sink),
                (None, false) => {
                    self.changes += 1;
                    self.enter(&entry.node);
                    old.insert(key, Entry { key: entry.key, node: entry.node });
                }
            }
            path.pop();
        }
    }
}

/// Lists that grow from layer to layer.
fn appends(path: &[String]) -> bool {
    matches!(path, [field] if field == "patch")
}

/// Inside a service's config an unset is a value: it removes a default that the service data holds.
fn is_config(path: &[String]) -> bool {
    matches!(path, [service, _, config, ..] if service == "service" && config == "config")
}

/// What a value that is no group of fields is.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        _ => "a single value",
    }
}

/// A path as the user writes it: names beyond the fields of a record stand in the record itself.
fn shown(path: &[String]) -> String {
    let words: Vec<&str> = path.iter().map(String::as_str).filter(|word| *word != Record::REST).collect();
    words.join(".")
}
