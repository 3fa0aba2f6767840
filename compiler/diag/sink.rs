//! Where diagnostics are pushed.
//!
//! Invariant: they come out sorted by place, each once.

use super::allow;
use super::diagnostic::{Diagnostic, Severity};
use crate::span::Span;

/// Diagnostics of a run.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    allowed: Vec<allow::Allowed>,
}

impl Sink {
    /// Takes a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let diagnostic = allow::apply(&mut self.allowed, diagnostic);
        self.diagnostics.push(diagnostic);
    }

    /// Lowers codes from here on.
    pub fn allow(&mut self, allowed: Vec<allow::Allowed>) {
        self.allowed = allowed;
    }

    /// Says which allowed codes were not found at all.
    pub fn unused_lowered(&mut self) {
        for allowed in std::mem::take(&mut self.allowed).into_iter().filter(|allowed| !allowed.is_used) {
            let message = format!("`{}` is allowed here, and nothing gives it", allowed.code);
            self.diagnostics.push(Diagnostic::warning("TG0312", allowed.span, message).hint("remove the line"));
        }
    }

    /// How many diagnostics there are, for [`Sink::retain_since`].
    pub fn mark(&self) -> usize {
        self.diagnostics.len()
    }

    /// Drops those of the diagnostics since a mark that are not to be kept.
    pub fn retain_since(&mut self, mark: usize, keep: impl Fn(&Diagnostic) -> bool) {
        let late = self.diagnostics.split_off(mark.min(self.diagnostics.len()));
        self.diagnostics.extend(late.into_iter().filter(keep));
    }

    /// Is there an error among the diagnostics?
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Is there a diagnostic of that code?
    pub fn has(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
    }

    /// The diagnostics, sorted by file, place and code, each once.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics;
        let told: Vec<Span> =
            diagnostics.iter().filter(|diagnostic| diagnostic.counts()).flat_map(Diagnostic::spans).collect();
        diagnostics.retain(|diagnostic| {
            !diagnostic.unless_told || !diagnostic.primary.iter().any(|label| told.contains(&label.span))
        });
        diagnostics.sort_by(|a, b| {
            let place = |d: &Diagnostic| d.primary.as_ref().map(|label| label.span);
            (place(a), a.code, &a.message).cmp(&(place(b), b.code, &b.message))
        });
        diagnostics.dedup();
        diagnostics
    }
}
