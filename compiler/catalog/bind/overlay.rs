//! Overlays and the names of services, settings, components and files in them.
//!
//! Invariant: as in [`super`]; an overlay is checked whether or not a site takes it.

use super::UNKNOWN;
use crate::catalog::Catalog;
use crate::catalog::expr::Values;
use crate::catalog::service::{Service, check_setting};
use crate::diag::{Sink, unknown};
use crate::tree::node::{Map, Node};
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Record;
use crate::tree::word::Word;

/// Binds the tree of an overlay.
pub fn overlay(catalog: &Catalog, tree: &Node, sink: &mut Sink) {
    for (name, entry) in entries(tree, "service") {
        match catalog.services.get(name.as_ref()) {
            Some(service) => said(service, &entry.node, sink),
            None => {
                let known = catalog.services.keys().map(String::as_str);
                sink.push(unknown(UNKNOWN, "service", name, entry.key, known));
            }
        }
    }
}

fn entries<'n>(
    tree: &'n Node,
    field: &str,
) -> impl Iterator<Item = (&'n crate::tree::node::Text, &'n crate::tree::node::Entry)> {
    tree.get(field).and_then(Node::as_map).map(Map::iter).into_iter().flatten()
}

/// What an overlay says of a service.
fn said(service: &Service, tree: &Node, sink: &mut Sink) {
    let owner = &service.name;
    for (name, entry) in entries(tree, Record::REST) {
        let Some(setting) = service.settings.get(name.as_ref()) else {
            let known = service.settings.keys().map(Word::as_str).chain(["enabled", "config", "component"]);
            sink.push(unknown(UNKNOWN, &format!("setting of service `{owner}`"), name, entry.key, known));
            continue;
        };
        if let Some(value) = Values::decode(&entry.node, &mut Decoder { releases: &[], sink }) {
            check_setting(owner, (name, setting), &value, sink);
        }
    }
    for (name, entry) in entries(tree, "component") {
        if !service.components.contains_key(name.as_ref()) {
            let known = service.components.keys().map(Word::as_str);
            sink.push(unknown(UNKNOWN, &format!("component of service `{owner}`"), name, entry.key, known));
        }
    }
    for (name, entry) in entries(tree, "config").chain(entries(tree, "extra-options")) {
        if !service.files.contains_key(name.as_ref()) {
            let known = service.files.keys().map(Word::as_str);
            sink.push(unknown(UNKNOWN, &format!("file of service `{owner}`"), name, entry.key, known));
        }
    }
}
