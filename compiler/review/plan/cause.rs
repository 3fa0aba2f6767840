//! Why a workload changes: options of files that it mounts, fields of its object, Secrets, Jobs that it waits for; each with the line
//! of the spec or the layer that decided the new value.
//!
//! Invariant: a cause is a difference that its workload reads; where the two states show none, the cause is the digest alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::inputs::{Action, Inputs};
use crate::kube::item::Item;
use crate::link::DIGEST;
use crate::lower::object::{kind, name, template};
use crate::origin::OriginId;
use crate::review::compare::{Change, Difference, Subject};
use crate::review::leaves::{leaves, origins, pair};
use crate::review::plan::origin::{Place, Places};
use crate::review::sections;
use crate::review::state::{base_name, equal_but_digests};
use crate::review::steps::{Line, changes};

/// What kind of thing a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// An option of a config file.
    Option,
    /// Another text that is mounted.
    File,
    /// A field of the object.
    Field,
    /// A Secret.
    Secret,
    /// A Job that it waits for has another digest.
    Job,
    /// It is new.
    New,
    /// It is no longer part of the site.
    Gone,
    /// Only its digest differs: a value that the states do not show, such as a password.
    Digest,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// What kind of thing it is.
    pub what: What,
    /// The file of the output, the Secret or the Job; empty for the object itself.
    pub file: String,
    /// `[section] option`, or the path of the field.
    pub place: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// What decided the new value.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    pub decided: Option<Place>,
}

impl Cause {
    fn plain(what: What, file: &str) -> Cause {
        Cause { what, file: file.to_owned(), place: String::new(), old: None, new: None, decided: None }
    }
}

/// A key of a ConfigMap.
type Key = (String, String);

/// What changed that pods can read.
pub struct Causes<'i> {
    inputs: &'i Inputs<'i>,
    /// The places of the spec.
    pub places: Places<'i>,
    /// Of changed ConfigMaps, by name and key.
    keys: BTreeMap<Key, Vec<Cause>>,
    /// Secrets that changed.
    secrets: BTreeSet<&'i str>,
    /// The objects of the new state, with origins.
    objects: BTreeMap<(&'i str, &'i str), &'i Item>,
}

impl<'i> Causes<'i> {
    /// Looks through what differs.
    pub fn new(inputs: &'i Inputs<'i>) -> Causes<'i> {
        let objects = inputs.compiled.linked.iter().flat_map(|linked| &linked.objects);
        let objects = objects.map(|object| ((object.kind(), base_name(object.name())), &object.item)).collect();
        let places = Places::new(inputs.compiled, &inputs.old.sources);
        let mut causes = Causes { inputs, places, keys: BTreeMap::new(), secrets: BTreeSet::new(), objects };
        let mut options: BTreeMap<&str, Vec<Cause>> = BTreeMap::new();
        for change in inputs.changes {
            if let (Subject::Config { .. }, Some(path)) = (&change.subject, &change.paths.1) {
                options.insert(path, causes.of_file(path, &change.differences));
            }
        }
        for change in inputs.changes {
            match &change.subject {
                Subject::Object { kind, name, .. } if kind == "ConfigMap" => {
                    causes.config_map(name, change, &options);
                }
                Subject::Object { kind, name, .. } if kind.ends_with("Secret") => {
                    causes.secrets.insert(name);
                }
                _ => {}
            }
        }
        causes
    }

    /// The lines that were edited.
    pub fn edited(&self) -> Vec<String> {
        self.places.edited()
    }

    /// The options of a file of the output that differ, each with what decided it.
    fn of_file(&self, path: &str, differences: &[Difference]) -> Vec<Cause> {
        let rendered = self.inputs.compiled.artifacts.iter().flatten().find(|file| file.path == path);
        let lines = rendered.map(|file| lines(&file.printed.text, &file.printed.lines)).unwrap_or_default();
        let decided = |origin: Option<&OriginId>| self.places.of(*origin?);
        let mut found = Vec::new();
        for difference in differences {
            let (old, new, place) = (difference.old.clone(), difference.new.clone(), difference.place.clone());
            let plain = Cause::plain(What::Option, path);
            if !place.is_empty() {
                let decided = decided(lines.get(place.as_str()));
                found.push(Cause { place, old, new, decided, ..plain });
                continue;
            }
            let origins = rendered.map(|file| file.printed.lines.as_slice()).unwrap_or_default();
            for (old, new) in pairs(old.as_deref().unwrap_or(""), new.as_deref().unwrap_or("")) {
                let decided = decided(new.as_ref().and_then(|(line, _)| origins.get(*line)));
                let new = new.map(|(_, text)| text);
                found.push(Cause { what: What::File, place: "line".to_owned(), old, new, decided, ..plain.clone() });
            }
        }
        found
    }

    fn config_map(&mut self, map: &str, change: &Change, options: &BTreeMap<&str, Vec<Cause>>) {
        let item = self.objects.get(&("ConfigMap", map)).copied();
        for difference in &change.differences {
            let Some(key) = difference.place.strip_prefix("data.").or(difference.place.strip_prefix("binaryData."))
            else {
                continue;
            };
            let told = difference.told_in.as_deref().and_then(|path| options.get(path));
            let found = told.cloned().unwrap_or_else(|| {
                let origin = item.and_then(|item| item.at(&["data", key])).map(|item| item.origin);
                let decided = origin.and_then(|origin| self.places.of(origin));
                vec![Cause { place: key.to_owned(), decided, ..Cause::plain(What::File, &format!("ConfigMap {map}")) }]
            });
            self.keys.insert((map.to_owned(), key.to_owned()), found);
        }
    }

    /// Why a file on nodes differs.
    pub fn of_host(&self, change: &Change) -> Vec<Cause> {
        change.paths.1.as_deref().map(|path| self.of_file(path, &change.differences)).unwrap_or_default()
    }

    /// Why a workload changes, given its two objects.
    pub fn of_workload(&self, action: Action, sides: (Option<&Item>, Option<&Item>)) -> Vec<Cause> {
        let (old, new) = match sides {
            (Some(old), Some(new)) => (old, new),
            (None, Some(_)) => return vec![Cause::plain(What::New, "")],
            _ => return vec![Cause::plain(What::Gone, "")],
        };
        let mut found = self.fields(action, old, new);
        for key in mounted(new).into_iter().chain(mounted(old)).collect::<BTreeSet<_>>() {
            match key {
                Read::Key(map, key) => found.extend(self.keys.get(&(map, key)).into_iter().flatten().cloned()),
                Read::All(map) => {
                    let keys = self.keys.iter().filter(|((name, _), _)| *name == map);
                    found.extend(keys.flat_map(|(_, causes)| causes.iter().cloned()));
                }
                Read::Secret(secret) if self.secrets.contains(secret.as_str()) => {
                    found.push(Cause::plain(What::Secret, &secret));
                }
                Read::Secret(_) => {}
            }
        }
        found.sort();
        found.dedup();
        if found.is_empty() {
            found.push(Cause::plain(What::Digest, ""));
        }
        found
    }

    /// The fields that differ: those of the template where pods are replaced, otherwise all of the object.
    fn fields(&self, action: Action, old: &Item, new: &Item) -> Vec<Cause> {
        let is_template = matches!(action, Action::Roll | Action::NextRun | Action::Run);
        let part: fn(&Item) -> Option<&Item> = if is_template { template } else { |item| item.get("spec") };
        let all = |item: &Item| part(item).map(leaves).unwrap_or_default();
        let (before, after) = match part(old).zip(part(new)) {
            Some((old, new)) => pair(old, new),
            None => (all(old), all(new)),
        };
        let known = self.objects.get(&(kind(new), base_name(name(new)))).and_then(|item| part(item));
        let mut from = None;
        let mut found = Vec::new();
        for path in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            let (was, is) = (before.get(path), after.get(path));
            if was == is || path.ends_with(DIGEST) {
                continue;
            }
            if let (Some(was), Some(is)) = (was, is)
                && equal_but_digests(was, is)
            {
                found.extend(jobs(was, is).into_iter().map(|job| Cause::plain(What::Job, &job)));
                continue;
            }
            let from = from.get_or_insert_with(|| known.map(origins).unwrap_or_default());
            let decided = from.get(path).and_then(|origin| self.places.of(*origin));
            let (old, new) = (was.cloned(), is.cloned());
            found.push(Cause { place: path.clone(), old, new, decided, ..Cause::plain(What::Field, "") });
        }
        found
    }
}

/// Names that end in a digest which is not that of before, without it.
fn jobs(old: &str, new: &str) -> Vec<String> {
    let names = |text: &'_ str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'));
        words.filter(|word| base_name(word) != *word).map(str::to_owned).collect()
    };
    let known = names(old);
    names(new).iter().filter(|name| !known.contains(*name)).map(|name| base_name(name).to_owned()).collect()
}

/// An old line and a new one, with its number.
type Pair = (Option<String>, Option<(usize, String)>);

/// The lines that differ, old beside new; new ones with their number from 0.
fn pairs(old: &str, new: &str) -> Vec<Pair> {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for line in changes(old, new) {
        match line {
            Line::Gone(text) => gone.push(text.trim_end().to_owned()),
            Line::Come(number, text) => come.push((number, text.trim_end().to_owned())),
            Line::Kept(_) => {}
        }
    }
    let count = gone.len().max(come.len());
    let (mut gone, mut come) = (gone.into_iter(), come.into_iter());
    (0..count).map(|_| (gone.next(), come.next())).collect()
}

/// The origin of each option of a text, by its place.
fn lines(text: &str, origins: &[OriginId]) -> BTreeMap<String, OriginId> {
    let mut found = BTreeMap::new();
    let mut at = "-";
    for (line, origin) in text.lines().zip(origins) {
        if let Some(section) = sections::section(line) {
            at = section;
            continue;
        }
        let option = line.split_once(['=', ':']).map_or(line, |(option, _)| option).trim();
        found.insert(sections::place(at, option), *origin);
    }
    // A text without a form of its own is one thing.
    if let Some(first) = origins.first() {
        found.entry(String::new()).or_insert(*first);
    }
    found
}

/// What a pod reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    /// A key of a ConfigMap.
    Key(String, String),
    /// All of a ConfigMap.
    All(String),
    /// A Secret.
    Secret(String),
}

/// What the pods of a workload mount, and what their variables are taken from.
fn mounted(object: &Item) -> Vec<Read> {
    let Some(spec) = template(object).and_then(|template| template.get("spec")) else { return Vec::new() };
    let text = |item: &Item, path: &[&str]| item.at(path).and_then(Item::text).map(str::to_owned);
    let mut volumes: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    for volume in spec.get("volumes").map(Item::list).unwrap_or_default() {
        let sources = volume.at(&["projected", "sources"]).map(Item::list).unwrap_or_default();
        let mut reads = Vec::new();
        for source in sources.iter().chain([volume]) {
            let map = text(source, &["configMap", "name"]);
            let secret = text(source, &["secret", "secretName"]).or_else(|| text(source, &["secret", "name"]));
            reads.extend(map.map(Read::All).into_iter().chain(secret.map(Read::Secret)));
        }
        volumes.insert(text(volume, &["name"]).unwrap_or_default(), reads);
    }
    let mut found = Vec::new();
    let containers = ["initContainers", "containers"].iter().filter_map(|list| spec.get(list)).flat_map(Item::list);
    for container in containers {
        for mount in container.get("volumeMounts").map(Item::list).unwrap_or_default() {
            let reads = text(mount, &["name"]).and_then(|name| volumes.get(&name)).into_iter().flatten();
            let key = text(mount, &["subPath"]);
            found.extend(reads.map(|read| match (read, &key) {
                (Read::All(map), Some(key)) => Read::Key(map.clone(), key.clone()),
                (read, _) => read.clone(),
            }));
        }
        let env = container.get("env").map(Item::list).unwrap_or_default();
        let of = |entry: &Item| text(entry, &["valueFrom", "secretKeyRef", "name"]).map(Read::Secret);
        found.extend(env.iter().filter_map(of));
    }
    found
}
