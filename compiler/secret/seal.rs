//! Templates and values to Secrets: sealed as SOPS files that Flux decrypts itself, or in plain text for laptops.
//!
//! `data` is sealed, not `stringData`: a cluster that does not decrypt refuses ciphertext there, since it is no base64.
//! The file's time is that of its youngest value, not that of the run.
//!
//! Invariant: the annotation [`INPUTS`] says what was sealed; while it stays, the bytes are carried over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

use super::envelope::wrap;
use super::locked::Covers;
use super::random::Unavailable;
use super::sealed::{DataKey, seal};
use super::sum::Sum;
use super::template::SecretTemplate;
use super::value::SecretValue;

/// The annotation with the digest of all inputs.
pub const INPUTS: &str = "taco-gen/secret-inputs";
/// The annotation of a Secret in plain text.
const PLAIN: &str = "taco-gen/plaintext";

/// The digest of inputs that a Secret's text carries.
pub fn inputs_of(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(INPUTS))?;
    line.trim_start_matches(':').trim().strip_prefix('"')?.strip_suffix('"')
}

/// A document being written: its text, and the sum over its values where it is sealed.
pub(super) struct Page {
    pub(super) text: String,
    sum: Sum,
}

impl Page {
    /// The head.
    pub(super) fn new(api: &str, kind: &str) -> Page {
        let mut page = Page { text: String::new(), sum: Sum::start(Covers::All) };
        page.leaf(0, "apiVersion", api);
        page.leaf(0, "kind", kind);
        page
    }

    /// A Secret, everything before its `data`.
    fn secret(template: &SecretTemplate, annotations: &[(&str, &str)]) -> Page {
        let mut page = Page::new("v1", "Secret");
        page.metadata(template, 0, annotations);
        page.leaf(0, "type", template.kind);
        page.text.push_str("data:\n");
        page
    }

    /// `metadata` at an indent.
    pub(super) fn metadata(&mut self, template: &SecretTemplate, indent: usize, annotations: &[(&str, &str)]) {
        let _ = writeln!(self.text, "{:indent$}metadata:", "");
        self.leaf(indent + 4, "name", &template.object);
        self.leaf(indent + 4, "namespace", &template.namespace);
        let _ = writeln!(self.text, "{:indent$}    labels:", "");
        for (key, value) in [("name", template.service.as_str()), ("part-of", "openstack"), ("managed-by", "taco-gen")]
        {
            self.leaf(indent + 8, &format!("app.kubernetes.io/{key}"), value);
        }
        if !annotations.is_empty() {
            let _ = writeln!(self.text, "{:indent$}    annotations:", "");
        }
        annotations.iter().for_each(|(key, value)| self.leaf(indent + 8, key, value));
    }

    /// A line of checked names and digests, which need no escapes.
    pub(super) fn leaf(&mut self, indent: usize, key: &str, value: &str) {
        self.sum.add(value);
        let _ = writeln!(self.text, "{:indent$}{key}: \"{value}\"", "");
    }
}

/// A SOPS file: `data` sealed for the recipients.
pub fn sops(
    template: &SecretTemplate,
    values: &[(String, SecretValue)],
    inputs: &str,
    recipients: &[String],
    modified: &str,
) -> Result<String, Unavailable> {
    let key = DataKey::make()?;
    let mut page = Page::secret(template, &[(INPUTS, inputs)]);
    for (name, value) in values {
        let encoded = zeroize::Zeroizing::new(STANDARD.encode(value.reveal()));
        page.sum.add(&encoded);
        let sealed = seal(&key, &format!("data:{name}:"), &encoded)?;
        let _ = writeln!(page.text, "    {name}: {}", sealed.text);
    }
    let mut text = page.text;
    text.push_str("sops:\n    age:\n");
    for recipient in recipients {
        let _ = writeln!(text, "        - recipient: {recipient}\n          enc: |");
        for line in wrap(&key, recipient)?.lines() {
            let _ = writeln!(text, "            {line}");
        }
    }
    let mac = seal(&key, modified, &page.sum.finish())?.text;
    let _ = writeln!(text, "    lastmodified: \"{modified}\"\n    mac: {mac}");
    let _ = writeln!(text, "    encrypted_regex: ^(data|stringData)$\n    version: {}", super::print::FORMAT);
    Ok(text)
}

/// A Secret in plain text, marked as such.
pub fn plain(template: &SecretTemplate, values: &[(String, SecretValue)], inputs: &str) -> String {
    let mut page = Page::secret(template, &[(INPUTS, inputs), (PLAIN, "true")]);
    for (name, value) in values {
        let _ = writeln!(page.text, "    {name}: \"{}\"", STANDARD.encode(value.reveal()));
    }
    format!("# In clear, for laptops: whoever reads this file has these passwords.\n{}", page.text)
}
