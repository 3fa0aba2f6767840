//! What a file of a release may hold: the sections of its tables, sections named by its own options, options of plugins.
//!
//! Invariant: an answer about a name says where the option is, was or will be, never only that it is not there.

use std::borrow::Cow;

use super::record::Record;
use super::table::{Options, Sections, Table};
use crate::diag::nearest;

/// A section of a table, with the place of the release in that table.
#[derive(Debug, Clone, Copy)]
struct TableView<'t> {
    sections: Sections<'t>,
    table: &'t Table,
    release: usize,
}

/// The tables that a file is read by.
#[derive(Debug, Clone, Default)]
pub struct Scope<'t> {
    pages: Vec<TableView<'t>>,
    plugins: Option<TableView<'t>>,
    shared: Option<TableView<'t>>,
}

/// Before the name of a section that users of authentication plugins share: `auth`, `session`, `adapter`.
pub const SHARED: &str = "keystoneauth:";

/// What is known of a name.
#[derive(Debug)]
pub enum Found<'t> {
    /// The option.
    Here(Record<'t>),
    /// The old name of an option: its section, where that is another, and its name.
    Renamed(Option<&'t str>, &'t str, Record<'t>),
    /// It was there until a release.
    Removed(Removed<'t>),
    /// It comes with a release.
    Later(&'t str),
    /// It is none.
    Unknown(Suggestion<'t>),
}

/// A name of the past.
#[derive(Debug)]
pub struct Removed<'t> {
    /// The last release that had it.
    pub last: &'t str,
    /// What its authors said.
    pub reason: Option<&'t str>,
    /// The option of which it was an old name, where that is still there: section and name.
    pub successor: Option<(&'t str, &'t str)>,
}

/// What an unknown name may have meant.
#[derive(Debug, Default)]
pub struct Suggestion<'t> {
    /// The nearest option of the section.
    pub near: Option<&'t str>,
    /// Other sections that have an option of just that name.
    pub elsewhere: Vec<&'t str>,
    /// The nearest option of another section, where the section itself has none.
    pub far: Option<(&'t str, &'t str)>,
}

/// Sections are the same in any case, but `DEFAULT`.
fn same_section(one: &str, other: &str) -> bool {
    one == other || (one != "DEFAULT" && other != "DEFAULT" && one.eq_ignore_ascii_case(other))
}

/// Are names the same, where a hyphen in the first one is an underscore?
fn same_name(written: &str, name: &str) -> bool {
    written.len() == name.len()
        && written.bytes().zip(name.bytes()).all(|(a, b)| a == b && a != b'-' || a == b'-' && b == b'_')
}

/// Is that section and name an old name of the record, which stands in `own`?
fn is_old(record: &Record<'_>, own: &str, path: (&str, &str)) -> bool {
    let (section, name) = path;
    record.deprecated().any(|(at, old)| same_name(old, name) && same_section(at.unwrap_or(own), section))
}

impl<'t> Scope<'t> {
    /// Adds a file of a table, or all of its files; an error names the releases that the table has.
    pub fn add(&mut self, table: &'t Table, file: Option<&str>, release: &str) -> Result<(), Vec<&'t str>> {
        let Some(place) = table.place(release) else { return Err(table.releases().collect()) };
        let files = table.files().filter(|(name, _)| file.is_none_or(|file| file == *name));
        self.pages.extend(files.map(|(_, sections)| TableView { sections, table, release: place }));
        Ok(())
    }

    /// Adds what authentication plugins bring to sections that name one by `auth_type`, and the sections
    /// [`SHARED`]`NAME` of what their users share.
    pub fn plugins(&mut self, table: &'t Table, release: &str) {
        let Some(release) = table.place(release) else { return };
        self.plugins = table.plugins("auth").map(|sections| TableView { sections, table, release });
        self.shared = table.plugins("common").map(|sections| TableView { sections, table, release });
    }

    /// Is there nothing to judge by?
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// What is known of an option in a file's section, which takes the options of these sections of the tables. `plugin` is
    /// the section's `auth_type`.
    pub fn find(&self, sections: &[&str], name: &str, plugin: Option<&str>) -> Found<'t> {
        let name = &*if name.contains('-') { Cow::Owned(name.replace('-', "_")) } else { Cow::Borrowed(name) };
        let first = |ask: &dyn Fn(&str) -> Option<Found<'t>>| sections.iter().find_map(|section| ask(section));
        // A name that is both an option's and an old one of another's is read as the old one.
        let is_old = |section: &str| self.pages.iter().any(|page| page.table.may_be_old(section, name));
        first(&|section| if is_old(section) { self.renamed(section, name) } else { None })
            .or_else(|| first(&|section| self.here(section, name).map(Found::Here)))
            .or_else(|| self.of_plugin(sections, name, plugin))
            .or_else(|| first(&|section| self.other_release(section, name)))
            .or_else(|| first(&|section| self.former(section, name).map(Found::Removed)))
            .unwrap_or_else(|| Found::Unknown(self.guess(sections, name)))
    }

    /// The option that has just this name in one of these sections, whatever it is an old name of.
    pub fn exact(&self, sections: &[&str], name: &str) -> Option<Record<'t>> {
        sections.iter().find_map(|section| self.here(section, name))
    }

    /// All records of the release in a section, by name.
    pub fn options(&self, section: &str) -> impl Iterator<Item = (&'t str, Record<'t>)> {
        self.of(section).flat_map(|(page, options)| {
            options.iter().filter_map(move |(name, records)| Some((name, records.at(page.release)?)))
        })
    }

    /// The name of a section as its program has it, where it is written in another case.
    pub fn spelling(&self, section: &str) -> Option<&'t str> {
        let known = |page: &TableView<'t>| page.sections.names().find(|known| same_section(known, section));
        let exact = self.pages.iter().any(|page| page.sections.get(section).is_some());
        if exact { None } else { self.pages.iter().find_map(known) }
    }

    /// Does the program split the option's value at commas? In a section that no table names, such as a back end's, the
    /// option of that name must be a list wherever there is one.
    pub fn takes_list(&self, section: &str, name: &str) -> bool {
        let name = name.replace('-', "_");
        let is_list = |record: Record<'_>| matches!(record.kind, "list" | "dict");
        if let Some(record) = self.here(section, &name) {
            return is_list(record);
        }
        let mut records = self.section_names().filter_map(|section| self.here(section, &name)).peekable();
        records.peek().is_some() && records.all(is_list)
    }

    /// Has the release a section of that name?
    pub fn has_section(&self, section: &str) -> bool {
        self.options(section).next().is_some()
    }

    fn of(&self, section: &str) -> impl Iterator<Item = (TableView<'t>, Options<'t>)> {
        let shared = section.strip_prefix(SHARED);
        let pages = if shared.is_some() { self.shared.as_slice() } else { &self.pages };
        let section = shared.unwrap_or(section);
        pages.iter().filter_map(move |page| {
            // Most sections are written as the table has them.
            let other =
                || page.sections.iter().find(|(known, _)| same_section(known, section)).map(|(_, options)| options);
            page.sections.get(section).or_else(other).map(|options| (*page, options))
        })
    }

    fn here(&self, section: &str, name: &str) -> Option<Record<'t>> {
        self.of(section)
            .find_map(|(page, options)| options.get(name).or_else(|| options.matching(name))?.at(page.release))
    }

    /// What an unknown name in these sections may have meant.
    pub fn guess(&self, sections: &[&str], name: &str) -> Suggestion<'t> {
        let near = nearest(name, sections.iter().flat_map(|section| self.names(section)));
        let elsewhere = self.elsewhere(name);
        if near.is_some() || !elsewhere.is_empty() {
            return Suggestion { near, elsewhere, far: None };
        }
        let all = self.section_names().flat_map(|section| self.names(section).map(move |name| (section, name)));
        let all: Vec<(&str, &str)> = all.collect();
        let near = nearest(name, all.iter().map(|(_, name)| *name));
        let far = near.and_then(|near| all.into_iter().find(|(_, name)| *name == near));
        Suggestion { near: None, elsewhere, far }
    }

    fn names(&self, section: &str) -> impl Iterator<Item = &'t str> {
        self.options(section).map(|(name, _)| name)
    }

    /// The sections of the release.
    pub fn section_names(&self) -> impl Iterator<Item = &'t str> {
        self.pages.iter().flat_map(move |page| {
            let is_live = |options: Options<'t>| options.iter().any(|(_, records)| records.at(page.release).is_some());
            page.sections.iter().filter(move |(_, options)| is_live(*options)).map(|(name, _)| name)
        })
    }

    fn of_plugin(&self, sections: &[&str], name: &str, plugin: Option<&str>) -> Option<Found<'t>> {
        sections.iter().find_map(|section| self.here(section, "auth_type"))?;
        let page = self.plugins?;
        let of = |options: Options<'t>| options.get(name)?.at(page.release);
        let old = |options: Options<'t>| {
            options.iter().find_map(|(new, records)| {
                let record = records.at(page.release)?;
                record.deprecated().any(|(_, old)| same_name(old, name)).then_some(Found::Renamed(None, new, record))
            })
        };
        let known = |options: Options<'t>| of(options).map(Found::Here).or_else(|| old(options));
        match plugin.and_then(|plugin| page.sections.get(plugin)) {
            Some(options) => known(options),
            None => page.sections.iter().find_map(|(_, options)| known(options)),
        }
    }

    fn renamed(&self, section: &str, name: &str) -> Option<Found<'t>> {
        for page in &self.pages {
            for (own, options) in page.sections.iter() {
                for (new, records) in options.iter() {
                    let Some(record) = records.at(page.release) else { continue };
                    if is_old(&record, own, (section, name)) {
                        let moved = (!same_section(own, section)).then_some(own);
                        return Some(Found::Renamed(moved, new, record));
                    }
                }
            }
        }
        None
    }

    fn other_release(&self, section: &str, name: &str) -> Option<Found<'t>> {
        self.of(section).find_map(|(page, options)| {
            let mut records = options.get(name)?;
            if let Some(record) = records.filter(|record| record.last < page.release).last() {
                let successor = self.former(section, name).and_then(|former| former.successor);
                let last = page.table.release(record.last);
                return Some(Found::Removed(Removed { last, reason: record.reason, successor }));
            }
            let later = records.find(|record| record.first > page.release);
            later.map(|record| Found::Later(page.table.release(record.first)))
        })
    }

    /// The option of which a name once was an old name.
    fn former(&self, section: &str, name: &str) -> Option<Removed<'t>> {
        let mut found: Option<(usize, Removed<'t>)> = None;
        for page in &self.pages {
            for (own, options) in page.sections.iter() {
                for (new, records) in options.iter() {
                    let past = records.filter(|record| record.last < page.release);
                    let old = past.filter(|record| is_old(record, own, (section, name)));
                    let Some(record) = old.last() else { continue };
                    if found.as_ref().is_some_and(|(last, _)| *last >= record.last) {
                        continue;
                    }
                    let last = page.table.release(record.last);
                    let successor = self.here(own, new).map(|_| (own, new));
                    found = Some((record.last, Removed { last, reason: None, successor }));
                }
            }
        }
        found.map(|(_, gone)| gone)
    }

    fn elsewhere(&self, name: &str) -> Vec<&'t str> {
        let of_page = |page: &TableView<'t>| {
            let release = page.release;
            let has =
                move |options: Options<'t>| options.get(name).is_some_and(|records| records.at(release).is_some());
            page.sections.iter().filter(move |(_, options)| has(*options)).map(|(section, _)| section)
        };
        let mut sections: Vec<&str> = self.pages.iter().flat_map(of_page).collect();
        sections.sort_unstable();
        sections.dedup();
        sections
    }
}
