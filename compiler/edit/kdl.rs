//! A value set in a spec in KDL.
//!
//! Invariant: as in [`super`].

use std::ops::Range;

use super::path::{Place, Step};
use super::write::{Notation, text};
use crate::tree::format::token::{Kind, tokens};
use crate::tree::kdl;
use crate::tree::raw::RawNode;
use crate::tree::shape::Shape;

const INDENT: &str = "    ";

/// The text with the value at a place; `values` are as KDL writes them.
pub fn set(source: &str, place: &Place, values: &[String]) -> Result<String, String> {
    let (nodes, faults) = kdl::parse(source);
    let site = nodes.iter().find(|node| node.name.text == "site").filter(|_| faults.is_empty());
    let site = site.ok_or("the spec has errors; `taco-gen check` shows them")?;
    let (mut node, mut left, mut skip) = (site, place.steps.as_slice(), 0);
    while let Some((step, rest)) = left.split_first() {
        let Some(child) = find(node, step) else { break };
        (node, left, skip) = (child, rest, usize::from(step.key.is_some()));
    }
    let joined = values.join(" ");
    match left {
        [] => existing(source, node, skip, &joined),
        [last] => {
            let property = node.properties.iter().find(|(name, _)| name.text == last.name && last.key.is_none());
            let argument = place.position.and_then(|position| node.arguments.get(position + skip));
            match (property, argument) {
                (Some((_, value)), _) if values.len() == 1 => Ok(replaced(source, &value.range, &joined)),
                (Some(_), _) => Err(format!("`{}` is written with one value here; put it in the block", last.name)),
                (None, Some(argument)) => Ok(replaced(source, &argument.range, &joined)),
                (None, None) => Ok(inserted(source, node, left, &joined, form(&place.shape, values))),
            }
        }
        _ if place.is_field => Ok(inserted(source, node, left, &joined, form(&place.shape, values))),
        _ => Ok(inserted(source, node, left, &joined, Form::Node)),
    }
}

/// The text with one more node in the block `site`, behind the last of that name.
pub fn add(source: &str, name: &str, line: &str) -> Result<String, String> {
    let (nodes, faults) = kdl::parse(source);
    let site = nodes.iter().find(|node| node.name.text == "site").filter(|_| faults.is_empty());
    let site = site.ok_or("the spec has errors; `taco-gen check` shows them")?;
    Ok(put(source, site, name, line))
}

/// How a value is written that is not there yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `name=value` on the line of a node, where that has no block.
    Property,
    /// A node in the block.
    Node,
}

fn form(shape: &Shape, values: &[String]) -> Form {
    let is_single = values.len() == 1 && !matches!(shape, Shape::List(_) | Shape::Any);
    if is_single { Form::Property } else { Form::Node }
}

/// The child of a node that a step leads to.
pub(super) fn find<'n>(node: &'n RawNode, step: &Step) -> Option<&'n RawNode> {
    let key = |child: &RawNode| child.arguments.first().map(|value| literal(&value.literal));
    let fits = |child: &&RawNode| {
        child.name.text == step.name && step.key.as_ref().is_none_or(|name| key(child).as_ref() == Some(name))
    };
    node.children.as_ref()?.iter().find(fits)
}

fn literal(literal: &crate::tree::raw::Literal) -> String {
    use crate::tree::raw::Literal;
    match literal {
        Literal::Text(text) | Literal::Decimal(text) => text.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Null | Literal::Bool(_) => String::new(),
    }
}

/// The values of a node that is there, put in place of those that it has.
fn existing(source: &str, node: &RawNode, skip: usize, values: &str) -> Result<String, String> {
    let held = node.arguments.get(skip..).unwrap_or_default();
    match (held, node.children.is_some() || !node.properties.is_empty()) {
        ([first, .., last], false) => Ok(replaced(source, &(first.range.start..last.range.end), values)),
        ([only], false) => Ok(replaced(source, &only.range, values)),
        _ => Err(format!("`{}` is not written as plain values here; edit it by hand", node.name.text)),
    }
}

fn replaced(source: &str, range: &Range<u32>, text: &str) -> String {
    let (start, end) = (range.start as usize, range.end as usize);
    [source.get(..start).unwrap_or_default(), text, source.get(end..).unwrap_or_default()].concat()
}

/// The text with what is missing put into a node: on its line where it has no block and one value is missing.
fn inserted(source: &str, node: &RawNode, steps: &[Step], values: &str, form: Form) -> String {
    if let ([step @ Step { key: None, .. }], None, Form::Property) = (steps, &node.children, form) {
        return replaced(
            source,
            &(node.range.end..node.range.end),
            &format!(" {}={values}", text(&step.name, Notation::Kdl)),
        );
    }
    let name = steps.first().map_or("", |step| step.name.as_str());
    put(source, node, name, &line(steps, values, form))
}

/// Nested blocks on one line: `service keystone { workers 4 }`, or `release openstack="2026.1"`.
fn line(steps: &[Step], values: &str, form: Form) -> String {
    let Some((step, rest)) = steps.split_first() else { return values.to_owned() };
    let key = step.key.as_ref().map(|key| format!(" {}", text(key, Notation::Kdl))).unwrap_or_default();
    let head = text(&step.name, Notation::Kdl) + &key;
    match rest {
        [] => format!("{head} {values}"),
        [last @ Step { key: None, .. }] if form == Form::Property => {
            format!("{head} {}={values}", text(&last.name, Notation::Kdl))
        }
        _ => format!("{head} {{ {} }}", line(rest, values, form)),
    }
}

/// A node put into the block of another: behind the last of its name, else at the end.
fn put(source: &str, node: &RawNode, name: &str, line: &str) -> String {
    let end = node.range.end as usize;
    let Some(children) = &node.children else {
        return replaced(source, &(node.range.end..node.range.end), &format!(" {{ {line} }}"));
    };
    let close = end.saturating_sub(1);
    if !block(source, node).contains('\n') {
        let before = source.get(..close).unwrap_or_default().trim_end();
        let mark = if before.ends_with(['{', ';']) { " " } else { "; " };
        return format!("{before}{mark}{line} {}", source.get(close..).unwrap_or_default());
    }
    let indent = indent_at(source, node.range.start as usize).to_owned() + INDENT;
    let line_end =
        |at: usize| source.get(at..).and_then(|rest| rest.find('\n')).map_or(source.len(), |length| at + length);
    let sibling = children.iter().rfind(|child| child.name.text == name);
    let sibling = sibling.map(|child| line_end(child.range.end as usize)).filter(|at| *at < close);
    let at = sibling.unwrap_or_else(|| source.get(..close).unwrap_or_default().trim_end().len());
    let after = source.get(at..).unwrap_or_default();
    // What closes the block keeps a line of its own.
    let gap = if after.starts_with(['\n', '\r']) { "" } else { "\n" };
    format!("{}\n{indent}{line}{gap}{after}", source.get(..at).unwrap_or_default())
}

/// The bytes of a node's block.
fn block<'s>(source: &'s str, node: &RawNode) -> &'s str {
    let whole = source.get(node.range.start as usize..node.range.end as usize).unwrap_or_default();
    let mut open = Vec::new();
    let mut start = 0;
    for token in tokens(whole) {
        match token.kind {
            Kind::Open => open.push(token.range.start),
            Kind::Close => start = open.pop().unwrap_or(0),
            _ => {}
        }
    }
    whole.get(start..).unwrap_or_default()
}

/// The spaces that the line of a byte begins with.
fn indent_at(source: &str, at: usize) -> &str {
    let start = source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = source.get(start..).unwrap_or_default();
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::path::{place, words};
    use super::*;

    fn check(source: &str, path: &str, values: &[&str], expected: &str) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let changed = words(path).and_then(|words| place(&words)).and_then(|place| set(source, &place, &values));
        assert_eq!(changed.as_deref(), Ok(expected));
    }

    #[test]
    fn values_take_the_place_of_values() {
        check("site a { region x } // y", "region", &["z"], "site a { region z } // y");
        check(
            "site a { release openstack=\"1\" }",
            "release.openstack",
            &["\"2\""],
            "site a { release openstack=\"2\" }",
        );
        check("site a { release \"1\" }", "release.openstack", &["\"2\""], "site a { release \"2\" }");
        check("site a {\n    overlays x y // z\n}", "overlays", &["w"], "site a {\n    overlays w // z\n}");
        check("site a { service b { c 1; d 2 } }", "service.b.d", &["3"], "site a { service b { c 1; d 3 } }");
    }

    #[test]
    fn what_is_missing_is_put_where_its_like_stand() {
        check("site a {\n    // b\n}", "region", &["x"], "site a {\n    // b\n    region x\n}");
        check("site a", "region", &["x"], "site a region=x");
        check("site a {}", "release.openstack", &["\"1\""], "site a { release openstack=\"1\" }");
        check("site a", "image.b", &["c"], "site a { image b c }");
        check("site a {}", "network.m.dns", &["x", "y"], "site a { network m { dns x y } }");
        check("site a {}", "service.b.c", &["1"], "site a { service b { c 1 } }");
        check("site a { network m cidr=x }", "network.m.mtu", &["9"], "site a { network m cidr=x mtu=9 }");
        check("site a { network m { dns x } }", "network.m.mtu", &["9"], "site a { network m { dns x; mtu 9 } }");
        check(
            "site a {\n    service b { c 1 } // d\n    region e\n}\n",
            "service.f.config.\"g.conf\".h.i",
            &["1", "2"],
            "site a {\n    service b { c 1 } // d\n    service f { config \"g.conf\" { h { i 1 2 } } }\n    region e\n}\n",
        );
    }
}
