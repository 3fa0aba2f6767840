//! The changes of many sites to blocks: what is the same on several sites is told once, with the sites it is true of.
//!
//! Invariant: every change of every site is in exactly one block.
//! Invariant: linear in the number of changes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Change;

/// The changes of a site.
#[derive(Debug, Clone)]
pub struct SiteChanges {
    /// The site.
    pub site: String,
    /// Its changes.
    pub changes: Vec<Change>,
}

/// Changes that the same sites share.
#[derive(Debug, Clone, Serialize)]
pub struct Block {
    /// The sites.
    pub sites: Vec<String>,
    /// Of several sites: those that were compared and are not among them, where these are the fewer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// The changes.
    pub changes: Vec<Change>,
}

impl Block {
    /// Its sites in words, of so many.
    pub fn title(&self, all: usize) -> String {
        match self.sites.as_slice() {
            [one] => one.clone(),
            many if many.len() == all => format!("all {all} sites"),
            many if !self.exceptions.is_empty() => {
                format!("{} of {all} sites, all but {}", many.len(), listed(&self.exceptions, 10))
            }
            many => format!("{} of {all} sites: {}", many.len(), listed(many, 10)),
        }
    }
}

/// The first few names of many.
pub fn listed(names: &[String], most: usize) -> String {
    let first: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
    match names.len().checked_sub(most).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", first.join(", ")),
        None => first.join(", "),
    }
}

/// Gathers what sites share; blocks of more sites come first.
pub fn blocks(sites: &[SiteChanges]) -> Vec<Block> {
    let changes: Vec<&[Change]> = sites.iter().map(|site| site.changes.as_slice()).collect();
    // Which nodes a site has, and what its files are called, is its own.
    let groups = shared(&changes, |change: &Change| Change { nodes: vec![], paths: (None, None), ..change.clone() });
    let name = |index: usize| sites.get(index).map(|site| site.site.clone());
    let block = |(at, changes): (Vec<usize>, Vec<Change>)| Block {
        exceptions: exceptions(&at, sites.len()).into_iter().filter_map(name).collect(),
        sites: at.into_iter().filter_map(name).collect(),
        changes,
    };
    groups.into_iter().map(block).collect()
}

/// The sites, by their places, that are not among those of a block, where these are the fewer.
fn exceptions(at: &[usize], all: usize) -> Vec<usize> {
    match at.len() > 1 && at.len() * 2 > all {
        true => (0..all).filter(|index| at.binary_search(index).is_err()).collect(),
        false => Vec::new(),
    }
}

/// The sites of a block in words.
pub fn title(at: &[usize], names: &[&str]) -> String {
    let name = |index: usize| names.get(index).map(|name| (*name).to_owned());
    let exceptions = exceptions(at, names.len()).into_iter().filter_map(name).collect();
    Block { sites: at.iter().copied().filter_map(name).collect(), exceptions, changes: vec![] }.title(names.len())
}

/// Gathers items by the sites that have them: places of sites, ascending, and what exactly these share. `key` leaves out what is a
/// site's own; of what only one site has nothing is left out.
pub fn shared<T: Ord + Clone>(sites: &[impl AsRef<[T]>], key: impl Fn(&T) -> T) -> Vec<(Vec<usize>, Vec<T>)> {
    let mut known: BTreeMap<T, Vec<(usize, &T)>> = BTreeMap::new();
    for (index, items) in sites.iter().enumerate() {
        for item in items.as_ref() {
            known.entry(key(item)).or_default().push((index, item));
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<T>> = BTreeMap::new();
    for (item, places) in known {
        let mut at: Vec<usize> = places.iter().map(|(index, _)| *index).collect();
        at.dedup();
        let items = groups.entry(at).or_default();
        match places.as_slice() {
            [(_, own)] => items.push((*own).clone()),
            _ => items.push(item),
        }
    }
    let mut groups: Vec<(Vec<usize>, Vec<T>)> = groups.into_iter().collect();
    groups.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    groups
}
