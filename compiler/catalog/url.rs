//! How a client's URL is made, as its provider says it.
//!
//! Invariant: the places in a URL are a closed set; one that is not known is refused, at the place.

use super::bounds::Bounds;
use crate::diag::{Diagnostic, nearest};
use crate::tree::record::Decoder;
use crate::tree::word::{FromWord, Word};
use crate::{record, words};

record! {
    /// How a client's URL is made: `url "scheme://{user}:{password}@{host}:{port}/{name}"`; the password is percent-encoded.
    pub struct ClientUrl, include(bounds: Bounds), positional("text"), shorthand("text") {
        /// Text with `{user}` and `{password}` of the client's account, `{name}` (its database, its virtual host), `{host}` and `{port}` of the provider, `{trust}` (the path of the certificates that clients trust), `{members}`.
        text: UrlText,
        /// What `{members}` says of each pod, joined by commas; `{host}` is the pod's there.
        member: Option<UrlText>,
        /// The library that takes another form than all others, and asks for it by this name: `(database-url)"client=NAME"`.
        client: Option<Word>,
    }
}

words! {
    /// A place in a client's URL.
    pub enum UrlPlace {
        /// The name of the client's account.
        User = "user",
        /// Its password.
        Password = "password",
        /// What is the client's own: its database, its virtual host.
        Name = "name",
        /// The host.
        Host = "host",
        /// The port.
        Port = "port",
        /// The path of the certificates that clients trust.
        Trust = "trust",
        /// What is said of each pod.
        Members = "members",
    }
}

/// A piece of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlPiece {
    /// Text as it is.
    Literal(String),
    /// What is put in.
    Place(UrlPlace),
}

/// A URL with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlText(pub Vec<UrlPiece>);

impl ClientUrl {
    /// Do `{members}` and what it says of each pod go together?
    pub fn lists_members(&self) -> bool {
        let has = |text: &UrlText| text.0.contains(&UrlPiece::Place(UrlPlace::Members));
        has(&self.text) == self.member.is_some() && !self.member.as_ref().is_some_and(has)
    }
}

impl FromWord for UrlText {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let (mut pieces, mut rest) = (Vec::new(), word.clone());
        while let Some((before, after)) = rest.cut("{") {
            let Some((place, after)) = after.cut("}") else {
                let message = format!("`{word}` has `{{` without `}}`");
                decoder.sink.push(Diagnostic::error("TG0507", word.span, message));
                return None;
            };
            pieces.push(UrlPiece::Literal(before.value));
            let Some(known) = UrlPlace::parse(&place) else {
                let words: Vec<&str> = UrlPlace::CHOICES.iter().map(|choice| choice.word).collect();
                let message = format!("unknown place `{{{place}}}` in a URL");
                let diagnostic = Diagnostic::error("TG0507", place.span, message);
                decoder.sink.push(match nearest(&place, words.iter().copied()) {
                    Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                    None => diagnostic.hint(format!("known are {}", words.join(", "))),
                });
                return None;
            };
            pieces.push(UrlPiece::Place(known));
            rest = after;
        }
        pieces.push(UrlPiece::Literal(rest.value));
        Some(UrlText(pieces))
    }
}
