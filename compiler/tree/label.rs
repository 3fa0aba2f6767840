//! Names.
//!
//! Invariant: a name that passes is safe as a path component and as a Kubernetes name.

/// Is it a DNS label (RFC 1123): lower-case letters, digits and inner hyphens, at most 63?
pub fn is_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= 63 && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}
