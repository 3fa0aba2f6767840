//! Objects of a site's own.
//!
//! Invariant: what an object holds is read as it is written, references and all; the lowering says what it may be.

use crate::catalog::expr::Tree;
use crate::catalog::scalar::RelativePath;
use crate::record;
use crate::tree::scalar::Typed;
use crate::tree::word::{Traced, Word};

record! {
    /// A Kubernetes object of the site's own, delivered with the others: `object motd { content { apiVersion v1; kind ConfigMap; ... } }`, or `object motd source="objects/motd.yaml"`.
    pub struct SiteObject, key(name) {
        /// The delivery unit (`base`).
        unit: Option<Word>,
        /// A YAML file below the site's folder, of one object or several.
        source: Option<Typed<RelativePath>>,
        /// The object; its values may be references, those of `stringData` in a Secret to secrets.
        content: Option<Tree>,
        /// It belongs to the cluster, not to the site's namespace (#false).
        cluster_scoped: Option<Traced<bool>>,
    }
}
