//! Scalar types: texts of a known syntax, each with the check, an example and the pattern that editors use.
//!
//! The shape check tells of every text that is not valid, at the word; decoding then takes what is valid.
//!
//! Invariant: the pattern accepts every text that the check accepts.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::node::{Node, Value};
use super::record::{Decoder, Described};
use super::shape::Shape;
use super::word::{FromWord, Traced, Word, words_of};
use crate::diag::Diagnostic;
use crate::span::Span;

pub use super::shape::{ScalarType, Validity};

impl ScalarType {
    /// Is the value one that holds such a text?
    pub fn accepts(&self, value: &Value) -> bool {
        match value {
            Value::Text(_) => true,
            Value::Integer(_) | Value::Decimal(_) => self.accepts_number,
            _ => false,
        }
    }

    /// The diagnostic about a word, where it is not valid.
    pub fn fault(&self, subject: &str, word: &Word) -> Option<Diagnostic> {
        let hint = (self.check)(word).err()?;
        let password = url_password(word).filter(|password| !password.is_empty());
        let shown = |text: &str| password.map_or_else(|| text.to_owned(), |password| text.replace(password, "***"));
        let message = format!("{subject}expected {}, found `{}`", self.expected, shown(word));
        let diagnostic = Diagnostic::error(self.code, word.span, message).redact(password.map(|_| word.span));
        Some(hint.iter().map(|hint| shown(hint)).fold(diagnostic, Diagnostic::hint))
    }
}

/// The password in a URL.
pub fn url_password(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.get(..rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let (account, _) = authority.rsplit_once('@')?;
    Some(account.split_once(':')?.1)
}

/// Names a scalar type.
pub trait TextType {
    /// The type.
    const TYPE: &'static ScalarType;
}

/// A valid text of a scalar type, with its place; in a site with mistakes it may be one that was told not to be valid.
pub struct Typed<T> {
    word: Word,
    marker: PhantomData<T>,
}

impl<T: TextType> Typed<T> {
    /// The word, where it is valid.
    pub fn parse(word: Word) -> Option<Self> {
        (T::TYPE.check)(&word).is_ok().then_some(Typed { word, marker: PhantomData })
    }
}

impl<T> Clone for Typed<T> {
    fn clone(&self) -> Self {
        Typed { word: self.word.clone(), marker: PhantomData }
    }
}

impl<T> fmt::Debug for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.word.fmt(f)
    }
}

impl<T> fmt::Display for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.word, f)
    }
}

impl<T> Deref for Typed<T> {
    type Target = Word;

    fn deref(&self) -> &Word {
        &self.word
    }
}

impl<T: TextType> FromWord for Typed<T> {
    const WORD: Shape = Shape::Typed(T::TYPE);

    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Typed::parse(word)
    }

    fn unchecked(word: Word) -> Option<Self> {
        Some(Typed { word, marker: PhantomData })
    }
}

/// Words in order, each once.
#[derive(Debug, Clone)]
pub struct Distinct<T>(pub Vec<T>);

impl<T> Deref for Distinct<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'d, T> IntoIterator for &'d Distinct<T> {
    type Item = &'d T;
    type IntoIter = std::slice::Iter<'d, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: FromWord> Described for Distinct<T> {
    const SHAPE: Shape = T::LIST;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut seen: Vec<Word> = Vec::new();
        for word in node.items().iter().flat_map(words_of) {
            match seen.iter().find(|known| **known == word) {
                Some(first) => {
                    let diagnostic = Diagnostic::error("TG0205", word.span, format!("`{word}` stands twice"));
                    decoder.sink.push(diagnostic.also(first.span, "the first one"));
                }
                None => seen.push(word),
            }
        }
        Some(Distinct(seen.into_iter().filter_map(|word| T::from_word(word, decoder)).collect()))
    }

    fn absent() -> Option<Self> {
        Some(Distinct(Vec::new()))
    }
}

/// What stands for a field that is left out: the default itself, with the place of its record where one is asked for.
pub trait Standard<T> {
    /// The default at a place.
    fn at(self, place: Span) -> T;
}

impl<T> Standard<T> for T {
    fn at(self, _: Span) -> T {
        self
    }
}

impl<T> Standard<Traced<T>> for T {
    fn at(self, place: Span) -> Traced<T> {
        Traced::new(self, place)
    }
}

/// A default of the program itself is valid.
impl<T> Standard<Typed<T>> for &str {
    fn at(self, place: Span) -> Typed<T> {
        Typed { word: Word::new(self, place), marker: PhantomData }
    }
}
