//! What a file keeps of the one that it extends.
//!
//! Invariant: a name that is kept has with it all that its value refers to.

use std::collections::BTreeSet;

use crate::catalog::expr::Tree;
use crate::config::policy::references;
use crate::model::options::FileOptions;
use crate::tree::word::Word;

/// Leaves those names in a file without sections, and what they refer to. No names leave the file as it is.
pub(super) fn keep(only: &[Word], file: &mut FileOptions<'_>) {
    let Some(entries) = file.sections.get_mut("-").filter(|_| !only.is_empty()) else { return };
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = only.iter().map(|name| name.as_str().to_owned()).collect();
    while let Some(name) = open.pop() {
        if !kept.contains(&name) {
            let values = entries.get(name.as_str()).into_iter().flat_map(|entry| entry.values());
            for value in values.filter_map(Tree::literal) {
                open.extend(references(&value).map(str::to_owned));
            }
            kept.insert(name);
        }
    }
    entries.retain(|name, _| kept.contains(*name));
}
