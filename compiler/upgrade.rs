//! Two releases to what lies between them: options that come, go, move or change, and for a site its objects and images.
//!
//! Invariant: answers come from the option tables and from compiling twice; nothing is kept of either.

pub mod steps;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalog::file::TableName;
use crate::catalog::load::Library;
use crate::catalog::release::way;
use crate::compile::Compiled;
use crate::config::file::Content;
use crate::options::record::Record;
use crate::options::table::{Records, Table};
use crate::verify::options::tables_of;

/// What happens to an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is read no longer.
    Removed,
    /// It has another name; the old one is read for now.
    Renamed,
    /// Its end is announced.
    Deprecated,
    /// What it takes changes.
    Type,
    /// What holds where nobody says anything changes.
    Default,
    /// It is new.
    Added,
}

/// A change of an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What happens.
    pub kind: Kind,
    /// The table and file, for instance `nova/nova.conf`.
    pub file: String,
    /// The group.
    pub section: String,
    /// The option.
    pub option: String,
    /// Old and new, reason or new name.
    pub note: String,
    /// Does the site set it?
    pub is_set: bool,
}

/// What lies between two releases.
#[derive(Debug, Default, Serialize)]
pub struct Upgrade {
    /// The release now.
    pub from: String,
    /// The release then.
    pub to: String,
    /// The site, where one was asked for.
    pub site: Option<String>,
    /// The releases on a way that OpenStack supports, both included; empty where there is none.
    pub path: Vec<String>,
    /// Options, by what happens to them.
    pub options: Vec<Change>,
    /// Objects that come.
    pub objects_added: Vec<String>,
    /// Objects that go.
    pub objects_removed: Vec<String>,
    /// Images: object and container -> old and new.
    pub images: BTreeMap<String, (String, String)>,
}

/// Options that a site sets: file of a table -> section -> names.
type Set = BTreeMap<TableName, BTreeSet<(String, String)>>;

/// Compares two releases for every service that has tables of both.
pub fn of_catalog(library: &Library, from: &str, to: &str) -> Upgrade {
    let mut files = Set::new();
    for service in library.catalog.services.values() {
        for (name, declared) in &service.files {
            let tables = tables_of(&library.tables, service, name, declared);
            files.extend(tables.into_iter().map(|table| (table, BTreeSet::new())));
        }
    }
    let path = way(&library.catalog.releases, from, to);
    let mut upgrade = Upgrade { from: from.to_owned(), to: to.to_owned(), path, ..Upgrade::default() };
    options(library, &files, None, &mut upgrade);
    upgrade
}

/// Compares a site with itself at another release; both were compiled without errors, or the answer is none.
pub fn of_site(library: &Library, releases: (&str, &str), now: &Compiled, then: &Compiled) -> Option<Upgrade> {
    let (before, after) = (now.linked.as_ref()?, then.linked.as_ref()?);
    let mut files = Set::new();
    for linked in &before.files {
        let Content::Sections(_, public) = &linked.file.public else { continue };
        let Some(service) = library.catalog.services.get(&linked.file.service) else { continue };
        let Some(declared) = service.files.get(&linked.file.name) else { continue };
        for table in tables_of(&library.tables, service, &linked.file.name, declared) {
            let set = files.entry(table).or_default();
            for section in public.iter().chain(&linked.file.secret) {
                set.extend(section.options.iter().map(|option| (section.name.clone(), option.name.clone())));
            }
        }
    }
    let path = way(&library.catalog.releases, releases.0, releases.1);
    let (from, to) = (releases.0.to_owned(), releases.1.to_owned());
    let mut upgrade = Upgrade { from, to, path, site: Some(now.name.clone()), ..Upgrade::default() };
    let sections = Some(&files);
    options(library, &files, sections, &mut upgrade);
    let identity = |object: &crate::lower::object::Object| format!("{}/{}", object.kind(), base_name(object));
    let old: BTreeSet<String> = before.objects.iter().map(identity).collect();
    let new: BTreeSet<String> = after.objects.iter().map(identity).collect();
    upgrade.objects_added = new.difference(&old).cloned().collect();
    upgrade.objects_removed = old.difference(&new).cloned().collect();
    let (old, new) = (images(before), images(after));
    for (place, image) in new {
        if let Some(was) = old.get(&place).filter(|was| **was != image) {
            upgrade.images.insert(place, (was.clone(), image));
        }
    }
    Some(upgrade)
}

/// An object's name, a Job's without its digest.
fn base_name(object: &crate::lower::object::Object) -> &str {
    let name = object.name();
    match name.rsplit_once('-') {
        Some((base, digest)) if object.kind() == "Job" && digest.len() == 10 => base,
        _ => name,
    }
}

fn images(linked: &crate::link::Linked) -> BTreeMap<String, String> {
    let mut images = BTreeMap::new();
    for object in &linked.objects {
        let Some(template) = crate::lower::object::template(&object.item) else { continue };
        for list in ["initContainers", "containers"] {
            for container in template.at(&["spec", list]).into_iter().flat_map(crate::kube::item::Item::list) {
                let text = |field| container.get(field).and_then(crate::kube::item::Item::text).unwrap_or("");
                let place = format!("{}/{} {}", object.kind(), base_name(object), text("name"));
                images.insert(place, text("image").to_owned());
            }
        }
    }
    images
}

fn options(library: &Library, files: &Set, set: Option<&Set>, upgrade: &mut Upgrade) {
    for path in files.keys() {
        let (name, file) = (path.table.as_str(), path.file.as_deref());
        let Some(Ok(table)) = library.tables.table(name) else { continue };
        let (Some(from), Some(to)) = (table.place(&upgrade.from), table.place(&upgrade.to)) else { continue };
        let pair = Pair { table, from, to, set: set.and_then(|set| set.get(path)) };
        for (file, sections) in table.files().filter(|(name, _)| file.is_none_or(|file| file == *name)) {
            for (section, options) in sections.iter() {
                for (option, records) in options.iter() {
                    let change = pair.change((section, option), records);
                    upgrade.options.extend(change.map(|(kind, note, is_set)| Change {
                        kind,
                        file: format!("{name}/{file}"),
                        section: section.to_owned(),
                        option: option.to_owned(),
                        note,
                        is_set,
                    }));
                }
            }
        }
    }
    upgrade.options = gathered(std::mem::take(&mut upgrade.options));
}

/// Files of one service that share an option share its line.
fn gathered(changes: Vec<Change>) -> Vec<Change> {
    let mut lines: BTreeMap<Change, BTreeSet<String>> = BTreeMap::new();
    for mut change in changes {
        let path = std::mem::take(&mut change.file);
        let (service, file) = path.split_once('/').unwrap_or((&path, ""));
        service.clone_into(&mut change.file);
        lines.entry(change).or_default().insert(file.to_owned());
    }
    let named = lines.into_iter().map(|(change, files)| {
        let files: Vec<String> = files.into_iter().collect();
        Change { file: format!("{}/{}", change.file, files.join(",")), ..change }
    });
    named.collect()
}

/// A table and the two releases in it.
struct Pair<'t> {
    table: &'t Table,
    from: usize,
    to: usize,
    set: Option<&'t BTreeSet<(String, String)>>,
}

impl Pair<'_> {
    /// What happens to an option: for a site, what it must know.
    fn change(&self, path: (&str, &str), records: Records<'_>) -> Option<(Kind, String, bool)> {
        let at = |place: usize| records.at(place);
        let is_set = self.is_set(path.0, path.1);
        let is_site = self.set.is_some();
        let found = match (at(self.from), at(self.to)) {
            // An old name that is read on is told with the new one.
            (Some(_), None) if self.is_alias(path) => None,
            // It moved to another file of the same name space, or came from there.
            (Some(_), None) if self.is_in_a_file(path, self.to) => None,
            (None, Some(_)) if self.is_in_a_file(path, self.from) => None,
            (Some(old), None) => Some((Kind::Removed, one_line(old.reason))),
            (None, Some(new)) => {
                match new.deprecated().find(|(section, name)| self.is_set(section.unwrap_or(path.0), name) || !is_site)
                {
                    Some((section, name)) => {
                        let old = section.unwrap_or(path.0);
                        return Some((Kind::Renamed, format!("was `{name}` in `[{old}]`"), is_site));
                    }
                    None => Some((Kind::Added, shown(new.default().as_ref()))),
                }
            }
            (Some(old), Some(new)) => self.differing(&old, &new),
            (None, None) => None,
        };
        let (kind, note) = found?;
        // Of what a site does not set it hears where that changes what it gets.
        let matters = !is_site
            || is_set != (kind == Kind::Default) && kind != Kind::Added
            || kind == Kind::Added && self.has_group(path.0);
        matters.then_some((kind, note, is_set))
    }

    fn differing(&self, old: &Record<'_>, new: &Record<'_>) -> Option<(Kind, String)> {
        if new.removal && !old.removal {
            return Some((Kind::Deprecated, one_line(new.reason)));
        }
        if (old.kind, old.min, old.max, old.choices()) != (new.kind, new.min, new.max, new.choices()) {
            return Some((Kind::Type, format!("{} -> {}", describe(old), describe(new))));
        }
        let (before, after) = (old.default(), new.default());
        (before != after).then(|| (Kind::Default, defaults(before.as_ref(), after.as_ref())))
    }

    fn is_set(&self, section: &str, option: &str) -> bool {
        self.set.is_some_and(|set| set.contains(&(section.to_owned(), option.to_owned())))
    }

    fn has_group(&self, section: &str) -> bool {
        self.set.is_some_and(|set| set.iter().any(|(known, _)| known == section))
    }

    fn is_in_a_file(&self, path: (&str, &str), release: usize) -> bool {
        let mut options = self.table.files().filter_map(|(_, sections)| sections.get(path.0));
        options.any(|options| options.get(path.1).is_some_and(|records| records.at(release).is_some()))
    }

    /// Does an option of the later release name this one among its old names?
    fn is_alias(&self, path: (&str, &str)) -> bool {
        self.table.files().flat_map(|(_, sections)| sections.iter()).any(|(section, options)| {
            let records = options.iter().filter_map(|(_, records)| records.at(self.to));
            let mut names = records.flat_map(Record::deprecated);
            names.any(|(at, old)| old == path.1 && at.unwrap_or(section) == path.0)
        })
    }
}

fn one_line(reason: Option<&str>) -> String {
    reason.unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two defaults: of lists what comes and goes.
fn defaults(old: Option<&serde_json::Value>, new: Option<&serde_json::Value>) -> String {
    let (Some(serde_json::Value::Array(before)), Some(serde_json::Value::Array(after))) = (old, new) else {
        return format!("{} -> {}", shown(old), shown(new));
    };
    let gone = before.iter().filter(|item| !after.contains(item)).map(|item| format!("-{}", shown(Some(item))));
    let come = after.iter().filter(|item| !before.contains(item)).map(|item| format!("+{}", shown(Some(item))));
    let words: Vec<String> = gone.chain(come).collect();
    if words.is_empty() { "in another order".to_owned() } else { words.join(" ") }
}

/// What an option takes, in words.
pub fn describe(record: &Record<'_>) -> String {
    let mut words = record.kind.strip_prefix("custom:").unwrap_or(record.kind).to_owned();
    if let Some(item) = record.item {
        words.push_str(&format!(" of {item}"));
    }
    match (record.min, record.max) {
        (Some(min), Some(max)) => words.push_str(&format!(", {min} to {max}")),
        (Some(min), None) => words.push_str(&format!(", at least {min}")),
        (None, Some(max)) => words.push_str(&format!(", at most {max}")),
        (None, None) => {}
    }
    if let Some(choices) = record.choices() {
        let choices: Vec<String> = choices.iter().map(|choice| shown(Some(choice))).collect();
        words.push_str(&format!(", one of {}", choices.join(" ")));
    }
    words
}

/// A default, in words.
pub fn shown(value: Option<&serde_json::Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(serde_json::Value::String(text)) => format!("`{}`", text.chars().take(80).collect::<String>()),
        Some(value) => value.to_string().chars().take(80).collect(),
    }
}
