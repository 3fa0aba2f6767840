//! A record to the JSON Schema that editors check YAML and JSON by (draft 2020-12).
//!
//! A reference (`!secret name`) is text to JSON Schema: editors see the text after the tag.
//!
//! Invariant: the same record gives the same schema, member for member.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shape::{Field, Record, Shape};

/// The JSON Schema of a document that holds the record's fields.
pub fn json_schema(id: &str, title: &str, record: &'static Record) -> Value {
    let mut schemas = Schemas { names: vec![], definitions: BTreeMap::new() };
    let root = schemas.reference(record);
    let definitions: Map<String, Value> = schemas.definitions.into_iter().collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
        "$ref": root,
        "$defs": definitions,
    })
}

struct Schemas {
    /// Which name stands for which record: two records may share a name.
    names: Vec<(String, &'static Record)>,
    definitions: BTreeMap<String, Value>,
}

impl Schemas {
    /// A pointer to the record's definition, which is made the first time.
    fn reference(&mut self, record: &'static Record) -> String {
        if let Some((name, _)) = self.names.iter().find(|(_, known)| std::ptr::eq(*known, record)) {
            return format!("#/$defs/{name}");
        }
        let taken = |name: &str| self.names.iter().any(|(known, _)| known == name);
        let mut name = record.name.to_owned();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{}{number}", record.name);
        }
        self.names.push((name.clone(), record));
        let definition = self.definition(record);
        self.definitions.insert(name.clone(), definition);
        format!("#/$defs/{name}")
    }

    fn definition(&mut self, record: &'static Record) -> Value {
        let mut properties = Map::new();
        let mut required = vec![];
        for field in record.all_fields() {
            if field.required {
                required.push(Value::from(field.name));
            }
            properties.insert(field.name.to_owned(), self.field(field));
        }
        let rest = match record.rest {
            Some(shape) => or_null(self.shape(shape)),
            None => Value::Bool(false),
        };
        let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": rest });
        if !required.is_empty()
            && let Some(members) = object.as_object_mut()
        {
            members.insert("required".to_owned(), Value::Array(required));
        }
        let short = record.shorthand.and_then(|name| record.field(name));
        let mut definition = match short {
            Some(field) => any_of(vec![self.shape(&field.shape), object]),
            None => object,
        };
        describe(&mut definition, record.doc);
        definition
    }

    fn field(&mut self, field: &'static Field) -> Value {
        let mut schema = self.shape(&field.shape);
        if !field.required {
            schema = or_null(schema);
        }
        describe(&mut schema, field.doc);
        schema
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string" }),
            Shape::Name => {
                json!({ "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63 })
            }
            Shape::Typed(scalar) => {
                let types = if scalar.accepts_number { json!(["string", "number"]) } else { json!("string") };
                json!({ "type": types, "pattern": scalar.pattern })
            }
            Shape::Integer(low, high) => {
                let mut schema = json!({ "type": "integer" });
                if let Some(members) = schema.as_object_mut() {
                    let bounds = [("minimum", *low, i64::MIN), ("maximum", *high, i64::MAX)];
                    for (name, bound, _) in bounds.into_iter().filter(|(_, bound, open)| bound != open) {
                        members.insert(name.to_owned(), Value::from(bound));
                    }
                }
                schema
            }
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::Choice(choices) => {
                json!({ "enum": choices.iter().map(|choice| choice.word).collect::<Vec<_>>() })
            }
            Shape::Scalar => scalar(),
            Shape::Value => any_of(vec![scalar(), json!({ "type": "array", "items": scalar() })]),
            Shape::List(item) => {
                let item = self.shape(item);
                any_of(vec![item.clone(), json!({ "type": "array", "items": item })])
            }
            Shape::Table(item) | Shape::Map(item) => {
                let item = or_null(self.shape(item));
                json!({ "type": "object", "additionalProperties": item })
            }
            Shape::Sequence(record) => {
                let item = json!({ "$ref": self.reference(record) });
                any_of(vec![item.clone(), json!({ "type": "array", "items": item })])
            }
            Shape::Record(record) => json!({ "$ref": self.reference(record) }),
            Shape::Any => json!({}),
        }
    }
}

fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn any_of(schemas: Vec<Value>) -> Value {
    json!({ "anyOf": schemas })
}

/// Null unsets what a lower layer says.
fn or_null(mut schema: Value) -> Value {
    if schema.as_object().is_some_and(Map::is_empty) {
        return schema;
    }
    let null = json!({ "type": "null" });
    match schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(choices) => {
            choices.push(null);
            schema
        }
        None => any_of(vec![schema, null]),
    }
}

fn describe(schema: &mut Value, doc: &str) {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), Value::from(doc));
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::THING;
    use super::*;

    #[test]
    fn the_schema_takes_what_the_reader_takes() {
        let schema = json_schema("thing.schema.json", "A thing", &THING);
        assert_eq!(schema, json_schema("thing.schema.json", "A thing", &THING));
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for (document, valid) in [
            (json!({ "port": { "a": 80, "b": { "number": 1 }, "c": null }, "words": "x" }), true),
            (json!({ "size": null, "part": [{ "name": "a", "other": [1, 2] }], "extra": [{}] }), true),
            (json!({ "sise": 1 }), false),
            (json!({ "port": { "a": 70_000 } }), false),
            (json!({ "port": { "a": { "protocol": "TCP" } } }), false),
            (json!({ "one": { "name": "X_" } }), false),
            (json!({ "part": [{ "other": {} }] }), false),
        ] {
            assert_eq!(validator.is_valid(&document), valid, "{document}");
        }
    }

    #[test]
    fn the_published_records_have_valid_schemas() {
        let schema = json_schema("service.schema.json", "A service", crate::catalog::service::Service::record());
        assert!(jsonschema::meta::is_valid(&schema));
    }
}
