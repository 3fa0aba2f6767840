//! Nodes: ranges expanded, addresses with them.
//!
//! Invariant: the n-th name of a range has the n-th of each of its addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use indexmap::IndexMap;

use crate::catalog::view::View;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::range;
use crate::spec::read::{integer, text, texts};
use crate::spec::site::{Interface, Network, Node, Traced};
use crate::tree::label::is_label;
use crate::tree::shape::Record;

/// The nodes of a site.
pub fn nodes(view: View<'_>, networks: &IndexMap<String, Network>, sink: &mut Sink) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let keys = view.0.get("node").and_then(|table| table.as_map());
    for (written, entry) in keys.into_iter().flatten() {
        let node = View(&entry.node);
        let names = match range::expand(written) {
            Ok(names) => names,
            Err(message) => {
                sink.push(Diagnostic::error("TG0402", entry.key, message));
                continue;
            }
        };
        let addresses = addresses(node, names.len(), networks, sink);
        let (roles, labels, interfaces) = (texts(node, "roles"), texts(node, "labels"), interfaces(node));
        if let Some(bad) = names.iter().find(|name| !is_label(name)) {
            let message = format!("`{bad}` is not a valid DNS label: lower-case letters, digits and `-`, at most 63");
            sink.push(Diagnostic::error("TG0208", entry.key, message));
            continue;
        }
        for (index, name) in names.into_iter().enumerate() {
            if let Some(first) = seen.get(&name) {
                let message = format!("two nodes are called `{name}`");
                sink.push(Diagnostic::error("TG0403", entry.key, message).also(*first, "the first one"));
                continue;
            }
            seen.insert(name.clone(), entry.key);
            let own = addresses.iter().filter_map(|(network, list)| Some((network.clone(), list.get(index)?.clone())));
            nodes.push(Node {
                name: Traced::new(name, entry.key),
                roles: roles.clone(),
                labels: labels.clone(),
                addresses: own.collect(),
                interfaces: interfaces.clone(),
            });
        }
    }
    nodes
}

type Addresses = Vec<(String, Vec<Traced<Ipv4Addr>>)>;

fn addresses(node: View<'_>, count: usize, networks: &IndexMap<String, Network>, sink: &mut Sink) -> Addresses {
    let mut found = Vec::new();
    let rest = node.0.get(Record::REST).and_then(|rest| rest.as_map());
    for (network, entry) in rest.into_iter().flatten() {
        if !networks.contains_key(network.as_ref()) {
            let message = format!("unknown network or field `{network}` in a node");
            let known = networks.keys().map(String::as_str).chain(["roles", "labels", "interface"]);
            let diagnostic = Diagnostic::error("TG0407", entry.key, message);
            let near = nearest(network, known);
            sink.push(near.map_or(diagnostic.clone(), |near| diagnostic.hint(format!("did you mean `{near}`?"))));
            continue;
        }
        let Some(written) = entry.node.as_text() else { continue };
        let span = entry.node.span;
        let expanded = match range::expand(written) {
            Ok(expanded) => expanded,
            Err(message) => {
                sink.push(Diagnostic::error("TG0402", span, message));
                continue;
            }
        };
        if expanded.len() != count {
            let message = format!("`{written}` gives {} addresses for {count} nodes", expanded.len());
            sink.push(Diagnostic::error("TG0412", span, message));
            continue;
        }
        let parsed: Option<Vec<_>> = expanded.iter().map(|text| Some(Traced::new(text.parse().ok()?, span))).collect();
        match parsed {
            Some(parsed) => found.push((network.to_string(), parsed)),
            None => {
                let message = format!("expected an IPv4 address, found `{written}`");
                sink.push(Diagnostic::error("TG0401", span, message));
            }
        }
    }
    found
}

fn interfaces(node: View<'_>) -> Vec<Interface> {
    let entries = node.entries("interface").into_iter();
    let one = |(name, tree): (String, &crate::tree::node::Node)| {
        let view = View(tree);
        Interface {
            name: Traced::new(name, tree.span),
            bond: texts(view, "bond"),
            mode: text(view, "mode"),
            networks: texts(view, "network"),
            bridge: text(view, "bridge"),
            mtu: integer(view, "mtu"),
        }
    };
    entries.map(one).collect()
}
