//! Back ends under their names, in the catalog: what a kind has under a name becomes the service's own.
//!
//! Invariant: a kind under one name adds to the services what it adds under any other.

use crate::catalog::Catalog;
use crate::catalog::back_end::{BackEnd, PodPart, place, setting, text_with_name, with_name};
use crate::catalog::expr::Qualified;
use crate::catalog::file::{Fragment, FragmentNames};
use crate::catalog::pod::{Container, Pod};
use crate::catalog::service::Service;
use crate::diag::{Sink, unknown};
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described};
use crate::tree::word::Word;

/// The catalog with one back end of each kind, for what is wrong with a kind to be told when it is loaded.
pub fn sampled(catalog: &Catalog, sink: &mut Sink) -> Catalog {
    let mut sampled = catalog.clone();
    for (service, known) in &catalog.services {
        for (kind, declared) in &known.back_ends {
            let name = Word::new(sample_name(kind), place(declared));
            add(&mut sampled, service, (kind, &name), sink);
        }
    }
    sampled
}

/// The name of the back end of a kind in the catalog with one of each.
pub fn sample_name(kind: &str) -> String {
    format!("sample-{kind}")
}

/// Gives a service, and the pods of others, what a kind has under a name.
pub fn add(catalog: &mut Catalog, service: &str, (kind, name): (&str, &str), sink: &mut Sink) {
    let releases: Vec<String> = catalog.releases.keys().map(ToString::to_string).collect();
    let mut decoder = Decoder { releases: &releases, sink };
    let Some(owner) = catalog.services.get_mut(service) else { return };
    let Some(mut made) = owner.back_ends.get(kind).and_then(|kind| kind.named(name, &mut decoder)) else { return };
    let parts = std::mem::take(&mut made.pods);
    fragments(owner, (name, &made), &mut decoder);
    items(owner, name, made);
    for (at, part) in parts {
        let wanted = Qualified::of(at.clone());
        let found = catalog.services.get_mut(wanted.service(service)).and_then(|owner| pod(owner, &wanted.name));
        match found {
            Some(pod) => add_part(pod, part, decoder.sink),
            None => {
                let known: Vec<String> = catalog.services.values().flat_map(workloads).collect();
                let known = known.iter().map(String::as_str);
                decoder.sink.push(unknown("TG0516", "component or job", &at, at.span, known));
            }
        }
    }
}

fn pod<'s>(service: &'s mut Service, name: &str) -> Option<&'s mut Pod> {
    let component = service.components.get_mut(name).map(|component| &mut component.pod);
    component.or_else(|| service.jobs.get_mut(name).map(|job| &mut job.pod))
}

fn workloads(service: &Service) -> impl Iterator<Item = String> + '_ {
    service.components.keys().chain(service.jobs.keys()).map(|id| format!("{}/{id}", service.name))
}

fn items(service: &mut Service, name: &str, made: BackEnd) {
    service.settings.extend(made.settings.into_iter().map(|(own, declared)| (setting(name, &own), declared)));
    service.databases.extend(made.databases);
    service.virtual_hosts.extend(made.virtual_hosts);
    service.endpoints.extend(made.endpoints);
    service.secrets.extend(made.secrets);
    service.files.extend(made.files);
    for (id, mut component) in made.components {
        component.object = format!("{}-{}", service.name, component.moved_from.as_deref().unwrap_or(&id));
        service.components.insert(id, component);
    }
    service.jobs.extend(made.jobs);
}

/// The fragments that the files of the back end start from, and those that it adds to files that are there anyway.
fn fragments(service: &mut Service, (name, made): (&str, &BackEnd), decoder: &mut Decoder<'_>) {
    for (file, fragments) in made.fragments.iter() {
        match service.files.get_mut(file) {
            Some(file) => file.fragments.push(FragmentNames::always(fragments.clone(), made.span)),
            None => {
                let known = service.files.keys().map(Word::as_str);
                decoder.sink.push(unknown("TG0516", "file", file, file.span, known));
            }
        }
    }
    let added = made.fragments.values().flatten();
    let own = made.files.values().flat_map(|file| file.fragment_names()).map(|(name, _)| name);
    let wanted: Vec<&str> = added.chain(own).chain(made.files.keys()).map(Word::as_str).collect();
    let templates = service.templates.iter().map(|(template, node)| (text_with_name(template, name), node));
    let templates: Vec<(String, Node)> = templates
        .filter(|(template, _)| wanted.contains(&template.as_str()))
        .map(|(template, node)| (template, with_name(node, name)))
        .collect();
    for (template, node) in templates {
        if let Some(fragment) = Fragment::decode(&node, decoder) {
            service.fragments.insert(template, fragment);
        }
    }
}

/// What the pod has already, of another back end, stays.
fn add_part(pod: &mut Pod, part: PodPart, sink: &mut Sink) {
    let (main, others) = (&mut pod.main, pod.init.iter_mut().chain(pod.sidecars.iter_mut()));
    let mut wanted: Vec<&mut Container> = Vec::new();
    let mut known: Vec<&Word> = Vec::new();
    for (name, container) in others {
        known.push(name);
        if part.containers.contains(name) {
            wanted.push(container);
        }
    }
    for name in part.containers.iter().filter(|name| !known.contains(name)) {
        let known = known.iter().map(|name| name.as_str());
        sink.push(unknown("TG0516", "init container or sidecar of the pod", name, name.span, known));
    }
    if part.containers.is_empty() {
        wanted.push(main);
    }
    for container in wanted {
        container.mounts.extend(part.mounts.clone());
        for (name, mut mount) in part.secrets.clone() {
            mount.secret = Qualified::of(name.clone());
            container.secrets.insert(name, mount);
        }
        for (name, volume) in part.volumes.clone() {
            container.volumes.entry(name).or_insert(volume);
        }
    }
    pod.sidecars.extend(part.sidecars);
    pod.after.extend(part.after);
    let new: Vec<_> = part.egress.into_iter().filter(|to| !pod.egress.contains(to)).collect();
    pod.egress.extend(new);
}
