//! Texts that nobody wrote, made of the repository's own: whatever is read, nothing panics and nothing is endless.
//!
//! `cargo test` tries some; `TACO_FUZZ=N` tries N of each kind, `TACO_FUZZ_SEED=S` others than those of seed 1. A text that makes
//! the program panic is named by its kind, seed and number, and printed.

#![allow(clippy::disallowed_methods, reason = "how many texts are tried is said by the environment")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use taco_gen::catalog::load::load;
use taco_gen::cli::render::{Color, Format, render};
use taco_gen::compile::inspect;
use taco_gen::diag::Sink;
use taco_gen::edit::convert;
use taco_gen::import::key::Role;
use taco_gen::import::read::{Input, read};
use taco_gen::import::redact::Hidden;
use taco_gen::import::template::evaluate;
use taco_gen::span::FileId;
use taco_gen::spec::site::Site;
use taco_gen::tree::document::{self, Document, Form};
use taco_gen::tree::format::format;
use taco_gen::tree::scalars::scalars;
use taco_gen::tree::{kdl, yaml};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

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

fn world(path: &str, text: &str) -> MemoryWorld {
    MemoryWorld::from_iter([(path.to_owned(), text.as_bytes().to_vec())])
}

fn read_kdl(text: &str) {
    let (_, faults) = kdl::parse(text);
    if let Ok(once) = format(text) {
        assert!(faults.is_empty());
        assert_eq!(format(&once).as_deref(), Ok(once.as_str()));
    }
}

fn read_yaml(text: &str) {
    let _ = yaml::parse(text, FileId(0));
    let _ = scalars(text);
}

fn read_spec(text: &str) {
    inspect(&world("sites/test/site.kdl", text), &LIBRARY, "sites/test");
}

fn read_spec_in_yaml(text: &str) {
    inspect(&world("sites/test/site.yaml", text), &LIBRARY, "sites/test");
}

fn read_store(text: &str) {
    let spec = crate::review::spec("test", "    passwords \"passwords.sops.yaml\"\n");
    let files = [("sites/test/site.kdl", spec.as_str()), ("sites/test/passwords.sops.yaml", text)];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    inspect(&world, &LIBRARY, "sites/test");
}

fn read_service(text: &str) {
    let name = text.split_whitespace().skip_while(|word| *word != "service").nth(1).unwrap_or("x");
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let _ = load(&world(&format!("schema/services/{name}/service.kdl"), text), &mut Sink::default());
}

fn read_import(text: &str) {
    let input = |path: &str, role: Role| Input {
        path: path.to_owned(),
        text: text.to_owned(),
        role,
        prefix: (role == Role::Override).then(|| "nova.conf".to_owned()),
    };
    let inputs = vec![
        input("values.yml", Role::Values),
        input("passwords.yml", Role::Secrets),
        input("inventory.yml", Role::Inventory),
        input("inventory", Role::Inventory),
        input("nova.conf", Role::Override),
    ];
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let found = read((inputs, None), None, &mut sources, &mut sink);
    let dump = vec![input("dump.json", Role::Values)];
    read((dump, None), Some(&["2026.1".to_owned()]), &mut sources, &mut sink);
    let hidden = Hidden::new(&found.files, &found.keys, &sources);
    let told = hidden.redact(sink.into_sorted(), &sources);
    render(&told, &sources, Format::Human, Color::Never);
    let variables = found.keys.iter().filter_map(|key| Some((key.path.last()?.clone(), key.data.text()?))).collect();
    for key in &found.keys {
        let _ = evaluate(&key.data.text().unwrap_or_default(), &variables);
    }
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

#[test]
fn the_script_ends_with_the_status_of_the_tests() {
    let folder = tempfile::tempdir().expect("a folder");
    let cargo = folder.path().join("cargo");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz.sh");
    std::fs::write(&cargo, "#!/bin/sh\necho 'kdl: 4 texts, 1 panics'\nexit 101\n").expect("it is written");
    std::fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it may run");
    let output = std::process::Command::new("sh").arg(script).arg("1").env("PATH", path).output().expect("it runs");
    assert_eq!(output.status.code(), Some(101));
    assert!(String::from_utf8_lossy(&output.stdout).contains("kdl: 4 texts"), "{output:?}");
}

#[test]
fn a_panic_is_found() {
    let texts = ["a".to_owned(), "b".to_owned()];
    let found = catch_unwind(|| fuzz("panic", 3, &texts, |_| panic!("as it should")));
    assert!(found.is_err());
}
