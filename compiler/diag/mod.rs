//! Diagnostics: what is wrong, where, and what to do.
//!
//! Invariant: nothing is printed here; the renderers under [`crate::cli`] do that. A sink hands its diagnostics out sorted
//! by place and without repeats.

pub mod allow;
pub mod codes;
pub mod output_codes;
pub mod registry;
pub mod rule_codes;
pub mod service_codes;

use crate::span::Span;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Stops the build.
    Error,
    /// Worth knowing.
    Warning,
}

/// A diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code, `TG` and four digits.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what was expected: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// The text it is about; none where it is about a whole site.
    pub primary: Option<Label>,
    /// Other text that matters.
    pub secondary: Vec<Label>,
    /// What to do.
    pub hints: Vec<String>,
    /// What to write instead, where that is certain.
    pub fix: Option<Fix>,
    /// Text that is not shown: a value that nobody is to see may stand there.
    pub redacted: Vec<Span>,
    /// It is told only where no other error stands at its place.
    pub unless_told: bool,
}

/// A text that takes the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A place and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it shows; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let primary = Some(Label { span, text: String::new() });
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary,
            secondary: vec![],
            hints: vec![],
            fix: None,
            redacted: vec![],
            unless_told: false,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// An error about a whole site or file.
    pub fn global(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            secondary: vec![],
            hints: vec![],
            fix: None,
            redacted: vec![],
            unless_told: false,
        }
    }

    /// With what to write instead.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// With text that is not shown.
    #[must_use]
    pub fn redact(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        self.redacted.extend(spans);
        self
    }

    /// Told only where no other error stands at its place.
    #[must_use]
    pub fn unless_told(mut self) -> Self {
        self.unless_told = true;
        self
    }

    /// With text beside the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// With another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Is it an error by itself?
    fn counts(&self) -> bool {
        self.severity == Severity::Error && !self.unless_told
    }

    /// Its places.
    fn spans(&self) -> impl Iterator<Item = Span> {
        self.primary.iter().chain(&self.secondary).map(|label| label.span)
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }
}

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

/// The candidate nearest to a misspelt word, by Damerau-Levenshtein distance; at most a third of its letters may differ.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// As many names as a hint lists.
const LISTED: usize = 40;

/// A diagnostic about a name that is not known, with the nearest that is.
pub fn unknown<'n>(
    code: &'static str,
    what: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let diagnostic = Diagnostic::error(code, span, format!("unknown {what} `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.hint("none is declared"),
        None if known.len() <= LISTED => diagnostic.hint(format!("known are {}", known.join(", "))),
        None => diagnostic,
    }
}
