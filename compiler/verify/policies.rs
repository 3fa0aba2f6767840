//! Policy files: each name is one of the service's release or a rule that the file refers to, each rule that is referred to is there.
//!
//! oslo.policy takes any name and denies what refers to a rule that is not there; a misspelt policy has no effect at all.
//!
//! Invariant: a rule of the site's own is told by a reference to it.

use std::collections::BTreeSet;

use crate::config::file::{ConfigOption, Line, Part};
use crate::config::policy::references;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::options::scope::Scope;
use crate::span::Span;

/// The type of a table's records that are policies.
const KIND: &str = "custom:Policy";

/// Does the scope hold policies?
pub fn is_policies(scope: &Scope<'_>) -> bool {
    scope.options("-").next().is_some_and(|(_, record)| record.kind == KIND)
}

/// A policy file: its service, the release, and where each of its entries stands.
pub struct PolicyFile<'f> {
    /// The service.
    pub service: &'f str,
    /// The release.
    pub release: &'f str,
    /// The entries with their places.
    pub entries: Vec<(&'f ConfigOption, Span)>,
}

/// Pushes what is wrong with a policy file.
pub fn check(scope: &Scope<'_>, file: &PolicyFile<'_>, sink: &mut Sink) {
    let known: BTreeSet<&str> = scope.options("-").map(|(name, _)| name).collect();
    let own: BTreeSet<&str> = file.entries.iter().map(|(entry, _)| entry.name.as_str()).collect();
    let texts: Vec<(&ConfigOption, Span, String)> = file
        .entries
        .iter()
        .flat_map(|(entry, span)| entry.values.iter().map(|(line, _)| (*entry, *span, public(line))))
        .collect();
    let referred: BTreeSet<&str> = texts.iter().flat_map(|(_, _, text)| references(text)).collect();
    for (entry, span) in &file.entries {
        let name = entry.name.as_str();
        if known.contains(name) || referred.contains(name) {
            continue;
        }
        let (service, release) = (file.service, file.release);
        let message = format!("unknown policy `{name}` of service `{service}` in release {release}");
        sink.push(match nearest(name, known.iter().copied()) {
            Some(near) => Diagnostic::error("TG0481", *span, message).hint(format!("did you mean `{near}`?")),
            // A rule that was kept for later does no harm.
            None => Diagnostic::warning("TG0481", *span, message)
                .hint("a rule of your own is one that another entry of the file refers to: `rule:NAME`"),
        });
    }
    for (entry, span, text) in &texts {
        let missing: Vec<&str> = references(text).filter(|name| !known.contains(name) && !own.contains(name)).collect();
        let Some(first) = missing.first() else { continue };
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("policy `{}` refers to rules that are not there: {}", entry.name, names.join(", "));
        let mut diagnostic = Diagnostic::error("TG0482", *span, message);
        let near = missing.iter().filter_map(|name| nearest(name, known.iter().chain(&own).copied()));
        diagnostic.hints.extend(near.map(|near| format!("did you mean `{near}`?")));
        if diagnostic.hints.is_empty() {
            diagnostic = diagnostic.hint(format!("define it in the file: `{first} \"role:...\"`"));
        }
        sink.push(diagnostic);
    }
}

fn public(line: &Line) -> String {
    let part = |part: &Part| match part {
        Part::Public(text) => text.clone(),
        Part::Secret(_) => String::new(),
    };
    line.parts.iter().map(part).collect()
}
