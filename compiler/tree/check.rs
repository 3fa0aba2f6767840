//! A tree and its shape to everything that does not fit, in one run.
//!
//! Invariant: a tree without diagnostics can be decoded by its shape without a surprise.

use std::ops::Range;

use crate::diag::{Diagnostic, Fix, nearest};
use crate::span::{FileId, Span};

use super::node::{Entry, Map, Node, Value};
use super::raw::Fault;
use super::renamed::renamed_field;
use super::scalar::ScalarType;
use super::shape::{Choice, Record, Shape};
use super::word::words_of;
use super::word::{Word, word_of};

/// As many names as a message lists.
const LISTED: usize = 16;
/// The longest DNS label (RFC 1123).
const LABEL: usize = 63;

/// A reader's fault as a diagnostic.
pub fn fault_to_diagnostic(fault: Fault, file: FileId) -> Diagnostic {
    let span = Span::new(file, fault.range.start, fault.range.end);
    let diagnostic = Diagnostic::error(fault.code, span, fault.message);
    let diagnostic = fault.hint.into_iter().fold(diagnostic, Diagnostic::hint);
    fault.fix.into_iter().fold(diagnostic, |diagnostic, text| diagnostic.with_fix(Fix { span, text }))
}

/// What to say of a name that is not a field: that it was renamed, or what was meant, or what there is.
pub(super) fn unknown_field(subject: &str, record: &'static Record, name: (&str, Range<u32>)) -> Fault {
    let (name, range) = name;
    if let Some(field) = renamed_field(record, name) {
        let message = format!("the field `{name}` of {subject} is now called `{}`", field.name);
        let hint = Some(format!("write `{}`; `check --fix` does", field.name));
        return Fault { code: "TG0212", range, message, hint, fix: Some(field.name.to_owned()) };
    }
    let known: Vec<&str> = record.all_fields().map(|field| field.name).collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.len() <= LISTED => Some(format!("it has {}", listed(&known))),
        None => None,
    };
    Fault { code: "TG0201", range, message: format!("{subject} has no field `{name}`"), hint, fix: None }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Enters everything about a tree that does not fit the shape; unsets (null) fit every shape.
pub fn check(node: &Node, shape: &Shape, diagnostics: &mut Vec<Diagnostic>) {
    Checker { path: vec![], diagnostics }.node(node, shape);
}

struct Checker<'f> {
    path: Vec<String>,
    diagnostics: &'f mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn node(&mut self, node: &Node, shape: &Shape) {
        if node.tag.is_some() {
            return self.reference(node, shape);
        }
        match (shape, &node.value) {
            (_, Value::Null) | (Shape::Any, _) => {}
            (Shape::Record(record), Value::Map(map)) => self.record(node, map, record),
            (Shape::Table(item) | Shape::Map(item), Value::Map(map)) => {
                map.iter().for_each(|(name, entry)| self.below(name, &entry.node, item));
            }
            (Shape::List(Shape::Typed(scalar)), Value::List(items)) => {
                items.iter().enumerate().for_each(|(index, node)| self.words(&index.to_string(), node, scalar));
            }
            (Shape::List(item), Value::List(items)) => {
                items.iter().enumerate().for_each(|(index, node)| self.below(&index.to_string(), node, item));
            }
            (Shape::Sequence(record), Value::List(items)) => {
                let shape = Shape::Record(record);
                items.iter().enumerate().for_each(|(index, node)| self.below(&index.to_string(), node, &shape));
            }
            (Shape::Value, Value::List(items)) => {
                items.iter().enumerate().for_each(|(index, node)| self.below(&index.to_string(), node, &Shape::Scalar));
            }
            (Shape::Scalar | Shape::Value, value) if is_scalar(value) => {}
            (Shape::Text, Value::Text(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Name, Value::Text(text)) => self.label(node, text),
            (Shape::Typed(scalar), value) if scalar.accepts(value) => {
                word_of(node).into_iter().for_each(|word| self.typed(&word, scalar));
            }
            (Shape::Choice(words), Value::Text(text)) => self.choice(node, words, text),
            (Shape::Integer(low, high), Value::Integer(number)) if (low..=high).contains(&number) => {}
            _ => self.wrong(node, shape),
        }
    }

    fn below(&mut self, name: &str, node: &Node, shape: &Shape) {
        self.path.push(name.to_owned());
        self.node(node, shape);
        self.path.pop();
    }

    fn record(&mut self, node: &Node, map: &Map, record: &'static Record) {
        let mut meant = Vec::new();
        for (name, entry) in map {
            match (record.field(name), record.rest, name.as_ref()) {
                (Some(field), _, _) => self.below(name, &entry.node, &field.shape),
                (None, Some(rest), Record::REST) => match &entry.node.value {
                    Value::Map(map) => map.iter().for_each(|(name, entry)| self.below(name, &entry.node, rest)),
                    _ => self.wrong(&entry.node, &Shape::Map(&Shape::Any)),
                },
                (None, Some(rest), _) => self.below(name, &entry.node, rest),
                (None, None, _) => {
                    let range = entry.key.start..entry.key.end;
                    let fault = unknown_field(&self.subject(), record, (name, range));
                    meant.extend(nearest(name, record.all_fields().map(|field| field.name)));
                    meant.extend(renamed_field(record, name).map(|field| field.name));
                    self.diagnostics.push(fault_to_diagnostic(fault, entry.key.file));
                }
            }
        }
        for part in record.parts().filter(|part| part.one_of) {
            self.one_of(node, map, part);
        }
        // A field whose name is misspelt is not missing too.
        for field in record.all_fields().filter(|field| field.required && !meant.contains(&field.name)) {
            if map.get(field.name).is_none_or(|entry| entry.node.value == Value::Null) {
                let message = format!("{} needs the field `{}`", self.subject(), field.name);
                self.diagnostics.push(Diagnostic::error("TG0206", node.span, message).hint(clause(field.doc)));
            }
        }
    }

    /// Exactly one field of the part is given.
    fn one_of(&mut self, node: &Node, map: &Map, part: &'static Record) {
        let fields: Vec<&str> = part.fields.iter().map(|field| field.name).collect();
        let is_given = |entry: &Entry| entry.node.value != Value::Null;
        let mut given = fields.iter().filter_map(|name| Some((*name, map.get(*name).filter(|entry| is_given(entry))?)));
        let (span, found) = match (given.next(), given.next()) {
            (Some(_), None) => return,
            (Some((first, _)), Some((second, entry))) => (entry.key, format!("found `{first}` and `{second}`")),
            (None, _) => (node.span, "found none".to_owned()),
        };
        let message = format!("{} needs exactly one of {}, {found}", self.subject(), listed(&fields));
        self.diagnostics.push(Diagnostic::error("TG0210", span, message));
    }

    fn subject(&self) -> String {
        if self.path.is_empty() { "this file".to_owned() } else { format!("`{}`", self.place()) }
    }

    fn place(&self) -> String {
        self.path.join(".")
    }

    fn reference(&mut self, node: &Node, shape: &Shape) {
        match shape {
            Shape::Scalar | Shape::Value | Shape::Any => {}
            Shape::List(Shape::Scalar | Shape::Value | Shape::Any) => {}
            _ => {
                let tag = node.tag.as_deref().unwrap_or("");
                let message = format!("`{}` cannot be a reference, found `{tag}`", self.place());
                self.diagnostics
                    .push(Diagnostic::error("TG0209", node.span, message).hint(format!("write {}", expected(shape))));
            }
        }
    }

    fn wrong(&mut self, node: &Node, shape: &Shape) {
        let (expected, found) = (expected(shape), found(&node.value));
        let message = match self.path.is_empty() {
            true => format!("expected {expected}, found {found}"),
            false => format!("`{}`: expected {expected}, found {found}", self.place()),
        };
        let diagnostic = Diagnostic::error("TG0202", node.span, message);
        let is_text = matches!(shape, Shape::Text | Shape::Name | Shape::Typed(_) | Shape::Choice(_));
        let quote = is_text && is_scalar(&node.value);
        self.diagnostics.push(if quote { diagnostic.hint("put it in quotes") } else { diagnostic });
    }

    fn choice(&mut self, node: &Node, choices: &'static [Choice], text: &str) {
        let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
        if words.contains(&text) {
            return;
        }
        let message = format!("`{}`: expected {}, found `{text}`", self.place(), expected(&Shape::Choice(choices)));
        let diagnostic = Diagnostic::error("TG0207", node.span, message);
        let near = nearest(text, words);
        self.diagnostics.push(
            near.into_iter().fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))),
        );
    }

    /// The words of an item of a list.
    fn words(&mut self, index: &str, node: &Node, scalar: &'static ScalarType) {
        if node.tag.is_some() || !scalar.accepts(&node.value) {
            return self.below(index, node, &Shape::Typed(scalar));
        }
        words_of(node).iter().for_each(|word| self.typed(word, scalar));
    }

    fn typed(&mut self, word: &Word, scalar: &'static ScalarType) {
        let subject = if self.path.is_empty() { String::new() } else { format!("`{}`: ", self.place()) };
        self.diagnostics.extend(scalar.fault(&subject, word));
    }

    fn label(&mut self, node: &Node, text: &str) {
        let inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let fits = !text.is_empty()
            && text.len() <= LABEL
            && text.starts_with(inner)
            && text.ends_with(inner)
            && text.chars().all(|letter| inner(letter) || letter == '-');
        if !fits {
            let message = format!("`{}`: expected a name, found `{text}`", self.place());
            let hint = "a name has a-z, 0-9 and `-`, begins and ends with a letter or digit, and is at most 63 long";
            self.diagnostics.push(Diagnostic::error("TG0208", node.span, message).hint(hint));
        }
    }
}

/// A sentence of documentation as a hint.
fn clause(doc: &str) -> String {
    let mut letters = doc.trim_end_matches('.').chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) | Value::Text(_))
}

fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Text => "a string".to_owned(),
        Shape::Name => "a name".to_owned(),
        Shape::Typed(scalar) => scalar.expected.to_owned(),
        Shape::Integer(i64::MIN, i64::MAX) => "an integer".to_owned(),
        Shape::Integer(low, i64::MAX) => format!("an integer from {low}"),
        Shape::Integer(i64::MIN, high) => format!("an integer up to {high}"),
        Shape::Integer(low, high) => format!("an integer from {low} to {high}"),
        Shape::Boolean => "`#true` or `#false`".to_owned(),
        Shape::Choice(choices) => {
            format!("one of {}", listed(&choices.iter().map(|choice| choice.word).collect::<Vec<_>>()))
        }
        Shape::Scalar => "a single value".to_owned(),
        Shape::Value => "a value or a list".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Table(_) | Shape::Map(_) => "entries by name".to_owned(),
        Shape::Sequence(_) => "a list of records".to_owned(),
        Shape::Record(record) => match record.all_fields().map(|field| field.name).collect::<Vec<_>>() {
            fields if fields.len() <= LISTED => format!("the fields {}", listed(&fields)),
            _ => "named fields".to_owned(),
        },
        Shape::Any => "anything".to_owned(),
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Integer(number) => format!("`{number}`"),
        Value::Decimal(text) | Value::Text(text) => format!("`{text}`"),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "named fields".to_owned(),
    }
}
