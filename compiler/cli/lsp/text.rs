//! Places of the editor protocol to bytes and back, and its URIs to paths.
//!
//! Invariant: a place beyond the text is the nearest in it; a byte is always on a character's boundary.

use std::ops::Range;

use serde_json::{Value, json};

/// What the columns of an editor count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16, what editors count that say nothing else.
    Utf16,
}

impl Units {
    fn width(self, letter: char) -> usize {
        if self == Units::Utf8 { letter.len_utf8() } else { letter.len_utf16() }
    }

    /// The byte of a position.
    pub fn offset(self, text: &str, position: &Value) -> usize {
        let number = |name: &str| usize::try_from(position[name].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
        let (line, column) = (number("line"), number("character"));
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let Some(start) = std::iter::once(0).chain(ends).nth(line) else { return text.len() };
        let (mut at, mut width) = (start, 0);
        for letter in text.get(start..).unwrap_or_default().chars().take_while(|letter| *letter != '\n') {
            if width >= column {
                break;
            }
            width += self.width(letter);
            at += letter.len_utf8();
        }
        at
    }

    /// The position of a byte.
    pub fn position(self, text: &str, offset: usize) -> Value {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count();
        let column: usize =
            before.chars().rev().take_while(|letter| *letter != '\n').map(|letter| self.width(letter)).sum();
        json!({ "line": line, "character": column })
    }

    /// The range of bytes.
    pub fn range(self, text: &str, range: &Range<usize>) -> Value {
        json!({ "start": self.position(text, range.start), "end": self.position(text, range.end) })
    }
}

/// The path of a `file:` URI.
pub fn path_of(uri: &str) -> Option<String> {
    let path = uri.strip_prefix("file://")?;
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| u8::try_from(char::from(byte?).to_digit(16)?).ok();
        bytes.push(if byte == b'%' { digit(rest.next())? * 16 + digit(rest.next())? } else { byte });
    }
    String::from_utf8(bytes).ok().filter(|path| path.starts_with('/'))
}

/// The `file:` URI of an absolute path.
pub fn uri_of(path: &str) -> String {
    let mut uri = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_bytes_are_two_names_of_one_thing() {
        let text = "a\u{e9}\u{1f600}b\nc";
        for units in [Units::Utf8, Units::Utf16] {
            for (offset, _) in text.char_indices() {
                assert_eq!(units.offset(text, &units.position(text, offset)), offset, "{units:?} {offset}");
            }
        }
        assert_eq!(Units::Utf16.position(text, 7), json!({ "line": 0, "character": 4 }));
        assert_eq!(Units::Utf16.offset(text, &json!({ "line": 9, "character": 9 })), text.len());
        assert_eq!(Units::Utf16.offset(text, &json!({ "line": 0, "character": 99 })), 8);
    }

    #[test]
    fn uris_are_paths() {
        assert_eq!(path_of(&uri_of("/a b/\u{e9}#%.kdl")).as_deref(), Some("/a b/\u{e9}#%.kdl"));
        for wrong in ["http://x/", "file://host/x", "file:///%zz", "untitled:1"] {
            assert_eq!(path_of(wrong), None, "{wrong}");
        }
    }
}
