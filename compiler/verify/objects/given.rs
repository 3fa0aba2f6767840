//! What is checked: objects, where their items come from, the Secrets that others make.
//!
//! Invariant: nothing here is changed by a check.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::item::Item;
use crate::lower::mark::Own;
use crate::origin::OriginTable;

/// Keys of Secrets by name; none where the keys are not known.
pub(super) type Secrets = BTreeMap<String, Option<BTreeSet<String>>>;

/// What is checked.
pub(super) struct Given<'g> {
    /// Objects.
    pub(super) objects: Vec<&'g Item>,
    /// Where their items come from.
    pub(super) origins: &'g OriginTable,
    /// Those of the site's own, by their places among the objects.
    pub(super) own: BTreeMap<usize, Own>,
    /// The Secrets that others make; none where that is not known.
    pub(super) secrets: Option<Secrets>,
}
