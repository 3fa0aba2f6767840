//! A tree in the other notation.
//!
//! Invariant: what is written reads as the same tree; a tree that a notation has no words for is an error.

use super::write::{Notation, scalar, text};
use crate::tree::node::{Map, Node, Value};
use crate::tree::shape::{Record, Shape};

const INDENT: &str = "    ";

/// A document in YAML.
pub fn yaml(tree: &Node) -> String {
    let mut out = String::new();
    match &tree.value {
        Value::Map(map) if !map.is_empty() => yaml_map(map, 0, &mut out),
        _ => out.push_str("{}\n"),
    }
    out
}

fn yaml_map(map: &Map, depth: usize, out: &mut String) {
    for (name, entry) in map {
        if name == Record::REST {
            entry.node.as_map().into_iter().for_each(|rest| yaml_map(rest, depth, out));
            continue;
        }
        out.push_str(&"  ".repeat(depth));
        out.push_str(&text(name, Notation::Yaml));
        out.push(':');
        yaml_value(&entry.node, depth + 1, out);
    }
}

/// What stands behind a colon or a hyphen, up to the end of its lines.
fn yaml_value(node: &Node, depth: usize, out: &mut String) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            yaml_map(map, depth, out);
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Map(_) | Value::List(_))) => {
            out.push('\n');
            for item in items {
                out.push_str(&"  ".repeat(depth));
                out.push('-');
                yaml_value(item, depth + 1, out);
            }
        }
        Value::Map(_) => out.push_str(" {}\n"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().filter_map(|item| scalar(item, Notation::Yaml)).collect();
            out.push_str(&format!(" [{}]\n", items.join(", ")));
        }
        _ => out.push_str(&format!(" {}\n", scalar(node, Notation::Yaml).unwrap_or_default())),
    }
}

/// A document of one node in KDL.
pub fn kdl(name: &str, tree: &Node, record: &'static Record) -> Result<String, String> {
    let mut writer = Writer { out: String::new(), depth: 0 };
    writer.node(name, tree, &Shape::Record(record), Vec::new())?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    /// A node and all that belongs to it; `head` are the arguments that it has already.
    fn node(&mut self, name: &str, node: &Node, shape: &Shape, head: Vec<String>) -> Result<(), String> {
        match (&node.value, shape) {
            (Value::Map(map), Shape::Table(item)) => {
                for (key, entry) in map {
                    let head = [head.clone(), vec![text(key, Notation::Kdl)]].concat();
                    self.node(name, &entry.node, item, head)?;
                }
                Ok(())
            }
            (Value::List(items), Shape::Sequence(record)) => {
                items.iter().try_for_each(|item| self.node(name, item, &Shape::Record(record), head.clone()))
            }
            (Value::List(items), Shape::List(_)) if items.is_empty() => Ok(()),
            (Value::Map(map), Shape::Record(record)) => self.record(name, map, record, head),
            (Value::Map(map), _) => self.block(name, map, shape, head),
            (Value::List(items), Shape::Any) if !is_row(items) => self.items(name, items, head),
            (Value::List(items), _) => {
                let values: Option<Vec<String>> = items.iter().map(|item| scalar(item, Notation::Kdl)).collect();
                let values = values.filter(|values| !values.is_empty());
                let values = values.ok_or_else(|| format!("KDL has no form for the list at `{name}`"))?;
                self.line(name, &[head, values].concat());
                Ok(())
            }
            _ => {
                let value = scalar(node, Notation::Kdl).unwrap_or_default();
                self.line(name, &[head, vec![value]].concat());
                Ok(())
            }
        }
    }

    fn line(&mut self, name: &str, values: &[String]) {
        self.begin(name, values);
        self.out.push('\n');
    }

    fn begin(&mut self, name: &str, values: &[String]) {
        self.out.push_str(&INDENT.repeat(self.depth));
        let name = if name == "-" { name.to_owned() } else { text(name, Notation::Kdl) };
        self.out.push_str(&[vec![name], values.to_vec()].concat().join(" "));
    }

    fn braces(&mut self, write: impl FnOnce(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.out.push_str(" {\n");
        self.depth += 1;
        write(self)?;
        self.depth -= 1;
        self.out.push_str(&INDENT.repeat(self.depth));
        self.out.push_str("}\n");
        Ok(())
    }

    fn record(
        &mut self,
        name: &str,
        map: &Map,
        record: &'static Record,
        mut values: Vec<String>,
    ) -> Result<(), String> {
        let mut written: Vec<&str> = Vec::new();
        for position in record.positional {
            let Some(value) = map.get(*position).and_then(|entry| scalar(&entry.node, Notation::Kdl)) else { break };
            values.push(value);
            written.push(position);
        }
        let is_plain = |shape: &Shape| {
            !matches!(shape, Shape::Any | Shape::Value | Shape::List(_) | Shape::Table(_) | Shape::Map(_))
        };
        for (name, entry) in map.iter().filter(|(name, _)| !written.contains(&name.as_ref()) && self.depth > 0) {
            let field = record.field(name).filter(|field| is_plain(&field.shape));
            let value = field.and_then(|_| scalar(&entry.node, Notation::Kdl)).filter(|value| !value.contains('\n'));
            values.extend(value.map(|value| format!("{}={value}", text(name, Notation::Kdl))));
        }
        let is_written = |name: &str| {
            let property = format!("{}=", text(name, Notation::Kdl));
            written.contains(&name) || values.iter().any(|value| value.starts_with(&property))
        };
        let rest: Vec<_> = map.iter().filter(|(name, _)| !is_written(name)).collect();
        self.begin(name, &values);
        if rest.is_empty() {
            self.out.push('\n');
            return Ok(());
        }
        self.braces(|writer| rest.into_iter().try_for_each(|(name, entry)| writer.field(name, &entry.node, record)))
    }

    fn field(&mut self, name: &str, node: &Node, record: &'static Record) -> Result<(), String> {
        if name == Record::REST {
            let shape = record.rest.unwrap_or(&Shape::Any);
            let rest = node.as_map().into_iter().flatten();
            return rest.into_iter().try_for_each(|(name, entry)| self.node(name, &entry.node, shape, Vec::new()));
        }
        let shape = record.field(name).map_or(Shape::Any, |field| field.shape);
        self.node(name, node, &shape, Vec::new())
    }

    fn block(&mut self, name: &str, map: &Map, shape: &Shape, head: Vec<String>) -> Result<(), String> {
        let item = if let Shape::Map(item) | Shape::Table(item) = shape { item } else { &Shape::Any };
        self.begin(name, &head);
        self.braces(|writer| map.iter().try_for_each(|(name, entry)| writer.node(name, &entry.node, item, Vec::new())))
    }

    fn items(&mut self, name: &str, items: &[Node], head: Vec<String>) -> Result<(), String> {
        if items.is_empty() {
            return Err(format!("KDL has no form for the empty list at `{name}`"));
        }
        self.begin(name, &head);
        self.braces(|writer| items.iter().try_for_each(|item| writer.node("-", item, &Shape::Any, Vec::new())))
    }
}

/// Are the items the values of one node: several, none of them with parts?
fn is_row(items: &[Node]) -> bool {
    items.len() > 1 && items.iter().all(|item| !matches!(item.value, Value::Map(_) | Value::List(_)))
}
