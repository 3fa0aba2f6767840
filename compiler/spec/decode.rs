//! A merged tree to a typed site.
//!
//! Invariant: every mistake is found in one pass; a site comes out even with mistakes, so that later stages can find more.

use std::collections::BTreeSet;

use super::cni;
use crate::catalog::Catalog;
use crate::diag::Sink;
use crate::spec::site::{GROUP_LABEL, Site, Word};
use crate::spec::{moved, nodes, rules, zones};
use crate::tree::node::Node as Written;
use crate::tree::record::{Decoder, Described};

/// Decodes a site. None only where a field is missing that it cannot be without, which is told.
pub fn decode(tree: &Written, catalog: &Catalog, sink: &mut Sink) -> Option<Site> {
    let releases: Vec<String> = catalog.releases.keys().map(ToString::to_string).collect();
    let roles: Vec<&str> = catalog.roles.keys().map(|name| name.as_str()).collect();
    let mut site = Site::decode(tree, &mut Decoder { releases: &releases, sink })?;
    site.cni = cni::cni(site.common.cni.take(), site.name.0.span, sink);
    site.nodes = nodes::nodes(&site, sink);
    moved::nodes(&mut site, sink);
    moved::groups(&mut site, sink);
    label_groups(&mut site);
    zones::label(&mut site, sink);
    note_host_groups(&mut site);
    let name = site.name.0.clone();
    if let Some(deliver) = &mut site.common.deliver {
        deliver.belongs_to(&name);
    }
    rules::rules(&site, &roles, sink);
    Some(site)
}

/// Nodes know the groups that have features of hosts.
fn note_host_groups(site: &mut Site) {
    for group in site.groups.values().filter(|group| group.host.is_some()) {
        let names: BTreeSet<&str> = group.nodes.iter().map(Word::as_str).collect();
        for node in site.nodes.iter_mut().filter(|node| names.contains(node.name.as_str())) {
            node.host_groups.push(group.name.clone());
        }
    }
}

/// Nodes of a group that says something of services carry its name as a label.
fn label_groups(site: &mut Site) {
    for group in site.groups.values().filter(|group| !group.services.is_empty()) {
        let names: BTreeSet<&str> = group.nodes.iter().map(Word::as_str).collect();
        for node in site.nodes.iter_mut().filter(|node| names.contains(node.name.as_str())) {
            node.labels.push(Word::new(format!("{GROUP_LABEL}={}", group.label()), group.label().span));
        }
    }
}
