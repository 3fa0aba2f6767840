//! A document to options, so that a table can judge it: the path of a key is the option's name.
//!
//! Invariant: dots stand between keys only; one in a key is written as a slash, as sysctl does.

use crate::config::file::{ConfigOption, Line, Section};
use crate::kube::item::{Item, Value};
use crate::origin::OriginTable;
use crate::verify::option::written;

/// The keys of a document at any depth, in the one section of formats that have none. Lists are values, whatever is in them.
pub fn section(document: &Item, origins: &OriginTable) -> Section {
    let mut options = Vec::new();
    keys(document, "", origins, &mut options);
    Section { name: "-".to_owned(), options }
}

fn keys(item: &Item, above: &str, origins: &OriginTable, options: &mut Vec<ConfigOption>) {
    let Value::Map(entries) = &item.value else { return };
    for (key, inner) in entries {
        let name = format!("{above}{}", key.replace('.', "/"));
        if matches!(&inner.value, Value::Map(entries) if !entries.is_empty()) {
            keys(inner, &format!("{name}."), origins, options);
            continue;
        }
        let items = if let Value::List(items) = &inner.value { items.as_slice() } else { std::slice::from_ref(inner) };
        let values = items.iter().filter_map(|item| Some((Line::public(scalar(&item.value)?), item.origin)));
        options.push(ConfigOption::new(name, written(origins, inner.origin), values.collect()));
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Decimal(text) | Value::Text(text) => Some(text.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
