//! Keys and a table to a draft: each key to its places, its secrets, or the reason why it has none.
//!
//! Invariant: every key ends as a value of the draft, as a secret, or with a fate; none is passed over.

use std::collections::BTreeMap;

use super::beside::Beside;
use super::draft::{Draft, Scalar};
use super::key::{Data, Key, Role};
use super::long;
use super::mapping::{Case, KeyRule, Mapping, Reason, Rules};
use super::nodes::{Host, Meant};
use super::pattern::{Captures, glob};
pub use super::report::Decided;
use super::report::Fate;
use super::template::evaluate;
use super::value::{named, short};
use crate::catalog::Catalog;
use crate::secret::value::SecretValue;
use crate::world::Sources;

/// A secret for the store, and the key that it comes from.
#[derive(Debug)]
pub struct Secret {
    /// OBJECT/KEY.
    pub path: String,
    /// The value.
    pub value: SecretValue,
    /// The number of the key.
    pub owner: usize,
    /// Whether another key's value takes its place.
    pub is_weak: bool,
}

/// An import under way.
pub struct Engine<'e> {
    /// The tool's table.
    pub mapping: &'e Mapping,
    /// The project's services.
    pub catalog: &'e Catalog,
    /// The texts of the input.
    pub sources: &'e Sources,
    /// The keys.
    pub keys: Vec<Key>,
    /// The machines.
    pub hosts: Vec<Host>,
    /// The spec in the making.
    pub draft: Draft,
    /// The secrets.
    pub secrets: Vec<Secret>,
    /// Of keys that are not in the draft: what became of them.
    pub decided: BTreeMap<usize, Decided>,
    /// Plain variables of templates.
    pub variables: BTreeMap<String, String>,
    /// The hosts that a variable of the inventory is about; none: all.
    pub hosts_meant: Option<Meant>,
    /// The files beside the spec.
    pub beside: Beside,
    /// Keys with a list, by their numbers, and the place of what is left out of it.
    pub lists: Vec<(usize, String)>,
}

impl Engine<'_> {
    /// Takes every key.
    pub fn run(&mut self) {
        self.evaluate();
        let rules = Rules::new(self.mapping);
        for number in 0..self.keys.len() {
            let Some(key) = self.keys.get(number).cloned() else { continue };
            if self.decided.contains_key(&number) {
                // What has no place whatever its value is, has its own reason.
                let computed = self.decided.get(&number).is_some_and(|decided| decided.kind == "template");
                let found = rules.find(&key);
                if let Some((file, captures)) =
                    found.as_ref().and_then(|(rule, at)| Some((rule.fate.file.as_ref()?, at)))
                {
                    self.beside.spoil(&captures.fill(file), "one of its values is a template, or too long");
                }
                let rule = found.map(|(rule, _)| rule).filter(|_| computed);
                if let Some(rule) =
                    rule.filter(|rule| rule.fate.to.is_empty() && rule.cases.is_empty() && rule.secret.is_empty())
                {
                    self.decided.insert(number, decided_of(&rule.fate));
                }
                continue;
            }
            let decided = match key.role {
                Role::Override => self.option(number, &key),
                Role::Inventory => self.inventory(number, &key, &rules),
                Role::Values | Role::Secrets => self.value(number, &key, &rules),
            };
            if let Some(decided) = decided {
                self.decided.insert(number, decided);
            }
        }
        self.absent();
        self.shorten_lists();
    }

    /// Takes out of lists what a site says otherwise.
    fn shorten_lists(&mut self) {
        for (number, except) in std::mem::take(&mut self.lists) {
            let owned: Vec<usize> = self
                .draft
                .leaves
                .iter()
                .enumerate()
                .filter(|(_, leaf)| leaf.owners.contains(&number))
                .map(|(at, _)| at)
                .collect();
            for at in owned {
                let texts =
                    self.draft.leaves.get(at).map(|leaf| leaf.values.iter().map(Scalar::text).collect::<Vec<_>>());
                let kept = |text: &str| {
                    let parts = text.split(',').map(str::trim);
                    parts.filter(|part| !self.draft.has(&except.replace("{}", part))).collect::<Vec<_>>().join(",")
                };
                let values = texts.unwrap_or_default().iter().map(|text| Scalar::of(&kept(text))).collect();
                if let Some(leaf) = self.draft.leaves.get_mut(at) {
                    leaf.values = values;
                }
            }
        }
    }

    /// Replaces plain variables; what is more than one has no place.
    fn evaluate(&mut self) {
        let later: Vec<bool> = self.keys.iter().map(|key| self.foreign(key).kind == "later").collect();
        for ((number, key), later) in self.keys.iter_mut().enumerate().zip(later) {
            if key.data == Data::TooLong {
                self.decided.insert(number, Decided::dropped("none", long::REASON));
            }
            let items = match &mut key.data {
                Data::List(items) => items.iter_mut().map(|tree| &mut tree.data).collect(),
                data => vec![data],
            };
            for data in items {
                let Data::Text(text) = data else { continue };
                match evaluate(text, &self.variables) {
                    Ok(value) => *text = value,
                    // Whole files of text may hold templates of their own.
                    Err(_) if later || text.contains('\n') => {}
                    Err(expression) => {
                        let what =
                            if key.hidden { "an expression".to_owned() } else { format!("`{}`", short(&expression)) };
                        let reason = format!("{what} is a template of the tool, and not a plain variable of the input");
                        self.decided.insert(number, Decided::dropped("template", reason));
                    }
                }
            }
        }
    }

    /// The values that the tool takes for keys that nobody wrote.
    fn absent(&mut self) {
        for (pattern, rule) in &self.mapping.keys {
            let Some(default) = &rule.default else { continue };
            let written = |key: &Key| key.path.first().is_some_and(|first| first == pattern.as_str());
            if self.keys.iter().any(written) {
                continue;
            }
            let data = Data::Text(default.clone());
            let case = rule.cases.get(data.word().as_str()).unwrap_or(&rule.fate);
            for to in &case.to {
                let note = format!("{}: `{pattern}` is `{default}` where nobody writes it", self.mapping.title);
                self.put(to, &Captures::default(), &data, (None, note));
            }
        }
    }

    /// A value: by the rule of its key.
    pub fn value(&mut self, number: usize, key: &Key, rules: &Rules<'_>) -> Option<Decided> {
        let Some((rule, mut captures)) = rules.find(key) else { return Some(self.foreign(key)) };
        if rule.variable && self.hosts_meant.is_none() {
            let path = key.path.get(captures.fixed..).unwrap_or_default().to_vec();
            let host = key.path.get(1).cloned().unwrap_or_default();
            return self.of_hosts(number, (&host, &Key { path, ..key.clone() }), rules);
        }
        if !rule.secret.is_empty() {
            let foreign = (!captures.is_empty()).then(|| self.foreign(key)).filter(|found| found.kind == "later");
            let paths: Vec<String> = rule.secret.iter().map(|path| captures.fill(path)).collect();
            return foreign.or_else(|| self.secret(number, &key.data, &paths));
        }
        if key.data == Data::Sealed {
            if let Some(file) = &rule.fate.file {
                self.beside.spoil(&captures.fill(file), "a value of it is encrypted");
            }
            return Some(Decided::dropped("none", "it is encrypted, and its key was not given"));
        }
        let word = match &rule.by {
            Some(name) => self.beside_it(key, captures.fixed, name),
            None => key.data.word(),
        };
        let address = word.parse::<std::net::Ipv4Addr>().ok().and_then(|_| rule.cases.get("address"));
        let case = rule.cases.get(word.as_str()).or(address).or_else(|| self.equal(rule, &word));
        let case = case.or_else(|| like(rule, &word, &mut captures));
        let case = case.or_else(|| rule.cases.get("other")).unwrap_or(&rule.fate);
        let beside: Vec<&Case> = rule.whens.iter().filter(|(name, _)| self.holds(name)).map(|(_, case)| case).collect();
        if let Some(file) = &case.file {
            return self.to_file(number, key, (file.as_str(), rule.open), (case, &captures));
        }
        if case.to.is_empty() && beside.is_empty() && !key.data.is_empty() {
            return Some(decided_of(case));
        }
        if key.data.is_empty() {
            return Some(Decided::dropped("tool", "it has no value"));
        }
        if key.hidden && !rule.open {
            return Some(Decided::dropped("tool", "a secret that is not imported: the password store generates one"));
        }
        self.lists.extend(case.except.clone().map(|except| (number, except)));
        let decided = self.places(number, key, (case, &captures));
        // That no node has the role of such a place takes nothing from the key's own.
        beside.into_iter().for_each(|case| drop(self.places(number, key, (case, &captures))));
        decided
    }

    /// Keeps a value for a file beside the spec.
    pub fn to_file(
        &mut self,
        number: usize,
        key: &Key,
        (file, open): (&str, bool),
        (case, captures): (&Case, &Captures),
    ) -> Option<Decided> {
        let file = captures.fill(file);
        if !is_plain(&file) {
            return Some(Decided::dropped("none", "the name of its file would lead out of the site's folder"));
        }
        if key.hidden && !open && !key.data.is_empty() {
            self.beside.spoil(&file, "a secret of the input is in it");
        }
        self.beside.add(&file, key.path.get(captures.fixed..).unwrap_or_default(), &key.data, number);
        self.places(number, key, (case, captures))
    }

    /// The case of a value that is another key's.
    fn equal<'r>(&self, rule: &'r KeyRule, word: &str) -> Option<&'r Case> {
        let mut cases = rule.cases.iter().filter(|(name, _)| name.starts_with("{$"));
        cases.find(|(name, _)| named(name, &self.variables).is_ok_and(|value| value == word)).map(|(_, case)| case)
    }

    /// The value of that name in the tree that a pattern names; empty where there is none.
    fn beside_it(&self, key: &Key, fixed: usize, name: &str) -> String {
        // A pattern that ends in no `**` names a value: what stands in the same map is beside it.
        let tree = key.path.get(..fixed.min(key.path.len().saturating_sub(1))).unwrap_or_default();
        let is_it = |other: &&Key| other.path.split_last().is_some_and(|(last, path)| last == name && path == tree);
        self.keys.iter().find(is_it).map(|other| other.data.word()).unwrap_or_default()
    }

    /// Is another key true?
    fn holds(&self, name: &str) -> bool {
        let value = self.variables.get(name).and_then(|value| evaluate(value, &self.variables).ok());
        value.is_some_and(|value| Data::Text(value).word() == "yes")
    }

    /// Keeps a value for the store.
    pub fn secret(&mut self, number: usize, data: &Data, paths: &[String]) -> Option<Decided> {
        match data.text().filter(|text| !text.is_empty()) {
            Some(text) => {
                let differs = |known: &Secret| known.value.reveal() != text;
                let other = |known: &&Secret| paths.contains(&known.path) && !known.is_weak && differs(known);
                if let Some(known) = self.secrets.iter().find(other) {
                    let reason = format!("`{}` has another value already, the first one counts", known.path);
                    return Some(Decided::dropped("none", reason));
                }
                for path in paths {
                    let (path, is_weak) = path.strip_suffix('?').map_or((path.as_str(), false), |path| (path, true));
                    if is_weak && self.secrets.iter().any(|known| known.path == path) {
                        continue;
                    }
                    self.secrets.retain(|known| known.path != path || !known.is_weak);
                    let value = SecretValue::new(text.clone());
                    self.secrets.push(Secret { path: path.to_owned(), value, owner: number, is_weak });
                }
                None
            }
            None if *data == Data::Sealed => {
                Some(Decided::dropped("none", "it is encrypted, and its key was not given"))
            }
            None => Some(Decided::other(Fate::Default, "it has no value: the password store generates one")),
        }
    }

    /// A key that the table does not know: of a service that the project lacks, or unknown.
    pub fn foreign(&self, key: &Key) -> Decided {
        let first = key.path.first().map_or("", String::as_str);
        let begins = |name: &str| {
            first.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-', '/', '.']))
        };
        let found = self.mapping.foreign.iter().find(|(name, _)| begins(name));
        match found {
            Some((name, service)) if !self.catalog.services.contains_key(name.as_str()) => {
                let reason = service.reason.clone();
                Decided::dropped("later", reason.unwrap_or_else(|| format!("`{name}` is not among the services")))
            }
            _ if key.data.is_empty() => Decided::dropped("tool", "it has no value"),
            _ => Decided::other(Fate::Unknown, ""),
        }
    }

    /// The file and line of a key.
    pub fn note(&self, key: &Key) -> String {
        let Some(source) = self.sources.get(key.span.file) else { return String::new() };
        let name = source.path.rsplit('/').next().unwrap_or(&source.path);
        match source.text.is_empty() {
            true => name.to_owned(),
            false => format!("{name}:{}", source.position(key.span.start).0),
        }
    }
}

/// The case whose name has stars and fits, of several the one with the most letters; what its stars stand for is put behind what those
/// of the key's pattern do.
fn like<'r>(rule: &'r KeyRule, word: &str, captures: &mut Captures) -> Option<&'r Case> {
    let fitting = rule.cases.iter().filter(|(name, _)| name.as_str().contains('*')).filter_map(|(name, case)| {
        let mut parts = Vec::new();
        glob(name.as_str(), word, &mut parts)?;
        Some((name.as_str().replace('*', "").len(), parts, case))
    });
    let (_, parts, case) = fitting.max_by_key(|(letters, ..)| *letters)?;
    captures.parts.extend(parts);
    Some(case)
}

/// Is it the path of a file below a folder, whatever the input has put into it?
fn is_plain(path: &str) -> bool {
    let is_name = |part: &str| {
        !part.starts_with('.')
            && !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    path.split('/').all(is_name)
}

/// What a rule without places says.
pub fn decided_of(case: &Case) -> Decided {
    match (&case.drop, case.same) {
        (_, true) => Decided::other(Fate::Default, case.reason.clone().unwrap_or_default()),
        (Some(kind), false) => Decided::dropped(kind.word(), case.reason.clone().unwrap_or_default()),
        (None, false) => Decided::dropped(Reason::None.word(), case.reason.clone().unwrap_or_default()),
    }
}
