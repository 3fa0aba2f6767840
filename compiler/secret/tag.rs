//! A value to its tag: a keyed digest that may stand in plain text.
//!
//! `HKDF-SHA256(tag key, "taco-gen/tag/v1" and the site)` gives the key of an HMAC-SHA256 over the name, length-prefixed,
//! and the value; 16 bytes of it are kept. Without the key nobody can test a guess; with it one already has the values.
//!
//! Invariant: the name is part of what is digested, so equal values have different tags.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::random::Unavailable;
use super::value::SecretValue;
use crate::kube::secret::SecretPath;
use crate::link::digest::hex;

/// What a site's tags are made with.
pub struct TagKey(Zeroizing<[u8; 32]>);

impl TagKey {
    /// The tag key of a site from the 32 bytes in its store.
    pub fn of_site(bytes: &[u8; 32], site: &str) -> Result<TagKey, Unavailable> {
        let mut key = Zeroizing::new([0; 32]);
        let info = format!("taco-gen/tag/v1{site}");
        Hkdf::<Sha256>::new(None, bytes).expand(info.as_bytes(), key.as_mut_slice()).map_err(|_| Unavailable)?;
        Ok(TagKey(key))
    }

    /// The tag of a value under a name.
    pub fn tag(&self, name: &SecretPath, value: &SecretValue) -> Result<String, Unavailable> {
        let name = name.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).map_err(|_| Unavailable)?;
        mac.update(&(name.len() as u64).to_be_bytes());
        mac.update(name.as_bytes());
        mac.update(value.reveal().as_bytes());
        let digest = mac.finalize().into_bytes();
        Ok(format!("v1.{}", hex(digest.get(..16).unwrap_or_default())))
    }
}

impl std::fmt::Debug for TagKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("«key»")
    }
}

/// Has it the form of a tag?
pub fn is_tag(text: &str) -> bool {
    let digits = text.strip_prefix("v1.").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_depends_on_key_site_name_and_value() {
        let tag = |key: u8, site: &str, name: &str, value: &str| {
            let key = TagKey::of_site(&[key; 32], site).unwrap();
            key.tag(&SecretPath::parse(name).unwrap(), &SecretValue::new(value.to_owned())).unwrap()
        };
        let first = tag(1, "lab", "a/b", "v");
        assert!(is_tag(&first) && first == tag(1, "lab", "a/b", "v"));
        for other in
            [tag(2, "lab", "a/b", "v"), tag(1, "x", "a/b", "v"), tag(1, "lab", "a/c", "v"), tag(1, "lab", "a/b", "w")]
        {
            assert_ne!(first, other);
        }
    }
}
