//! Diagnostics that a site allows: they are warnings for a time.
//!
//! Invariant: only diagnostics about what a program or a cluster takes can be allowed; what makes the output unsound cannot.

use super::diagnostic::{Diagnostic, Severity};
use crate::span::Span;

/// A code that counts as a warning until a day.
#[derive(Debug, Clone)]
pub struct Allowed {
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
    /// Has it allowed anything?
    pub is_used: bool,
}

/// Can diagnostics of that code be allowed? Those about options (TG0521 to TG0530, but not a secret in plain text), rules across
/// services (TG06..) and objects (TG0811 to TG0830).
pub fn is_allowable(code: &str) -> bool {
    let number = code.strip_prefix("TG").and_then(|number| number.parse::<u16>().ok()).unwrap_or(0);
    matches!(number, 521..=530 | 600..=699 | 811..=830)
}

/// Is it a day of the form `YYYY-MM-DD`?
pub fn is_date(text: &str) -> bool {
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

/// Applies what is allowed to a diagnostic.
pub fn apply(all: &mut [Allowed], mut diagnostic: Diagnostic) -> Diagnostic {
    let Some(allowed) = all.iter_mut().find(|allowed| allowed.code == diagnostic.code) else { return diagnostic };
    allowed.is_used = true;
    if allowed.is_over {
        return diagnostic.also(allowed.span, format!("this allowed it until {}", allowed.until));
    }
    if diagnostic.severity == Severity::Error {
        diagnostic.severity = Severity::Warning;
        diagnostic = diagnostic.also(allowed.span, format!("allowed until {}: {}", allowed.until, allowed.reason));
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_from_other_text() {
        assert!(is_date("2026-12-31"));
        for wrong in ["", "2026-13-01", "2026-1-1", "31.12.2026", "2026-12-31T00:00"] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }
}
