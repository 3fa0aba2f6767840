//! Where in an object something stands, and diagnostics about it.
//!
//! Invariant: a diagnostic points to what wrote the item, or the nearest of its ancestors that somebody wrote.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diag::{Diagnostic, Severity, Sink};
use crate::kube::item::{Item, Value};
use crate::origin::{Origin, OriginId, OriginTable};
use crate::span::{FileId, Span};

/// An item of an object and the way to it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// The item.
    pub item: &'p Item,
    step: Step<'p>,
    up: Option<&'p Place<'p>>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    /// A whole object.
    pub fn root(item: &'p Item) -> Self {
        Place { item, step: Step::Root, up: None }
    }

    /// An entry of this map.
    pub fn key<'s>(&'s self, key: &'s str, item: &'s Item) -> Place<'s> {
        Place { item, step: Step::Key(key), up: Some(self) }
    }

    /// The entry of that key.
    pub fn get<'s>(&'s self, key: &'s str) -> Option<Place<'s>> {
        self.item.get(key).map(|item| self.key(key, item))
    }

    /// Entries, where this is a map.
    pub fn entries<'s>(&'s self) -> impl Iterator<Item = Place<'s>> {
        let entries = match &self.item.value {
            Value::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, item)| self.key(key, item))
    }

    /// Items, where this is a list.
    pub fn items<'s>(&'s self) -> impl Iterator<Item = Place<'s>> {
        let place = |(index, item)| Place { item, step: Step::Index(index), up: Some(self) };
        self.item.list().iter().enumerate().map(place)
    }

    /// Visits what stands at the end of a path of keys, where `*` stands for each item of a list.
    pub fn descend(&self, path: &[&str], visit: &mut dyn FnMut(&Place<'_>)) {
        match path {
            [] => visit(self),
            ["*", rest @ ..] => self.items().for_each(|item| item.descend(rest, visit)),
            [key, rest @ ..] => {
                if let Some(next) = self.get(key) {
                    next.descend(rest, visit);
                }
            }
        }
    }

    /// The text at that key.
    pub fn text_of(&self, key: &str) -> Option<&'p str> {
        self.item.get(key).and_then(Item::text)
    }

    /// Is that key there and true?
    pub fn is(&self, key: &str) -> bool {
        matches!(self.item.get(key).map(|item| &item.value), Some(Value::Bool(true)))
    }

    /// The key of this entry.
    pub fn name(&self) -> &'p str {
        match self.step {
            Step::Key(key) => key,
            _ => "",
        }
    }

    /// The object that it is part of.
    pub fn object(&self) -> &'p Item {
        let mut place = *self;
        while let Some(up) = place.up {
            place = *up;
        }
        place.item
    }

    /// The path, for instance `spec.template.spec.containers[0].image`; empty for the object itself.
    pub fn path(&self) -> String {
        let mut steps = vec![self.step];
        let mut at = self.up;
        while let Some(place) = at {
            steps.push(place.step);
            at = place.up;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            let plain = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            let _ = match step {
                Step::Root => Ok(()),
                Step::Key(key) if !plain(key) => write!(path, "[{key}]"),
                Step::Key(key) if path.is_empty() => write!(path, "{key}"),
                Step::Key(key) => write!(path, ".{key}"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
        }
        path
    }
}

/// Takes diagnostics about objects.
pub struct Report<'r> {
    /// Where items come from.
    pub origins: &'r OriginTable,
    /// Where diagnostics go.
    pub sink: &'r mut Sink,
    /// Diagnostics that may be many of one cause, by what they are about.
    gathered: BTreeMap<String, Vec<Diagnostic>>,
}

/// How many diagnostics of one cause are shown each; more are shown as one.
const FEW: usize = 3;

impl<'r> Report<'r> {
    /// A report to a sink.
    pub fn new(origins: &'r OriginTable, sink: &'r mut Sink) -> Self {
        Report { origins, sink, gathered: BTreeMap::new() }
    }

    /// Enters an error that others of the same cause may follow, `about` telling which.
    pub fn gather(&mut self, about: String, diagnostic: Diagnostic) {
        self.gathered.entry(about).or_default().push(diagnostic);
    }

    /// Enters what was gathered.
    pub fn settle(self) {
        for mut diagnostics in self.gathered.into_values() {
            let count = diagnostics.len();
            if count > FEW {
                diagnostics.truncate(1);
            }
            for mut diagnostic in diagnostics {
                if count > FEW {
                    diagnostic.message = format!("{} ({} more objects name it)", diagnostic.message, count - 1);
                }
                self.sink.push(diagnostic);
            }
        }
    }

    /// A diagnostic: what is wrong, and the place.
    pub fn diagnostic(&self, code: &'static str, place: &Place<'_>, what: &str) -> Diagnostic {
        self.at(code, place, self.span(place), what)
    }

    /// Enters an error about items that contradict each other below a place: blamed is one that does not come from where
    /// the object does, so most likely a patch.
    pub fn contradiction(&mut self, code: &'static str, place: &Place<'_>, what: &str) {
        let own = written(self.origins, place.object().origin, 0).map(|span| span.file);
        let blamed = own.and_then(|own| self.foreign(place.item, own)).or_else(|| self.span(place));
        let diagnostic = self.at(code, place, blamed, what);
        self.sink.push(diagnostic);
    }

    fn at(&self, code: &'static str, place: &Place<'_>, span: Option<Span>, what: &str) -> Diagnostic {
        let object = place.object();
        let of = |path: &[&str]| object.at(path).and_then(Item::text).unwrap_or("?");
        let path = place.path();
        let message = match path.is_empty() {
            true => format!("{} `{}`: {what}", of(&["kind"]), of(&["metadata", "name"])),
            false => format!("{} `{}`, `{path}`: {what}", of(&["kind"]), of(&["metadata", "name"])),
        };
        match span {
            Some(span) => Diagnostic::error(code, span, message),
            None => Diagnostic::global(code, message),
        }
    }

    /// The first span below an item that is not of that file.
    fn foreign(&self, item: &Item, own: FileId) -> Option<Span> {
        match &item.value {
            Value::Map(entries) => entries.iter().find_map(|(_, inner)| self.foreign(inner, own)),
            Value::List(items) => items.iter().find_map(|inner| self.foreign(inner, own)),
            _ => None,
        }
        .or_else(|| written(self.origins, item.origin, 0).filter(|span| span.file != own))
    }

    /// Enters an error.
    pub fn error(&mut self, code: &'static str, place: &Place<'_>, what: &str) {
        let diagnostic = self.diagnostic(code, place, what);
        self.sink.push(diagnostic);
    }

    /// Enters an error with advice.
    pub fn advise(&mut self, code: &'static str, place: &Place<'_>, what: &str, hint: Option<String>) {
        let diagnostic = self.diagnostic(code, place, what);
        self.sink.push(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }

    /// Enters a warning.
    pub fn warning(&mut self, code: &'static str, place: &Place<'_>, what: &str) {
        let diagnostic = self.diagnostic(code, place, what);
        self.sink.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
    }

    /// What wrote the item, or the nearest ancestor that was written.
    fn span(&self, place: &Place<'_>) -> Option<Span> {
        let mut at = Some(place);
        while let Some(place) = at {
            if let Some(span) = written(self.origins, place.item.origin, 0) {
                return Some(span);
            }
            at = place.up;
        }
        None
    }
}

/// The first written place that an origin goes back to.
fn written(origins: &OriginTable, id: OriginId, depth: u8) -> Option<Span> {
    if depth > 16 {
        return None;
    }
    match origins.get(id) {
        Origin::Builtin => None,
        Origin::Written(span) => Some(*span),
        Origin::Derived { from, .. } => from.iter().find_map(|id| written(origins, *id, depth + 1)),
        Origin::Merged { winner, .. } => written(origins, *winner, depth + 1),
    }
}

/// What a value is, for people.
pub fn found(item: &Item) -> String {
    match &item.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("the boolean `{flag}`"),
        Value::Integer(number) => format!("the number `{number}`"),
        Value::Decimal(number) => format!("the number `{number}`"),
        Value::Text(text) => format!("the text `{}`", shortened(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}

/// A text in a line of a message.
pub fn shortened(text: &str) -> String {
    let line: String = text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() < text.len() { format!("{line}...") } else { line }
}
