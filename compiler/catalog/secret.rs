//! Secrets that services declare, and how each is made.
//!
//! Invariant: a secret has one kind, and each kind one key in its Kubernetes Secret.

use super::bounds::Bounds;
use super::scalar::DnsName;
use crate::tree::record::Int;
use crate::tree::scalar::Typed;
use crate::tree::word::Word;
use crate::{record, words};

words! {
    /// How a secret is made.
    pub enum SecretKind {
        /// Letters and digits.
        Password = "password",
        /// Hexadecimal digits.
        Hex = "hex",
        /// A UUID.
        Uuid = "uuid",
        /// An ed25519 key pair.
        SshKey = "ssh-key",
        /// A key of a Ceph user.
        CephKey = "ceph-key",
        /// An RSA key.
        RsaKey = "rsa-key",
        /// A fernet key.
        Fernet = "fernet",
        /// A key of AES that its program takes as text: 16, 24 or 32 characters.
        AesKey = "aes-key",
        /// Bytes in base64.
        Base64 = "base64",
        /// A TLS key and its certificate.
        X509 = "x509",
        /// An object without data that a Job fills in the cluster.
        Runtime = "runtime",
    }
}

impl SecretKind {
    /// The key that a value of the kind has in its Kubernetes Secret.
    pub fn key(self) -> &'static str {
        match self {
            SecretKind::SshKey => "id_ed25519",
            SecretKind::CephKey => "key",
            SecretKind::RsaKey => "key.pem",
            SecretKind::Uuid => "uuid",
            SecretKind::X509 => "tls.pem",
            SecretKind::Password
            | SecretKind::Hex
            | SecretKind::Fernet
            | SecretKind::AesKey
            | SecretKind::Base64
            | SecretKind::Runtime => "password",
        }
    }
}

record! {
    /// A secret of the service beyond those of its database, queue and identity users.
    pub struct Secret, include(bounds: Bounds) {
        /// How it is made. `x509`: a TLS key and a certificate that the site's authority signs. `runtime`: an object without data that a Job fills in the cluster.
        kind: SecretKind,
        /// Characters, where the kind leaves it open (40).
        length: Option<Int<8, 4096>>,
        /// Kubernetes Services of this service: of an `x509` secret, whose names the certificate has.
        services: Vec<Word>,
        /// More names that an `x509` certificate has, e.g. that of a client.
        names: Vec<Typed<DnsName>>,
        /// A node label: an `x509` certificate has the names of the nodes that carry it, and their addresses.
        nodes: Option<Word>,
        /// Data is encrypted with it, so it never changes (#false).
        immutable: bool,
        /// What it protects.
        doc: Option<String>,
    }
}
