//! A site's store: what a build reads of it without a key, what the site needs, and the Secrets that its pods read.
//!
//! Invariant: a store is made whole, when the site is linked, and not changed afterwards.

use std::collections::BTreeMap;

use super::controller::Controller;
use super::locked::{self, LockedStore};
use super::need::{self, Need};
use super::template::{self, SecretTemplate};
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{Client, SecretPath};
use crate::link::{Linked, Tags};
use crate::model::Model;
use crate::span::Span;
use crate::spec::account::Rotations;
use crate::spec::site::Site;
use crate::world::{Sources, World};

/// Where the store is, below the site's folder, where the spec does not say.
pub const DEFAULT_PATH: &str = "passwords.sops.yaml";

/// What is read of a store before the site is bound.
#[derive(Debug)]
pub struct StoreFile {
    path: String,
    locked: Option<LockedStore>,
    lab: bool,
    span: Span,
    controller: Option<Controller>,
}

impl StoreFile {
    /// Reads what is readable without a key; a site without a store is fine.
    pub fn read(world: &dyn World, (folder, site): (&str, &Site), sources: &mut Sources, sink: &mut Sink) -> StoreFile {
        let named = site.passwords.as_ref();
        let below = named.map_or(DEFAULT_PATH, |path| path.value.as_str());
        let path = format!("{}/{below}", folder.trim_end_matches('/'));
        let span = named.map_or(site.name.span, |path| path.span);
        let locked = match world.read_text(&path) {
            Ok(Some(text)) => locked::read(&path, &text, sources, sink),
            Ok(None) => {
                if named.is_some() {
                    let diagnostic = Diagnostic::warning("TG0915", span, format!("there is no store `{path}`"));
                    sink.push(diagnostic.hint("`taco-gen passwords init` makes it"));
                }
                None
            }
            Err(error) => {
                sink.push(error.into_diagnostic());
                None
            }
        };
        let controller = site
            .deliver
            .as_ref()
            .and_then(|deliver| Controller::read(world, folder.trim_end_matches('/'), &deliver.secrets, sink));
        StoreFile { path, locked, lab: site.lab.value, span, controller }
    }

    /// The accounts that staged rotations move; none without a store.
    pub fn rotations(&self) -> Rotations {
        let rotations = self.locked.iter().flat_map(|locked| &locked.rotations);
        Rotations(rotations.map(|(path, (rotation, _))| (path.clone(), *rotation)).collect())
    }

    /// The tags of the secrets; empty without a store.
    pub fn tags(&self) -> Tags {
        self.locked.as_ref().map(LockedStore::tags).unwrap_or_default()
    }
}

/// A site's store as a build sees it.
#[derive(Debug)]
pub struct SiteStore {
    /// Its path below the project.
    pub path: String,
    /// What is readable without a key; none where there is no store, or none that can be read.
    pub locked: Option<LockedStore>,
    /// Is the site a laptop or demonstration?
    pub lab: bool,
    /// Where the spec names the store, or the site.
    pub span: Span,
    /// What the site needs.
    pub needs: BTreeMap<SecretPath, Need>,
    /// The Secrets that its pods read.
    pub templates: Vec<SecretTemplate>,
    /// Whom SealedSecrets are sealed for.
    pub controller: Option<Controller>,
}

impl SiteStore {
    /// The store of a linked site.
    pub fn new(file: StoreFile, model: &Model<'_>, linked: &Linked) -> SiteStore {
        let needs = need::needs(model, linked);
        let mut templates = template::templates(model, linked, &needs);
        let StoreFile { path, locked, lab, span, controller } = file;
        let is_held = |name: &SecretPath| locked.as_ref().is_some_and(|locked| locked.entries.contains_key(name));
        templates.extend(template::public(model, &needs, &is_held));
        SiteStore { path, locked, lab, span, needs, templates, controller }
    }

    /// The client whose first account's password has this path.
    pub fn client(&self, path: &SecretPath) -> Option<&Client> {
        let mut clients = self.needs.values().filter_map(|need| need.client.as_ref());
        clients.find(|client| client.path() == *path)
    }

    /// The tags of the secrets; empty without a store.
    pub fn tags(&self) -> Tags {
        self.locked.as_ref().map(LockedStore::tags).unwrap_or_default()
    }
}
