//! What a file of a release may hold: the sections of its tables, sections named by its own options, options of plugins.
//!
//! Invariant: an answer about a name says where the option is, was or will be, never only that it is not there.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

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
    // Made for the first name that is none of the release's: a file may have very many of them.
    live: OnceCell<Vec<(&'t str, &'t str)>>,
    old: OnceCell<BTreeMap<Cow<'t, str>, Vec<OldName<'t>>>>,
}

/// An old name of an option.
#[derive(Debug, Clone, Copy)]
struct OldName<'t> {
    /// The place of the table.
    page: usize,
    /// The section that it stood in, where that is another.
    section: Option<&'t str>,
    /// The option's section.
    own: &'t str,
    /// Its name.
    name: &'t str,
    /// The first and the last release of the record that has it.
    releases: (usize, usize),
}

impl OldName<'_> {
    fn stood_in(&self, section: &str) -> bool {
        same_section(self.section.unwrap_or(self.own), section)
    }
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
    /// It is none; [`Scope::guess`] tells what it may have meant.
    Unknown,
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

/// A name as programs know it.
fn underscored(name: &str) -> Cow<'_, str> {
    if name.contains('-') { Cow::Owned(name.replace('-', "_")) } else { Cow::Borrowed(name) }
}

/// Are names the same, where a hyphen in the first one is an underscore?
fn same_name(written: &str, name: &str) -> bool {
    written.len() == name.len()
        && written.bytes().zip(name.bytes()).all(|(a, b)| a == b && a != b'-' || a == b'-' && b == b'_')
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
        let name = &*underscored(name);
        let first = |ask: &dyn Fn(&str) -> Option<Found<'t>>| sections.iter().find_map(|section| ask(section));
        // A name that is both an option's and an old one of another's is read as the old one.
        let may_be_old = |section: &str| self.pages.iter().any(|page| page.table.may_be_old(section, name));
        first(&|section| if may_be_old(section) { self.renamed(section, name) } else { None })
            .or_else(|| first(&|section| self.here(section, name).map(Found::Here)))
            .or_else(|| self.of_plugin(sections, name, plugin))
            .or_else(|| first(&|section| self.other_release(section, name)))
            .or_else(|| first(&|section| self.former(section, name).map(Found::Removed)))
            .unwrap_or(Found::Unknown)
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
        let name = &*underscored(name);
        let near = nearest(name, sections.iter().flat_map(|section| self.names(section)));
        let elsewhere = self.elsewhere(name);
        if near.is_some() || !elsewhere.is_empty() {
            return Suggestion { near, elsewhere, far: None };
        }
        let all = self.live.get_or_init(|| {
            let names = |section| self.names(section).map(move |name| (section, name));
            self.section_names().flat_map(names).collect()
        });
        let near = nearest(name, all.iter().map(|(_, name)| *name));
        let far = near.and_then(|near| all.iter().copied().find(|(_, name)| *name == near));
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

    /// The old names that are written so, in the order of the tables.
    fn old(&self, name: &str) -> &[OldName<'t>] {
        let old = self.old.get_or_init(|| {
            let mut old: BTreeMap<Cow<'t, str>, Vec<OldName<'t>>> = BTreeMap::new();
            for (page, view) in self.pages.iter().enumerate() {
                let options = view.sections.iter().flat_map(|(own, options)| options.iter().map(move |of| (own, of)));
                for (own, (name, records)) in options {
                    let names = records.flat_map(|record| {
                        record.deprecated().map(move |(section, old)| (section, old, (record.first, record.last)))
                    });
                    for (section, former, releases) in names {
                        let found = OldName { page, section, own, name, releases };
                        old.entry(underscored(former)).or_default().push(found);
                    }
                }
            }
            old
        });
        old.get(name).map_or(&[], Vec::as_slice)
    }

    fn renamed(&self, section: &str, name: &str) -> Option<Found<'t>> {
        self.old(name).iter().filter(|old| old.stood_in(section)).find_map(|old| {
            let page = self.pages.get(old.page)?;
            let is_live = (old.releases.0..=old.releases.1).contains(&page.release);
            let record = page.sections.get(old.own)?.get(old.name)?.at(page.release).filter(|_| is_live)?;
            Some(Found::Renamed((!same_section(old.own, section)).then_some(old.own), old.name, record))
        })
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
        let mut found: Option<(&OldName<'t>, &TableView<'t>)> = None;
        for old in self.old(name).iter().filter(|old| old.stood_in(section)) {
            let Some(page) = self.pages.get(old.page).filter(|page| old.releases.1 < page.release) else { continue };
            // The newest; of several the first option, by its last record.
            if found.is_none_or(|(known, _)| known.releases.1 < old.releases.1) {
                found = Some((old, page));
            }
        }
        let (old, page) = found?;
        let successor = self.here(old.own, old.name).map(|_| (old.own, old.name));
        Some(Removed { last: page.table.release(old.releases.1), reason: None, successor })
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
