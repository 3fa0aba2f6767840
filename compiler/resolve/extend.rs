//! The catalog as a site extends it: what a spec adds to the pods of services stands in them like the service's own.
//!
//! Invariant: a site that adds nothing has the catalog as it was loaded; whatever reads pods reads the additions too.

mod back_ends;
mod files;
mod pods;
mod resources;

use std::borrow::Cow;

use self::pods::{Of, pods};
use crate::catalog::Catalog;
use crate::catalog::expr::Qualified;
use crate::catalog::mount::Volume;
use crate::catalog::overlay::{PodAdditions, ServiceSpec};
use crate::catalog::placement::PodSettings;
use crate::catalog::pod::{Container, Pod};
use crate::catalog::service::{ComponentKind, Service};
use crate::diag::{Diagnostic, Sink, unknown};
use crate::span::Span;
use crate::spec::site::{Group, Site};
use crate::tree::record::Table;
use crate::tree::word::Word;

/// The catalog as the site extends it, or as a host group of it does.
pub fn extend<'c>(catalog: &'c Catalog, site: &Site, group: Option<&Group>, sink: &mut Sink) -> Cow<'c, Catalog> {
    let of_group = group.into_iter().flat_map(|group| group.services.values());
    let mut specs = site.services.values().chain(of_group);
    let says_more = site.pods.is_some() || site.resources.is_some() || back_ends::names_some(site);
    if !says_more && !specs.any(|spec| adds(spec) || files::names_some(catalog, spec)) {
        return Cow::Borrowed(catalog);
    }
    if let Some(settings) = &site.pods {
        tolerations(settings, sink);
        labels(settings, sink);
    }
    let mut extended = catalog.clone();
    extended.site_secrets = site.secrets.keys().map(ToString::to_string).collect();
    images(&mut extended, site);
    back_ends::enter(&mut extended, site);
    extended.networks.extend(site.networks.keys().cloned());
    for service in extended.services.values_mut() {
        pods(service).for_each(|(_, pod, _)| pod.own.settings.extend(site.pods.clone()));
        if let Some(resources) = &site.resources {
            resources::secrets(service, site, resources);
        }
        let name = service.name.value.clone();
        let of_group = group.and_then(|group| group.services.get(name.as_str()));
        for spec in site.services.get(name.as_str()).into_iter().chain(of_group) {
            of_service(service, spec, sink);
        }
    }
    Cow::Owned(extended)
}

/// Does it add to pods?
fn adds(spec: &ServiceSpec) -> bool {
    let says = |(settings, additions): (&PodSettings, &PodAdditions)| !settings.is_empty() || !additions.is_empty();
    let components = spec.components.values().map(|said| (&said.settings, &said.additions));
    let mut said = components.chain(spec.jobs.values().map(|said| (&said.settings, &said.additions)));
    spec.pods.is_some() || said.any(says)
}

/// Images of the site's own that its containers run.
fn images(catalog: &mut Catalog, site: &Site) {
    let specs = site.services.values().chain(site.groups.values().flat_map(|group| group.services.values()));
    let keys: Vec<&Word> =
        specs.flat_map(additions).flat_map(PodAdditions::containers).filter_map(|one| one.image.as_ref()).collect();
    for (key, image) in site.images.iter().filter(|(key, _)| keys.contains(key)) {
        let is_known = |known: &crate::catalog::release::Release| known.images.contains_key(key);
        if !catalog.images.contains_key(key) && !catalog.releases.values().any(is_known) {
            catalog.images.0.insert(key.clone(), (**image).clone());
        }
    }
}

fn additions(spec: &ServiceSpec) -> impl Iterator<Item = &PodAdditions> {
    let components = spec.components.values().map(|component| &component.additions);
    components.chain(spec.jobs.values().map(|job| &job.additions))
}

fn of_service(service: &mut Service, spec: &ServiceSpec, sink: &mut Sink) {
    files::enter(service, spec);
    for (name, pod, of) in pods(service) {
        pod.own.settings.extend(spec.pods.clone());
        let said = match of {
            Of::Component(_) => spec.components.get(name).map(|said| (&said.settings, &said.additions)),
            Of::Job => spec.jobs.get(name).map(|said| (&said.settings, &said.additions)),
        };
        let Some((settings, additions)) = said else { continue };
        spreads(settings, (name, of), sink);
        pod.own.settings.push(settings.clone());
        Adder { pod, name, sink }.add(additions);
    }
    for settings in spec.pods.iter().chain(spec.components.values().map(|said| &said.settings)) {
        tolerations(settings, sink);
        labels(settings, sink);
    }
    spec.jobs.values().for_each(|said| {
        tolerations(&said.settings, sink);
        labels(&said.settings, sink);
    });
}

/// Pods that are one a node, or end, are not spread.
fn spreads(settings: &PodSettings, (name, of): (&Word, Of), sink: &mut Sink) {
    let what = match of {
        Of::Component(ComponentKind::DaemonSet) => "a DaemonSet, which has a pod on each node",
        Of::Job => "a Job, which has one pod",
        Of::Component(_) => return,
    };
    for spread in settings.spreads.values() {
        let message = format!("`topology-spread` has no effect: `{name}` is {what}");
        sink.push(Diagnostic::error("TG0517", spread.label.span, message).hint("remove it"));
    }
}

/// What cannot hold of tolerations.
fn tolerations(settings: &PodSettings, sink: &mut Sink) {
    for toleration in settings.tolerations.values() {
        let taint = &toleration.taint;
        if let Some(seconds) = toleration.seconds.as_ref().filter(|_| !toleration.is_evicting()) {
            let message = format!("`seconds` of the toleration of `{taint}` has no effect without `effect=NoExecute`");
            let hint = "only that effect makes a running pod leave its node";
            sink.push(Diagnostic::error("TG0450", seconds.span, message).hint(hint));
        }
        if let Some(value) = toleration.value.as_ref().filter(|_| *taint == *"*") {
            let message = format!("the toleration of every taint has the value `{value}`, expected none");
            sink.push(Diagnostic::error("TG0450", value.span, message).hint("name the taint that has it"));
        }
    }
}

/// Labels and annotations that are taco-gen's own.
fn labels(settings: &PodSettings, sink: &mut Sink) {
    let is_own = |key: &str| key.starts_with("app.kubernetes.io/") || key.starts_with("taco-gen/");
    for key in settings.labels.keys().chain(settings.annotations.keys()).filter(|key| is_own(key)) {
        let message = format!("`{key}` is set already: pods are selected and started again by it");
        sink.push(Diagnostic::error("TG0451", key.span, message).hint("choose another name"));
    }
}

/// What is added to a pod.
struct Adder<'p, 's> {
    pod: &'p mut Pod,
    name: &'p Word,
    sink: &'s mut Sink,
}

impl Adder<'_, '_> {
    fn add(mut self, additions: &PodAdditions) {
        self.pod.egress.extend(additions.egress.iter().cloned());
        self.pod.main.env.0.extend(additions.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        for (name, mount) in &additions.secrets {
            if self.is_free("secret", name, self.pod.main.secrets.get_key_value(name).map(|(known, _)| known.span)) {
                let mut mount = mount.clone();
                mount.secret = Qualified::of(name.clone());
                self.pod.main.secrets.insert(name.clone(), mount);
            }
        }
        for (name, container) in &additions.init {
            if let Some(container) = self.container(name, container) {
                self.pod.init.insert(name.clone(), container);
            }
        }
        for (name, container) in &additions.sidecars {
            if let Some(container) = self.container(name, container) {
                self.pod.sidecars.insert(name.clone(), container);
            }
        }
        for (name, volume) in &additions.volumes {
            self.volume(name, &volume.volume, &volume.containers);
        }
        for (name, file) in &additions.files {
            let known: Vec<String> = self.containers();
            for word in file.containers.iter().filter(|word| !known.contains(&word.value)) {
                self.sink.push(unknown(
                    "TG0505",
                    "container of the pod",
                    word,
                    word.span,
                    known.iter().map(String::as_str),
                ));
            }
            self.pod.own.files.insert(name.clone(), file.clone());
        }
    }

    /// Is the name free? One that is taken is a diagnostic.
    fn is_free(&mut self, what: &str, name: &Word, taken: Option<Span>) -> bool {
        let Some(span) = taken else { return true };
        let message = format!("the pod of `{}` has a {what} `{name}` already", self.name);
        self.sink.push(
            Diagnostic::error("TG0451", name.span, message)
                .also(span, "the one that it has")
                .hint("choose another name"),
        );
        false
    }

    fn containers(&self) -> Vec<String> {
        let others = self.pod.init.keys().chain(self.pod.sidecars.keys());
        std::iter::once(self.name).chain(others).map(|name| name.value.clone()).collect()
    }

    /// A container of a name that is free.
    fn container(&mut self, name: &Word, container: &Container) -> Option<Container> {
        let key = |table: &Table<Container>| table.get_key_value(name).map(|(known, _)| known.span);
        let main = (name.value == self.name.value).then_some(self.name.span);
        let taken = key(&self.pod.init).or(key(&self.pod.sidecars)).or(main);
        self.is_free("container", name, taken).then(|| container.clone())
    }

    fn volume(&mut self, name: &Word, volume: &Volume, wanted: &[Word]) {
        let key = |container: &Container| container.volumes.get_key_value(name).map(|(known, _)| known.span);
        let taken = self.pod.containers().find_map(key);
        if !self.is_free("volume", name, taken) {
            return;
        }
        if wanted.is_empty() {
            self.pod.main.volumes.insert(name.clone(), volume.clone());
        }
        let known = self.containers();
        for word in wanted {
            let container = match (self.name.value == word.value, self.pod.init.get_mut(word)) {
                (true, _) => Some(&mut self.pod.main),
                (false, Some(init)) => Some(init),
                (false, None) => self.pod.sidecars.get_mut(word),
            };
            match container {
                Some(container) => drop(container.volumes.insert(name.clone(), volume.clone())),
                None => {
                    let known = known.iter().map(String::as_str);
                    self.sink.push(unknown("TG0505", "container of the pod", word, word.span, known));
                }
            }
        }
    }
}
