//! Raw nodes to a compact binary and back: the form in which the program carries its own data.
//!
//! A string that stands in the text as it is costs no bytes and no copy: decoding borrows it.
//!
//! Invariant: decoding what [`encode`] wrote gives equal nodes; decoding anything else gives what it could read.

use std::borrow::Cow;
use std::ops::Range;

use super::raw::{Literal, RawNode, RawValue, Word};

/// Deeper nodes are none that the KDL reader lets through.
const DEPTH: usize = 80;

/// Where a string's bytes are: at the end of its range, before the range's closing quote, or in the blob.
const AT_END: u64 = 0;
const BEFORE_QUOTE: u64 = 1;
const INLINE: u64 = 2;

/// The nodes of `text` as bytes.
pub fn encode(nodes: &[RawNode], text: &str) -> Vec<u8> {
    let mut encoder = Encoder { text, bytes: vec![], last: 0 };
    encoder.nodes(nodes);
    encoder.bytes
}

/// The nodes that [`encode`] wrote.
pub fn decode(blob: &'static [u8], text: &'static str) -> Vec<RawNode> {
    let mut decoder = Decoder { text, rest: blob, last: 0, depth: 0 };
    let mut nodes = vec![];
    decoder.nodes(&mut nodes);
    nodes
}

struct Encoder<'a> {
    text: &'a str,
    bytes: Vec<u8>,
    last: u32,
}

impl Encoder<'_> {
    fn nodes(&mut self, nodes: &[RawNode]) {
        self.number(nodes.len() as u64);
        for node in nodes {
            self.range(&node.range);
            self.word(&node.name);
            self.number(node.arguments.len() as u64);
            node.arguments.iter().for_each(|value| self.value(value));
            self.number(node.properties.len() as u64);
            for (name, value) in &node.properties {
                self.word(name);
                self.value(value);
            }
            self.number(u64::from(node.children.is_some()));
            if let Some(children) = &node.children {
                self.nodes(children);
            }
        }
    }

    fn value(&mut self, value: &RawValue) {
        self.range(&value.range);
        self.number(u64::from(value.tag.is_some()));
        if let Some(tag) = &value.tag {
            self.word(tag);
        }
        match &value.literal {
            Literal::Null => self.number(0),
            Literal::Bool(truth) => self.number(1 + u64::from(*truth)),
            Literal::Integer(number) => {
                self.number(3);
                self.signed(*number);
            }
            Literal::Decimal(text) => {
                self.number(4);
                self.string(text, &value.range);
            }
            Literal::Text(text) => {
                self.number(5);
                self.string(text, &value.range);
            }
        }
    }

    fn word(&mut self, word: &Word) {
        self.range(&word.range);
        self.string(&word.text, &word.range);
    }

    /// Length and place in one number, so that most strings cost one byte.
    fn string(&mut self, string: &str, range: &Range<u32>) {
        let stands = |end: u32| {
            let end = end as usize;
            end.checked_sub(string.len()).and_then(|start| self.text.get(start..end)) == Some(string)
        };
        let place = if stands(range.end) {
            AT_END
        } else if range.end > 0 && stands(range.end - 1) {
            BEFORE_QUOTE
        } else {
            INLINE
        };
        self.number((string.len() as u64) << 2 | place);
        if place == INLINE {
            self.bytes.extend_from_slice(string.as_bytes());
        }
    }

    fn range(&mut self, range: &Range<u32>) {
        self.signed(i64::from(range.start) - i64::from(self.last));
        self.number(u64::from(range.end.saturating_sub(range.start)));
        self.last = range.start;
    }

    fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push((number & 0x7F) as u8);
    }
}

struct Decoder {
    text: &'static str,
    rest: &'static [u8],
    last: u32,
    depth: usize,
}

impl Decoder {
    /// Appends nodes until they are all read; none where a node is broken.
    fn nodes(&mut self, nodes: &mut Vec<RawNode>) -> Option<()> {
        let count = self.count()?;
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        nodes.reserve_exact(count);
        for _ in 0..count {
            let range = self.range()?;
            let name = self.word()?;
            nodes.push(RawNode { name, arguments: vec![], properties: vec![], children: None, range });
            self.body(nodes.last_mut()?)?;
        }
        self.depth -= 1;
        Some(())
    }

    fn body(&mut self, node: &mut RawNode) -> Option<()> {
        let arguments = self.count()?;
        node.arguments.reserve_exact(arguments);
        for _ in 0..arguments {
            node.arguments.push(self.value()?);
        }
        let properties = self.count()?;
        node.properties.reserve_exact(properties);
        for _ in 0..properties {
            node.properties.push((self.word()?, self.value()?));
        }
        if self.number()? == 0 {
            return Some(());
        }
        self.nodes(node.children.insert(vec![]))
    }

    fn value(&mut self) -> Option<RawValue> {
        let range = self.range()?;
        let tag = if self.number()? == 0 { None } else { Some(self.word()?) };
        let literal = match self.number()? {
            0 => Literal::Null,
            1 => Literal::Bool(false),
            2 => Literal::Bool(true),
            3 => Literal::Integer(self.signed()?),
            4 => Literal::Decimal(self.string(&range)?),
            5 => Literal::Text(self.string(&range)?),
            _ => return None,
        };
        Some(RawValue { tag, literal, range })
    }

    fn word(&mut self) -> Option<Word> {
        let range = self.range()?;
        Some(Word { text: self.string(&range)?, range })
    }

    fn string(&mut self, range: &Range<u32>) -> Option<Cow<'static, str>> {
        let head = self.number()?;
        let length = usize::try_from(head >> 2).ok()?;
        let end = range.end as usize;
        let text = match head & 3 {
            AT_END => self.text.get(end.checked_sub(length)?..end)?,
            BEFORE_QUOTE => self.text.get(end.checked_sub(length)?.checked_sub(1)?..end.checked_sub(1)?)?,
            _ => {
                let (bytes, rest) = self.rest.split_at_checked(length)?;
                self.rest = rest;
                std::str::from_utf8(bytes).ok()?
            }
        };
        Some(Cow::Borrowed(text))
    }

    fn range(&mut self) -> Option<Range<u32>> {
        let start = u32::try_from(i64::from(self.last).checked_add(self.signed()?)?).ok()?;
        let length = u32::try_from(self.number()?).ok()?;
        self.last = start;
        Some(start..start.checked_add(length)?)
    }

    /// A number of things to come, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Most numbers take one byte.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let (&byte, rest) = self.rest.split_first()?;
        if byte < 0x80 {
            self.rest = rest;
            return Some(u64::from(byte));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{FEFF}a 1 -7 9223372036854775807 \"x\" \"q\\n\" #\"r\"# (secret)\"é\" b=#true c=1_0.50 {\n  \"d e\" #null {}\n}\nf";

    fn encoded() -> (Vec<RawNode>, &'static [u8]) {
        let (nodes, faults) = crate::tree::kdl::parse(TEXT);
        assert_eq!(faults, []);
        let blob = encode(&nodes, TEXT);
        (nodes, Box::leak(blob.into_boxed_slice()))
    }

    #[test]
    fn nodes_come_back_equal_and_borrowed() {
        let (nodes, blob) = encoded();
        let back = decode(blob, TEXT);
        assert_eq!(back, nodes);
        assert!(matches!(back[0].name.text, Cow::Borrowed(_)));
    }

    #[test]
    fn broken_bytes_give_what_could_be_read() {
        let (nodes, blob) = encoded();
        for cut in 0..blob.len() {
            assert!(decode(&blob[..cut], TEXT).len() <= nodes.len());
        }
        for at in 0..blob.len() {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut broken = blob.to_vec();
                broken[at] = byte;
                decode(Box::leak(broken.into_boxed_slice()), TEXT);
            }
        }
    }
}
