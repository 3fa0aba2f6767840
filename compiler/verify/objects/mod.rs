//! Kubernetes objects of a site to diagnostics: what the API server of its release would refuse, and what would never work.
//!
//! First each object alone, against the type of its kind; then what no type says: that what one object names, another is.
//!
//! Invariant: nothing is asked of a cluster, and no object is changed.

mod exclusive;
pub mod folder;
mod form;
mod gate;
mod given;
mod kind;
mod own;
mod place;
mod pod;
mod references;
mod selector;
mod site;
mod size;
mod start;
mod table;
mod text;
mod walk;

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::SecretRead;
use crate::link::Linked;
use crate::lower::object::PlacedObject;
use crate::origin::OriginTable;
use crate::spec::site::Traced;
use crate::tree::embedded::Packed;

use given::{Given, Secrets};
use place::{Place, Report};
use site::Site;
use table::Table;
use walk::Walk;

/// The table of types.
pub const TYPES: &str = "schema/kubernetes/types.json";

/// Checks all objects for a release such as `1.35`; `kinds` are those that the spec adds, as `Foo.example.com/v1`.
pub fn check(
    (linked, placed): (&Linked, &[PlacedObject]),
    origins: &OriginTable,
    kubernetes: &str,
    kinds: &[Traced<String>],
    sink: &mut Sink,
) {
    let all = linked.objects.iter().map(|object| &object.item);
    let objects = all.chain(placed.iter().map(|object| &object.item)).collect();
    let own = linked.objects.iter().enumerate().filter_map(|(at, object)| Some((at, object.marks.own?))).collect();
    let given = Given { objects, origins, own, secrets: Some(secrets(linked)) };
    verify(&given, kubernetes, kinds, sink);
}

/// The Secrets that the site's password store makes, and those of config files' drop-ins.
fn secrets(linked: &Linked) -> Secrets {
    let mut secrets = Secrets::new();
    for read in linked.reads.keys() {
        match read {
            SecretRead::Object(object) => drop(secrets.insert(object.name(), None)),
            SecretRead::Value(id) => {
                let keys = secrets.entry(id.object().name()).or_insert_with(|| Some(BTreeSet::new()));
                keys.iter_mut().for_each(|known| known.extend([id.key()]));
            }
        }
    }
    secrets.extend(linked.secrets.iter().map(|secret| {
        let keys = secret.keys.iter().map(|(key, _)| key.clone()).collect();
        (secret.name.clone(), Some(keys))
    }));
    let drop_ins = linked.files.iter().filter(|linked| linked.drop_in.is_some());
    secrets.extend(drop_ins.map(|linked| (linked.file.secret_object.name(), None)));
    secrets
}

fn verify(given: &Given<'_>, kubernetes: &str, kinds: &[Traced<String>], sink: &mut Sink) {
    let text = Packed::find(TYPES).map(Packed::text).unwrap_or_default();
    let releases = Table::releases(&text);
    let Some(release) = table::minor(kubernetes).filter(|_| releases.iter().any(|known| known == kubernetes)) else {
        let message = format!("no types of Kubernetes `{kubernetes}`, expected one of {}", releases.join(", "));
        return sink.push(Diagnostic::global("TG0501", message));
    };
    let mut table = Table::new(&text, release);
    let declared = declared(kinds, sink);
    let mut report = Report::new(given.origins, sink);
    for (at, object) in given.objects.iter().enumerate() {
        let place = Place::root(object);
        if let Some(own) = given.own.get(&at)
            && let Some(diagnostic) = own::scope(&table, own, &place)
        {
            report.sink.push(diagnostic);
            continue;
        }
        if let Some(form) = kind::form(&table, &declared, &place, &mut report) {
            Walk { table: &mut table, report: &mut report }.check(&form, &place);
        }
    }
    let site = Site::new(given, &mut report);
    for object in &given.objects {
        let place = Place::root(object);
        size::check(&place, &mut report);
        pod::check(&place, &mut report);
        start::check(&place, &mut report);
        selector::check(&site, &place, &mut report);
        references::check(&site, &place, &mut report);
        gate::check(&site, &place, &mut report);
    }
    report.settle();
}

/// Kinds that a spec names, as the table's keys: `Foo.example.com/v1` is `example.com/v1 Foo`.
fn declared(kinds: &[Traced<String>], sink: &mut Sink) -> Vec<String> {
    let mut declared = vec![];
    for kind in kinds {
        match kind.value.split_once('.') {
            Some((name, version)) if version.contains('/') && !name.is_empty() => {
                declared.push(format!("{version} {name}"));
            }
            _ => {
                let message =
                    format!("`{}` is not a valid kind, expected a form such as `Foo.example.com/v1`", kind.value);
                sink.push(Diagnostic::error("TG0810", kind.span, message));
            }
        }
    }
    declared
}
