//! Every option of every config file against the option tables of its service's release.
//!
//! Invariant: a file that no table checks is reported, never passed over in silence.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::catalog::bind::tables::tables_of;
use crate::catalog::file::{OpenSections, TableName};
use crate::catalog::service::{File, Service};
use crate::config::file::{ConfigOption, Content, Line, Part, Section};
use crate::diag::{Diagnostic, Fix, Sink};
use crate::link::Linked;
use crate::lower::config::ConfigFile;
use crate::model::Model;
use crate::options::Tables;
use crate::options::scope::{Found, Scope, Suggestion};
use crate::options::table::Table;
use crate::origin::OriginTable;
use crate::span::Span;
use crate::tree::word::Word;
use crate::verify::document;
use crate::verify::driver::Drivers;
use crate::verify::option::{self, Place};
use crate::verify::policies::{self, PolicyFile};
use crate::world::Sources;

/// What files are checked by.
pub struct CheckContext<'a> {
    /// The site.
    pub model: &'a Model<'a>,
    /// The option tables.
    pub tables: &'a Tables,
    /// All texts, to tell what the user wrote from what the program brings.
    pub sources: &'a Sources,
    /// All origins.
    pub origins: &'a OriginTable,
}

impl CheckContext<'_> {
    /// Was that place written by the user, not by the service data?
    pub fn is_users(&self, span: Span) -> bool {
        self.sources.get(span.file).is_some_and(|source| !source.path.starts_with("schema/"))
    }
}

/// How much was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Config files with options.
    pub files: usize,
    /// Options, each value counted.
    pub options: usize,
}

/// Checks all config files of a site.
pub fn check(context: &CheckContext<'_>, linked: &Linked, sink: &mut Sink) -> Count {
    let mut count = Count::default();
    let mut scopes: BTreeMap<(usize, Vec<TableName>), Option<Scope<'_>>> = BTreeMap::new();
    let mut own = Sink::default();
    // Nodes that are alike share a file, which is read once.
    let mut read = BTreeSet::new();
    let hosts = linked.hosts.iter().filter(|host| read.insert(std::sync::Arc::as_ptr(&host.file)));
    for file in linked.files.iter().map(|linked| &linked.file).chain(hosts.map(|host| &*host.file)) {
        let flat;
        let public = match &file.public {
            Content::Sections(_, sections) => sections.as_slice(),
            Content::Yaml(item) | Content::Json(item) => {
                flat = [document::section(item, context.origins)];
                &flat
            }
            Content::Text(_, _, settings) => settings.as_slice(),
        };
        let Some(service) = context.model.service(&file.service) else { continue };
        let Some((name, declared)) = service.files.get_key_value(&file.name) else { continue };
        let tables = tables_of(context.tables, service, &file.name, declared);
        if tables.is_empty() {
            continue;
        }
        let place = context.model.release_in(&file.service, file.group.as_deref());
        let release = context.model.release_at(place);
        let scope = scopes
            .entry((place, tables.clone()))
            .or_insert_with(|| scope(context, (&tables, release), (service, declared.span), &mut own));
        if let Some(scope) = scope {
            let guesses = Cell::new(0);
            let drivers = Drivers::of(service, name, context.tables, release);
            let reader = Reader { context, scope, drivers, release, service, name, declared, file, public, guesses };
            count.files += 1;
            count.options +=
                if policies::is_policies(scope) { reader.policies(&mut own) } else { reader.check(&mut own) };
        }
    }
    once(context, own, sink);
    count
}

/// Hands diagnostics on, each mistake once: a file that extends another, and one of a host group, repeat those of their base.
/// What the service data gives is checked only where the spec is sound: a mistake there comes back in many values.
fn once(context: &CheckContext<'_>, diagnostics: Sink, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    let mut diagnostics = diagnostics.into_sorted();
    diagnostics.sort_by_key(|diagnostic| diagnostic.message.len());
    let is_sound = !sink.has_errors();
    for diagnostic in diagnostics {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        let counts = is_sound || place.is_none_or(|span| context.is_users(span));
        if counts && seen.insert((diagnostic.code, place)) {
            sink.push(diagnostic);
        }
    }
}

fn scope<'a>(
    context: &CheckContext<'a>,
    (names, openstack): (&[TableName], &str),
    owner: (&Service, Span),
    sink: &mut Sink,
) -> Option<Scope<'a>> {
    let (service, span) = owner;
    let mut scope = Scope::default();
    for TableName { table: name, file } in names {
        let file = file.as_deref();
        match context.tables.table(name) {
            Some(Ok(table)) => {
                let release = release(context, (name, table), (service, openstack));
                if let Err(known) = scope.add(table, file, &release) {
                    let span = context.model.release_span(&service.name);
                    let message = format!("there is no option table of {name} for release `{release}`");
                    let hint = format!("the tables hold {}", known.join(", "));
                    sink.push(Diagnostic::error("TG0520", span, message).hint(hint));
                    return None;
                }
            }
            Some(Err(error)) => {
                sink.push(Diagnostic::error("TG0520", span, format!("the option table `{name}` is broken: {error}")));
                return None;
            }
            None => {
                let message =
                    format!("nothing checks the options of service `{}`: no option table `{name}`", service.name);
                let hint = format!("add schema/options/{name}.json, or name other tables with `tables`");
                sink.push(Diagnostic::warning("TG0527", span, message).hint(hint));
                return None;
            }
        }
    }
    if let Some(Ok(table)) = context.tables.table("keystoneauth") {
        scope.plugins(table, openstack);
    }
    Some(scope)
}

/// The release of a table that holds for the service: that of OpenStack, or that of the service's image, whose tag begins with it.
fn release(context: &CheckContext<'_>, (name, table): (&Word, &Table), owner: (&Service, &str)) -> String {
    let (service, openstack) = owner;
    let catalog = context.model.catalog;
    if table.releases().any(|known| catalog.releases.contains_key(known)) {
        return openstack.to_owned();
    }
    let newest = || table.releases().next_back().unwrap_or_default().to_owned();
    // The tag tells nothing of another program in the image, as uwsgi.
    if *name != *service.name {
        return newest();
    }
    let image = crate::resolve::reference::image(context.model, &service.name, service.image())
        .map(|(image, _)| image)
        .unwrap_or_default();
    let tag = image.split('@').next().and_then(|name| name.rsplit_once(':')).map_or("", |(_, tag)| tag);
    let version = tag.trim_start_matches('v');
    let is_of = |release: &&str| {
        version.strip_prefix(*release).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    let is_openstack = |version: &str| catalog.releases.keys().any(|release| version.starts_with(release.as_str()));
    let found = table.releases().filter(is_of).max_by_key(|release| release.len());
    match found {
        Some(found) => found.to_owned(),
        // A tag that tells no version, as `latest`, or that of the OpenStack release, is taken for the newest.
        None if !version.starts_with(|first: char| first.is_ascii_digit()) || is_openstack(version) => newest(),
        None => version.to_owned(),
    }
}

/// One file and what it is checked against.
struct Reader<'r, 'a> {
    context: &'r CheckContext<'a>,
    scope: &'r Scope<'a>,
    drivers: Option<Drivers<'a>>,
    release: &'r str,
    service: &'a Service,
    name: &'a str,
    declared: &'a File,
    file: &'r ConfigFile,
    public: &'r [Section],
    guesses: Cell<usize>,
}

/// For how many unknown names of a file it is told what they may mean.
const GUESSES: usize = 500;

impl<'a> Reader<'_, 'a> {
    fn check(&self, sink: &mut Sink) -> usize {
        let mut checked = 0;
        let mut unknown: BTreeSet<&str> = BTreeSet::new();
        for section in self.public.iter().chain(&self.file.secret) {
            let open = self.open(&section.name);
            let targets = self.targets((&section.name, &open), None);
            if targets.is_empty() && !self.is_extra_section(section) {
                if unknown.insert(&section.name) {
                    self.no_section(section, sink);
                }
                continue;
            }
            if let Some(known) = self.scope.spelling(&section.name).filter(|_| !targets.is_empty()) {
                self.spelling(section, known, sink);
            }
            let plugin = self.public_value(&section.name, "auth_type");
            let (extra, known): (Vec<&ConfigOption>, Vec<&ConfigOption>) =
                section.options.iter().partition(|option| self.is_extra(&section.name, &option.name));
            for option in extra {
                let place = Place { section: &section.name, option };
                let (judge, values) = self.judge(&place);
                judge.plain_secret(&place, &values, None, sink);
            }
            self.of_driver(section, &known, sink);
            for option in known {
                checked += option.values.len();
                let targets = self.targets((&section.name, &open), Some(&option.name));
                self.option(&Place { section: &section.name, option }, (&targets, plugin.as_deref()), sink);
            }
        }
        checked
    }

    /// Checks a file of policies, which is one map; how many it has.
    fn policies(&self, sink: &mut Sink) -> usize {
        let options = self.public.iter().flat_map(|section| &section.options);
        let entries: Vec<(&ConfigOption, Span)> =
            options.map(|option| (option, self.judge(&Place { section: "-", option }).0.key)).collect();
        let count = entries.len();
        policies::check(self.scope, &PolicyFile { service: &self.service.name, release: self.release, entries }, sink);
        count
    }

    /// The options of a back end by the driver that it names.
    fn of_driver(&self, section: &Section, options: &[&ConfigOption], sink: &mut Sink) {
        let Some(drivers) = &self.drivers else { return };
        let Some(named) = self.public.iter().find(|known| known.name == section.name) else { return };
        let Some((option, driver)) =
            drivers.named(named).and_then(|option| Some((option, self.public_value(&section.name, &option.name)?)))
        else {
            return;
        };
        let place = |option| self.judge(&Place { section: &section.name, option }).0.key;
        if options.iter().any(|known| std::ptr::eq(*known, option)) {
            let context = self.context;
            let users = option.values.iter().find_map(|(_, origin)| {
                option::places(context.origins, *origin).into_iter().find(|span| context.is_users(*span))
            });
            drivers.known(&driver, users.unwrap_or_else(|| place(option)), sink);
        }
        for option in options {
            drivers.declares(&driver, &option.name, (&section.name, place(option)), sink);
        }
    }

    fn option(&self, place: &Place<'_>, by: (&[&str], Option<&str>), sink: &mut Sink) {
        let mut found = self.scope.find(by.0, &place.option.name, by.1);
        // A program looks for an option by its own name first: where that is set, its old name is only the other option's.
        if let Found::Renamed(Some(section), name, _) = &found
            && option_of(self.public, section, name).is_some()
            && let Some(record) = self.scope.exact(by.0, &place.option.name)
        {
            found = Found::Here(record);
        }
        let (judge, values) = self.judge(place);
        if let Found::Here(record) | Found::Renamed(_, _, record) = &found {
            judge.plain_secret(place, &values, Some(record), sink);
        }
        let guess = || self.guess(by.0, &place.option.name);
        judge.judge((place, &values), found, guess, sink);
    }

    /// What an unknown name may mean; of a file of which hardly anything is known, nobody reads a thousand guesses.
    fn guess(&self, sections: &[&str], name: &str) -> Suggestion<'a> {
        self.guesses.set(self.guesses.get() + 1);
        if self.guesses.get() > GUESSES { Suggestion::default() } else { self.scope.guess(sections, name) }
    }

    /// Where diagnostics about an option point, and its values.
    fn judge<'o>(&self, place: &Place<'o>) -> (option::Judge<'_>, Vec<(&'o Line, Option<Span>)>) {
        let span = |origin| option::written(self.context.origins, origin);
        let values: Vec<(&'o Line, Option<Span>)> =
            place.option.values.iter().map(|(line, origin)| (line, span(*origin))).collect();
        let key = place.option.key.or_else(|| values.first().and_then(|(_, span)| *span)).unwrap_or(self.declared.span);
        let is_users = self.context.is_users(key);
        (option::Judge { file: &self.file.name, service: &self.service.name, key, is_users }, values)
    }

    /// What the service says of sections of that name that no table has.
    fn open(&self, section: &str) -> Vec<&'a OpenSections> {
        let declared = self.service.file_chain(self.name).flat_map(|(_, declared)| &declared.sections);
        let is_meant = |open: &&OpenSections| {
            let listed = open.listed_in.as_ref();
            let listed = listed.and_then(|name| self.public_value(&name.section, &name.option)).unwrap_or_default();
            let mut names = listed.split(',').map(|name| name.split_once(':').map_or(name, |(name, _)| name).trim());
            names.any(|name| name == section) || open.named.iter().any(|name| *name == section)
        };
        declared.filter(is_meant).collect()
    }

    /// The sections of the tables whose options a section takes, where one is named, it: its own, and those that it is like.
    fn targets<'s>(&self, (section, open): (&'s str, &[&'s OpenSections]), option: Option<&str>) -> Vec<&'s str> {
        let own = self.scope.has_section(section).then_some(section);
        let takes =
            |only: &[Word]| only.is_empty() || option.is_none_or(|option| only.iter().any(|taken| *taken == *option));
        let like = open.iter().filter(|open| takes(&open.only)).flat_map(|open| &open.like);
        own.into_iter().chain(like.map(|name| name.as_str())).collect()
    }

    fn public_value(&self, section: &str, name: &str) -> Option<String> {
        let option = option_of(self.public, section, name)?;
        let texts = option.values.iter().map(|(line, _)| {
            let parts = line.parts.iter().map(|part| match part {
                Part::Public(text) => text.as_str(),
                Part::Secret(_) => "",
            });
            parts.collect::<String>()
        });
        Some(texts.collect::<Vec<_>>().join(","))
    }

    fn is_extra(&self, section: &str, name: &str) -> bool {
        self.service.file_chain(self.name).any(|(file, declared)| {
            if declared.extra.get(section).is_some_and(|names| names.iter().any(|known| *known == name)) {
                return true;
            }
            let specs = self.context.model.specs(&self.service.name);
            let mut files = specs.filter_map(|spec| spec.extra.get(file.as_str())?.get(section));
            files.any(|names| names.iter().any(|known| known.value == name))
        })
    }

    fn is_extra_section(&self, section: &Section) -> bool {
        section.options.iter().all(|option| self.is_extra(&section.name, &option.name))
    }

    /// Where a section is written: in the spec, or its first option.
    fn place(&self, section: &Section) -> Span {
        let options = self.context.model.options.file(&self.service.name, self.name);
        let named = options.and_then(|options| options.named.get(section.name.as_str()));
        named.copied().or_else(|| section.options.first()?.key).unwrap_or(self.declared.span)
    }

    fn spelling(&self, section: &Section, known: &str, sink: &mut Sink) {
        let span = self.place(section);
        let message = format!("the group `[{}]` of {} is `[{known}]`", section.name, self.file.name);
        let fix = Fix { span, text: known.to_owned() };
        sink.push(Diagnostic::warning("TG0529", span, message).hint("`check --fix` writes it").with_fix(fix));
    }

    fn no_section(&self, section: &Section, sink: &mut Sink) {
        let span = self.place(section);
        let near = crate::diag::nearest(&section.name, self.scope.section_names());
        let file = &self.file.name;
        let message = format!("unknown group `[{}]` in {file} of service `{}`", section.name, self.service.name);
        let diagnostic = Diagnostic::error("TG0521", span, message);
        sink.push(match near {
            Some(near) => diagnostic.hint(format!("did you mean `[{near}]`?")),
            None => diagnostic.hint(format!(
                "the groups of a driver from elsewhere are declared: `extra-options \"{file}\" {{ {} OPTION }}`",
                section.name
            )),
        });
    }
}

fn option_of<'s>(sections: &'s [Section], section: &str, name: &str) -> Option<&'s ConfigOption> {
    let section = sections.iter().find(|known| known.name == section)?;
    section.options.iter().find(|option| option.name == name)
}
