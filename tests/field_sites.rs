//! Sites that others publish, as specs: each builds, and a table says of every key of its inputs where it went.
//!
//! A folder of `tests/field/` is a project. Beside its site stand `keys.list`, the key paths of the public inputs, and `keys.txt`, the table: a row a
//! key, `KEY | KIND | CLAIM | CLAIM`, where a claim is `spec: TEXT` (the spec has this text) or `PATH: TEXT` (the file of the output has it; `PATH*`
//! is a file whose name goes on with a digest). KIND is
//! `native` (the spec has a word for it), `config` (an option of a config file), `patch`, `default` (the output has it without a word), `tool`
//! (it means something to the other tool alone), `gone` (the release has no such option), `later` (of a service that is not stock), or `none`. The
//! last four have a reason in place of claims.
//!
//! Invariant: the rows of the table are the keys of the list, in its order; a claim that does not hold is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use taco_gen::Compiled;
use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Severity, Sink};
use taco_gen::world::memory::MemoryWorld;

/// Of keys that a site can mean, those with a word or an option, in percent.
const SAYABLE: usize = 98;
/// Those without a place, in percent.
const PLACELESS: usize = 2;

/// Kinds whose rows claim something.
const CLAIMING: [&str; 4] = ["native", "config", "patch", "default"];
/// Kinds whose rows have a reason.
const REASONED: [&str; 4] = ["tool", "gone", "later", "none"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field")
}

/// The projects: folders with a table.
fn projects() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("readable").path());
    let projects = entries.filter(|path| path.join("keys.txt").is_file());
    let name = |path: PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut names: Vec<String> = projects.map(name).collect();
    names.sort();
    names
}

fn read(project: &str, file: &str) -> String {
    std::fs::read_to_string(folder().join(project).join(file)).expect("UTF-8")
}

fn spec_of(project: &str) -> String {
    read(project, &format!("sites/{project}/site.kdl"))
}

/// Compiles a project's site, which has the project's name.
fn build(project: &str) -> Compiled {
    let root = folder().join(project);
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let path = |path: &Path| path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
    let world: MemoryWorld =
        files.map(|entry| (path(entry.path()), std::fs::read(entry.path()).expect("a file"))).collect();
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let found = sink.into_sorted();
    assert!(found.is_empty(), "{project}: {found:#?}");
    compile(&world, &library, &format!("sites/{project}"))
}

/// A row of a table.
struct Row<'t> {
    key: &'t str,
    kind: &'t str,
    rest: Vec<&'t str>,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let row = |line| {
        let mut cells = str::split(line, " | ").map(str::trim);
        let key = cells.next().expect("a key");
        let kind = cells.next().unwrap_or_else(|| panic!("`{line}` has no kind"));
        Row { key, kind, rest: cells.collect() }
    };
    lines.map(row).collect()
}

/// What is wrong with a row, given the spec and the files of the output.
fn wrong(row: &Row<'_>, spec: &str, files: &BTreeMap<&str, &str>) -> Option<String> {
    let place = format!("{} ({})", row.key, row.kind);
    if row.rest.iter().all(|cell| cell.is_empty()) {
        return Some(format!("{place}: neither a claim nor a reason"));
    }
    if REASONED.contains(&row.kind) {
        return None;
    }
    if !CLAIMING.contains(&row.kind) {
        return Some(format!("{place}: unknown kind"));
    }
    if row.kind != "default" && !row.rest.iter().any(|claim| claim.starts_with("spec: ")) {
        return Some(format!("{place}: names no word of the spec"));
    }
    row.rest.iter().find_map(|claim| {
        let Some((file, text)) = claim.split_once(": ") else { return Some(format!("{place}: `{claim}` is no claim")) };
        let found = match file.strip_suffix('*') {
            Some(begin) => files.iter().find(|(path, _)| path.starts_with(begin)).map(|(_, text)| text),
            None if file == "spec" => Some(&spec),
            None => files.get(file),
        };
        let Some(found) = found else { return Some(format!("{place}: no file {file}")) };
        (!found.contains(text)).then(|| format!("{place}: {file} does not have `{text}`"))
    })
}

/// The share of a count, in whole percent, rounded down.
fn percent(part: usize, whole: usize) -> usize {
    part * 100 / whole.max(1)
}

#[test]
fn every_published_site_builds_and_every_key_is_where_its_table_says() {
    let names = projects();
    assert!(names.len() >= 3, "only {names:?}");
    let mut wrongs: Vec<String> = Vec::new();
    for project in &names {
        let compiled = build(project);
        let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let errors: Vec<String> = errors.map(|found| format!("{project}: {} {}", found.code, found.message)).collect();
        assert!(errors.is_empty() && compiled.artifacts.is_some(), "{}", errors.join("\n"));
        let files = compiled.artifacts.iter().flatten();
        let files: BTreeMap<&str, &str> = files.map(|file| (file.path.as_str(), file.printed.text.as_str())).collect();
        let spec = spec_of(project);
        let text = read(project, "keys.txt");
        wrongs.extend(
            rows(&text).iter().filter_map(|row| wrong(row, &spec, &files)).map(|text| format!("{project}: {text}")),
        );
    }
    assert!(wrongs.is_empty(), "{} claims do not hold\n{}", wrongs.len(), wrongs.join("\n"));
}

#[test]
fn the_tables_hold_every_key_once() {
    for project in projects() {
        let (list, table) = (read(&project, "keys.list"), read(&project, "keys.txt"));
        let listed: Vec<&str> = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let rows: Vec<&str> = rows(&table).iter().map(|row| row.key).collect();
        let missing: Vec<&&str> = listed.iter().filter(|key| !rows.contains(key)).collect();
        let unknown: Vec<&&str> = rows.iter().filter(|key| !listed.contains(key)).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{project}: missing {missing:#?}, unknown {unknown:#?}");
        assert_eq!(listed, rows, "{project}: not in the order of the list");
    }
}

#[test]
fn what_a_site_means_can_be_said() {
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    for project in projects() {
        let text = read(&project, "keys.txt");
        let mut own: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows(&text) {
            *own.entry(row.kind.to_owned()).or_default() += 1;
        }
        println!("{project}: {own:?}");
        own.into_iter().for_each(|(kind, count)| *all.entry(kind).or_default() += count);
    }
    let count = |kind: &str| all.get(kind).copied().unwrap_or(0);
    let meant: usize = CLAIMING.iter().map(|kind| count(kind)).sum::<usize>() + count("none");
    // What the output has without a word is what the site means, and has a word where it should differ.
    let said = count("native") + count("config") + count("default");
    println!("all: {all:?}; {said} of {meant} can be said, {} have no place", count("none"));
    assert!(percent(said, meant) >= SAYABLE, "{said} of {meant} keys have a word or an option");
    assert!(count("none") * 100 <= meant * PLACELESS, "{} of {meant} keys have no place", count("none"));
}

#[test]
fn a_claim_that_does_not_hold_is_seen() {
    let files = BTreeMap::from([("hosts/a", "one\ntwo")]);
    let cases = [
        ("k | native | spec: word | hosts/a: two", true),
        ("k | native | spec: other", false),
        ("k | native | hosts/a: two", false),
        ("k | native | spec: word | hosts/a: three", false),
        ("k | native | spec: word | hosts/b: two", false),
        ("k | native | spec: word | hosts/*: two", true),
        ("k | native | spec: word | hosts/*: three", false),
        ("k | native | spec: word | other/*: two", false),
        ("k | default | hosts/a: one", true),
        ("k | default | hosts/a: three", false),
        ("k | tool | of the other tool", true),
        ("k | none |", false),
        ("k | odd | spec: word", false),
    ];
    for (text, holds) in cases {
        let rows = rows(text);
        let found = wrong(rows.first().expect("a row"), "a word", &files);
        assert_eq!(found.is_none(), holds, "{text}: {found:?}");
    }
}
