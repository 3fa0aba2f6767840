//! Nodes: ranges expanded, addresses with them.
//!
//! Invariant: the n-th name of a range has the n-th of each of its addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::range;
use crate::spec::rules::are_networks_misspelt;
use crate::spec::site::{Node, NodeRange, Site, Traced, Word};
use crate::tree::label::is_label;

/// The nodes of a site.
pub fn nodes(site: &Site, sink: &mut Sink) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (key, written) in &site.written {
        let names = match range::expand(key) {
            Ok(names) => names,
            Err(message) => {
                sink.push(Diagnostic::error("TG0402", key.span, message));
                continue;
            }
        };
        let addresses = addresses(written, names.len(), site, sink);
        if let Some(bad) = names.iter().find(|name| !is_label(name)) {
            let message = format!("`{bad}` is not a valid DNS label: lower-case letters, digits and `-`, at most 63");
            sink.push(Diagnostic::error("TG0208", key.span, message));
            continue;
        }
        let written = Arc::new(written.clone());
        for (index, name) in names.into_iter().enumerate() {
            if let Some(first) = seen.get(&name) {
                let message = format!("two nodes are called `{name}`");
                sink.push(Diagnostic::error("TG0403", key.span, message).also(*first, "the first one"));
                continue;
            }
            seen.insert(name.clone(), key.span);
            let own = addresses.iter().filter_map(|(network, list)| Some((network.clone(), list.get(index)?.clone())));
            nodes.push(Node {
                name: Word::new(name, key.span),
                addresses: own.collect(),
                labels: written.labels.iter().map(|label| Word::clone(label)).collect(),
                written: Arc::clone(&written),
            });
        }
    }
    nodes
}

type Addresses = Vec<(String, Vec<Traced<Ipv4Addr>>)>;

fn addresses(node: &NodeRange, count: usize, site: &Site, sink: &mut Sink) -> Addresses {
    let mut found = Vec::new();
    for (network, written) in &node.addresses {
        if are_networks_misspelt(site, sink) {
            continue;
        }
        if !site.networks.contains_key(network) {
            sink.push(unknown_network(network, site));
            continue;
        }
        let span = written.span;
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

/// A word in a node that is neither a field nor a network.
fn unknown_network(network: &Word, site: &Site) -> Diagnostic {
    let fields = NodeRange::record().fields.iter().map(|field| field.name);
    let message = format!("unknown network or field `{network}` in a node");
    let diagnostic = Diagnostic::error("TG0407", network.span, message);
    match nearest(network, site.networks.keys().map(Word::as_str).chain(fields)) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
