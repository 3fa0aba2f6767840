//! KDL text to the text that the `kdl` crate may see, or to the reason why it may not.
//!
//! Invariant: one pass over the bytes, no recursion; the text handed on has the same length.

use std::borrow::Cow;
use std::ops::Range;

use super::super::raw::Fault;

/// Blocks, comments and slashdashes may not nest deeper.
const DEPTH: usize = 64;
/// Time doubles with each of these on one path through the blocks.
const SLASHDASHES: usize = 8;
/// A file full of forbidden bytes needs no more than this to make the point.
const REPORTED: usize = 20;

/// A text that the crate may see, node by node.
pub(super) struct Inspected<'a> {
    /// The text.
    pub clean: Cow<'a, str>,
    /// The bytes of each node at the top; they hold exactly one node.
    pub nodes: Vec<Range<usize>>,
    /// What is wrong so far.
    pub faults: Vec<Fault>,
}

/// Cuts a text into nodes that are safe to parse. The crate's own loop over nodes recurses once for every byte
/// that it cannot place, so it gets only one node at a time.
pub(super) fn inspect(text: &str) -> Inspected<'_> {
    let (clean, faults) = replace_forbidden(text);
    let mut scan = Scan {
        bytes: clean.as_bytes(),
        at: 0,
        blocks: vec![],
        slashdashes: 0,
        used: false,
        node: None,
        end: 0,
        nodes: vec![],
        faults,
    };
    if let Err((at, message)) = scan.run() {
        scan.fault("TG0103", at, message);
    }
    let Scan { nodes, faults, .. } = scan;
    Inspected { clean, nodes, faults }
}

/// Puts underscores for characters that hide or reorder text, so that the rest can still be checked.
pub(super) fn replace_forbidden(text: &str) -> (Cow<'_, str>, Vec<Fault>) {
    let mut faults = vec![];
    let mut clean = String::new();
    let mut copied = 0;
    for (at, letter) in text.char_indices().filter(|(_, letter)| forbidden(*letter)) {
        if faults.len() < REPORTED {
            let range = u32::try_from(at).unwrap_or(0)..u32::try_from(at + letter.len_utf8()).unwrap_or(0);
            let message = format!("the invisible character U+{:04X} may not stand in a file", u32::from(letter));
            let hint = Some("in a string write it as an escape, for instance `\\u{200b}`".to_owned());
            faults.push(Fault { code: "TG0105", range, message, hint, fix: None });
        }
        clean.push_str(text.get(copied..at).unwrap_or(""));
        clean.extend(std::iter::repeat_n('_', letter.len_utf8()));
        copied = at + letter.len_utf8();
    }
    if copied == 0 {
        return (Cow::Borrowed(text), faults);
    }
    clean.push_str(text.get(copied..).unwrap_or(""));
    (Cow::Owned(clean), faults)
}

/// Control characters but tab and line ends, line ends that only some readers know, marks of direction, and
/// characters without width.
fn forbidden(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A walk over the text that knows strings, comments and blocks but no more of the grammar.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// For each open block: where it opens, and the slashdashes on the way to it.
    blocks: Vec<(usize, usize)>,
    /// Slashdashes on the path to here.
    slashdashes: usize,
    /// Has something followed since the last slashdash, so that the end of a line ends its node?
    used: bool,
    /// Where the node at the top began.
    node: Option<usize>,
    /// Where its last token ended.
    end: usize,
    nodes: Vec<Range<usize>>,
    faults: Vec<Fault>,
}

type Refusal = (usize, String);

impl Scan<'_> {
    fn run(&mut self) -> Result<(), Refusal> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => self.string(0),
                b'#' => self.raw_string(),
                b'/' => self.slash()?,
                b'\\' => self.continuation(),
                b'{' => self.open()?,
                b'}' => self.close(),
                b'\n' | b'\r' if self.used => self.end_node(),
                b';' => self.end_node(),
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                _ => self.advance(1),
            }
        }
        let Some(&(open, _)) = self.blocks.first() else {
            self.end_node();
            return Ok(());
        };
        self.fault("TG0101", open, "this block is never closed".to_owned());
        Ok(())
    }

    fn fault(&mut self, code: &'static str, at: usize, message: String) {
        if self.faults.len() < REPORTED {
            let start = u32::try_from(at).unwrap_or(u32::MAX - 1);
            self.faults.push(Fault { code, range: start..start + 1, message, hint: None, fix: None });
        }
    }

    fn starts(&self, token: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(token))
    }

    /// Passes bytes that belong to a node.
    fn advance(&mut self, count: usize) {
        self.node.get_or_insert(self.at);
        self.used = true;
        self.at += count;
        self.end = self.at;
    }

    fn open(&mut self) -> Result<(), Refusal> {
        self.blocks.push((self.at, self.slashdashes));
        self.limit(self.blocks.len())?;
        self.advance(1);
        self.used = false;
        Ok(())
    }

    fn close(&mut self) {
        let Some((_, slashdashes)) = self.blocks.pop() else {
            self.fault("TG0101", self.at, "there is no open block that this `}` could close".to_owned());
            self.end_node();
            return;
        };
        self.slashdashes = slashdashes;
        self.advance(1);
    }

    fn end_node(&mut self) {
        self.used = false;
        self.slashdashes = self.blocks.last().map_or(0, |(_, slashdashes)| *slashdashes);
        if self.blocks.is_empty()
            && let Some(start) = self.node.take()
            && !self.bytes.get(start..).is_some_and(|node| node.starts_with(b"/-"))
        {
            self.nodes.push(start..self.end.min(self.bytes.len()));
        }
        self.at += 1;
    }

    fn limit(&self, depth: usize) -> Result<(), Refusal> {
        if depth > DEPTH { Err((self.at, format!("nested deeper than {DEPTH}"))) } else { Ok(()) }
    }

    fn slash(&mut self) -> Result<(), Refusal> {
        if self.starts(b"//") {
            self.line_comment();
        } else if self.starts(b"/*") {
            return self.comment();
        } else if self.starts(b"/-") {
            self.slashdashes += 1;
            if self.slashdashes > SLASHDASHES {
                let message = format!("nested deeper than {SLASHDASHES} slashdashes");
                return Err((self.at, message));
            }
            self.advance(2);
            self.used = false;
        } else {
            self.advance(1);
        }
        Ok(())
    }

    fn line_comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    fn comment(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            if self.starts(b"/*") {
                depth += 1;
                self.limit(depth)?;
                self.at += 2;
            } else if self.starts(b"*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else {
                self.at += 1;
            }
        }
        self.fault("TG0101", start, "this comment is never closed".to_owned());
        Ok(())
    }

    /// A backslash outside a string joins the next line on.
    fn continuation(&mut self) {
        self.at += 1;
        while self.starts(b" ") || self.starts(b"\t") {
            self.at += 1;
        }
        if self.starts(b"//") {
            self.line_comment();
        }
        self.at += if self.starts(b"\r\n") { 2 } else { usize::from(self.starts(b"\n") || self.starts(b"\r")) };
    }

    fn raw_string(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
        self.advance(hashes);
        if self.starts(b"\"") {
            self.string(hashes);
        }
    }

    /// Skips a string from its opening quotes; only a string without hashes has escapes.
    fn string(&mut self, hashes: usize) {
        let start = self.at;
        let quotes = if self.starts(b"\"\"\"") { 3 } else { 1 };
        self.advance(quotes);
        let mut end = vec![b'"'; quotes];
        end.resize(quotes + hashes, b'#');
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.starts(&end) {
                return self.advance(end.len());
            }
            if quotes == 1 && matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.at += match byte {
                b'\\' if hashes == 0 => self.escape(),
                _ => 1,
            };
        }
        self.fault("TG0101", start, "this string is never closed".to_owned());
        if let Some(fault) = self.faults.last_mut().filter(|_| quotes == 1) {
            fault.hint = Some("a string over several lines stands between `\"\"\"`".to_owned());
        }
        // What follows up to the node's end cannot be told from the string.
        self.node = None;
        self.end = self.at;
    }

    /// The length of an escape: a backslash also takes in all spaces and line ends that follow.
    fn escape(&self) -> usize {
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        1 + spaces.max(1)
    }
}
