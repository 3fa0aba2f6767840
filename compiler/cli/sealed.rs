//! Secrets of the output: carried over byte for byte while nothing that decides them changed, sealed again where the key is.
//!
//! Invariant: a build without a key differs from one with it in nothing but Secrets whose inputs changed, and says so.
#![allow(clippy::disallowed_methods, reason = "the output is read before it is written")]

use std::path::Path;

use super::passwords::identity;
use crate::compile::Compiled;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::secret::locked::LockedStore;
use crate::secret::store::SiteStore;
use crate::secret::template::SecretTemplate;
use crate::secret::unlocked::{UnlockedStore, open};
use crate::secret::{check, seal};
use crate::spec::site::{SecretDelivery, SecretKind};
use crate::write::Artifact;

/// The Secrets of a site, those that could not be sealed as they were before.
pub fn artifacts(compiled: &Compiled, root: &Path, named: Option<&Path>, sink: &mut Sink) -> Vec<Artifact> {
    let Some(work) = Work::new(compiled) else { return Vec::new() };
    let mut files = Vec::new();
    let mut stale: Vec<(&SecretTemplate, String)> = Vec::new();
    for template in &work.store.templates {
        let inputs = work.inputs(template);
        match work.old(root, template) {
            Some(text) if seal::inputs_of(&text) == Some(&inputs) => files.push(work.artifact(template, text)),
            _ => stale.push((template, inputs)),
        }
    }
    let Some((first, _)) = stale.first() else { return files };
    let first = first.object.clone();
    let chosen = work.store.locked.as_ref().zip(identity::path(named));
    let is_of_others = chosen.as_ref().is_some_and(|(locked, path)| is_of_others(locked, path));
    match chosen.filter(|_| !is_of_others) {
        Some((locked, path)) => {
            if let Some(unlocked) =
                unlocked(locked, &path, sink).filter(|_| check::locked(work.store, &mut Sink::default()))
            {
                files
                    .extend(stale.iter().filter_map(|(template, inputs)| work.seal(&unlocked, template, inputs, sink)));
            }
        }
        None => {
            let why = match work.store.locked {
                None => "the site has no password store",
                Some(_) if is_of_others => "the user's own identity is of none of the store's recipients",
                Some(_) => "no identity is named",
            };
            let count = stale.len();
            let message = format!("{count} Secrets must be sealed again, `{first}` the first of them, and {why}");
            sink.push(Diagnostic { severity: Severity::Warning, ..Diagnostic::global("TG0919", message) });
            files.extend(
                stale.iter().filter_map(|(template, _)| Some(work.artifact(template, work.old(root, template)?))),
            );
        }
    }
    files
}

/// Secrets of an output that are not what the site would have sealed.
pub fn stale(compiled: &Compiled, root: &Path) -> Vec<String> {
    let Some(work) = Work::new(compiled) else { return Vec::new() };
    let fresh = |template: &&SecretTemplate| {
        work.old(root, template).is_some_and(|text| seal::inputs_of(&text) == Some(&work.inputs(template)))
    };
    work.store.templates.iter().filter(|template| !fresh(template)).map(|template| template.object.clone()).collect()
}

/// What stands for each Secret of a site in a comparison: the inputs that it is sealed from, by its path.
pub fn inputs(compiled: &Compiled) -> Vec<(String, String)> {
    let Some(work) = Work::new(compiled) else { return Vec::new() };
    let kind = if work.delivery.kind.value == SecretKind::SealedSecrets { "SealedSecret" } else { "Secret" };
    let text = |template: &SecretTemplate| format!("kind: {kind}\n{}: \"{}\"\n", seal::INPUTS, work.inputs(template));
    work.store.templates.iter().map(|template| (work.path(template), text(template))).collect()
}

/// Is it the user's own identity, which nobody named for this store, and of none of its recipients?
fn is_of_others(locked: &LockedStore, path: &Path) -> bool {
    let Ok(Some(identities)) = identity::read(path) else { return false };
    let held = identities.recipients();
    identity::own().is_some_and(|own| own == path)
        && !locked.envelopes.iter().any(|envelope| held.contains(&envelope.recipient))
}

fn unlocked(locked: &LockedStore, path: &Path, sink: &mut Sink) -> Option<UnlockedStore> {
    identity::harden();
    match identity::read(path) {
        Ok(Some(identities)) => open(locked, &identities, sink),
        Ok(None) => {
            sink.push(Diagnostic::global("TG0911", format!("there is no `{}`", path.display())));
            None
        }
        Err(diagnostic) => {
            sink.push(*diagnostic);
            None
        }
    }
}

/// A site whose Secrets are part of the output.
struct Work<'c> {
    store: &'c SiteStore,
    delivery: &'c SecretDelivery,
    recipients: Vec<String>,
}

impl<'c> Work<'c> {
    fn new(compiled: &'c Compiled) -> Option<Self> {
        let (store, delivery) = (compiled.store.as_ref()?, compiled.sealing.as_ref()?);
        if matches!(delivery.kind.value, SecretKind::ExternalSecrets | SecretKind::None) {
            return None;
        }
        let mut recipients: Vec<String> = delivery.recipients.iter().map(|recipient| recipient.value.clone()).collect();
        if delivery.kind.value == SecretKind::SealedSecrets {
            recipients = store.controller.iter().map(|controller| controller.fingerprint.clone()).collect();
        } else if recipients.is_empty() {
            let own = store.locked.iter().flat_map(|locked| &locked.envelopes);
            recipients = own.map(|envelope| envelope.recipient.clone()).collect();
        }
        recipients.sort();
        recipients.dedup();
        Some(Work { store, delivery, recipients })
    }

    /// SealedSecrets are named for their kind.
    fn path(&self, template: &SecretTemplate) -> String {
        template.path(if self.delivery.kind.value == SecretKind::SealedSecrets { "sealedsecret" } else { "secret" })
    }

    fn old(&self, root: &Path, template: &SecretTemplate) -> Option<String> {
        std::fs::read_to_string(root.join(self.path(template))).ok()
    }

    fn artifact(&self, template: &SecretTemplate, text: String) -> Artifact {
        Artifact { path: self.path(template), bytes: text.into_bytes() }
    }

    fn inputs(&self, template: &SecretTemplate) -> String {
        template.inputs(self.delivery.kind.value.word(), &self.recipients, &self.store.tags())
    }

    fn seal(
        &self,
        unlocked: &UnlockedStore,
        template: &SecretTemplate,
        inputs: &str,
        sink: &mut Sink,
    ) -> Option<Artifact> {
        let values = template.fill(&|name| unlocked.entries.get(name).map(|held| &held.value));
        let values = match values {
            Ok(values) => values,
            Err(name) => {
                let message = format!("the Secret `{}` cannot hold the value of `{name}`", template.object);
                sink.push(Diagnostic::global("TG0921", message));
                return None;
            }
        };
        let made =
            template.names().into_iter().filter_map(|name| unlocked.entries.get(&name).map(|held| held.made.as_str()));
        let modified = made.max().unwrap_or_default();
        let sealed = match (self.delivery.kind.value, &self.store.controller) {
            (SecretKind::Plain, _) => Ok(seal::plain(template, &values, inputs)),
            (SecretKind::SealedSecrets, Some(controller)) => controller.seal(template, &values, inputs),
            _ => seal::sops(template, &values, inputs, &self.recipients, modified),
        };
        match sealed {
            Ok(text) => Some(self.artifact(template, text)),
            Err(_) => {
                let message = format!(
                    "the Secret `{}` could not be sealed: no random bytes, or a key that seals nothing",
                    template.object
                );
                sink.push(Diagnostic::global("TG0919", message));
                None
            }
        }
    }
}
