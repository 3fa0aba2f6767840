//! Releases, images, node roles, `schema/releases.kdl`, and the catalog as a whole.
//!
//! Invariant: releases stand in order of age.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::file::Fragment;
use super::rule::Rule;
use super::service::Service;
use crate::diag::Diagnostic;
use crate::record;
use crate::tree::record::{Decoder, Entries, Table};
use crate::tree::word::{FromWord, Word};

/// Image references by key.
pub type Images = Entries<Word>;

record! {
    /// An OpenStack release; releases stand in order of age.
    pub struct Release, beside(is_added: bool) {
        /// Its code name.
        codename: Option<String>,
        /// Image references by key.
        images as "image": Images,
    }
}

/// A group or trait that a role brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Word,
    /// Only where no other role of the site brings the group?
    pub spare: bool,
}

impl FromWord for Group {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(match word.before("?") {
            Some(name) => Group { name, spare: true },
            None => Group { name: word, spare: false },
        })
    }
}

record! {
    /// What a node is for.
    pub struct Role {
        /// Node labels it brings, each with the value `enabled`.
        labels: Vec<Word>,
        /// What runs on it.
        summary: Option<String>,
        /// Groups of the inventory that the node joins; a trailing `?`: only where no other role of the site brings the group.
        groups: Vec<Group>,
        /// What host files ask for excluded_groups labels and groups, `time-server` for instance; `?` as there.
        traits: Vec<Group>,
    }
}

record! {
    /// Releases, the images of each, Kubernetes versions, node roles. A project's own list adds to the stock one: releases between
    /// those that it names, images, versions, networks and roles; what both name, the project's gives.
    pub struct Releases {
        /// OpenStack releases, oldest first.
        openstack: Table<Release>,
        /// Kubernetes minor versions, oldest first.
        kubernetes: Vec<Word>,
        /// Networks that service data may name; a site without one of them has `management` in its place.
        networks: Vec<Word>,
        /// Images that do not follow the OpenStack release.
        images as "image": Images,
        /// Node roles.
        roles as "role": Table<Role>,
    }
}

record! {
    /// What an image key stands for: one reference, or one for each release by its name, `images nova { zed "..."; "2024.1" "..." }`.
    pub struct ServiceImage, positional("reference"), shorthand("reference"), rest(releases: Word),
        check(ServiceImage::given)
    {
        /// The reference in every release that has none of its own.
        reference: Option<Word>,
    }
}

impl ServiceImage {
    fn given(&mut self, decoder: &mut Decoder<'_>) {
        if self.reference.is_none() && self.releases.is_empty() {
            let diagnostic = Diagnostic::error("TG0206", self.span, "an image needs a reference, found none");
            decoder.sink.push(diagnostic.hint("write one for all releases, or one for each: `RELEASE \"REFERENCE\"`"));
        }
    }
}

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
}

impl Catalog {
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
