//! One diagnostic: code, message, places, hints.
//!
//! Invariant: a place that is redacted is never shown.

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
    pub(super) fn counts(&self) -> bool {
        self.severity == Severity::Error && !self.unless_told
    }

    /// Its places.
    pub(super) fn spans(&self) -> impl Iterator<Item = Span> {
        self.primary.iter().chain(&self.secondary).map(|label| label.span)
    }

    /// With advice.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }
}
