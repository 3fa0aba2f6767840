//! What the files of a site's folder hold that its spec names: for pods, and objects of its own.
//!
//! Invariant: a path of a spec never leaves the site's folder.

use std::collections::BTreeMap;

use crate::catalog::expr::Tree;

/// What a path of a spec leads to.
#[derive(Debug, Clone)]
pub enum SiteSource {
    /// A text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A folder: the files below it, by their paths in it.
    Folder(Vec<(String, SiteSource)>),
}

/// What a spec's paths lead to, by path.
#[derive(Debug, Clone, Default)]
pub struct SiteSources {
    /// For pods.
    pub files: BTreeMap<String, SiteSource>,
    /// Objects, in the order of their file.
    pub objects: BTreeMap<String, Vec<Tree>>,
}
