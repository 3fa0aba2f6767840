//! Where a cursor stands in a file, in its notation.
//!
//! Invariant: the notation follows the ending of the path; a file that no record describes has no place in YAML.

use super::cursor::{self, Cursor, root};
use super::yaml;
use crate::edit::write::Notation;

/// The notation of a path.
pub fn notation(path: &str) -> Notation {
    if path.ends_with(".yaml") { Notation::Yaml } else { Notation::Kdl }
}

/// Where the cursor stands.
pub fn locate(path: &str, text: &str, offset: usize) -> Option<Cursor> {
    match notation(path) {
        Notation::Kdl => cursor::cursor(text, offset),
        Notation::Yaml => yaml::cursor(text, offset, root(path)?),
    }
}

/// The names that a spec gives to things of a kind.
pub fn names(path: &str, text: &str, kind: &str) -> Vec<String> {
    match notation(path) {
        Notation::Kdl => cursor::names(text, kind),
        Notation::Yaml => yaml::names(text, kind),
    }
}
