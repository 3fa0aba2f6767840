//! The catalog: services, releases and roles as data.
//!
//! The language is described here, each record once; `tree::record` makes of it the check, the decoder and the schemas.
//!
//! Invariant: nothing here depends on a site.

pub mod back_end;
pub mod bind;
pub mod bounds;
pub mod client;
pub mod cni;
pub mod component;
pub mod egress;
pub mod endpoint;
pub mod expr;
pub mod file;
pub mod host_run;
pub mod interface;
pub mod load;
pub mod manual;
pub mod mount;
pub mod named;
pub mod overlay;
pub mod patch;
pub mod placement;
pub mod pod;
pub mod qualified;
pub mod release;
pub mod resource;
pub mod rule;
pub mod scalar;
pub mod secret;
pub mod service;
pub mod setting;
pub mod target;
pub mod url;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::tree::record::Entries;
use crate::tree::word::Word;
use bounds::Bounds;
use file::Fragment;
use release::{Images, Release, Releases, Role};
use resource::ResourceKind;
use rule::Rule;
use service::Service;

/// Everything that the program or the project's folder holds about services.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Services by name, in order of name.
    pub services: IndexMap<String, Service>,
    /// Shared fragments.
    pub fragments: IndexMap<String, Fragment>,
    /// Rules that belong to no service.
    pub rules: Vec<Rule>,
    /// Releases, oldest first.
    pub releases: IndexMap<Word, Release>,
    /// Kubernetes versions, oldest first.
    pub kubernetes: Vec<Word>,
    /// Images that do not follow the release.
    pub images: Images,
    /// Networks that service data may name.
    pub networks: Vec<Word>,
    /// Names of the texts that any service may use.
    pub shared_texts: BTreeSet<String>,
    /// Node roles.
    pub roles: IndexMap<Word, Role>,
    /// Options, by section, for which a Job that has ended does not run again.
    pub no_rerun: Entries<Vec<Word>>,
    /// Secrets of a site, in the catalog as that site extends it.
    pub site_secrets: BTreeSet<String>,
    /// All conditions on settings in service data, each with the service that it stands in.
    pub conditions: Vec<(String, Bounds)>,
}

impl Catalog {
    /// The service that owns a kind of resource, and the kind.
    pub fn resource(&self, kind: &str) -> Option<(&Service, &ResourceKind)> {
        self.services.values().find_map(|service| Some((service, service.resources.get(kind)?)))
    }

    /// Adds a list of releases to those that are there; what both name, the new one gives.
    pub fn add(&mut self, list: Releases) {
        let is_first = self.releases.is_empty();
        let names: Vec<Word> = list.openstack.keys().cloned().collect();
        for (at, (name, mut release)) in list.openstack.into_iter().enumerate() {
            if let Some(known) = self.releases.get_mut(&name) {
                known.codename = release.codename.or(known.codename.take());
                known.images.0.extend(release.images.0);
                continue;
            }
            // Behind the one before it in the list, else before the next one that is known, else the newest.
            let place = |name: &Word| self.releases.get_index_of(name);
            let behind = at.checked_sub(1).and_then(|before| place(names.get(before)?)).map(|before| before + 1);
            let index = behind.or_else(|| names.iter().skip(at + 1).find_map(place)).unwrap_or(self.releases.len());
            release.is_added = !is_first;
            self.releases.shift_insert(index, name, release);
        }
        let versions = list.kubernetes.into_iter().filter(|name| !self.kubernetes.contains(name)).collect::<Vec<_>>();
        self.kubernetes.extend(versions);
        let networks = list.networks.into_iter().filter(|name| !self.networks.contains(name)).collect::<Vec<_>>();
        self.networks.extend(networks);
        self.images.0.extend(list.images.0);
        self.roles.extend(list.roles);
        self.no_rerun.0.extend(list.no_rerun.0);
    }

    /// The fragments that a file is made of, those of the files that it extends too.
    pub fn fragments_of<'c>(&'c self, service: &'c Service, file: &str) -> Vec<&'c Fragment> {
        let mut found = Vec::new();
        for (name, declared) in service.file_chain(file) {
            found.extend(declared.fragment_names().filter_map(|(name, _)| self.fragment(service, name)));
            found.extend(service.fragments.get(name.as_str()));
        }
        found
    }

    /// The fragment of that name that a service's files see: its own, or the shared one.
    pub fn fragment<'c>(&'c self, service: &'c Service, name: &str) -> Option<&'c Fragment> {
        service.fragments.get(name).or_else(|| self.fragments.get(name))
    }

    /// Title and explanation of a code that a rule explains.
    pub fn explanation(&self, code: &str) -> Option<(&str, &str)> {
        let own = self.services.values().flat_map(|service| &service.rules);
        let mut rules = own.chain(&self.rules).filter(|rule| rule.code.name == code);
        rules.find_map(|rule| Some((rule.title.as_deref()?, rule.explanation.as_deref()?)))
    }
}
