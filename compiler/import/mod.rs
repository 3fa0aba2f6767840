//! What a team already runs, to a spec: the files of another tool, a table of what its keys mean, and the compiler as judge.
//!
//! | step | file | does |
//! |---|---|---|
//! | read | [`read`] | files to keys: YAML 1.1, INI, inventories, manifests, dumps of clusters |
//! | nodes | [`nodes`] | hosts to machines, addresses to the management network |
//! | engine | [`engine`] | keys by the tool's table to places of the spec and secrets of the store |
//! | put | [`put`] | values to places: of several values each, on the nodes that are meant |
//! | beside | [`beside`] | parts of the input to files beside the spec |
//! | settle | [`settle`] | what the compiler refuses is taken out, what is default already too |
//! | split | [`split`] | on demand: what sites have in common to an overlay |
//! | report | [`report`] | what became of every key |
//!
//! [`compare`] sets options of rendered files beside a site's, [`meaning`] says what a difference means.
//!
//! Invariant: knowledge of a tool is data under `schema/import/`; no tool is named in a step.
//! Invariant: a secret of the input is in no text that is made here.

pub mod beside;
pub mod charts;
pub mod compare;
pub mod draft;
pub mod dump;
pub mod engine;
pub mod hosts;
pub mod ini;
pub mod inventory;
pub mod key;
pub mod known;
pub mod long;
pub mod mapping;
pub mod meaning;
pub mod model;
pub mod nodes;
pub mod options;
pub mod outcome;
pub mod pattern;
pub mod put;
pub mod read;
pub mod redact;
pub mod report;
pub mod settle;
pub mod split;
pub mod template;
pub mod value;
pub mod vault;
pub mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::beside::{Beside, Finished};
use self::charts::{charts_are_on, charts_of_releases, known_charts, name_charts};
use self::draft::{Draft, Leaf, Mode, Place, Scalar};
use self::engine::{Decided, Engine, Secret};
use self::key::{Data, Key, Role};
use self::mapping::Mapping;
use self::outcome::{hide, keep_needed, kept_files, rows};
use self::read::Input;
use self::redact::Hidden;
use self::report::{Assumed, Fate, Report};
use self::settle::{Settled, Spec, settle, shorten};
use crate::catalog::load::Library;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::secret::value::SecretValue;
use crate::span::Span;
use crate::world::{Sources, World};

/// What is imported, and whereto.
pub struct Request<'r> {
    /// The project.
    pub world: &'r dyn World,
    /// The catalog.
    pub library: &'r Library,
    /// The name of the tool's table.
    pub tool: &'r str,
    /// The site's name.
    pub site: &'r str,
    /// The files.
    pub inputs: Vec<Input>,
    /// The password of what is encrypted in them.
    pub vault: Option<SecretValue>,
    /// The overlay for what is not of this site alone.
    pub overlay: Option<&'r str>,
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The spec.
    pub spec: String,
    /// A new overlay.
    pub overlay: Option<String>,
    /// Files beside the spec, by their paths below the site's folder.
    pub files: BTreeMap<String, String>,
    /// The values for the store, OBJECT/KEY each.
    pub secrets: Vec<Secret>,
    /// What became of every key.
    pub report: Report,
    /// What is wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts of the input.
    pub sources: Sources,
    /// What the compiler says of the spec.
    pub site: Settled,
}

/// Imports.
pub fn import(request: Request<'_>) -> Imported {
    let mut sink = Sink::default();
    let mut sources = Sources::over(Arc::clone(&request.library.sources));
    let Some(mapping) = Mapping::load(request.library, request.tool, &mut sink) else {
        return nothing(sink, sources);
    };
    let mut inputs = request.inputs;
    name_charts(&mut inputs, &mapping, &mut sink);
    let releases: Vec<String> = request.library.catalog.releases.keys().map(ToString::to_string).collect();
    let dumps = mapping.dump.then_some(releases.as_slice());
    let left_out = leave_out(&mut inputs, &mapping, &mut sources);
    let mut read = read::read((inputs, request.vault.as_ref()), dumps, &mut sources, &mut sink);
    charts_of_releases(&mut read, &mapping);
    known_charts(&read, &mapping, &mut sink);
    nodes::of_tables(&mapping, &mut read.keys, &mut read.inventory);
    let mut assumed = Vec::new();
    let mut hosts = nodes::hosts(&mapping, &read.inventory);
    nodes::fall_back(&mapping, &mut hosts, &mut assumed);
    let tables = nodes::table_keys(&read.keys, &hosts, &mapping);
    let meant = nodes::meant(&mapping, &read.inventory);
    let hidden = Hidden::new(&read.files, &read.keys, &sources);
    let mut engine = Engine {
        mapping: &mapping,
        catalog: &request.library.catalog,
        sources: &sources,
        variables: variables(&mapping, &read.keys),
        hosts_meant: None,
        keys: read.keys,
        hosts,
        draft: Draft::default(),
        secrets: Vec::new(),
        decided: BTreeMap::new(),
        beside: Beside::default(),
        lists: Vec::new(),
    };
    let mut files = fill(&mut engine, (tables, left_out), &meant, &mut assumed);
    let Engine { keys, mut draft, mut secrets, mut decided, .. } = engine;
    let texts = files.texts.clone();
    let head = [
        format!("Imported from {}: each value with the line that it comes from.", mapping.title),
        "Run `taco-gen check` after each change; `taco-gen explain site` tells what can be said here.".to_owned(),
    ];
    let spec = Spec { world: request.world, library: request.library, site: request.site, head: &head, files: &texts };
    let mut settled = compiled(&spec, &mapping, &mut draft, &mut assumed);
    keep_needed(&settled, &mut secrets, &mut decided);
    let overlay = request
        .overlay
        .and_then(|name| shared((&spec, name, mapping.title.as_str()), &mut draft, &mut settled, &mut sink));
    let (shared, overlay) = overlay.unzip();
    let parts = [
        (String::new(), Some(&draft)),
        (request.overlay.map(|name| format!("overlays/{name}: ")).unwrap_or_default(), shared.as_ref()),
    ];
    kept_files(&draft, &mut files);
    let rows = rows((&keys, &sources), (&parts, &settled), (&secrets, &files), &decided);
    let (text, report) = (spec.print(&draft).text, Report::new(rows, assumed));
    unbuilt(&settled, request.site, &mut sink);
    let diagnostics = hidden.redact(sink.into_sorted(), &sources);
    Imported { spec: text, overlay, files: files.texts, secrets, report, diagnostics, sources, site: settled }
}

/// Compiles a draft: without what is refused, without what is assumed for that alone, and without what the site says anyway.
fn compiled(spec: &Spec<'_>, mapping: &Mapping, draft: &mut Draft, assumed: &mut Vec<Assumed>) -> Settled {
    let mut settled = settle(spec, draft);
    if retract(mapping, draft, assumed) {
        let refused = std::mem::take(&mut settled.refused);
        settled = settle(spec, draft);
        settled.refused.splice(0..0, refused);
    }
    if settled.compiled.is_some() && !settled.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        settled.same = shorten(spec, draft);
    }
    settled
}

/// What came of a tool that nobody knows.
fn nothing(sink: Sink, sources: Sources) -> Imported {
    let (report, diagnostics) = (Report::new(vec![], vec![]), sink.into_sorted());
    let (files, site) = (BTreeMap::new(), Settled::default());
    Imported { spec: String::new(), overlay: None, files, secrets: vec![], report, diagnostics, sources, site }
}

/// Parts a draft that builds; the overlay's values and text where it is new.
fn shared(
    (spec, name, title): (&Spec<'_>, &str, &str),
    draft: &mut Draft,
    settled: &mut Settled,
    sink: &mut Sink,
) -> Option<(Draft, String)> {
    if settled.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return None;
    }
    let head = [format!("Imported from {title}: what sites that take this overlay have in common.")];
    let parts = split::part(spec, draft, name, &head, sink)?;
    *draft = parts.site;
    settled.same.extend(parts.same);
    parts.overlay
}

/// Keys for files that are left out, and why.
type LeftOut = Vec<(Key, Decided)>;

/// Fills the draft: what the keys say, then what they do not.
fn fill(
    engine: &mut Engine<'_>,
    (tables, left_out): (Vec<(usize, Option<String>)>, LeftOut),
    meant: &[(String, String)],
    assumed: &mut Vec<Assumed>,
) -> Finished {
    for (number, node) in tables {
        let decided = match node {
            Some(name) => Decided { fate: Fate::Carried, kind: "", reason: format!("node {name}") },
            None => Decided::dropped("tool", "a host without a role here"),
        };
        engine.decided.insert(number, decided);
    }
    for (key, decided) in left_out {
        engine.decided.insert(engine.keys.len(), decided);
        engine.keys.push(key);
    }
    engine.run();
    engine.groups(meant);
    nodes::put(&mut engine.hosts, &mut engine.draft, assumed);
    nodes::addresses(engine.mapping, &mut engine.draft, assumed);
    if engine.mapping.charts {
        charts_are_on(engine);
    }
    assumptions(engine.mapping, &mut engine.draft, assumed);
    hide(engine)
}

/// Takes out the files that the tool makes for itself: a key for each, and why.
fn leave_out(inputs: &mut Vec<Input>, mapping: &Mapping, sources: &mut Sources) -> LeftOut {
    let mut found = Vec::new();
    inputs.retain(|input| {
        let ignored = input.path.split('/').find_map(|part| mapping.ignored.get(part));
        let Some(ignored) = ignored.filter(|_| input.role != Role::Override) else { return true };
        let file = sources.add(input.path.clone(), std::borrow::Cow::Borrowed(""));
        let path = vec!["file".to_owned(), input.path.rsplit('/').next().unwrap_or_default().to_owned()];
        let key = Key { path, data: Data::Null, span: Span::new(file, 0, 0), role: Role::Values, hidden: true };
        found.push((key, Decided::dropped("tool", ignored.reason.clone())));
        false
    });
    found
}

/// Says where a spec came out that does not build.
fn unbuilt(settled: &Settled, site: &str, sink: &mut Sink) {
    let errors = settled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|found| format!("{} {}", found.code, found.message)).collect();
    if let Some(first) = errors.first() {
        let message = format!("the spec of `{site}` does not build yet: {} errors, the first is {first}", errors.len());
        sink.push(
            Diagnostic::global("TG0941", message).hint(format!("`taco-gen check sites/{site}` shows all of them")),
        );
    }
}

/// Scalars that templates may name: those of the tool, above them those of the inventory, above them those of files of values. One in a
/// map has the names on the way to it, with dots between them.
fn variables(mapping: &Mapping, keys: &[Key]) -> BTreeMap<String, String> {
    let presets = mapping.variables.iter().map(|(name, preset)| (name.to_string(), preset.value.clone()));
    let mut variables: BTreeMap<String, String> = presets.collect();
    for role in [Role::Inventory, Role::Values] {
        for key in keys.iter().filter(|key| key.role == role && !key.hidden) {
            let name = match (key.role, key.path.as_slice()) {
                (Role::Inventory, [_, _, name]) => Some(name.clone()),
                (Role::Values, _) => Some(key.name()),
                _ => None,
            };
            if let (Some(name), Some(text)) = (name, key.data.text()) {
                variables.insert(name, text);
            }
        }
    }
    variables
}

/// Takes back what was assumed for the sake of a value that the compiler has refused; whether there was anything.
fn retract(mapping: &Mapping, draft: &mut Draft, assumed: &mut Vec<Assumed>) -> bool {
    let before = draft.leaves.len();
    for (place, assumption) in &mapping.assumptions {
        let is_idle = assumption.when.as_ref().is_some_and(|when| !draft.has(when));
        let (parsed, _) = Place::parse(place.as_str());
        let value = Scalar::of(&assumption.value);
        let is_it =
            |leaf: &Leaf| leaf.owners.is_empty() && leaf.place == parsed && leaf.values == std::slice::from_ref(&value);
        if is_idle && draft.leaves.iter().any(is_it) {
            draft.leaves.retain(|leaf| !is_it(leaf));
            assumed.retain(|known| known.place != format!("{} {}", parsed.shown(), assumption.value));
        }
    }
    draft.leaves.len() < before
}

/// Puts what the tool's files do not say.
fn assumptions(mapping: &Mapping, draft: &mut Draft, assumed: &mut Vec<Assumed>) {
    for (place, assumption) in &mapping.assumptions {
        let (parsed, _) = Place::parse(place.as_str());
        let holds = assumption.when.as_ref().is_none_or(|when| draft.has(when));
        let is_free = !assumption.unless.iter().any(|unless| draft.has(unless));
        let taken = match parsed.mode {
            Mode::Set => parsed.shown(),
            Mode::Add => format!("{} {}", parsed.shown(), assumption.value),
        };
        if holds && is_free && !draft.has(&taken) {
            nodes::assume(draft, assumed, (place.as_str(), &assumption.value), &assumption.reason);
        }
    }
    let (place, _) = Place::parse("passwords");
    let values = vec![Scalar::Text("passwords.sops.yaml".to_owned())];
    draft.put(Leaf { place, values, owners: vec![], note: String::new() });
}
