//! Where a cursor stands in a KDL text, be the text whole or not.
//!
//! Invariant: what follows the cursor is not looked at, but for the rest of its word.

use std::ops::Range;

use crate::catalog::overlay::Overlay;
use crate::catalog::service::Service;
use crate::spec::site::Site;
use crate::tree::format::token::{Kind, Token, tokens};
use crate::tree::shape::{Record, Shape};

/// The name of a node and its bare values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The name.
    pub name: String,
    /// The values before the cursor.
    pub values: Vec<String>,
}

/// What is written at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The name of a node.
    Name,
    /// A bare value, or the name of a property.
    Argument,
    /// The value of a property.
    Property(String),
}

/// A cursor.
#[derive(Debug)]
pub struct Cursor {
    /// The open blocks, outermost first.
    pub blocks: Vec<Head>,
    /// The node of the cursor as far as it is written before it.
    pub head: Head,
    /// What is written at the cursor.
    pub role: Role,
    /// The word at the cursor; empty between words.
    pub word: Range<usize>,
}

/// Where the cursor stands; none in a comment.
pub fn cursor(text: &str, offset: usize) -> Option<Cursor> {
    let (mut blocks, mut head): (Vec<Head>, Vec<String>) = (Vec::new(), Vec::new());
    let mut last: Option<Kind> = None;
    let mut word = offset..offset;
    let heading = |head: &[String]| match head.split_first() {
        Some((name, values)) => Head { name: name.clone(), values: values.to_vec() },
        None => Head::default(),
    };
    let mut property = None;
    for token in tokens(text) {
        let is_word = matches!(token.kind, Kind::Word | Kind::String);
        if token.range.start >= offset && !(is_word && token.range.start == offset) {
            break;
        }
        if token.range.end >= offset && matches!(token.kind, Kind::LineComment | Kind::BlockComment) {
            return None;
        }
        if is_word && token.range.end >= offset {
            word = token.range.clone();
            break;
        }
        match token.kind {
            Kind::Open => {
                blocks.push(heading(&head));
                head.clear();
            }
            Kind::Close => {
                blocks.pop();
                head.clear();
            }
            Kind::Newline | Kind::Semicolon => head.clear(),
            Kind::Equals => property = head.pop(),
            Kind::Word | Kind::String if last == Some(Kind::Equals) => {}
            Kind::Word | Kind::String => head.push(unquoted(&token, text)),
            _ => {}
        }
        last = Some(token.kind);
    }
    let role = match (last, head.is_empty()) {
        (Some(Kind::Equals), _) => Role::Property(property.unwrap_or_default()),
        (_, true) => Role::Name,
        _ => Role::Argument,
    };
    Some(Cursor { blocks, head: heading(&head), role, word })
}

/// The text of a word, without its quotes.
fn unquoted(token: &Token, text: &str) -> String {
    token.text(text).trim_matches(|c| c == '"' || c == '#').to_owned()
}

/// The names of the nodes of a name in the outermost block, also where the text is not whole.
pub fn names(text: &str, name: &str) -> Vec<String> {
    let (mut depth, mut found, mut before): (usize, Vec<String>, Vec<String>) = (0, Vec::new(), Vec::new());
    for token in tokens(text) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::String if depth == 1 => {
                before.push(unquoted(&token, text));
                if let [first, second] = before.as_slice()
                    && first == name
                {
                    found.push(second.clone());
                }
                continue;
            }
            _ => {}
        }
        before.clear();
    }
    found
}

/// The record of a document by its path, and the name of its node.
pub fn root(path: &str) -> Option<(&'static str, &'static Record)> {
    let stem = path.strip_suffix(".kdl").or_else(|| path.strip_suffix(".yaml"))?;
    let is = |begin: &str, end: &str| stem.starts_with(begin) && stem.ends_with(end);
    match stem {
        _ if is("sites/", "/site") => Some(("site", Site::record())),
        _ if is("overlays/", "/overlay") => Some(("overlay", Overlay::record())),
        _ if is("schema/services/", "/service") => Some(("service", Service::record())),
        _ => None,
    }
}

/// What the innermost open block may hold.
pub fn scope(cursor: &Cursor, path: &str) -> Option<Shape> {
    let (name, record) = root(path)?;
    let (first, inner) = cursor.blocks.split_first()?;
    let root = (first.name == name).then_some(Shape::Record(record))?;
    inner.iter().try_fold(root, |shape, head| below(&shape, &head.name))
}

/// Are the nodes of that name in a block of that shape told apart by a name of their own?
pub fn is_table(shape: &Shape, name: &str) -> bool {
    let (Shape::Record(record) | Shape::Sequence(record)) = shape else { return false };
    record.field(name).is_some_and(|field| matches!(field.shape, Shape::Table(_)))
}

/// What a node of that name in a block of that shape holds.
pub fn below(shape: &Shape, name: &str) -> Option<Shape> {
    let held = match shape {
        Shape::Record(record) => record.field(name).map(|field| field.shape).or(record.rest.copied())?,
        Shape::Sequence(record) => record.field(name).map(|field| field.shape).or(record.rest.copied())?,
        Shape::Map(item) => **item,
        Shape::Any => Shape::Any,
        _ => return None,
    };
    Some(match held {
        Shape::Table(Shape::Table(item)) => Shape::Map(item),
        Shape::Table(item) => *item,
        Shape::Sequence(record) => Shape::Record(record),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The open blocks, the node, what is written, and the word, at the mark `|`.
    fn check(text: &str, expected: &str) {
        let offset = text.find('|').expect("a mark");
        let text = text.replacen('|', "", 1);
        let shown = cursor(&text, offset).map_or("comment".to_owned(), |found| {
            let head =
                |head: &Head| std::iter::once(&head.name).chain(&head.values).cloned().collect::<Vec<_>>().join(" ");
            let blocks: Vec<String> = found.blocks.iter().map(head).collect();
            format!("{} / {} / {:?} / {}", blocks.join(", "), head(&found.head), found.role, &text[found.word])
        });
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn cursors_know_blocks_and_roles() {
        check("site a {\n  net|work m", "site a /  / Name / network");
        check("site a { service b { | } }", "site a, service b /  / Name / ");
        check("site a { network m cidr=\"1|\" { } }", "site a / network m / Property(\"cidr\") / \"1\"");
        check("site a { network m mtu=|", "site a / network m / Property(\"mtu\") / ");
        check("site a { network m mtu=9 x|", "site a / network m / Argument / x");
        check("site a { overlays ovn |\n", "site a / overlays ovn / Argument / ");
        check("site a { b // c|\n", "comment");
        check("site a { b { c } ; d|", "site a /  / Name / d");
    }

    #[test]
    fn names_are_found_in_broken_texts() {
        assert_eq!(
            names("site a { network m { dns x }; network \"t\" cidr=\nnode n { network z", "network"),
            ["m", "t"]
        );
    }
}
