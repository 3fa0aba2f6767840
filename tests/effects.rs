//! Nothing that can be said is without effect: each field of the spec and each setting of a service shows in the output or in a diagnostic.
//!
//! The specs of `tests/effects/` set every field, a field a line. A line or a block that no line of the output comes from is taken out, and the
//! rest is compiled: the output or the diagnostics must differ. Settings are set to another value, one at a time.
//!
//! Invariant: a field that no spec sets, and one that says nothing, is an error, but for a short list with reasons.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use taco_gen::Compiled;
use taco_gen::catalog::overlay::Overlay;
use taco_gen::catalog::setting::{Setting, SettingType};
use taco_gen::diag::Sink;
use taco_gen::origin::{Origin, OriginId, OriginTable};
use taco_gen::span::FileId;
use taco_gen::spec::site::Site;
use taco_gen::tree::document::{Document, Form, read};
use taco_gen::tree::node::{Node, Value};
use taco_gen::tree::shape::{Record, Shape};
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, compile_spec};

/// Fields that show elsewhere than in the output, each with the reason.
const ELSEWHERE: [(&str, &str); 4] = [
    ("Site.passwords", "names the store, of which `passwords` and the digests read; tests/store.rs"),
    ("Site.acknowledge", "read by `plan` alone; tests/plan.rs"),
    ("Acknowledge.until", "the same"),
    ("Mount.host-at", "of service data for hosts, where a site has no containers of its own; tests/hosts_target.rs"),
];

/// Lines of the spec that change nothing, each with the reason.
const SILENT: [(&str, &str); 9] = [
    ("ring canary", "chosen by `--ring`; tests/fleet.rs"),
    ("kinds \"Widget.example.com/v1\"", "lets a patch name the kind, and this spec has none of it"),
    ("floating-images gate", "takes a warning away that laptops do not have; tests/images.rs"),
    ("kubernetes \"1.34\"", "decides which objects and fields are accepted, and these are in both versions"),
    ("encapsulation vxlan", "what Calico does where nothing is said; `none` is in tests/policies.rs"),
    ("length 64", "of the store, `passwords generate`; tests/store"),
    (
        "secrets sops { recipients age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p }",
        "who can open the sealed Secrets, which are made from a store; tests/store/delivery.rs",
    ),
    (
        "recipients age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "who can open the sealed files of hosts, which are made from a store",
    ),
    ("doc \"A token of the site's own.\"", "shown by `passwords list`"),
];

/// The specs: networks, nodes, services and delivery; what a site adds of its own; what others run; hosts without Kubernetes.
const SPECS: [&str; 4] = ["fields", "own", "elsewhere", "hosts"];

/// Files beside each spec.
const FILES: [(&str, &str); 5] = [
    ("authority.pem", include_str!("field/authority.pem")),
    ("public.pem", include_str!("field/public.pem")),
    ("controller.pem", include_str!("store/controller.pem")),
    ("files/vendordata.json", "{}\n"),
    ("objects/quotas.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: quotas\ndata:\n  a: b\n"),
];

fn spec(name: &str) -> String {
    let path = format!("{}/tests/effects/{name}.kdl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compiles a spec with the files beside it.
fn build(spec: &str) -> Compiled {
    let all = FILES.iter().copied().chain([("site.kdl", spec)]);
    let world =
        MemoryWorld::from_iter(all.map(|(path, text)| (format!("sites/test/{path}"), text.as_bytes().to_vec())));
    taco_gen::compile(&world, &LIBRARY, "sites/test")
}

/// What a site gives: its files and what is told of it.
fn outcome(compiled: &Compiled) -> (BTreeMap<String, String>, Vec<String>) {
    let files = compiled.artifacts.iter().flatten();
    let files = files.map(|file| (file.path.clone(), file.printed.text.clone())).collect();
    let told = compiled.diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect();
    (files, told)
}

/// The lines of the spec from which lines of the output, or diagnostics, come.
fn lines_with_effect(compiled: &Compiled) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let origins = compiled.artifacts.iter().flatten().flat_map(|file| &file.printed.lines);
    for origin in origins {
        reach(compiled, &compiled.origins, *origin, &mut seen, &mut lines);
    }
    lines
}

fn reach(
    compiled: &Compiled,
    table: &OriginTable,
    id: OriginId,
    seen: &mut BTreeSet<OriginId>,
    lines: &mut BTreeSet<usize>,
) {
    if !seen.insert(id) {
        return;
    }
    match table.get(id) {
        Origin::Builtin => {}
        Origin::Written(span) => {
            let source = compiled.sources.get(span.file).expect("a source");
            if source.path == "sites/test/site.kdl" {
                lines.insert(source.position(span.start).0);
            }
        }
        Origin::Derived { from, .. } => from.iter().for_each(|id| reach(compiled, table, *id, seen, lines)),
        Origin::Merged { winner, .. } => reach(compiled, table, *winner, seen, lines),
    }
}

/// A line, or a block from its head to its end.
type Unit = std::ops::RangeInclusive<usize>;

/// The lines that can be taken out, each with those of its block.
fn units(spec: &str) -> Vec<Unit> {
    let lines: Vec<&str> = spec.lines().collect();
    let mut units = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim();
        if text.is_empty() || text.starts_with("//") || text.starts_with("site ") || text == "}" {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let end = match text.ends_with('{') {
            true => (index + 1..lines.len()).find(|at| lines[*at] == format!("{}}}", " ".repeat(indent))),
            false => Some(index),
        };
        units.push(index..=end.unwrap_or_else(|| panic!("`{text}` has no end")));
    }
    units
}

/// The spec without a line or block.
fn without(spec: &str, unit: &Unit) -> String {
    let kept = spec.lines().enumerate().filter(|(index, _)| !unit.contains(index)).map(|(_, line)| line);
    kept.collect::<Vec<_>>().join("\n")
}

/// Lines and blocks of a spec without effect. A block has one where a part of it has.
fn silent(spec: &str) -> Vec<String> {
    let compiled = build(spec);
    assert!(compiled.artifacts.is_some(), "diagnostics: {:#?}", compiled.diagnostics);
    let whole = outcome(&compiled);
    let shown = lines_with_effect(&compiled);
    let units = units(spec);
    let is_open = |unit: &Unit| !unit.clone().any(|line| shown.contains(&(line + 1)));
    let open: Vec<&Unit> = units.iter().filter(|unit| is_open(unit)).collect();
    println!("{} lines and blocks, {} without a line of the output", units.len(), open.len());
    let silent: Vec<&Unit> =
        open.par_iter().filter(|unit| outcome(&build(&without(spec, unit))) == whole).copied().collect();
    let is_silent = |unit: &Unit| silent.contains(&unit);
    let inside = |outer: &Unit, unit: &Unit| outer != unit && outer.contains(unit.start());
    let is_whole = |outer: &Unit| units.iter().filter(|unit| inside(outer, unit)).all(is_silent);
    let text = |unit: &Unit| spec.lines().nth(*unit.start()).expect("a line").trim().to_owned();
    silent.iter().filter(|unit| is_whole(unit)).map(|unit| text(unit)).collect()
}

#[test]
fn every_line_that_sets_a_field_has_an_effect() {
    let specs = SPECS.map(spec);
    let count: usize = specs.iter().map(|spec| units(spec).len()).sum();
    assert!(count > 350, "{count} lines and blocks");
    let found: Vec<String> = specs.iter().flat_map(|spec| silent(spec)).collect();
    let unknown: Vec<&String> = found.iter().filter(|line| SILENT.iter().all(|(known, _)| known != line)).collect();
    assert!(unknown.is_empty(), "without effect: {unknown:#?}");
    let idle: Vec<_> = SILENT.iter().filter(|(known, _)| !found.iter().any(|line| line == known)).collect();
    assert!(idle.is_empty(), "excused, and with an effect: {idle:#?}");
}

#[test]
fn a_line_without_effect_is_seen() {
    let spec = "site test {\n    network management cidr=\"192.0.2.0/24\"\n    node aio management=\"192.0.2.11\" { roles controller network compute }\n    kinds \"Widget.example.com/v1\"\n    region Elsewhere\n    service nova {\n        component conductor {\n            volume a at=\"/a\" {\n                until \"2025.1\"\n            }\n        }\n    }\n}\n";
    assert_eq!(silent(spec), ["kinds \"Widget.example.com/v1\""]);
    let idle = spec.replace("until", "since");
    assert_eq!(silent(&idle), ["kinds \"Widget.example.com/v1\"", "since \"2025.1\""]);
}

/// The fields that a document sets, as RECORD.FIELD.
fn set(node: &Node, shape: &Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Record(record) => {
            for (name, entry) in node.as_map().into_iter().flatten() {
                let part = record.parts().find(|part| part.fields.iter().any(|field| field.name == name.as_ref()));
                let Some(part) = part else {
                    if let (Some(rest), Record::REST) = (record.rest, name.as_ref()) {
                        set(&entry.node, &Shape::Map(rest), found);
                    }
                    continue;
                };
                found.insert(format!("{}.{name}", part.name));
                if let Some(field) = part.field(name) {
                    set(&entry.node, &field.shape, found);
                }
            }
        }
        Shape::Sequence(record) => node.items().iter().for_each(|item| set(item, &Shape::Record(record), found)),
        Shape::Table(inner) | Shape::Map(inner) => {
            node.as_map().into_iter().flatten().for_each(|(_, entry)| set(&entry.node, inner, found));
        }
        _ => {}
    }
}

/// All fields of a record and of those below it.
fn all(record: &'static Record, known: &mut BTreeSet<String>) {
    for part in record.parts() {
        for field in part.fields {
            if known.insert(format!("{}.{}", part.name, field.name)) {
                below(&field.shape, known);
            }
        }
    }
}

fn below(shape: &Shape, known: &mut BTreeSet<String>) {
    match shape {
        Shape::Record(record) | Shape::Sequence(record) => all(record, known),
        Shape::Table(inner) | Shape::Map(inner) | Shape::List(inner) => below(inner, known),
        _ => {}
    }
}

/// The fields that a spec sets.
fn said(text: &str) -> BTreeSet<String> {
    let document = Document { path: "sites/test/site.kdl", text, file: FileId(0), embedded: None };
    let mut sink = Sink::default();
    let tree = read(&document, Form::Single("site", Site::record()), &mut sink).expect("a tree");
    assert!(matches!(tree.value, Value::Map(_)));
    let mut said = BTreeSet::new();
    set(&tree, &Shape::Record(Site::record()), &mut said);
    said
}

#[test]
fn the_specs_of_effects_set_every_field() {
    let said: BTreeSet<String> = SPECS.iter().flat_map(|name| said(&spec(name))).collect();
    let mut known = BTreeSet::new();
    all(Site::record(), &mut known);
    assert!(known.len() > 250 && Overlay::record().includes.len() == 2, "{} fields", known.len());
    let is_excused = |name: &str| ELSEWHERE.iter().any(|(field, _)| *field == name);
    let missing: Vec<&String> = known.difference(&said).filter(|name| !is_excused(name)).collect();
    assert!(missing.is_empty(), "fields that no spec sets: {missing:#?}");
    let idle: Vec<_> = ELSEWHERE.iter().filter(|(name, _)| !known.contains(*name) || said.contains(*name)).collect();
    assert!(idle.is_empty(), "excused, and set or unknown: {idle:?}");
}

/// Sites between which every service is on and every choice of back ends is made.
const BASES: [&str; 2] = ["ovn ceph-external", "ovs nfs"];

fn base(overlays: &str, said: &str) -> String {
    let ceph = if overlays.contains("ceph") {
        "service ceph { monitors \"192.0.2.201\"; fsid \"2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10\" }; service etcd { enabled #true }"
    } else {
        "service cinder { nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\" }; service glance { volume-source nfs; nfs-share \"192.0.2.9:/c\" }; service mariadb { backup #true }; service nova { archive on }"
    };
    format!(
        "site test {{ overlays {overlays}; network management cidr=\"192.0.2.0/24\" {{ ntp \"198.51.100.1\" }}; network external physical=physnet1\n\
         node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" {{ roles controller network compute; interface eno2 bridge=br-ex }}\n{ceph}\n{said}\n}}"
    )
}

/// Another value than the setting has.
fn other(setting: &Setting) -> Option<String> {
    let now = setting.default.as_ref().and_then(|value| value.literal()).unwrap_or_default();
    if let Some(word) = setting.choices.iter().find(|word| word.as_str() != now) {
        return Some(format!("\"{word}\""));
    }
    Some(match setting.kind {
        SettingType::Boolean => format!("#{}", now != "true"),
        SettingType::Integer => {
            let number: i64 = now.parse().ok()?;
            let most = setting.maximum.map_or(i64::MAX, |bound| bound.0);
            (if number < most { number + 1 } else { number - 1 }).to_string()
        }
        SettingType::Quantity => "\"77Gi\"".to_owned(),
        SettingType::Json => format!("[{{\"now\":\"{now}7\"}}]"),
        SettingType::Text | SettingType::List => format!("\"{now}7\""),
    })
}

#[test]
fn every_setting_has_an_effect() {
    let whole: Vec<_> = BASES.iter().map(|overlays| outcome(&compile_spec(&base(overlays, "")))).collect();
    let services = LIBRARY.catalog.services.values();
    let all: Vec<(&str, &str, &Setting)> = services
        .flat_map(|service| {
            service.settings.iter().map(|(name, setting)| (service.name.as_str(), name.as_str(), setting))
        })
        .collect();
    assert!(all.len() > 50, "{} settings", all.len());
    let silent: Vec<String> = all
        .par_iter()
        .filter(|(service, name, setting)| {
            let Some(value) = other(setting) else { return true };
            let said = format!("service {service} {{ {name} {value} }}");
            BASES.iter().zip(&whole).all(|(overlays, whole)| outcome(&compile_spec(&base(overlays, &said))) == *whole)
        })
        .map(|(service, name, _)| format!("{service}.{name}"))
        .collect();
    assert!(silent.is_empty(), "settings without effect: {silent:?}");
}
