//! The places that a finished site comes from.
//!
//! Invariant: a value of a spec that decides anything in a file or object has its place here; what it shadows has not.

use std::collections::BTreeSet;

use crate::config::file::{Content, Section};
use crate::kube::item::{Item, Value};
use crate::lower::config::ConfigFile;
use crate::origin::{Origin, OriginId, OriginTable};
use crate::span::Span;

/// The places that objects, files and lines of nodes' files come from.
pub fn places<'f>(
    objects: impl Iterator<Item = &'f Item>,
    files: impl Iterator<Item = &'f ConfigFile>,
    lines: impl Iterator<Item = OriginId>,
    origins: &OriginTable,
) -> BTreeSet<Span> {
    let mut places = Places { origins, seen: BTreeSet::new(), spans: BTreeSet::new() };
    objects.for_each(|object| places.item(object));
    files.for_each(|file| places.file(file));
    lines.for_each(|line| places.origin(line));
    places.spans
}

struct Places<'o> {
    origins: &'o OriginTable,
    seen: BTreeSet<OriginId>,
    spans: BTreeSet<Span>,
}

impl Places<'_> {
    fn file(&mut self, file: &ConfigFile) {
        match &file.public {
            Content::Sections(_, sections) => self.sections(sections),
            Content::Yaml(item) | Content::Json(item) => self.item(item),
            Content::Text(_, origin, sections) => {
                self.origin(*origin);
                self.sections(sections);
            }
        }
        self.sections(&file.secret);
    }

    fn sections(&mut self, sections: &[Section]) {
        let options = sections.iter().flat_map(|section| &section.options);
        options.flat_map(|option| &option.values).for_each(|(_, origin)| self.origin(*origin));
    }

    fn item(&mut self, item: &Item) {
        self.origin(item.origin);
        match &item.value {
            Value::List(items) => items.iter().for_each(|item| self.item(item)),
            Value::Map(entries) => entries.iter().for_each(|(_, item)| self.item(item)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) | Value::Text(_) => {}
        }
    }

    fn origin(&mut self, id: OriginId) {
        if !self.seen.insert(id) {
            return;
        }
        match self.origins.get(id) {
            Origin::Builtin => {}
            Origin::Written(span) => {
                self.spans.insert(*span);
            }
            Origin::Derived { from, .. } => from.iter().for_each(|id| self.origin(*id)),
            Origin::Merged { winner, .. } => self.origin(*winner),
        }
    }
}
