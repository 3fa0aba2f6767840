//! A key's value to its places in the draft: each of several values, on the nodes that are meant, as the place takes it.
//!
//! Invariant: what a place cannot take is told; a value of some hosts never becomes one of all.

use super::draft::{Leaf, Mode, Place, Scalar, Step};
use super::engine::{Decided, Engine, decided_of};
use super::key::{Data, Key};
use super::mapping::Case;
use super::nodes;
use super::pattern::Captures;
use super::template::evaluate;
use super::value::{named, values};
use crate::catalog::setting::SettingType;

impl Engine<'_> {
    /// Puts a key's value at the places of a case.
    pub fn places(&mut self, number: usize, key: &Key, (case, captures): (&Case, &Captures)) -> Option<Decided> {
        let parts = match (&case.split, &key.data) {
            (Some(_), Data::List(items)) => items.iter().filter_map(|item| item.data.text()).collect(),
            (Some(divider), data) => data.text().map(|text| split(&text, divider)).unwrap_or_default(),
            _ => vec![],
        };
        for to in &case.to {
            let Some(to) = self.beside(key, to) else {
                return Some(Decided::dropped("none", "it needs another key beside it, which is missing"));
            };
            let whole = std::iter::once((to.clone(), key.data.clone())).filter(|_| parts.is_empty());
            let each = parts.iter().enumerate().filter_map(|(at, part)| {
                Some((paired(&self.at(&to, at, case), part, case)?, Data::Text(part.clone())))
            });
            for (to, data) in whole.chain(each).collect::<Vec<_>>() {
                if let Some(decided) = self.put(&to, captures, &data, (Some(number), self.note(key))) {
                    return Some(decided);
                }
            }
        }
        None
    }

    /// A place of one of several values: its number, and what other keys say of it.
    fn at(&self, text: &str, at: usize, case: &Case) -> String {
        let number = if at == 0 { String::new() } else { (at + 1).to_string() };
        let text = text.replace("{#}", &number).replace("{##}", &(at + 1).to_string());
        let Some((before, rest)) = text.split_once("{@") else { return text };
        let Some((inside, behind)) = rest.split_once('}') else { return text };
        let (name, other) = inside.split_once(':').unwrap_or((inside, ""));
        let known = self.variables.get(name).and_then(|value| evaluate(value, &self.variables).ok());
        let parts = known.map(|value| split(&value, case.split.as_deref().unwrap_or(","))).unwrap_or_default();
        let value = parts.get(at).map_or(other, String::as_str);
        format!("{before}{value}{}", self.at(behind, at, case))
    }

    /// A text with `{^NAME}` replaced by the value of the key of that name beside this one, `{^^NAME}` of that one map further out.
    fn beside(&self, key: &Key, text: &str) -> Option<String> {
        let Some((before, rest)) = text.split_once("{^") else { return Some(text.to_owned()) };
        let (name, behind) = rest.split_once('}')?;
        let levels = name.len() - name.trim_start_matches('^').len();
        let above = key.path.get(..key.path.len().checked_sub(levels + 1)?)?;
        let name = name.trim_start_matches('^');
        let mut others = self.keys.iter().filter(|other| !other.hidden);
        let other =
            others.find(|other| other.path.split_last().is_some_and(|(last, path)| last == name && path == above));
        Some(format!("{before}{}{}", other?.data.text()?, self.beside(key, behind)?))
    }

    /// Puts a value at a place; what became of it where it cannot be there.
    pub fn put(
        &mut self,
        to: &str,
        captures: &Captures,
        data: &Data,
        (owner, note): (Option<usize>, String),
    ) -> Option<Decided> {
        let (mut place, text) = Place::parse(to);
        for step in &mut place.steps {
            step.name = captures.fill(&step.name);
            step.argument =
                step.argument.as_ref().map(|text| captures.fill(text).replace("{}", &data.text().unwrap_or_default()));
        }
        for step in &mut place.steps {
            match named(&step.name, &self.variables) {
                Ok(name) => step.name = name,
                Err(name) => return Some(lacking(&name)),
            }
        }
        let service = place.steps.first().filter(|step| step.name == "service").and_then(|step| step.argument.clone());
        if let Some(service) = service.filter(|name| !self.catalog.services.contains_key(name.as_str())) {
            return Some(Decided::dropped("later", format!("`{service}` is not among the services")));
        }
        if let Some(decided) = self.of_every_file(&place) {
            return Some(decided);
        }
        let text = text.map(|text| named(&captures.fill(&text), &self.variables));
        if let Some(Err(name)) = &text {
            return Some(lacking(name));
        }
        let values = values(&place, text.and_then(Result::ok), data);
        let Some(values) = values else {
            return Some(Decided::dropped("none", "its place takes a single value, and this is a map"));
        };
        let values = self.typed(&place, values);
        let owners: Vec<usize> = owner.into_iter().collect();
        if let Some(other) = self.other(&place, &values) {
            return (!self.in_group(place, values, (owners, note))).then_some(other);
        }
        let role = place.steps.first().filter(|step| step.name == "node").and_then(|step| step.argument.clone());
        let role =
            role.and_then(|text| if text == "*" { Some(text) } else { text.strip_prefix("role=").map(str::to_owned) });
        let Some(role) = role else {
            self.leaves(place, values, owners, note);
            return None;
        };
        // Where no host is named there is one node that does everything.
        let only = Some(nodes::ONLY.to_owned()).filter(|_| self.hosts.is_empty());
        let named = self
            .hosts
            .iter()
            .filter(|host| match &self.hosts_meant {
                // What a host says itself is meant for it, whatever it does.
                Some(meant) => meant.hosts.contains(&host.name),
                None => role == "*" || host.roles.contains(&role),
            })
            .map(|host| host.name.clone());
        let names: Vec<String> = named.chain(only).collect();
        if names.is_empty() {
            return Some(self.no_node(&role));
        }
        for name in names {
            let mut place = place.clone();
            if let Some(step) = place.steps.first_mut() {
                step.argument = Some(name);
            }
            self.leaves(place, values.clone(), owners.clone(), note.clone());
        }
        None
    }

    fn no_node(&self, role: &str) -> Decided {
        match self.hosts_meant {
            Some(_) => Decided::dropped("tool", "its hosts are not nodes of the site"),
            None => Decided::dropped("none", format!("no node has the role `{role}`")),
        }
    }

    /// What the table says of an option in whatever file it stands, where it has no place.
    fn of_every_file(&self, place: &Place) -> Option<Decided> {
        let [_, _, section, option] = place.option()?;
        let known = self.mapping.options.get(format!("{section}.{option}").as_str());
        let known = known.or_else(|| self.mapping.options.get(option))?;
        known.paths.is_empty().then(|| decided_of(&known.fate))
    }

    /// Values as the setting at a place takes them: words for truth in any spelling are one.
    fn typed(&self, place: &Place, values: Vec<Scalar>) -> Vec<Scalar> {
        let [service, setting] = place.steps.as_slice() else { return values };
        let service = service.argument.as_deref().filter(|_| service.name == "service");
        let service = service.and_then(|name| self.catalog.services.get(name));
        let is_flag = service.and_then(|service| service.settings.get(setting.name.as_str()));
        if is_flag.is_none_or(|setting| setting.kind != SettingType::Boolean) {
            return values;
        }
        let flag = |value: Scalar| match Data::Text(value.text()).word().as_str() {
            "yes" => Scalar::Bool(true),
            "no" => Scalar::Bool(false),
            _ => value,
        };
        values.into_iter().map(flag).collect()
    }

    /// Of a cluster whose objects say a thing differently the first counts; of a site that says a thing of all hosts, what some hosts say
    /// has no place beside it.
    fn other(&self, place: &Place, values: &[Scalar]) -> Option<Decided> {
        let is_one = place.mode == Mode::Set && (self.mapping.dump || self.hosts_meant.is_some());
        let meant = self.hosts_meant.as_ref().filter(|_| !self.mapping.dump);
        let is_node = place.steps.first().is_some_and(|step| step.name == "node");
        let known = is_one.then(|| self.draft.get(place)).flatten().filter(|known| known.values != values);
        match (meant, known) {
            (Some(_), _) if is_node => None,
            (Some(_), Some(known)) => Some(Decided::dropped(
                "none",
                format!("some hosts differ from {}: set in a `group` of these nodes", known.note),
            )),
            (Some(meant), None) if meant.is_alone && is_one => {
                let reason = format!("only {} says it: set in a `group` of its node", meant.name);
                Some(Decided::dropped("none", reason))
            }
            (None, Some(known)) => Some(Decided::dropped(
                "none",
                format!("another object has another value, that of {} counts", known.note),
            )),
            (_, None) => None,
        }
    }

    /// Puts what some hosts say of a service into a group of their nodes; whether it could. A node is in no two groups that the import makes.
    fn in_group(&mut self, place: Place, values: Vec<Scalar>, (owners, note): (Vec<usize>, String)) -> bool {
        let Some(meant) = self.hosts_meant.clone().filter(|meant| !meant.hosts.is_empty()) else { return false };
        if place.service().is_none() {
            return false;
        }
        let nodes = |leaf: &&Leaf| leaf.place.steps.last().is_some_and(|step| step.name == "nodes");
        let group = |leaf: &Leaf| leaf.place.steps.first().and_then(|step| step.argument.clone());
        let taken = self.draft.leaves.iter().filter(nodes).filter(|leaf| group(leaf).as_ref() != Some(&meant.name));
        if taken.flat_map(|leaf| &leaf.values).any(|node| meant.hosts.contains(&node.text())) {
            return false;
        }
        let head = Step { name: "group".to_owned(), argument: Some(meant.name.clone()) };
        let members = Step { name: "nodes".to_owned(), argument: None };
        let members = Place { steps: vec![head.clone(), members], property: None, mode: Mode::Add };
        let names: Vec<Scalar> = meant.hosts.iter().map(|host| Scalar::Text(host.clone())).collect();
        self.leaves(members, names, owners.clone(), note.clone());
        let steps = std::iter::once(head).chain(place.steps.iter().cloned()).collect();
        self.leaves(Place { steps, ..place }, values, owners, note);
        true
    }

    fn leaves(&mut self, place: Place, values: Vec<Scalar>, owners: Vec<usize>, note: String) {
        if place.mode == Mode::Add {
            for value in values {
                let (place, owners, note) = (place.clone(), owners.clone(), note.clone());
                self.draft.put(Leaf { place, values: vec![value], owners, note });
            }
            return;
        }
        self.draft.put(Leaf { place, values, owners, note });
    }
}

/// A place with the parts of a value in it; none where it needs a part that the value does not have.
fn paired(to: &str, value: &str, case: &Case) -> Option<String> {
    let Some(divider) = &case.pair else { return Some(to.to_owned()) };
    let (before, behind) = value.split_once(divider.as_str()).map_or((value, None), |(one, two)| (one, Some(two)));
    let to = to.replace("{<}", before.trim());
    match behind {
        Some(behind) => Some(to.replace("{>}", behind.trim())),
        None => (!to.contains("{>}")).then_some(to),
    }
}

fn lacking(name: &str) -> Decided {
    Decided::dropped("none", format!("it needs the value of `{name}`, which is missing"))
}

/// The values of a text.
fn split(text: &str, divider: &str) -> Vec<String> {
    text.split(divider).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
