//! Diagnostics as text, for people and for machines.
//!
//! Invariant: text of the user never reaches a terminal raw: control, bidirectional and invisible characters are escaped.

mod forge;

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::diag::{Diagnostic, Label, Severity, registry};
use crate::span::Span;
use crate::world::Sources;

/// The most diagnostics that people are shown.
const MAX_DIAGNOSTICS: usize = 200;

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the text they are about
    Human,
    /// A line each
    Short,
    /// JSON
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// A JUnit report
    Junit,
}

impl Format {
    /// Is it one document, however many sites it tells of?
    pub fn is_document(self) -> bool {
        matches!(self, Format::Json | Format::Sarif | Format::Gitlab | Format::Junit)
    }

    /// Is it for machines, and so complete even where there is nothing to say?
    pub fn is_machine(self) -> bool {
        self.is_document() || self == Format::Github
    }
}

/// Are colours written?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Yes.
    Always,
    /// No.
    Never,
}

impl Color {
    /// As `--color` says; otherwise on a terminal, unless NO_COLOR is set.
    #[allow(clippy::disallowed_methods, reason = "NO_COLOR is read where colours are chosen")]
    pub fn for_stderr() -> Self {
        let auto =
            || std::io::stderr().is_terminal() && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty());
        let wanted = match anstream::ColorChoice::global() {
            anstream::ColorChoice::Auto => auto(),
            anstream::ColorChoice::Never => false,
            _ => true,
        };
        if wanted { Color::Always } else { Color::Never }
    }
}

/// Diagnostics in a format.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, format: Format, color: Color) -> String {
    let places: Vec<(&Diagnostic, Option<Place>)> = diagnostics
        .iter()
        .map(|diagnostic| (diagnostic, diagnostic.primary.as_ref().and_then(|label| place(label, sources))))
        .collect();
    match format {
        Format::Human => human(diagnostics, sources, color),
        Format::Short => places.iter().map(|(diagnostic, place)| short(diagnostic, place.as_ref())).collect(),
        Format::Github => places.iter().map(|(diagnostic, place)| github(diagnostic, place.as_ref())).collect(),
        Format::Json | Format::Sarif | Format::Gitlab | Format::Junit => {
            document(vec![part(diagnostics, sources, format)], format)
        }
    }
}

/// Where a label stands.
struct Place {
    path: String,
    start: (usize, usize),
    end: (usize, usize),
}

fn place(label: &Label, sources: &Sources) -> Option<Place> {
    let source = sources.get(label.span.file)?;
    Some(Place {
        path: clean(&source.path),
        start: source.position(label.span.start),
        end: source.position(label.span.end),
    })
}

/// The text with every character escaped that could steer a terminal or deceive a reader.
pub fn clean(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\t' => safe.push(' '),
            c if is_unsafe(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// The same for a text of several lines, whose breaks stay.
pub fn clean_lines(text: &str) -> String {
    text.lines().map(|line| clean(line) + "\n").collect()
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn short(diagnostic: &Diagnostic, place: Option<&Place>) -> String {
    let place = place.map_or(String::new(), |place| format!("{}:{}:{}: ", place.path, place.start.0, place.start.1));
    format!("{place}{}[{}]: {}\n", word(diagnostic.severity), diagnostic.code, clean(&diagnostic.message))
}

/// A source's lines around a label, safe to show, and the label's place in them.
struct Excerpt {
    path: String,
    text: String,
    first: usize,
    range: std::ops::Range<usize>,
}

/// The longest part of a line that is shown.
const WIDEST: usize = 400;

/// Where values stand that nobody is to see: a secret in plain text is told by its place alone.
fn hidden(diagnostics: &[Diagnostic]) -> Vec<Span> {
    let secret = diagnostics.iter().filter(|diagnostic| diagnostic.code == "TG0510");
    let clear = secret.filter_map(|diagnostic| diagnostic.primary.as_ref()).map(|label| label.span);
    clear.chain(diagnostics.iter().flat_map(|diagnostic| diagnostic.redacted.iter().copied())).collect()
}

fn excerpt(label: &Label, sources: &Sources, hidden: &[Span]) -> Option<Excerpt> {
    let source = sources.get(label.span.file)?;
    let (line, column) = source.position(label.span.start);
    let text = source.line_text(line);
    let from = column.saturating_sub(1);
    let (last, end_column) = source.position(label.span.end);
    let to = if last == line { end_column.saturating_sub(1) } else { text.chars().count() };
    let skip = from.saturating_sub(WIDEST / 2);
    let mut shown = String::new();
    let (mut start, mut end) = (None, None);
    let before: usize = text.chars().take(from).map(char::len_utf8).sum();
    let begin = (label.span.start as usize).saturating_sub(before);
    let is_hidden = |at: usize| {
        let covers = |span: &Span| (span.start as usize..span.end as usize).contains(&(begin + at));
        hidden.iter().any(|span| span.file == label.span.file && covers(span))
    };
    for (index, (at, c)) in text.char_indices().enumerate().skip(skip).take(WIDEST) {
        if index == from {
            start = Some(shown.len());
        }
        if index == to {
            end = Some(shown.len());
        }
        let c = if is_hidden(at) { '*' } else { c };
        shown.push_str(&clean(c.encode_utf8(&mut [0; 4])));
    }
    let start = start.unwrap_or(shown.len());
    let end = end.unwrap_or(shown.len()).max(start);
    Some(Excerpt { path: clean(&source.path), text: shown, first: line, range: start..end })
}

fn human(diagnostics: &[Diagnostic], sources: &Sources, color: Color) -> String {
    let renderer = if color == Color::Always { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    let hidden = hidden(diagnostics);
    for diagnostic in diagnostics.iter().take(MAX_DIAGNOSTICS) {
        text.push_str(&one(diagnostic, (sources, &hidden), &renderer));
        text.push_str("\n\n");
    }
    if diagnostics.len() > MAX_DIAGNOSTICS {
        let _ = writeln!(text, "... and {} more", diagnostics.len() - MAX_DIAGNOSTICS);
    }
    text
}

fn one(diagnostic: &Diagnostic, (sources, hidden): (&Sources, &[Span]), renderer: &Renderer) -> String {
    let level = if diagnostic.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
    let message = clean(&diagnostic.message);
    let title = level.primary_title(message.as_str()).id(diagnostic.code);
    let primary =
        diagnostic.primary.as_ref().and_then(|label| Some((excerpt(label, sources, hidden)?, clean(&label.text))));
    let others: Vec<(Excerpt, String)> = diagnostic
        .secondary
        .iter()
        .filter_map(|label| Some((excerpt(label, sources, hidden)?, clean(&label.text))))
        .collect();
    let hints: Vec<String> = diagnostic.hints.iter().map(|hint| clean(hint)).collect();
    let snippet = |(excerpt, label): &(Excerpt, String), kind: AnnotationKind| {
        let annotation = kind.span(excerpt.range.clone());
        let annotation = if label.is_empty() { annotation } else { annotation.label(label.clone()) };
        Snippet::source(excerpt.text.clone())
            .line_start(excerpt.first)
            .path(excerpt.path.clone())
            .annotation(annotation)
    };
    let mut group = Group::with_title(title);
    if let Some(primary) = &primary {
        group = group.element(snippet(primary, AnnotationKind::Primary));
    }
    for other in &others {
        group = group.element(snippet(other, AnnotationKind::Context));
    }
    for hint in &hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    renderer.render(&[group]).to_string()
}

/// A workflow command: its text must not begin another one.
fn github(diagnostic: &Diagnostic, place: Option<&Place>) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    let place = place.map_or(String::new(), |place| {
        format!("file={},line={},col={},", property(&place.path), place.start.0, place.start.1)
    });
    let hints: String = diagnostic.hints.iter().map(|hint| format!("\n{hint}")).collect();
    format!(
        "::{} {place}title={}::{}\n",
        word(diagnostic.severity),
        diagnostic.code,
        escape(&format!("{}{hints}", diagnostic.message))
    )
}

fn object(diagnostic: &Diagnostic, place: Option<&Place>, sources: &Sources) -> Value {
    let related: Vec<Value> = diagnostic
        .secondary
        .iter()
        .filter_map(|label| {
            let place = self::place(label, sources)?;
            Some(json!({"message": label.text, "path": place.path, "line": place.start.0, "column": place.start.1}))
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": word(diagnostic.severity),
        "message": diagnostic.message,
        "path": place.map(|place| &place.path),
        "line": place.map(|place| place.start.0),
        "column": place.map(|place| place.start.1),
        "end_line": place.map(|place| place.end.0),
        "end_column": place.map(|place| place.end.1),
        "hints": diagnostic.hints,
        "related": related,
    })
}

/// A site's part of a document: a run of SARIF, or a list of diagnostics.
pub fn part(diagnostics: &[Diagnostic], sources: &Sources, format: Format) -> Value {
    let places: Vec<(&Diagnostic, Option<Place>)> = diagnostics
        .iter()
        .map(|diagnostic| (diagnostic, diagnostic.primary.as_ref().and_then(|label| place(label, sources))))
        .collect();
    match format {
        Format::Sarif => sarif(&places),
        _ => places.iter().map(|(diagnostic, place)| object(diagnostic, place.as_ref(), sources)).collect(),
    }
}

/// A document of the parts of several sites: SARIF 2.1.0, Code Quality, JUnit, or the program's own JSON.
pub fn document(parts: Vec<Value>, format: Format) -> String {
    let items = || parts.iter().filter_map(Value::as_array).flatten().collect::<Vec<_>>();
    let whole = match format {
        Format::Junit => return forge::junit(&items()),
        Format::Gitlab => forge::gitlab(&items()),
        Format::Sarif => {
            let schema = "https://json.schemastore.org/sarif-2.1.0.json";
            json!({"$schema": schema, "version": "2.1.0", "runs": parts})
        }
        _ => {
            json!({"schema_version": 1, "diagnostics": items()})
        }
    };
    format!("{whole:#}\n")
}

fn sarif(diagnostics: &[(&Diagnostic, Option<Place>)]) -> Value {
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|(diagnostic, place)| {
            let locations: Vec<Value> = place
                .iter()
                .map(|place| {
                    let region = json!({
                        "startLine": place.start.0, "startColumn": place.start.1,
                        "endLine": place.end.0, "endColumn": place.end.1,
                    });
                    json!({"physicalLocation": {"artifactLocation": {"uri": place.path}, "region": region}})
                })
                .collect();
            let hints = diagnostic.hints.iter().map(|hint| format!("\nhelp: {hint}"));
            let text: String = std::iter::once(diagnostic.message.clone()).chain(hints).collect();
            json!({"ruleId": diagnostic.code, "level": word(diagnostic.severity), "message": {"text": text}, "locations": locations})
        })
        .collect();
    let used = |code: &str| diagnostics.iter().any(|(diagnostic, _)| diagnostic.code == code);
    let rules: Vec<Value> = registry::all()
        .iter()
        .filter(|entry| used(entry.code))
        .map(|entry| {
            let help = format!("{}\n\n`taco-gen explain {}` shows this text.", entry.explanation, entry.code);
            json!({"id": entry.code, "shortDescription": {"text": entry.title}, "fullDescription": {"text": entry.explanation}, "help": {"text": help}})
        })
        .collect();
    json!({"tool": {"driver": {"name": "taco-gen", "version": env!("CARGO_PKG_VERSION"), "rules": rules}}, "results": results})
}
