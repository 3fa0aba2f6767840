//! PEM texts to a key and certificates, and back.
//!
//! Invariant: a text with a block that is neither is not a bundle.

use p256::SecretKey;
use p256::pkcs8::DecodePrivateKey as _;
use x509_cert::Certificate;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{DecodePem as _, EncodePem as _};

use crate::kube::secret::SecretPath;
use crate::secret::unlocked::UnlockedStore;

/// What a PEM text holds.
pub(super) struct Bundle {
    /// The private key, where there is one.
    pub(super) key: Option<SecretKey>,
    /// The certificates, in the order of the text.
    pub(super) certificates: Vec<Certificate>,
}

impl Bundle {
    /// The value of a store under a path; none where it is missing or not such a text.
    pub(super) fn of(unlocked: &UnlockedStore, path: &SecretPath) -> Option<Bundle> {
        Bundle::read(unlocked.entries.get(path)?.value.reveal())
    }

    /// Reads a text; none where it is not made of at most one P-256 key and of certificates.
    pub(super) fn read(text: &str) -> Option<Bundle> {
        let mut bundle = Bundle { key: None, certificates: Vec::new() };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let label = rest.strip_prefix("-----BEGIN ")?.split_once("-----")?.0;
            let end = format!("-----END {label}-----");
            let length = rest.find(&end)? + end.len();
            let (block, behind) = rest.split_at_checked(length)?;
            match label {
                "CERTIFICATE" => bundle.certificates.push(Certificate::from_pem(block).ok()?),
                "PRIVATE KEY" if bundle.key.is_none() => bundle.key = Some(SecretKey::from_pkcs8_pem(block).ok()?),
                "EC PRIVATE KEY" if bundle.key.is_none() => bundle.key = Some(SecretKey::from_sec1_pem(block).ok()?),
                _ => return None,
            }
            rest = behind.trim_start();
        }
        (!bundle.certificates.is_empty()).then_some(bundle)
    }
}

/// Certificates as one text.
pub(super) fn certificates(certificates: &[Certificate]) -> Option<String> {
    certificates.iter().map(|certificate| certificate.to_pem(LineEnding::LF).ok()).collect()
}
