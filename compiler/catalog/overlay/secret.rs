//! Secrets of a site's own.
//!
//! Invariant: only kinds whose value is one text are here, so that any option, setting or file can hold it.

use crate::catalog::service::SecretKind;
use crate::tree::record::Int;
use crate::{record, words};

words! {
    /// How a secret of a site is made.
    pub enum SiteSecretKind {
        /// Letters and digits.
        Password = "password",
        /// Hexadecimal digits.
        Hex = "hex",
        /// A UUID.
        Uuid = "uuid",
        /// Bytes in base64.
        Base64 = "base64",
        /// A key of a Ceph user.
        CephKey = "ceph-key",
        /// A fernet key.
        Fernet = "fernet",
    }
}

impl SiteSecretKind {
    /// The kind of any secret.
    pub fn kind(self) -> SecretKind {
        match self {
            SiteSecretKind::Password => SecretKind::Password,
            SiteSecretKind::Hex => SecretKind::Hex,
            SiteSecretKind::Uuid => SecretKind::Uuid,
            SiteSecretKind::Base64 => SecretKind::Base64,
            SiteSecretKind::CephKey => SecretKind::CephKey,
            SiteSecretKind::Fernet => SecretKind::Fernet,
        }
    }
}

record! {
    /// A secret of the site's own, kept in the password store: `secret ldap-bind kind=password`. Options, settings and files refer to it as `(secret)"ldap-bind"`.
    pub struct SiteSecret, key(name) {
        /// How `passwords generate` makes it; `passwords set` puts a value from elsewhere in its place.
        kind: SiteSecretKind,
        /// Characters of `password`, `hex` and `base64` (40).
        length: Option<Int<8, 4096>>,
        /// What it is for.
        doc: Option<String>,
    }
}
