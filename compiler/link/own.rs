//! What pods read of a site's own ConfigMaps and Secrets.
//!
//! Invariant: a pod that reads one starts again when it changes, however it reads it.

use std::collections::BTreeMap;

use crate::config::file::{Part, SecretUse};
use crate::kube::item::{Item, Value};
use crate::kube::secret::SecretPath;
use crate::link::digest::Digest;
use crate::lower::site_object::OwnSecret;

/// What may be read.
pub(super) struct Readable<'r> {
    /// ConfigMaps of the site's own and those whose data a patch changed: name and text.
    pub maps: BTreeMap<String, String>,
    /// Secrets of the site's own.
    pub secrets: &'r [OwnSecret],
    /// The tags of secrets.
    pub tags: &'r BTreeMap<SecretPath, String>,
}

impl Readable<'_> {
    /// Adds what a pod template reads to its digest.
    pub fn add(&self, template: &Item, digest: &mut Digest) {
        for (name, text) in self.maps.iter().filter(|(name, _)| reads_map(template, name)) {
            digest.file(&format!("configmap/{name}"), 0o444, text);
        }
        for secret in self.secrets.iter().filter(|secret| reads_secret(template, &secret.name)) {
            for (key, line) in &secret.keys {
                let masked = |part: &Part| match part {
                    Part::Public(text) => text.clone(),
                    Part::Secret(secret) => secret.id.mask(),
                };
                let text: String = line.parts.iter().map(masked).collect();
                digest.file(&format!("secret/{}/{key}", secret.name), 0o440, &text);
            }
            for path in uses(secret).map(|used| used.id.path()) {
                digest.secret(&path.object, &path.key, self.tags.get(&path).map_or("", String::as_str));
            }
        }
    }
}

/// The secrets that a Secret shows.
pub(super) fn uses(secret: &OwnSecret) -> impl Iterator<Item = &SecretUse> {
    secret.keys.iter().flat_map(|(_, line)| &line.parts).filter_map(|part| match part {
        Part::Secret(used) => Some(used),
        Part::Public(_) => None,
    })
}

/// Does a pod template take anything of that ConfigMap: a volume, a part of one, variables?
fn reads_map(item: &Item, name: &str) -> bool {
    reads(item, &|key, entry| {
        let is_map = matches!(key, "configMap" | "configMapRef" | "configMapKeyRef");
        is_map && entry.get("name").and_then(Item::text) == Some(name)
    })
}

/// Does it take anything of that Secret?
fn reads_secret(item: &Item, name: &str) -> bool {
    reads(item, &|key, entry| match key {
        "secret" => ["secretName", "name"].iter().any(|field| entry.get(field).and_then(Item::text) == Some(name)),
        "secretRef" | "secretKeyRef" => entry.get("name").and_then(Item::text) == Some(name),
        _ => false,
    })
}

fn reads(item: &Item, is: &dyn Fn(&str, &Item) -> bool) -> bool {
    match &item.value {
        Value::List(items) => items.iter().any(|item| reads(item, is)),
        Value::Map(entries) => entries.iter().any(|(key, entry)| is(key, entry) || reads(entry, is)),
        _ => false,
    }
}
