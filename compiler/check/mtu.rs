//! Interfaces of nodes, and the networks that they carry, to diagnostics about MTUs that shrink on the way.
//!
//! Invariant: an interface without an MTU of its own has the largest of what it carries, so only those that say one are told.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::spec::links::carried;
use crate::spec::wiring::samples;

/// Interfaces that carry less than a network on them has.
pub fn narrow(model: &Model<'_>, sink: &mut Sink) {
    let site = model.site;
    let mut told = BTreeSet::new();
    for node in samples(site) {
        for interface in &node.interfaces {
            let Some(own) = &interface.said.mtu else { continue };
            for network in carried(site, node, interface) {
                if network.mtu.value <= own.value || !told.insert((own.span, network.mtu.span)) {
                    continue;
                }
                let message = format!(
                    "interface `{}` of node `{}` has an MTU of {}, and network `{}` on it has {}",
                    interface.name.value, node.name.value, own.value.0, network.name.value, network.mtu.value
                );
                let hint = format!("interface {} mtu={}", interface.name.value, network.mtu.value);
                let diagnostic = Diagnostic::error("TG0619", own.span, message);
                sink.push(diagnostic.also(network.mtu.span, "the network's MTU").hint(hint));
            }
        }
    }
}
