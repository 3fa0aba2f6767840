//! Config digests: SHA-256 over everything that a consumer is started with.
//!
//! Invariant: every field is length-prefixed, so that no two inputs give one stream of bytes.
//! Invariant: a digest covers values, never how they are printed: neither quotes nor comments change it.

use sha2::{Digest as _, Sha256};

use crate::kube::item::{Item, Value};

/// A digest being computed: what is hashed, in one piece, since a value is a few bytes and each call of the hash costs more than they.
pub struct Digest(Vec<u8>);

impl Digest {
    /// Starts with the domain tag; another format of digests would have another.
    #[allow(clippy::new_without_default, reason = "a digest has no default")]
    pub fn new() -> Self {
        let mut digest = Digest(Vec::with_capacity(1 << 15));
        digest.bytes(b"taco-gen/config-digest/v2");
        digest
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// A mounted file.
    pub fn file(&mut self, path: &str, mode: u32, text: &str) {
        self.bytes(b"file");
        self.bytes(path.as_bytes());
        self.bytes(&mode.to_be_bytes());
        self.bytes(text.as_bytes());
    }

    /// The pod template: images, commands, environment, names of secrets and of jobs that it waits for.
    pub fn template(&mut self, id: &str, item: &Item) {
        self.bytes(b"template");
        self.bytes(id.as_bytes());
        self.item(item);
    }

    /// A value: its kind, then its bytes, or the number of its items and these.
    fn item(&mut self, item: &Item) {
        match &item.value {
            Value::Null => self.bytes(b"null"),
            Value::Bool(flag) => self.bytes(if *flag { b"true" } else { b"false" }),
            Value::Integer(number) => {
                self.bytes(b"integer");
                self.bytes(&number.to_be_bytes());
            }
            Value::Decimal(text) => {
                self.bytes(b"decimal");
                self.bytes(text.as_bytes());
            }
            Value::Text(text) => {
                self.bytes(b"text");
                self.bytes(text.as_bytes());
            }
            Value::List(items) => {
                self.bytes(b"list");
                self.bytes(&(items.len() as u64).to_be_bytes());
                items.iter().for_each(|item| self.item(item));
            }
            Value::Map(entries) => {
                self.bytes(b"map");
                self.bytes(&(entries.len() as u64).to_be_bytes());
                for (key, item) in entries {
                    self.bytes(key.as_bytes());
                    self.item(item);
                }
            }
        }
    }

    /// A secret by its tag, a keyed digest of its value.
    pub fn secret(&mut self, object: &str, key: &str, tag: &str) {
        self.bytes(b"secret");
        [object, key, tag].iter().for_each(|text| self.bytes(text.as_bytes()));
    }

    /// The digest in lower-case hex.
    pub fn finish(self) -> String {
        hex(&Sha256::digest(&self.0))
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit));
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}
