//! What a place means: hover and definition.
//!
//! Invariant: what is shown of a value is what a build makes of the texts as they are; no secret is among it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::cursor::{Cursor, Role};
use super::locate::locate;
use super::text::{Units, uri_of};
use super::workspace::Workspace;
use crate::compile::Compiled;
use crate::explain;
use crate::span::Span;

/// What stands at a byte, as text.
pub fn hover(workspace: &mut Workspace, path: &str, text: &str, offset: usize) -> Option<String> {
    let cursor = locate(path, text, offset).filter(|cursor| !cursor.word.is_empty())?;
    let words = words(&cursor, text);
    let mut answer = about(workspace, &words).unwrap_or_default();
    let option = option(&words).filter(|_| path.starts_with("sites/"));
    let compiled = workspace.compiled(path);
    if let (Some((file, option)), Some(compiled)) = (option, compiled) {
        answer.push_str(&explain::option_in(compiled, &file, &option));
        answer.push_str(&readers(compiled, &file));
    }
    if let Some(compiled) = compiled {
        for span in shadowed(compiled, path, text, &cursor) {
            let _ = writeln!(answer, "over {}", place(compiled, span));
        }
    }
    (!answer.is_empty()).then_some(answer)
}

/// The names that lead to the word: those of its blocks, its node, itself.
fn words(cursor: &Cursor, text: &str) -> Vec<String> {
    let word = text.get(cursor.word.clone()).unwrap_or_default().trim_matches(['"', '#']).to_owned();
    let mut words = Vec::new();
    let is_argument = cursor.role != Role::Name;
    for head in cursor.blocks.iter().skip(1).chain(is_argument.then_some(&cursor.head)) {
        words.push(head.name.clone());
        words.extend(head.values.first().cloned());
    }
    match &cursor.role {
        Role::Property(name) => words.push(name.clone()),
        _ => words.push(word),
    }
    words
}

/// The documentation of what the words lead to: the nearest that has one.
fn about(workspace: &Workspace, words: &[String]) -> Option<String> {
    if let Some((file, option)) = option(words)
        && let Some(answer) = explain::option(&workspace.library, &file, &option)
    {
        return Some(answer);
    }
    (1..=words.len()).rev().find_map(|length| {
        let path = words.get(..length)?.join(".");
        let of_service =
            path.strip_prefix("service.").and_then(|path| explain::catalog::named(&workspace.library, path));
        of_service
            .or_else(|| explain::fields::field(&path))
            .or_else(|| explain::fields::language(&format!("service.{path}")))
    })
}

/// The file and the option that words of a `config` block lead to.
fn option(words: &[String]) -> Option<(String, String)> {
    let at = words.iter().position(|word| word == "config")?;
    let (file, inner) = words.get(at + 1..)?.split_first()?;
    (!inner.is_empty()).then(|| (file.clone(), inner.get(..2.min(inner.len())).unwrap_or_default().join(".")))
}

/// The consumers whose pods mount a config file.
fn readers(compiled: &Compiled, file: &str) -> String {
    let Some(linked) = &compiled.linked else { return String::new() };
    let mut readers: Vec<&str> = Vec::new();
    for object in &linked.objects {
        if mounts(&object.item, file) {
            readers.push(object.name());
        }
    }
    readers.dedup();
    if readers.is_empty() { String::new() } else { format!("  read by   {}\n", readers.join(", ")) }
}

/// Is a file of that name mounted anywhere in it?
fn mounts(item: &crate::kube::item::Item, file: &str) -> bool {
    use crate::kube::item::Value as Held;
    match &item.value {
        Held::Map(entries) => entries.iter().any(|(key, item)| {
            let is_path = ["mountPath", "subPath"].contains(&key.as_ref());
            is_path && item.text().is_some_and(|path| path.rsplit('/').next() == Some(file)) || mounts(item, file)
        }),
        Held::List(items) => items.iter().any(|item| mounts(item, file)),
        _ => false,
    }
}

/// The places of weaker layers that the value at the cursor stands over.
fn shadowed<'c>(
    compiled: &'c Compiled,
    path: &str,
    text: &str,
    cursor: &Cursor,
) -> impl Iterator<Item = Span> + use<'c> {
    let file = compiled.sources.find(path);
    let rest = text.get(cursor.word.start..).unwrap_or_default();
    // A value stands on the line of its name.
    let end = cursor.word.start + rest.find(['\n', ';', '}']).unwrap_or(rest.len());
    let (start, end) = (cursor.word.start, end.max(cursor.word.end));
    let is_here =
        move |span: &Span| Some(span.file) == file && (span.start as usize) < end && (span.end as usize) > start;
    let small = move |span: &Span| (span.end - span.start) as usize <= end - start + 2;
    compiled
        .shadows
        .iter()
        .filter(move |(span, _)| is_here(span) && small(span))
        .flat_map(|(_, shadowed)| shadowed.iter().copied())
}

fn place(compiled: &Compiled, span: Span) -> String {
    let Some(source) = compiled.sources.get(span.file) else { return String::new() };
    let (line, _) = source.position(span.start);
    format!("{}:{line}    {}", source.path, source.line_text(line).trim())
}

/// Where what stands at a byte is defined: an overlay, a service, or the weaker layers that a value stands over.
pub fn definition(workspace: &mut Workspace, (path, text): (&str, &str), offset: usize, units: Units) -> Vec<Value> {
    let Some(cursor) = locate(path, text, offset).filter(|cursor| !cursor.word.is_empty()) else { return Vec::new() };
    let word = text.get(cursor.word.clone()).unwrap_or_default().trim_matches('"').to_owned();
    let mut places: Vec<(String, Option<Span>)> = Vec::new();
    match cursor.head.name.as_str() {
        "overlays" | "requires" => {
            let file = workspace.library.overlays.get(&word).and_then(|file| workspace.library.sources.get(*file));
            places.extend(file.map(|source| (source.path.clone(), None)));
        }
        "service" if workspace.library.catalog.services.contains_key(&word) => {
            places.extend(["kdl", "yaml"].map(|end| (format!("schema/services/{word}/service.{end}"), None)));
        }
        _ => {}
    }
    let mut ranges = Vec::new();
    if let Some(compiled) = workspace.compiled(path) {
        for span in shadowed(compiled, path, text, &cursor) {
            let Some(source) = compiled.sources.get(span.file) else { continue };
            let range = units.range(&source.text, &(span.start as usize..span.end as usize));
            ranges.push((source.path.clone(), range));
        }
    }
    let start = json!({ "line": 0, "character": 0 });
    let whole = places.into_iter().map(|(path, _)| (path, json!({ "start": start, "end": start })));
    let all: Vec<(String, Value)> = whole.chain(ranges).collect();
    // Stock data that the program carries has no file to go to.
    let there = all.into_iter().filter(|(path, _)| workspace.root.join(path).is_file());
    there
        .map(|(path, range)| json!({ "uri": uri_of(&workspace.root.join(path).to_string_lossy()), "range": range }))
        .collect()
}
