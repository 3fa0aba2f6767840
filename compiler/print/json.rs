//! Output documents to JSON.
//!
//! Invariant: two spaces a level, one value a line, so that every line has one origin.

use crate::kube::item::{Item, Value};
use crate::print::printed::Printed;

/// Prints a document.
pub fn print(item: &Item) -> Printed {
    let mut printed = Printed::default();
    value(&mut printed, item, 0);
    line(&mut printed, item);
    printed
}

fn line(printed: &mut Printed, item: &Item) {
    printed.text.push('\n');
    printed.lines.push(item.origin);
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn value(printed: &mut Printed, item: &Item, depth: usize) {
    match &item.value {
        Value::Null => printed.text.push_str("null"),
        Value::Bool(flag) => printed.text.push_str(&flag.to_string()),
        Value::Integer(number) => printed.text.push_str(&number.to_string()),
        Value::Decimal(text) => printed.text.push_str(text),
        Value::Text(text) => printed.text.push_str(&quoted(text)),
        Value::List(items) if items.is_empty() => printed.text.push_str("[]"),
        Value::Map(entries) if entries.is_empty() => printed.text.push_str("{}"),
        Value::List(items) => group(printed, item, depth, ('[', ']'), items.iter().map(|inner| (None, inner))),
        Value::Map(entries) => {
            group(printed, item, depth, ('{', '}'), entries.iter().map(|(key, inner)| (Some(key.as_ref()), inner)))
        }
    }
}

fn group<'i>(
    printed: &mut Printed,
    item: &Item,
    depth: usize,
    ends: (char, char),
    inner: impl Iterator<Item = (Option<&'i str>, &'i Item)>,
) {
    printed.text.push(ends.0);
    let mut previous = item;
    for (index, (key, inner)) in inner.enumerate() {
        if index > 0 {
            printed.text.push(',');
        }
        line(printed, previous);
        printed.text.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            printed.text.push_str(&quoted(key));
            printed.text.push_str(": ");
        }
        value(printed, inner, depth + 1);
        previous = inner;
    }
    line(printed, previous);
    printed.text.push_str(&"  ".repeat(depth));
    printed.text.push(ends.1);
}
