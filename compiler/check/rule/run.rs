//! A rule about to be run, and a value that it tests.
//!
//! Invariant: a value keeps the places that decide it.

use crate::catalog::rule::Rule;
use crate::catalog::service::Service;
use crate::check::finished::Finished;
use crate::model::Model;
use crate::span::Span;

/// A rule about to be run.
pub(super) struct Run<'r, 'a> {
    pub(super) model: &'r Model<'a>,
    pub(super) finished: &'r Finished<'r>,
    pub(super) service: &'r Service,
    pub(super) rule: &'r Rule,
}

/// A value that a rule tests.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// How a message names it.
    pub(super) title: String,
    pub(super) text: String,
    pub(super) spans: Vec<Span>,
    /// The service and the file that an option is in.
    pub(super) file: Option<(String, String)>,
}

/// The places of a value, then others.
pub(super) fn with(value: &Value, others: &[Span]) -> Vec<Span> {
    value.spans.iter().chain(others).copied().collect()
}
