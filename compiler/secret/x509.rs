//! The site's own TLS: an authority, the certificates that it signs, and what clients trust, as values of the store.
//!
//! | kind | holds |
//! |---|---|
//! | `x509-authority` | the authority's key and its certificate; no pod reads it |
//! | `x509` | a server's key and its certificate |
//! | `x509-trust` | the certificates that clients trust: the authority's, and those of older ones still in use |
//!
//! All are PEM texts (RFC 7468), keys in PKCS #8 (RFC 5958). Programs read a key and its certificate from one file, so that
//! the two never differ.
//!
//! Invariant: the trust holds the issuer of every certificate that was ever in use, until it is itself renewed.

pub mod authorities;
mod examine;
mod issue;
mod pem;
mod renew;

pub use examine::{check, validate};
pub use issue::Refusal;
pub use renew::{fill, install, renew};
