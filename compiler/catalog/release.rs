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
    let before = |to: &str| releases.get(to).map_or(&[][..], |release| &release.upgrades_from);
    way_back(&before, from, to)
}

/// The fewest steps to a version from another, both ends included, where `before` says what a version is reached from in one step.
fn way_back<'r>(before: &dyn Fn(&str) -> &'r [Word], from: &str, to: &str) -> Vec<String> {
    let mut ways: Vec<Vec<String>> = vec![vec![to.to_owned()]];
    let mut seen = BTreeSet::from([to.to_owned()]);
    while !ways.is_empty() {
        if let Some(way) = ways.iter().find(|way| way.first().is_some_and(|first| first == from)) {
            return way.clone();
        }
        let mut longer = Vec::new();
        for way in &ways {
            for step in way.first().map_or(&[][..], |first| before(first)) {
                if seen.insert(step.to_string()) {
                    longer.push(std::iter::once(step.to_string()).chain(way.iter().cloned()).collect());
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
        /// A series of versions of the program, and the series whose data it takes over in one rolling upgrade: `upgrade "4.0" from="3.13"`.
        upgrades as "upgrade": Table<SeriesUpgrade>,
    }
}

record! {
    /// What a series of versions is reached from.
    pub struct SeriesUpgrade, positional("from") {
        /// The series that a rolling upgrade may start from.
        from: Vec<Word>,
    }
}

/// What becomes of a program's data with another image.
#[derive(Debug, PartialEq, Eq)]
pub enum SeriesStep {
    /// The same series, or one of which nothing is known.
    Within,
    /// One step, after which there is no way back.
    Forward,
    /// More than one: these series, both ends among them.
    Far(Vec<String>),
    /// There is no way.
    Never,
}

impl ServiceImage {
    /// The step from one tag to another.
    pub fn step(&self, from: &str, to: &str) -> SeriesStep {
        let (Some(from), Some(to)) = (self.series(from), self.series(to)) else { return SeriesStep::Within };
        if from == to {
            return SeriesStep::Within;
        }
        let way = way_back(&|to| self.upgrades.get(to).map_or(&[][..], |upgrade| &upgrade.from), from, to);
        match way.len() {
            0 => SeriesStep::Never,
            2 => SeriesStep::Forward,
            _ => SeriesStep::Far(way),
        }
    }

    /// The series of a tag such as `v3.6.5` or `4.2.1-management`: the known one that its version begins with.
    fn series(&self, tag: &str) -> Option<&str> {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let version = tag.split(|c| !is_part(c)).next().unwrap_or_default();
        let known = self.upgrades.iter().flat_map(|(to, upgrade)| std::iter::once(to).chain(&upgrade.from));
        let is_of =
            |series: &str| version.strip_prefix(series).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        known.map(Word::as_str).find(|series| is_of(series))
    }

    fn given(&mut self, decoder: &mut Decoder<'_>) {
        if self.reference.is_none() && self.releases.is_empty() {
            let diagnostic = Diagnostic::error("TG0206", self.span, "an image needs a reference, found none");
            decoder.sink.push(diagnostic.hint("write one for all releases, or one for each: `RELEASE \"REFERENCE\"`"));
        }
    }
}
