//! Inventories of Ansible, in INI and in YAML: hosts, groups of groups, ranges, variables.
//!
//! Invariant: a group that is in itself ends the walk and is told; a range never gives more than a set number of hosts.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::ini::lines;
use super::key::{Data, Key, Role, Tree, is_hidden, shown};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::span::{FileId, Span};

/// The most hosts of an inventory.
const MOST: usize = 10_000;
/// The most groups.
const GROUPS: usize = 1_000;
/// How often hosts may stand in groups, each of their variables counted.
const MENTIONS: usize = 100_000;
/// The most ranges of a pattern.
const RANGES: usize = 8;
/// The most digits of a number in one.
const DIGITS: usize = 9;

/// A group as it is written.
#[derive(Debug, Default)]
struct Group {
    hosts: BTreeSet<String>,
    children: Vec<(String, Span)>,
}

/// Hosts and groups.
#[derive(Debug, Default)]
pub struct Inventory {
    groups: IndexMap<String, Group>,
    /// The variables of each host, in the order in which hosts are named.
    pub hosts: IndexMap<String, BTreeMap<String, String>>,
    /// The keys, for the report.
    pub keys: Vec<Key>,
    mentions: usize,
    is_full: bool,
}

impl Inventory {
    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.hosts.is_empty()
    }

    /// Adds a host to a group.
    pub fn host(&mut self, group: &str, host: &str) -> &mut BTreeMap<String, String> {
        self.groups.entry(group.to_owned()).or_default().hosts.insert(host.to_owned());
        self.hosts.entry(host.to_owned()).or_default()
    }

    /// Is there room for a group, or for hosts with so many variables each? The first time that there is none is told.
    fn takes(&mut self, group: &str, (hosts, variables): (&[String], usize), span: Span, sink: &mut Sink) -> bool {
        let groups = self.groups.len() + usize::from(!self.groups.contains_key(group));
        let known = hosts.iter().filter(|host| self.hosts.contains_key(*host)).count();
        let all = self.hosts.len() + hosts.len() - known;
        let mentions = self.mentions.saturating_add(hosts.len().saturating_mul(variables + 1));
        if groups <= GROUPS && all <= MOST && mentions <= MENTIONS {
            self.mentions = mentions;
            return true;
        }
        if !std::mem::replace(&mut self.is_full, true) {
            let message = format!(
                "more than an inventory holds: {MOST} hosts, {GROUPS} groups, {MENTIONS} hosts and variables in them"
            );
            sink.push(Diagnostic::error("TG0943", span, message).hint("what follows is left out: split the inventory"));
        }
        false
    }

    /// Is there a group of that name?
    pub fn has(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// Adds a key for the report.
    pub fn key(&mut self, path: &[&str], data: Data, span: Span) {
        let path: Vec<String> = std::iter::once("inventory").chain(path.iter().copied()).map(str::to_owned).collect();
        let hidden = is_hidden(Role::Inventory, &path, &data);
        self.keys.push(Key { path, data, span, role: Role::Inventory, hidden });
    }

    /// Reads an inventory in INI.
    pub fn read_ini(&mut self, text: &str, file: FileId, sink: &mut Sink) {
        for line in lines(text, file, sink) {
            let (group, kind) = line.section.split_once(':').unwrap_or((line.section, "hosts"));
            let group = if group.is_empty() { "ungrouped" } else { group };
            if !self.takes(group, (&[], 0), line.span, sink) {
                continue;
            }
            self.groups.entry(group.to_owned()).or_default();
            if line.text.is_empty() {
                let path = line.section.to_owned();
                self.key(&[&path], Data::Null, line.span);
                if !["hosts", "children", "vars"].contains(&kind) {
                    let message = format!("`{kind}` of group `{group}` is unknown, expected `children` or `vars`");
                    sink.push(Diagnostic::error("TG0940", line.span, message));
                }
                continue;
            }
            match kind {
                "children" => {
                    let child = line.text.split_whitespace().next().unwrap_or("").to_owned();
                    if child.contains('=') {
                        let message = "not a group, expected its name; variables stand in `[GROUP:vars]`";
                        sink.push(Diagnostic::error("TG0933", line.span, message));
                        continue;
                    }
                    self.groups.entry(group.to_owned()).or_default().children.push((child, line.span));
                }
                "vars" => match line.text.split_once('=') {
                    Some((name, value)) => {
                        let data = Data::Text(unquoted(value.trim()).to_owned());
                        self.key(&[&format!("{group}:vars"), name.trim()], data, line.span);
                    }
                    None => sink.push(Diagnostic::error("TG0933", line.span, "not a variable, expected `NAME=VALUE`")),
                },
                _ => self.host_line(group, line.text, line.span, sink),
            }
        }
    }

    fn host_line(&mut self, group: &str, text: &str, span: Span, sink: &mut Sink) {
        // As a shell has them, whose rules Ansible follows.
        let Some(words) = shlex::split(text) else {
            return sink.push(Diagnostic::error("TG0933", span, "a quote is not closed on its line"));
        };
        let (name, words) = words.split_first().map_or(("", words.as_slice()), |(name, rest)| (name.as_str(), rest));
        if name.is_empty() {
            return;
        }
        if name.contains('=') {
            let message = "not a host, expected `NAME VARIABLE=VALUE`; variables stand in `[GROUP:vars]`";
            return sink.push(Diagnostic::error("TG0933", span, message));
        }
        let variables: Vec<(&str, &str)> = words.iter().filter_map(|word| word.split_once('=')).collect();
        let hosts = match expand(name) {
            Ok(hosts) => hosts,
            Err(message) => return sink.push(Diagnostic::error("TG0940", span, message)),
        };
        if !self.takes(group, (&hosts, variables.len()), span, sink) {
            return;
        }
        for host in hosts {
            for (variable, value) in &variables {
                self.key(&[&host, variable], Data::Text((*value).to_owned()), span);
                self.host(group, &host).insert((*variable).to_owned(), (*value).to_owned());
            }
            self.host(group, &host);
        }
    }

    /// Reads a group of an inventory in YAML, and those in it.
    pub fn read_yaml(&mut self, group: &str, tree: &Tree, sink: &mut Sink) {
        if !self.takes(group, (&[], 0), tree.span, sink) {
            return;
        }
        self.groups.entry(group.to_owned()).or_default();
        let Data::Map(entries) = &tree.data else { return };
        for (part, span, value) in entries {
            let Data::Map(inner) = &value.data else { continue };
            match part.as_str() {
                "hosts" => {
                    self.key(&[group], Data::Null, *span);
                    inner.iter().for_each(|(host, at, variables)| self.yaml_host((group, host), *at, variables, sink));
                }
                "children" => {
                    self.key(&[&format!("{group}:children")], Data::Null, *span);
                    for (child, at, value) in inner {
                        self.groups.entry(group.to_owned()).or_default().children.push((child.clone(), *at));
                        self.read_yaml(child, value, sink);
                    }
                }
                "vars" => {
                    for key in super::key::keys(value, Role::Inventory, &["inventory".into(), format!("{group}:vars")])
                    {
                        self.keys.push(key);
                    }
                }
                other => {
                    let message =
                        format!("`{other}` of group `{group}` is unknown, expected `hosts`, `children` or `vars`");
                    sink.push(Diagnostic::error("TG0940", *span, message));
                }
            }
        }
    }

    /// Reads variables of a group or of a host out of a file of its own: `group_vars/NAME.yml`, `host_vars/NAME/FILE.yml`.
    pub fn read_variables(&mut self, (owner, is_host): (&str, bool), variables: &Tree, sink: &mut Sink) {
        if is_host {
            return self.yaml_host(("all", owner), variables.span, variables, sink);
        }
        let path = ["inventory".to_owned(), format!("{owner}:vars")];
        self.keys.extend(super::key::keys(variables, Role::Inventory, &path));
    }

    fn yaml_host(&mut self, (group, name): (&str, &str), span: Span, variables: &Tree, sink: &mut Sink) {
        let hosts = match expand(name) {
            Ok(hosts) => hosts,
            Err(message) => return sink.push(Diagnostic::error("TG0940", span, message)),
        };
        let count = if let Data::Map(entries) = &variables.data { entries.len() } else { 0 };
        if !self.takes(group, (&hosts, count), span, sink) {
            return;
        }
        for host in hosts {
            self.host(group, &host);
            let Data::Map(entries) = &variables.data else { continue };
            for (variable, _, value) in entries {
                if let Some(text) = value.data.text() {
                    self.host(group, &host).insert(variable.clone(), text);
                }
            }
            self.keys.extend(super::key::keys(variables, Role::Inventory, &["inventory".into(), host.clone()]));
        }
    }

    /// The hosts of a group and of those in it; groups that nobody declares and circles are told.
    pub fn members(&self, group: &str) -> BTreeSet<&str> {
        let (mut seen, mut open, mut found) = (BTreeSet::new(), vec![group], BTreeSet::new());
        while let Some(name) = open.pop() {
            if seen.insert(name)
                && let Some(group) = self.groups.get(name)
            {
                found.extend(group.hosts.iter().map(String::as_str));
                open.extend(group.children.iter().map(|(child, _)| child.as_str()));
            }
        }
        found
    }

    /// The groups, in the order in which they are named.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Looks for groups in themselves, and for groups that nobody declares.
    pub fn check(&self, sink: &mut Sink) {
        for (name, group) in &self.groups {
            for (child, span) in &group.children {
                if !self.groups.contains_key(child) {
                    let message = format!("there is no group `{child}`");
                    let near = nearest(child, self.groups()).map(|near| format!("did you mean `{near}`?"));
                    let diagnostic = Diagnostic::error("TG0940", *span, message);
                    sink.push(near.into_iter().fold(diagnostic, Diagnostic::hint));
                } else if self.reaches(child, name) {
                    let message = format!("group `{name}` is in itself, by way of `{child}`");
                    sink.push(Diagnostic::error("TG0940", *span, message));
                }
            }
        }
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name)
                && let Some(group) = self.groups.get(name)
            {
                open.extend(group.children.iter().map(|(child, _)| child.as_str()));
            }
        }
        false
    }
}

/// A text without the quotes around it.
fn unquoted(text: &str) -> &str {
    let between = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    between('"').or_else(|| between('\'')).unwrap_or(text)
}

/// The names that a pattern stands for: `node[01:10]`, `rack[a:c]-[1:2]`, with a step as third number.
pub fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let Some((before, rest)) = pattern.split_once('[') else { return Ok(vec![pattern.to_owned()]) };
    let wrong = || {
        let pattern = shown(pattern);
        format!("`{pattern}` is not a valid range, expected `NAME[01:10]` or `NAME[a:f]`")
    };
    if rest.matches('[').count() >= RANGES {
        return Err(format!("a pattern of more than {RANGES} ranges"));
    }
    let (inside, behind) = rest.split_once(']').ok_or_else(wrong)?;
    if inside.split(':').any(|part| part.len() > DIGITS) {
        return Err(format!("a range with a number of more than {DIGITS} digits"));
    }
    let parts: Vec<&str> = inside.split(':').collect();
    let (from, to, step) = match parts.as_slice() {
        [from, to] => (*from, *to, 1),
        [from, to, step] => (*from, *to, step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    let middle: Vec<String> = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(low), Ok(high)) if low <= high && high - low < MOST => {
            let width = if from.starts_with('0') { from.len() } else { 0 };
            (low..=high).step_by(step).map(|number| format!("{number:0width$}")).collect()
        }
        _ => match (from.as_bytes(), to.as_bytes()) {
            ([low], [high]) if low.is_ascii_alphabetic() && high.is_ascii_alphabetic() && low <= high => {
                (*low..=*high).step_by(step).map(|byte| char::from(byte).to_string()).collect()
            }
            _ => return Err(wrong()),
        },
    };
    let ends = expand(behind).map_err(|_| wrong())?;
    if middle.len().saturating_mul(ends.len()) > MOST {
        return Err(format!("`{pattern}` is more than {MOST} hosts"));
    }
    Ok(middle.iter().flat_map(|name| ends.iter().map(move |end| format!("{before}{name}{end}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_expand() {
        assert_eq!(expand("n[08:10]"), Ok(["n08", "n09", "n10"].map(str::to_owned).to_vec()));
        assert_eq!(expand("r[a:b]-[1:3:2]"), Ok(["ra-1", "ra-3", "rb-1", "rb-3"].map(str::to_owned).to_vec()));
        for wrong in ["n[1:", "n[3:1]", "n[1]", "n[0:99999999]", "n[1:2:0]", "n[0:999]-[0:999]"] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn variables_have_the_words_of_a_shell() {
        let mut found = Inventory::default();
        found.read_ini(
            "[control]\na x=\"-o X=1 -o Y\" y='d e' z=\"C:\\n\" w=c#d  # f=1\n",
            FileId(0),
            &mut Sink::default(),
        );
        let shown = format!("{found:?}");
        for value in ["-o X=1 -o Y", "d e", r"C:\\n", "c#d"] {
            assert!(shown.contains(&format!("\"{value}\"")), "{value}: {shown}");
        }
        assert!(!shown.contains("\"f\""), "{shown}");
    }

    #[test]
    fn a_quote_that_stays_open_is_told() {
        let mut sink = Sink::default();
        Inventory::default().read_ini("[control]\na b=\"c\n", FileId(0), &mut sink);
        assert_eq!(sink.into_sorted().iter().map(|found| found.code).collect::<Vec<_>>(), ["TG0933"]);
    }

    #[test]
    fn no_inventory_is_endless() {
        let deep = format!("n{}", "[1:1]".repeat(200_000));
        let wide = format!("n[{}:2]", "0".repeat(70_000));
        for pattern in [deep, wide] {
            let message = expand(&pattern).expect_err("it is too much");
            assert!(message.len() < 200, "{message}");
        }
        assert!(expand(&format!("n{}", "[1:1]".repeat(RANGES))).is_ok());
        let four: String = "abcd".chars().map(|name| format!("{name}[0:9999] x=1\n")).collect();
        let groups: String = (0..100_000).map(|number| format!("[g{number}:children]\ng{}\n", number + 1)).collect();
        for text in [four, groups, "a[0:9999]\n".repeat(100)] {
            let (mut sink, mut inventory) = (Sink::default(), Inventory::default());
            inventory.read_ini(&text, FileId(0), &mut sink);
            inventory.check(&mut sink);
            assert!(inventory.hosts.len() <= MOST && inventory.groups.len() <= GROUPS);
            assert!(inventory.keys.len() <= MENTIONS + 2 * GROUPS, "{}", inventory.keys.len());
            assert_eq!(sink.into_sorted().iter().filter(|found| found.code == "TG0943").count(), 1);
        }
    }

    #[test]
    fn groups_of_groups_are_walked_and_circles_told() {
        let text = "[a]\nx[1:2] ansible_host=10.0.0.1\n[b:children]\na\nc\n[c:children]\nb\n[d:children]\nmissing\n[e:vars]\nk=v\n";
        let mut sink = Sink::default();
        let mut inventory = Inventory::default();
        inventory.read_ini(text, FileId(0), &mut sink);
        inventory.check(&mut sink);
        assert_eq!(inventory.members("c").into_iter().collect::<Vec<_>>(), ["x1", "x2"]);
        let told: Vec<String> = sink.into_sorted().into_iter().map(|found| found.message).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().any(|text| text.contains("no group `missing`")));
        let names: Vec<String> = inventory.keys.iter().map(Key::name).collect();
        assert!(names.contains(&"inventory.b:children".to_owned()) && names.contains(&"inventory.e:vars.k".to_owned()));
        assert!(names.contains(&"inventory.x2.ansible_host".to_owned()), "{names:?}");
    }
}
