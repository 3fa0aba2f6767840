//! The committed output and a newly linked site to diagnostics: what the API server would refuse of the change, and what would lose data.
//!
//! Invariant: only what both states say is compared; nothing is asked of a cluster.
//! Invariant: a diagnostic names the step that makes the change possible.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Severity, Sink};
use crate::kube::item::Item;
use crate::kube::patch;
use crate::lower::object::{Object, kind, name};
use crate::model::facts::DataImage;
use crate::origin::{Origin, OriginId, OriginTable};
use crate::span::{FileId, Span};
use crate::spec::site::GROUP_LABEL;
use crate::tree::document::{Document, Form, read};
use crate::tree::shape::Shape;
use crate::verify::immutable::{KINDS, Refusal, refused};
use crate::verify::series::jump;

/// An object of the committed output.
#[derive(Debug)]
pub struct Committed {
    /// Its delivery unit.
    pub unit: String,
    /// The object.
    pub item: Item,
}

impl Committed {
    /// Is that a file of the output, by its path below the site's folder, with an object that is compared?
    pub fn is_one(path: &str) -> bool {
        let Some(file) = path.strip_prefix("kubernetes/").and_then(|path| path.split_once('/')) else { return false };
        let is_of =
            |kind: &&str| file.1.strip_prefix(kind.to_lowercase().as_str()).is_some_and(|rest| rest.starts_with('-'));
        KINDS.iter().any(is_of)
    }

    /// The name of the object in such a file.
    pub fn name_in(path: &str) -> Option<&str> {
        path.rsplit('/').next()?.strip_suffix(".yaml")?.split_once('-').map(|(_, name)| name)
    }

    /// Reads such a file. None for what somebody edited beyond reading.
    pub fn read(path: &str, text: &str) -> Option<Committed> {
        let (unit, file) = path.strip_prefix("kubernetes/")?.split_once('/')?;
        // Most ConfigMaps are large, and all of one that is not immutable can change.
        if file.starts_with("configmap-") && !text.contains("\nimmutable: true") {
            return None;
        }
        let document = Document { path, text, file: FileId(u32::MAX), embedded: None };
        let tree = read(&document, Form::Shape(&Shape::Map(&Shape::Any)), &mut Sink::default())?;
        tree.as_map()?;
        Some(Committed { unit: unit.to_owned(), item: patch::item(&tree, &mut |_| OriginId::BUILTIN) })
    }
}

/// What is compared.
pub struct Succession<'s> {
    /// The objects of the committed output that are not written as they stand there.
    pub before: &'s [Committed],
    /// The names of the others.
    pub unchanged: &'s [&'s str],
    /// Those that take their place.
    pub after: &'s [Object],
    /// Where these come from.
    pub origins: &'s OriginTable,
    /// Does the spec, or an overlay of the project, hold that place?
    pub is_users: &'s dyn Fn(Span) -> bool,
    /// Where the site is named.
    pub site: Span,
    /// What decided its namespace.
    pub namespace: Span,
    /// The objects that a person deletes before this state is delivered, as `Kind/name`.
    pub recreated: &'s [String],
    /// Images whose versions take over the data of some others alone.
    pub images: &'s [DataImage],
}

impl<'s> Succession<'s> {
    /// The objects of a kind whose names the committed output does not have.
    fn made(&self, kind: &'s str) -> impl Iterator<Item = &'s Object> {
        let before = self.before.iter().map(|old| name(&old.item));
        let known: Vec<&str> = before.chain(self.unchanged.iter().copied()).collect();
        self.after.iter().filter(move |object| object.kind() == kind && !known.contains(&object.name()))
    }

    /// The place of an origin that a person can change: of the spec, or else the site's name.
    fn place_of(&self, origin: OriginId) -> Span {
        spans(self.origins, origin).into_iter().find(|span| (self.is_users)(*span)).unwrap_or(self.site)
    }
}

/// Compares the two states.
pub fn check(succession: &Succession<'_>, sink: &mut Sink) {
    let after: BTreeMap<(&str, &str), &Object> =
        succession.after.iter().map(|object| ((object.kind(), object.name()), object)).collect();
    elsewhere(succession, &after).into_iter().for_each(|diagnostic| sink.push(diagnostic));
    renamed_groups(succession).into_iter().for_each(|diagnostic| sink.push(diagnostic));
    for old in succession.before {
        let (kind, name) = (kind(&old.item), name(&old.item));
        let diagnostic = match after.get(&(kind, name)) {
            None => gone(succession, &old.item),
            Some(new) if namespace(&old.item) != namespace(&new.item) => None,
            Some(new) => changed(succession, &old.item, new)
                .or_else(|| jumps(succession, &old.item, new))
                .or_else(|| moved(succession, old, new)),
        };
        if let Some(diagnostic) = diagnostic {
            sink.push(diagnostic);
        }
    }
}

fn namespace(item: &Item) -> Option<&str> {
    item.at(&["metadata", "namespace"]).and_then(Item::text)
}

fn changed(succession: &Succession<'_>, old: &Item, new: &Object) -> Option<Diagnostic> {
    let refusals = refused(old, &new.item);
    let first = refusals.first()?;
    let (kind, name) = (new.kind(), new.name());
    let object = format!("{kind}/{name}");
    if succession.recreated.contains(&object) {
        return None;
    }
    let value = |side: &Option<String>| match side {
        // What a Secret or a ConfigMap holds is not shown.
        Some(_) if matches!(kind, "Secret" | "ConfigMap") => "a value".to_owned(),
        Some(text) => format!("`{text}`"),
        None => "nothing".to_owned(),
    };
    let more = match refusals.len() {
        1 => String::new(),
        2 => " (and 1 more field)".to_owned(),
        count => format!(" (and {} more fields)", count - 1),
    };
    let (path, old, new) = (&first.path, value(&first.old), value(&first.new));
    let message = format!("{kind} `{name}` is delivered already: `{path}` cannot change from {old} to {new}{more}");
    let diagnostic = Diagnostic::error("TG0840", place(succession, &refusals), message);
    let step = step(kind, name, &refusals);
    Some(diagnostic.hint(format!("{step}; then set `recreate \"{object}\" until=\"YYYY-MM-DD\"`")))
}

/// The place that a person can change: of the spec, or else the site's name.
fn place(succession: &Succession<'_>, refusals: &[Refusal]) -> Span {
    let places = refusals.iter().flat_map(|refusal| spans(succession.origins, refusal.origin));
    places.into_iter().find(|span| (succession.is_users)(*span)).unwrap_or(succession.site)
}

fn spans(origins: &OriginTable, id: OriginId) -> Vec<Span> {
    match origins.get(id) {
        Origin::Builtin => Vec::new(),
        Origin::Written(span) => vec![*span],
        Origin::Derived { from, .. } => from.iter().flat_map(|id| spans(origins, *id)).collect(),
        Origin::Merged { winner, .. } => spans(origins, *winner),
    }
}

/// What a person does before the new state is delivered.
fn step(kind: &str, name: &str, refusals: &[Refusal]) -> String {
    let command = command(kind, name);
    // Pods that the new selector does not select would be nobody's.
    let is_other = refusals.iter().any(|refusal| refusal.path.starts_with("spec.selector"));
    let command = if is_other { command.trim_end_matches(ORPHAN) } else { &command };
    match kind {
        "PersistentVolumeClaim" => {
            format!("set it back, or copy the data away and run `{command}`, which deletes the volume")
        }
        _ => format!("set it back, or run `{command}` before the delivery"),
    }
}

/// Pods go on running, and the new object takes them over: <https://kubernetes.io/docs/tasks/run-application/delete-stateful-set/>.
const ORPHAN: &str = " --cascade=orphan";

/// The command that deletes an object so that it can be made again.
pub fn command(kind: &str, name: &str) -> String {
    let orphan = if kind == "StatefulSet" { ORPHAN } else { "" };
    format!("kubectl delete {} {name}{orphan}", kind.to_lowercase())
}

fn holds_data(item: &Item) -> bool {
    match kind(item) {
        "PersistentVolumeClaim" => true,
        "StatefulSet" => item.at(&["spec", "volumeClaimTemplates"]).is_some_and(|claims| !claims.list().is_empty()),
        _ => false,
    }
}

/// An object with data that is no longer part of the site, or has another name now.
fn gone(succession: &Succession<'_>, old: &Item) -> Option<Diagnostic> {
    if !holds_data(old) {
        return None;
    }
    let (kind, name) = (kind(old), name(old));
    let message = format!(
        "{kind} `{name}` is no longer part of the site; its volumes stay in the cluster, and nothing uses them"
    );
    let diagnostic = Diagnostic::warning("TG0841", succession.site, message);
    let renamed = succession.made(kind).find(|object| holds_data(&object.item));
    Some(match renamed {
        Some(new) => {
            diagnostic.hint(format!("`{}` is new and begins with empty volumes: copy the data over", new.name()))
        }
        None => diagnostic.hint("delete the claims by hand once the data is no longer needed"),
    })
}

/// A version of a program that does not take over the data of the one before, or in several steps alone.
fn jumps(succession: &Succession<'_>, old: &Item, new: &Object) -> Option<Diagnostic> {
    let object = format!("{}/{}", new.kind(), new.name());
    if !holds_data(old) || succession.recreated.contains(&object) {
        return None;
    }
    let jump = jump(succession.images, old, &new.item)?;
    let message =
        format!("`{object}` holds data of version `{}`, which no rolling upgrade brings to `{}`", jump.from, jump.to);
    let hint = match jump.between {
        Some(between) => {
            format!("deliver a version of {} before, and wait until all pods run it", between.join(", then of "))
        }
        None => format!(
            "set it back; for empty volumes dump the data, delete the claims and say `recreate \"{object}\" until=\"YYYY-MM-DD\"`"
        ),
    };
    Some(Diagnostic::error("TG0863", succession.place_of(jump.origin), message).hint(hint))
}

/// Objects with data in another namespace: new ones beside the old.
fn elsewhere(succession: &Succession<'_>, after: &BTreeMap<(&str, &str), &Object>) -> Option<Diagnostic> {
    let moved = succession.before.iter().filter_map(|old| {
        let new = after.get(&(kind(&old.item), name(&old.item)))?;
        let object = format!("{}/{}", new.kind(), new.name());
        let passes = succession.recreated.contains(&object) || namespace(&old.item) == namespace(&new.item);
        (holds_data(&old.item) && !passes).then_some((old, object, *new))
    });
    let moved: Vec<_> = moved.collect();
    let (old, object, new) = moved.first()?;
    let (from, to) = (namespace(&old.item).unwrap_or(""), namespace(&new.item).unwrap_or(""));
    let (others, each) = match moved.len() - 1 {
        0 => (String::new(), ""),
        count => (format!(", and so would {count} more"), ", and so for each"),
    };
    let message = format!(
        "{} `{}` would move from namespace `{from}` to `{to}` without its volumes{others}",
        new.kind(),
        new.name()
    );
    let place = Some(succession.namespace).filter(|span| (succession.is_users)(*span)).unwrap_or(succession.site);
    let hint = format!("set it back, or copy the data over and set `recreate \"{object}\" until=\"YYYY-MM-DD\"`{each}");
    Some(Diagnostic::error("TG0840", place, message).hint(hint))
}

/// A diagnostic for each pair of groups whose objects take each other's place.
fn renamed_groups(succession: &Succession<'_>) -> Vec<Diagnostic> {
    let mut pairs: BTreeMap<(&str, &str), Vec<(&str, &str)>> = BTreeMap::new();
    for old in succession.before.iter().map(|old| &old.item).filter(|old| kind(old) == "DaemonSet") {
        let Some((from, stem)) = parted(old) else { continue };
        let is_there = succession.after.iter().any(|new| (new.kind(), new.name()) == (kind(old), name(old)));
        let mut made = succession.made("DaemonSet").filter_map(|new| Some((parted(&new.item)?, new.name())));
        if let Some(((to, _), new)) = made.find(|((_, own), _)| !is_there && *own == stem) {
            pairs.entry((from, to)).or_default().push((name(old), new));
        }
    }
    pairs.into_iter().filter_map(|(groups, objects)| renamed_group(succession, groups, &objects)).collect()
}

/// The host group of a variant, and the name without it.
fn parted(object: &Item) -> Option<(&str, &str)> {
    let group = object.at(&["metadata", "labels", GROUP_LABEL])?.text()?;
    Some((group, name(object).strip_suffix(group)?))
}

fn renamed_group(
    succession: &Succession<'_>,
    (from, to): (&str, &str),
    objects: &[(&str, &str)],
) -> Option<Diagnostic> {
    let (old, new) = objects.first()?;
    let more = match objects.len() - 1 {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    let message = format!(
        "DaemonSet `{old}` is deleted and `{new}` is made{more}: the pods on the nodes of host group `{from}` end"
    );
    let warning = Diagnostic { severity: Severity::Warning, ..Diagnostic::error("TG0582", succession.site, message) };
    Some(
        warning.hint(format!(
            "if `{to}` is its new name, set `moved-from \"{from}\"` in it: its objects stay as they are"
        )),
    )
}

/// An object in another delivery unit: it may be deleted by the one before the other makes it again.
fn moved(succession: &Succession<'_>, old: &Committed, new: &Object) -> Option<Diagnostic> {
    let is_kept =
        new.marks.keep.is_some() || old.unit == new.unit || crate::lower::object::template(&new.item).is_none();
    if is_kept {
        return None;
    }
    let message = format!(
        "{} `{}` moves from delivery unit `{}` to `{}`: a controller may delete it before it makes it again",
        new.kind(),
        new.name(),
        old.unit,
        new.unit
    );
    let diagnostic =
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error("TG0843", succession.site, message) };
    Some(diagnostic.hint("stop the sync of the old unit until the new one is there"))
}
