//! What overlays and specs say of services: the names of services, settings, components, files and images.
//!
//! Invariant: as in [`super`]; an overlay is checked whether or not a site takes it, a spec whether or not a service is on.

use std::collections::BTreeSet;

use super::rollout::rollout;
use crate::catalog::Catalog;
use crate::catalog::overlay::{Common, ServiceSpec};
use crate::catalog::service::{Service, check_setting};
use crate::diag::{Diagnostic, Sink, nearest, unknown};
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Table, field};
use crate::tree::word::{Word, word_of};

/// Binds the tree of an overlay.
pub fn overlay(catalog: &Catalog, tree: &Node, sink: &mut Sink) {
    let releases: Vec<String> = catalog.releases.keys().map(ToString::to_string).collect();
    let mut decoder = Decoder { releases: &releases, sink };
    let said = field::<Table<ServiceSpec>>(tree, "service", &mut decoder, |_, _| None).unwrap_or_default();
    services(catalog, &said, sink);
    for name in ["default-since", "default-until"].into_iter().filter_map(|field| word_of(tree.get(field)?)) {
        if !catalog.releases.contains_key(&name) {
            let known = catalog.releases.keys().map(Word::as_str);
            sink.push(unknown("TG0501", "OpenStack release", &name, name.span, known));
        }
    }
}

/// Binds the names of the overlays that an overlay requires.
pub fn required(overlays: &[&str], tree: &Node, sink: &mut Sink) {
    for node in tree.get("requires").map_or(&[][..], Node::items) {
        let Some(name) = word_of(node).filter(|name| !overlays.contains(&name.as_str())) else { continue };
        sink.push(unknown("TG0301", "overlay", &name, name.span, overlays.iter().copied()));
    }
}

/// Binds what is said of services.
pub fn services(catalog: &Catalog, said: &Table<ServiceSpec>, sink: &mut Sink) {
    for spec in said.values() {
        match catalog.services.get(spec.name.as_str()) {
            Some(known) => service(known, spec, sink),
            None => {
                let known = catalog.services.keys().map(String::as_str);
                sink.push(unknown("TG0502", "service", &spec.name, spec.name.span, known));
            }
        }
    }
}

/// Binds the keys of images: those of a release, or of all releases where it is unknown.
pub fn images(catalog: &Catalog, said: &Common, sink: &mut Sink) {
    let release = catalog.releases.get(said.release.openstack.as_str());
    let releases = release.map_or_else(|| catalog.releases.values().collect(), |release| vec![release]);
    let keys = releases.into_iter().flat_map(|release| release.images.keys()).chain(catalog.images.keys());
    let known: BTreeSet<&str> = keys.map(Word::as_str).collect();
    for key in said.images.keys().chain(said.floating_images.iter()).filter(|key| !known.contains(key.as_str())) {
        sink.push(unknown("TG0513", "image", key, key.span, known.iter().copied()));
    }
}

fn service(service: &Service, spec: &ServiceSpec, sink: &mut Sink) {
    let owner = &service.name;
    for (name, value) in &spec.settings {
        match service.settings.get(name) {
            Some(setting) => check_setting(owner, (name, setting), value, sink),
            None => sink.push(unknown_setting(service, name)),
        }
    }
    let components: Vec<&str> = service.components.keys().map(Word::as_str).collect();
    for name in spec.components.keys().filter(|name| !components.contains(&name.as_str())) {
        let what = format!("component of service `{owner}`");
        sink.push(unknown("TG0505", &what, name, name.span, components.iter().copied()));
    }
    let of_clients = service.provides.values().flat_map(|provide| provide.jobs.keys());
    let jobs: Vec<&str> = service.jobs.keys().chain(of_clients).map(Word::as_str).collect();
    for name in spec.jobs.keys().filter(|name| !jobs.contains(&name.as_str())) {
        sink.push(unknown("TG0505", &format!("job of service `{owner}`"), name, name.span, jobs.iter().copied()));
    }
    for (name, said) in &spec.components {
        if let Some(component) = service.components.get(name.as_str()) {
            rollout(&format!("{owner}/{name}"), component, said, sink);
        }
    }
    let files: Vec<&str> = service.files.keys().map(Word::as_str).collect();
    for name in spec.config.keys().chain(spec.extra.keys()).filter(|name| service.file_of(name).is_none()) {
        let what = format!("file of service `{owner}`");
        let known = files.iter().copied().filter(|file| name.as_str() != *file);
        sink.push(unknown("TG0504", &what, name, name.span, known));
    }
}

/// An unknown setting, with all settings that the service has.
fn unknown_setting(service: &Service, name: &Word) -> Diagnostic {
    let known: Vec<&str> = service.settings.keys().map(Word::as_str).collect();
    let fields = ServiceSpec::record().fields.iter().map(|field| field.name);
    let mut diagnostic =
        Diagnostic::error("TG0503", name.span, format!("unknown setting `{name}` of service `{}`", service.name));
    if let Some(near) = nearest(name, known.iter().copied().chain(fields)) {
        diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
    }
    match known.is_empty() {
        true => diagnostic.hint(format!("`{}` has no settings; its options are set with `config`", service.name)),
        false => diagnostic.hint(format!("settings of `{}`: {}", service.name, known.join(", "))),
    }
}
