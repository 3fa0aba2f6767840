//! How large an object may be.
//!
//! Invariant: an object's size is that of its own texts, less than any encoding of it; that of base64 is what it stands for.

use crate::kube::item::{Item, Value};

use super::place::{Place, Report};

/// What a ConfigMap or Secret may hold: MaxSecretSize of the API.
const FILES: usize = 1024 * 1024;
/// What etcd takes in one request (`--max-request-bytes`).
const OBJECT: usize = 1536 * 1024;

/// Checks an object's size.
pub fn check(place: &Place<'_>, report: &mut Report<'_>) {
    if matches!(place.text_of("kind"), Some("ConfigMap" | "Secret")) {
        let mut size = 0;
        for part in ["data", "stringData", "binaryData"] {
            let coded = part == "binaryData" || part == "data" && place.text_of("kind") == Some("Secret");
            let held: usize = place.get(part).iter().flat_map(Place::entries).map(|entry| bytes(entry.item)).sum();
            size += if coded { held / 4 * 3 } else { held };
        }
        if size > FILES {
            report.error("TG0829", place, &format!("its files have {size} bytes, expected at most {FILES}"));
        }
    }
    let size = bytes(place.item);
    if size > OBJECT {
        report.error("TG0829", place, &format!("the object has {size} bytes, expected at most {OBJECT}"));
    }
}

fn bytes(item: &Item) -> usize {
    match &item.value {
        Value::Null | Value::Bool(_) | Value::Integer(_) => 4,
        Value::Decimal(text) | Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(bytes).sum(),
        Value::Map(entries) => entries.iter().map(|(key, item)| key.len() + bytes(item)).sum(),
    }
}
