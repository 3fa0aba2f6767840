//! The binding pass: every name in service data is looked up once, when it is loaded.
//!
//! Invariant: a name that nothing declares is a diagnostic at the word; so is a declaration that is not there in every release in
//! which it is referred to, and one that nothing reads.

mod clash;
mod declared;
mod host;
mod name;
pub mod option;
pub mod overlay;
mod pod;
mod resource;
mod rollout;
mod service;
pub mod tables;
mod unused;
mod value;

use std::collections::BTreeSet;

use self::name::{IDLE, Kind, Used};
use super::bounds::Bounds;
use super::service::{Provide, Service};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Sink, unknown};
use crate::span::{FileId, Span};
use crate::tree::word::Word;

/// A name that nothing declares.
const UNKNOWN: &str = "TG0516";
/// A declaration that is not there in every release of what refers to it.
const RELEASES: &str = "TG0518";

/// Binds the whole catalog. Declarations that nothing reads are told in the files that `is_own` picks. Gives the conditions on
/// settings, each with the service that it stands in.
pub fn bind(
    catalog: &Catalog,
    tables: &BTreeSet<&str>,
    is_own: &dyn Fn(FileId) -> bool,
    sink: &mut Sink,
) -> Vec<(String, Bounds)> {
    let (used, told) = (BTreeSet::new(), BTreeSet::new());
    let mut binder = Binder { catalog, tables, sink, used, told, conditions: Vec::new() };
    binder.catalog();
    let Binder { used, conditions, .. } = binder;
    unused::unused(catalog, &used, is_own, sink);
    clash::clashes(catalog, sink);
    conditions
}

/// Releases in which something is there, by their places.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: usize,
    last: usize,
}

impl Range {
    /// The part of it that is within bounds.
    fn within(self, bounds: &Bounds) -> Range {
        Range {
            first: bounds.since.as_ref().map_or(self.first, |since| since.index.max(self.first)),
            last: bounds.until.as_ref().map_or(self.last, |until| until.index.min(self.last)),
        }
    }
}

/// Where a name stands: in which service's data, in which releases, and whether in a job for clients.
#[derive(Clone, Copy)]
struct Place<'c> {
    service: &'c Service,
    range: Range,
    provide: Option<&'c Provide>,
}

impl Place<'_> {
    fn within(self, bounds: &Bounds) -> Self {
        Place { range: self.range.within(bounds), ..self }
    }
}

struct Binder<'c, 's> {
    catalog: &'c Catalog,
    tables: &'s BTreeSet<&'s str>,
    sink: &'s mut Sink,
    used: Used,
    /// Places of diagnostics: what several services share is told once.
    told: BTreeSet<(&'static str, Span)>,
    /// Conditions on settings, with the service that each stands in.
    conditions: Vec<(String, Bounds)>,
}

impl<'c> Binder<'c, '_> {
    fn catalog(&mut self) {
        let catalog = self.catalog;
        let all = Range { first: 0, last: catalog.releases.len().saturating_sub(1) };
        for service in catalog.services.values() {
            self.service(Place { service, range: all.within(&service.bounds), provide: None });
        }
        if let Some(service) = catalog.services.values().next() {
            let place = Place { service, range: all, provide: None };
            catalog.rules.iter().for_each(|rule| self.rule(place, rule, None));
        }
    }

    fn push(&mut self, code: &'static str, span: Span, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.told.insert((code, span)) {
            let diagnostic = diagnostic();
            self.sink.push(diagnostic);
        }
    }

    fn unknown<'n>(&mut self, what: &str, word: &Word, known: impl IntoIterator<Item = &'n str>) {
        self.push(UNKNOWN, word.span, || unknown(UNKNOWN, what, word, word.span, known));
    }

    fn idle(&mut self, span: Span, message: impl FnOnce() -> String) {
        self.push(IDLE, span, || Diagnostic::error(IDLE, span, message()));
    }

    /// What is referred to must be there in every release of the place.
    fn there(&mut self, place: Place<'_>, word: Span, what: &str, bounds: [&Bounds; 2]) {
        for bounds in bounds {
            let late = bounds.since.as_ref().filter(|since| since.index > place.range.first);
            let early = bounds.until.as_ref().filter(|until| until.index < place.range.last);
            let (Some(bound), verb) = (late.or(early), if late.is_some() { "comes with" } else { "ends with" }) else {
                continue;
            };
            if place.range.first > place.range.last {
                continue;
            }
            let (span, name) = (bound.word.span, &bound.word);
            self.push(RELEASES, span, || {
                let message = format!("{what} {verb} release `{name}`, and is referred to in other releases");
                let hint = "give what refers to it the same `since` and `until`";
                Diagnostic::error(RELEASES, span, message).also(word, "referred to here").hint(hint)
            });
        }
    }

    fn uses(&mut self, kind: Kind, service: &str, name: &str) {
        self.used.insert((kind, service.to_owned(), name.to_owned()));
    }

    /// The service of a word, or the place's own.
    fn owner(&mut self, place: Place<'c>, word: Option<&Word>) -> Option<&'c Service> {
        let Some(word) = word else { return Some(place.service) };
        let catalog = self.catalog;
        let found = catalog.services.get(word.as_str());
        if found.is_none() {
            self.unknown("service", word, catalog.services.keys().map(String::as_str));
        }
        found
    }
}
