//! Zones of nodes: what a node says, or the host group that it is in, is a label of it.
//!
//! Invariant: a node has at most one zone.

use std::collections::BTreeMap;

use crate::catalog::scalar::ZONE_LABEL;
use crate::diag::{Diagnostic, Sink};
use crate::spec::site::{Node, Site, Word};

/// Labels nodes with their zones.
pub fn label(site: &mut Site, sink: &mut Sink) {
    let mut of_groups: BTreeMap<&str, &Word> = BTreeMap::new();
    for group in site.groups.values() {
        let Some(zone) = &group.zone else { continue };
        for node in &group.nodes {
            let known = of_groups.entry(node.as_str()).or_insert(zone);
            if *known != &**zone {
                let message =
                    format!("node `{node}` is in zone `{known}` by another group, and in `{zone}` by this one");
                let diagnostic = Diagnostic::error("TG0447", zone.span, message);
                sink.push(diagnostic.also(known.span, "the other zone").hint("a node is in one zone"));
            }
        }
    }
    for node in &mut site.nodes {
        let Some(zone) = zone_of(node, &of_groups) else { continue };
        let prefix = format!("{ZONE_LABEL}=");
        let said = node.labels.iter().find_map(|label| Some((label, label.strip_prefix(&prefix)?)));
        if let Some((label, _)) = said.filter(|(_, said)| *said != zone.as_str()) {
            let message = format!("node `{}` is in zone `{zone}`, and its label says `{label}`", node.name);
            let hint = "remove the label: `zone` makes it";
            sink.push(Diagnostic::error("TG0447", label.span, message).also(zone.span, "the zone").hint(hint));
            continue;
        }
        if said.is_none() {
            node.labels.push(Word::new(format!("{prefix}{zone}"), zone.span));
        }
    }
}

fn zone_of(node: &Node, of_groups: &BTreeMap<&str, &Word>) -> Option<Word> {
    let own = node.written.zone.as_deref();
    own.or_else(|| of_groups.get(node.name.as_str()).copied()).cloned()
}

/// The zone that a node is in, by its label.
pub fn of(node: &Node) -> Option<&str> {
    node.labels.iter().find_map(|label| label.strip_prefix(ZONE_LABEL)?.strip_prefix('='))
}
