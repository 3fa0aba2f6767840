//! What a field of the spec or of the service language means.
//!
//! Invariant: answers are made from the records that the reader checks by.

use std::fmt::Write as _;

use crate::catalog::overlay::Overlay;
use crate::catalog::release::Releases;
use crate::catalog::rule::Rule;
use crate::catalog::service::Service;
use crate::spec::site::Site;
use crate::tree::shape::{Choice, Field, Record, Shape};

/// A field of the spec by its path, for instance `network.mtu`; a leading `site.` or `overlay.` may be given.
pub fn field(path: &str) -> Option<String> {
    let whole = match path {
        "site" => Some(("site NAME: everything that can be said of a site", Site::record())),
        "overlay" => Some(("overlay NAME: a file of settings that sites share", Overlay::record())),
        _ => None,
    };
    if let Some((head, record)) = whole {
        return Some(format!("{head}\n{}", fields(record)));
    }
    let (record, path) = match path.split_once('.') {
        Some(("site", rest)) => (Site::record(), rest),
        Some(("overlay", rest)) => (Overlay::record(), rest),
        _ => (Site::record(), path),
    };
    let (_, field) = walk(record, path)?;
    Some(page(&format!("{path}: "), field))
}

/// A field of the service language: by its path (`service.component.needs`), or by the record and its own name
/// (`service.needs`, `job.schedule`), in which case every record below that has such a field answers.
pub fn language(path: &str) -> Option<String> {
    let (head, rest) = path.split_once('.')?;
    let root = match head {
        "service" => Service::record(),
        "rule" => Rule::record(),
        "releases" => Releases::record(),
        other => Service::record().field(other)?.shape.record()?,
    };
    if let Some((record, field)) = exact(root, rest) {
        return Some(page(&format!("{} of {}, in service data: ", field.name, record.name), field));
    }
    let mut found = Vec::new();
    below(root, &mut Vec::new(), &mut |record| {
        found.extend(record.fields.iter().filter(|field| field.name == rest).map(|field| (record, field)));
    });
    let pages =
        found.iter().map(|(record, field)| page(&format!("{rest} of {}, in service data: ", record.name), field));
    let answer: String = pages.collect();
    (!answer.is_empty()).then_some(answer)
}

/// The field at the end of a path, and the record that has it. Names in a table (`node.ctl1.roles`) are the user's: a word
/// that is not a field is passed over once a record is known, but the last word must be one.
fn walk(mut record: &'static Record, path: &str) -> Option<(&'static Record, &'static Field)> {
    let mut found = None;
    for word in path.split('.') {
        found = record.field(word).map(|field| (record, field));
        match found {
            Some((_, field)) => record = field.shape.record().unwrap_or(record),
            None if [Site::record(), Overlay::record()].iter().any(|root| std::ptr::eq(record, *root)) => return None,
            None => {}
        }
    }
    found
}

/// The same, where every word of the path is a field.
fn exact(root: &'static Record, path: &str) -> Option<(&'static Record, &'static Field)> {
    let mut record = Some(root);
    let mut found = None;
    for word in path.split('.') {
        let here = record?;
        let field = here.field(word)?;
        found = Some((here, field));
        record = field.shape.record();
    }
    found
}

/// Visits a record and every record that its fields hold, each once.
fn below(record: &'static Record, seen: &mut Vec<&'static Record>, visit: &mut impl FnMut(&'static Record)) {
    if seen.iter().any(|known| std::ptr::eq(*known, record)) {
        return;
    }
    seen.push(record);
    visit(record);
    let inner = record.fields.iter().filter_map(|field| field.shape.record());
    for inner in record.includes.iter().copied().chain(inner) {
        below(inner, seen, visit);
    }
}

/// A field's documentation, and the fields of the record that it holds.
fn page(head: &str, field: &Field) -> String {
    let mut answer = format!("{head}{}\n    {}\n", field.shape.describe(), field.doc);
    for choice in choices(&field.shape).iter().filter(|choice| !choice.doc.is_empty()) {
        let _ = writeln!(answer, "    {:<16} {}", choice.word, choice.doc);
    }
    if let Some(inner) = field.shape.record() {
        answer.push_str(&fields(inner));
    }
    answer
}

/// A longer description of a shape does not make its column wider.
const MAX_SHAPE: usize = 32;

/// The fields of a record, a line each.
fn fields(record: &'static Record) -> String {
    let mut answer = "  fields:\n".to_owned();
    let rows: Vec<(&Field, String)> = record.all_fields().map(|field| (field, field.shape.describe())).collect();
    let names = rows.iter().map(|(field, _)| field.name.len()).max().unwrap_or(0).max(16);
    let shapes = rows.iter().map(|(_, shape)| shape.len()).max().unwrap_or(0).clamp(16, MAX_SHAPE);
    for (field, shape) in rows {
        let _ = writeln!(answer, "    {:<names$} {shape:<shapes$} {}", field.name, field.doc);
    }
    answer
}

/// The words of a closed set, of one value or of each of a list.
fn choices(shape: &Shape) -> &'static [Choice] {
    match shape {
        Shape::Choice(choices) => choices,
        Shape::List(item) | Shape::Table(item) | Shape::Map(item) => choices(item),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_a_file_begins_with_have_a_page() {
        for (root, word) in [("site", "network"), ("overlay", "service")] {
            let page = field(root).unwrap();
            assert!(page.lines().any(|line| line.trim_start().starts_with(word)), "{page}");
        }
    }

    type Explain = fn(&str) -> Option<String>;

    /// The paths of all fields below a record; a record is entered once on a path.
    fn paths(record: &'static Record, path: &str, seen: &mut Vec<&'static Record>, found: &mut Vec<String>) {
        for field in record.all_fields() {
            let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            found.push(path.clone());
            let inner = field.shape.record().filter(|inner| !seen.iter().any(|known| std::ptr::eq(*known, *inner)));
            if let Some(inner) = inner {
                seen.push(inner);
                paths(inner, &path, seen, found);
                seen.pop();
            }
        }
    }

    #[test]
    fn every_field_is_explained_by_its_path() {
        let explained: [(&str, &'static Record, Explain); 5] = [
            ("", Site::record(), field),
            ("overlay", Overlay::record(), field),
            ("service", Service::record(), language),
            ("rule", Rule::record(), language),
            ("releases", Releases::record(), language),
        ];
        for (root, record, explain) in explained {
            let mut found = Vec::new();
            paths(record, root, &mut vec![record], &mut found);
            let silent: Vec<_> = found.iter().filter(|path| explain(path).is_none()).collect();
            assert!(silent.is_empty() && found.len() > 5, "{root}: {silent:?} of {}", found.len());
        }
        assert!(language("service.component.kind").is_some_and(|page| page.contains("daemonset")));
    }

    #[test]
    fn fields_of_the_spec_are_found_with_and_without_the_root_and_across_names() {
        for path in ["network.mtu", "site.network.mtu", "network.tunnel.mtu", "overlay.network.mtu"] {
            let answer = field(path).unwrap();
            assert!(answer.contains("integer from 576 to 9216"), "{path}: {answer}");
        }
        assert!(field("netwrok.mtu").is_none() && field("service.needs").is_none() && field("network.mut").is_none());
    }

    #[test]
    fn fields_of_the_service_language_are_found_by_path_and_by_name() {
        assert!(language("service.component.needs").unwrap().starts_with("needs of Component, in service data: list"));
        assert!(language("service.needs").unwrap().starts_with("needs of Pod, in service data: list"));
        assert!(language("job.schedule").unwrap().contains("cron"));
        assert!(language("service.port").unwrap().matches(", in service data: ").count() > 2);
        assert!(language("service.nedes").is_none() && language("needs").is_none());
    }
}
