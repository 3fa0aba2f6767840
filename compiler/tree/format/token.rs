//! KDL text to tokens, comments among them.
//!
//! Invariant: the tokens in their order, with the spaces between them, are the text; no input makes this fail or recurse.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The end of a line.
    Newline,
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// `;`.
    Semicolon,
    /// `=`.
    Equals,
    /// `(`.
    OpenTag,
    /// `)`.
    CloseTag,
    /// `// ...`, without the end of the line.
    LineComment,
    /// `/* ... */`.
    BlockComment,
    /// `/-`.
    Slashdash,
    /// A backslash that joins the next line on, with what stands behind it.
    Continuation,
    /// A string in quotes.
    String,
    /// Anything else between spaces: a name, a number, a keyword.
    Word,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub range: Range<usize>,
    /// Is there no space before it?
    pub is_glued: bool,
}

impl Token {
    /// Its text.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut scan = Scan { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let blank = scan.rest().find(|c: char| !is_blank(c)).unwrap_or(scan.rest().len());
        scan.at += blank;
        let start = scan.at;
        let Some(kind) = scan.next() else { return tokens };
        // A token is a byte at least, whatever the text.
        scan.at = scan.at.max(start + 1);
        while !text.is_char_boundary(scan.at) {
            scan.at += 1;
        }
        tokens.push(Token { kind, range: start..scan.at, is_glued: blank == 0 });
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\n' | '\r') || letter == '\u{feff}'
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        for (begin, kind) in [("\r\n", Kind::Newline), ("/-", Kind::Slashdash)] {
            if rest.starts_with(begin) {
                self.at += begin.len();
                return Some(kind);
            }
        }
        let single = match first {
            '\n' | '\r' => Kind::Newline,
            '{' => Kind::Open,
            '}' => Kind::Close,
            ';' => Kind::Semicolon,
            '=' => Kind::Equals,
            '(' => Kind::OpenTag,
            ')' => Kind::CloseTag,
            _ => return Some(self.long(rest, first)),
        };
        self.at += 1;
        Some(single)
    }

    fn long(&mut self, rest: &str, first: char) -> Kind {
        if rest.starts_with("//") {
            self.at += line(rest);
            return Kind::LineComment;
        }
        if rest.starts_with("/*") {
            self.at += comment(rest);
            return Kind::BlockComment;
        }
        let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
        if rest.get(hashes..).is_some_and(|rest| rest.starts_with('"')) {
            self.at += string(rest, hashes);
            return Kind::String;
        }
        if first == '\\' {
            self.at += continuation(rest);
            return Kind::Continuation;
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';' | '=' | '(' | ')' | '"' | '\\' | '/');
        let end = rest.char_indices().skip(1).find(|(_, c)| ends(*c)).map_or(rest.len(), |(at, _)| at);
        self.at += end;
        Kind::Word
    }
}

/// The length of the line without its end.
fn line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

fn comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a string from its hashes on; a string that is not closed ends with its line or the text.
fn string(text: &str, hashes: usize) -> usize {
    let body = text.get(hashes..).unwrap_or_default();
    let quotes = if body.starts_with("\"\"\"") { 3 } else { 1 };
    let end = "\"".repeat(quotes) + &"#".repeat(hashes);
    let mut at = hashes + quotes;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(&end) {
            return at + end.len();
        }
        let mut letters = rest.chars();
        let Some(letter) = letters.next() else { break };
        match letter {
            '\\' if hashes == 0 => {
                let spaces: usize = letters.clone().take_while(|c| c.is_whitespace()).map(char::len_utf8).sum();
                at += 1 + spaces.max(letters.next().map_or(0, char::len_utf8));
            }
            '\n' | '\r' if quotes == 1 => return at,
            other => at += other.len_utf8(),
        }
    }
    text.len()
}

fn continuation(text: &str) -> usize {
    let blank = text.get(1..).unwrap_or_default();
    let spaces = blank.find(|c: char| !is_blank(c)).unwrap_or(blank.len());
    let mut at = 1 + spaces;
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with("//") {
        at += line(rest);
    }
    let rest = text.get(at..).unwrap_or_default();
    at + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) }
}
