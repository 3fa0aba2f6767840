//! Where a pod may go beyond its needs.
//!
//! Invariant: a network is a name here; which there are, the catalog or the site says.

use crate::tree::record::Decoder;
use crate::tree::word::{FromWord, Word};

/// Where a pod may go beyond its needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Egress {
    /// Anywhere.
    Any,
    /// The Kubernetes API.
    Kubernetes,
    /// A network of the site.
    Network(Word),
}

impl FromWord for Egress {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(match word.as_str() {
            "any" => Egress::Any,
            "kubernetes" => Egress::Kubernetes,
            _ => Egress::Network(word),
        })
    }
}
