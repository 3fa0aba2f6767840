//! What is wrong with a value: too weak, or not what its kind promises to its reader.
//!
//! Invariant: the words of a weakness are fixed; nothing of the value is in them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;

use super::need::is_x509;
use super::value::{SecretValue, Weakness};
use super::x509;

/// Shorter passwords are guessed.
const MIN_LENGTH: usize = 12;

/// What people and defaults take; digits and signs beside them add nothing.
const COMMON: &str = include_str!("../../schema/files/common-passwords.txt");

/// What is wrong with a value of a kind; none where it is fine.
pub fn validate(kind: &str, length: Option<usize>, value: &SecretValue) -> Option<Weakness> {
    let text = value.reveal();
    if text.is_empty() {
        return Some(Weakness::Weak("is empty"));
    }
    match kind {
        "public-certificate" => pem(text, &["CERTIFICATE"]),
        "public-key" => pem(text, &["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]),
        kind if is_x509(kind) => x509::validate(kind, value),
        "hex" => hex(text, length),
        "uuid" => (!is_uuid(text)).then_some(Weakness::Invalid("must be a UUID")),
        "ssh-key" => ssh_key(text),
        "rsa-key" => rsa_key(text),
        "ceph-key" => (!is_ceph_key(text))
            .then_some(Weakness::Invalid("must be a cephx key, base64 as `ceph auth print-key` writes it")),
        "fernet" => {
            let fits = URL_SAFE.decode(text).is_ok_and(|key| key.len() == 32);
            (!fits).then_some(Weakness::Invalid("must be 32 bytes in URL-safe base64"))
        }
        "aes-key" => aes_key(text),
        "base64" => {
            let bytes = STANDARD.decode(text).map(|bytes| bytes.len());
            match (bytes, length) {
                (Ok(found), Some(expected)) if found == expected => None,
                (Ok(found), None) if found >= 16 => None,
                _ => Some(Weakness::Invalid("must be base64 of the length that its service asks for")),
            }
        }
        _ => password(text),
    }
}

/// A text of PEM blocks, all of these labels (RFC 7468).
fn pem(text: &str, labels: &[&str]) -> Option<Weakness> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let label = labels.iter().find(|label| rest.starts_with(&format!("-----BEGIN {label}-----")));
        let end = label.map(|label| format!("-----END {label}-----"));
        let Some(behind) = end.and_then(|end| rest.find(&end).and_then(|at| rest.get(at + end.len()..))) else {
            return Some(Weakness::Invalid("must be PEM: certificates for `tls.crt`, one private key for `tls.key`"));
        };
        rest = behind.trim_start();
    }
    None
}

/// An RSA key that current peers take (NIST SP 800-131A: 2048 bits or more).
fn rsa_key(text: &str) -> Option<Weakness> {
    match RsaPrivateKey::from_pkcs8_pem(text) {
        Ok(key) if key.size() >= 256 => None,
        Ok(_) => Some(Weakness::Weak("is shorter than 2048 bits")),
        Err(_) => Some(Weakness::Invalid("must be an RSA key in PEM (PKCS #8, no passphrase)")),
    }
}

fn password(text: &str) -> Option<Weakness> {
    // Unicode's own line and paragraph ends are no control characters, and config files hold no line ends of any kind.
    if text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Some(Weakness::Invalid("must be one line without control characters"));
    }
    if text.trim() != text {
        return Some(Weakness::Invalid("must not begin or end with a space, which readers drop"));
    }
    if text.chars().count() < MIN_LENGTH {
        return Some(Weakness::Weak("has fewer than 12 characters"));
    }
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    if !letters.is_empty() && COMMON.lines().any(|word| letters.replace(word, "").is_empty()) {
        return Some(Weakness::Weak("is a known default or a common word"));
    }
    let distinct: std::collections::BTreeSet<char> = text.chars().collect();
    (distinct.len() < 5).then_some(Weakness::Weak("repeats a few characters"))
}

/// A key of AES that a program takes as text (FIPS 197: 16, 24 or 32 bytes): one character is one byte.
fn aes_key(text: &str) -> Option<Weakness> {
    if !matches!(text.len(), 16 | 24 | 32) || !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Some(Weakness::Invalid("must be 32 ASCII characters (16 and 24 are accepted)"));
    }
    password(text)
}

fn hex(text: &str, length: Option<usize>) -> Option<Weakness> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || length.is_some_and(|length| text.len() != length) {
        return Some(Weakness::Invalid("must be hex digits of the length that its service asks for"));
    }
    if text.len() < MIN_LENGTH {
        return Some(Weakness::Weak("has fewer than 12 characters"));
    }
    let distinct: std::collections::BTreeSet<char> = text.chars().collect();
    (distinct.len() < 5).then_some(Weakness::Weak("repeats a few characters"))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn ssh_key(text: &str) -> Option<Weakness> {
    match ssh_key::PrivateKey::from_openssh(text) {
        Ok(key) if key.is_encrypted() => Some(Weakness::Invalid("must be a key without a passphrase")),
        Ok(key) if key.algorithm() != ssh_key::Algorithm::Ed25519 => Some(Weakness::Invalid("must be an Ed25519 key")),
        Ok(_) => None,
        Err(_) => Some(Weakness::Invalid("must be an OpenSSH private key")),
    }
}

/// The type, a time of eight bytes, the length, and as many bytes.
fn is_ceph_key(text: &str) -> bool {
    let Ok(bytes) = STANDARD.decode(text) else { return false };
    let length = bytes.get(10..12).and_then(|length| length.try_into().ok()).map_or(0, u16::from_le_bytes);
    length >= 16 && bytes.len() == 12 + usize::from(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_invalid_values_are_found() {
        let weak = |text: &str| {
            matches!(validate("password", None, &SecretValue::new(text.to_owned())), Some(Weakness::Weak(_)))
        };
        for text in
            ["", "short", "Password12345!", "passwordpassword", "openstack-2026", "aaaaaaaaaaaaaaaa", "changeme!!!!"]
        {
            assert!(weak(text), "{text}");
        }
        assert!(!weak("correct horse battery") && !weak("kX93bZpQ77aLm2"));
        for (kind, length, text) in [
            ("password", None, "line one is long\n[section]"),
            ("password", None, " blank in front"),
            ("password", None, "a line\u{2028}and another"),
            ("hex", Some(32), "abcdef0123456789"),
            ("uuid", None, "457eb676-33da-42ec-9a8c"),
            ("ssh-key", None, "-----BEGIN OPENSSH PRIVATE KEY-----"),
            ("ceph-key", None, "bm90IGEga2V5IGF0IGFsbA=="),
            ("fernet", None, "AAAA"),
            ("base64", Some(32), "AAAA"),
            ("aes-key", None, "kX93bZpQ77aLm2kX93b"),
            ("aes-key", None, "kX93bZpQ77aLm2kX93bZpQ77aLm2kX9\u{e9}"),
        ] {
            let found = validate(kind, length, &SecretValue::new(text.to_owned()));
            assert!(matches!(found, Some(Weakness::Invalid(_))), "{kind}");
        }
        for text in ["kX93bZpQ77aLm2k!", "e7f4c375f8cbfe7d8807bc2a", "6827df94a50de0a93b1cf1a89c537e9d"] {
            assert!(validate("aes-key", None, &SecretValue::new(text.to_owned())).is_none(), "{text}");
        }
    }
}
