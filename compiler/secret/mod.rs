//! The password store: what a site's services need, made once, kept encrypted beside the spec in a file that `sops` reads too.
//!
//! | module | holds |
//! |---|---|
//! | [`need`] | the site to the secrets that it needs |
//! | [`outline`] | the store's text to all that is readable without a key: names, tags, recipients |
//! | [`opened`] | an outline and an identity to values, and values back to a text |
//! | [`envelope`], [`sealed`] | the data key for age recipients; single values under the data key |
//! | [`tag`] | a value to the keyed digest that decides rollouts |
//! | [`make`], [`judge`] | new values by kind; what is wrong with a value |
//! | [`form`] | the Kubernetes Secrets that a site's pods read, values left open |
//! | [`external`], [`seal`], [`controller`] | forms to ExternalSecrets; forms and values to SOPS files, plain Secrets, SealedSecrets |
//! | [`check`] | what is wrong with a store: missing, unused, weak, for others |
//!
//! One file holds a whole site: a site has one namespace, so a file a namespace, which bounds what one identity opens,
//! and a file a site are the same.
//!
//! Invariant: a value leaves this module only through [`value::SecretValue::reveal`] or encrypted.

pub mod check;
pub mod controller;
pub mod envelope;
pub mod external;
pub mod form;
pub mod judge;
pub mod make;
pub mod need;
pub mod opened;
pub mod outline;
mod print;
mod redact;
pub mod seal;
pub mod sealed;
pub mod tag;
pub mod value;

use std::collections::BTreeMap;

use crate::diag::Sink;
use crate::link::Tags;
use crate::span::Span;
use crate::spec::account::Rotations;
use crate::spec::site::Site;
use crate::world::{Sources, World};

/// Where the store is, below the site's folder, where the spec does not say.
pub const DEFAULT_PATH: &str = "passwords.sops.yaml";

/// The recipient of the demonstration identity, which is public; only a site marked `lab` may use it.
pub const DEMONSTRATION: &str = "age158240xe3r89a2srjyyy7est39qj2n8mwvdu87jkd2xe5xedsz5fq2ae9tt";

/// A secret's name: the Kubernetes Secret and the key in it, written `OBJECT/KEY`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The Kubernetes Secret.
    pub object: String,
    /// The key in it.
    pub key: String,
}

impl Name {
    /// A name from its text; none where the text is not two plain words around one slash.
    pub fn parse(text: &str) -> Option<Name> {
        let (object, key) = text.split_once('/')?;
        let plain = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_alphanumeric())
                && word.len() <= 253
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        (plain(object) && plain(key)).then(|| Name { object: object.to_owned(), key: key.to_owned() })
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.object, self.key)
    }
}

/// A site's store as a build sees it.
#[derive(Debug)]
pub struct SiteStore {
    /// Its path below the project.
    pub path: String,
    /// Its clear part; none where there is no store, or none that can be read.
    pub outline: Option<outline::Outline>,
    /// Is the site a laptop or demonstration?
    pub lab: bool,
    /// Where the spec names the store, or the site.
    pub span: Span,
    /// What the site needs.
    pub needs: BTreeMap<Name, need::Need>,
    /// The Secrets that its pods read.
    pub forms: Vec<form::Form>,
    /// Whom SealedSecrets are sealed for.
    pub controller: Option<controller::Controller>,
}

impl SiteStore {
    /// Reads the clear part of a site's store; a site without one is fine.
    pub fn read(world: &dyn World, (folder, site): (&str, &Site), sources: &mut Sources, sink: &mut Sink) -> SiteStore {
        let named = site.passwords.as_ref();
        let below = named.map_or(DEFAULT_PATH, |path| path.value.as_str());
        let path = format!("{}/{below}", folder.trim_end_matches('/'));
        let span = named.map_or(site.name.span, |path| path.span);
        let outline = match world.read_text(&path) {
            Ok(Some(text)) => outline::read(&path, &text, sources, sink),
            Ok(None) => None,
            Err(error) => {
                sink.push(error.into_diagnostic());
                None
            }
        };
        let controller = site.deliver.as_ref().and_then(|deliver| {
            controller::Controller::read(world, folder.trim_end_matches('/'), &deliver.secrets, sink)
        });
        SiteStore { path, outline, lab: site.lab.value, span, needs: BTreeMap::new(), forms: Vec::new(), controller }
    }

    /// The accounts that staged rotations move; none without a store.
    pub fn rotations(&self) -> Rotations {
        let outline = self.outline.iter().flat_map(|outline| &outline.rotations);
        Rotations(outline.map(|(name, (rotation, _))| ((name.object.clone(), name.key.clone()), *rotation)).collect())
    }

    /// Has the site a client whose first account has this secret?
    pub fn has_client(&self, client: &Name) -> bool {
        let mut needs = self.needs.iter();
        needs.any(|(name, need)| name.object == client.object && need.alternates.as_ref() == Some(&client.key))
    }

    /// The tags of the secrets; empty without a store.
    pub fn tags(&self) -> Tags {
        let entries = self.outline.iter().flat_map(|outline| &outline.entries);
        entries.map(|(name, closed)| ((name.object.clone(), name.key.clone()), closed.tag.clone())).collect()
    }
}

/// The system has no random bytes to give, or a primitive refused its input: nothing that a user did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// Fills a buffer from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, Unavailable> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Unavailable)?;
    Ok(bytes)
}
