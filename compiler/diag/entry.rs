//! What the registers hold of a code.
//!
//! Invariant: an entry says what went wrong and what to do, without a word on the program's inside.

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// `TG` and four digits.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What it means, why it is checked, and what to do.
    pub explanation: &'static str,
}
