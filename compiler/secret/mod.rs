//! The password store: what a site's services need, made once, kept encrypted beside the spec in a file that `sops` reads too.
//!
//! | module | holds |
//! |---|---|
//! | [`need`] | the site to the secrets that it needs |
//! | [`locked`] | the store's text to all that is readable without a key: names, tags, recipients |
//! | [`unlocked`], [`print`] | a locked store and an identity to values; values back to a text |
//! | [`store`] | a locked store with what the site needs of it |
//! | [`envelope`], [`sealed`], [`sum`] | the data key for age recipients; single values under the data key; the sum over all |
//! | [`tag`] | a value to the keyed digest that decides rollouts |
//! | [`make`], [`validate`] | new values by kind; what is wrong with a value |
//! | [`x509`] | an authority to certificates; what is wrong with them together |
//! | [`template`] | the Kubernetes Secrets that a site's pods read, without values |
//! | [`external`], [`seal`], [`controller`] | templates to ExternalSecrets; templates and values to SOPS files, plain Secrets, SealedSecrets |
//! | [`check`] | what is wrong with a store: missing, unused, weak, for others |
//!
//! One file holds a whole site: a site has one namespace, so a file a namespace, which bounds what one identity opens,
//! and a file a site are the same.
//!
//! Invariant: a value leaves this module only through [`value::SecretValue::reveal`] or encrypted.

pub mod check;
pub mod controller;
pub mod envelope;
pub mod external;
pub mod locked;
pub mod make;
pub mod need;
pub mod print;
pub mod random;
mod redact;
pub mod seal;
pub mod sealed;
pub mod store;
pub mod sum;
pub mod tag;
pub mod template;
pub mod unlocked;
pub mod validate;
pub mod value;
pub mod x509;
