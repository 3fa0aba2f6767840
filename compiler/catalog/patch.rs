//! Patches as specs and service data declare them.
//!
//! Invariant: what a patch holds is read as it is written; it is checked against the object that it is applied to.

use crate::record;
use crate::tree::node::Node as Anything;
use crate::tree::word::Traced;

record! {
    /// A change to finished objects: `patch Deployment keystone-api { merge { ... } }`.
    pub struct Patch, positional("kind", "name") {
        /// The kind of the objects.
        kind: Traced<String>,
        /// The name; `*` stands for any text. A Job's name is without its digest.
        name: Traced<String>,
        /// A strategic merge patch.
        merge: Option<Anything>,
        /// JSON patch operations (RFC 6902), a list of maps.
        json: Option<Anything>,
    }
}

impl Patch {
    /// The JSON patch operations.
    pub fn operations(&self) -> &[Anything] {
        self.json.as_ref().map_or(&[], Anything::items)
    }
}
