//! An opened store to its text, laid out as `sops` lays it out, so that an edit by either changes few lines.
//!
//! Invariant: names are sorted; a value that did not change is written with the ciphertext that it had.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256, Sha512};

use super::opened::{Held, Opened};
use super::outline::{Envelope, Outline, SEALED_KEYS};
use super::sealed::{Sealed, seal};
use super::{Name, Unavailable};
use crate::link::digest::hex;
use crate::spec::account::Rotation;

/// The version of `sops` whose format this is.
pub const FORMAT: &str = "3.10.2";

/// Everything that a store's text says.
struct Page<'a> {
    site: &'a str,
    tag_key: &'a str,
    recipients: Vec<String>,
    rotations: Vec<String>,
    /// Name, time, tag, ciphertext.
    secrets: Vec<(&'a Name, &'a str, &'a str, String)>,
    envelopes: &'a [Envelope],
    modified: &'a str,
    mac: &'a str,
}

/// The store's text; `now` is an RFC 3339 time in UTC, to the second.
pub fn print(opened: &Opened, now: &str) -> Result<String, Unavailable> {
    let mut sum = Sum(Sha512::new());
    let tag_key = opened.tag_key_text();
    sum.add(&opened.site);
    sum.add(&tag_key);
    let recipients: Vec<String> = opened.envelopes.iter().map(recipient_line).collect();
    recipients.iter().for_each(|line| sum.add(line));
    let rotations: Vec<String> =
        opened.rotations.iter().map(|(name, rotation)| rotation_line(name, *rotation)).collect();
    rotations.iter().for_each(|line| sum.add(line));
    let mut secrets = Vec::new();
    for (name, held) in &opened.entries {
        [held.made.as_str(), &held.tag, held.value.reveal()].iter().for_each(|leaf| sum.add(leaf));
        secrets.push((name, held.made.as_str(), held.tag.as_str(), held_seal(opened, name, held)?.text));
    }
    let sealed = match &opened.sealed_tag_key {
        Some(sealed) => sealed.clone(),
        None => seal(&opened.key, "tag-key:", &tag_key)?,
    };
    let mac = seal(&opened.key, now, &sum.finish())?;
    let (site, envelopes) = (opened.site.as_str(), opened.envelopes.as_slice());
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

/// The text that a closed store would have.
pub fn closed(outline: &Outline) -> String {
    let secrets = outline
        .entries
        .iter()
        .map(|(name, closed)| (name, closed.made.as_str(), closed.tag.as_str(), closed.value.text.clone()));
    lay_out(&Page {
        site: &outline.site.0,
        tag_key: &outline.tag_key.text,
        recipients: outline.recipients.iter().map(|(line, _)| line.clone()).collect(),
        rotations: outline.rotations.iter().map(|(name, (rotation, _))| rotation_line(name, *rotation)).collect(),
        secrets: secrets.collect(),
        envelopes: &outline.envelopes,
        modified: &outline.modified,
        mac: &outline.mac.text,
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

fn held_seal(opened: &Opened, name: &Name, held: &Held) -> Result<Sealed, Unavailable> {
    match &held.sealed {
        Some(sealed) => Ok(sealed.clone()),
        None => seal(&opened.key, &associated(name), held.value.reveal()),
    }
}

/// The associated data of a secret's value.
pub fn associated(name: &Name) -> String {
    format!("secrets:{name}:value:")
}

/// What the store says of a recipient under its own sum, which a pull request without the key cannot change.
pub fn recipient_line(envelope: &Envelope) -> String {
    format!("{} sha256:{}", envelope.recipient, hex(&Sha256::digest(envelope.armored.as_bytes())))
}

fn rotation_line(name: &Name, rotation: Rotation) -> String {
    format!("{name} {} {}", rotation.stage.word(), rotation.to.word())
}

/// The sum over all values in order (getsops/sops, sops.go: SHA-512 in upper-case hex).
pub struct Sum(pub Sha512);

impl Sum {
    /// Takes a value.
    pub fn add(&mut self, leaf: &str) {
        self.0.update(leaf.as_bytes());
    }

    /// The sum.
    pub fn finish(self) -> String {
        hex(&self.0.finalize()).to_uppercase()
    }
}
