//! A dump of a cluster to objects, and who owns which of their fields.
//!
//! Field ownership is as server-side apply keeps it: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>.
//!
//! Invariant: a dump that is cut off, or is not of objects, is an error; none of it is used.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::kube::item::{Item, Value};
use crate::origin::OriginId;

/// The objects of a dump: a List, an object, or several of these one after the other.
pub fn objects(text: &str) -> Result<Vec<Json>, String> {
    let mut found = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Json>() {
        let document = document.map_err(|error| match error.is_eof() {
            true => format!("it is cut off at line {}, column {}", error.line(), error.column()),
            false => format!("it is not JSON: {error}"),
        })?;
        flatten(document, &mut found)?;
    }
    match found.is_empty() {
        true => Err("it holds no object".to_owned()),
        false => Ok(found),
    }
}

fn flatten(mut document: Json, found: &mut Vec<Json>) -> Result<(), String> {
    let kind = document.get("kind").and_then(Json::as_str).unwrap_or("").to_owned();
    if kind.ends_with("List")
        && let Some(Json::Array(items)) = document.get_mut("items").map(Json::take)
    {
        // Items of a typed list leave out what the list says.
        let (single, version) = (kind.trim_end_matches("List"), document.get("apiVersion").cloned());
        for mut item in items {
            if let Json::Object(fields) = &mut item {
                if !single.is_empty() {
                    fields.entry("kind").or_insert_with(|| single.into());
                }
                if let Some(version) = &version {
                    fields.entry("apiVersion").or_insert_with(|| version.clone());
                }
            }
            flatten(item, found)?;
        }
        return Ok(());
    }
    let is_named = document.pointer("/metadata/name").is_some_and(Json::is_string);
    if kind.is_empty() || !is_named {
        return Err(
            "a document is not a Kubernetes object or a list of some: expected `kind` and `metadata.name`".to_owned()
        );
    }
    found.push(document);
    Ok(())
}

/// JSON as an item.
pub fn item(json: &Json) -> Item {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Decimal(Cow::Owned(number.to_string())),
        },
        Json::String(text) => Value::Text(Cow::Owned(text.clone())),
        Json::Array(items) => Value::List(items.iter().map(item).collect()),
        Json::Object(fields) => {
            Value::Map(fields.iter().map(|(key, field)| (Cow::Owned(key.clone()), item(field))).collect())
        }
    };
    Item { origin: OriginId::BUILTIN, value }
}

/// Who applies or updates fields of an object.
pub struct Manager<'j> {
    /// Its name.
    pub name: String,
    fields: Option<&'j Json>,
}

/// The field managers of an object.
pub fn managers(object: &Json) -> Vec<Manager<'_>> {
    let entries = object.pointer("/metadata/managedFields").and_then(Json::as_array).into_iter().flatten();
    let manager = |entry: &'_ Json| entry.get("manager").and_then(Json::as_str).unwrap_or("unknown").to_owned();
    entries.map(|entry| Manager { name: manager(entry), fields: entry.get("fieldsV1") }).collect()
}

impl Manager<'_> {
    /// Is it a person with kubectl?
    pub fn is_person(&self) -> bool {
        self.name.starts_with("kubectl")
    }

    /// Does it own the field of that path, e.g. `spec.containers[api].image`?
    pub fn owns(&self, place: &str) -> bool {
        self.fields.is_some_and(|fields| owns(fields, place))
    }
}

/// Does a set of fields hold the one at that path? The path is followed in the set, so that dots in keys do not matter.
fn owns(fields: &Json, place: &str) -> bool {
    let Json::Object(entries) = fields else { return false };
    if place.is_empty() {
        return true;
    }
    entries.iter().any(|(entry, below)| {
        if let Some(field) = entry.strip_prefix("f:") {
            let Some(rest) = place.strip_prefix(field) else { return false };
            let rest = match rest.strip_prefix('.') {
                Some(rest) => rest,
                None if rest.is_empty() || rest.starts_with('[') => rest,
                None => return false,
            };
            // A field without fields of its own is owned whole.
            return below.as_object().is_some_and(serde_json::Map::is_empty) || owns(below, rest);
        }
        let keyed = entry.strip_prefix("k:").and_then(|key| serde_json::from_str::<Json>(key).ok());
        let (Some(Json::Object(keys)), Some((name, rest))) =
            (keyed, place.strip_prefix('[').and_then(|rest| rest.split_once(']')))
        else {
            return false;
        };
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let is_named = keys.values().any(|value| text(value) == name);
        is_named && owns(below, rest.strip_prefix('.').unwrap_or(rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_a_list_an_object_or_several() {
        let list = r#"{"kind":"DeploymentList","apiVersion":"apps/v1","items":[{"metadata":{"name":"a"}}]}"#;
        let found = objects(&format!("{list}\n{{\"kind\":\"Pod\",\"metadata\":{{\"name\":\"p\"}}}}")).unwrap();
        let kinds: Vec<_> = found.iter().map(|object| object["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Deployment", "Pod"]);
        for length in 1..list.len() {
            assert!(objects(&list[..length]).unwrap_err().starts_with("it is cut off"), "{length}");
        }
        assert!(objects("").unwrap_err().contains("no object"));
        assert!(objects("[1]").unwrap_err().contains("not a Kubernetes object"));
        assert!(objects("kind: Pod").unwrap_err().contains("not JSON"));
    }

    #[test]
    fn who_owns_a_field_is_found_through_lists_and_dotted_keys() {
        let object = serde_json::json!({"metadata": {"managedFields": [{"manager": "kubectl-edit", "fieldsV1": {
            "f:data": {"f:nova.conf": {}},
            "f:spec": {"f:containers": {"k:{\"name\":\"api\"}": {"f:image": {}, "f:args": {}}}, "f:replicas": {}},
        }}]}});
        let managers = managers(&object);
        let owned = ["spec.containers[api].image", "spec.replicas", "data.nova.conf", "spec.containers[api].args"];
        assert!(managers[0].is_person() && owned.iter().all(|place| managers[0].owns(place)));
        let others = ["spec.containers[web].image", "spec.replica", "data.nova", "spec.containers[api].command"];
        assert!(others.iter().all(|place| !managers[0].owns(place)));
    }
}
