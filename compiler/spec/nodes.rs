//! Nodes: ranges expanded, addresses with them.
//!
//! Invariant: the n-th name of a range has the n-th of each of its addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::catalog::interface::InterfaceSpec;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::Span;
use crate::spec::rules::are_networks_misspelt;
use crate::spec::site::{Interface, Node, NodeRange, Site, Traced, Word};
use crate::spec::{moved, range};
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
        let interfaces = interfaces(written, names.len(), sink);
        if let Some(bad) = names.iter().find(|name| !is_label(name)) {
            let message = format!("`{bad}` is not a valid DNS label: lower-case letters, digits and `-`, at most 63");
            sink.push(Diagnostic::error("TG0208", key.span, message));
            continue;
        }
        let kept = moved::node_names(key, written, &names, sink);
        let written = Arc::new(written.clone());
        for (index, (name, kept)) in names.into_iter().zip(kept).enumerate() {
            if let Some(first) = seen.get(&name) {
                let message = format!("two nodes are called `{name}`");
                sink.push(Diagnostic::error("TG0403", key.span, message).also(*first, "the first one"));
                continue;
            }
            seen.insert(name.clone(), key.span);
            let own = addresses.iter().filter_map(|(network, list)| Some((network.clone(), list.get(index)?.clone())));
            nodes.push(Node {
                name: Word::new(kept, key.span),
                said: Word::new(name, key.span),
                addresses: own.collect(),
                labels: written.labels.iter().map(|label| Word::clone(label)).collect(),
                interfaces: interfaces.iter().map(|interface| interface.of(index)).collect(),
                host_groups: Vec::new(),
                written: Arc::clone(&written),
            });
        }
    }
    moved::apart(&mut nodes, sink);
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

/// An interface of a range of nodes.
struct Written {
    name: Word,
    said: Arc<InterfaceSpec>,
    /// Each address, for each node.
    addresses: Vec<Vec<Traced<IpNet>>>,
    /// The MAC of each node's card.
    macs: Vec<Word>,
    /// Each node's end, where it is a tunnel.
    locals: Vec<Word>,
}

impl Written {
    /// That of the n-th node.
    fn of(&self, index: usize) -> Interface {
        Interface {
            name: self.name.clone(),
            addresses: self.addresses.iter().filter_map(|list| list.get(index).cloned()).collect(),
            mac: self.macs.get(index).cloned(),
            local: self.locals.get(index).cloned(),
            said: Arc::clone(&self.said),
        }
    }
}

fn interfaces(node: &NodeRange, count: usize, sink: &mut Sink) -> Vec<Written> {
    let one = |(name, said): (&Word, &InterfaceSpec)| Written {
        name: name.clone(),
        addresses: said.address.iter().filter_map(|word| each_address(word, count, sink)).collect(),
        macs: said.match_card.as_ref().map(|card| macs(&card.mac, count, sink)).unwrap_or_default(),
        locals: said.tunnel.as_ref().map(|tunnel| locals(&tunnel.local, count, sink)).unwrap_or_default(),
        said: Arc::new(said.clone()),
    };
    node.interfaces.iter().map(one).collect()
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

/// Each node's end of a tunnel: one for all where the range has one node.
fn locals(word: &Word, count: usize, sink: &mut Sink) -> Vec<Word> {
    let texts = each(word, count, sink).unwrap_or_default();
    texts.into_iter().map(|text| Word::new(text, word.span)).collect()
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
        sink.push(Diagnostic::error("TG0412", span, message).hint("give one for each node, in their order"));
        return Vec::new();
    }
    found
}

fn is_mac(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
