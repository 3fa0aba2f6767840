//! KDL text to the same text in the one form that the project's files have.
//!
//! Blocks are indented by four spaces, tokens are one space apart, at most one line is blank, `;` stands between nodes only, and a
//! block is either on one line or has its braces at the ends of lines. Comments stay where they are; lines are not divided.
//!
//! Invariant: the result reads as the text does, has the same comments in the same order, and formatting it changes nothing.

pub mod token;

use self::token::{Kind, Token, tokens};
use super::kdl;
use super::raw::{Fault, RawNode, RawValue};

const INDENT: &str = "    ";

/// A text in its form; what is wrong with it where it cannot be read.
pub fn format(text: &str) -> Result<String, Vec<Fault>> {
    let (before, faults) = kdl::parse(text);
    if !faults.is_empty() {
        return Err(faults);
    }
    // Moving the lines of a string changes it where its escapes join them; then they stay.
    let candidates = [Lines::Moved, Lines::Kept].map(|lines| print(text, lines));
    let is_same = |candidate: &String| {
        let (after, faults) = kdl::parse(candidate);
        faults.is_empty() && same_nodes(&before, &after)
    };
    Ok(candidates.into_iter().find(is_same).unwrap_or_else(|| text.to_owned()))
}

/// What becomes of a string over several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Its lines are indented as the node is.
    Moved,
    /// It stays as it is.
    Kept,
}

fn print(text: &str, lines: Lines) -> String {
    let text = text.replace("\r\n", "\n");
    let body = text.trim_start_matches('\u{feff}');
    let tokens = tokens(body);
    let wide = wide_blocks(&tokens, body);
    let mut printer = Printer {
        text: body,
        out: String::with_capacity(body.len()),
        blocks: vec![],
        lines,
        joined: false,
        is_after_open: false,
    };
    let significant = |index: usize| tokens.get(index).map(|token| token.kind);
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(significant);
        let near = Near { before, after: significant(index + 1), is_wide: wide.get(index) == Some(&true) };
        printer.token(token, &near);
    }
    let end = printer.out.trim_end().len();
    printer.out.truncate(end);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

/// Which braces open a block over several lines.
fn wide_blocks(tokens: &[Token], text: &str) -> Vec<bool> {
    let mut wide = vec![false; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_wide = match token.kind {
            Kind::Open => {
                open.push(index);
                false
            }
            Kind::Close => {
                open.pop();
                false
            }
            Kind::Newline | Kind::LineComment | Kind::Continuation => true,
            _ => token.text(text).contains('\n'),
        };
        if is_wide {
            open.iter().for_each(|open| wide.get_mut(*open).into_iter().for_each(|wide| *wide = true));
        }
    }
    wide
}

/// What stands around a token, and whether the block that it opens is over several lines.
struct Near {
    before: Option<Kind>,
    after: Option<Kind>,
    is_wide: bool,
}

struct Printer<'t> {
    text: &'t str,
    out: String,
    /// The open blocks: is each over several lines?
    blocks: Vec<bool>,
    lines: Lines,
    /// Does this line go on with the node of the last one?
    joined: bool,
    /// Has nothing followed the last brace that opened?
    is_after_open: bool,
}

impl Printer<'_> {
    fn token(&mut self, token: &Token, near: &Near) {
        match token.kind {
            Kind::Newline => self.newline(),
            Kind::Open => {
                self.put("{", near, token);
                self.blocks.push(near.is_wide);
                if near.is_wide && !matches!(near.after, Some(Kind::LineComment | Kind::Newline)) {
                    self.end_line();
                }
            }
            Kind::Close => self.close(near, token),
            Kind::Semicolon => self.semicolon(near),
            Kind::Continuation => self.continuation(token),
            Kind::LineComment => self.put(token.text(self.text).trim_end(), near, token),
            Kind::String => {
                let text = self.string(token.text(self.text));
                self.put(&text, near, token);
            }
            _ => self.put(token.text(self.text), near, token),
        }
        self.is_after_open = token.kind == Kind::Open || self.is_after_open && token.kind == Kind::Newline;
    }

    fn is_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn end_line(&mut self) {
        if !self.is_line_start() {
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end);
            self.out.push('\n');
        }
        self.joined = false;
    }

    fn newline(&mut self) {
        let is_blank_line = self.is_line_start();
        self.end_line();
        let is_first = self.out.is_empty() || self.is_after_open;
        if is_blank_line && !is_first && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn indent(&mut self) {
        let depth = self.blocks.len() + usize::from(self.joined);
        self.out.push_str(&INDENT.repeat(depth));
    }

    /// Writes a token's text, with the space before it.
    fn put(&mut self, text: &str, near: &Near, token: &Token) {
        if self.is_line_start() {
            self.indent();
        } else {
            let is_tight = match (near.before, token.kind) {
                (_, Kind::Equals | Kind::CloseTag) | (Some(Kind::Equals | Kind::OpenTag | Kind::CloseTag), _) => true,
                (Some(Kind::Slashdash), _) => token.is_glued,
                _ => false,
            };
            let is_comment = matches!(token.kind, Kind::LineComment | Kind::BlockComment)
                || matches!(near.before, Some(Kind::BlockComment));
            if (!is_tight || is_comment) && !self.out.ends_with(' ') {
                self.out.push(' ');
            }
        }
        self.out.push_str(text);
    }

    fn close(&mut self, near: &Near, token: &Token) {
        match self.blocks.pop() {
            Some(true) => {
                self.end_line();
                while self.out.ends_with("\n\n") {
                    self.out.pop();
                }
                self.indent();
                self.out.push('}');
            }
            Some(false) if near.before == Some(Kind::Open) => self.out.push('}'),
            _ => self.put("}", near, token),
        }
    }

    /// A semicolon stays only between two nodes of a line.
    fn semicolon(&mut self, near: &Near) {
        let is_last = matches!(
            near.after,
            None | Some(Kind::Newline | Kind::LineComment | Kind::Close | Kind::Semicolon | Kind::BlockComment)
        );
        let is_first = self.is_line_start() || matches!(near.before, Some(Kind::Open));
        if near.after == Some(Kind::BlockComment) || !is_last && !is_first {
            self.out.push(';');
        }
    }

    fn continuation(&mut self, token: &Token) {
        let text = token.text(self.text).trim_end();
        let comment = text.trim_start_matches('\\').trim_start();
        if self.is_line_start() {
            self.indent();
        } else {
            self.out.push(' ');
        }
        self.out.push('\\');
        if !comment.is_empty() {
            self.out.push(' ');
            self.out.push_str(comment);
        }
        self.out.push('\n');
        self.joined = true;
    }

    /// A string over several lines, its lines indented one step further than the node.
    fn string(&self, text: &str) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        let (Some((first, rest)), true) = (lines.split_first(), self.lines == Lines::Moved) else {
            return text.to_owned();
        };
        let Some((last, middle)) = rest.split_last() else { return text.to_owned() };
        let quotes = last.trim_start_matches([' ', '\t']);
        let old = last.get(..last.len() - quotes.len()).unwrap_or_default();
        let new = INDENT.repeat(self.blocks.len() + usize::from(self.joined) + 1);
        let mut out = (*first).to_owned();
        for line in middle {
            out.push('\n');
            match line.strip_prefix(old) {
                Some(line) if !line.trim().is_empty() => {
                    out.push_str(&new);
                    out.push_str(line);
                }
                _ if line.trim().is_empty() => {}
                _ => return text.to_owned(),
            }
        }
        out + "\n" + &new + quotes
    }
}

/// Do two texts say the same?
fn same_nodes(left: &[RawNode], right: &[RawNode]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_node(left, right))
}

fn same_node(left: &RawNode, right: &RawNode) -> bool {
    let same_values = |left: &[RawValue], right: &[RawValue]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
    };
    let names = |node: &RawNode| node.properties.iter().map(|(name, _)| name.text.clone()).collect::<Vec<_>>();
    let values = |node: &RawNode| node.properties.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    left.name.text == right.name.text
        && same_values(&left.arguments, &right.arguments)
        && names(left) == names(right)
        && same_values(&values(left), &values(right))
        && match (&left.children, &right.children) {
            (None, None) => true,
            (Some(left), Some(right)) => same_nodes(left, right),
            _ => false,
        }
}

fn same_value(left: &RawValue, right: &RawValue) -> bool {
    left.literal == right.literal && left.tag.as_ref().map(|tag| &tag.text) == right.tag.as_ref().map(|tag| &tag.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(format(text).as_deref(), Ok(expected), "{text:?}");
        assert_eq!(format(expected).as_deref(), Ok(expected), "again: {expected:?}");
    }

    #[test]
    fn texts_have_one_form() {
        check("", "");
        check("a  1   b = 2\n\n\n\nc", "a 1 b=2\n\nc\n");
        check("a{b 1;c 2;}", "a { b 1; c 2 }\n");
        check("a {}\r\nb { }\r\n", "a {}\nb {}\n");
        check("a {\n\n  b { c 1\n d 2 }\n\n}\n", "a {\n    b {\n        c 1\n        d 2\n    }\n}\n");
        check("a ( x ) \"y\" k=( z )w", "a (x)\"y\" k=(z)w\n");
        check("a 1 \\\n   2 \\ // why\n 3\nb", "a 1 \\\n    2 \\ // why\n    3\nb\n");
    }

    #[test]
    fn comments_stay() {
        check(
            "// one\n\n\n// two\na { // three\n/* four */ b // five\n}",
            "// one\n\n// two\na { // three\n    /* four */ b // five\n}\n",
        );
        check("/- a { b }\n/-c\nd /-1 2", "/- a { b }\n/-c\nd /-1 2\n");
        check("a 1; /* x */ b 2;", "a 1; /* x */ b 2\n");
        check("a {\n b\n // end\n\n}\n// last", "a {\n    b\n    // end\n}\n// last\n");
    }

    #[test]
    fn strings_of_several_lines_move_with_their_node_and_stay_what_they_are() {
        check(
            "a { b \"\"\"\n  x\n    y\n\n  \"\"\" }",
            "a {\n    b \"\"\"\n        x\n          y\n\n        \"\"\"\n}\n",
        );
        check("a #\"\"\"\n{ \\\n\"\"\"#", "a #\"\"\"\n    { \\\n    \"\"\"#\n");
        check("a \"x { ; // \\\" y\"  #\"z \" /*\"#", "a \"x { ; // \\\" y\" #\"z \" /*\"#\n");
    }

    #[test]
    fn what_cannot_be_read_is_not_formatted() {
        for text in ["a {", "a \"b", "}", "a b=1 b=2", "a\u{200b}b"] {
            assert!(format(text).is_err(), "{text:?}");
        }
    }
}
