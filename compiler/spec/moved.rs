//! The names that things had before: what has one keeps it in the cluster, since nothing there can be given another.
//!
//! Behind this pass a node has the name of its host, also in the groups that name it; the spec's own word for it is `said`.
//!
//! Invariant: behind this pass a former name is one that its kind of thing can have, and belongs to one thing.

use std::collections::BTreeMap;

use crate::catalog::overlay::BackEndSpec;
use crate::diag::{Diagnostic, Sink};
use crate::spec::former::Moved;
use crate::spec::range;
use crate::spec::rules::is_group_name;
use crate::spec::site::{Group, Node, NodeRange, Site};
use crate::tree::label::is_label;
use crate::tree::word::Word;

/// The names that the hosts of a range have.
pub fn node_names(key: &Word, range: &NodeRange, names: &[String], sink: &mut Sink) -> Vec<String> {
    let Some(from) = &range.moved_from else { return names.to_vec() };
    let diagnostic = match range::expand(from) {
        Err(message) => Diagnostic::error("TG0402", from.span, message),
        Ok(former) if former.len() != names.len() => {
            let message = format!("`{from}` gives {} names for {} nodes", former.len(), names.len());
            Diagnostic::error("TG0412", from.span, message)
        }
        Ok(former) if former == names => idle("node", key, from, SAME),
        Ok(former) => match former.iter().find(|name| !is_label(name)) {
            None => return former,
            Some(bad) => {
                let message = format!("`{bad}` was no node: names are DNS labels: lower-case letters, digits and `-`");
                Diagnostic::error("TG0208", from.span, message)
            }
        },
    };
    sink.push(diagnostic);
    names.to_vec()
}

/// A name of a host belongs to one node: one that took another's keeps the name that the spec has for it.
pub fn apart(nodes: &mut [Node], sink: &mut Sink) {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let Some(other) = taken.insert(node.name.to_string(), index) else { continue };
        let is_other = nodes.get(other).is_some_and(|other| other.name.as_str() != other.said.as_str());
        wrong.push(if is_other { (other, index) } else { (index, other) });
    }
    for (index, other) in wrong {
        let span = nodes.get(other).map(|other| other.name.span);
        let Some(node) = nodes.get_mut(index) else { continue };
        if let Some((from, span)) = node.written.moved_from.as_ref().zip(span) {
            let message = format!("node `{}` was `{}`, which is the name of another node", node.said, node.name);
            let diagnostic = Diagnostic::error("TG0580", from.span, message).also(span, "the other node");
            sink.push(diagnostic.hint("a host's name belongs to one node: remove one of the two"));
        }
        node.name = node.said.clone();
    }
}

/// Groups name nodes as the spec does; behind this they have the names of the hosts.
pub fn nodes(site: &mut Site, sink: &mut Sink) {
    let named = |node: &&Node| node.name.as_str() != node.said.as_str();
    let now: BTreeMap<&str, &Word> =
        site.nodes.iter().filter(named).map(|node| (node.said.as_str(), &node.name)).collect();
    let former: BTreeMap<&str, &Word> =
        site.nodes.iter().filter(named).map(|node| (node.name.as_str(), &node.said)).collect();
    for group in site.groups.values_mut() {
        for word in &mut group.nodes {
            match (now.get(word.as_str()), former.get(word.as_str())) {
                (Some(name), _) => *word = Word::new(name.as_str(), word.span),
                (None, Some(said)) => {
                    let message = format!("group `{}` names `{word}`, which is not a node of the site", group.name);
                    sink.push(Diagnostic::error("TG0413", word.span, message).hint(format!("it is `{said}` now")));
                }
                (None, None) => {}
            }
        }
    }
    let has_moved = |range: &NodeRange| {
        let mut of_range = site.nodes.iter().filter(|node| node.written.span == range.span);
        of_range.any(|node| node.name.as_str() != node.said.as_str())
    };
    let ranges = site.written.iter().filter(|(_, range)| has_moved(range));
    let moved = ranges.filter_map(|(key, range)| Some(moved("node".to_owned(), key, range.moved_from.as_ref()?)));
    site.moved = moved.collect();
}

/// Checks the former names of groups; one that is wrong is left out.
pub fn groups(site: &mut Site, sink: &mut Sink) {
    let mut taken: BTreeMap<String, Word> =
        site.groups.values().map(|group| (group.name.to_string(), group.name.clone())).collect();
    for group in site.groups.values_mut() {
        let Some(from) = &group.moved_from else { continue };
        match fault(group, from, &taken) {
            Some(diagnostic) => {
                sink.push(diagnostic);
                group.moved_from = None;
            }
            None => {
                site.moved.push(moved("host group".to_owned(), &group.name, from));
                taken.insert(from.to_string(), from.clone());
            }
        }
    }
}

/// Back ends of a service have the names that they keep.
pub fn back_ends(service: &str, said: &mut [BackEndSpec], found: &mut Vec<Moved>, sink: &mut Sink) {
    let mut taken: BTreeMap<String, Word> = said.iter().map(|one| (one.name.to_string(), one.name.clone())).collect();
    for one in said {
        let Some(from) = one.moved_from.take() else { continue };
        let diagnostic = if one.name.as_str() == from.as_str() {
            idle("back end", &one.name, &from, SAME)
        } else if !is_label(&from) {
            let message = format!("`{from}` was no back end: names are DNS labels: lower-case letters, digits and `-`");
            Diagnostic::error("TG0208", from.span, message)
        } else if let Some(other) = taken.get(from.as_str()) {
            let message = format!("back end `{}` was `{from}`, which is the name of another one's objects", one.name);
            let diagnostic = Diagnostic::error("TG0580", from.span, message).also(other.span, "the other back end");
            diagnostic.hint("section and objects belong to one back end: remove one of the two")
        } else {
            found.push(moved(format!("back end of service {service}"), &one.name, &from));
            taken.insert(from.to_string(), from.clone());
            one.name = Word::new(from.as_str(), one.name.span);
            continue;
        };
        sink.push(diagnostic);
    }
}

fn moved(what: String, name: &Word, from: &Word) -> Moved {
    Moved { what, name: name.clone(), from: from.clone() }
}

const SAME: &str = "it has that name now";

/// A former name that keeps nothing.
pub fn idle(what: &str, name: &str, from: &Word, reason: &str) -> Diagnostic {
    let message = format!("`moved-from` of {what} `{name}` has no effect: {reason}");
    Diagnostic::error("TG0581", from.span, message).hint("remove it")
}

fn fault(group: &Group, from: &Word, taken: &BTreeMap<String, Word>) -> Option<Diagnostic> {
    if group.name.as_str() == from.as_str() {
        return Some(idle("group", &group.name, from, SAME));
    }
    if group.services.is_empty() {
        let reason = "it has no service settings, and therefore neither label nor objects";
        return Some(idle("group", &group.name, from, reason));
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
