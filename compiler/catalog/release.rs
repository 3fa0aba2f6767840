//! Releases, images, node roles, `schema/releases.kdl`, and the catalog as a whole.
//!
//! Invariant: releases stand in order of age.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::file::Fragment;
use super::rule::Rule;
use super::service::Service;
use crate::record;
use crate::tree::record::{Decoder, Entries, Table};
use crate::tree::word::{FromWord, Word};

/// Image references by key.
pub type Images = Entries<Word>;

record! {
    /// An OpenStack release; releases stand in order of age.
    pub struct Release {
        /// Its code name.
        codename: String,
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
    /// Releases, the images of each, Kubernetes versions, node roles.
    pub struct Releases {
        /// OpenStack releases, oldest first.
        openstack: Table<Release> [required],
        /// Kubernetes minor versions, oldest first.
        kubernetes: Vec<Word> [required],
        /// Networks that service data may name; a site without one of them has `management` in its place.
        networks: Vec<Word> [required],
        /// Images that do not follow the OpenStack release.
        images as "image": Images,
        /// Node roles.
        roles as "role": Table<Role> [required],
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
    /// Title and explanation of a code that a rule explains.
    pub fn explanation(&self, code: &str) -> Option<(&str, &str)> {
        let own = self.services.values().flat_map(|service| &service.rules);
        let mut rules = own.chain(&self.rules).filter(|rule| rule.code.name == code);
        rules.find_map(|rule| Some((rule.title.as_deref()?, rule.explanation.as_deref()?)))
    }
}
