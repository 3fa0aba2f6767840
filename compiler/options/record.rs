//! One option through a run of releases, as an index has it.
//!
//! Invariant: texts are borrowed from the index; lists are read where they are asked for.

use super::bytes::{Bytes, Cursor};
use super::index::{Choice, Flag};

/// An option through a run of releases in which it does not change.
#[derive(Debug, Clone, Copy)]
pub struct Record<'t> {
    /// The place of the first release.
    pub first: usize,
    /// The place of the last.
    pub last: usize,
    /// The type's name.
    pub kind: &'t str,
    /// The type of a list's items or a dictionary's values.
    pub item: Option<&'t str>,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// Choices hold in any case.
    pub ignore_case: bool,
    /// A list stands in brackets.
    pub bounds: bool,
    /// What it must match, as Python writes it.
    pub regex: Option<&'t str>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// The default depends on the machine; what stands there is a sample.
    pub computed: bool,
    /// It must be said.
    pub required: bool,
    /// Its value is a secret.
    pub secret: bool,
    /// A running program takes a change.
    pub mutable: bool,
    /// It will go away.
    pub removal: bool,
    /// Since when it is to go.
    pub since: Option<&'t str>,
    /// Why.
    pub reason: Option<&'t str>,
    choices: Option<Cursor<'t>>,
    schemes: Option<Cursor<'t>>,
    default: Option<&'t str>,
    deprecated: Option<Cursor<'t>>,
}

impl<'t> Record<'t> {
    /// Does it hold in the release at that place?
    pub fn holds(self, release: usize) -> bool {
        (self.first..=self.last).contains(&release)
    }

    /// May its value be any text?
    pub fn holds_text(self) -> bool {
        !self.has_choices() && !matches!(self.kind, "integer" | "float" | "boolean" | "port")
    }

    /// Has it choices?
    pub fn has_choices(self) -> bool {
        self.choices.is_some()
    }

    /// The words that it may be, but `null`; none where it may be any.
    pub fn words(self) -> Option<impl Iterator<Item = &'t str> + Clone> {
        let words =
            pairs(self.choices?).map(|(kind, text, bytes)| (kind != Choice::Null as usize).then(|| bytes.string(text)));
        Some(words.flatten())
    }

    /// The words that it may be, as JSON has them; none where it may be any.
    pub fn choices(self) -> Option<Vec<serde_json::Value>> {
        let value = |(kind, text, bytes): (usize, usize, Bytes<'_>)| match kind {
            kind if kind == Choice::Text as usize => serde_json::Value::String(bytes.string(text).to_owned()),
            kind if kind == Choice::Null as usize => serde_json::Value::Null,
            _ => serde_json::from_str(bytes.string(text)).unwrap_or_default(),
        };
        Some(pairs(self.choices?).map(value).collect())
    }

    /// The schemes of a URI; none where it may be any.
    pub fn schemes(self) -> Option<impl Iterator<Item = &'t str> + Clone> {
        let mut list = self.schemes?;
        Some((0..list.number()).map(move |_| list.string()))
    }

    /// The value where a file says nothing.
    pub fn default(self) -> Option<serde_json::Value> {
        self.default.and_then(|text| serde_json::from_str(text).ok())
    }

    /// Old names: section (the same one where none) and name.
    pub fn deprecated(self) -> impl Iterator<Item = (Option<&'t str>, &'t str)> {
        let names = self.deprecated.into_iter().flat_map(pairs);
        names.map(|(section, name, bytes)| ((section != 0).then(|| bytes.string(section)), bytes.string(name)))
    }
}

/// A record that was not looked into yet.
pub(super) struct Run<'t> {
    pub first: usize,
    pub last: usize,
    pub body: Cursor<'t>,
}

impl<'t> Run<'t> {
    pub fn read(self) -> Record<'t> {
        let Run { first, last, body: mut cursor } = self;
        let (flags, kind) = (cursor.number(), cursor.string());
        let has = |flag: Flag| flags & flag as usize != 0;
        // In the order in which the flags stand in the body.
        let item = has(Flag::Item).then(|| cursor.string());
        let min = has(Flag::Min).then(|| cursor.float());
        let max = has(Flag::Max).then(|| cursor.float());
        let choices = has(Flag::Choices).then(|| cursor.list(2));
        let regex = has(Flag::Regex).then(|| cursor.string());
        let max_length = has(Flag::MaxLength).then(|| cursor.number());
        let schemes = has(Flag::Schemes).then(|| cursor.list(1));
        let default = has(Flag::Default).then(|| cursor.string());
        let deprecated = has(Flag::Deprecated).then(|| cursor.list(2));
        let since = has(Flag::Since).then(|| cursor.string());
        let reason = has(Flag::Reason).then(|| cursor.string());
        let (ignore_case, bounds) = (has(Flag::IgnoreCase), has(Flag::Bounds));
        let (required, secret, mutable) = (has(Flag::Required), has(Flag::Secret), has(Flag::Mutable));
        let (computed, removal) = (has(Flag::Computed), has(Flag::Removal));
        Record {
            first,
            last,
            kind,
            item,
            min,
            max,
            ignore_case,
            bounds,
            regex,
            max_length,
            computed,
            required,
            secret,
            mutable,
            removal,
            since,
            reason,
            choices,
            schemes,
            default,
            deprecated,
        }
    }
}

/// The pairs of numbers in a list, and the bytes that they point into.
fn pairs(mut list: Cursor<'_>) -> impl Iterator<Item = (usize, usize, Bytes<'_>)> + Clone {
    (0..list.number()).map(move |_| (list.number(), list.number(), list.bytes))
}
