//! What binds a store together: the sum over all values, the line of each recipient under it, the place of each value.
//!
//! Invariant: a sum over sealed values only is never equal to one over all.

use sha2::{Digest as _, Sha256, Sha512};

use super::locked::{Covers, Envelope};
use crate::kube::secret::SecretPath;
use crate::link::digest::hex;

/// The associated data of a secret's value.
pub fn associated(name: &SecretPath) -> String {
    format!("secrets:{name}:value:")
}

/// What the store says of a recipient under its own sum, which a pull request without the key cannot change.
pub fn recipient_line(envelope: &Envelope) -> String {
    format!("{} sha256:{}", envelope.recipient, hex(&Sha256::digest(envelope.armored.as_bytes())))
}

/// The sum over all values in order (getsops/sops, sops.go: SHA-512 in upper-case hex).
pub struct Sum(Sha512);

/// What a sum over sealed values only begins with, so that it is never taken for one over all (getsops/sops, sops.go): the
/// SHA-256 of `sops`.
const SEALED_ONLY: &[u8] = b"sops";

impl Sum {
    /// The beginning of a sum.
    pub fn start(covers: Covers) -> Sum {
        match covers {
            Covers::All => Sum(Sha512::new()),
            Covers::Sealed => Sum(Sha512::new_with_prefix(Sha256::digest(SEALED_ONLY))),
        }
    }

    /// Takes a value.
    pub fn add(&mut self, leaf: &str) {
        self.0.update(leaf.as_bytes());
    }

    /// The sum.
    pub fn finish(self) -> String {
        hex(&self.0.finalize()).to_uppercase()
    }
}
