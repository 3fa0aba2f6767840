//! What a shape holds, in words, for `explain` and the manuals.
//!
//! Invariant: a shape reads the same at the command line and in the manual.

use super::shape::{Record, Shape};

impl Shape {
    /// The record inside the shape, where there is one.
    pub fn record(&self) -> Option<&'static Record> {
        match self {
            Shape::Record(record) | Shape::Sequence(record) => Some(record),
            Shape::Table(inner) | Shape::Map(inner) => inner.record(),
            _ => None,
        }
    }

    /// A few words: `integer from 1 to 4094`, `one of kvm, qemu`.
    pub fn describe(&self) -> String {
        match self {
            Shape::Text => "string".to_owned(),
            Shape::Name => "DNS label".to_owned(),
            Shape::Typed(scalar) => scalar.name.to_owned(),
            Shape::Integer(i64::MIN, i64::MAX) => "integer".to_owned(),
            Shape::Integer(low, i64::MAX) => format!("integer from {low}"),
            Shape::Integer(i64::MIN, high) => format!("integer up to {high}"),
            Shape::Integer(low, high) => format!("integer from {low} to {high}"),
            Shape::Boolean => "#true or #false".to_owned(),
            Shape::Choice(words) => {
                format!("one of {}", words.iter().map(|choice| choice.word).collect::<Vec<_>>().join(", "))
            }
            Shape::Scalar => "value".to_owned(),
            Shape::Value => "value or list of values".to_owned(),
            Shape::List(item) => format!("list of {}", item.describe()),
            Shape::Table(inner) | Shape::Map(inner) => format!("by name: {}", inner.describe()),
            Shape::Sequence(record) => format!("list of {}", record.name),
            Shape::Record(record) => record.name.to_owned(),
            Shape::Any => "anything".to_owned(),
        }
    }
}
