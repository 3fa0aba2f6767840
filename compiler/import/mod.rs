//! What a team already runs, to a spec: the files of another tool, a table of what its keys mean, and the compiler as judge.
//!
//! | step | file | does |
//! |---|---|---|
//! | read | [`read`] | files to keys: YAML 1.1, INI, inventories, manifests, dumps of clusters |
//! | nodes | [`nodes`] | hosts to machines, addresses to the management network |
//! | engine | [`engine`] | keys by the tool's table to places of the spec and secrets of the store |
//! | put | [`put`] | values to places: of several values each, on the nodes that are meant |
//! | settle | [`settle`] | what the compiler refuses is taken out, what is default already too |
//! | split | [`split`] | on demand: what sites have in common to an overlay |
//! | report | [`report`] | what became of every key |
//!
//! [`compare`] sets options of rendered files beside a site's, [`meaning`] says what a difference means.
//!
//! Invariant: knowledge of a tool is data under `schema/import/`; no tool is named in a step.
//! Invariant: a secret of the input is in no text that is made here.

pub mod charts;
pub mod compare;
pub mod draft;
pub mod dump;
pub mod engine;
pub mod ini;
pub mod inventory;
pub mod key;
pub mod known;
pub mod mapping;
pub mod meaning;
pub mod model;
pub mod nodes;
pub mod options;
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

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use self::charts::{charts_are_on, known_charts, name_charts};
use self::draft::{Draft, Leaf, Mode, Place, Scalar};
use self::engine::{Decided, Engine, Secret};
use self::key::{Data, Key, Role};
use self::mapping::Mapping;
use self::read::Input;
use self::redact::Hidden;
use self::report::{Assumed, Fate, Report, Row};
use self::settle::{Settled, Spec, settle, shorten};
use crate::catalog::load::Library;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::secret::need::Need;
use crate::secret::validate::validate;
use crate::secret::value::{SecretValue, Weakness};
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
        let report = Report::new(vec![], vec![]);
        let (spec, secrets, site) = (String::new(), vec![], Settled::default());
        return Imported { spec, overlay: None, secrets, report, diagnostics: sink.into_sorted(), sources, site };
    };
    let mut inputs = request.inputs;
    name_charts(&mut inputs, &mapping, &mut sink);
    let releases: Vec<String> = request.library.catalog.releases.keys().map(ToString::to_string).collect();
    let dumps = mapping.dump.then_some(releases.as_slice());
    let left_out = leave_out(&mut inputs, &mapping, &mut sources);
    let mut read = read::read((inputs, request.vault.as_ref()), dumps, &mut sources, &mut sink);
    known_charts(&read, &mapping, &mut sink);
    nodes::of_tables(&mapping, &mut read.keys, &mut read.inventory);
    let mut assumed = Vec::new();
    let mut hosts = nodes::hosts(&mapping, &read.inventory);
    nodes::fall_back(&mapping, &mut hosts, &mut assumed);
    let tables = nodes::table_keys(&read.keys, &hosts, &mapping);
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
    };
    fill(&mut engine, (tables, left_out), &mut assumed);
    let Engine { keys, mut draft, mut secrets, mut decided, .. } = engine;
    let head = [
        format!("Imported from {}: each value with the line that it comes from.", mapping.title),
        "Run `taco-gen check` after each change; `taco-gen explain site` tells what can be said here.".to_owned(),
    ];
    let spec = Spec { world: request.world, library: request.library, site: request.site, head: &head };
    let mut settled = settle(&spec, &mut draft);
    if settled.compiled.is_some() && !settled.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        settled.same = shorten(&spec, &mut draft);
    }
    keep_needed(&settled, &mut secrets, &mut decided);
    let overlay = request
        .overlay
        .and_then(|name| shared((&spec, name, mapping.title.as_str()), &mut draft, &mut settled, &mut sink));
    let (shared, overlay) = overlay.unzip();
    let parts = [
        (String::new(), Some(&draft)),
        (request.overlay.map(|name| format!("overlays/{name}: ")).unwrap_or_default(), shared.as_ref()),
    ];
    let rows = rows((&keys, &sources), (&parts, &settled), &secrets, &decided);
    let (text, report) = (spec.print(&draft).text, Report::new(rows, assumed));
    unbuilt(&settled, request.site, &mut sink);
    let diagnostics = hidden.redact(sink.into_sorted(), &sources);
    Imported { spec: text, overlay, secrets, report, diagnostics, sources, site: settled }
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
    assumed: &mut Vec<Assumed>,
) {
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
    nodes::put(&mut engine.hosts, &mut engine.draft, assumed);
    nodes::addresses(engine.mapping, &mut engine.draft, assumed);
    if engine.mapping.charts {
        charts_are_on(engine);
    }
    assumptions(engine.mapping, &mut engine.draft, assumed);
    hide(engine);
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

/// Scalars that templates may name: those of the tool, above them those of the inventory, above them those of files of values.
fn variables(mapping: &Mapping, keys: &[Key]) -> BTreeMap<String, String> {
    let presets = mapping.variables.iter().map(|(name, preset)| (name.to_string(), preset.value.clone()));
    let mut variables: BTreeMap<String, String> = presets.collect();
    for role in [Role::Inventory, Role::Values] {
        for key in keys.iter().filter(|key| key.role == role && !key.hidden) {
            if let ((Role::Values, [name]) | (Role::Inventory, [_, _, name]), Some(text)) =
                ((key.role, key.path.as_slice()), key.data.text())
            {
                variables.insert(name.clone(), text);
            }
        }
    }
    variables
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

/// The shortest secret that is looked for inside other values.
const TELLING: usize = 8;

/// The shortest that is looked for at all.
const SHORTEST: usize = 4;

/// Takes out of the draft what repeats a secret of the input.
fn hide(engine: &mut Engine<'_>) {
    let texts = engine.keys.iter().filter(|key| key.hidden).filter_map(|key| key.data.text());
    let hidden: BTreeSet<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    // Of very many secrets none is told to be absent: all values go that no secret owns.
    let telling = AhoCorasick::new(hidden.iter().filter(|secret| secret.len() >= TELLING)).ok();
    let holds = |text: &str| {
        text.len() >= SHORTEST && hidden.contains(text) || telling.as_ref().is_none_or(|telling| telling.is_match(text))
    };
    let repeats = |leaf: &Leaf| {
        let owned = leaf.owners.iter().any(|owner| engine.keys.get(*owner).is_some_and(|key| key.hidden));
        !owned && leaf.values.iter().any(|value| holds(&value.text()))
    };
    let (taken, kept): (Vec<Leaf>, Vec<Leaf>) = engine.draft.leaves.drain(..).partition(repeats);
    engine.draft.leaves = kept;
    for owner in taken.iter().flat_map(|leaf| &leaf.owners) {
        let decided = Decided::dropped("tool", "it repeats a value that is a secret elsewhere in the input");
        engine.decided.insert(*owner, decided);
    }
}

/// Keeps the secrets that the site needs and can use.
fn keep_needed(settled: &Settled, secrets: &mut Vec<Secret>, decided: &mut BTreeMap<usize, Decided>) {
    let needs: BTreeMap<String, &Need> = settled
        .compiled
        .iter()
        .filter_map(|compiled| compiled.store.as_ref())
        .flat_map(|store| store.needs.iter().map(|(path, need)| (path.to_string(), need)))
        .collect();
    if needs.is_empty() {
        return;
    }
    secrets.retain(|secret| {
        let decision = match needs.get(&secret.path) {
            None => Decided::dropped("tool", format!("the site needs no secret `{}`", secret.path)),
            Some(need) => match validate(&need.kind, need.length, &secret.value) {
                Some(Weakness::Invalid(what)) => {
                    Decided::dropped("none", format!("`{}` {what}: the store makes one", secret.path))
                }
                _ => return true,
            },
        };
        decided.insert(secret.owner, decision);
        false
    });
}

/// What became of every key.
fn rows(
    (keys, sources): (&[Key], &Sources),
    (parts, settled): (&[(String, Option<&Draft>)], &Settled),
    secrets: &[Secret],
    decided: &BTreeMap<usize, Decided>,
) -> Vec<Row> {
    let mut places: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let leaves = parts.iter().filter_map(|(before, draft)| Some((before, draft.as_ref()?)));
    for (before, leaf) in leaves.flat_map(|(before, draft)| draft.leaves.iter().map(move |leaf| (before, leaf))) {
        for owner in &leaf.owners {
            let known = places.entry(*owner).or_default();
            let place = format!("{before}{}", leaf.place.shown());
            if !known.contains(&place) {
                known.push(place);
            }
        }
    }
    for secret in secrets {
        places.entry(secret.owner).or_default().push(format!("store {}", secret.path));
    }
    let same: BTreeSet<usize> = settled.same.iter().flat_map(|leaf| leaf.owners.iter().copied()).collect();
    let refused: BTreeMap<usize, &str> = settled
        .refused
        .iter()
        .flat_map(|refused| refused.leaf.owners.iter().map(|owner| (*owner, refused.reason.as_str())))
        .collect();
    let row = |(number, key): (usize, &Key)| {
        let (file, line) = sources
            .get(key.span.file)
            .map_or((String::new(), 0), |source| (source.path.clone(), source.position(key.span.start).0));
        let (fate, kind, to, reason) = match (places.remove(&number), decided.get(&number), refused.get(&number)) {
            (Some(to), ..) => (Fate::Carried, "", to, String::new()),
            (None, Some(decided), _) => (decided.fate, decided.kind, vec![], decided.reason.clone()),
            (None, None, Some(_)) if key.hidden => {
                (Fate::Dropped, "refused", vec![], "the compiler refuses it".to_owned())
            }
            (None, None, Some(reason)) => (Fate::Dropped, gone(reason), vec![], (*reason).to_owned()),
            (None, None, None) if same.contains(&number) => (Fate::Default, "", vec![], String::new()),
            (None, None, None) if key.data == Data::Null => {
                (Fate::Dropped, "tool", vec![], "it has no value".to_owned())
            }
            (None, None, None) => (Fate::Unknown, "", vec![], String::new()),
        };
        Row { key: key.name(), file, line, fate, kind, to, reason }
    };
    keys.iter().enumerate().map(row).collect()
}

/// The kind of what the compiler refuses: options that the release does not have are gone, those of a service that is off mean nothing.
fn gone(reason: &str) -> &'static str {
    match reason.split(':').next().unwrap_or("") {
        "TG0525" => "gone",
        "TG0514" => "tool",
        _ => "refused",
    }
}
