//! A folder of Kubernetes objects, one a file of YAML or JSON, to diagnostics at their lines.
//!
//! Invariant: the objects are checked as those of a site are, but that Secrets which others make are not asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink};
use crate::kube::item::Item;
use crate::kube::patch;
use crate::origin::OriginTable;
use crate::spec::site::Traced;
use crate::tree::document::{Document, Form, read};
use crate::tree::shape::Shape;
use crate::world::{Sources, World};

use super::{Given, verify};

/// A folder and what its objects are for.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'f> {
    /// The folder.
    pub path: &'f str,
    /// The Kubernetes release, for instance `1.35`.
    pub kubernetes: &'f str,
    /// Kinds that the program has no types of, as `Foo.example.com/v1`.
    pub kinds: &'f [Traced<String>],
}

/// Reads and checks all objects of a folder. Gives their number.
pub fn check(world: &dyn World, folder: &Folder<'_>, sources: &mut Sources, sink: &mut Sink) -> usize {
    let paths = match world.walk(folder.path) {
        Ok(paths) => paths,
        Err(error) => {
            sink.push(error.into_diagnostic());
            return 0;
        }
    };
    let mut origins = OriginTable::default();
    let mut objects = vec![];
    for path in paths.iter().filter(|path| [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))) {
        objects.extend(object(world, path, (sources, &mut origins), sink));
    }
    if objects.is_empty() && !sink.has_errors() {
        sink.push(Diagnostic::global("TG0001", format!("no object in `{}`, expected files of YAML", folder.path)));
    }
    let given = Given { objects: objects.iter().collect(), origins: &origins, own: BTreeMap::new(), secrets: None };
    verify(&given, folder.kubernetes, folder.kinds, sink);
    objects.len()
}

fn object(world: &dyn World, path: &str, tables: (&mut Sources, &mut OriginTable), sink: &mut Sink) -> Option<Item> {
    let (sources, origins) = tables;
    let text = match world.read_text(path) {
        Ok(text) => text?,
        Err(error) => {
            sink.push(error.into_diagnostic());
            return None;
        }
    };
    let file = sources.add(path.to_owned(), Cow::Owned(text));
    let source = sources.get(file)?;
    let document = Document { path, text: &source.text, file, embedded: None };
    let tree = read(&document, Form::Shape(&Shape::Map(&Shape::Any)), sink)?;
    tree.as_map()?;
    Some(patch::item(&tree, &mut |span| origins.written(span)))
}
