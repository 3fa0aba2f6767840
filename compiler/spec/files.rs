//! Reading the files of a site's folder that its spec names.
//!
//! Invariant: what cannot be read is told once, at the word.

use std::borrow::Cow;

use crate::catalog::expr::Tree;
use crate::diag::{Diagnostic, Sink};
use crate::spec::site::{Site, Word};
use crate::spec::sources::{SiteSource, SiteSources};
use crate::tree::document::{Document, Form, read as read_document};
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Shape;
use crate::world::{Sources, World};

/// Reads what a spec names below its folder.
pub fn read((world, folder): (&dyn World, &str), site: &Site, sources: &mut Sources, sink: &mut Sink) -> SiteSources {
    let mut found = SiteSources::default();
    let folder = folder.trim_end_matches('/');
    let groups = site.groups.values().flat_map(|group| group.services.values());
    for word in site.services.values().chain(groups).flat_map(files) {
        if let Some(source) = source(world, &format!("{folder}/{word}"), word, sink) {
            found.files.insert(word.value.clone(), source);
        }
    }
    for word in site.objects.values().filter_map(|object| object.source.as_deref()) {
        let path = format!("{folder}/{word}");
        match world.read_text(&path) {
            Ok(Some(text)) => {
                found.objects.insert(word.value.clone(), objects(path, text, sources, sink));
            }
            Ok(None) => sink.push(missing(word, &path)),
            Err(error) => sink.push(Diagnostic::error(error.code, word.span, error.message)),
        }
    }
    found
}

/// The objects in a text of YAML: its documents, divided by `---`.
fn objects(path: String, text: String, sources: &mut Sources, sink: &mut Sink) -> Vec<Tree> {
    let file = sources.add(path.clone(), Cow::Owned(text.clone()));
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "---" {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut found = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        let Some(own) = text.get(start..end) else { continue };
        let own = own.trim_end().trim_end_matches("---");
        let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if own.lines().all(is_blank) {
            continue;
        }
        // White space takes the place of what stands before, so that every place is that of the whole text.
        let before = text.get(..start).unwrap_or_default().bytes();
        let before: String = before.map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        let padded = format!("{before}{own}\n");
        let document = Document { path: &path, text: &padded, file, embedded: None };
        let Some(node) = read_document(&document, Form::Shape(&Shape::Map(&Shape::Any)), sink) else { continue };
        found.extend(Tree::decode(&node, &mut Decoder { releases: &[], sink }));
    }
    found
}

/// The paths that a service's pods name.
fn files(spec: &crate::spec::site::ServiceSpec) -> Vec<&Word> {
    let components = spec.components.values().map(|component| &component.additions);
    let additions = components.chain(spec.jobs.values().map(|job| &job.additions));
    additions.flat_map(|said| said.files.values()).filter_map(|file| file.source.as_deref()).collect()
}

fn missing(word: &Word, path: &str) -> Diagnostic {
    Diagnostic::error("TG0454", word.span, format!("no file `{path}`"))
        .hint("paths are those below the folder of the spec")
}

fn source(world: &dyn World, path: &str, word: &Word, sink: &mut Sink) -> Option<SiteSource> {
    let one = |path: &str, sink: &mut Sink| match world.read(path) {
        Ok(bytes) => bytes.and_then(|bytes| checked(bytes, path, word, sink)),
        Err(error) => {
            sink.push(Diagnostic::error(error.code, word.span, error.message));
            None
        }
    };
    let below = world.walk(path).unwrap_or_default();
    let inner: Vec<(String, String)> = below
        .into_iter()
        .filter_map(|file| Some((file.strip_prefix(path)?.strip_prefix('/')?.to_owned(), file)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    if !inner.is_empty() {
        let files = inner.into_iter().filter_map(|(name, file)| Some((name, one(&file, sink)?)));
        return Some(SiteSource::Folder(files.collect()));
    }
    let told = sink.mark();
    let found = one(path, sink);
    if found.is_none() && sink.mark() == told {
        sink.push(missing(word, path));
    }
    found
}

/// A file's content; a private key in it is a diagnostic, for what pods are given this way stands in a ConfigMap.
fn checked(bytes: Vec<u8>, path: &str, word: &Word, sink: &mut Sink) -> Option<SiteSource> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Some(SiteSource::Bytes(error.into_bytes())),
    };
    let is_key = |line: &str| line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY");
    if text.lines().any(is_key) {
        let message = format!("`{path}` holds a private key, and would stand in a ConfigMap");
        sink.push(
            Diagnostic::error("TG0455", word.span, message)
                .hint("keep it in the password store: `secret NAME kind=password`, mounted by `secret NAME at=...`"),
        );
        return None;
    }
    Some(SiteSource::Text(text))
}
