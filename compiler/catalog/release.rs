//! Releases, images, node roles: `schema/releases.kdl`.
//!
//! Invariant: releases stand in order of age.

use std::collections::BTreeSet;

use indexmap::IndexMap;

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
        /// The releases from which OpenStack supports an upgrade to it in one step; others may be named than those of the list.
        upgrades_from: Vec<Word>,
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
        /// What host files ask for besides labels and groups, `time-server` for instance; `?` as there.
        traits: Vec<Group>,
    }
}

record! {
    /// Releases, the images of each, Kubernetes versions, node roles. A project's own list adds to the stock one: releases between
    /// those that it names, images, versions, networks, roles and options; what both name, the project's gives.
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
        /// Options of oslo files, by section, that decide how a program logs and nothing of what a Job leaves behind: a Job that has ended does not run again for them.
        no_rerun as "no-rerun": Entries<Vec<Word>>,
    }
}

impl Release {
    /// Does OpenStack support the step from another release to this one?
    pub fn is_reached_from(&self, from: &str) -> bool {
        self.upgrades_from.iter().any(|known| *known == *from)
    }
}

/// The fewest steps from one release to another, each of which OpenStack supports, both ends included; none where there is no way.
pub fn way(releases: &IndexMap<Word, Release>, from: &str, to: &str) -> Vec<String> {
    let mut ways: Vec<Vec<&str>> = vec![vec![to]];
    let mut seen = BTreeSet::from([to]);
    while !ways.is_empty() {
        if let Some(way) = ways.iter().find(|way| way.first() == Some(&from)) {
            return way.iter().map(|name| (*name).to_owned()).collect();
        }
        let mut longer = Vec::new();
        for way in &ways {
            let first = way.first().and_then(|name| releases.get(*name));
            for before in first.into_iter().flat_map(|release| &release.upgrades_from) {
                if seen.insert(before) {
                    longer.push(std::iter::once(before.as_str()).chain(way.iter().copied()).collect());
                }
            }
        }
        ways = longer;
    }
    Vec::new()
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
