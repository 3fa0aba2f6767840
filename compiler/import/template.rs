//! Templates in other tools' files: `{{ name }}` of Jinja where it is a plain variable; Go templates are told.
//!
//! Invariant: an expression that is more than a variable is never guessed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// How often variables may stand for variables.
const TURNS: usize = 16;
/// How many bytes variables may add to a text.
const GROWTH: usize = 4096;

/// A text with its plain variables replaced; an error is the expression that is none.
pub fn evaluate(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let most = text.len().saturating_add(GROWTH);
    let mut text = text.to_owned();
    for _ in 0..TURNS {
        if !text.contains("{{") && !text.contains("{%") {
            return Ok(text);
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("{{") {
            let Some((inside, after)) = behind.split_once("}}") else { return Err(rest.to_owned()) };
            let value = variable(inside.trim(), variables).ok_or_else(|| inside.trim().to_owned())?;
            out.push_str(before);
            out.push_str(&value);
            rest = after;
            if out.len() > most {
                return Err(inside.trim().to_owned());
            }
        }
        if rest.contains("{%") {
            return Err(rest.to_owned());
        }
        out.push_str(rest);
        text = out;
    }
    Err(text)
}

/// The value of a variable: a name, or a name with a default that is a literal.
fn variable(expression: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let (name, filter) = match expression.split_once('|') {
        Some((name, filter)) => (name.trim(), Some(filter.trim())),
        None => (expression, None),
    };
    let known = variables.get(name).cloned();
    let Some(filter) = filter else { return known };
    match filter.strip_prefix("default(").and_then(|rest| rest.strip_suffix(')')) {
        Some(literal) => known.or_else(|| {
            let inner = literal.trim();
            let quoted = |quote: char| inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            quoted('\'').or_else(|| quoted('"')).map(str::to_owned)
        }),
        None if matches!(filter, "bool" | "int" | "string" | "trim") => known,
        None => None,
    }
}

/// The text without Go templates: a line of control is blank, a value that begins with `{{` is quoted. Lengths stay as they are,
/// so that places do.
pub fn without_go<'t>(text: &'t str, file: FileId, sink: &mut Sink) -> Cow<'t, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut at, mut told) = (0usize, false);
    // The indent of the line that a block of text belongs to: templates in such a block are text.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if block.is_some_and(|outer| indent <= outer && !line.trim().is_empty()) {
            block = None;
        }
        if block.is_none() && is_template(line) {
            if !told {
                let start = u32::try_from(at).unwrap_or(u32::MAX);
                let end = start.saturating_add(u32::try_from(line.trim_end().len()).unwrap_or(0));
                let message = "a template of Helm or Jinja, expected plain YAML; lines like this are left out";
                let diagnostic = Diagnostic::error("TG0934", Span::new(file, start, end), message);
                sink.push(diagnostic.hint("`helm template` or `helm get values` gives the values that it stands for"));
                told = true;
            }
            blank(line, &mut out);
        } else {
            if block.is_none() && opens_block(line) {
                block = Some(indent);
            }
            out.push_str(line);
        }
        at += line.len();
    }
    Cow::Owned(out)
}

/// Is it a line of control, or one whose value begins with a template?
fn is_template(line: &str) -> bool {
    let content = line.trim();
    let value = content.split_once(": ").map_or(content, |(_, value)| value).trim_start();
    content.starts_with("{{") || !content.starts_with('#') && value.trim_start_matches("- ").starts_with("{{")
}

/// Does a block of text follow?
fn opens_block(line: &str) -> bool {
    let last = line.split(" #").next().unwrap_or(line).trim_end();
    let header = last.rsplit([' ', ':']).next().unwrap_or("");
    header.starts_with(['|', '>']) && header.len() <= 3
}

/// Spaces in place of a line; a key in it stays, with nothing as its value.
fn blank(line: &str, out: &mut String) {
    let end = if line.ends_with('\n') { "\n" } else { "" };
    let kept = line.find(": ").filter(|_| !line.trim().starts_with("{{")).map_or(0, |colon| colon + 1);
    out.push_str(line.get(..kept).unwrap_or(""));
    out.push_str(&" ".repeat(line.len() - kept - end.len()));
    out.push_str(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_variables_are_evaluated_and_nothing_else() {
        let known = [("a", "1"), ("b", "{{ a }}2"), ("loop", "{{ loop }}")];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let run = |text: &str| evaluate(text, &known);
        assert_eq!(run("x{{ b }}y"), Ok("x12y".to_owned()));
        assert_eq!(run("{{ c | default('d') }}"), Ok("d".to_owned()));
        assert_eq!(run("{{ a | bool }}"), Ok("1".to_owned()));
        assert_eq!(run("{{ groups['x'] | join(',') }}"), Err("groups['x'] | join(',')".to_owned()));
        assert_eq!(run("{% if a %}x{% endif %}"), Err("{% if a %}x{% endif %}".to_owned()));
        assert!(run("{{ loop }}").is_err());
        let grows = std::iter::once(("g".to_owned(), "{{ g }}".repeat(10))).collect();
        let started = std::time::Instant::now();
        assert_eq!(evaluate("{{ g }}", &grows), Err("g".to_owned()), "a variable that grows has an end");
        assert!(started.elapsed().as_secs() < 5);
        let long = std::iter::once(("l".to_owned(), "x".repeat(GROWTH + 10))).collect();
        assert_eq!(evaluate("{{ l }}", &long), Err("l".to_owned()));
    }

    #[test]
    fn go_templates_are_told_once_and_places_stay() {
        let mut sink = Sink::default();
        let text = "a: 1\n{{- if .Values.x }}\nb: {{ .Values.y }}\n{{- end }}\nc: \"{{ jinja }}\"\n";
        let clean = without_go(text, FileId(0), &mut sink);
        assert_eq!(clean.len(), text.len());
        assert!(clean.contains("a: 1") && clean.contains("c: \"{{ jinja }}\"") && !clean.contains("Values"), "{clean}");
        assert_eq!(sink.into_sorted().len(), 1);
        let block = "a: |\n  {{ .Values.x }}\n  y\nb: 1\n";
        let mut sink = Sink::default();
        assert_eq!(without_go(block, FileId(0), &mut sink), block, "templates in a block of text are text");
        assert!(!sink.has_errors());
    }
}
