//! Two states of a site to what differs: by object and option, not by line.
//!
//! Invariant: every file that differs is part of a change; what differs by digests alone says so.
//! Invariant: linear in the number of files; equal texts are not read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::leaves::pair;
use super::sections::{self, Options};
use super::state::{State, base_name, equal_but_digests, is_object, is_secret, object};
use crate::kube::item::Item;
use crate::link::DIGEST;
use crate::lower::object::{kind, name};
use crate::secret::seal::inputs_of;

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Values of it differ.
    Changed,
    /// Nothing but digests differs.
    DigestOnly,
    /// Nothing but comments or the order of lines differs.
    CommentsOnly,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Subject {
    /// A Kubernetes object.
    Object {
        /// The delivery unit, or the folder below `delivery/`.
        unit: String,
        /// Its kind.
        kind: String,
        /// Its name, without a digest that ends it.
        name: String,
    },
    /// A config file, by its path below `config/`.
    Config {
        /// The path.
        path: String,
    },
    /// A file of nodes, by its path on them.
    Host {
        /// The path.
        path: String,
    },
    /// Another file of the output.
    File {
        /// The path.
        path: String,
    },
}

impl std::fmt::Display for Subject {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Object { kind, name, .. } => write!(out, "{kind} {name}"),
            Subject::Config { path } => write!(out, "config/{path}"),
            Subject::Host { path } => write!(out, "hosts: {path}"),
            Subject::File { path } => out.write_str(path),
        }
    }
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// Where: a path in an object, `[section] option` of a config file; empty for a whole text.
    pub place: String,
    /// What it was; none where it was not there.
    pub old: Option<String>,
    /// What it is; none where it is not there.
    pub new: Option<String>,
    /// The values are a Secret's: neither is said.
    #[serde(skip_serializing_if = "is_false")]
    pub redacted: bool,
    /// The values are those of a config file, by its path in the output: they are told there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_in: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// What became of it.
    pub effect: Effect,
    /// Values that differ; empty for what is new or gone.
    pub differences: Vec<Difference>,
    /// It has other digests as well.
    pub digests: bool,
    /// Nodes whose file it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// The files, old and new, where they are there.
    #[serde(skip)]
    pub paths: (Option<String>, Option<String>),
}

/// Compares two states.
pub fn compare(old: &State, new: &State) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut pairs: BTreeMap<Subject, (Option<&str>, Option<&str>)> = BTreeMap::new();
    let differing = |this: &State, other: &State, path: &str| this.files.get(path) != other.files.get(path);
    for path in old.files.keys().filter(|path| differing(old, new, path)) {
        pairs.entry(subject(path, old)).or_default().0 = Some(path);
    }
    for path in new.files.keys().filter(|path| differing(old, new, path)) {
        pairs.entry(subject(path, new)).or_default().1 = Some(path);
    }
    for (subject, (before, after)) in pairs {
        let text = |state: &'_ State, path: Option<&str>| path.and_then(|path| state.files.get(path).cloned());
        let texts = (text(old, before), text(new, after));
        let paths = (before.map(str::to_owned), after.map(str::to_owned));
        changes.extend(change(subject, paths, (texts.0.as_deref(), texts.1.as_deref())));
    }
    fold_config_maps(&mut changes);
    of_nodes(changes)
}

/// What a file is about. Objects that are named by their content are the same under another digest.
fn subject(path: &str, state: &State) -> Subject {
    let owned = str::to_owned;
    if let Some(path) = path.strip_prefix("config/") {
        return Subject::Config { path: owned(path) };
    }
    if let Some(("hosts", path)) = path.split_once('/') {
        return Subject::Host { path: owned(path) };
    }
    let parts = path.rsplit_once('/').zip(path.strip_suffix(".yaml"));
    let Some(((folder, file), _)) = parts.filter(|_| is_object(path)) else {
        return Subject::File { path: owned(path) };
    };
    let unit = owned(folder.split_once('/').map_or(folder, |(_, unit)| unit));
    let file = file.trim_end_matches(".yaml");
    // Kind and name as they are written stand in the text; a cheap look is enough, for equal files were passed over.
    let text = state.files.get(path).map_or("", String::as_str);
    let of = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).map(|word| word.trim_matches('"'));
    let kind = of("kind: ").unwrap_or("");
    match file.strip_prefix(&format!("{}-", kind.to_lowercase())) {
        // An object of delivery is called after the site too, its file after the unit.
        Some(named) => {
            let name = of("  name: ").filter(|name| name.ends_with(named)).unwrap_or(named);
            Subject::Object { unit, kind: owned(kind), name: owned(base_name(name)) }
        }
        None => Subject::File { path: owned(path) },
    }
}

type Texts<'t> = (Option<&'t str>, Option<&'t str>);

fn change(subject: Subject, paths: (Option<String>, Option<String>), texts: Texts<'_>) -> Option<Change> {
    let path = paths.1.as_deref().or(paths.0.as_deref()).unwrap_or("").to_owned();
    let mut change =
        Change { subject, effect: Effect::Changed, differences: vec![], digests: false, nodes: vec![], paths };
    // The digests of consumers follow from the rest, which says why.
    if path == "digests" {
        return None;
    }
    let (old, new) = match texts {
        (Some(old), Some(new)) => (old, new),
        (Some(_), None) => return Some(Change { effect: Effect::Removed, ..change }),
        (None, _) => return Some(Change { effect: Effect::Added, ..change }),
    };
    if is_secret(&path, old) && is_secret(&path, new) {
        if inputs_of(old) == inputs_of(new) {
            return None;
        }
        change.differences =
            vec![Difference { place: "data".to_owned(), old: None, new: None, redacted: true, told_in: None }];
        return Some(change);
    }
    let objects = is_object(&path).then(|| object(&path, old).zip(object(&path, new))).flatten();
    let values = match objects {
        Some((old, new)) => Some(of_objects(&old, &new, &mut change.digests)),
        None => sections::options(&path, old)
            .zip(sections::options(&path, new))
            .map(|(old, new)| differences(&old, &new, &|_| false)),
    };
    change.differences = match values {
        Some(values) => values,
        None => vec![Difference {
            place: String::new(),
            old: Some(old.to_owned()),
            new: Some(new.to_owned()),
            redacted: false,
            told_in: None,
        }],
    };
    if change.differences.is_empty() {
        change.effect = if change.digests { Effect::DigestOnly } else { Effect::CommentsOnly };
    }
    Some(change)
}

/// The values in which objects differ but for digests; tells whether digests do.
fn of_objects(old: &Item, new: &Item, digests: &mut bool) -> Vec<Difference> {
    let is_secret = |item: &Item| kind(item) == "Secret";
    let redacted = is_secret(old) || is_secret(new);
    let is_named_by_content = base_name(name(old)) != name(old);
    let (before, after) = pair(old, new);
    let mut found = differences(&before, &after, &|place: &str| {
        redacted && ["data.", "stringData.", "binaryData."].iter().any(|start| place.starts_with(start))
    });
    let count = found.len();
    found.retain(|difference| {
        let (Some(old), Some(new)) = (&difference.old, &difference.new) else { return true };
        let is_digest = difference.place.ends_with(DIGEST)
            || difference.place == "metadata.name" && is_named_by_content
            || difference.place.starts_with("spec.") && equal_but_digests(old, new);
        !is_digest
    });
    *digests = found.len() < count;
    found
}

fn differences(old: &Options, new: &Options, is_redacted: &dyn Fn(&str) -> bool) -> Vec<Difference> {
    let places: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = places.into_iter().filter(|place| old.get(*place) != new.get(*place));
    let one = |place: &String| {
        let redacted = is_redacted(place);
        let value = |side: &Options| side.get(place).filter(|_| !redacted).cloned();
        Difference { place: place.clone(), old: value(old), new: value(new), redacted, told_in: None }
    };
    differing.map(one).collect()
}

/// A ConfigMap holds copies of config files: where the options of one are told, its text is not told again.
fn fold_config_maps(changes: &mut [Change]) {
    let mut told: BTreeMap<String, Vec<(String, Vec<Difference>)>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.effect == Effect::Changed) {
        if let Subject::Config { path } = &change.subject {
            let file = path.rsplit('/').next().unwrap_or(path);
            told.entry(file.to_owned()).or_default().push((format!("config/{path}"), change.differences.clone()));
        }
    }
    for change in changes.iter_mut() {
        if !matches!(&change.subject, Subject::Object { kind, .. } if kind == "ConfigMap") {
            continue;
        }
        for difference in &mut change.differences {
            let Some(file) = difference.place.strip_prefix("data.") else { continue };
            let (Some(old), Some(new)) = (&difference.old, &difference.new) else { continue };
            let own = sections::options(file, old).zip(sections::options(file, new));
            let own = own.map(|(old, new)| differences(&old, &new, &|_| false));
            let own = own.unwrap_or_else(|| vec![Difference { place: String::new(), ..difference.clone() }]);
            let told = told.get(file).into_iter().flatten().find(|(_, told)| *told == own);
            if let Some((path, _)) = told {
                (difference.old, difference.new, difference.told_in) = (None, None, Some(path.clone()));
            }
        }
    }
}

/// The same change of a file on several nodes is one change.
fn of_nodes(changes: Vec<Change>) -> Vec<Change> {
    let mut kept = Vec::new();
    let mut hosts: BTreeMap<(String, Effect, Vec<Difference>), Change> = BTreeMap::new();
    for change in changes {
        let parts = match &change.subject {
            Subject::Host { path } => path.split_once('/').filter(|(_, rest)| rest.contains('/')),
            _ => None,
        };
        let Some((node, path)) = parts.map(|(node, path)| (node.to_owned(), format!("/{path}"))) else {
            kept.push(change);
            continue;
        };
        let key = (path.clone(), change.effect, change.differences.clone());
        let one = hosts.entry(key).or_insert_with(|| Change { subject: Subject::Host { path }, ..change });
        one.nodes.push(node);
    }
    kept.extend(hosts.into_values());
    kept
}
