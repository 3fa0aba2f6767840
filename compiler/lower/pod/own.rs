//! What a site says of a pod: where it runs, its labels and annotations, and the files of the site that it carries.
//!
//! Invariant: a pod of which nothing is said is as its service has it.

use crate::catalog::placement::{PodFile, Toleration, TopologySpread};
use crate::catalog::service::ComponentKind;
use crate::diag::Diagnostic;
use crate::kube::item::{Item, Text, Value};
use crate::kube::patch;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::selector;
use crate::model::Workload;
use crate::resolve::reference::{Context, public_text};
use crate::spec::sources::SiteSource;
use crate::tree::record::{Entries, Plain};
use crate::tree::word::Word;

/// The volume of the site's single files in a pod.
const VOLUME: &str = "site-files";

/// A file of the site in a ConfigMap of the pod.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFile {
    /// The key.
    pub key: String,
    /// What it holds.
    pub content: OwnContent,
}

/// What a file of the site holds.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnContent {
    /// A text.
    Text(Item),
    /// Bytes.
    Bytes(Item),
}

/// Where a pod runs, as the site says.
pub(super) fn placement(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, spec: &mut Item) {
    for said in &workload.pod.own.settings {
        for (label, value) in said.node_selector.iter() {
            entry(lowering, spec, ("nodeSelector", label, value));
        }
        for toleration in said.tolerations.values() {
            let item = tolerated(lowering.draft(toleration.taint.span), toleration);
            append(spec, "tolerations", item);
        }
        let component = workload.component().filter(|component| component.kind != ComponentKind::DaemonSet);
        for spread in said.spreads.values().filter(|_| component.is_some()) {
            let item = spread_over(lowering.draft(spread.label.span), spread, workload);
            append(spec, "topologySpreadConstraints", item);
        }
        if let Some(name) = &said.priority_class {
            let item = lowering.draft(name.span).text(name.value.clone());
            spec.set("priorityClassName", item);
        }
        if let Some(tree) = &said.affinity {
            affinity(lowering, spec, tree);
        }
    }
}

/// The labels or annotations that a site gives pods or accounts.
pub fn names(lowering: &mut Lowering<'_, '_>, said: &Entries<Plain>, (target, field): (&mut Item, &'static str)) {
    for (key, value) in said.iter() {
        entry(lowering, target, (field, key, value));
    }
}

fn entry(lowering: &mut Lowering<'_, '_>, target: &mut Item, (field, key, value): (&'static str, &Word, &Plain)) {
    let draft = lowering.draft(key.span);
    if target.get(field).is_none() {
        target.set(field, draft.named([]));
    }
    if let Some(map) = target.get_mut(field) {
        map.set(Text::Owned(key.value.clone()), draft.text(value.0.clone()));
    }
}

/// Adds an item to a list; one that is there already is there once.
fn append(target: &mut Item, field: &'static str, item: Item) {
    match target.get_mut(field).map(|list| &mut list.value) {
        Some(Value::List(items)) if items.contains(&item) => {}
        Some(Value::List(items)) => items.push(item),
        _ => {
            let origin = item.origin;
            target.set(field, ItemBuilder(origin).list(vec![item]));
        }
    }
}

fn tolerated(draft: ItemBuilder, said: &Toleration) -> Item {
    // A value of every taint was told.
    let value = said.value.as_ref().filter(|_| said.taint != *"*");
    let seconds = said.seconds.as_ref().filter(|_| said.is_evicting());
    let operator = if value.is_some() { "Equal" } else { "Exists" };
    draft.some([
        ("key", (said.taint != *"*").then(|| draft.text(said.taint.value.clone()))),
        ("operator", Some(draft.text(operator))),
        ("value", value.map(|value| draft.text(value.value.clone()))),
        ("effect", said.effect.map(|effect| draft.text(effect.word()))),
        ("tolerationSeconds", seconds.map(|seconds| draft.integer(seconds.value.0))),
    ])
}

fn spread_over(draft: ItemBuilder, said: &TopologySpread, workload: &Workload<'_>) -> Item {
    draft.map([
        ("maxSkew", draft.integer(said.max_skew.0)),
        ("topologyKey", draft.text(said.label.value.clone())),
        ("whenUnsatisfiable", draft.text(said.unsatisfiable.word())),
        ("labelSelector", draft.map([("matchLabels", selector(draft, workload))])),
    ])
}

fn affinity(lowering: &mut Lowering<'_, '_>, spec: &mut Item, tree: &crate::tree::node::Node) {
    let origins = &mut lowering.origins;
    let mut enter = |span| origins.written(span);
    match spec.get_mut("affinity") {
        Some(known) => {
            if let Err(error) = patch::merge(known, tree, &mut enter) {
                let message = format!("`affinity` does not fit that of the service: {}", error.message);
                lowering.sink.push(Diagnostic::error("TG0703", error.span, message));
            }
        }
        None => {
            let item = patch::item(tree, &mut enter);
            spec.set("affinity", item);
        }
    }
}

/// The ConfigMap of the site's files in a workload's pods.
pub fn map_name(workload: &Workload<'_>) -> String {
    format!("{}-files", workload.object_name())
}

/// Mounts the site's files in the containers that have them; gives the volumes, and what their ConfigMap holds.
pub(super) fn files(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    containers: &mut [&mut Item],
) -> (Vec<Item>, Vec<OwnFile>) {
    let (mut volumes, mut found, mut single) = (Vec::new(), Vec::new(), Vec::new());
    let Some(first) = workload.pod.own.files.values().next() else { return (volumes, found) };
    let pen = lowering.draft(first.name.span);
    for file in workload.pod.own.files.values() {
        let draft = lowering.draft(file.name.span);
        let key = file.name.value.clone();
        let Some(source) = content(lowering, workload, file) else { continue };
        let mount = |volume: &str, path: Option<&str>| {
            draft.some([
                ("name", Some(draft.text(volume.to_owned()))),
                ("mountPath", Some(draft.text(file.at.value.clone()))),
                ("subPath", path.map(|path| draft.text(path.to_owned()))),
                ("readOnly", Some(draft.flag(true))),
            ])
        };
        let inner = |(path, source): &(String, SiteSource)| {
            (format!("{key}.{}", path.replace('/', "__")), path.clone(), source.clone())
        };
        let mounted = match source {
            SiteSource::Folder(inside) => {
                let inside: Vec<_> = inside.iter().map(inner).collect();
                let items = inside.iter().map(|(key, path, _)| item(draft, (key, path), file.mode.0)).collect();
                let volume = format!("{VOLUME}-{}", volume_name(&key));
                let mounted = mount(&volume, None);
                volumes.push(volume_of(draft, volume, map_name(workload), items));
                found.extend(inside.into_iter().filter_map(|(key, _, source)| own_file(draft, key, source)));
                mounted
            }
            source => {
                single.push(item(draft, (&key, &key), file.mode.0));
                let mounted = mount(VOLUME, Some(&key));
                found.extend(own_file(draft, key, source));
                mounted
            }
        };
        add(workload, file, &mounted, containers);
    }
    if !single.is_empty() {
        volumes.insert(0, volume_of(pen, VOLUME.to_owned(), map_name(workload), single));
    }
    (volumes, found)
}

/// Letters, digits and hyphens, as a volume's name has them.
fn volume_name(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn item(draft: ItemBuilder, (key, path): (&str, &str), mode: u32) -> Item {
    draft.map([
        ("key", draft.text(key.to_owned())),
        ("path", draft.text(path.to_owned())),
        ("mode", draft.integer(i64::from(mode))),
    ])
}

fn volume_of(draft: ItemBuilder, volume: String, map: String, items: Vec<Item>) -> Item {
    let source = draft.map([("name", draft.text(map)), ("items", draft.list(items))]);
    draft.map([("name", draft.text(volume)), ("configMap", source)])
}

fn own_file(draft: ItemBuilder, key: String, source: SiteSource) -> Option<OwnFile> {
    let content = match source {
        SiteSource::Text(text) => OwnContent::Text(draft.text(text)),
        SiteSource::Bytes(bytes) => OwnContent::Bytes(draft.text(base64(&bytes))),
        SiteSource::Folder(_) => return None,
    };
    Some(OwnFile { key, content })
}

/// Base64 with the standard alphabet and padding (RFC 4648), as `binaryData` holds it.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// What a file of the site holds; none where that was told.
fn content(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, file: &PodFile) -> Option<SiteSource> {
    match (&file.source, &file.content) {
        (Some(path), None) => lowering.model.site.sources.files.get(path.as_str()).cloned(),
        (None, Some(value)) => {
            let context = Context::of(workload.owner);
            let (text, _) = public_text(lowering.model, context, value, &mut lowering.sink);
            Some(SiteSource::Text(text))
        }
        // A path that is not valid was told.
        (None, None) if lowering.sink.has("TG0213") => None,
        (source, _) => {
            let found = if source.is_some() { "both" } else { "neither" };
            let message = format!("file `{}` has {found}, expected one of `source` and `content`", file.name);
            let hint = "source=\"files/NAME\", below the site's folder";
            lowering.sink.push(Diagnostic::error("TG0454", file.name.span, message).hint(hint));
            None
        }
    }
}

fn add(workload: &Workload<'_>, file: &PodFile, mounted: &Item, containers: &mut [&mut Item]) {
    let has = |name: &str| match file.containers.as_slice() {
        [] => name == workload.container(),
        wanted => wanted.iter().any(|word| word.as_str() == name),
    };
    for container in containers.iter_mut() {
        if container.get("name").and_then(Item::text).is_some_and(has) {
            append(container, "volumeMounts", mounted.clone());
        }
    }
}
