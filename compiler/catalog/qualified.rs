//! Names of items that may be another service's.
//!
//! Invariant: a name that says no service is that of the one that it stands in.

use crate::tree::record::Decoder;
use crate::tree::word::{FromWord, Word};

/// A name that may be that of another service's item: `NAME` or `SERVICE/NAME`, `SERVICE.NAME` of settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qualified {
    /// The service; none: the one that it stands in.
    pub service: Option<Word>,
    /// The name.
    pub name: Word,
}

impl Qualified {
    /// `NAME` or `SERVICE/NAME`.
    pub fn of(word: Word) -> Qualified {
        qualified(word, "/")
    }

    /// The service, given the one that the name stands in.
    pub fn service<'s>(&'s self, own: &'s str) -> &'s str {
        self.service.as_deref().unwrap_or(own)
    }

    /// `SERVICE/NAME`, given the service that the name stands in.
    pub fn id(&self, own: &str) -> String {
        format!("{}/{}", self.service(own), self.name)
    }
}

impl FromWord for Qualified {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(qualified(word, "/"))
    }
}

/// `NAME`, or another service's with the separator.
pub fn qualified(word: Word, separator: &str) -> Qualified {
    match word.cut(separator) {
        Some((service, name)) => Qualified { service: Some(service), name },
        None => Qualified { service: None, name: word },
    }
}
