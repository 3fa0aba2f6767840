//! One value under the data key, in the notation of SOPS: `ENC[AES256_GCM,data:..,iv:..,tag:..,type:str]`.
//!
//! AES-256-GCM with an initialisation vector of 32 bytes; the keys on the way to the value, each followed by a colon, are
//! the associated data (getsops/sops, aes/cipher.go), so a value cannot be moved to another name.
//!
//! Invariant: a vector is never used twice; each sealing draws its own.

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::random::{Unavailable, random};

type Cipher = AesGcm<Aes256, U32>;

/// The key of a file's values.
pub struct DataKey(pub(super) Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new key.
    pub fn make() -> Result<DataKey, Unavailable> {
        random().map(DataKey)
    }

    fn cipher(&self) -> Cipher {
        Cipher::new((&*self.0).into())
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("«key»")
    }
}

/// An encrypted value, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What stands in the file.
    pub text: String,
    /// The type that `sops` gave the value; only `str` keeps a text as it was typed.
    pub kind: String,
    iv: [u8; 32],
    /// The ciphertext, its tag behind it.
    data: Vec<u8>,
}

impl Sealed {
    /// Reads the notation; none where it is not exactly that.
    pub fn parse(text: &str) -> Option<Sealed> {
        let inner = text.strip_prefix("ENC[AES256_GCM,data:")?.strip_suffix(']')?;
        let (data, rest) = inner.split_once(",iv:")?;
        let (iv, rest) = rest.split_once(",tag:")?;
        let (tag, kind) = rest.split_once(",type:")?;
        let tag: [u8; 16] = STANDARD.decode(tag).ok()?.try_into().ok()?;
        let mut data = STANDARD.decode(data).ok()?;
        data.extend(tag);
        let known = ["str", "int", "float", "bool", "bytes", "time", "comment"].contains(&kind);
        let iv = STANDARD.decode(iv).ok()?.try_into().ok()?;
        known.then(|| Sealed { text: text.to_owned(), kind: kind.to_owned(), iv, data })
    }

    /// The plaintext; none where key, path or a byte is not the one it was sealed with.
    pub fn open(&self, key: &DataKey, associated: &str) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: &self.data, aad: associated.as_bytes() };
        key.cipher().decrypt(&Nonce::<U32>::from(self.iv), payload).ok().map(Zeroizing::new)
    }
}

/// Seals a text.
pub fn seal(key: &DataKey, associated: &str, text: &str) -> Result<Sealed, Unavailable> {
    let iv: [u8; 32] = *random()?;
    let payload = Payload { msg: text.as_bytes(), aad: associated.as_bytes() };
    let data = key.cipher().encrypt(&Nonce::<U32>::from(iv), payload).map_err(|_| Unavailable)?;
    let (body, tag) = data.split_at_checked(data.len().saturating_sub(16)).ok_or(Unavailable)?;
    let text = format!(
        "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str]",
        STANDARD.encode(body),
        STANDARD.encode(iv),
        STANDARD.encode(tag)
    );
    Ok(Sealed { text, kind: "str".to_owned(), iv, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_with_its_key_at_its_path_only() {
        let (key, other) = (DataKey::make().unwrap(), DataKey::make().unwrap());
        let sealed = seal(&key, "secrets:a/b:", "väl ue\n").unwrap();
        assert_eq!(Sealed::parse(&sealed.text).unwrap(), sealed);
        assert_eq!(sealed.open(&key, "secrets:a/b:").unwrap().as_slice(), "väl ue\n".as_bytes());
        assert!(sealed.open(&key, "secrets:a/c:").is_none() && sealed.open(&other, "secrets:a/b:").is_none());
        assert_ne!(seal(&key, "", "x").unwrap().text, seal(&key, "", "x").unwrap().text);
    }

    #[test]
    fn what_is_not_the_notation_is_not_read() {
        let good = seal(&DataKey::make().unwrap(), "", "x").unwrap().text;
        for bad in ["", "x", "ENC[]", &good.replace("str", "Str"), &good.replace("iv:", "iv:A"), &format!("{good} ")] {
            assert!(Sealed::parse(bad).is_none(), "{bad}");
        }
    }
}
