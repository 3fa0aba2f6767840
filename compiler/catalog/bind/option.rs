//! Options that service data names, held against the option tables.
//!
//! A build checks each option for its site's release; here a name is only asked to be known in some release of its place, and
//! option names outside files too: those of rules, references, and of connections.
//!
//! Invariant: what no table checks is not checked here either.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::bind::tables::tables_of;
use crate::catalog::expr::{EnvValue, Expr, Kind, OptionPath, Piece, Reference, Source, Tree};
use crate::catalog::file::{File, Format, TableName};
use crate::catalog::named::sample_name;
use crate::catalog::rule::{Rule, Subject};
use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink, unknown};
use crate::options::Tables;
use crate::options::scope::{Found, Scope};
use crate::span::FileId;
use crate::tree::node::Node;
use crate::tree::word::Word;

mod extended;

/// Judges every option name in the files that `is_judged` picks.
pub fn options(catalog: &Catalog, tables: &Tables, is_judged: &dyn Fn(FileId) -> bool, sink: &mut Sink) {
    let mut judge = Judge { catalog, tables, is_judged, sink, scopes: BTreeMap::new() };
    for service in catalog.services.values() {
        for (name, file) in &service.files {
            judge.file(service, name, file);
        }
        let limits = service.provides.values().filter_map(|provide| provide.connections.as_ref());
        for connections in limits {
            judge.anywhere(&connections.pool);
            judge.anywhere(&connections.overflow);
        }
        service.rules.iter().for_each(|rule| judge.rule(Some(service), rule));
        for value in values(service) {
            judge.value(service, value);
        }
    }
    catalog.rules.iter().for_each(|rule| judge.rule(None, rule));
    for (section, options) in catalog.no_rerun.iter() {
        judge.somewhere(section);
        options.iter().for_each(|option| judge.anywhere(option));
    }
}

/// Judges the option names of an overlay's tree.
pub fn overlay(catalog: &Catalog, tables: &Tables, tree: &Node, sink: &mut Sink) {
    let mut judge = Judge { catalog, tables, is_judged: &|_| true, sink, scopes: BTreeMap::new() };
    let said = tree.get("service").and_then(Node::as_map).into_iter().flatten();
    for (service, entry) in said.filter_map(|(name, entry)| Some((catalog.services.get(name.as_ref())?, entry))) {
        for (name, entry) in entry.node.get("config").and_then(Node::as_map).into_iter().flatten() {
            let Some((name, file)) = service.file_of(name) else { continue };
            let scopes = judge.scopes(service, name, file);
            let own = listed(service, name, &entry.node);
            for (section, entry) in entry.node.as_map().into_iter().flatten().filter(|_| !scopes.is_empty()) {
                let mut targets = judge.targets((service, name), section, &scopes);
                targets.extend(own.iter().filter(|(named, _)| *named == **section).map(|(_, like)| like.clone()));
                let section = Word::new(section.to_string(), entry.key);
                for (option, entry) in entry.node.as_map().into_iter().flatten() {
                    let option = Word::new(option.to_string(), entry.key);
                    judge.option(&scopes, (&section, &targets), &option, None);
                }
            }
        }
    }
}

/// The sections that an overlay's own options list, each with a section of the tables whose options it takes.
fn listed(service: &Service, file: &str, said: &Node) -> Vec<(String, String)> {
    let opens = service.file_chain(file).flat_map(|(_, file)| &file.sections);
    let mut found = Vec::new();
    for (open, listed) in opens.filter_map(|open| Some((open, open.listed_in.as_ref()?))) {
        let option = said.get(&listed.section).and_then(|section| section.get(&listed.option));
        let texts = option.into_iter().flat_map(Node::items).filter_map(Node::as_text);
        for name in texts.flat_map(listed_names) {
            found.extend(open.like.iter().map(|like| (name.clone(), like.to_string())));
        }
    }
    found
}

/// The values of a service's own data, those of its fragments apart.
fn values(service: &Service) -> Vec<&Expr> {
    let components = service.components.values();
    let processes = components.flat_map(|component| component.processes.iter().chain(&component.max_unavailable));
    let pods = service.components.values().map(|component| &component.pod);
    let jobs = service.jobs.values().chain(service.provides.values().flat_map(|provide| provide.jobs.values()));
    let containers = pods.chain(jobs.map(|job| &job.pod)).flat_map(|pod| pod.containers());
    let env = containers.flat_map(|container| container.env.values()).filter_map(|value| match value {
        EnvValue::Value(value) => Some(value),
        EnvValue::Pod(..) => None,
    });
    processes.chain(env).collect()
}

struct Judge<'c, 's> {
    catalog: &'c Catalog,
    tables: &'c Tables,
    is_judged: &'s dyn Fn(FileId) -> bool,
    sink: &'s mut Sink,
    /// A scope for each release of the tables.
    scopes: BTreeMap<Vec<TableName>, Vec<Scope<'c>>>,
}

impl<'c> Judge<'c, '_> {
    /// What the tables of a file know, release by release; none where there is no table.
    fn scopes(&mut self, service: &Service, name: &str, file: &File) -> Vec<Scope<'c>> {
        let names = tables_of(self.tables, service, name, file);
        if !self.scopes.contains_key(&names) {
            let made = self.make(&names);
            self.scopes.insert(names.clone(), made);
        }
        self.scopes.get(&names).cloned().unwrap_or_default()
    }

    fn make(&self, names: &[TableName]) -> Vec<Scope<'c>> {
        let found = names.iter().map(|name| Some((name, self.tables.table(&name.table)?.ok()?)));
        let Some(found) = found.collect::<Option<Vec<_>>>() else { return Vec::new() };
        let releases: std::collections::BTreeSet<&str> = found.iter().flat_map(|(_, table)| table.releases()).collect();
        let plugins = self.tables.table("keystoneauth").and_then(Result::ok);
        let scope = |release: &str| {
            let mut scope = Scope::default();
            for (name, table) in &found {
                // A program with a version of its own is checked beside those of OpenStack.
                let newest = table.releases().next_back().unwrap_or_default();
                let release = if table.place(release).is_some() { release } else { newest };
                let _ = scope.add(table, name.file.as_deref(), release);
            }
            if let Some(table) = plugins {
                scope.plugins(table, release);
            }
            scope
        };
        releases.into_iter().map(scope).collect()
    }

    fn file(&mut self, service: &'c Service, name: &Word, file: &File) {
        self.parts(file);
        let scopes = self.scopes(service, name, file);
        self.only((service, name, file), &scopes);
        if scopes.is_empty() || matches!(file.format, Format::Yaml | Format::Json | Format::Template | Format::Verbatim)
        {
            return;
        }
        for open in &file.sections {
            for like in open.like.iter().filter(|like| (self.is_judged)(like.span.file)) {
                if !scopes.iter().any(|scope| scope.has_section(like)) {
                    let known = scopes.iter().flat_map(Scope::section_names);
                    self.sink.push(unknown("TG0521", "section of the option table", like, like.span, known));
                }
            }
        }
        for listed in file.sections.iter().filter_map(|open| open.listed_in.as_ref()) {
            let fragments = self.catalog.fragments_of(service, name);
            let is_told = fragments.iter().any(|fragment| fragment.contains_key(&listed.section));
            if !is_told && (self.is_judged)(listed.option.span.file) {
                let targets = self.targets((service, name), &listed.section, &scopes);
                self.option(&scopes, (&listed.section, &targets), &listed.option, None);
            }
        }
        self.without((service, name, file), &scopes);
        let fragments = self.catalog.fragments_of(service, name);
        for (section, options) in fragments.iter().flat_map(|fragment| fragment.iter()) {
            let auth = options.get("auth_type").and_then(|option| option.value.literal());
            let targets = self.targets((service, name), section, &scopes);
            for option in options.keys().filter(|option| (self.is_judged)(option.span.file)) {
                let is_extra = |file: &File| file.extra.get(section).is_some_and(|names| names.contains(option));
                if service.file_chain(name).any(|(_, file)| is_extra(file)) {
                    continue;
                }
                self.option(&scopes, (section, &targets), option, auth.as_deref());
            }
        }
    }

    /// The parts of tables for a file.
    fn parts(&mut self, file: &File) {
        for name in &file.tables {
            let (Some(part), Some(Ok(table))) = (&name.file, self.tables.table(&name.table)) else { continue };
            if (self.is_judged)(part.span.file) && !table.has_file(part.as_str()) {
                let known = table.files().map(|(name, _)| name);
                self.sink.push(unknown(
                    "TG0516",
                    &format!("file of the option table `{}`", name.table),
                    part,
                    part.span,
                    known,
                ));
            }
        }
    }

    /// The sections of the tables whose options a section takes.
    fn targets(&self, place: (&'c Service, &str), section: &str, scopes: &[Scope<'_>]) -> Vec<String> {
        let mut targets = Vec::new();
        if scopes.iter().any(|scope| scope.has_section(section)) {
            targets.push(section.to_owned());
        }
        let (service, file) = place;
        for open in service.file_chain(file).flat_map(|(_, file)| &file.sections) {
            let listed = open.listed_in.as_ref().is_some_and(|listed| {
                let fragments = self.catalog.fragments_of(service, file);
                let set = fragments.iter().filter_map(|fragment| fragment.get(&listed.section)?.get(&listed.option));
                set.flat_map(|option| names(service, &option.value)).any(|name| name == section)
            });
            if listed || open.named.iter().any(|name| *name == *section) {
                targets.extend(open.like.iter().map(ToString::to_string));
            }
        }
        targets
    }

    fn option(&mut self, scopes: &[Scope<'_>], place: (&Word, &[String]), option: &Word, auth: Option<&str>) {
        let (section, targets) = place;
        if targets.is_empty() {
            let known = scopes.iter().flat_map(Scope::section_names);
            self.sink.push(unknown("TG0521", "group", section, section.span, known));
            return;
        }
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        if scopes.iter().any(|scope| !matches!(scope.find(&targets, option, auth), Found::Unknown)) {
            return;
        }
        let near = scopes.iter().find_map(|scope| scope.guess(&targets, option).near);
        let message = format!("unknown option `{option}` in `[{section}]`");
        let diagnostic = Diagnostic::error("TG0522", option.span, message);
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.sink.push(hint.into_iter().fold(diagnostic, Diagnostic::hint));
    }

    /// An option that a rule or a reference names, where no fragment sets it.
    fn path(&mut self, service: &'c Service, path: &OptionPath) {
        let any = |word: &Word| *word == *"*";
        let Some((name, file)) = service.files.get_key_value(&path.file) else { return };
        let is_set = |option: &Word| {
            let fragments = self.catalog.fragments_of(service, name);
            let mut sections = fragments.iter().flat_map(|fragment| fragment.iter());
            sections.any(|(section, options)| {
                (any(&path.section) || *section == path.section) && options.contains_key(option)
            })
        };
        if is_set(&path.option) || !(self.is_judged)(path.option.span.file) {
            return;
        }
        let scopes = self.scopes(service, name, file);
        if scopes.is_empty() {
            // No table knows the program: an option that nothing here sets is taken for a misspelt one.
            let fragments = self.catalog.fragments_of(service, name);
            let known = fragments.iter().flat_map(|fragment| fragment.values()).flat_map(|options| options.keys());
            let known: Vec<&str> = known.map(Word::as_str).collect();
            if !known.is_empty() {
                self.sink.push(unknown("TG0522", "option", &path.option, path.option.span, known));
            }
            return;
        }
        if any(&path.section) {
            let sections: Vec<&str> = scopes.iter().flat_map(Scope::section_names).collect();
            let known = || scopes.iter().flat_map(|scope| sections.iter().flat_map(|name| scope.options(name)));
            if !known().any(|(name, _)| path.option == name) {
                let known: Vec<&str> = known().map(|(name, _)| name).collect();
                self.sink.push(unknown("TG0522", "option", &path.option, path.option.span, known));
            }
            return;
        }
        let targets = self.targets((service, name), &path.section, &scopes);
        self.option(&scopes, (&path.section, &targets), &path.option, None);
    }

    fn value(&mut self, service: &'c Service, value: &Expr) {
        for reference in value.references() {
            if let Reference::Option(path, Some(_)) = reference {
                self.path(service, path);
            }
        }
    }

    fn rule(&mut self, own: Option<&'c Service>, rule: &Rule) {
        if let Subject::Options(patterns) = &rule.subject {
            for pattern in patterns {
                let service = match &pattern.service {
                    Some(name) => self.catalog.services.get(name.as_str()),
                    None => own,
                };
                match service {
                    Some(service) if service.files.contains_key(&pattern.path.file) => {
                        self.path(service, &pattern.path)
                    }
                    _ => {
                        self.anywhere(&pattern.path.option);
                        self.somewhere(&pattern.path.section);
                    }
                }
            }
        }
        let neighbours = rule.test.neighbours();
        for path in rule.conditions.iter().map(|condition| &condition.path).chain(&neighbours) {
            match own {
                Some(service) if service.files.contains_key(&path.file) => self.path(service, path),
                _ => {
                    self.anywhere(&path.option);
                    self.somewhere(&path.section);
                }
            }
        }
        if let Some(service) = own {
            rule.test.terms().iter().for_each(|value| self.value(service, value));
        }
    }

    /// A section of any file of any service.
    fn somewhere(&mut self, section: &Word) {
        if *section == *"*" || !(self.is_judged)(section.span.file) {
            return;
        }
        let catalog = self.catalog;
        let mut known: Vec<&str> = Vec::new();
        for service in catalog.services.values() {
            for (name, file) in &service.files {
                known.extend(self.scopes(service, name, file).iter().flat_map(Scope::section_names));
            }
        }
        if !known.iter().any(|name| *section == *name) {
            self.sink.push(unknown("TG0521", "section of any file", section, section.span, known));
        }
    }

    /// An option of any file of any service.
    fn anywhere(&mut self, option: &Word) {
        if !(self.is_judged)(option.span.file) {
            return;
        }
        let catalog = self.catalog;
        let fragments = catalog.services.values().flat_map(|service| service.fragments.values());
        let set = fragments.chain(catalog.fragments.values()).flat_map(|fragment| fragment.values());
        if set.into_iter().any(|options| options.contains_key(option)) {
            return;
        }
        let mut known: Vec<&str> = Vec::new();
        for service in catalog.services.values() {
            for (name, file) in &service.files {
                for scope in self.scopes(service, name, file) {
                    let sections: Vec<&str> = scope.section_names().collect();
                    known.extend(sections.iter().flat_map(|section| scope.options(section)).map(|(name, _)| name));
                }
            }
        }
        if !known.iter().any(|name| *option == *name) {
            self.sink.push(unknown("TG0522", "option of any file", option, option.span, known));
        }
    }
}

/// The names that a value may list, of `name:type` the name.
fn names(service: &Service, tree: &Tree) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for value in tree.leaves() {
        match &value.kind {
            Kind::Literal(literal) => texts.push(literal.text()),
            Kind::Text(pieces) => texts.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Literal(text) => Some(text.clone()),
                Piece::Reference(_) => None,
            })),
            Kind::Reference(Reference::Setting(name)) => {
                let setting = service.settings.get(&name.name);
                texts.extend(setting.into_iter().flat_map(|setting| &setting.choices).map(ToString::to_string));
            }
            Kind::Reference(Reference::Each(each)) if each.of.source == Source::BackEnds => {
                texts.extend(service.back_ends.keys().map(|kind| sample_name(kind)));
            }
            Kind::Reference(_) => {}
        }
    }
    texts.iter().flat_map(|text| listed_names(text)).collect()
}

/// The names in a list, of `name:type` the name.
fn listed_names(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').filter_map(|name| name.split(':').next()).map(|name| name.trim().to_owned())
}
