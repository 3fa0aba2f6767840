//! What the scalar types share: the code of most, and whether a text is valid.
//!
//! Invariant: where nothing is known of what was meant, nothing is guessed.

use crate::tree::scalar::Validity;

/// The code of a text that its type does not allow.
pub(super) const INVALID: &str = "TG0213";

/// Valid, or not and nothing is known of what was meant.
#[allow(clippy::fn_params_excessive_bools, reason = "the answer itself is one")]
pub(super) fn valid(is_valid: bool) -> Validity {
    if is_valid { Ok(()) } else { Err(None) }
}
