//! What is known of a tool whose files are imported: `schema/import/TOOL.kdl`, a table of its keys.
//!
//! A place of the spec is written as steps divided by ` > `: a step is a node's name and, where it has one, its first argument.
//! Behind them stand `@NAME` for a property, `+` for one value more, and `= TEXT` for a value other than the key's; `{}` in it is
//! the key's (`{:quoted}`: a text in quotes, a number without; `{:cpus}`: the numbers of a mask), `{1}` what the first `*` of the pattern matched (`{1:kebab}`: with `-` for `_`), `{$NAME}` another key's value, `{^NAME}` that of the key
//! of that name in the same map, `{^^NAME}` in the map around it. The node `node role=ROLE` is each node of the role. Of a rule with `split` each value has the
//! places: `{##}` is its number, `{#}` the same but nothing for the first, and `{@NAME:TEXT}` what the key NAME has at that place
//! of its own list, else TEXT. With `pair` too, `{<}` and `{>}` are the parts of each value.
//!
//! Invariant: the engine knows no tool; what a key means stands in its table alone.

use std::collections::BTreeMap;

use super::key::Key;
use super::known::{Counterpart, Known};
use super::pattern::{Captures, glob, matched};
use crate::catalog::load::Library;
use crate::diag::{Diagnostic, Sink};
use crate::tree::document::{Document, Form, read};
use crate::tree::embedded::Embedded;
use crate::tree::record::{Decoder, Described, Table};
use crate::tree::word::Word;
use crate::{record, words};

words! {
    /// Why a key has no place.
    pub enum Reason {
        /// It means something to the other tool alone.
        Tool = "tool",
        /// The release has no such option.
        Gone = "gone",
        /// It belongs to a service that is not among those of the project.
        Later = "later",
        /// The site has no word for it.
        None = "none",
    }
}

record! {
    /// What becomes of a value.
    pub struct Case {
        /// The places of the spec.
        to: Vec<String>,
        /// Whether a site is so without a word.
        same: bool,
        /// Why it has no place.
        drop: Option<Reason>,
        /// The reason in words.
        reason: Option<String>,
        /// What divides the values of a text that stands for several; each has the places.
        split: Option<String>,
        /// What divides each of these values in two: `{<}` in a place is what stands before it, `{>}` what stands behind it. A place
        /// with `{>}` is none of a value without the divider.
        pair: Option<String>,
        /// A place with `{}` in it: those of these values for which a site has it are left out of a list.
        except: Option<String>,
        /// A file below the site's folder that has the value: a text as it is; of a pattern that ends in `**`, the tree that it matches, as YAML.
        file: Option<String>,
    }
}

record! {
    /// What is known of a key.
    pub struct KeyRule, include(fate: Case) {
        /// The secrets of the store that it is the value of, OBJECT/KEY; with `?` behind it where no other key is.
        secret: Vec<String>,
        /// The value that the tool takes where the key is not written, if a site is otherwise without it.
        default: Option<String>,
        /// Whether its value is no secret, although its name says so.
        open: bool,
        /// Whether what `**` matched is a variable of the host that the second part names.
        variable: bool,
        /// The name of the value that cases compare, in the list item or the map that the pattern names before `**`: what a tree means
        /// may stand in one of its values.
        by: Option<String>,
        /// Values that mean something of their own; `address` is any IPv4 address, `{$NAME}` that of another key, `other` any other
        /// value. `*` stands for any text: what it stood for is numbered after what the stars of the key's pattern did.
        cases as "case": Table<Case>,
        /// What it means beside where another key is true.
        whens as "when": Table<Case>,
    }
}

record! {
    /// Files that replace options, by their path; `*` matches a part of it.
    pub struct FileRule, include(fate: Case) {
        /// Names of options whose value is a secret of the store: the option and OBJECT/KEY.
        secrets as "secret": Table<FileOption>,
        /// Names of options that have a place of their own.
        options as "option": Table<FileOption>,
    }
}

record! {
    /// An option of such a file that stands for something of its own: `OPTION`, or `SECTION.OPTION`, which goes before.
    pub struct FileOption, include(fate: Case), positional("paths"), shorthand("paths") {
        /// The secrets, OBJECT/KEY each, or the places.
        paths: Vec<String>,
        /// Whether the value is a URL, and the secret is its password.
        url: bool,
    }
}

record! {
    /// What the hosts of a group are.
    pub struct GroupRule {
        /// Their roles.
        roles: Vec<Word>,
        /// Places that a site has where the group has hosts: of a tool that runs a service where it has hosts.
        to: Vec<String>,
        /// Why the group has no place of its own.
        reason: Option<String>,
    }
}

record! {
    /// A role that hosts get where none has it: those of another.
    pub struct Fallback {
        /// The other role.
        from: Word,
    }
}

record! {
    /// What a site needs and the tool's files do not say: a value for a place that is still free.
    pub struct Assumption {
        /// The value.
        value: String,
        /// What to look at.
        reason: String,
        /// Only where a place beginning so is taken.
        when: Option<String>,
        /// Only where no place beginning so is taken.
        unless: Vec<String>,
    }
}

record! {
    /// A file of the tool's own.
    pub struct Ignored {
        /// What it is.
        reason: String,
    }
}

record! {
    /// A value that the tool has where nobody writes it.
    pub struct Preset, positional("value"), shorthand("value") {
        /// The value.
        value: String,
    }
}

record! {
    /// A service that the tool has, by the beginning of its keys.
    pub struct Foreign {
        /// What it is.
        reason: Option<String>,
    }
}

record! {
    /// Everything known of a tool.
    pub struct Mapping {
        /// The tool's name.
        title: String,
        /// The table whose entries stand below those of this one.
        base: Option<String>,
        /// Whether each file has the values of one chart, named by the file or its folder.
        charts: bool,
        /// Whether the files are dumps of a cluster's objects; of the options in them those count that the model does not decide.
        dump: bool,
        /// The interface that hosts have in the management network where nobody says it.
        carrier: Option<String>,
        /// The folder, among those that are named, whose files replace options.
        overrides: Option<String>,
        /// Files and folders, by name, that the tool makes for itself.
        ignored as "ignore": Table<Ignored>,
        /// Values of the tool's own that templates in its files refer to, where nobody writes them.
        variables as "variable": Table<Preset>,
        /// Keys, by name or pattern.
        keys as "key": Table<KeyRule>,
        /// Files with options.
        files as "file": Table<FileRule>,
        /// Options of every file that have a place or a fate of their own.
        options as "option": Table<FileOption>,
        /// Groups of hosts.
        groups as "group": Table<GroupRule>,
        /// Roles that some host must have.
        fallbacks as "fallback": Table<Fallback>,
        /// Top-level keys that are tables of hosts.
        host_tables as "host-table": Vec<String>,
        /// Variables of a host with its management address, the best first.
        addresses as "address": Vec<Word>,
        /// What is assumed, by place.
        assumptions as "assume": Table<Assumption>,
        /// Rendered files that have another name here, or none.
        counterparts as "counterpart": Table<Counterpart>,
        /// Options that differ for a reason, where rendered files are compared.
        differences as "differs": Table<Known>,
        /// Services of the tool's own.
        foreign as "service": Table<Foreign>,
    }
}

impl Mapping {
    /// The table of a tool; None where a diagnostic says why not.
    pub fn load(library: &Library, tool: &str, sink: &mut Sink) -> Option<Mapping> {
        Mapping::load_above(library, tool, &mut Vec::new(), sink)
    }

    /// The table of a tool that others stand on.
    fn load_above(library: &Library, tool: &str, above: &mut Vec<String>, sink: &mut Sink) -> Option<Mapping> {
        above.push(tool.to_owned());
        let path = format!("schema/import/{tool}.kdl");
        let file = library.sources.find(&path);
        let Some((file, source)) = file.and_then(|file| Some((file, library.sources.get(file)?))) else {
            sink.push(Diagnostic::global("TG0946", format!("there is no table `{path}`")));
            return None;
        };
        let embedded = Embedded::find(&path).filter(|embedded| embedded.text == source.text);
        let document = Document { path: &path, text: &source.text, file, embedded };
        let node = read(&document, Form::Record(Mapping::record()), sink)?;
        let releases: Vec<String> = library.catalog.releases.keys().map(ToString::to_string).collect();
        let mut mapping = Mapping::decode(&node, &mut Decoder { releases: &releases, sink })?;
        let Some(base) = mapping.base.take() else { return Some(mapping) };
        if above.contains(&base) {
            above.push(base);
            let way = above.join("` -> `");
            let message = format!("`{path}` has a base that leads back to it: `{way}`");
            sink.push(Diagnostic::error("TG0948", node.span, message).hint("remove `base` from one of them"));
            return Some(mapping);
        }
        let base = Mapping::load_above(library, &base, above, sink)?;
        mapping.stand_on(base);
        Some(mapping)
    }

    /// Takes what the base has and this table does not say; its title and whether files are charts are its own.
    fn stand_on(&mut self, base: Mapping) {
        let Mapping {
            keys,
            files,
            options,
            groups,
            host_tables,
            addresses,
            assumptions,
            foreign,
            variables,
            differences,
            counterparts,
            ..
        } = base;
        for (name, preset) in variables {
            self.variables.entry(name).or_insert(preset);
        }
        for (name, rule) in keys {
            self.keys.entry(name).or_insert(rule);
        }
        for (name, rule) in files {
            self.files.entry(name).or_insert(rule);
        }
        for (name, rule) in options {
            self.options.entry(name).or_insert(rule);
        }
        for (name, rule) in groups {
            self.groups.entry(name).or_insert(rule);
        }
        for (name, rule) in assumptions {
            self.assumptions.entry(name).or_insert(rule);
        }
        for (name, rule) in counterparts {
            self.counterparts.entry(name).or_insert(rule);
        }
        for (name, rule) in differences {
            self.differences.entry(name).or_insert(rule);
        }
        for (name, rule) in foreign {
            self.foreign.entry(name).or_insert(rule);
        }
        self.host_tables.extend(host_tables);
        self.addresses.extend(addresses);
    }

    /// The chart that a path names, by a file or a folder.
    pub fn chart(&self, path: &str) -> Option<&str> {
        let known = self.keys.keys().map(Word::as_str).chain(self.foreign.keys().map(Word::as_str));
        let known: Vec<&str> =
            known.filter_map(|key| key.split('.').next()).filter(|name| !name.contains('*')).collect();
        path.split('/').rev().find_map(|part| {
            let begins = |name: &&&str| {
                part.strip_prefix(**name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
            };
            known.iter().filter(begins).max_by_key(|name| name.len()).copied()
        })
    }
}

/// The rules of a table, found by the first part of a key.
pub struct Rules<'m> {
    exact: BTreeMap<&'m str, Vec<(Vec<&'m str>, &'m KeyRule)>>,
    open: Vec<(Vec<&'m str>, &'m KeyRule)>,
}

impl<'m> Rules<'m> {
    /// The rules of a table.
    pub fn new(mapping: &'m Mapping) -> Self {
        let mut rules = Rules { exact: BTreeMap::new(), open: Vec::new() };
        for (pattern, rule) in &mapping.keys {
            let parts: Vec<&str> = pattern.as_str().split('.').collect();
            match parts.first() {
                Some(first) if !first.contains('*') => rules.exact.entry(first).or_default().push((parts, rule)),
                _ => rules.open.push((parts, rule)),
            }
        }
        rules
    }

    /// The rule of a key: of those that match, the one with the most letters that are no pattern, first in its first part.
    pub fn find(&self, key: &Key) -> Option<(&'m KeyRule, Captures)> {
        let first = key.path.first()?;
        let near = self.exact.get(first.as_str()).into_iter().flatten();
        let found = near.chain(&self.open).filter_map(|(pattern, rule)| {
            let captures = matched(pattern, &key.path)?;
            let letters = |part: &&str| part.len() - part.matches('*').count();
            let near = pattern.first().map_or(0, |first| letters(first) * 1000);
            let weight: usize = near + pattern.iter().map(|part| letters(part) * 2 + part.len()).sum::<usize>();
            Some((weight, *rule, captures))
        });
        let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, rule, captures)| (rule, captures))
    }
}

/// The file rule of a path, and what its pattern matched; one that has the file's name wins, then the longest.
pub fn file_rule<'m>(mapping: &'m Mapping, path: &str) -> Option<(&'m FileRule, Captures)> {
    let parts: Vec<&str> = path.split('/').collect();
    let found = mapping.files.iter().filter_map(|(pattern, rule)| {
        let wanted: Vec<&str> = pattern.as_str().split('/').collect();
        let mut captures = Vec::new();
        let fits = wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| glob(wanted, part, &mut captures).is_some());
        let names_file = wanted.last().is_some_and(|name| !name.contains('*'));
        fits.then_some((
            (names_file, pattern.as_str().replace('*', "").len()),
            rule,
            Captures { parts: captures, fixed: 1 },
        ))
    });
    found.max_by_key(|(weight, ..)| *weight).map(|(_, rule, captures)| (rule, captures))
}
