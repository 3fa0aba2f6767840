//! Texts that nobody wrote, made of the repository's own: whatever is read, nothing panics and nothing is endless.
//!
//! `cargo test` tries some; `TACO_FUZZ=N` tries N of each kind, `TACO_FUZZ_SEED=S` others than those of seed 1. A text that makes
//! the program panic is named by its kind, seed and number, and printed.

#![allow(clippy::disallowed_methods, reason = "how many texts are tried is said by the environment")]

mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use taco_gen::diag::Sink;
use taco_gen::edit::convert;
use taco_gen::span::FileId;
use taco_gen::spec::site::Site;
use taco_gen::tree::document::{self, Document, Form};

use self::targets::{
    read_import, read_kdl, read_patches, read_service, read_spec, read_spec_in_yaml, read_store, read_yaml,
};
use crate::support::LIBRARY;

/// Numbers that look random and are the same in every run (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % bound.max(1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// A spec in YAML, where it is one.
fn in_yaml(text: &str) -> Option<String> {
    let document = Document { path: "site.kdl", text, file: FileId(0), embedded: None };
    let tree = document::read(&document, Form::Single("site", Site::record()), &mut Sink::default())?;
    Some(convert::yaml(&tree))
}

/// The files of a folder that end so.
fn corpus(folder: &str, ending: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    let files = entries.filter(|entry| entry.path().to_string_lossy().ends_with(ending));
    files.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
}

static SPECS: LazyLock<Vec<String>> =
    LazyLock::new(|| [corpus("tests/bad", ".kdl"), corpus("sites", "site.kdl")].concat());
static YAML: LazyLock<Vec<String>> = LazyLock::new(|| SPECS.iter().filter_map(|text| in_yaml(text)).collect());
static SERVICES: LazyLock<Vec<String>> = LazyLock::new(|| corpus("schema/services", "/service.kdl"));

/// The lines of the wrong specs that patch something.
fn patches() -> Vec<String> {
    let lines = SPECS.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.filter(|line| line.starts_with("patch ") && line.ends_with('}')).map(str::to_owned).collect()
}

const PIECES: [&str; 40] = [
    "{",
    "}",
    "\"",
    "\"\"\"",
    "#\"",
    "\"#",
    ";",
    "\n",
    "\\\n",
    "/-",
    "/*",
    "*/",
    "//",
    "=",
    "(",
    ")",
    "(secret)",
    "#null",
    "#true",
    "#inf",
    "-",
    "- ",
    ": ",
    "[",
    "]",
    "{a: [",
    "&a",
    "*a",
    "<<",
    "!x ",
    "|\n",
    ">-\n",
    "99999999999999999999",
    "-1",
    "0x",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "[1-99999999]",
];

/// A text with some changes: pieces cut, doubled, put in, taken from another text.
fn mutant(numbers: &mut Numbers, texts: &[String]) -> String {
    let mut text: Vec<char> = numbers.pick(texts).chars().collect();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(text.len() + 1);
        let end = (at + 1 + numbers.below(24)).min(text.len());
        match numbers.below(6) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy: Vec<char> = text[at..end].to_vec();
                let times = if numbers.below(20) == 0 { 200 } else { 1 };
                (0..times).for_each(|_| drop(text.splice(at..at, copy.iter().copied())));
            }
            2 => {
                let other: Vec<char> = numbers.pick(texts).chars().collect();
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(60)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            3 => text.truncate(at),
            _ => drop(text.splice(at..at, numbers.pick(&PIECES).chars())),
        }
    }
    text.into_iter().collect()
}

/// The longest that a text may take, on a slow machine that does other things too.
const LONGEST: Duration = Duration::from_secs(60);

/// Tries texts of a kind; the slowest takes no longer than a reader would wait.
fn fuzz(kind: &str, usual: usize, texts: &[String], target: fn(&str)) {
    fuzz_within(LONGEST, (kind, usual), texts, target);
}

fn fuzz_within(longest: Duration, (kind, usual): (&str, usize), texts: &[String], target: fn(&str)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = number("TACO_FUZZ").map_or(usual, |rounds| usize::try_from(rounds).expect("a number"));
    let seed = number("TACO_FUZZ_SEED").unwrap_or(1);
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut slowest, mut found) = (Duration::ZERO, Vec::new());
    for round in 0..rounds {
        let text = mutant(&mut numbers, texts);
        let started = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| target(&text))).is_err() {
            found.push(format!("{kind}, seed {seed}, number {round}:\n{text}"));
        }
        slowest = slowest.max(started.elapsed());
    }
    println!("{kind}: {rounds} texts, {} panics, the slowest {} ms", found.len(), slowest.as_millis());
    assert!(texts.len() > 1, "no texts to begin with");
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(slowest <= longest, "{kind}, seed {seed}: a text took {} ms", slowest.as_millis());
}

#[test]
fn no_kdl_makes_the_reader_or_the_formatter_panic() {
    fuzz("kdl", 400, &[SPECS.clone(), SERVICES.clone()].concat(), read_kdl);
}

#[test]
fn no_yaml_makes_the_reader_panic() {
    fuzz("yaml", 400, &YAML, read_yaml);
}

#[test]
fn no_spec_makes_the_compiler_panic() {
    fuzz("spec", 30, &SPECS, read_spec);
    fuzz("spec in yaml", 30, &YAML, read_spec_in_yaml);
}

#[test]
fn no_patch_makes_the_compiler_panic() {
    fuzz("patches", 30, &patches(), read_patches);
}

#[test]
fn no_service_data_makes_the_loader_panic() {
    fuzz("service", 4, &SERVICES, read_service);
}

#[test]
fn no_store_makes_the_compiler_panic() {
    fuzz("store", 6, &corpus("sites", ".sops.yaml"), read_store);
}

#[test]
fn no_file_of_another_tool_makes_the_importer_panic() {
    fuzz("import", 60, &corpus("tests/import", ""), read_import);
}

#[test]
fn a_text_that_takes_too_long_is_found() {
    let texts = ["a".to_owned(), "b".to_owned()];
    let slow = |_: &str| std::thread::sleep(Duration::from_millis(2));
    assert!(catch_unwind(|| fuzz_within(Duration::from_millis(1), ("slow", 1), &texts, slow)).is_err());
    fuzz_within(LONGEST, ("slow", 1), &texts, slow);
}

/// Runs the script with a cargo that finds something in the target of that name, and another program that converts nothing.
fn script(target: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let cargo = folder.path().join("cargo");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
    let text = "#!/bin/sh\ncase \"$*\" in\n*\" broken \"*) echo 'SUMMARY: libFuzzer: timeout'; exit 70 ;;\n\
                *\" fuzz \"*) echo 'stat::peak_rss_mb:              41' ;;\nesac\n";
    std::fs::write(&cargo, text).expect("it is written");
    std::fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it may run");
    let output = std::process::Command::new("sh")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/run"))
        .args(["1", "sound", target])
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", folder.path())
        .output()
        .expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_script_of_the_fuzz_targets_says_its_figures_and_ends_with_what_it_found() {
    assert_eq!(script("other"), (Some(0), "sound: peak_rss_mb 41\nother: peak_rss_mb 41\n".to_owned()));
    let (status, told) = script("broken");
    assert_eq!(status, Some(70));
    assert!(told.contains("sound: peak_rss_mb 41") && told.contains("SUMMARY: libFuzzer: timeout"), "{told}");
}

#[test]
fn a_panic_is_found() {
    let texts = ["a".to_owned(), "b".to_owned()];
    let found = catch_unwind(|| fuzz("panic", 3, &texts, |_| panic!("as it should")));
    assert!(found.is_err());
}
