//! What can be written at a place.
//!
//! Invariant: names come from the records and the catalog that a build reads; a word that a build does not know is never offered.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cursor::{Cursor, Role, below, is_table, root, scope};
use super::locate::{locate, names, notation};
use super::text::Units;
use super::workspace::Workspace;
use crate::catalog::service::Service;
use crate::edit::write::{Notation, text as written};
use crate::explain::catalog::shown;
use crate::options::table::{Records, Table};
use crate::tree::shape::{Record, Shape};
use crate::upgrade;
use crate::verify::options::tables_of;

/// An item: what it is in a few words, and its documentation.
type Items = BTreeMap<String, (String, String)>;

/// What an item is that is a keyword of the notation.
const BOOLEAN: &str = "boolean";

/// A file of the editor: its path and its text.
type File<'f> = (&'f str, &'f str);

/// The items at a byte of a file.
pub fn complete(workspace: &Workspace, (path, text): File<'_>, offset: usize, units: Units) -> Vec<Value> {
    let Some(cursor) = locate(path, text, offset) else { return Vec::new() };
    let mut items = Items::new();
    match scope(&cursor, path) {
        Some(shape) => at(workspace, (&cursor, &shape), (path, text), &mut items),
        None if cursor.blocks.is_empty() => {
            let root = root(path).map(|(name, record)| (name.to_owned(), (String::new(), record.doc.to_owned())));
            items.extend(root);
        }
        None => {}
    }
    let notation = notation(path);
    let word = text.get(cursor.word.clone()).unwrap_or_default();
    let is_quoted = word.starts_with('"');
    // A string that is not closed yet ends for the reader somewhere below.
    let end = if word.contains('\n') { offset } else { cursor.word.end };
    let range = units.range(text, &(cursor.word.start..end));
    let rest = text.get(end..).unwrap_or_default().trim_start_matches(' ');
    let is_key = is_key(&cursor, path) && !rest.starts_with(':');
    let item = |(label, (detail, doc)): (String, (String, String))| {
        let label = if notation == Notation::Yaml { label.trim_start_matches('#').to_owned() } else { label };
        let is_keyword = detail == BOOLEAN;
        let mut new = match (is_keyword, is_quoted) {
            (true, _) => label.clone(),
            (false, true) => format!("{label:?}"),
            (false, false) => written(&label, notation),
        };
        if is_key {
            new.push(':');
        }
        let edit = json!({ "range": range, "newText": new });
        json!({ "label": label, "filterText": new, "textEdit": edit, "detail": detail, "documentation": doc, "kind": 10 })
    };
    items.into_iter().map(item).collect()
}

/// Is what stands at the cursor the key of an entry in YAML?
fn is_key(cursor: &Cursor, path: &str) -> bool {
    let is_of_table = || {
        let shape = scope(cursor, path)?;
        Some(cursor.head.values.is_empty() && is_table(&shape, &cursor.head.name))
    };
    notation(path) == Notation::Yaml && (cursor.role == Role::Name || is_of_table() == Some(true))
}

fn at(workspace: &Workspace, (cursor, shape): (&Cursor, &Shape), file: File<'_>, items: &mut Items) {
    match &cursor.role {
        Role::Name => {
            fields(shape, items);
            settings(workspace, cursor, shape, items);
            options(workspace, cursor, items);
            if matches!(cursor.blocks.as_slice(), [_, node] if node.name == "node") {
                networks(file, items);
            }
        }
        Role::Argument => argument(workspace, (cursor, shape), file, items),
        Role::Property(name) => {
            let held = below(shape, &cursor.head.name).and_then(|record| below(&record, name));
            held.iter().for_each(|held| values(workspace, (name, held), file, items));
        }
    }
}

fn argument(workspace: &Workspace, (cursor, shape): (&Cursor, &Shape), file: File<'_>, items: &mut Items) {
    let name = cursor.head.name.as_str();
    let Some(held) = below(shape, name) else { return };
    let is_table = is_table(shape, name);
    if is_table && cursor.head.values.is_empty() {
        keys(workspace, cursor, items);
        return;
    }
    let Shape::Record(record) = held else {
        values(workspace, (name, &held), file, items);
        setting_values(workspace, cursor, name, items);
        return;
    };
    if notation(file.0) == Notation::Yaml {
        let field = record.shorthand.and_then(|name| record.field(name));
        field.iter().for_each(|field| values(workspace, (field.name, &field.shape), file, items));
        return;
    }
    let position = cursor.head.values.len() - usize::from(is_table);
    let field = record.positional.get(position).and_then(|name| record.field(name));
    field.iter().for_each(|field| values(workspace, (field.name, &field.shape), file, items));
    fields(&held, items);
    if record.rest.is_some() {
        settings(workspace, cursor, &held, items);
    }
    if name == "node" {
        networks(file, items);
    }
}

fn networks((path, text): File<'_>, items: &mut Items) {
    items.extend(names(path, text, "network").into_iter().map(|name| (name, plain("network of the site"))));
}

fn plain(detail: &str) -> (String, String) {
    (detail.to_owned(), String::new())
}

fn fields(shape: &Shape, items: &mut Items) {
    let (Shape::Record(record) | Shape::Sequence(record)) = shape else { return };
    let record: &'static Record = record;
    items.extend(
        record.all_fields().map(|field| (field.name.to_owned(), (field.shape.describe(), field.doc.to_owned()))),
    );
}

/// The service whose block, or whose node, the cursor is in.
fn service_of<'w>(workspace: &'w Workspace, cursor: &Cursor) -> Option<&'w Service> {
    let heads = cursor.blocks.iter().chain([&cursor.head]);
    let name = heads.filter(|head| head.name == "service").find_map(|head| head.values.first())?;
    workspace.library.catalog.services.get(name)
}

fn settings(workspace: &Workspace, cursor: &Cursor, shape: &Shape, items: &mut Items) {
    let is_service = matches!(shape, Shape::Record(record) if record.name == "ServiceSettings");
    let Some(service) = service_of(workspace, cursor).filter(|_| is_service) else { return };
    for (name, setting) in &service.settings {
        let default = setting.default.as_ref().map(|values| format!(", default {}", shown(&workspace.library, values)));
        let detail = format!("{}{}", setting.kind.word(), default.unwrap_or_default());
        items.insert(name.to_string(), (detail, setting.doc.clone()));
    }
}

fn setting_values(workspace: &Workspace, cursor: &Cursor, name: &str, items: &mut Items) {
    let Some(setting) = service_of(workspace, cursor).and_then(|service| service.settings.get(name)) else { return };
    items.extend(setting.choices.iter().map(|word| (word.to_string(), plain("choice"))));
    if setting.kind.word() == BOOLEAN {
        items.extend(["#true", "#false"].map(|word| (word.to_owned(), plain(BOOLEAN))));
    }
}

/// Sections and options of a config file.
fn options(workspace: &Workspace, cursor: &Cursor, items: &mut Items) {
    let at = cursor.blocks.iter().position(|head| head.name == "config" && !head.values.is_empty());
    let (Some(at), Some(service)) = (at, service_of(workspace, cursor)) else { return };
    let file = cursor.blocks.get(at).and_then(|head| head.values.first()).map_or("", String::as_str);
    let inner: Vec<&str> = cursor.blocks.iter().skip(at + 1).map(|head| head.name.as_str()).collect();
    let Some(declared) = service.files.get(file) else { return };
    for name in tables_of(&workspace.library.tables, service, file, declared) {
        let Some(Ok(table)) = workspace.library.tables.table(&name.table) else { continue };
        let is_meant = |part: &str| name.file.as_deref().is_none_or(|wanted| wanted == part);
        for (section, options) in table.files().filter(|(part, _)| is_meant(part)).flat_map(|(_, rows)| rows.iter()) {
            match inner.as_slice() {
                [] if section != "-" => drop(items.insert(section.to_owned(), plain("section"))),
                [] => items.extend(options.iter().map(|(name, records)| (name.to_owned(), described(table, records)))),
                [here] if *here == section => {
                    items.extend(options.iter().map(|(name, records)| (name.to_owned(), described(table, records))));
                }
                _ => {}
            }
        }
    }
}

/// The newest of an option's records.
fn described(table: &Table, records: Records<'_>) -> (String, String) {
    let Some(record) = records.last() else { return plain("option") };
    let releases = format!("{} to {}", table.release(record.first), table.release(record.last));
    let default = upgrade::shown_of(&record);
    plain(&format!("{}, default {default}, {releases}", upgrade::describe(&record)))
}

/// The names that nodes of a name are told apart by.
fn keys(workspace: &Workspace, cursor: &Cursor, items: &mut Items) {
    let catalog = &workspace.library.catalog;
    let service = service_of(workspace, cursor);
    match cursor.head.name.as_str() {
        "service" => {
            items.extend(catalog.services.values().map(|service| (service.name.to_string(), plain(&service.summary))))
        }
        "network" => items.extend(catalog.networks.iter().map(|name| (name.to_string(), plain("network")))),
        "component" => items.extend(
            service
                .iter()
                .flat_map(|service| service.components.keys())
                .map(|name| (name.to_string(), plain("component"))),
        ),
        "job" => items.extend(
            service.iter().flat_map(|service| service.jobs.keys()).map(|name| (name.to_string(), plain("job"))),
        ),
        "config" => items.extend(
            service
                .iter()
                .flat_map(|service| service.files.keys())
                .map(|name| (name.to_string(), plain("config file"))),
        ),
        "host" => items.extend(catalog.roles.keys().map(|name| (name.to_string(), plain("role")))),
        _ => {}
    }
}

/// What a field of that name and shape may hold.
fn values(workspace: &Workspace, (name, shape): (&str, &Shape), file: File<'_>, items: &mut Items) {
    let catalog = &workspace.library.catalog;
    let (path, text) = file;
    match shape {
        Shape::Choice(choices) => items.extend(
            choices.iter().map(|choice| (choice.word.to_owned(), (String::from("choice"), choice.doc.to_owned()))),
        ),
        Shape::Boolean => items.extend(["#true", "#false"].map(|word| (word.to_owned(), plain(BOOLEAN)))),
        Shape::List(item) => return values(workspace, (name, item), file, items),
        _ => {}
    }
    match name {
        "overlays" | "requires" => items.extend(
            workspace
                .library
                .overlays
                .keys()
                .filter(|name| *name != crate::catalog::load::DEFAULTS)
                .map(|name| (name.clone(), plain("overlay"))),
        ),
        "roles" => {
            items.extend(catalog.roles.keys().map(|name| (name.to_string(), plain("role"))));
            items.extend(names(path, text, "role").into_iter().map(|name| (name, plain("role of the site"))));
        }
        "network" => networks(file, items),
        "nodes" => items.extend(names(path, text, "node").into_iter().map(|name| (name, plain("node")))),
        "openstack" | "release" => {
            items.extend(catalog.releases.keys().map(|name| (name.to_string(), plain("OpenStack release"))))
        }
        "kubernetes" => {
            items.extend(catalog.kubernetes.iter().map(|name| (name.to_string(), plain("Kubernetes version"))))
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "complete/tests.rs"]
mod tests;
