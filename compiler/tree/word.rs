//! What a word of a document can be: a name, a mode, or what a type reads from it.
//!
//! Invariant: what a word is not is told at the word.

use std::fmt;
use std::ops::Deref;

use super::described::{Decoder, Described};
use super::node::Node;
use super::shape::Shape;
pub use super::spanned::{Traced, Word, is_separator, plain, tag_of, word_of, words_of};
use crate::diag::Diagnostic;

/// What is read from one word; in a list, several words may stand in one text, divided by spaces or commas.
pub trait FromWord: Sized {
    /// What the word may be.
    const WORD: Shape = Shape::Text;

    /// Reads the word; None where there is a diagnostic.
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self>;

    /// What stands for a word that is not valid, which was told, where a record cannot be without one.
    fn unchecked(_: Word) -> Option<Self> {
        None
    }
}

impl<T: FromWord> Described for T {
    const SHAPE: Shape = T::WORD;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::from_word(word_of(node)?, decoder)
    }

    fn unchecked(node: &Node) -> Option<Self> {
        <Self as FromWord>::unchecked(word_of(node)?)
    }

    fn decode_traced(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Traced<Self>> {
        let words = nodes.iter().flat_map(words_of);
        words
            .filter_map(|word| {
                let span = word.span;
                Some(Traced::new(Self::from_word(word, decoder)?, span))
            })
            .collect()
    }
}

impl FromWord for Word {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(word)
    }
}

/// A DNS label (RFC 1123).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(pub Word);

impl Deref for Label {
    type Target = Word;

    fn deref(&self) -> &Word {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq<str> for Label {
    fn eq(&self, other: &str) -> bool {
        self.0.value == other
    }
}

impl PartialEq<&str> for Label {
    fn eq(&self, other: &&str) -> bool {
        self.0.value == *other
    }
}

impl PartialEq<Label> for String {
    fn eq(&self, other: &Label) -> bool {
        *self == other.0.value
    }
}

impl PartialEq<Label> for &str {
    fn eq(&self, other: &Label) -> bool {
        *self == other.0.value
    }
}

impl PartialEq<Word> for &str {
    fn eq(&self, other: &Word) -> bool {
        *self == other.value
    }
}

impl PartialEq<Word> for String {
    fn eq(&self, other: &Word) -> bool {
        *self == other.value
    }
}

impl PartialEq<String> for Label {
    fn eq(&self, other: &String) -> bool {
        self.0.value == *other
    }
}

/// A mode of files, octal in a text: `"0440"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub u32);

impl FromWord for Mode {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mode = u32::from_str_radix(&word, 8).ok().filter(|mode| *mode <= 0o7777);
        if mode.is_none() {
            let message = format!("`{word}` is not a valid mode, expected octal digits such as `0440`");
            decoder.sink.push(Diagnostic::error("TG0211", word.span, message));
        }
        mode.map(Mode)
    }
}
