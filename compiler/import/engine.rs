//! Keys and a table to a draft: each key to its places, its secrets, or the reason why it has none.
//!
//! Invariant: every key ends as a value of the draft, as a secret, or with a fate; none is passed over.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::key::{Data, Key, Role};
use super::mapping::{Case, KeyRule, Mapping, Reason, Rules};
use super::nodes::Host;
use super::pattern::Captures;
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
}

/// Why a key is not in the draft.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What became of it.
    pub fate: Fate,
    /// The kind of reason.
    pub kind: &'static str,
    /// The reason.
    pub reason: String,
}

impl Decided {
    /// It has no place.
    pub fn dropped(kind: &'static str, reason: impl Into<String>) -> Self {
        Decided { fate: Fate::Dropped, kind, reason: reason.into() }
    }

    fn other(fate: Fate, reason: impl Into<String>) -> Self {
        Decided { fate, kind: "", reason: reason.into() }
    }
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
    pub hosts_meant: Option<BTreeSet<String>>,
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
                let rule = rules.find(&key).map(|(rule, _)| rule).filter(|_| computed);
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
    }

    /// Replaces plain variables; what is more than one has no place.
    fn evaluate(&mut self) {
        let later: Vec<bool> = self.keys.iter().map(|key| self.foreign(key).kind == "later").collect();
        for ((number, key), later) in self.keys.iter_mut().enumerate().zip(later) {
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
                        let reason = format!("{what} is computed by the tool and is not a plain variable");
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

    fn value(&mut self, number: usize, key: &Key, rules: &Rules<'_>) -> Option<Decided> {
        let Some((rule, captures)) = rules.find(key) else { return Some(self.foreign(key)) };
        if !rule.secret.is_empty() {
            let foreign = (!captures.is_empty()).then(|| self.foreign(key)).filter(|found| found.kind == "later");
            let paths: Vec<String> = rule.secret.iter().map(|path| captures.fill(path)).collect();
            return foreign.or_else(|| self.secret(number, &key.data, &paths));
        }
        if key.data == Data::Sealed {
            return Some(Decided::dropped("none", "it is encrypted, and its key is not here"));
        }
        let word = key.data.word();
        let address = word.parse::<std::net::Ipv4Addr>().ok().and_then(|_| rule.cases.get("address"));
        let case = rule.cases.get(word.as_str()).or(address).or_else(|| self.equal(rule, &word));
        let case = case.or_else(|| rule.cases.get("other")).unwrap_or(&rule.fate);
        let beside: Vec<&Case> = rule.whens.iter().filter(|(name, _)| self.holds(name)).map(|(_, case)| case).collect();
        if case.to.is_empty() && beside.is_empty() && !key.data.is_empty() {
            return Some(decided_of(case));
        }
        if key.data.is_empty() {
            return Some(Decided::dropped("tool", "it has no value"));
        }
        if key.hidden && !rule.open {
            return Some(Decided::dropped("tool", "a secret outside the store: the store has one of its own"));
        }
        let decided = self.places(number, key, (case, &captures));
        // That no node has the role of such a place takes nothing from the key's own.
        beside.into_iter().for_each(|case| drop(self.places(number, key, (case, &captures))));
        decided
    }

    /// The case of a value that is another key's.
    fn equal<'r>(&self, rule: &'r KeyRule, word: &str) -> Option<&'r Case> {
        let mut cases = rule.cases.iter().filter(|(name, _)| name.starts_with("{$"));
        cases.find(|(name, _)| named(name, &self.variables).is_ok_and(|value| value == word)).map(|(_, case)| case)
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
                let other = |known: &&Secret| paths.contains(&known.path) && known.value.reveal() != text;
                if let Some(known) = self.secrets.iter().find(other) {
                    let reason = format!("`{}` has another value already, the first one counts", known.path);
                    return Some(Decided::dropped("none", reason));
                }
                for path in paths {
                    let value = SecretValue::new(text.clone());
                    self.secrets.push(Secret { path: path.clone(), value, owner: number });
                }
                None
            }
            None if *data == Data::Sealed => Some(Decided::dropped("none", "it is encrypted, and its key is not here")),
            None => Some(Decided::other(Fate::Default, "it has no value: the store makes one")),
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

    /// A group, a variable of a group, or one of a host.
    fn inventory(&mut self, number: usize, key: &Key, rules: &Rules<'_>) -> Option<Decided> {
        let parts: Vec<&str> = key.path.iter().skip(1).map(String::as_str).collect();
        let [name, rest @ ..] = parts.as_slice() else { return Some(Decided::other(Fate::Unknown, "")) };
        let (group, kind) = name.split_once(':').unwrap_or((name, ""));
        if let [variable, ..] = rest {
            if self.hosts.iter().any(|host| host.source == *name && host.address_from == *variable) {
                let host = self.hosts.iter().find(|host| host.source == *name)?;
                let to = format!("node {} @management", host.name);
                let data = Data::Text(host.address.map(|address| address.to_string()).unwrap_or_default());
                return self.put(&to, &Captures::default(), &data, (Some(number), self.note(key)));
            }
            let bare = Key { path: rest.iter().map(|part| (*part).to_owned()).collect(), ..key.clone() };
            let known = rules.find(&bare).is_some();
            return match known {
                true => self.of_hosts(number, (name, &bare), rules),
                false if variable.starts_with("ansible_") => {
                    Some(Decided::dropped("tool", "how Ansible reaches the host"))
                }
                false => Some(self.foreign(&bare)),
            };
        }
        if kind == "vars" {
            return Some(Decided::other(Fate::Default, "the heading of variables"));
        }
        Some(self.group(group))
    }

    /// A variable of a host or of a group of them.
    fn of_hosts(&mut self, number: usize, (name, key): (&str, &Key), rules: &Rules<'_>) -> Option<Decided> {
        let group = name.split_once(':').map_or(name, |(group, _)| group);
        let is_meant = |host: &&Host| host.source == name || host.groups.iter().any(|known| known == group);
        let meant: BTreeSet<String> = self.hosts.iter().filter(is_meant).map(|host| host.name.clone()).collect();
        self.hosts_meant = (meant.len() < self.hosts.len()).then_some(meant);
        let decided = self.value(number, key, rules);
        self.hosts_meant = None;
        decided
    }

    /// A group's heading.
    fn group(&self, group: &str) -> Decided {
        let mut captures = Vec::new();
        let mut rules = self.mapping.groups.iter();
        let rule = rules.find(|(pattern, _)| super::pattern::glob(pattern.as_str(), group, &mut captures).is_some());
        let nodes = self.hosts.iter().filter(|host| host.groups.iter().any(|known| known == group)).count();
        match rule {
            Some((_, rule)) if rule.roles.is_empty() => {
                Decided::dropped("tool", rule.reason.clone().unwrap_or_default())
            }
            Some((_, rule)) => {
                let roles: Vec<&str> = rule.roles.iter().map(|role| role.as_str()).collect();
                Decided::other(Fate::Carried, format!("{nodes} nodes have the roles {}", roles.join(", ")))
            }
            None if nodes > 0 => Decided::other(Fate::Carried, format!("{nodes} nodes, by the groups that it is in")),
            None => Decided::dropped("tool", "a group whose hosts are no nodes"),
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

/// What a rule without places says.
pub fn decided_of(case: &Case) -> Decided {
    match (&case.drop, case.same) {
        (_, true) => Decided::other(Fate::Default, case.reason.clone().unwrap_or_default()),
        (Some(kind), false) => Decided::dropped(kind.word(), case.reason.clone().unwrap_or_default()),
        (None, false) => Decided::dropped(Reason::None.word(), case.reason.clone().unwrap_or_default()),
    }
}
