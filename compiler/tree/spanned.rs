//! Texts of a document and where they stand.
//!
//! Invariant: a word's place is the word itself wherever the text stands in the source as it is; where escapes make that
//! impossible, it is the whole value.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};

use super::node::{Node, Value};
use crate::span::Span;

/// A value and the place that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Traced<T> {
    /// A value written there.
    pub fn new(value: T, span: Span) -> Self {
        Traced { value, span }
    }
}

impl Traced<bool> {
    /// Does it hold? A flag that is not given does not.
    pub fn holds(flag: Option<&Self>) -> bool {
        flag.is_some_and(|flag| flag.value)
    }
}

/// A text and where it stands. Two words are equal where their texts are.
#[derive(Debug, Clone)]
pub struct Word {
    /// The text.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

impl Word {
    /// A word that stands there.
    pub fn new(value: impl Into<String>, span: Span) -> Self {
        Word { value: value.into(), span }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// A part of the word, with its place where the word's is exact.
    fn part(&self, range: Range<usize>) -> Word {
        let exact = usize::try_from(self.span.end - self.span.start) == Ok(self.value.len());
        let text = self.value.get(range.clone()).unwrap_or_default();
        let at = |offset: usize| self.span.start + u32::try_from(offset).unwrap_or(0);
        let span = if exact { Span::new(self.span.file, at(range.start), at(range.end)) } else { self.span };
        Word::new(text, span)
    }

    /// The parts between separators, without those that are empty.
    pub fn split(&self, is_separator: impl Fn(char) -> bool) -> Vec<Word> {
        let mut words = Vec::new();
        let mut start = 0;
        for (at, letter) in self.value.char_indices().chain([(self.value.len(), '\0')]) {
            if at == self.value.len() || is_separator(letter) {
                if at > start {
                    words.push(self.part(start..at));
                }
                start = at + letter.len_utf8();
            }
        }
        words
    }

    /// The parts before and after the first separator.
    pub fn cut(&self, separator: &str) -> Option<(Word, Word)> {
        let at = self.value.find(separator)?;
        Some((self.part(0..at), self.part(at + separator.len()..self.value.len())))
    }

    /// The word without that begin.
    pub fn after(&self, begin: &str) -> Option<Word> {
        self.value.starts_with(begin).then(|| self.part(begin.len()..self.value.len()))
    }

    /// The word without that end.
    pub fn before(&self, end: &str) -> Option<Word> {
        self.value.ends_with(end).then(|| self.part(0..self.value.len() - end.len()))
    }

    /// The part that begins at a byte and has so many.
    pub fn slice(&self, start: usize, length: usize) -> Word {
        self.part(start..start + length)
    }
}

/// The empty word of no place.
impl Default for Word {
    fn default() -> Self {
        Word::new("", Span::new(crate::span::FileId(0), 0, 0))
    }
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

impl Borrow<str> for Word {
    fn borrow(&self) -> &str {
        &self.value
    }
}

impl Borrow<String> for Word {
    fn borrow(&self) -> &String {
        &self.value
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.value)
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Word {}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.as_str().hash(state);
    }
}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.value == other
    }
}

impl PartialEq<&str> for Word {
    fn eq(&self, other: &&str) -> bool {
        self.value == *other
    }
}

impl PartialEq<String> for Word {
    fn eq(&self, other: &String) -> bool {
        self.value == *other
    }
}

/// The text of a scalar without a tag.
pub fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Decimal(text) => Some(text.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The text of a scalar and where it stands, without quotes and without the tag before it, where no escape is in it.
pub fn word_of(node: &Node) -> Option<Word> {
    let text = plain(node)?;
    let (total, length) = ((node.span.end - node.span.start) as usize, text.len());
    // `(tag)` of KDL and `!tag ` of YAML both take two bytes beside the tag.
    let tag = node.tag.as_ref().map_or(0, |tag| tag.len() + 2);
    let quote = [(0, 0), (0, 2), (tag, 0), (tag, 2)].into_iter().find(|(tag, quotes)| tag + quotes + length == total);
    let span = quote.map_or(node.span, |(_, quotes)| {
        let end = node.span.end - u32::try_from(quotes / 2).unwrap_or(0);
        Span::new(node.span.file, end - u32::try_from(length).unwrap_or(0), end)
    });
    Some(Word::new(text, span))
}

/// Where the tag of a node stands: the name of a reference's function.
pub fn tag_of(node: &Node) -> Option<Word> {
    let tag = node.tag.as_ref()?;
    let start = node.span.start + 1;
    let end = start + u32::try_from(tag.len()).unwrap_or(0);
    let span = if end < node.span.end { Span::new(node.span.file, start, end) } else { node.span };
    Some(Word::new(tag.to_string(), span))
}

/// The words of a node in a list: those of a text, divided by spaces or commas.
pub fn words_of(node: &Node) -> Vec<Word> {
    word_of(node).map(|word| word.split(is_separator)).unwrap_or_default()
}

/// Divides the words of a text.
pub fn is_separator(letter: char) -> bool {
    matches!(letter, ' ' | ',')
}
