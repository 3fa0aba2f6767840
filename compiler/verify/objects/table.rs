//! The table of Kubernetes types to what one release has of it, a line at a time.
//!
//! A line is `"key":value`, sorted by key within its section; only what objects use is decoded.
//!
//! Invariant: `schema/kubernetes/types.json` is made by `tools/catalog/kubernetes.py`, and a test decodes all of it for
//! every release; what cannot be read is taken for a type that allows anything.

use std::rc::Rc;

use regex_lite::Regex;

pub use super::form::{Field, Minor, minor};
use super::form::{Form, Reader, Span};

/// The sections of the table, for one release.
pub struct Table<'t> {
    /// The release.
    pub release: Minor,
    kinds: Vec<(&'t str, &'t str)>,
    gone: Vec<(&'t str, &'t str)>,
    types: Vec<(&'t str, &'t str)>,
    loaded: Vec<Option<Rc<Type>>>,
}

/// What a field or kind is in a release.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredSecret {
    /// It is there.
    Now(Field),
    /// It comes with that release.
    Since(Minor),
    /// That was the last release with it.
    Until(Minor),
}

/// A type: fields, or one form with a pattern.
#[derive(Debug, Default)]
pub struct Type {
    /// Fields, sorted by name.
    pub fields: Vec<(String, StoredSecret)>,
    /// What fields of any other name hold.
    pub other: Option<Form>,
    /// What the value as a whole is.
    pub whole: Option<Form>,
    /// What a text must match.
    pub pattern: Option<Regex>,
}

impl Type {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&StoredSecret> {
        let at = self.fields.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.fields.get(at).map(|(_, held)| held)
    }
}

/// What a release knows of a kind.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// Its type, and whether its objects belong to a namespace.
    Known(Form, Scope),
    /// It comes with that release.
    Since(Minor),
    /// It is gone since that release, or was never stable; and what took its place.
    Removed(Option<Minor>, Option<String>),
    /// No release has it.
    Unknown,
}

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
}

impl<'t> Table<'t> {
    /// The table in a text, for a release.
    pub fn new(text: &'t str, release: Minor) -> Table<'t> {
        let mut table = Table { release, kinds: vec![], gone: vec![], types: vec![], loaded: vec![] };
        let mut section = "";
        for line in text.lines() {
            let Some((key, value)) = line.strip_prefix('"').and_then(|line| line.split_once("\":")) else { continue };
            let entry = (key, value.strip_suffix(',').unwrap_or(value));
            match section {
                _ if value == "{" => section = key,
                "kinds" => table.kinds.push(entry),
                "gone" => table.gone.push(entry),
                "types" => table.types.push(entry),
                _ => {}
            }
        }
        table.loaded = vec![None; table.types.len()];
        table
    }

    /// The releases that a text has types of.
    pub fn releases(text: &str) -> Vec<String> {
        let line = text.lines().next().and_then(|line| line.strip_prefix("{\"releases\":")).unwrap_or_default();
        serde_json::from_str(line.trim_end_matches(',')).unwrap_or_default()
    }

    /// What is known of a kind.
    pub fn kind(&self, version: &str, kind: &str) -> Kind {
        let wanted = format!("{version} {kind}");
        let entry = |section: &[(&'t str, &'t str)]| {
            let at = section.binary_search_by(|(key, _)| (*key).cmp(&wanted)).ok()?;
            section.get(at).and_then(|(_, value)| serde_json::from_str::<serde_json::Value>(value).ok())
        };
        if let Some(serde_json::Value::String(value)) = entry(&self.kinds) {
            let namespaced = |value: &str| value.contains(" namespaced");
            let scope = if namespaced(&value) { Scope::Namespaced } else { Scope::Cluster };
            let value = value.replace(" namespaced", "").replace(" cluster", "");
            return match self.held(&value) {
                StoredSecret::Now(field) => Kind::Known(field.form, scope),
                StoredSecret::Since(release) => Kind::Since(release),
                StoredSecret::Until(release) => Kind::Removed(Some(release + 1), None),
            };
        }
        if let Some(value) = entry(&self.gone) {
            let of = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
            return Kind::Removed(of("removed").and_then(minor), of("replacement").map(str::to_owned));
        }
        Kind::Unknown
    }

    /// Every kind, as `version kind`.
    pub fn kinds(&self) -> impl Iterator<Item = &'t str> {
        self.kinds.iter().map(|(key, _)| *key)
    }

    /// The name of the type of that number.
    pub fn name(&self, number: usize) -> &'t str {
        self.types.get(number).map_or("", |(name, _)| name)
    }

    /// The type of that number.
    pub fn get(&mut self, number: usize) -> Rc<Type> {
        if let Some(Some(loaded)) = self.loaded.get(number) {
            return Rc::clone(loaded);
        }
        let line = self.types.get(number).map_or("{}", |(_, line)| line);
        let loaded = Rc::new(self.decode(line));
        if let Some(slot) = self.loaded.get_mut(number) {
            *slot = Some(Rc::clone(&loaded));
        }
        loaded
    }

    fn decode(&self, line: &str) -> Type {
        let mut decoded = Type::default();
        let Ok(body) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line) else {
            return Type { other: Some(Form::Any), ..decoded };
        };
        let is_text = body.get("=").and_then(serde_json::Value::as_str).is_some_and(|form| form.starts_with("string"));
        for (name, value) in body {
            let Some(value) = value.as_str() else { continue };
            match name.as_str() {
                "=" => decoded.whole = Some(Reader::new(value, &self.names()).field().form),
                "*" => decoded.other = Some(Reader::new(value, &self.names()).field().form),
                "pattern" if is_text => decoded.pattern = Regex::new(value).ok(),
                _ => decoded.fields.push((name, self.held(value))),
            }
        }
        decoded.fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        decoded
    }

    fn names(&self) -> impl Fn(&str) -> Option<usize> {
        |name: &str| self.types.binary_search_by(|(key, _)| (*key).cmp(name)).ok()
    }

    /// What alternatives, each for some releases, come to in this release.
    fn held(&self, text: &str) -> StoredSecret {
        let mut other = None;
        for part in text.split(" ; ") {
            let (expression, span) = part.rsplit_once(" @").unwrap_or((part, ".."));
            let span = Span::read(span);
            match () {
                () if span.first.is_some_and(|first| self.release < first) => {
                    other = other.or(span.first.map(StoredSecret::Since));
                }
                () if span.last.is_some_and(|last| self.release > last) => other = span.last.map(StoredSecret::Until),
                () => return StoredSecret::Now(Reader::new(expression, &self.names()).field()),
            }
        }
        other.unwrap_or(StoredSecret::Now(Field { required: false, form: Form::Any }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::embedded::Packed;

    #[test]
    fn every_line_is_read_for_every_release() {
        let text = Packed::find(super::super::TYPES).unwrap().text();
        let releases = Table::releases(&text);
        assert!(releases.len() >= 7, "{releases:?}");
        for release in releases {
            let mut table = Table::new(&text, minor(&release).unwrap());
            assert!(table.kinds.len() > 60 && table.gone.len() > 30 && table.types.len() > 700);
            for section in [&table.kinds, &table.gone, &table.types] {
                assert!(section.is_sorted_by_key(|(key, _)| *key));
            }
            let kinds: Vec<_> = table.kinds().map(|key| key.split_once(' ').unwrap()).collect();
            for (version, kind) in kinds {
                assert!(
                    !matches!(table.kind(version, kind), Kind::Known(Form::Unread(_), _) | Kind::Unknown),
                    "{kind}"
                );
            }
            for number in 0..table.types.len() {
                let (name, line) = table.types[number];
                let found = table.get(number);
                assert!(!format!("{found:?}").contains("Unread"), "{name}: {found:?}");
                assert!(!found.fields.is_empty() || found.whole.is_some(), "{name}");
                assert_eq!(
                    found.pattern.is_some(),
                    line.contains("\"pattern\":\"^") || line.contains("\"pattern\":\"(")
                );
            }
        }
    }
}
