//! Names of secrets, components, peers, networks, labels, images, files and options: each looked up.
//!
//! Invariant: as in [`super`].

use super::{Binder, Kind, Place};
use crate::catalog::bounds::Bounds;
use crate::catalog::expr::{OptionPath, Qualified};
use crate::catalog::service::{Component, File};
use crate::diag::{Diagnostic, nearest, unknown};
use crate::tree::word::Word;

impl<'c> Binder<'c, '_> {
    pub(super) fn secret(&mut self, place: Place<'c>, name: &Qualified, key: Option<&Word>) {
        let Some(owner) = self.owner(place, name.service.as_ref()) else { return };
        self.uses(Kind::Secret, &owner.name, &name.name);
        if name.service.is_none() && self.catalog.site_secrets.contains(name.name.as_str()) {
            return;
        }
        let Some(secret) = owner.secrets.get(&name.name) else {
            let what = format!("secret of service `{}`", owner.name);
            return self.unknown(&what, &name.name, owner.secrets.keys().map(Word::as_str));
        };
        let what = format!("secret `{}` of service `{}`", name.name, owner.name);
        self.there(place, name.name.span, &what, [&owner.bounds, &secret.bounds]);
        if let Some(key) = key.filter(|key| **key != *secret.kind.key()) {
            self.unknown(&format!("key of {what}"), key, [secret.kind.key()]);
        }
    }

    pub(super) fn own_component(&mut self, place: Place<'c>, name: &Word) {
        let _ = self.component(place, &Qualified { service: None, name: name.clone() });
    }

    pub(super) fn component(&mut self, place: Place<'c>, name: &Qualified) -> Option<&'c Component> {
        let owner = self.owner(place, name.service.as_ref())?;
        let found = owner.components.get(&name.name);
        match found {
            Some(component) => {
                let what = format!("component `{}` of service `{}`", name.name, owner.name);
                self.there(place, name.name.span, &what, [&owner.bounds, &component.pod.main.bounds]);
            }
            None => {
                let what = format!("component of service `{}`", owner.name);
                self.unknown(&what, &name.name, owner.components.keys().map(Word::as_str));
            }
        }
        found
    }

    pub(super) fn network(&mut self, name: &Word) {
        let known = &self.catalog.networks;
        if !known.contains(name) {
            self.unknown("network", name, known.iter().map(Word::as_str));
        }
    }

    pub(super) fn label(&mut self, label: &Word) {
        let catalog = self.catalog;
        let known = || catalog.roles.values().flat_map(|role| &role.labels).map(Word::as_str);
        // As for names in conditions, a site's own role may bring others.
        if !known().any(|known| *label == known) && nearest(label, known()).is_some() {
            self.unknown("node label", label, known());
        }
    }

    /// An image that every release of the place has; told at the word, or at what takes it by name.
    pub(super) fn image(&mut self, place: Place<'c>, key: &str, word: &Word) {
        let catalog = self.catalog;
        self.uses(Kind::Image, "", key);
        if catalog.images.contains_key(key) || place.range.first > place.range.last {
            return;
        }
        let releases = || catalog.releases.values();
        if !releases().any(|release| release.images.contains_key(key)) {
            let known = releases().flat_map(|release| release.images.keys()).chain(catalog.images.keys());
            let word = Word::new(key, word.span);
            return self.push(super::UNKNOWN, word.span, || {
                let diagnostic = unknown(super::UNKNOWN, "image", &word, word.span, known.map(Word::as_str));
                let is_reference = key.contains(['/', ':']);
                if is_reference {
                    diagnostic.hint(format!("name it by a key: `image NAME \"{key}\"`"))
                } else {
                    diagnostic
                }
            });
        }
        let span = place.range.last + 1 - place.range.first;
        let of_place = catalog.releases.iter().skip(place.range.first).take(span);
        // A release that a project adds need not have the images of services that no site of it runs.
        for (name, _) in of_place.filter(|(_, release)| !release.is_added && !release.images.contains_key(key)) {
            self.push(super::RELEASES, word.span, || {
                let first = catalog.releases.iter().find(|(_, release)| release.images.contains_key(key));
                let message = format!("release `{name}` has no image `{key}`");
                let diagnostic = Diagnostic::error(super::RELEASES, word.span, message);
                match first {
                    Some((first, _)) => diagnostic.hint(format!("the first that has one is {first}: `since {first}`")),
                    None => diagnostic,
                }
            });
        }
    }

    /// A file of the place's service.
    pub(super) fn file(&mut self, place: Place<'c>, name: &Word) -> Option<&'c File> {
        let service = place.service;
        self.uses(Kind::File, &service.name, name);
        let found = service.files.get(name);
        match found {
            Some(file) => {
                let what = format!("file `{name}` of service `{}`", service.name);
                self.there(place, name.span, &what, [&service.bounds, &file.bounds]);
            }
            None => {
                let what = format!("file of service `{}`", service.name);
                self.unknown(&what, name, service.files.keys().map(Word::as_str));
            }
        }
        found
    }

    /// An option of a file of the place's service; where there is a value for it unset, the option tables know it.
    pub(super) fn option(&mut self, place: Place<'c>, path: &OptionPath, default: Option<&str>) {
        if self.file(place, &path.file).is_none() || default.is_some() {
            return;
        }
        self.set_option(place, path);
    }

    /// An option that the stock sets in a file.
    pub(super) fn set_option(&mut self, place: Place<'c>, path: &OptionPath) {
        let sections = self.catalog.fragments_of(place.service, &path.file);
        let of_section: Vec<_> = sections.iter().filter_map(|fragment| fragment.get(&path.section)).collect();
        if of_section.is_empty() {
            let known: Vec<&str> = sections.iter().flat_map(|fragment| fragment.keys()).map(Word::as_str).collect();
            return self.unknown(&format!("section of `{}`", path.file), &path.section, known);
        }
        if !of_section.iter().any(|options| options.contains_key(&path.option)) {
            let known: Vec<&str> = of_section.iter().flat_map(|options| options.keys()).map(Word::as_str).collect();
            self.unknown(&format!("option in `[{}]` of `{}`", path.section, path.file), &path.option, known);
        }
    }

    /// Services that must be on can be; one that comes later is required from then on.
    pub(super) fn required(&mut self, place: Place<'c>, name: &Word) {
        if let Some(owner) = self.owner(place, Some(name)) {
            let bounds = Bounds { since: None, ..owner.bounds.clone() };
            self.there(place, name.span, &format!("service `{name}`"), [&bounds, &bounds]);
        }
    }

    /// A capability or an endpoint.
    pub(super) fn need(&mut self, place: Place<'c>, name: &Word) {
        let services = &self.catalog.services;
        if services.values().any(|service| service.provides.contains_key(name)) {
            return self.capability(place, name);
        }
        if services.values().any(|service| service.endpoints.contains_key(name)) {
            return self.endpoint(place, name);
        }
        self.no_peer(name);
    }

    /// A capability or an endpoint that may be off, and so in another release too.
    pub(super) fn peer(&mut self, name: &Word) {
        let services = self.catalog.services.values();
        let owners = services.filter_map(|service| match service.provides.contains_key(name) {
            true => Some((Kind::Capability, service)),
            false => service.endpoints.contains_key(name).then_some((Kind::Endpoint, service)),
        });
        let owners: Vec<_> = owners.collect();
        owners.iter().for_each(|(kind, owner)| self.uses(*kind, &owner.name, name));
        if owners.is_empty() {
            self.no_peer(name);
        }
    }

    fn no_peer(&mut self, name: &Word) {
        let services = self.catalog.services.values();
        let known = services.flat_map(|service| service.provides.keys().chain(service.endpoints.keys()));
        let known: Vec<&str> = known.map(Word::as_str).collect();
        self.unknown("capability or endpoint", name, known);
    }
}
