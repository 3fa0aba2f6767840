//! Closed sets of words.
//!
//! Invariant: a word that is none of its set is told with those that are.

use super::node::Node;
use super::record::{Decoder, Described};
use super::shape::{Choice, Shape};
use super::word::Word;
use crate::diag::{Diagnostic, nearest};

/// A closed set of words.
pub trait Closed: Sized {
    /// The words.
    const CHOICES: &'static [Choice];

    /// What a word stands for.
    fn parse(word: &str) -> Option<Self>;
}

/// Words of a closed set, divided by spaces or commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<T>(pub Vec<T>);

impl<T: Closed> Described for Words<T> {
    const SHAPE: Shape = Shape::List(&Shape::Text);
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let words = Word::decode_list(node.items(), decoder).into_iter();
        let known = |decoder: &mut Decoder<'_>, word: Word| {
            let found = T::parse(&word);
            if found.is_none() {
                decoder.unknown_word(&word, T::CHOICES);
            }
            found
        };
        Some(Words(words.filter_map(|word| known(decoder, word)).collect()))
    }

    fn absent() -> Option<Self> {
        Some(Words(Vec::new()))
    }
}

impl Decoder<'_> {
    /// Tells of a word that is none of a closed set.
    pub fn unknown_word(&mut self, word: &Word, choices: &[Choice]) {
        let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
        let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("expected one of {}, found `{word}`", listed.join(", "));
        let diagnostic = Diagnostic::error("TG0207", word.span, message);
        let near = nearest(word, words);
        self.sink.push(
            near.into_iter().fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))),
        );
    }
}
