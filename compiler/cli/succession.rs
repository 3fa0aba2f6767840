//! The output that is on disk, and what a compiled site makes of it.
//!
//! Invariant: an output that cannot be read has no diagnostic here; the writer reports it.
#![allow(clippy::disallowed_methods, reason = "the output is read before it is written")]

use std::collections::BTreeMap;
use std::path::Path;

use crate::compile::Compiled;
use crate::diag::Sink;
use crate::emit::{self, Rendered};
use crate::verify::succession::{self, Committed, Succession};
use crate::write;

/// Compares a compiled site with its output in the folder `root`.
pub fn check(compiled: &Compiled, root: &Path, sink: &mut Sink) {
    let texts = write::texts(root, &Committed::is_one).unwrap_or_default();
    check_texts(compiled, &texts.into_iter().collect(), sink);
}

/// Compares a compiled site with the texts of an output.
pub fn check_texts(compiled: &Compiled, texts: &BTreeMap<String, String>, sink: &mut Sink) {
    let (Some(linked), Some((site, namespace))) = (&compiled.linked, compiled.named) else { return };
    // Printing an object is quicker than reading the one that stands there, and most stay as they are.
    let printed: Vec<Rendered> = match compiled.artifacts {
        Some(_) => Vec::new(),
        None => {
            linked.objects.iter().filter(|object| texts.contains_key(&emit::path(object))).map(emit::plain).collect()
        }
    };
    let files = compiled.artifacts.iter().flatten().chain(&printed);
    let written: BTreeMap<&str, &str> = files.map(|file| (file.path.as_str(), file.printed.text.as_str())).collect();
    let texts = texts.iter().filter(|(path, _)| Committed::is_one(path));
    // Of a file that stays as it is the name is enough.
    let is_same = |(path, text): &(&String, &String)| written.get(path.as_str()) == Some(&text.as_str());
    let (same, other): (Vec<_>, Vec<_>) = texts.partition(is_same);
    let before: Vec<Committed> = other.into_iter().filter_map(|(path, text)| Committed::read(path, text)).collect();
    let unchanged: Vec<&str> = same.into_iter().filter_map(|(path, _)| Committed::name_in(path)).collect();
    let is_users = |span: crate::span::Span| {
        compiled.sources.get(span.file).is_some_and(|source| !source.path.starts_with("schema/"))
    };
    let succession = Succession {
        before: &before,
        unchanged: &unchanged,
        after: &linked.objects,
        origins: &compiled.origins,
        is_users: &is_users,
        site,
        namespace,
        recreated: &compiled.recreated,
        images: &compiled.facts.data_images,
    };
    succession::check(&succession, sink);
}
