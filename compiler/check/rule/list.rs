//! Tests of values that are lists joined by commas.
//!
//! Invariant: spaces around an item do not count, as oslo.config does not count them.

use super::run::{Run, Value, with};
use crate::catalog::expr::Expr;
use crate::diag::Sink;
use crate::span::Span;

/// The items of a list.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

impl Run<'_, '_> {
    pub(super) fn has(&self, value: &Value, terms: &[Expr], sink: &mut Sink) -> Option<(String, Vec<Span>)> {
        let (expected, from): (Vec<_>, Vec<_>) = terms.iter().map(|term| self.term(term, sink)).unzip();
        let missing = expected.iter().find(|wanted| items(&value.text).all(|item| item != **wanted))?;
        let message = format!("{} is `{}` and must have `{missing}`", value.title, value.text);
        Some((message, with(value, &from.concat())))
    }

    pub(super) fn lacks(&self, value: &Value, terms: &[Expr], sink: &mut Sink) -> Option<(String, Vec<Span>)> {
        let (wrong, from): (Vec<_>, Vec<_>) = terms.iter().map(|term| self.term(term, sink)).unzip();
        let found = items(&value.text).find(|item| wrong.iter().any(|text| text == item))?;
        Some((format!("{} has `{found}`", value.title), with(value, &from.concat())))
    }

    pub(super) fn among(&self, value: &Value, terms: &[Expr], sink: &mut Sink) -> Option<(String, Vec<Span>)> {
        let (lists, from): (Vec<_>, Vec<_>) = terms.iter().map(|term| self.term(term, sink)).unzip();
        let known: Vec<&str> = lists.iter().flat_map(|list| items(list)).collect();
        let strange = items(&value.text).find(|item| !known.contains(item))?;
        let expected = match known[..] {
            [] => "nothing".to_owned(),
            _ => known.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
        };
        Some((format!("{} has `{strange}`, expected {expected}", value.title), with(value, &from.concat())))
    }
}
