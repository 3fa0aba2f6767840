//! Numbers and strings of an index, where they stand.
//!
//! Invariant: what cannot be read is zero or empty; nothing is read beyond the end.

use std::cmp::Ordering;

/// The bytes of an index.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'t>(pub &'t [u8]);

impl std::fmt::Debug for Bytes<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

impl<'t> Bytes<'t> {
    pub fn number(self, at: usize) -> usize {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
    }

    pub fn cursor(self, at: usize) -> Cursor<'t> {
        Cursor { bytes: self, rest: self.0.get(at..).unwrap_or_default() }
    }

    pub fn string(self, at: usize) -> &'t str {
        let mut cursor = self.cursor(at);
        let length = cursor.number();
        std::str::from_utf8(cursor.take(length)).unwrap_or_default()
    }
}

/// Numbers that follow each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub bytes: Bytes<'t>,
    pub rest: &'t [u8],
}

impl<'t> Cursor<'t> {
    pub fn number(&mut self) -> usize {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let Some((&byte, rest)) = self.rest.split_first() else { return 0 };
            self.rest = rest;
            number |= usize::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    pub fn take(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        taken
    }

    pub fn string(&mut self) -> &'t str {
        let at = self.number();
        self.bytes.string(at)
    }

    pub fn float(&mut self) -> f64 {
        self.take(8).first_chunk().map_or(0.0, |bytes| f64::from_le_bytes(*bytes))
    }

    /// Things to come, each of which is that many numbers; passes over them.
    pub fn list(&mut self, numbers: usize) -> Cursor<'t> {
        let list = *self;
        for _ in 0..self.number().saturating_mul(numbers).min(self.rest.len()) {
            self.number();
        }
        list
    }
}

/// Rows of numbers, of which the first is a name's string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'t> {
    pub bytes: Bytes<'t>,
    pub at: usize,
    pub count: usize,
    pub width: usize,
}

impl<'t> Rows<'t> {
    pub fn number(self, row: usize, column: usize) -> usize {
        self.bytes.number(self.at + (row * self.width + column) * 4)
    }

    pub fn text(self, row: usize, column: usize) -> &'t str {
        self.bytes.string(self.number(row, column))
    }

    pub fn name(self, row: usize) -> &'t str {
        self.text(row, 0)
    }

    /// The rows that a row names by place and count.
    pub fn inner(self, row: usize, width: usize) -> Rows<'t> {
        Rows { bytes: self.bytes, at: self.number(row, 1), count: self.number(row, 2), width }
    }

    pub fn find(self, name: &str) -> Option<usize> {
        self.search(|row| self.name(row).cmp(name))
    }

    pub fn search(self, compare: impl Fn(usize) -> Ordering) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match compare(middle) {
                Ordering::Equal => return Some(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }
}
