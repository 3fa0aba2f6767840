//! Text that nobody may read by accident.
//!
//! Invariant: a value is never printed, compared in public, copied or serialised; its memory is wiped when it goes.

use zeroize::Zeroizing;

/// The value of a secret. It has no `Display`, no `Clone` and no equality; its `Debug` shows nothing of it.
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes a text.
    pub fn new(text: String) -> Self {
        SecretValue(Zeroizing::new(text))
    }

    /// Takes bytes; none where they are not UTF-8.
    pub fn from_bytes(bytes: &Zeroizing<Vec<u8>>) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(|text| SecretValue::new(text.to_owned()))
    }

    /// The text: for encryption, and for a person who asked for it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("«secret»")
    }
}

/// Why a value is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It can be guessed; what makes it weak.
    Weak(&'static str),
    /// Its reader cannot use it; what it must be.
    Invalid(&'static str),
}
