//! Templates in other tools' files: expressions of Jinja over plain variables; Go templates are told.
//!
//! Invariant: an expression that needs more than variables of the input is never guessed.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// How deep variables may stand for variables, and how many may be looked up for one text.
const DEPTH: usize = 16;
const LOOKUPS: usize = 256;
/// How many bytes variables may add to a text.
const GROWTH: usize = 4096;

/// A text with its expressions replaced; an error is the expression that needs more than plain variables.
pub fn evaluate(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    Evaluation { variables, lookups: Cell::new(LOOKUPS) }.text(text, 0)
}

/// The evaluation of one text.
struct Evaluation<'v> {
    variables: &'v BTreeMap<String, String>,
    lookups: Cell<usize>,
}

impl Evaluation<'_> {
    fn text(&self, text: &str, depth: usize) -> Result<String, String> {
        let most = text.len().saturating_add(GROWTH);
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, behind)) = rest.split_once("{{") {
            let Some((inside, after)) = behind.split_once("}}") else { return Err(rest.to_owned()) };
            let inside = inside.trim();
            let value = self.expression(inside, depth).ok_or_else(|| inside.to_owned())?;
            out.push_str(before);
            out.push_str(&value);
            rest = after;
            if out.len() > most {
                return Err(inside.to_owned());
            }
        }
        if rest.contains("{%") || out.contains("{%") {
            return Err(text.to_owned());
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The value of a variable, which may hold expressions.
    fn variable(&self, name: &str, depth: usize) -> Option<String> {
        let left = self.lookups.get().checked_sub(1)?;
        self.lookups.set(left);
        let value = self.variables.get(name)?;
        if depth < DEPTH { self.text(value, depth + 1).ok() } else { None }
    }

    /// The value of an expression: a variable, or what Jinja makes of variables with the few filters that there are here.
    fn expression(&self, expression: &str, depth: usize) -> Option<String> {
        if self.variables.contains_key(expression) {
            return self.variable(expression, depth);
        }
        let environment = environment();
        let compiled = environment.compile_expression(expression).ok()?;
        let names = compiled.undeclared_variables(false).into_iter();
        let known = names.filter(|name| self.variables.contains_key(name));
        let values = known.map(|name| self.variable(&name, depth).map(|value| (name, value)));
        let values: BTreeMap<String, String> = values.collect::<Option<_>>()?;
        let value = compiled.eval(Value::from(Serde(values))).ok()?;
        match value.kind() {
            ValueKind::Bool => Some(if value.is_true() { "yes" } else { "no" }.to_owned()),
            ValueKind::String | ValueKind::Number => Some(value.to_string()),
            _ => None,
        }
    }
}

/// Expressions of Ansible over texts: nothing of them reads a file, a host or the environment.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(10_000));
    environment.add_filter("bool", |value: Value| {
        known(&value)?;
        Ok::<_, Error>(match value.as_str() {
            Some(text) => matches!(text.to_ascii_lowercase().as_str(), "yes" | "true" | "on" | "1"),
            None => value.is_true(),
        })
    });
    environment.add_filter("int", |value: Value| {
        known(&value)?;
        Ok::<_, Error>(value.to_string().trim().parse::<i64>().unwrap_or_default())
    });
    environment.add_filter("string", |value: Value| known(&value).map(|()| value.to_string()));
    environment.add_filter("trim", |value: Value| known(&value).map(|()| value.to_string().trim().to_owned()));
    environment.add_filter("lower", |value: Value| known(&value).map(|()| value.to_string().to_lowercase()));
    environment.add_filter("upper", |value: Value| known(&value).map(|()| value.to_string().to_uppercase()));
    environment.add_filter("default", |value: Value, other: Value| if value.is_undefined() { other } else { value });
    environment
}

/// An error for what nobody wrote.
fn known(value: &Value) -> Result<(), Error> {
    if value.is_undefined() { Err(Error::from(ErrorKind::UndefinedError)) } else { Ok(()) }
}

/// The text without Go templates: a line of control is blank, a value that begins with `{{` is quoted. Lengths stay as they are,
/// so that places do.
pub fn without_go<'t>(text: &'t str, file: FileId, sink: &mut Sink) -> Cow<'t, str> {
    if !text.contains("{{") && !text.contains("{%") {
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
                let hint =
                    "values of a Helm release: `helm get values`; a variable of Ansible needs quotes: `\"{{ name }}\"`";
                sink.push(diagnostic.hint(hint));
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
    content.starts_with("{{")
        || content.starts_with("{%")
        || !content.starts_with('#') && value.trim_start_matches("- ").starts_with("{{")
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
    let is_control = line.trim().starts_with("{{") || line.trim().starts_with("{%");
    let kept = line.find(": ").filter(|_| !is_control).map_or(0, |colon| colon + 1);
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
        assert_eq!(run("{{ a | bool }}"), Ok("yes".to_owned()));
        assert_eq!(run("{{ 'x' if a | bool and b != '12' else 'y' }}"), Ok("y".to_owned()));
        assert_eq!(run("{{ a | bool or missing | bool }}"), Ok("yes".to_owned()));
        assert!(run("{{ missing | bool or a | bool }}").is_err(), "what is not there is not guessed");
        assert_eq!(run("{{ missing | default(a) }}"), Ok("1".to_owned()));
        assert_eq!(run("{{ groups['x'] | join(',') }}"), Err("groups['x'] | join(',')".to_owned()));
        assert_eq!(run("{% if a %}x{% endif %}"), Err("{% if a %}x{% endif %}".to_owned()));
        assert!(run("{{ loop }}").is_err());
        let wide = (0..14).map(|number| (format!("w{number}"), format!("{{{{ w{} }}}}", number + 1).repeat(12)));
        let wide = wide.chain([("w14".to_owned(), String::new())]).collect();
        assert!(evaluate("{{ w0 }}", &wide).is_err(), "variables that multiply have an end");
        let grows = std::iter::once(("g".to_owned(), "{{ g }}".repeat(10))).collect();
        assert_eq!(evaluate("{{ g }}", &grows), Err("g".to_owned()), "a variable that grows has an end");
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
        let mut sink = Sink::default();
        let text = "a: 1\n{% if x %}\nb: 2\n{% endif %}\nc: 3 # {% no %}\n";
        let clean = without_go(text, FileId(0), &mut sink);
        assert!(clean.contains("b: 2") && clean.contains("no") && !clean.contains("endif"), "{clean}");
        assert_eq!(sink.into_sorted().len(), 1);
        let block = "a: |\n  {{ .Values.x }}\n  y\nb: 1\n";
        let mut sink = Sink::default();
        assert_eq!(without_go(block, FileId(0), &mut sink), block, "templates in a block of text are text");
        assert!(!sink.has_errors());
    }
}
