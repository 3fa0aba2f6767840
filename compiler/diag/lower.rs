//! Findings that a site lowers to warnings for a time.
//!
//! Invariant: only findings about what a program or a cluster takes can be lowered; what makes the output unsound cannot.

use super::{Diagnostic, Severity};
use crate::span::Span;

/// A code that counts as a warning until a day.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The code.
    pub code: String,
    /// Where the spec says so.
    pub span: Span,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: String,
    /// Is that day over?
    pub is_over: bool,
    /// Has it lowered anything?
    pub is_used: bool,
}

/// Can findings of that code be lowered? Those about options (TG0521 to TG0530, but not a secret in clear), rules across
/// services (TG06..) and objects (TG0811 to TG0830).
pub fn is_lowerable(code: &str) -> bool {
    let number = code.strip_prefix("TG").and_then(|number| number.parse::<u16>().ok()).unwrap_or(0);
    matches!(number, 521..=530 | 600..=699 | 811..=830)
}

/// Is it a day of the form `YYYY-MM-DD`?
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    match parts[..] {
        [year, month, day] => {
            number(year, 4).is_some()
                && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
                && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    }
}

/// Applies what is lowered to a finding.
pub fn apply(all: &mut [Lowered], mut finding: Diagnostic) -> Diagnostic {
    let Some(lowered) = all.iter_mut().find(|lowered| lowered.code == finding.code) else { return finding };
    lowered.is_used = true;
    if lowered.is_over {
        return finding.also(lowered.span, format!("this lowered it until {}", lowered.until));
    }
    if finding.severity == Severity::Error {
        finding.severity = Severity::Warning;
        finding = finding.also(lowered.span, format!("lowered until {}: {}", lowered.until, lowered.reason));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_from_other_text() {
        assert!(is_day("2026-12-31"));
        for wrong in ["", "2026-13-01", "2026-1-1", "31.12.2026", "2026-12-31T00:00"] {
            assert!(!is_day(wrong), "{wrong}");
        }
    }
}
