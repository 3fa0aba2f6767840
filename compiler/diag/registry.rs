//! Finding the entry of a code.
//!
//! Invariant: entries are sorted by code.

use super::codes::CODES;

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

/// The entry of a code.
pub fn entry(code: &str) -> Option<&'static CodeEntry> {
    CODES.binary_search_by(|entry| entry.code.cmp(code)).ok().and_then(|index| CODES.get(index))
}

/// All entries, sorted by code.
pub fn all() -> &'static [CodeEntry] {
    CODES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_sources_has_an_entry() {
        let mut found = std::collections::BTreeSet::new();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/compiler");
        for entry in walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap()) {
            if entry.path().extension().is_none_or(|extension| extension != "rs") || entry.path().ends_with("codes.rs")
            {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            found.extend(text.split("\"TG").skip(1).filter_map(|rest| Some(format!("TG{}", rest.get(..4)?))));
        }
        found.retain(|code| code.chars().skip(2).all(|c| c.is_ascii_digit()));
        let unknown: Vec<_> = found.iter().filter(|code| entry(code).is_none()).collect();
        assert!(unknown.is_empty() && found.len() > 50, "{unknown:?} of {}", found.len());
        assert!(CODES.is_sorted_by_key(|entry| entry.code));
    }
}
