//! A value set in a spec in YAML.
//!
//! Invariant: as in [`super`].

use super::path::Step;
use super::write::{Notation, text};
use crate::span::FileId;
use crate::tree::node::{Map, Node, Value};
use crate::tree::shape::Shape;
use crate::tree::yaml;

/// The text with the value at a place; `values` are as YAML writes them.
pub fn set(source: &str, steps: &[Step], values: &[String], shape: &Shape) -> Result<String, String> {
    let (tree, faults) = yaml::parse(source, FileId(0));
    let tree = tree.filter(|_| faults.is_empty()).ok_or("the spec has errors; `taco-gen check` shows them")?;
    let names: Vec<&str> =
        steps.iter().flat_map(|step| [Some(step.name.as_str()), step.key.as_deref()]).flatten().collect();
    let value = match values {
        [only] if !matches!(shape, Shape::List(_)) => only.clone(),
        _ => format!("[{}]", values.join(", ")),
    };
    let (mut node, mut left) = (&tree, names.as_slice());
    while let Some((name, rest)) = left.split_first() {
        let Some(child) = node.get(name) else { break };
        (node, left) = (child, rest);
    }
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    match (&node.value, left) {
        (Value::Map(_), []) => Err(format!("`{}` is a map; name one of its entries", names.join("."))),
        (_, []) => Ok(spliced(source, start, end, &value)),
        (Value::Map(map), left) => Ok(inserted(source, node, map, (left, &value))),
        _ => Err(format!("`{}` stands below what is not a map here; edit it by hand", names.join("."))),
    }
}

fn spliced(source: &str, start: usize, end: usize, text: &str) -> String {
    [source.get(..start).unwrap_or_default(), text, source.get(end..).unwrap_or_default()].concat()
}

fn inserted(source: &str, node: &Node, map: &Map, (names, value): (&[&str], &str)) -> String {
    let end = node.span.end as usize;
    let whole = source.get(node.span.start as usize..end).unwrap_or_default();
    if whole.starts_with('{') {
        let close = end.saturating_sub(1);
        let before = source.get(..close).unwrap_or_default().trim_end();
        let mark = if before.ends_with('{') { "" } else { ", " };
        return format!("{before}{mark}{}{}", flow(names, value), source.get(close..).unwrap_or_default());
    }
    let first = map.values().next().map_or(node.span.start, |entry| entry.key.start) as usize;
    let line_start = source.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let column = source.get(line_start..first).map_or(0, |before| before.chars().count());
    let at = source.get(end..).and_then(|rest| rest.find('\n')).map_or(source.len(), |length| end + length);
    let at = if source.get(..end).is_some_and(|before| before.ends_with('\n')) { end - 1 } else { at };
    let mut lines = String::new();
    for (depth, name) in names.iter().enumerate() {
        let held = if depth + 1 == names.len() { format!(" {value}") } else { String::new() };
        lines.push_str(&format!("\n{}{}:{held}", " ".repeat(column + 2 * depth), text(name, Notation::Yaml)));
    }
    spliced(source, at, at, &lines)
}

fn flow(names: &[&str], value: &str) -> String {
    match names.split_first() {
        Some((name, [])) => format!("{}: {value}", text(name, Notation::Yaml)),
        Some((name, rest)) => format!("{}: {{{}}}", text(name, Notation::Yaml), flow(rest, value)),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::{place, words};
    use super::*;

    fn check(source: &str, path: &str, value: &str, expected: &str) {
        let place = words(path).and_then(|words| place(&words)).expect("a path");
        assert_eq!(set(source, &place.steps, &[value.to_owned()], &place.shape).as_deref(), Ok(expected));
    }

    #[test]
    fn entries_are_replaced_and_inserted() {
        check("name: a # b\nregion: c # d\n", "region", "x", "name: a # b\nregion: x # d\n");
        check("name: a\n# end\n", "region", "x", "name: a\nregion: x\n# end\n");
        check(
            "name: a\nservice:\n  b:\n    c: 1\nregion: d\n",
            "service.e.f",
            "2",
            "name: a\nservice:\n  b:\n    c: 1\n  e:\n    f: 2\nregion: d\n",
        );
        check("name: a\nservice: {b: {c: 1}}\n", "service.b.d", "2", "name: a\nservice: {b: {c: 1, d: 2}}\n");
        check("name: a\n", "service.b.c", "1", "name: a\nservice:\n  b:\n    c: 1\n");
    }
}
