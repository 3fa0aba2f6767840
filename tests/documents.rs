//! The documents: their commands run and print what they show, their links lead somewhere.
//!
//! A fenced block `console` holds commands (`$ ...`), each with its output; a line `...` stands for any lines, a final `...` for the rest of
//! a line. A block whose info string names a path (`kdl sites/first/site.kdl`) is that file's text; with a `+` after the path it is
//! inserted before the file's last brace. Blocks run in order in a folder with the sites of the repository and their output.
//! With `TACO_BLESS=1` in the environment the outputs are written again, for a reader to check.
#![allow(clippy::disallowed_methods, reason = "the documents' commands run in a folder of their own")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fenced block: its info string and its lines.
struct Block {
    info: String,
    lines: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), is_open) {
            (Some(info), false) => {
                blocks.push(Block { info: info.to_owned(), lines: Vec::new() });
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => blocks.last_mut().expect("an open block").lines.push(line.to_owned()),
            (None, false) => {}
        }
    }
    assert!(!is_open, "a block is not closed");
    blocks
}

/// A folder with the repository's sites, and the output of the lab.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["sites", "output/lab"] {
        for entry in walkdir::WalkDir::new(root().join(name)) {
            let entry = entry.expect("readable");
            let target = folder.path().join(entry.path().strip_prefix(root()).expect("below"));
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(target).expect("a folder");
            } else {
                std::fs::copy(entry.path(), target).expect("a copy");
            }
        }
    }
    folder
}

/// Runs a command line, and gives its output and whether it succeeded.
fn run(command: &str, folder: &Path) -> (String, bool) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_taco-gen"));
    let bin = program.parent().expect("a folder").display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let command = command.replace("cargo run --release --", "taco-gen");
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("SOPS_AGE_KEY_FILE")
        .output()
        .expect("a shell");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.success())
}

/// Does what was printed match what is shown?
fn matches(shown: &[String], printed: &[&str]) -> bool {
    let Some((first, rest)) = shown.split_first() else { return printed.is_empty() };
    if first == "..." {
        return (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]));
    }
    let Some((line, more)) = printed.split_first() else { return false };
    let is_alike = match first.strip_suffix("...") {
        Some(start) => line.starts_with(start),
        None => timeless(line) == timeless(first),
    };
    is_alike && matches(rest, more)
}

/// A line without the time that something took.
fn timeless(line: &str) -> String {
    let time = Regex::new(r" in [0-9.]+ m?s$").expect("a pattern");
    time.replace(line.trim_end(), "").into_owned()
}

/// Runs one command of a block, and says what is wrong with what it prints.
fn wrong(command: &str, shown: &[String], folder: &Path) -> Option<String> {
    let (printed, is_success) = run(command, folder);
    let lines: Vec<&str> = printed.trim_end().lines().collect();
    let should_fail = shown.iter().any(|line| line.starts_with("error"));
    if is_success == should_fail {
        return Some(format!("`{command}` ended the other way:\n{printed}"));
    }
    (!shown.is_empty() && !matches(shown, &lines)).then(|| format!("`{command}` prints\n{printed}"))
}

/// Runs the blocks of a document.
fn every_block(name: &str, least: usize) {
    let path = root().join(name);
    let text = std::fs::read_to_string(&path).expect("a document");
    let folder = project();
    let (mut found, mut count, mut blessed) = (String::new(), 0, text.clone());
    for block in blocks(&text) {
        let words: Vec<&str> = block.info.split(' ').collect();
        match words[..] {
            ["console"] => {
                for (command, shown) in commands(&block.lines) {
                    if command == "cargo test" {
                        continue;
                    }
                    count += 1;
                    let Some(wrong) = wrong(&command, &shown, folder.path()) else { continue };
                    let _ = writeln!(found, "{name}: {wrong}");
                    bless(&mut blessed, &command, &shown, &wrong);
                }
            }
            [_, file] => write(&folder.path().join(file), &block.lines.join("\n")),
            [_, file, "+"] => insert(&folder.path().join(file), &block.lines.join("\n")),
            _ => {}
        }
    }
    if std::env::var_os("TACO_BLESS").is_some() {
        std::fs::write(&path, blessed).expect("writable");
        return;
    }
    assert!(found.is_empty(), "{found}");
    assert!(count >= least, "only {count} commands in {name}");
}

/// Puts what was printed in place of what is shown; times stay those that were measured, and shortened outputs are the author's.
fn bless(text: &mut String, command: &str, shown: &[String], wrong: &str) {
    let Some((_, printed)) = wrong.split_once("prints\n") else { return };
    if shown.iter().any(|line| line.ends_with("...")) {
        return;
    }
    let time = Regex::new(r" in [0-9.]+ m?s$").expect("a pattern");
    let old = shown.iter().find_map(|line| time.find(line));
    let lines = printed.trim_end().lines().map(|line| match old {
        Some(old) => time.replace(line, old.as_str()).into_owned(),
        None => line.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    let before = format!("$ {command}\n{}\n", shown.join("\n"));
    *text = text.replacen(&before, &format!("$ {command}\n{}\n", lines.join("\n")), 1);
}

/// The commands of a block, each with the output that is shown.
fn commands(lines: &[String]) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, shown))) => shown.push(line.clone()),
            (None, None) => panic!("output before a command: {line}"),
        }
    }
    commands
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, format!("{text}\n")).expect("writable");
}

fn insert(path: &Path, text: &str) {
    let old = std::fs::read_to_string(path).expect("an earlier block wrote it");
    let (start, end) = old.rsplit_once('}').expect("a brace");
    std::fs::write(path, format!("{start}{text}\n}}{end}")).expect("writable");
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    every_block("README.md", 4);
}

#[test]
fn the_tutorial_works_step_by_step() {
    every_block("docs/tutorial.md", 12);
    let text = std::fs::read_to_string(root().join("docs/tutorial.md")).expect("a document");
    assert_eq!(text.lines().filter(|line| line.starts_with("## ")).count(), 10, "ten steps");
}

#[test]
fn the_readme_is_short_and_has_the_two_commands() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("a document");
    assert!(text.lines().count() <= 120, "{} lines", text.lines().count());
    for command in ["$ cargo run --release -- build sites/lab\n", "$ cargo test\n"] {
        assert!(text.contains(command), "{command}");
    }
}

/// A link to a file must find it; one that names a function of a Rust file in its text must find that too.
fn dead_links(document: &Path, text: &str) -> Vec<String> {
    let link = Regex::new(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)]*)?\)").expect("a pattern");
    let folder = document.parent().expect("a folder");
    let mut dead = Vec::new();
    for found in link.captures_iter(text) {
        let (label, target) = (&found[1], &found[2]);
        if target.contains("://") {
            continue;
        }
        let name = label.trim_matches('`');
        match std::fs::read_to_string(folder.join(target)) {
            Ok(code) if target.ends_with(".rs") && !name.contains(['/', '.', ' ']) => {
                if !code.contains(&format!("fn {name}(")) && !code.contains(&format!("pub mod {name}")) {
                    dead.push(format!("{}: {target} has no `{name}`", document.display()));
                }
            }
            Ok(_) => {}
            Err(_) if !target.ends_with(".md") && folder.join(target).exists() => {}
            Err(_) => dead.push(format!("{}: no {target}", document.display())),
        }
    }
    dead
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut documents = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let pages = std::fs::read_dir(root().join("docs")).expect("docs").map(|entry| entry.expect("readable").path());
    documents.extend(pages.filter(|path| path.extension().is_some_and(|end| end == "md")));
    assert!(documents.len() > 6, "only {documents:?}");
    let dead: Vec<String> =
        documents.iter().flat_map(|path| dead_links(path, &std::fs::read_to_string(path).expect("UTF-8"))).collect();
    assert_eq!(dead, Vec::<String>::new());
    let here = root().join("docs/x.md");
    assert_eq!(
        dead_links(&here, "[a](missing.md) [`no_such_test`](../tests/tidy.rs)").len(),
        2,
        "dead links are found"
    );
}

#[test]
fn outputs_are_compared() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&shown("a\n...\nd e..."), &["a", "b", "c", "d ef"]));
    assert!(matches(&shown("built in 7 ms"), &["built in 900 ms"]));
    assert!(matches(&shown("8 objects in ..."), &["8 objects in 900 ms"]));
    assert!(!matches(&shown("8 objects in ..."), &["9 objects in 900 ms"]));
    assert!(!matches(&shown("a"), &["a", "b"]));
    assert!(!matches(&shown("8 objects in 7 ms"), &["9 objects in 7 ms"]));
}
