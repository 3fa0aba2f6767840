//! An unlocked store to its text, laid out as `sops` lays it out, so that an edit by either changes few lines.
//!
//! Invariant: names are sorted; a value that did not change is written with the ciphertext that it had.

use std::fmt::Write as _;

use super::locked::{Covers, Envelope, LockedStore, SEALED_KEYS};
use super::random::Unavailable;
use super::sealed::{Sealed, seal};
use super::sum::{Sum, associated, recipient_line};
use super::unlocked::{UnlockedSecret, UnlockedStore};
use crate::kube::secret::SecretPath;
use crate::spec::account::Rotation;

/// The version of `sops` whose format this is.
pub const FORMAT: &str = "3.10.2";

/// Everything that a store's text says.
struct Page<'a> {
    site: &'a str,
    tag_key: &'a str,
    recipients: Vec<String>,
    rotations: Vec<String>,
    /// SecretPath, time, tag, ciphertext.
    secrets: Vec<(&'a SecretPath, &'a str, &'a str, String)>,
    envelopes: &'a [Envelope],
    modified: &'a str,
    mac: &'a str,
}

impl UnlockedStore {
    /// The store's text; `now` is an RFC 3339 time in UTC, to the second.
    pub fn to_text(&self, now: &str) -> Result<String, Unavailable> {
        print(self, now)
    }
}

fn print(unlocked: &UnlockedStore, now: &str) -> Result<String, Unavailable> {
    let mut sum = Sum::start(Covers::All);
    let tag_key = unlocked.tag_key_text();
    sum.add(&unlocked.site);
    sum.add(&tag_key);
    let recipients: Vec<String> = unlocked.envelopes.iter().map(recipient_line).collect();
    recipients.iter().for_each(|line| sum.add(line));
    let rotations: Vec<String> =
        unlocked.rotations.iter().map(|(name, rotation)| rotation_line(name, *rotation)).collect();
    rotations.iter().for_each(|line| sum.add(line));
    let mut secrets = Vec::new();
    for (name, held) in &unlocked.entries {
        [held.made.as_str(), &held.tag, held.value.reveal()].iter().for_each(|leaf| sum.add(leaf));
        secrets.push((name, held.made.as_str(), held.tag.as_str(), sealed_of(unlocked, name, held)?.text));
    }
    let sealed = match &unlocked.sealed_tag_key {
        Some(sealed) => sealed.clone(),
        None => seal(&unlocked.key, "tag-key:", &tag_key)?,
    };
    let mac = seal(&unlocked.key, now, &sum.finish())?;
    let (site, envelopes) = (unlocked.site.as_str(), unlocked.envelopes.as_slice());
    Ok(lay_out(&Page {
        site,
        tag_key: &sealed.text,
        recipients,
        rotations,
        secrets,
        envelopes,
        modified: now,
        mac: &mac.text,
    }))
}

/// The text that a locked store would have.
pub fn locked(locked: &LockedStore) -> String {
    let secrets = locked
        .entries
        .iter()
        .map(|(name, entry)| (name, entry.made.as_str(), entry.tag.as_str(), entry.value.text.clone()));
    lay_out(&Page {
        site: &locked.site.0,
        tag_key: &locked.tag_key.text,
        recipients: locked.recipients.iter().map(|(line, _)| line.clone()).collect(),
        rotations: locked.rotations.iter().map(|(name, (rotation, _))| rotation_line(name, *rotation)).collect(),
        secrets: secrets.collect(),
        envelopes: &locked.envelopes,
        modified: &locked.modified,
        mac: &locked.mac.text,
    })
}

fn lay_out(page: &Page<'_>) -> String {
    let mut text = format!("site: \"{}\"\ntag-key: {}\nrecipients:\n", page.site, page.tag_key);
    for line in &page.recipients {
        let _ = writeln!(text, "    - {line}");
    }
    text.push_str(if page.rotations.is_empty() { "" } else { "rotations:\n" });
    for line in &page.rotations {
        let _ = writeln!(text, "    - {line}");
    }
    text.push_str(if page.secrets.is_empty() { "secrets: {}\n" } else { "secrets:\n" });
    for (name, made, tag, value) in &page.secrets {
        let _ = writeln!(text, "    {name}:\n        made: \"{made}\"\n        tag: {tag}\n        value: {value}");
    }
    text.push_str("sops:\n    age:\n");
    for envelope in page.envelopes {
        let _ = writeln!(text, "        - recipient: {}\n          enc: |", envelope.recipient);
        for line in envelope.armored.lines() {
            let _ = writeln!(text, "            {line}");
        }
    }
    let _ = writeln!(text, "    lastmodified: \"{}\"\n    mac: {}", page.modified, page.mac);
    let _ = writeln!(text, "    encrypted_regex: {SEALED_KEYS}\n    version: {FORMAT}");
    text
}

fn sealed_of(unlocked: &UnlockedStore, name: &SecretPath, held: &UnlockedSecret) -> Result<Sealed, Unavailable> {
    match &held.sealed {
        Some(sealed) => Ok(sealed.clone()),
        None => seal(&unlocked.key, &associated(name), held.value.reveal()),
    }
}

fn rotation_line(name: &SecretPath, rotation: Rotation) -> String {
    format!("{name} {} {}", rotation.stage.word(), rotation.to.word())
}
