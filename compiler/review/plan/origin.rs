//! The origin of a value to the one place that a reviewer should look at.
//!
//! Invariant: of several places, one of the user's comes first: the spec, then an overlay of the project, then stock data.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::compile::Compiled;
use crate::origin::{Origin, OriginId};
use crate::span::Span;

/// A place that decided a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file and line, `sites/lab/site.kdl:42`.
    pub line: String,
    /// The layer: site, overlay NAME, service NAME, release.
    pub layer: String,
}

/// The place of an origin; none for what the compiler fixes.
pub fn place(compiled: &Compiled, origin: OriginId) -> Option<Place> {
    let mut spans = BTreeSet::new();
    walk(compiled, origin, &mut spans);
    let path = |span: &Span| compiled.sources.get(span.file).map(|source| source.path.as_str()).unwrap_or("");
    let rank = |span: &&Span| match path(span) {
        path if path.starts_with("sites/") => 0,
        path if path.starts_with("overlays/") => 1,
        path if path.starts_with("schema/services/") => 2,
        _ => 3,
    };
    let span = spans.iter().min_by_key(rank)?;
    let source = compiled.sources.get(span.file)?;
    let (line, _) = source.position(span.start);
    let mut parts = source.path.split('/');
    let layer = match (parts.next(), parts.next(), parts.next()) {
        (Some("sites"), ..) => "site".to_owned(),
        (Some("overlays"), Some(name), _) => format!("overlay {}", name.trim_end_matches(".kdl")),
        (Some("schema"), Some("services"), Some(name)) => format!("service {name}"),
        _ => "stock data".to_owned(),
    };
    Some(Place { line: format!("{}:{line}", source.path), layer })
}

fn walk(compiled: &Compiled, origin: OriginId, spans: &mut BTreeSet<Span>) {
    match compiled.origins.get(origin) {
        Origin::Builtin => {}
        Origin::Written(span) => drop(spans.insert(*span)),
        Origin::Derived { from, .. } => from.iter().for_each(|id| walk(compiled, *id, spans)),
        Origin::Merged { winner, .. } => walk(compiled, *winner, spans),
    }
}
