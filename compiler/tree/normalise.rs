//! A tree as YAML writes it to the tree that KDL gives: shorthands written out, names of the rest put together.
//!
//! Invariant: normalising twice is normalising once; what does not fit the shape is left for the check.

use std::borrow::Cow;

use super::node::{Entry, Map, Node, Value};
use super::shape::{Record, Shape};

/// Brings a tree into the form that the KDL reader gives.
pub fn normalise(node: &mut Node, shape: &Shape) {
    match shape {
        Shape::Record(record) => normalise_record(node, record),
        Shape::Table(item) | Shape::Map(item) => {
            if let Value::Map(map) = &mut node.value {
                map.values_mut().for_each(|entry| normalise(&mut entry.node, item));
            }
        }
        Shape::List(item) => {
            wrap_in_list(node);
            items(node).iter_mut().for_each(|node| normalise(node, item));
        }
        Shape::Sequence(record) => {
            wrap_in_list(node);
            items(node).iter_mut().for_each(|node| normalise_record(node, record));
        }
        _ => {}
    }
}

fn items(node: &mut Node) -> &mut [Node] {
    match &mut node.value {
        Value::List(items) => items,
        _ => &mut [],
    }
}

/// A single item stands for a list of one.
fn wrap_in_list(node: &mut Node) {
    if !matches!(node.value, Value::List(_) | Value::Null) {
        let inner = std::mem::replace(node, Node::new(node.span, Value::Null));
        node.value = Value::List(vec![inner]);
    }
}

fn normalise_record(node: &mut Node, record: &'static Record) {
    if let Some(name) = record.shorthand
        && !matches!(node.value, Value::Map(_) | Value::Null)
    {
        let inner = std::mem::replace(node, Node::new(node.span, Value::Null));
        node.value = Value::Map(Map::from_iter([(Cow::Borrowed(name), Entry { key: inner.span, node: inner })]));
    }
    let Value::Map(map) = &mut node.value else { return };
    let mut rest = Map::new();
    for (name, mut entry) in std::mem::take(map) {
        match (record.field(&name), record.rest) {
            (Some(field), _) => normalise(&mut entry.node, &field.shape),
            (None, Some(shape)) if name != Record::REST => {
                normalise(&mut entry.node, shape);
                rest.insert(name, entry);
                continue;
            }
            _ => {}
        }
        map.insert(name, entry);
    }
    if !rest.is_empty() {
        let rest = Node::new(node.span, Value::Map(rest));
        map.insert(Cow::Borrowed(Record::REST), Entry { key: node.span, node: rest });
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{THING, kdl_tree, show};
    use super::super::yaml;
    use super::*;
    use crate::span::FileId;

    fn both(kdl: &str, yaml: &str) {
        let (left, faults) = kdl_tree(kdl);
        assert_eq!(faults, [], "{kdl}");
        let (right, faults) = yaml::parse(yaml, FileId(0));
        assert_eq!(faults, [], "{yaml}");
        let mut right = right.unwrap();
        normalise(&mut right, &Shape::Record(&THING));
        assert_eq!(show(&left), show(&right));
        let once = right.clone();
        normalise(&mut right, &Shape::Record(&THING));
        assert_eq!(once, right);
    }

    #[test]
    fn both_notations_give_the_same_tree() {
        both("words a", "words: a");
        both("words (secret)\"a\" b", "words: [!secret a, b]");
        both(
            "port a 80\nport b 81 protocol=TCP\nport c #null",
            "port: {a: 80, b: {number: 81, protocol: TCP}, c: null}",
        );
        both("part x { z 1; }\npart w", "part: [{name: x, z: 1}, {name: w}]");
        both("part x", "part: {name: x}");
        both("env A=1\nextra { - 1; - a=2 b=#null; }", "env: {A: 1}\nextra: [1, {a: 2, b: null}]");
        both("size #null\none x z=1", "size: null\none: {name: x, z: 1}");
    }
}
