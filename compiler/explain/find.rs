//! What a bare word may mean: an overlay, settings and options of that name, and names like it.
//!
//! Invariant: everything that is found has a page of its own, under the name that is shown.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::catalog::describe;
use crate::catalog::load::{DEFAULTS, Library};
use crate::catalog::overlay::Overlay;
use crate::diag::{Sink, nearest};
use crate::spec::site::Site;
use crate::tree::document::{Document, Form, read};
use crate::tree::node::Node;
use crate::verify::options::tables_of;

/// An overlay, with its own text.
pub fn overlay(library: &Library, name: &str) -> Option<String> {
    if name == DEFAULTS {
        return None;
    }
    let source = library.sources.get(*library.overlays.get(name)?)?;
    let mut answer = overlay_line(library, name)?;
    let lines = source.text.trim_end().lines().map(|line| format!("    {line}"));
    let _ = writeln!(answer, "  {}\n{}", source.path, lines.collect::<Vec<_>>().join("\n"));
    Some(answer)
}

/// Every overlay, a line each.
pub fn overlays(library: &Library) -> String {
    let names = library.overlays.keys().filter(|name| *name != DEFAULTS);
    let lines = names.filter_map(|name| overlay_line(library, name)).map(|line| format!("    {line}"));
    format!("  overlays:\n{}", lines.collect::<String>())
}

/// An overlay's name, what it is for, the choice that it is one of, and what comes with it.
fn overlay_line(library: &Library, name: &str) -> Option<String> {
    let id = *library.overlays.get(name)?;
    let source = library.sources.get(id)?;
    let document = Document { path: &source.path, text: &source.text, file: id, embedded: None };
    let tree = read(&document, Form::Single("overlay", Overlay::record()), &mut Sink::default())?;
    let text = |field: &str| tree.get(field).and_then(Node::as_text);
    let mut line = format!("overlay {name}: {}", text("summary").unwrap_or("no summary"));
    if let Some(choice) = text("choice") {
        let _ = write!(line, " (one of the choice `{choice}`)");
    }
    let required: Vec<&str> =
        tree.get("requires").into_iter().flat_map(Node::items).filter_map(Node::as_text).collect();
    if !required.is_empty() {
        let _ = write!(line, "; brings {}", required.join(", "));
    }
    Some(line + "\n")
}

/// The settings and options of that name: the name that explains each, and what it is.
pub fn named(library: &Library, word: &str) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    for service in library.catalog.services.values() {
        for (name, setting) in service.settings.iter().filter(|(name, _)| **name == *word) {
            found.insert((format!("{}.{name}", service.name), format!("setting, {}", describe(setting))));
        }
        for (file, declared) in &service.files {
            for table in tables_of(&library.tables, service, file, declared) {
                let Some(Ok(known)) = library.tables.table(&table.table) else { continue };
                let is_meant = |part: &str| table.file.as_deref().is_none_or(|wanted| wanted == part);
                for (section, options) in
                    known.files().filter(|(part, _)| is_meant(part)).flat_map(|(_, rows)| rows.iter())
                {
                    if options.get(word).is_some() {
                        let section = if section == "-" { String::new() } else { format!("{section}.") };
                        found.insert((format!("{file}:{section}{word}"), "option".to_owned()));
                    }
                }
            }
        }
    }
    found.into_iter().collect()
}

/// The name that was probably meant: of a service, an overlay, a field, a setting of a service.
pub fn near(library: &Library, word: &str) -> Option<String> {
    let services = &library.catalog.services;
    if let Some((head, setting)) = word.strip_prefix("service.").unwrap_or(word).split_once('.')
        && let Some(service) = services.get(head)
    {
        let near = nearest(setting, service.settings.keys().map(|name| name.as_str()))?;
        return Some(format!("{head}.{near}"));
    }
    let services = services.keys().map(|name| name.as_str());
    let overlays = library.overlays.keys().map(String::as_str).filter(|name| *name != DEFAULTS);
    let fields = Site::record().all_fields().map(|field| field.name);
    nearest(word, services.chain(overlays).chain(fields)).map(str::to_owned)
}
