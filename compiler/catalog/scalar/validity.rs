//! What the scalar types share: the code of most of them.
//!
//! Invariant: nothing here depends on a type.

/// The code of a text that its type does not allow.
pub(super) const INVALID: &str = "TG0213";
