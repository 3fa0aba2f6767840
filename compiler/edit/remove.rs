//! A value taken out of a spec, and the block around it where that holds nothing else.
//!
//! Invariant: as in [`super`]; what is not there is no error.

use std::ops::Range;

use super::kdl::find;
use super::path::Step;
use crate::span::FileId;
use crate::tree::node::{Node, Value};
use crate::tree::raw::RawNode;
use crate::tree::{kdl, yaml};

/// The text of a spec in KDL without the value at a place.
pub fn from_kdl(source: &str, steps: &[Step]) -> Result<String, String> {
    let (nodes, faults) = kdl::parse(source);
    let site = nodes.iter().find(|node| node.name.text == "site").filter(|_| faults.is_empty());
    let site = site.ok_or("the spec has errors; `taco-gen check` shows them")?;
    let Some((last, outer)) = steps.split_last() else { return Ok(source.to_owned()) };
    let mut way = vec![site];
    for step in outer {
        let Some(child) = way.last().and_then(|node| find(node, step)) else { return Ok(source.to_owned()) };
        way.push(child);
    }
    let Some(holder) = way.pop() else { return Ok(source.to_owned()) };
    let property = holder.properties.iter().find(|(name, _)| name.text == last.name);
    let is_keyed = outer.last().is_some_and(|step| step.key.is_some());
    let is_only = property.is_some() && is_keyed && is_bare(holder) && !way.is_empty();
    if let (Some((name, value)), false) = (property, is_only) {
        let start = source.get(..name.range.start as usize).unwrap_or_default().trim_end().len();
        return Ok(cut(source, start..value.range.end as usize));
    }
    let (child, mut above) = match (is_only, find(holder, last)) {
        (true, _) => (holder, way.pop().unwrap_or(site)),
        (false, Some(child)) => (child, holder),
        (false, None) => return Ok(source.to_owned()),
    };
    // A block that held this alone goes with it.
    let mut gone = child;
    while is_alone(above, gone) && !way.is_empty() {
        gone = above;
        above = way.pop().unwrap_or(site);
    }
    Ok(without_node(source, gone.range.start as usize..gone.range.end as usize))
}

/// Holds a keyed node one property, and nothing else?
fn is_bare(node: &RawNode) -> bool {
    node.children.is_none() && node.properties.len() == 1 && node.arguments.len() == 1
}

/// Holds a keyed node nothing but that child?
fn is_alone(node: &RawNode, child: &RawNode) -> bool {
    let only = node.children.as_ref().is_some_and(|children| children.len() == 1);
    only && node.properties.is_empty()
        && node.arguments.len() == 1
        && node.children.iter().flatten().all(|one| one.range == child.range)
}

fn cut(source: &str, range: Range<usize>) -> String {
    [source.get(..range.start).unwrap_or_default(), source.get(range.end..).unwrap_or_default()].concat()
}

/// The text without a node, its line where it stood there alone, or the semicolon beside it.
fn without_node(source: &str, range: Range<usize>) -> String {
    let (before, after) = (source.get(..range.start).unwrap_or_default(), source.get(range.end..).unwrap_or_default());
    let head = before.rsplit('\n').next().unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default();
    if head.trim().is_empty() && tail.trim().is_empty() {
        let end = (range.end + tail.len() + 1).min(source.len());
        return cut(source, range.start - head.len()..end);
    }
    let spaces = [' ', '\t'];
    if let Some(rest) = after.trim_start_matches(spaces).strip_prefix(';') {
        return cut(source, range.start..source.len() - rest.trim_start_matches(spaces).len());
    }
    let start = before.trim_end_matches(spaces);
    let start = start.strip_suffix(';').map_or(range.start, str::len);
    cut(source, start..range.end)
}

/// The text of a spec in YAML without the value at a place.
pub fn from_yaml(source: &str, steps: &[Step]) -> Result<String, String> {
    let (tree, faults) = yaml::parse(source, FileId(0));
    let tree = tree.filter(|_| faults.is_empty()).ok_or("the spec has errors; `taco-gen check` shows them")?;
    let names: Vec<&str> =
        steps.iter().flat_map(|step| [Some(step.name.as_str()), step.key.as_deref()]).flatten().collect();
    let mut way: Vec<(&Node, &str)> = Vec::new();
    let mut node = &tree;
    for name in &names {
        let Some(child) = node.get(name) else { return Ok(source.to_owned()) };
        way.push((node, name));
        node = child;
    }
    // Maps that held this alone go with it.
    while way.len() > 1 && way.last().is_some_and(|(holder, _)| holder.as_map().is_some_and(|map| map.len() == 1)) {
        way.pop();
    }
    let Some((holder, name)) = way.last() else { return Ok(source.to_owned()) };
    let Value::Map(map) = &holder.value else { return Ok(source.to_owned()) };
    let Some(entry) = map.get(*name) else { return Ok(source.to_owned()) };
    let (start, end) = (entry.key.start as usize, entry.node.span.end as usize);
    let opening = source.get(holder.span.start as usize..).unwrap_or_default();
    Ok(if opening.starts_with('{') { without_entry(source, start..end) } else { without_lines(source, start..end) })
}

/// An entry of a map in braces, with the comma beside it.
fn without_entry(source: &str, range: Range<usize>) -> String {
    let after = source.get(range.end..).unwrap_or_default();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        return cut(source, range.start..source.len() - rest.trim_start().len());
    }
    let before = source.get(..range.start).unwrap_or_default().trim_end();
    cut(source, before.strip_suffix(',').map_or(range.start, str::len)..range.end)
}

/// The lines of an entry of a map in lines.
fn without_lines(source: &str, range: Range<usize>) -> String {
    let start = source.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    if source.get(..range.end).is_some_and(|text| text.ends_with('\n')) {
        return cut(source, start..range.end);
    }
    let rest = source.get(range.end..).unwrap_or_default();
    let end = rest.find('\n').map_or(source.len(), |at| range.end + at + 1);
    cut(source, start..end)
}

#[cfg(test)]
mod tests {
    use super::super::path::{place, words};
    use super::*;

    fn check(remove: fn(&str, &[Step]) -> Result<String, String>, source: &str, path: &str, expected: &str) {
        let place = words(path).and_then(|words| place(&words)).expect("a path");
        assert_eq!(remove(source, &place.steps).as_deref(), Ok(expected));
    }

    #[test]
    fn a_value_goes_and_leaves_what_stands_beside_it() {
        let release = "service.nova.release";
        let check = |source, path, expected| check(from_kdl, source, path, expected);
        check(
            "site a {\n    service nova {\n        release x\n        workers 2 // y\n    }\n}\n",
            release,
            "site a {\n    service nova {\n        workers 2 // y\n    }\n}\n",
        );
        check(
            "site a {\n    service nova { release x; workers 2 }\n}\n",
            release,
            "site a {\n    service nova { workers 2 }\n}\n",
        );
        check(
            "site a {\n    service nova { workers 2; release x }\n}\n",
            release,
            "site a {\n    service nova { workers 2 }\n}\n",
        );
        check("site a {\n    region r\n    service nova { release x }\n}\n", release, "site a {\n    region r\n}\n");
        check(
            "site a {\n    service nova release=x workers=2\n}\n",
            release,
            "site a {\n    service nova workers=2\n}\n",
        );
        check("site a {\n    release \"1\" next=\"2\"\n}\n", "release.next", "site a {\n    release \"1\"\n}\n");
        check("site a {\n    service nova release=x\n    region r\n}\n", release, "site a {\n    region r\n}\n");
        check("site a {\n    region r\n}\n", release, "site a {\n    region r\n}\n");
    }

    #[test]
    fn an_entry_goes_with_its_line() {
        let release = "service.nova.release";
        let check = |source, path, expected| check(from_yaml, source, path, expected);
        check(
            "name: a\nservice:\n  nova:\n    release: x\n    workers: 2\n",
            release,
            "name: a\nservice:\n  nova:\n    workers: 2\n",
        );
        check("name: a\nservice:\n  nova:\n    release: x\nregion: r\n", release, "name: a\nregion: r\n");
        check("service: {nova: {release: x, workers: 2}}\n", release, "service: {nova: {workers: 2}}\n");
        check("service: {nova: {workers: 2, release: x}}\n", release, "service: {nova: {workers: 2}}\n");
        check("name: a\n", release, "name: a\n");
    }
}
