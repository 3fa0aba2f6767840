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
