//! Answers to standard output.
//!
//! Invariant: an answer is written whole.

use std::io::Write as _;

use crate::cli::args::Comparison;

/// A value as a document.
pub fn document(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Writes an answer.
pub fn write(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// After a build the output is the spec's already; what a reviewer asks about is then in Git.
pub fn hint(comparison: &Comparison) {
    if comparison.base.is_none() {
        let _ = writeln!(
            anstream::stderr(),
            "{} is what the specs give; `--base HEAD` compares with the last commit",
            comparison.output.display()
        );
    }
}
