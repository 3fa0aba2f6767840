//! An option table: the bytes of an index, searched in place.
//!
//! Nothing is read when a table is opened, and an option that is looked up costs no allocation. [`super::index`] says how the
//! bytes stand.
//!
//! Invariant: bytes that are no index give a table without what could not be read, never a crash.

use super::bytes::{Bytes, Cursor, Rows};
use super::record::{Record, Run};
use super::{index, source};

/// What a program reads.
#[derive(Debug, Clone)]
pub struct Table {
    bytes: Vec<u8>,
}

/// The parts of a table that its head names, each a count and a place.
#[derive(Debug, Clone, Copy)]
enum Part {
    Releases = 0,
    Files = 1,
    Plugins = 2,
    OldNames = 3,
}

impl Table {
    /// The table of an index that the build made.
    pub fn carried(bytes: Vec<u8>) -> Self {
        Table { bytes }
    }

    /// The table of a text of JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Table { bytes: index::encode(&source::parse(text)?) })
    }

    fn rows(&self, part: Part, width: usize) -> Rows<'_> {
        let bytes = Bytes(&self.bytes);
        let head = part as usize * 2;
        Rows { bytes, count: bytes.number(head * 4), at: bytes.number(head * 4 + 4), width }
    }

    /// The releases of which there is a table, oldest first.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        let rows = self.rows(Part::Releases, 1);
        (0..rows.count).map(move |row| rows.name(row))
    }

    /// The release at a place; empty where there is none.
    pub fn release(&self, place: usize) -> &str {
        let rows = self.rows(Part::Releases, 1);
        if place < rows.count { rows.name(place) } else { "" }
    }

    /// The place of a release.
    pub fn place(&self, release: &str) -> Option<usize> {
        self.releases().position(|known| known == release)
    }

    /// Files by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, Sections<'_>)> {
        let rows = self.rows(Part::Files, 3);
        (0..rows.count).map(move |row| (rows.name(row), Sections(rows.inner(row, 3))))
    }

    /// Has it a file of that name?
    pub fn has_file(&self, name: &str) -> bool {
        self.rows(Part::Files, 3).find(name).is_some()
    }

    /// Options that plugins of a kind bring, by plugin.
    pub fn plugins(&self, kind: &str) -> Option<Sections<'_>> {
        let rows = self.rows(Part::Plugins, 3);
        rows.find(kind).map(|row| Sections(rows.inner(row, 3)))
    }

    /// May that section and name be an old name of some option in some release?
    pub fn may_be_old(&self, section: &str, name: &str) -> bool {
        let rows = self.rows(Part::OldNames, 2);
        let lower = |text: &str| {
            text.bytes()
                .map(|byte| byte.to_ascii_lowercase())
                .cmp(section.bytes().map(|byte| byte.to_ascii_lowercase()))
        };
        rows.search(|row| lower(rows.name(row)).then_with(|| rows.text(row, 1).cmp(name))).is_some()
    }
}

/// Sections by name.
#[derive(Debug, Clone, Copy)]
pub struct Sections<'t>(Rows<'t>);

impl<'t> Sections<'t> {
    /// All of them, sorted.
    pub fn iter(self) -> impl Iterator<Item = (&'t str, Options<'t>)> {
        (0..self.0.count).map(move |row| (self.0.name(row), Options(self.0.inner(row, 2))))
    }

    /// The names of all of them, sorted.
    pub fn names(self) -> impl Iterator<Item = &'t str> {
        (0..self.0.count).map(move |row| self.0.name(row))
    }

    /// The options of one.
    pub fn get(self, name: &str) -> Option<Options<'t>> {
        self.0.find(name).map(|row| Options(self.0.inner(row, 2)))
    }
}

/// Options by name.
#[derive(Debug, Clone, Copy)]
pub struct Options<'t>(Rows<'t>);

impl<'t> Options<'t> {
    /// All of them, sorted.
    pub fn iter(self) -> impl Iterator<Item = (&'t str, Records<'t>)> {
        (0..self.0.count).map(move |row| (self.0.name(row), self.records(row)))
    }

    /// The records of one.
    pub fn get(self, name: &str) -> Option<Records<'t>> {
        self.0.find(name).map(|row| self.records(row))
    }

    /// The records of the option whose name is a pattern that the name matches: `*` stands for one part between dots.
    pub fn matching(self, name: &str) -> Option<Records<'t>> {
        let parts: Vec<&str> = name.split('.').collect();
        self.below(&mut String::new(), &parts)
    }

    /// Of the parts to come each is itself or `*`; only beginnings that some option has are followed.
    fn below(self, prefix: &mut String, parts: &[&str]) -> Option<Records<'t>> {
        let Some((first, rest)) = parts.split_first() else { return self.get(prefix) };
        let length = prefix.len();
        let choices = if first.is_empty() { [""; 2] } else { [first, "*"] };
        choices.into_iter().find_map(|part| {
            prefix.push_str(part);
            if !rest.is_empty() {
                prefix.push('.');
            }
            let found = if self.begins(prefix) { self.below(prefix, rest) } else { None };
            prefix.truncate(length);
            found
        })
    }

    /// Does the name of some option begin so?
    fn begins(self, prefix: &str) -> bool {
        let beginning = |row| {
            let name = self.0.name(row).as_bytes();
            name.get(..prefix.len()).unwrap_or(name).cmp(prefix.as_bytes())
        };
        self.0.search(beginning).is_some()
    }

    fn records(self, row: usize) -> Records<'t> {
        let mut cursor = self.0.bytes.cursor(self.0.number(row, 1));
        Records { left: cursor.number(), cursor }
    }
}

/// The records of an option, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Records<'t> {
    left: usize,
    cursor: Cursor<'t>,
}

impl<'t> Records<'t> {
    /// The record that holds in the release at a place.
    pub fn at(self, release: usize) -> Option<Record<'t>> {
        self.runs().find(|run| (run.first..=run.last).contains(&release)).map(Run::read)
    }

    fn runs(mut self) -> impl Iterator<Item = Run<'t>> {
        std::iter::from_fn(move || self.run())
    }

    fn run(&mut self) -> Option<Run<'t>> {
        self.left = self.left.checked_sub(1).filter(|_| !self.cursor.rest.is_empty())?;
        let (first, last, length) = (self.cursor.number(), self.cursor.number(), self.cursor.number());
        let body = Cursor { bytes: self.cursor.bytes, rest: self.cursor.take(length) };
        Some(Run { first, last, body })
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        self.run().map(Run::read)
    }
}

#[cfg(test)]
#[path = "table/tests.rs"]
mod tests;
