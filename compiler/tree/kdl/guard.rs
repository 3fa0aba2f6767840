//! KDL text to the text that the `kdl` crate may see, or to the reason why it may not.
//!
//! Invariant: one pass over the bytes, no recursion; the text handed on has the same length.

use std::borrow::Cow;

use super::Fault;

/// Blocks, comments and slashdashes may not nest deeper.
const DEPTH: usize = 64;
/// Time doubles with each of these on one path through the blocks.
const SLASHDASHES: usize = 8;
/// A file full of forbidden bytes needs no more than this to make the point.
const REPORTED: usize = 20;

/// The codes of the faults that are found here.
pub(super) const CODES: [&str; 2] = ["TG0103", "TG0105"];

/// The text to parse, unless that is dangerous, and what is wrong with it.
pub(super) fn inspect(text: &str) -> (Option<Cow<'_, str>>, Vec<Fault>) {
    let (clean, mut faults) = replace_forbidden(text);
    let mut scan = Scan { bytes: clean.as_bytes(), at: 0, blocks: vec![], slashdashes: 0, used: false };
    match scan.run() {
        Ok(()) => (Some(clean), faults),
        Err((at, message)) => {
            let start = u32::try_from(at).unwrap_or(u32::MAX);
            faults.push(Fault { code: "TG0103", range: start..start + 1, message, hint: None });
            (None, faults)
        }
    }
}

/// Puts underscores for characters that hide or reorder text, so that the rest can still be checked.
fn replace_forbidden(text: &str) -> (Cow<'_, str>, Vec<Fault>) {
    let mut faults = vec![];
    let mut clean = String::new();
    let mut copied = 0;
    for (at, letter) in text.char_indices().filter(|(_, letter)| forbidden(*letter)) {
        if faults.len() < REPORTED {
            let range = u32::try_from(at).unwrap_or(0)..u32::try_from(at + letter.len_utf8()).unwrap_or(0);
            let message = format!("the invisible character U+{:04X} may not stand in a file", u32::from(letter));
            let hint = Some("in a string write it as an escape, for instance `\\u{200b}`".to_owned());
            faults.push(Fault { code: "TG0105", range, message, hint });
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

/// A walk over the text that knows strings and comments but no grammar.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// For each open block: slashdashes on the way to it, outside of the block's own nodes.
    blocks: Vec<usize>,
    /// Slashdashes on the path to here.
    slashdashes: usize,
    /// Has something followed since the last slashdash, so that the end of a line ends its node?
    used: bool,
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
                _ => {
                    self.used = true;
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn starts(&self, token: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(token))
    }

    fn open(&mut self) -> Result<(), Refusal> {
        self.blocks.push(self.slashdashes);
        self.limit(self.blocks.len() + self.slashdashes)?;
        self.used = false;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.slashdashes = self.blocks.pop().unwrap_or(0);
        self.used = true;
        self.at += 1;
    }

    fn end_node(&mut self) {
        self.slashdashes = self.blocks.last().copied().unwrap_or(0);
        self.used = false;
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
            self.used = false;
            if self.slashdashes > SLASHDASHES {
                let message = format!("nested deeper than {SLASHDASHES} slashdashes");
                return Err((self.at, message));
            }
            self.at += 2;
        } else {
            self.at += 1;
        }
        Ok(())
    }

    fn line_comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    fn comment(&mut self) -> Result<(), Refusal> {
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
        Ok(())
    }

    /// A backslash outside of a string joins the next line on.
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
        self.used = true;
        self.at += hashes;
        if self.starts(b"\"") {
            self.string(hashes);
        }
    }

    /// Skips a string from its opening quotes; only a string without hashes has escapes.
    fn string(&mut self, hashes: usize) {
        self.used = true;
        let quotes = if self.starts(b"\"\"\"") { 3 } else { 1 };
        self.at += quotes;
        let mut end = vec![b'"'; quotes];
        end.resize(quotes + hashes, b'#');
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.starts(&end) {
                self.at += end.len();
                return;
            }
            self.at += if byte == b'\\' && hashes == 0 { 2 } else { 1 };
        }
    }
}
