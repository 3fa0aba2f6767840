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
    let mut shared: BTreeMap<Change, Vec<(usize, &Change)>> = BTreeMap::new();
    for (index, site) in sites.iter().enumerate() {
        for change in &site.changes {
            // Which nodes a site has, and what its files are called, is its own.
            let key = Change { nodes: vec![], paths: (None, None), ..change.clone() };
            shared.entry(key).or_default().push((index, change));
        }
    }
    let mut blocks: BTreeMap<Vec<usize>, Vec<Change>> = BTreeMap::new();
    for (change, places) in shared {
        let mut at: Vec<usize> = places.iter().map(|(index, _)| *index).collect();
        at.dedup();
        let changes = blocks.entry(at).or_default();
        match places.as_slice() {
            [(_, own)] => changes.push((*own).clone()),
            _ => changes.push(change),
        }
    }
    let mut blocks: Vec<(Vec<usize>, Vec<Change>)> = blocks.into_iter().collect();
    blocks.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let name = |index: &usize| sites.get(*index).map(|site| site.site.clone());
    let block = |(at, changes): (Vec<usize>, Vec<Change>)| {
        let has_exceptions = at.len() > 1 && at.len() * 2 > sites.len();
        let others = (0..sites.len()).filter(|index| has_exceptions && at.binary_search(index).is_err());
        let exceptions = others.filter_map(|index| name(&index)).collect();
        Block { sites: at.iter().filter_map(name).collect(), exceptions, changes }
    };
    blocks.into_iter().map(block).collect()
}
