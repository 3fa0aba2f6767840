//! The names that host groups had before: each of a group with objects, and of no other group.
//!
//! Invariant: behind this pass a former name is one that a label can hold, and belongs to one group.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink};
use crate::spec::rules::is_group_name;
use crate::spec::site::{Group, Site};
use crate::tree::word::Word;

/// Checks the former names; one that is wrong is left out.
pub fn check(site: &mut Site, sink: &mut Sink) {
    let mut taken: BTreeMap<String, Word> =
        site.groups.values().map(|group| (group.name.to_string(), group.name.clone())).collect();
    for group in site.groups.values_mut() {
        let Some(from) = &group.moved_from else { continue };
        match fault(group, from, &taken) {
            Some(diagnostic) => {
                sink.push(diagnostic);
                group.moved_from = None;
            }
            None => drop(taken.insert(from.to_string(), from.clone())),
        }
    }
}

fn fault(group: &Group, from: &Word, taken: &BTreeMap<String, Word>) -> Option<Diagnostic> {
    let idle = |reason: &str| {
        let message = format!("`moved-from` of group `{}` has no effect: {reason}", group.name);
        Some(Diagnostic::error("TG0581", from.span, message).hint("remove it"))
    };
    if group.name.as_str() == from.as_str() {
        return idle("it has that name now");
    }
    if group.services.is_empty() {
        return idle("it says nothing of services, and has neither label nor objects");
    }
    if !is_group_name(from) {
        let message = format!("`{from}` was no group: names are lower-case letters, digits and `-`, at most 32");
        return Some(Diagnostic::error("TG0208", from.span, message));
    }
    let other = taken.get(from.as_str())?;
    let message = format!("group `{}` was `{from}`, which is the name of another group's objects", group.name);
    let diagnostic = Diagnostic::error("TG0580", from.span, message).also(other.span, "the other group");
    Some(diagnostic.hint("a label and objects belong to one group: remove one of the two"))
}
