//! Nodes: ranges expanded, addresses with them.
//!
//! Invariant: the n-th name of a range has the n-th of each of its addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use indexmap::IndexMap;
use ipnet::IpNet;

use crate::catalog::interface::InterfaceSpec;
use crate::catalog::view::View;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::range;
use crate::spec::read::texts;
use crate::spec::site::{Interface, Network, Node, Traced};
use crate::tree::label::is_label;
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Record;
use crate::tree::word::Word;

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
        let (roles, labels) = (texts(node, "roles"), texts(node, "labels"));
        let interfaces = interfaces(node, names.len(), sink);
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
                interfaces: interfaces.iter().map(|interface| interface.of(index)).collect(),
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

/// An interface of a range of nodes.
struct Written {
    name: Traced<String>,
    said: Arc<InterfaceSpec>,
    /// Each address, for each node.
    addresses: Vec<Vec<Traced<IpNet>>>,
    /// The MAC of each node's card.
    macs: Vec<Word>,
}

impl Written {
    /// That of the n-th node.
    fn of(&self, index: usize) -> Interface {
        Interface {
            name: self.name.clone(),
            addresses: self.addresses.iter().filter_map(|list| list.get(index).cloned()).collect(),
            mac: self.macs.get(index).cloned(),
            said: Arc::clone(&self.said),
        }
    }
}

fn interfaces(node: View<'_>, count: usize, sink: &mut Sink) -> Vec<Written> {
    let table = node.node("interface").and_then(|table| table.as_map());
    let mut found = Vec::new();
    for (name, entry) in table.into_iter().flatten() {
        let Some(said) = InterfaceSpec::decode(&entry.node, &mut Decoder { releases: &[], sink }) else { continue };
        let addresses = said.address.iter().filter_map(|word| each_address(word, count, sink)).collect();
        let macs = said.match_card.as_ref().map(|card| macs(&card.mac, count, sink)).unwrap_or_default();
        let name = Traced::new(name.to_string(), entry.key);
        found.push(Written { name, addresses, macs, said: Arc::new(said) });
    }
    found
}

/// The texts of a range, one for each node.
fn each(word: &Word, count: usize, sink: &mut Sink) -> Option<Vec<String>> {
    let expanded = range::expand(word).map_err(|message| sink.push(Diagnostic::error("TG0402", word.span, message)));
    let expanded = expanded.ok()?;
    if expanded.len() != count {
        let message = format!("`{word}` gives {} addresses for {count} nodes", expanded.len());
        sink.push(Diagnostic::error("TG0412", word.span, message));
        return None;
    }
    Some(expanded)
}

fn each_address(word: &Word, count: usize, sink: &mut Sink) -> Option<Vec<Traced<IpNet>>> {
    let texts = each(word, count, sink)?;
    let is_host = |net: &IpNet| net.prefix_len() + 1 >= net.max_prefix_len() || net.addr() != net.network();
    let parsed = texts.iter().map(|text| text.parse::<IpNet>().ok().filter(is_host)).collect::<Option<Vec<_>>>();
    if parsed.is_none() {
        let message = format!("expected an address with its prefix such as `10.40.0.11/24`, found `{word}`");
        sink.push(Diagnostic::error("TG0401", word.span, message));
    }
    Some(parsed?.into_iter().map(|net| Traced::new(net, word.span)).collect())
}

fn macs(words: &[Word], count: usize, sink: &mut Sink) -> Vec<Word> {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
    let mut found: Vec<Word> = Vec::new();
    for word in words {
        let texts = range::expand(word).unwrap_or_else(|_| vec![word.to_string()]);
        if let Some(text) = texts.iter().find(|text| !is_mac(text)) {
            let message = format!("expected a MAC such as `52:54:00:12:34:56`, found `{text}`");
            sink.push(Diagnostic::error("TG0401", word.span, message));
            return Vec::new();
        }
        found.extend(texts.into_iter().map(|text| Word::new(text, word.span)));
    }
    if found.len() != count {
        let span = Span::new(first.span.file, first.span.start, last.span.end);
        let message = format!("{} MACs stand here for {count} nodes", found.len());
        sink.push(Diagnostic::error("TG0412", span, message).hint("say one for each node, in their order"));
        return Vec::new();
    }
    found
}

fn is_mac(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
