//! The origin of a value to the one place that a reviewer should look at.
//!
//! A value may be made of several: of those the line that was edited says more than one that was not, where the base has the texts.
//!
//! Invariant: of several places, one of the user's comes first: the spec, then an overlay of the project, then stock data.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::compile::Compiled;
use crate::origin::{Origin, OriginId};
use crate::review::steps::{Line, changes};
use crate::span::Span;

/// A place that decided a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file and line, `sites/lab/site.kdl:42`.
    pub line: String,
    /// The layer: site, overlay NAME, service NAME, release.
    pub layer: String,
}

/// The texts of a site, and which of their lines were edited.
pub struct Places<'i> {
    compiled: &'i Compiled,
    /// Line numbers from 1, by path.
    edited: BTreeMap<&'i str, BTreeSet<usize>>,
}

impl<'i> Places<'i> {
    /// The places of a site; `before` are the texts of the base, by path.
    pub fn new(compiled: &'i Compiled, before: &'i BTreeMap<String, String>) -> Places<'i> {
        let mut edited = BTreeMap::new();
        for (path, old) in before {
            let source = compiled.sources.find(path).and_then(|file| compiled.sources.get(file));
            let Some(source) = source.filter(|source| source.text != *old) else { continue };
            let lines = changes(old, &source.text).into_iter();
            let come = lines.filter_map(|line| if let Line::Come(number, _) = line { Some(number + 1) } else { None });
            edited.insert(path.as_str(), come.collect());
        }
        Places { compiled, edited }
    }

    /// The lines that were edited, as `PATH:LINE`.
    pub fn edited(&self) -> Vec<String> {
        let lines = self.edited.iter().flat_map(|(path, lines)| lines.iter().map(move |line| format!("{path}:{line}")));
        // The store of passwords is edited by its own commands, which say what they did.
        lines.filter(|line| !line.contains(".sops.yaml:")).collect()
    }

    /// The place in a text, where its line was edited.
    pub fn edited_at(&self, span: Span) -> Option<String> {
        let source = self.compiled.sources.get(span.file)?;
        let line = source.position(span.start).0;
        self.edited.get(source.path.as_str())?.contains(&line).then(|| format!("{}:{line}", source.path))
    }

    /// The place of an origin; none for what the compiler fixes.
    pub fn of(&self, origin: OriginId) -> Option<Place> {
        let mut spans = BTreeSet::new();
        walk(self.compiled, origin, &mut spans);
        let found = spans.iter().filter_map(|span| {
            let source = self.compiled.sources.get(span.file)?;
            Some((source.path.as_str(), source.position(span.start).0))
        });
        let rank = |(path, line): &(&str, usize)| {
            let is_edited = self.edited.get(path).is_some_and(|lines| lines.contains(line));
            let layer = match path {
                path if path.starts_with("sites/") => 0,
                path if path.starts_with("overlays/") => 1,
                path if path.starts_with("schema/services/") => 2,
                _ => 3,
            };
            (!is_edited, layer)
        };
        let (path, line) = found.min_by_key(rank)?;
        let mut parts = path.split('/');
        let layer = match (parts.next(), parts.next(), parts.next()) {
            (Some("sites"), ..) => "site".to_owned(),
            (Some("overlays"), Some(name), _) => format!("overlay {}", name.trim_end_matches(".kdl")),
            (Some("schema"), Some("services"), Some(name)) => format!("service {name}"),
            _ => "stock data".to_owned(),
        };
        Some(Place { line: format!("{path}:{line}"), layer })
    }
}

fn walk(compiled: &Compiled, origin: OriginId, spans: &mut BTreeSet<Span>) {
    match compiled.origins.get(origin) {
        Origin::Builtin => {}
        Origin::Written(span) => drop(spans.insert(*span)),
        Origin::Derived { from, .. } => from.iter().for_each(|id| walk(compiled, *id, spans)),
        Origin::Merged { winner, .. } => walk(compiled, *winner, spans),
    }
}
