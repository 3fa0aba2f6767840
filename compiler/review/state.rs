//! The texts of one state of a site, and its objects.
//!
//! Invariant: a text that is not an object is still compared, line by line.

use std::collections::BTreeMap;

use crate::diag::Sink;
use crate::emit::Rendered;
use crate::kube::item::Item;
use crate::kube::patch;
use crate::lower::object::{kind, name};
use crate::origin::OriginId;
use crate::secret::seal::INPUTS;
use crate::span::FileId;
use crate::tree::document::{Document, Form, read};
use crate::tree::shape::Shape;
use crate::write::INDEX;

/// A state of a site.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Texts by their path below `output/SITE/`.
    pub files: BTreeMap<String, String>,
    /// The texts of the project that it was made of, by path, where they are known.
    pub sources: BTreeMap<String, String>,
}

impl State {
    /// The state that a compilation gives.
    pub fn of_artifacts(artifacts: &[Rendered], secrets: Vec<(String, String)>) -> State {
        let files = artifacts.iter().map(|file| (file.path.clone(), file.printed.text.clone()));
        State { files: files.chain(secrets).collect(), ..State::default() }
    }

    /// The state that texts give; the index, which follows from the rest, is left out.
    pub fn of_texts(texts: impl IntoIterator<Item = (String, String)>) -> State {
        let files = texts.into_iter().filter(|(path, _)| path != INDEX).collect();
        State { files, ..State::default() }
    }
}

/// May a file be an object?
pub fn is_object(path: &str) -> bool {
    (path.starts_with("kubernetes/") || path.starts_with("delivery/")) && path.ends_with(".yaml")
}

/// Is that a sealed Secret: a text that says which inputs it was sealed from?
pub fn is_secret(path: &str, text: &str) -> bool {
    is_object(path) && text.contains(INPUTS)
}

/// An object's text as an item; none where it is not one object.
pub fn object(path: &str, text: &str) -> Option<Item> {
    let document = Document { path, text, file: FileId(u32::MAX), embedded: None };
    let tree = read(&document, Form::Shape(&Shape::Map(&Shape::Any)), &mut Sink::default())?;
    tree.as_map()?;
    let item = patch::item(&tree, &mut |_| OriginId::BUILTIN);
    (!kind(&item).is_empty() && !name(&item).is_empty()).then_some(item)
}

/// How many hexadecimal digits end the name of what is named by its content.
const SHORT: usize = 10;

/// A name without the digest that ends it.
pub fn base_name(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((base, digest)) if digest.len() == SHORT && is_hex(digest) => base,
        _ => name,
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Are two texts equal but for digests in them?
pub fn equal_but_digests(old: &str, new: &str) -> bool {
    let words = |text: &'_ str| -> Vec<String> {
        let split = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned);
        split.collect()
    };
    let (old, new) = (words(old), words(new));
    let is_digest = |word: &str| matches!(word.len(), SHORT | 64) && is_hex(word);
    old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a == b || is_digest(a) && is_digest(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_digest_is_cut_from_a_name() {
        assert_eq!(base_name("nova-db-sync-a579378e48"), "nova-db-sync");
        assert_eq!(base_name("nova-api-metadata"), "nova-api-metadata");
        assert_eq!(base_name("a-A579378E48"), "a-A579378E48");
    }

    #[test]
    fn digests_are_told_from_other_words() {
        assert!(equal_but_digests("x-a579378e48", "x-0000000000"));
        assert!(!equal_but_digests("x-a579378e48", "y-0000000000"));
        assert!(!equal_but_digests("workers 4", "workers 8"));
    }
}
