//! Values as KDL and YAML write them.
//!
//! Invariant: what is written reads as the same value.

use std::fmt::Write as _;

use crate::tree::node::{Node, Value};
use crate::tree::shape::Shape;

/// The notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// KDL 2.
    Kdl,
    /// YAML.
    Yaml,
}

/// Words that a reader of YAML, or of KDL, takes for something else.
const TAKEN: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"];

/// A text: bare where that reads the same.
pub fn text(text: &str, notation: Notation) -> String {
    let is_bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str());
    if is_bare { text.to_owned() } else { quoted(text, notation) }
}

fn quoted(text: &str, notation: Notation) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        let is_plain = !c.is_control() && (c.is_ascii() || c.is_alphanumeric());
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_plain => quoted.push(c),
            c => {
                let _ = match notation {
                    Notation::Kdl => write!(quoted, "\\u{{{:x}}}", u32::from(c)),
                    Notation::Yaml => write!(quoted, "\\U{:08x}", u32::from(c)),
                };
            }
        }
    }
    quoted + "\""
}

/// A scalar; none for a list or a map.
pub fn scalar(node: &Node, notation: Notation) -> Option<String> {
    let value = match &node.value {
        Value::Null => keyword("null", notation),
        Value::Bool(flag) => keyword(if *flag { "true" } else { "false" }, notation),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(held) => text(held, notation),
        Value::List(_) | Value::Map(_) => return None,
    };
    Some(match (&node.tag, notation) {
        (None, _) => value,
        (Some(tag), Notation::Kdl) => format!("({tag}){value}"),
        (Some(tag), Notation::Yaml) => format!("!{tag} {value}"),
    })
}

fn keyword(word: &str, notation: Notation) -> String {
    if notation == Notation::Kdl { format!("#{word}") } else { word.to_owned() }
}

/// The ways in which a value of the command line may be meant, the likeliest first.
pub fn candidates(given: &str, shape: &Shape, notation: Notation) -> Vec<String> {
    if given == "null" {
        return vec![keyword(given, notation)];
    }
    let as_text = text(given, notation);
    let number = given.parse::<i64>().is_ok_and(|number| number.to_string() == given).then(|| given.to_owned());
    let decimal = || {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_decimal = given.split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part));
        is_decimal.then(|| given.to_owned())
    };
    let word = ["true", "false"].contains(&given).then(|| keyword(given, notation));
    match shape {
        Shape::Text | Shape::Name | Shape::Choice(_) => vec![as_text],
        Shape::Typed(_) => [as_text].into_iter().chain(number).collect(),
        _ => word.or(number).or_else(decimal).into_iter().chain([as_text]).collect(),
    }
}
