//! Finding the entry of a code.
//!
//! Invariant: entries are sorted by code, and no code has two.

use super::codes::CODES;
use super::output_codes::OUTPUT_CODES;
use super::rule_codes::RULE_CODES;
use super::service_codes::SERVICE_CODES;

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

/// The registers, one a field.
static REGISTERS: [&[CodeEntry]; 4] = [CODES, SERVICE_CODES, RULE_CODES, OUTPUT_CODES];

/// The entry of a code.
pub fn entry(code: &str) -> Option<&'static CodeEntry> {
    REGISTERS.iter().flat_map(|codes| codes.iter()).find(|entry| entry.code == code)
}

/// All entries, sorted by code.
pub fn all() -> Vec<&'static CodeEntry> {
    let mut all: Vec<&'static CodeEntry> = REGISTERS.iter().flat_map(|codes| codes.iter()).collect();
    all.sort_by_key(|entry| entry.code);
    all
}

/// The page of all codes, in Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# Diagnostic codes\n\nMade by `taco-gen explain codes`; `taco-gen explain TGnnnn` shows one. The findings that a site can lower to \
         warnings for a time (`lower TGnnnn reason=\"...\" until=\"2026-12-31\"`) are marked so.\n",
    );
    for entry in all() {
        let mark = if super::lower::is_lowerable(entry.code) { " (can be lowered)" } else { "" };
        let (code, title) = (entry.code, entry.title);
        page.push_str(&format!("\n## {code}: {title}{mark}\n\n{}\n", entry.explanation.trim()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_sources_has_an_entry() {
        let mut found = std::collections::BTreeSet::new();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/compiler");
        for entry in walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap()) {
            if entry.path().extension().is_none_or(|extension| extension != "rs")
                || entry.path().to_string_lossy().ends_with("codes.rs")
            {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            found.extend(text.split("\"TG").skip(1).filter_map(|rest| Some(format!("TG{}", rest.get(..4)?))));
        }
        found.retain(|code| code.chars().skip(2).all(|c| c.is_ascii_digit()));
        let unknown: Vec<_> = found.iter().filter(|code| entry(code).is_none()).collect();
        assert!(unknown.is_empty() && found.len() > 50, "{unknown:?} of {}", found.len());
        let rules = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/schema")).into_iter();
        let rules =
            rules.map(|entry| entry.unwrap()).filter(|entry| entry.path().extension().is_some_and(|end| end == "kdl"));
        let rules: String = rules.map(|entry| std::fs::read_to_string(entry.path()).unwrap()).collect();
        let idle = |entry: &&&CodeEntry| !found.contains(entry.code) && !rules.contains(entry.code);
        let idle: Vec<_> = all().iter().filter(|entry| idle(entry)).map(|entry| entry.code).collect();
        assert!(idle.is_empty(), "nothing gives {idle:?}");
        assert!(REGISTERS.iter().all(|codes| codes.is_sorted_by_key(|entry| entry.code)));
        let all = all();
        assert!(all.windows(2).all(|pair| pair[0].code < pair[1].code), "a code has two entries");
    }
}
