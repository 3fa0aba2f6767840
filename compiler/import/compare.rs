//! Options of rendered files beside those of a site: what a migration would change, with what each difference means.
//!
//! Invariant: a value of a secret is never part of an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::dump::held;
use super::ini::{Options, Said, plain, said};
use crate::catalog::load::Library;
use crate::compile::Compiled;
use crate::diag::Diagnostic;
use crate::options::scope::{Found, Scope};

/// An option that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The section.
    pub section: String,
    /// The option.
    pub option: String,
    /// The value of the other file; none where it has none, or where it is a secret.
    pub theirs: Option<String>,
    /// The site's.
    pub ours: Option<String>,
    /// What the difference means.
    pub meaning: String,
}

/// A file of the other side and what differs in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The other file.
    pub file: String,
    /// The site's file; none where it has none of that name.
    pub ours: Option<String>,
    /// How many options are the same, by value or by default.
    pub same: usize,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Compares files, each a path and a text, with a site.
pub fn compare(library: &Library, site: &Compiled, release: &str, files: &[(String, String)]) -> Vec<Compared> {
    let rendered: BTreeMap<&str, &str> =
        site.artifacts.iter().flatten().map(|file| (file.path.as_str(), file.printed.text.as_str())).collect();
    files.iter().map(|(path, text)| one(library, release, &rendered, (path, text))).collect()
}

fn one(library: &Library, release: &str, rendered: &BTreeMap<&str, &str>, (path, text): (&str, &str)) -> Compared {
    let theirs = said(text);
    let Some((service, file)) = counterpart(rendered, path) else {
        return Compared { file: path.to_owned(), ours: None, same: 0, differences: vec![] };
    };
    let whole = format!("config/{service}/{file}");
    let drop_in = format!("{whole}.d/");
    let parts = rendered.iter().filter(|(known, _)| **known == whole || known.starts_with(&drop_in));
    let ours: Options = parts.flat_map(|(_, text)| said(text)).collect();
    let scope = scope(library, release, (service, file));
    let names: BTreeSet<&(String, String)> = theirs.keys().chain(ours.keys()).collect();
    let mut compared = Compared { file: path.to_owned(), ours: Some(whole), same: 0, differences: vec![] };
    for name in names {
        let (their, our) = (theirs.get(name), ours.get(name));
        let meaning = meaning(scope.as_ref(), name, (their, our), &ours);
        let Some(meaning) = meaning else {
            compared.same += 1;
            continue;
        };
        let hidden = [their, our].iter().flatten().any(|(_, hidden)| *hidden);
        let shown = |value: Option<&Said>| value.filter(|_| !hidden).map(|(text, _)| text.clone());
        let (section, option) = name.clone();
        compared.differences.push(Difference { section, option, theirs: shown(their), ours: shown(our), meaning });
    }
    compared
}

/// The site's file for one of another tool: of the same name, that of the program whose folder it is in first.
fn counterpart<'r>(rendered: &BTreeMap<&'r str, &str>, path: &str) -> Option<(&'r str, &'r str)> {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next()?, parts.next().unwrap_or(""));
    let files = rendered.keys().filter_map(|path| path.strip_prefix("config/")?.split_once('/'));
    let files: Vec<(&str, &str)> = files.filter(|(_, file)| !file.contains('/')).collect();
    let of_program = name.rsplit_once('.').map(|(_, ending)| format!("{folder}.{ending}"));
    let same = |wanted: &str| {
        let found: Vec<_> = files.iter().filter(|(_, file)| *file == wanted).copied().collect();
        found.iter().find(|(service, _)| folder.starts_with(service)).or(found.first()).copied()
    };
    let own = of_program.and_then(|wanted| same(&wanted)).filter(|(service, _)| folder.starts_with(service));
    own.or_else(|| same(name))
}

fn scope<'l>(library: &'l Library, release: &str, (service, file): (&str, &str)) -> Option<Scope<'l>> {
    let declared = library.catalog.services.get(service)?.files.get(file)?;
    let mut scope = Scope::default();
    for name in &declared.tables {
        if let Some(Ok(table)) = library.tables.table(name.table.as_str()) {
            let _ = scope.add(table, name.file.as_deref(), release);
        }
    }
    if declared.tables.is_empty()
        && let Some(Ok(table)) = library.tables.table(service)
    {
        let part = table.has_file(file).then_some(file);
        let _ = scope.add(table, part, release);
    }
    Some(scope)
}

/// What a difference means; none where there is none.
fn meaning(
    scope: Option<&Scope<'_>>,
    (section, option): &(String, String),
    (theirs, ours): (Option<&Said>, Option<&Said>),
    all: &Options,
) -> Option<String> {
    let found = scope.map(|scope| scope.find(&[section], option, None));
    let default = match &found {
        Some(Found::Here(record)) => record.default().map(|value| plain(&text(&value))),
        _ => None,
    };
    if let (Some((their, hidden)), Some((our, _))) = (theirs, ours) {
        return match plain(their) == plain(our) {
            true => None,
            false if *hidden => Some("a secret: both have one, the store's is used here".to_owned()),
            false => Some("both set it".to_owned()),
        };
    }
    let known = default.clone().map_or_else(|| "nothing".to_owned(), |default| format!("`{default}`"));
    match (theirs, ours, found) {
        (Some((their, _)), None, Some(Found::Renamed(new, name, _))) => {
            let place = (new.unwrap_or(section).to_owned(), name.to_owned());
            let same = all.get(&place).is_some_and(|(our, _)| plain(our) == plain(their));
            (!same).then(|| format!("its name is now `[{}] {}`", place.0, place.1))
        }
        (Some(_), None, Some(Found::Removed(removed))) => Some(format!("removed after release {}", removed.last)),
        (Some(_), None, Some(Found::Later(release))) => Some(format!("comes with release {release}")),
        (Some(_), None, Some(Found::Unknown)) => Some("no table of the release knows it".to_owned()),
        (Some((value, _)), None, _) if default.as_deref() == Some(plain(value).as_str()) => None,
        (Some(_), None, _) => Some(format!("not said here: the default is {known}")),
        (None, Some((value, _)), _) if default.as_deref() == Some(plain(value).as_str()) => None,
        (None, Some(_), _) => Some(format!("not said there: the default is {known}")),
        (None, None, _) | (Some(_), Some(_), _) => None,
    }
}

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The comparison for a terminal; the last line counts.
pub fn human(compared: &[Compared]) -> String {
    let mut out = String::new();
    for file in compared.iter().filter(|file| file.ours.is_none() || !file.differences.is_empty()) {
        match &file.ours {
            Some(ours) => drop(writeln!(out, "{} beside {ours}: {} the same", file.file, file.same)),
            None => drop(writeln!(out, "{}: the site has no file of that name", file.file)),
        }
        for found in &file.differences {
            let side =
                |side: &Option<String>| side.as_ref().map_or_else(|| "(none)".to_owned(), |text| format!("`{text}`"));
            let values = match (&found.theirs, &found.ours) {
                (None, None) => "(not shown)".to_owned(),
                (theirs, ours) => format!("{} -> {}", side(theirs), side(ours)),
            };
            let _ = writeln!(out, "  [{}] {}: {values}: {}", found.section, found.option, found.meaning);
        }
    }
    let (same, differ): (usize, usize) =
        compared.iter().fold((0, 0), |(same, differ), file| (same + file.same, differ + file.differences.len()));
    let without = compared.iter().filter(|file| file.ours.is_none()).count();
    let _ = writeln!(
        out,
        "{} files compared: {same} options the same, {differ} differ, {without} files without a counterpart",
        compared.len()
    );
    out
}

/// The files with options in objects of a cluster, as `OBJECT/FILE`; an error is why a dump cannot be read.
pub fn of_objects(objects: &[serde_json::Value]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for object in objects {
        let kind = object.get("kind").and_then(serde_json::Value::as_str).unwrap_or("");
        let name = object.pointer("/metadata/name").and_then(serde_json::Value::as_str).unwrap_or("");
        for (file, text) in held(object).into_iter().filter(|_| ["ConfigMap", "Secret"].contains(&kind)) {
            let is_options = [".conf", ".ini"].iter().any(|end| file.ends_with(end));
            found.extend(text.filter(|_| is_options).map(|text| (format!("{name}/{file}"), text)));
        }
    }
    found
}

/// Nothing to compare.
pub fn nothing(path: &str) -> Diagnostic {
    Diagnostic::global("TG0947", format!("`{path}` has no file with options, expected `*.conf` or `*.ini`"))
}
