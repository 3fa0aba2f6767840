//! One of many things that a reference gives texts for.
//!
//! Invariant: a field that the thing lacks is not there.

use indexmap::IndexMap;
use serde_json::Value;

use crate::span::Span;

/// Fields of a thing and where it is written.
#[derive(Debug, Clone)]
pub struct Record {
    /// The fields that it has.
    pub fields: IndexMap<String, Value>,
    /// The place.
    pub span: Span,
    /// The places of values that stand elsewhere.
    pub from: Vec<Span>,
    /// The node's place among the site's, where it is one.
    pub node: Option<usize>,
}

impl Record {
    /// A record of what is there.
    pub fn new(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>, span: Span) -> Record {
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Record { fields: fields.collect(), span, from: Vec::new(), node: None }
    }

    /// A field as text.
    pub fn text(&self, field: &str) -> Option<String> {
        match self.fields.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
            other => Some(other.to_string()),
        }
    }
}
