//! A locked store and an identity to values, and changes to them.
//!
//! Invariant: a store is unlocked whole or not at all: every value authenticated, and the sum over all of them equal.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::envelope::{Identities, wrap};
use super::locked::{Covers, Envelope, Leaf, LockedStore};
use super::random::{Unavailable, random};
use super::sealed::{DataKey, Sealed};
use super::sum::{Sum, associated, recipient_line};
use super::tag::TagKey;
use super::value::SecretValue;
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::SecretPath;
use crate::span::Span;
use crate::spec::account::Rotation;

/// A store with its values.
#[derive(Debug)]
pub struct UnlockedStore {
    /// The site.
    pub site: String,
    /// Accounts that a staged rotation moves or has moved, by the first account's secret.
    pub rotations: BTreeMap<SecretPath, Rotation>,
    /// The secrets.
    pub entries: BTreeMap<SecretPath, UnlockedSecret>,
    /// The data key for each recipient.
    pub envelopes: Vec<Envelope>,
    pub(super) key: DataKey,
    pub(super) sealed_tag_key: Option<Sealed>,
    tag_key: Zeroizing<Vec<u8>>,
    tags: TagKey,
}

/// A secret of an unlocked store.
#[derive(Debug)]
pub struct UnlockedSecret {
    /// The value.
    pub value: SecretValue,
    /// The keyed digest.
    pub tag: String,
    /// When the value was made.
    pub made: String,
    /// The ciphertext that it has, where the value did not change.
    pub(super) sealed: Option<Sealed>,
}

impl UnlockedStore {
    /// A new store without secrets.
    pub fn new(site: &str, recipients: &[String]) -> Result<UnlockedStore, Unavailable> {
        let key = DataKey::make()?;
        let bytes = random::<32>()?;
        let tags = TagKey::of_site(&bytes, site)?;
        let tag_key = Zeroizing::new(bytes.to_vec());
        let envelopes = envelopes(&key, recipients)?;
        let (site, rotations, entries) = (site.to_owned(), BTreeMap::new(), BTreeMap::new());
        Ok(UnlockedStore { site, rotations, entries, envelopes, key, sealed_tag_key: None, tag_key, tags })
    }

    /// Puts a value.
    pub fn put(&mut self, name: &SecretPath, value: SecretValue, now: &str) -> Result<(), Unavailable> {
        let tag = self.tags.tag(name, &value)?;
        self.entries.insert(name.clone(), UnlockedSecret { value, tag, made: now.to_owned(), sealed: None });
        Ok(())
    }

    /// Takes a new data key for these recipients; every ciphertext changes.
    pub fn rekey(&mut self, recipients: &[String]) -> Result<(), Unavailable> {
        self.key = DataKey::make()?;
        self.envelopes = envelopes(&self.key, recipients)?;
        self.sealed_tag_key = None;
        self.entries.values_mut().for_each(|held| held.sealed = None);
        Ok(())
    }

    /// Makes new tags for values that another program changed; the names of those.
    pub fn renew_tags(&mut self, now: &str) -> Result<Vec<SecretPath>, Unavailable> {
        let wrong = self.wrong_tags();
        for name in &wrong {
            if let Some(held) = self.entries.get_mut(name) {
                held.tag = self.tags.tag(name, &held.value)?;
                now.clone_into(&mut held.made);
            }
        }
        Ok(wrong)
    }

    /// Names whose tag is not that of their value.
    pub fn wrong_tags(&self) -> Vec<SecretPath> {
        let wrong =
            self.entries.iter().filter(|(name, held)| self.tags.tag(name, &held.value).as_ref() != Ok(&held.tag));
        wrong.map(|(name, _)| name.clone()).collect()
    }

    /// The recipients.
    pub fn recipients(&self) -> Vec<String> {
        self.envelopes.iter().map(|envelope| envelope.recipient.clone()).collect()
    }

    pub(super) fn tag_key_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(&self.tag_key))
    }
}

fn envelopes(key: &DataKey, recipients: &[String]) -> Result<Vec<Envelope>, Unavailable> {
    let span = Span::new(crate::span::FileId(0), 0, 0);
    let one = |recipient: &String| Ok(Envelope { recipient: recipient.clone(), armored: wrap(key, recipient)?, span });
    recipients.iter().map(one).collect()
}

/// Opens a store. None where a diagnostic says why not.
pub fn open(locked: &LockedStore, identities: &Identities, sink: &mut Sink) -> Option<UnlockedStore> {
    let Some(key) = locked.envelopes.iter().find_map(|envelope| identities.unwrap(&envelope.armored)) else {
        let message = "the identity opens none of the store's envelopes, or they were changed";
        let held = identities.recipients();
        let is_listed = locked.envelopes.iter().any(|envelope| held.contains(&envelope.recipient));
        let hint = match is_listed {
            true => {
                "the store lists the identity's recipient, so its envelope was changed: take the file from Git again"
            }
            false => {
                "name the identity of one of the recipients under `sops`, or ask one of them to add yours with `rekey`"
            }
        };
        sink.push(Diagnostic::error("TG0903", locked.span, message).hint(hint));
        return None;
    };
    check_sum(locked, &key, sink)?;
    let broken = |span: Span, what: &str, sink: &mut Sink| {
        let message = format!("{what} is not what was sealed under its name: the store was changed or damaged");
        sink.push(Diagnostic::error("TG0904", span, message));
    };
    let tag_key = locked.tag_key.open(&key, "tag-key:").and_then(|text| STANDARD.decode(text.as_slice()).ok());
    let tag_key: Option<[u8; 32]> = tag_key.map(Zeroizing::new).and_then(|bytes| bytes.as_slice().try_into().ok());
    let tags = tag_key.and_then(|bytes| TagKey::of_site(&bytes, &locked.site.0).ok());
    let (Some(tag_key), Some(tags)) = (tag_key, tags) else {
        broken(locked.span, "the tag key", sink);
        return None;
    };
    let mut entries = BTreeMap::new();
    for (name, entry) in &locked.entries {
        let value = entry.value.open(&key, &associated(name)).and_then(|bytes| SecretValue::from_bytes(&bytes));
        let Some(value) = value else {
            broken(entry.span, &format!("the value of `{name}`"), sink);
            continue;
        };
        if entry.value.kind != "str" {
            let message = format!("the value of `{name}` was typed as a number or boolean, expected a string");
            let hint = "readers disagree about such values: put it in quotes in the editor of sops, or use `set`";
            sink.push(Diagnostic::error("TG0908", entry.span, message).hint(hint));
            continue;
        }
        let (tag, made) = (entry.tag.clone(), entry.made.clone());
        entries.insert(name.clone(), UnlockedSecret { value, tag, made, sealed: Some(entry.value.clone()) });
    }
    (entries.len() == locked.entries.len()).then(|| UnlockedStore {
        site: locked.site.0.clone(),
        rotations: locked.rotations.iter().map(|(name, (rotation, _))| (name.clone(), *rotation)).collect(),
        entries,
        envelopes: locked.envelopes.clone(),
        key,
        sealed_tag_key: Some(locked.tag_key.clone()),
        tag_key: Zeroizing::new(tag_key.to_vec()),
        tags,
    })
}

/// Compares the sum over all values with the sealed one.
fn check_sum(locked: &LockedStore, key: &DataKey, sink: &mut Sink) -> Option<()> {
    let mut sum = Sum::start(locked.covers);
    for leaf in &locked.leaves {
        match leaf {
            Leaf::Clear(_) if locked.covers == Covers::Sealed => {}
            Leaf::Clear(text) => sum.add(text),
            Leaf::Sealed(associated, sealed) => {
                match sealed.open(key, associated).as_deref().map(|bytes| std::str::from_utf8(bytes)) {
                    Some(Ok(text)) => sum.add(text),
                    _ => {
                        let name = associated.trim_start_matches("secrets:").trim_end_matches(":value:");
                        let message = format!("the value of `{name}` is not what was sealed under its name");
                        let entry = SecretPath::parse(name).and_then(|name| locked.entries.get(&name));
                        let span = entry.map_or(locked.span, |entry| entry.span);
                        sink.push(Diagnostic::error("TG0904", span, message));
                        return None;
                    }
                }
            }
        }
    }
    let sealed = locked.mac.open(key, &locked.modified);
    if sealed.as_deref().map(Vec::as_slice) == Some(sum.finish().as_bytes()) {
        return Some(());
    }
    let message = "the sum over the store's values is not the sealed one: names, tags or times were changed";
    sink.push(Diagnostic::error("TG0904", locked.span, message).hint("take the file from Git again"));
    None
}

/// Compares the recipients under the sum with those that the envelopes name. False where somebody else's were put in.
pub fn check_recipients(locked: &LockedStore, sink: &mut Sink) -> bool {
    if locked.covers == Covers::Sealed {
        let message =
            "the store's sum covers sealed values only (`mac_only_encrypted`): recipients could be added unseen";
        let hint = "compare the recipients, then name each in `taco-gen passwords rekey --add`";
        sink.push(Diagnostic::error("TG0913", locked.span, message).hint(hint));
        return false;
    }
    let mut fine = true;
    let listed = |line: &str| line.split(' ').next().map(str::to_owned).unwrap_or_default();
    for envelope in &locked.envelopes {
        let line = recipient_line(envelope);
        if locked.recipients.iter().any(|(written, _)| *written == line) {
            continue;
        }
        if locked.recipients.iter().any(|(written, _)| listed(written) == envelope.recipient) {
            let message = "the envelope of this recipient was written by another program, or changed";
            let hint = "after `sops rotate` or `sops updatekeys`, run `taco-gen passwords rekey` once";
            sink.push(Diagnostic::warning("TG0913", envelope.span, message).hint(hint));
            continue;
        }
        let message = "this recipient is not among the sealed ones: another program added it";
        let hint = "new values would be readable by it; `rekey --add` takes it in, `rekey --remove` throws it out";
        sink.push(Diagnostic::error("TG0913", envelope.span, message).hint(hint));
        fine = false;
    }
    for (line, span) in &locked.recipients {
        if !locked.envelopes.iter().any(|envelope| envelope.recipient == listed(line)) {
            let message = "this recipient has no envelope any more: another program removed it";
            let hint = "it still opens older versions of the store in Git; `rekey --remove` confirms";
            sink.push(Diagnostic::error("TG0913", *span, message).hint(hint));
            fine = false;
        }
    }
    fine
}
