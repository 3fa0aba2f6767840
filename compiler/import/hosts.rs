//! What an inventory says: groups with hosts, variables of groups and of hosts.
//!
//! Invariant: what one host says never becomes what all of its kind say.

use std::collections::BTreeSet;

use super::engine::{Decided, Engine};
use super::key::{Data, Key, Role};
use super::mapping::Rules;
use super::nodes::{Host, Meant, clean};
use super::pattern::{Captures, glob};
use super::report::Fate;

impl Engine<'_> {
    /// Puts what groups with hosts say: of the first key about the group.
    pub fn groups(&mut self, meant: &[(String, String)]) {
        for (to, group) in meant {
            let is_of = |key: &Key| match key.role {
                Role::Inventory => key.path.get(1).is_some_and(|name| name == group),
                _ => key.path.first().is_some_and(|name| name == group),
            };
            let owner = self.keys.iter().position(is_of);
            let note = owner.and_then(|owner| self.keys.get(owner)).map(|key| self.note(key)).unwrap_or_default();
            self.put(to, &Captures::default(), &Data::Bool(true), (owner, note));
        }
    }

    /// A group, a variable of a group, or one of a host.
    pub fn inventory(&mut self, number: usize, key: &Key, rules: &Rules<'_>) -> Option<Decided> {
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
    pub fn of_hosts(&mut self, number: usize, (name, key): (&str, &Key), rules: &Rules<'_>) -> Option<Decided> {
        let group = name.split_once(':').map_or(name, |(group, _)| group);
        let is_meant = |host: &&Host| host.source == name || host.groups.iter().any(|known| known == group);
        let hosts: BTreeSet<String> = self.hosts.iter().filter(is_meant).map(|host| host.name.clone()).collect();
        let one = self.hosts.iter().find(|host| host.source == name);
        let is_alone = one.is_some_and(|host| !self.say_all(number, host));
        let called = one.map_or_else(|| clean(group), |host| format!("host-{}", host.name));
        let meant = Meant { name: called, hosts, is_alone };
        self.hosts_meant = (meant.hosts.len() < self.hosts.len()).then_some(meant);
        let decided = self.value(number, key, rules);
        self.hosts_meant = None;
        decided
    }

    /// Do all hosts of a group that a host is in say the same?
    fn say_all(&self, number: usize, host: &Host) -> bool {
        let Some(key) = self.keys.get(number) else { return false };
        let says = |other: &Host| {
            let with = |first: &str| {
                let path =
                    [first, other.source.as_str()].into_iter().chain(key.path.iter().skip(2).map(String::as_str));
                let is_it = |known: &&Key| known.path.iter().map(String::as_str).eq(path.clone());
                self.keys
                    .iter()
                    .filter(|known| known.role == key.role)
                    .find(is_it)
                    .is_some_and(|it| it.data == key.data)
            };
            key.path.first().is_some_and(|first| with(first))
        };
        let saying: BTreeSet<&str> =
            self.hosts.iter().filter(|other| says(other)).map(|other| other.source.as_str()).collect();
        let all_say = |group: &String| {
            let members = self.hosts.iter().filter(|other| other.groups.contains(group));
            let members: BTreeSet<&str> = members.map(|other| other.source.as_str()).collect();
            let is_whole = members.len() == self.hosts.len();
            (members.len() > 1 || is_whole || key.role == Role::Values) && members.is_subset(&saying)
        };
        // A table of hosts is a group of its own kind; of an inventory's groups some have one host by chance.
        let mut groups = host.groups.iter();
        groups.any(|group| (key.role != Role::Values || key.path.first() == Some(group)) && all_say(group))
    }

    /// A group's heading.
    fn group(&self, group: &str) -> Decided {
        let mut captures = Vec::new();
        let mut rules = self.mapping.groups.iter();
        let rule = rules.find(|(pattern, _)| glob(pattern.as_str(), group, &mut captures).is_some());
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
}
