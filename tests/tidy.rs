//! The rules of the house, held by reading the sources.

use std::path::{Path, PathBuf};

/// The Rust files below a folder, with their texts.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    let rust = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    rust.map(|entry| (entry.path().to_owned(), std::fs::read_to_string(entry.path()).expect("UTF-8"))).collect()
}

/// The text before a file's own tests.
pub fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn services() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/services");
    let entries = std::fs::read_dir(root).expect("services").map(|entry| entry.expect("readable"));
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn no_service_is_named_in_the_compiler() {
    let names = services();
    assert!(names.len() > 10, "found only {names:?}");
    let mut found = Vec::new();
    for (path, text) in sources("compiler") {
        for (number, line) in product(&text).lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            found.extend(
                names
                    .iter()
                    .filter(|name| line.contains(&format!("\"{name}\"")) || line.contains(&format!("\"{name}/")))
                    .map(|name| format!("{}:{}: {name}", path.display(), number + 1)),
            );
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn files_stay_short_and_open_with_their_purpose() {
    let mut found = Vec::new();
    for (path, text) in sources("compiler") {
        let lines = text.lines().count();
        if lines > 600 {
            found.push(format!("{} has {lines} lines", path.display()));
        }
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if path.ends_with("tests.rs") {
            continue;
        }
        if head.is_empty() || (!head.contains("Invariant:") && !path.ends_with("main.rs")) {
            found.push(format!("{} does not open with `//!` and an `Invariant:`", path.display()));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_is_left_for_later() {
    let marks =
        ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "todo".to_owned() + "!(", "#[ign".to_owned() + "ore]"];
    let mut found = Vec::new();
    for (path, text) in sources("compiler").into_iter().chain(sources("tests")) {
        found
            .extend(marks.iter().filter(|mark| text.contains(*mark)).map(|mark| format!("{}: {mark}", path.display())));
    }
    assert_eq!(found, Vec::<String>::new());
}

/// The texts that people read or write: sources, service data, documents. What compares or lists old words is left out.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let left_out = ["docs/field.md", "schema/options", "compiler/tree/renamed.rs", "tests/bad/renamed-field.kdl"];
    let folders =
        ["compiler", "docs", "overlays", "schema", "sites", "tests/bad", "tests/bad-services", "tests/objects"];
    let files = folders.iter().flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).sort_by_file_name());
    let paths = files.map(|entry| entry.expect("readable").into_path()).chain([root.join("README.md")]);
    let kinds = ["kdl", "md", "py", "rs", "sh"];
    paths
        .filter(|path| path.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known)))
        .filter(|path| !left_out.iter().any(|left| path.starts_with(root.join(left))))
        .map(|path| (path.clone(), std::fs::read_to_string(path).expect("UTF-8")))
        .collect()
}

/// Old words in a text, each with its line and the word to write.
fn old_words(text: &str) -> Vec<String> {
    let rules = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
    let rules: Vec<(regex_lite::Regex, &str)> = rules
        .map(|line| line.split_once(" => ").expect("a word and what takes its place"))
        .map(|(old, new)| (regex_lite::Regex::new(old).expect("a regular expression"), new))
        .collect();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.contains("https://"));
    let found = |(number, line): (usize, &str)| {
        let hit = rules.iter().find(|(old, _)| old.is_match(line))?;
        Some(format!("{}: `{line}`: write {}", number + 1, hit.1))
    };
    lines.filter_map(found).collect()
}

#[test]
fn texts_use_the_words_of_the_field() {
    let texts = texts();
    assert!(texts.len() > 400, "found only {}", texts.len());
    let found: Vec<String> = texts
        .iter()
        .flat_map(|(path, text)| old_words(text).into_iter().map(|line| format!("{}:{line}", path.display())))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn old_words_are_found() {
    let text = "made anew\n// waits for ever\n`x` is no DNS label\ngood";
    assert_eq!(old_words(text).len(), 3, "{:?}", old_words(text));
}
