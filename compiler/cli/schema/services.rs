//! Every service's settings, components and files, put into the JSON Schema of a site or an overlay.
//!
//! A reference (`!setting workers`) is a string to an editor, so a schema of a setting that holds a number refuses it.
//!
//! Invariant: what the schema offers is what the catalog has; a schema without services in it stays as it is.

use serde_json::{Map, Value, json};

use crate::catalog::Catalog;
use crate::catalog::expr::{Branch, Kind, Literal};
use crate::catalog::file::is_pattern;
use crate::catalog::service::{Service, Setting, SettingType};
use crate::tree::word::Word;

/// The definition that stands for any service.
const ANY: &str = "ServiceSettings";

/// Replaces the map of any services by one of the services that there are.
pub fn insert(schema: &mut Value, catalog: &Catalog) {
    let Some(any) = schema.pointer(&format!("/$defs/{ANY}")).cloned() else { return };
    let pointer = Value::from(format!("#/$defs/{ANY}"));
    replace(schema, &pointer);
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else { return };
    definitions.remove(ANY);
    let mut names = Map::new();
    for service in catalog.services.values() {
        let name = format!("service-{}", service.name);
        names.insert(service.name.to_string(), or_null(json!({ "$ref": format!("#/$defs/{name}") })));
        definitions.insert(name, definition(&any, service));
    }
    definitions.insert("Services".to_owned(), closed(names));
}

/// Wherever a map holds any services, it refers to the definition `Services`.
fn replace(schema: &mut Value, pointer: &Value) {
    match schema {
        Value::Object(members) => {
            let holds = members.get("additionalProperties").and_then(|inner| inner.pointer("/anyOf/0/$ref"));
            if holds == Some(pointer) {
                members.clear();
                members.insert("$ref".to_owned(), Value::from("#/$defs/Services"));
            }
            members.values_mut().for_each(|member| replace(member, pointer));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, pointer)),
        _ => {}
    }
}

/// A service: the fields that all services have, with its own files, components and settings.
fn definition(any: &Value, service: &Service) -> Value {
    let mut properties = any.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let (patterns, names): (Vec<&Word>, Vec<&Word>) = service.files.keys().partition(|name| is_pattern(name));
    restrict(&mut properties, "config", names.into_iter().map(|name| (name.to_string(), json!({}))).collect());
    for pattern in patterns {
        let expression = format!("^{}$", pattern.replace('.', "\\.").replace('*', "[^*/,]+"));
        let config = properties.get_mut("config").and_then(|config| config.pointer_mut("/anyOf/0"));
        if let Some(config) = config.and_then(Value::as_object_mut) {
            config.insert("patternProperties".to_owned(), json!({ expression: {} }));
        }
    }
    let of_clients = service.provides.values().flat_map(|provide| provide.jobs.keys());
    let jobs = service.jobs.keys().chain(of_clients).collect();
    for (field, names) in [("component", service.components.keys().collect::<Vec<_>>()), ("job", jobs)] {
        let any = properties.get(field).and_then(|any| any.pointer("/anyOf/0/additionalProperties"));
        let any = any.cloned().unwrap_or_default();
        let names = names.into_iter().map(|name| (name.to_string(), any.clone())).collect();
        restrict(&mut properties, field, names);
    }
    for (name, setting) in &service.settings {
        let mut schema = or_null(value(setting));
        describe(&mut schema, &setting.doc);
        if let (Some(members), Some(default)) = (schema.as_object_mut(), default(setting)) {
            members.insert("default".to_owned(), default);
        }
        properties.insert(name.to_string(), schema);
    }
    let mut definition = closed(properties);
    describe(&mut definition, &service.summary);
    definition
}

/// Restricts a map that all services have to the names of this one.
fn restrict(properties: &mut Map<String, Value>, field: &str, names: Map<String, Value>) {
    let Some(old) = properties.get(field) else { return };
    let doc = old.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut schema = or_null(closed(names));
    describe(&mut schema, &doc);
    properties.insert(field.to_owned(), schema);
}

/// What a setting holds.
fn value(setting: &Setting) -> Value {
    if !setting.choices.is_empty() {
        let words = setting.choices.iter().flat_map(|word| {
            let number = word.parse::<i64>().ok().map(Value::from);
            [Some(Value::from(word.as_str())), number].into_iter().flatten()
        });
        return json!({ "enum": words.collect::<Vec<_>>() });
    }
    match setting.kind {
        SettingType::Integer => {
            let mut schema = json!({ "type": "integer" });
            for (name, bound) in [("minimum", setting.minimum), ("maximum", setting.maximum)] {
                if let (Some(members), Some(bound)) = (schema.as_object_mut(), bound) {
                    members.insert(name.to_owned(), Value::from(bound.0));
                }
            }
            schema
        }
        SettingType::Boolean => json!({ "type": "boolean" }),
        SettingType::Json => json!({ "type": "string" }),
        SettingType::List => json!({ "type": ["string", "number", "boolean", "array"] }),
        SettingType::Text | SettingType::Quantity => json!({ "type": ["string", "number", "boolean"] }),
    }
}

/// The default, unless it is a reference.
fn default(setting: &Setting) -> Option<Value> {
    let Branch::One(value) = &setting.default.as_ref()?.0.branch else { return None };
    let Kind::Literal(literal) = &value.kind else { return None };
    Some(match literal {
        Literal::Text(text) | Literal::Decimal(text) => Value::from(text.to_string()),
        Literal::Integer(number) => Value::from(*number),
        Literal::Bool(flag) => Value::from(*flag),
    })
}

fn closed(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Null unsets what a lower layer says.
fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn describe(schema: &mut Value, doc: &str) {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), Value::from(doc));
    }
}
