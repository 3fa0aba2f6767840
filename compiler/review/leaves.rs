//! An object to its values by path.
//!
//! Invariant: an item of a list is named by what tells it from the others where there is such a key, so that an item more does
//! not look like a change of all that follow it.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::item::{Item, Value};
use crate::origin::OriginId;

/// Values by path, for instance `spec.template.spec.containers[api].image`.
pub type Leaves = BTreeMap<String, String>;

/// Keys that tell the items of a list apart, in order of preference.
const KEYS: [&str; 8] = ["mountPath", "name", "key", "ip", "port", "containerPort", "topologyKey", "type"];

/// All values of an item.
pub fn leaves(item: &Item) -> Leaves {
    let mut found = Leaves::new();
    below(String::new(), item, &mut |path, value, _| drop(found.insert(path, value)));
    found
}

/// Where all values of an item come from.
pub fn origins(item: &Item) -> BTreeMap<String, OriginId> {
    let mut found = BTreeMap::new();
    below(String::new(), item, &mut |path, _, origin| {
        found.insert(path, origin);
    });
    found
}

fn below(path: String, item: &Item, found: &mut dyn FnMut(String, String, OriginId)) {
    match &item.value {
        Value::Map(entries) if !entries.is_empty() => {
            for (key, entry) in entries {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                below(path, entry, found);
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Map(_) | Value::List(_))) => {
            let names = names(items);
            for (name, item) in names.iter().zip(items) {
                below(format!("{path}[{name}]"), item, found);
            }
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            found(path, format!("[{}]", items.join(", ")), item.origin);
        }
        _ => found(path, scalar(item), item.origin),
    }
}

fn scalar(item: &Item) -> String {
    match &item.value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(text) | Value::Text(text) => text.to_string(),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
    }
}

fn names(items: &[Item]) -> Vec<String> {
    let by = |key: &str| -> Option<Vec<String>> {
        let values: Option<Vec<String>> = items
            .iter()
            .map(|item| item.get(key).or_else(|| item.at(&["metadata", key])))
            .map(|value| value.filter(|value| !matches!(value.value, Value::Map(_) | Value::List(_))).map(scalar))
            .collect();
        values.filter(|values| values.iter().collect::<BTreeSet<_>>().len() == values.len())
    };
    KEYS.iter().find_map(|key| by(key)).unwrap_or_else(|| (0..items.len()).map(|index| index.to_string()).collect())
}
