//! Texts that Ansible Vault encrypted, opened with their password.
//!
//! Format 1.1 and 1.2 (`$ANSIBLE_VAULT;1.1;AES256`, docs.ansible.com, "Ansible Vault payload format"): hex digits of three texts of hex
//! digits, salt, HMAC-SHA256 and AES-256-CTR. PBKDF2-HMAC-SHA256 with 10,000 rounds makes both keys and the first counter of the password.
//!
//! Invariant: nothing is decrypted whose HMAC is another; what was decrypted is wiped when it goes.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key::{Data, Key};
use crate::secret::value::SecretValue;
use crate::world::Sources;

/// How such a text begins.
pub const HEAD: &str = "$ANSIBLE_VAULT;";

/// Rounds of the key derivation.
const ROUNDS: u32 = 10_000;

/// What a text holds; none where the password is another or the text is no such text.
pub fn open(text: &str, password: &SecretValue) -> Option<SecretValue> {
    let mut lines = text.trim().lines().map(str::trim);
    let mut head = lines.next()?.strip_prefix(HEAD)?.split(';');
    let (version, cipher) = (head.next()?, head.next()?);
    if !matches!(version, "1.1" | "1.2") || cipher != "AES256" {
        return None;
    }
    let body = bytes(&lines.collect::<String>())?;
    let mut parts = std::str::from_utf8(&body).ok()?.split('\n').map(bytes);
    let (salt, tag, mut sealed) = (parts.next()??, parts.next()??, Zeroizing::new(parts.next()??));
    let mut keys = Zeroizing::new([0_u8; 80]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.reveal().as_bytes(), &salt, ROUNDS, keys.as_mut_slice());
    let (key, rest) = keys.split_at_checked(32)?;
    let (of_tag, counter) = rest.split_at_checked(32)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(of_tag).ok()?;
    mac.update(&sealed);
    mac.verify_slice(&tag).ok()?;
    Ctr128BE::<Aes256>::new_from_slices(key, counter).ok()?.apply_keystream(sealed.as_mut_slice());
    // The last byte tells how many there are of it.
    let padding = usize::from(*sealed.last()?);
    let length = sealed.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?;
    sealed.truncate(length);
    SecretValue::from_bytes(&sealed)
}

/// Opens the values of keys that are encrypted one by one; they stay hidden.
pub fn open_values(keys: &mut [Key], password: &SecretValue, sources: &Sources) {
    for key in keys {
        let items = match &mut key.data {
            Data::Sealed => vec![(key.span, &mut key.data)],
            Data::List(items) => items.iter_mut().map(|item| (item.span, &mut item.data)).collect(),
            _ => vec![],
        };
        for (span, data) in items.into_iter().filter(|(_, data)| **data == Data::Sealed) {
            let text =
                sources.get(span.file).and_then(|source| source.text.get(span.start as usize..span.end as usize));
            let sealed = text.and_then(|text| text.get(text.find(HEAD)?..));
            if let Some(value) = sealed.and_then(|sealed| open(sealed, password)) {
                *data = Data::Text(value.reveal().to_owned());
            }
        }
    }
}

/// The bytes that hex digits stand for.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by ansible-vault 2.19 of a text for this test.
    const SEALED: [&str; 7] = [
        "$ANSIBLE_VAULT;1.1;AES256",
        "30356333626365613563336437373762393630383363386161366531663763323062323730383764",
        "3964653963646332363564336639373536346261663435640a373761623635383830643231653633",
        "38343835343832343361336130326334323232313531303334376335613533636334646662323564",
        "6330313839656536350a366337376238623766346462653336653135373133343966323961363564",
        "30323562626530656565623861366464636330633933316633633036633761313832343439353862",
        "3565666432626265656334373235393138643631636539366530",
    ];

    #[test]
    fn what_ansible_vault_made_is_opened_by_its_password_alone() {
        let password = |text: &str| SecretValue::new(text.to_owned());
        let right = password("a password for tests");
        let sealed = SEALED.join("\n");
        let opened = open(&sealed, &right).unwrap();
        assert_eq!(opened.reveal(), "keystone_admin_password: only-for-tests-1\n");
        let indented = format!("  {}\n", SEALED.join("\n    "));
        assert!(open(&indented, &right).is_some(), "a value in a file is indented");
        assert!(open(&sealed, &password("another")).is_none());
        // A digit more, less, or another one.
        for broken in [format!("{sealed}3"), sealed[..sealed.len() - 2].to_owned(), sealed.replacen("3035", "3036", 1)]
        {
            assert!(open(&broken, &right).is_none(), "{broken}");
        }
        for text in
            ["", HEAD, "$ANSIBLE_VAULT;1.1;AES256", "$ANSIBLE_VAULT;1.1;AES\n00", "$ANSIBLE_VAULT;1.1;AES256\nzz"]
        {
            assert!(open(text, &right).is_none(), "{text}");
        }
    }
}
