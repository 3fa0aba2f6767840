//! A table to an index: bytes that are searched where they stand, without being read first.
//!
//! The build script includes this file too, and makes the indexes of the tables that the program carries. The reader is
//! [`super::table`]. All numbers of fixed width are 32 bits, the lower byte first; others are LEB128.
//!
//! ```text
//! head      counts and places of releases, files, plugins, old names
//! releases  string...
//! group     name, sections, their count            (a file, or a kind of plugin)
//! section   name, options, their count
//! option    name, records
//! records   count, then each: first, last, length of the body, body
//! body      flags, type, then what the flags say is there, in the order of `Flag`
//! old name  section in lower case, name
//! string    length, bytes
//! ```
//!
//! Invariant: groups, sections, options and old names are sorted; equal bytes stand in an index once.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Groups, Options, Record, Source};

/// The numbers in the head: count and place of releases, files, plugins and old names.
pub const HEAD: usize = 8;

/// What a record's body holds beside its type, each a bit of its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Flag {
    /// A string.
    Item = 1,
    /// Eight bytes.
    Min = 1 << 1,
    /// Eight bytes.
    Max = 1 << 2,
    /// Count, then each: kind of [`Choice`], string.
    Choices = 1 << 3,
    /// Nothing but the flag.
    IgnoreCase = 1 << 4,
    /// Nothing but the flag.
    Bounds = 1 << 5,
    /// A string.
    Regex = 1 << 6,
    /// A number.
    MaxLength = 1 << 7,
    /// Count, strings.
    Schemes = 1 << 8,
    /// A string of JSON.
    Default = 1 << 9,
    /// Nothing but the flag.
    Required = 1 << 10,
    /// Nothing but the flag.
    Secret = 1 << 11,
    /// Nothing but the flag.
    Mutable = 1 << 12,
    /// Count, then each: section's string or 0, string.
    Deprecated = 1 << 13,
    /// Nothing but the flag.
    Removal = 1 << 14,
    /// A string.
    Since = 1 << 15,
    /// A string.
    Reason = 1 << 16,
    /// Nothing but the flag.
    Computed = 1 << 17,
}

/// How a choice stands in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Choice {
    /// `null`.
    Null = 0,
    /// A text, without its quotes.
    Text = 1,
    /// Anything else, as it is written.
    Other = 2,
}

/// The index of a table.
pub fn encode(source: &Source) -> Vec<u8> {
    let mut index = Index { bytes: vec![0; HEAD * 4], known: BTreeMap::new() };
    let releases: Vec<u32> = source.releases.iter().map(|release| index.string(release)).collect();
    let mut head = vec![length(source.releases.len()), index.numbers(&releases)];
    for groups in [&source.files, &source.plugins] {
        head.extend([length(groups.len()), index.groups(groups)]);
    }
    let old = old_names(&source.files);
    let numbers: Vec<u32> =
        old.iter().flat_map(|(section, name)| [index.string(section), index.string(name)]).collect();
    head.extend([length(old.len()), index.numbers(&numbers)]);
    let head: Vec<u8> = head.iter().flat_map(|number| number.to_le_bytes()).collect();
    index.bytes.splice(..HEAD * 4, head);
    index.bytes
}

/// Every old name of an option of a file in any release: section in lower case, name.
fn old_names(files: &Groups) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (own, options) in files.values().flatten() {
        for (section, name) in options.values().flatten().flat_map(|record| &record.deprecated) {
            found.insert((section.as_ref().unwrap_or(own).to_ascii_lowercase(), name.replace('-', "_")));
        }
    }
    found
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// An index in the making.
struct Index {
    bytes: Vec<u8>,
    known: BTreeMap<Vec<u8>, u32>,
}

impl Index {
    /// The place of these bytes.
    fn place(&mut self, bytes: Vec<u8>) -> u32 {
        if let Some(&place) = self.known.get(&bytes) {
            return place;
        }
        let place = length(self.bytes.len());
        self.bytes.extend_from_slice(&bytes);
        self.known.insert(bytes, place);
        place
    }

    fn numbers(&mut self, numbers: &[u32]) -> u32 {
        self.place(numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    fn string(&mut self, text: &str) -> u32 {
        let mut bytes = vec![];
        push(&mut bytes, length(text.len()));
        bytes.extend_from_slice(text.as_bytes());
        self.place(bytes)
    }

    fn groups(&mut self, groups: &Groups) -> u32 {
        let mut numbers = vec![];
        for (name, sections) in groups {
            let rows: Vec<u32> = sections
                .iter()
                .flat_map(|(name, options)| [self.string(name), self.options(options), length(options.len())])
                .collect();
            numbers.extend([self.string(name), self.numbers(&rows), length(sections.len())]);
        }
        self.numbers(&numbers)
    }

    fn options(&mut self, options: &Options) -> u32 {
        let rows = options.iter().flat_map(|(name, records)| [self.string(name), self.records(records)]);
        let rows: Vec<u32> = rows.collect();
        self.numbers(&rows)
    }

    fn records(&mut self, records: &[Record]) -> u32 {
        let mut bytes = vec![];
        push(&mut bytes, length(records.len()));
        for record in records {
            let body = self.body(record);
            [record.first, record.last, body.len()].iter().for_each(|number| push(&mut bytes, length(*number)));
            bytes.extend(body);
        }
        self.place(bytes)
    }

    fn body(&mut self, record: &Record) -> Vec<u8> {
        let mut body = Body { index: self, flags: 0, bytes: vec![] };
        body.text(Flag::Item, record.item.as_deref());
        body.bound(Flag::Min, record.min);
        body.bound(Flag::Max, record.max);
        body.choices(record.choices.as_deref());
        body.text(Flag::Regex, record.regex.as_deref());
        if let Some(most) = record.max_length {
            body.mark(Flag::MaxLength);
            push(&mut body.bytes, length(most));
        }
        body.schemes(record.schemes.as_deref());
        body.text(Flag::Default, record.default.as_ref().map(serde_json::Value::to_string).as_deref());
        body.deprecated(&record.deprecated);
        body.text(Flag::Since, record.since.as_deref());
        body.text(Flag::Reason, record.reason.as_deref());
        let switches = [
            (Flag::IgnoreCase, record.ignore_case),
            (Flag::Bounds, record.bounds),
            (Flag::Computed, record.computed),
            (Flag::Required, record.required),
            (Flag::Secret, record.secret),
            (Flag::Mutable, record.mutable),
            (Flag::Removal, record.removal),
        ];
        switches.into_iter().filter(|(_, holds)| *holds).for_each(|(flag, _)| body.mark(flag));
        let Body { flags, bytes: rest, .. } = body;
        let mut bytes = vec![];
        push(&mut bytes, flags);
        push(&mut bytes, self.string(&record.kind));
        bytes.extend(rest);
        bytes
    }
}

/// A record's body in the making.
struct Body<'i> {
    index: &'i mut Index,
    flags: u32,
    bytes: Vec<u8>,
}

impl Body<'_> {
    fn mark(&mut self, flag: Flag) {
        self.flags |= flag as u32;
    }

    fn string(&mut self, text: &str) {
        let place = self.index.string(text);
        push(&mut self.bytes, place);
    }

    fn text(&mut self, flag: Flag, text: Option<&str>) {
        if let Some(text) = text {
            self.mark(flag);
            self.string(text);
        }
    }

    fn bound(&mut self, flag: Flag, bound: Option<f64>) {
        if let Some(bound) = bound {
            self.mark(flag);
            self.bytes.extend(bound.to_le_bytes());
        }
    }

    fn choices(&mut self, choices: Option<&[serde_json::Value]>) {
        let Some(choices) = choices else { return };
        self.mark(Flag::Choices);
        push(&mut self.bytes, length(choices.len()));
        for choice in choices {
            let (kind, text) = match choice {
                serde_json::Value::Null => (Choice::Null, String::new()),
                serde_json::Value::String(text) => (Choice::Text, text.clone()),
                other => (Choice::Other, other.to_string()),
            };
            push(&mut self.bytes, kind as u32);
            self.string(&text);
        }
    }

    fn schemes(&mut self, schemes: Option<&[String]>) {
        let Some(schemes) = schemes else { return };
        self.mark(Flag::Schemes);
        push(&mut self.bytes, length(schemes.len()));
        schemes.iter().for_each(|scheme| self.string(scheme));
    }

    fn deprecated(&mut self, names: &[(Option<String>, String)]) {
        if names.is_empty() {
            return;
        }
        self.mark(Flag::Deprecated);
        push(&mut self.bytes, length(names.len()));
        for (section, name) in names {
            match section {
                Some(section) => self.string(section),
                None => push(&mut self.bytes, 0),
            }
            self.string(name);
        }
    }
}

/// Seven bits a byte, the lowest first.
fn push(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7F) as u8);
}
