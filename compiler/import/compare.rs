//! Options of rendered files beside those of a site: what a migration would change, with what each difference means.
//!
//! Invariant: a value of a secret is never part of an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::dump::held;
use super::ini::{Options, Said, said};
use super::meaning::{Beside, Kind, Pair};
use crate::catalog::load::Library;
use crate::compile::Compiled;
use crate::diag::Diagnostic;
use crate::options::scope::Scope;

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
    /// What kind of difference it is.
    pub kind: &'static str,
    /// What it means.
    pub meaning: String,
}

/// A file of the other side and what differs in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The other file.
    pub file: String,
    /// The site's file; none where it has none of that name.
    pub ours: Option<String>,
    /// Why the site has none, where the tool's table says so.
    pub reason: Option<String>,
    /// How many options are the same, by value or by default.
    pub same: usize,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Compares files, each a path and a text, with a site.
pub fn compare(library: &Library, site: &Compiled, beside: &Beside<'_>, files: &[(String, String)]) -> Vec<Compared> {
    let rendered: BTreeMap<&str, &str> =
        site.artifacts.iter().flatten().map(|file| (file.path.as_str(), file.printed.text.as_str())).collect();
    let one = |(path, text): &(String, String)| one((library, &site.facts.release), &rendered, (path, text), beside);
    files.iter().map(one).collect()
}

fn one(
    (library, release): (&Library, &str),
    rendered: &BTreeMap<&str, &str>,
    (path, text): (&str, &str),
    beside: &Beside<'_>,
) -> Compared {
    let theirs = said(text);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let known = beside.mapping.and_then(|mapping| mapping.counterparts.get(name));
    let named = known.and_then(|known| known.file.as_deref()).unwrap_or(name);
    let reason = known.and_then(|known| known.reason.clone());
    let found = counterpart(rendered, folder, named).filter(|_| reason.is_none());
    let Some((service, file)) = found else {
        return Compared { file: path.to_owned(), ours: None, reason, same: 0, differences: vec![] };
    };
    let whole = format!("config/{service}/{file}");
    let drop_in = format!("{whole}.d/");
    let parts = rendered.iter().filter(|(known, _)| **known == whole || known.starts_with(&drop_in));
    let ours: Options = parts.flat_map(|(_, text)| said(text)).collect();
    let scope = scope(library, release, (service, file));
    let names: BTreeSet<&(String, String)> = theirs.keys().chain(ours.keys()).collect();
    let mut compared = Compared { file: path.to_owned(), ours: Some(whole), reason, same: 0, differences: vec![] };
    let program = format!("{}/{name}", folder.rsplit('/').next().unwrap_or(folder));
    for name in names {
        let (their, our) = (theirs.get(name), ours.get(name));
        let pair = Pair { file: &program, name, theirs: their, ours: our };
        let Some(meaning) = pair.meaning(beside, scope.as_ref(), &ours) else {
            compared.same += 1;
            continue;
        };
        let hidden = [their, our].iter().flatten().any(|(_, hidden)| *hidden);
        let shown = |value: Option<&Said>| value.filter(|_| !hidden).map(|(text, _)| text.clone());
        let (section, option) = name.clone();
        let (kind, meaning) = (meaning.kind.word(), meaning.text);
        let (theirs, ours) = (shown(their), shown(our));
        compared.differences.push(Difference { section, option, theirs, ours, kind, meaning });
    }
    compared
}

/// The site's file for one of another tool: of the same name, that of the program whose folder it is in first.
fn counterpart<'r>(rendered: &BTreeMap<&'r str, &str>, folders: &str, name: &str) -> Option<(&'r str, &'r str)> {
    let folder = folders.rsplit('/').next().unwrap_or("");
    let files = rendered.keys().filter_map(|path| path.strip_prefix("config/")?.split_once('/'));
    let files: Vec<(&str, &str)> = files.filter(|(_, file)| !file.contains('/')).collect();
    // The file of one program stands for that of all: `nova-compute/nova.conf`, not `nova-compute/auth.conf`.
    let of_program = name
        .rsplit_once('.')
        .filter(|(stem, _)| folder.starts_with(stem))
        .map(|(_, ending)| format!("{folder}.{ending}"));
    let same = |wanted: &str| {
        let found: Vec<_> = files.iter().filter(|(_, file)| *file == wanted).copied().collect();
        let mut above = folders.rsplit('/');
        let near = above.find_map(|folder| found.iter().find(|(service, _)| folder.starts_with(service)));
        near.or(found.first()).copied()
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

/// The comparison for a terminal; the last line counts.
pub fn human(compared: &[Compared]) -> String {
    let mut out = String::new();
    for file in compared.iter().filter(|file| file.ours.is_none() || !file.differences.is_empty()) {
        match &file.ours {
            Some(ours) => drop(writeln!(out, "{} beside {ours}: {} the same", file.file, file.same)),
            None => {
                let reason = file.reason.as_deref().unwrap_or("the site has no file of that name");
                let _ = writeln!(out, "{}: {reason}", file.file);
            }
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
    let same: usize = compared.iter().map(|file| file.same).sum();
    let all = || compared.iter().flat_map(|file| &file.differences);
    let kind = |kind: Kind| all().filter(|found| found.kind == kind.word()).count();
    let without = compared.iter().filter(|file| file.ours.is_none()).count();
    let _ = writeln!(
        out,
        "{} files compared: {same} options the same, {} differ ({} by their place alone, {} for a known reason), {without} files without a counterpart",
        compared.len(),
        all().count(),
        kind(Kind::Place),
        kind(Kind::Known),
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
