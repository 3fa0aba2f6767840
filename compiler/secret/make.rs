//! New values by kind, from the system's generator.
//!
//! Invariant: every value has at least 128 random bits, and a length that says nothing about it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use rand_core::OsRng;
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use zeroize::Zeroizing;

use super::random::{Unavailable, random};
use super::value::SecretValue;
use crate::link::digest::hex;

/// Letters and digits: safe in INI files, URLs, YAML and shells.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new value of a kind; `length` counts characters (of `base64`: random bytes) where the kind leaves it open.
pub fn make(kind: &str, length: Option<usize>) -> Result<SecretValue, Unavailable> {
    Ok(SecretValue::new(match kind {
        "hex" => hex_text(length.unwrap_or(40))?,
        "uuid" => uuid()?,
        "ssh-key" => ssh_key()?,
        "ceph-key" => ceph_key()?,
        "rsa-key" => rsa_key()?,
        "fernet" => URL_SAFE.encode(random::<32>()?.as_slice()),
        "aes-key" => password(32)?,
        "base64" => STANDARD.encode(bytes(length.unwrap_or(32))?.as_slice()),
        _ => password(length.unwrap_or(40))?,
    }))
}

fn bytes(count: usize) -> Result<Zeroizing<Vec<u8>>, Unavailable> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    getrandom::fill(&mut bytes).map_err(|_| Unavailable)?;
    Ok(bytes)
}

fn hex_text(length: usize) -> Result<String, Unavailable> {
    let mut text = hex(&bytes(length.div_ceil(2))?);
    text.truncate(length);
    Ok(text)
}

fn password(length: usize) -> Result<String, Unavailable> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // Of 64 numbers the last two are drawn again, so that every character is as likely as another.
        let drawn = bytes(64)?;
        let letters = drawn.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        text.extend(letters.take(length - text.len()).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> Result<String, Unavailable> {
    let number = u128::from_be_bytes(*random()?);
    let number = number & !(0xf << 76) | 4 << 76;
    let digits = format!("{:032x}", number & !(3 << 62) | 2 << 62);
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default());
    Ok(groups.join("-"))
}

/// An Ed25519 key in OpenSSH's own format, without a passphrase.
fn ssh_key() -> Result<String, Unavailable> {
    let pair = ssh_key::private::Ed25519Keypair::from_seed(&*random()?);
    let text = ssh_key::PrivateKey::from(pair).to_openssh(ssh_key::LineEnding::LF).map_err(|_| Unavailable)?;
    Ok(text.as_str().to_owned())
}

/// An RSA key of 3072 bits, 128 of security (NIST SP 800-57 part 1, table 2), in PKCS #8.
fn rsa_key() -> Result<String, Unavailable> {
    let key = RsaPrivateKey::new(&mut OsRng, 3072).map_err(|_| Unavailable)?;
    let text = key.to_pkcs8_pem(rsa::pkcs8::LineEnding::LF).map_err(|_| Unavailable)?;
    Ok(text.as_str().to_owned())
}

/// A cephx key: type 1 (AES), time of creation, length, 16 bytes; `ceph auth import` takes it.
fn ceph_key() -> Result<String, Unavailable> {
    let mut key = Zeroizing::new(vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0]);
    key.extend(random::<16>()?.as_slice());
    Ok(STANDARD.encode(key.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::validate::validate;

    #[test]
    fn every_kind_is_made_fit_and_never_twice() {
        for (kind, length, expected) in [
            ("password", None, 40),
            ("password", Some(16), 16),
            ("hex", Some(32), 32),
            ("hex", Some(33), 33),
            ("uuid", None, 36),
            ("ssh-key", None, 387),
            ("ceph-key", None, 40),
            ("fernet", None, 44),
            ("aes-key", None, 32),
            ("base64", Some(32), 44),
        ] {
            let value = make(kind, length).unwrap();
            assert_eq!(value.reveal().len(), expected, "{kind}");
            assert!(validate(kind, length, &value).is_none(), "{kind}");
            assert_ne!(value.reveal(), make(kind, length).unwrap().reveal());
        }
    }

    #[test]
    fn all_letters_are_drawn() {
        let text = password(20_000).unwrap();
        let counts = ALPHABET.map(|letter| text.bytes().filter(|byte| *byte == letter).count());
        // 323 each on average; 5 standard deviations are 90.
        assert!(counts.iter().all(|count| (233..413).contains(count)), "{counts:?}");
    }
}
