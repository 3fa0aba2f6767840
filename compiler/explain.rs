//! Where a line of the output comes from, and what a field or a code means.
//!
//! Invariant: answers come from compiling again; nothing is stored beside the output.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::compile::Compiled;
use crate::origin::{Origin, OriginId};
use crate::span::Span;
use crate::spec::shape::SITE;
use crate::tree::shape::{Record, Shape};

/// The chain of a line of an output file: the value, the places it was made from, and what those shadow.
pub fn line(compiled: &Compiled, path: &str, number: usize) -> Option<String> {
    let linked = compiled.linked.as_ref()?;
    let rendered = compiled.artifacts.as_ref()?.iter().find(|rendered| rendered.path == path)?;
    let text = rendered.printed.text.lines().nth(number.checked_sub(1)?)?;
    let origin = rendered.printed.lines.get(number - 1).copied().unwrap_or(OriginId::BUILTIN);
    let mut answer = format!("{path}:{number}\n    {}\n", text.trim());
    let mut walk = Walk { compiled, seen: BTreeSet::new(), answer: &mut answer };
    walk.origin(&linked.origins, origin, ("from", 1));
    if walk.seen.is_empty() {
        answer.push_str("  fixed by the compiler\n");
    }
    Some(answer)
}

struct Walk<'a> {
    compiled: &'a Compiled,
    seen: BTreeSet<Span>,
    answer: &'a mut String,
}

impl Walk<'_> {
    fn origin(&mut self, table: &crate::origin::OriginTable, id: OriginId, lead: (&str, usize)) {
        let (word, depth) = lead;
        match table.get(id) {
            Origin::Builtin => {}
            Origin::Written(span) => self.place(*span, word, depth),
            Origin::Derived { pass, from } => {
                let ids: Vec<OriginId> = from.to_vec();
                if ids.len() > 1 {
                    let _ = writeln!(self.answer, "{}made by `{pass}`", "  ".repeat(depth));
                }
                for id in ids {
                    self.origin(table, id, (word, depth));
                }
            }
            Origin::Merged { winner, shadowed } => {
                self.origin(table, *winner, lead);
                self.origin(table, *shadowed, ("over", depth + 1));
            }
        }
    }

    fn place(&mut self, span: Span, word: &str, depth: usize) {
        if !self.seen.insert(span) {
            return;
        }
        let Some(source) = self.compiled.sources.get(span.file) else { return };
        let (line, column) = source.position(span.start);
        let text = source.line_text(line).trim();
        let text: String = text.chars().take(100).collect();
        let _ = writeln!(self.answer, "{}{word} {}:{line}:{column}    {text}", "  ".repeat(depth), source.path);
        for shadowed in self.compiled.shadows.get(&span).into_iter().flatten() {
            self.place(*shadowed, "over", depth + 1);
        }
    }
}

/// The documentation of a field of the spec, for instance `network.cidr`.
pub fn field(path: &str) -> Option<String> {
    let mut record: &'static Record = &SITE;
    let mut found = None;
    for word in path.split('.') {
        // Names in a table (`node.ctl1.roles`) are the user's: a word that is no field is passed over once the record is known.
        let Some(field) = record.field(word) else {
            found.as_ref()?;
            continue;
        };
        found = Some(field);
        if let Some(inner) = inner_record(&field.shape) {
            record = inner;
        }
    }
    let field = found?;
    let mut answer = format!("{path}: {}\n    {}\n", describe(&field.shape), field.doc);
    if let Some(inner) = inner_record(&field.shape) {
        let _ = writeln!(answer, "  fields:");
        for field in inner.all_fields() {
            let _ = writeln!(answer, "    {:<16} {:<24} {}", field.name, describe(&field.shape), field.doc);
        }
    }
    Some(answer)
}

fn inner_record(shape: &Shape) -> Option<&'static Record> {
    match shape {
        Shape::Record(record) | Shape::Sequence(record) => Some(record),
        Shape::Table(inner) | Shape::Map(inner) => inner_record(inner),
        _ => None,
    }
}

fn describe(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Name => "a DNS label".to_owned(),
        Shape::Integer(low, high) if *low == i64::MIN || *high == i64::MAX => "a whole number".to_owned(),
        Shape::Integer(low, high) => format!("a whole number, {low} to {high}"),
        Shape::Boolean => "#true or #false".to_owned(),
        Shape::Choice(words) => format!("one of {}", words.join(", ")),
        Shape::Scalar => "a value".to_owned(),
        Shape::Value => "a value or values".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Table(inner) | Shape::Map(inner) => format!("by name: {}", describe(inner)),
        Shape::Sequence(record) | Shape::Record(record) => record.name.to_owned(),
        Shape::Any => "anything".to_owned(),
    }
}
