//! Wrong specs, each with exactly the diagnostics it must give: code, line, column, message.
//!
//! A case is a spec under `tests/bad/`; its last lines, `// expect: CODE LINE:COLUMN MESSAGE`, are all its diagnostics (a path in place of the line where it is
//! not of the spec). With
//! `TACO_BLESS=1` in the environment the expectations are rewritten, for a reader to judge.

use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::support::compile_spec;

fn diagnostics(spec: &str) -> Vec<String> {
    let compiled = compile_spec(spec);
    let lines = compiled.diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| {
            let source = compiled.sources.get(label.span.file).expect("a source");
            let (line, column) = source.position(label.span.start);
            // Lines of the service data move with every edit of it, and a case is about its spec.
            if source.path == "sites/test/site.kdl" { format!("{line}:{column}") } else { source.path.clone() }
        });
        let hints: String = diagnostic.hints.iter().map(|hint| format!(" [{hint}]")).collect();
        format!("{} {} {}{hints}", diagnostic.code, place.unwrap_or_else(|| "-".to_owned()), diagnostic.message)
            .replace('\n', "\\n")
    });
    let lines = lines.collect();
    assert_eq!(
        compiled.artifacts.is_none(),
        compiled.diagnostics.iter().any(|diagnostic| diagnostic.severity == taco_gen::diag::Severity::Error)
    );
    lines
}

#[test]
fn every_wrong_spec_gives_exactly_its_diagnostics() {
    every_case("tests/bad", 20);
}

/// Compiles the cases of a folder and compares their diagnostics.
pub fn every_case(folder: &str, least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    assert!(paths.len() >= least, "only {} cases", paths.len());
    let judge = if std::env::var_os("TACO_BLESS").is_some() { bless } else { wrong };
    let wrong: Vec<String> = paths.par_iter().filter_map(|path| judge(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case's spec and the diagnostics that it expects.
fn read(path: &Path) -> (String, Vec<String>) {
    let text = std::fs::read_to_string(path).expect("UTF-8");
    let (spec, expected): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| !line.starts_with("// expect: "));
    (spec.join("\n") + "\n", expected.iter().map(|line| line.replacen("// expect: ", "", 1)).collect())
}

/// What one case gives that it should not.
fn wrong(path: &Path) -> Option<String> {
    let (spec, expected) = read(path);
    let found = diagnostics(&spec);
    let wrong = found != expected || found.is_empty();
    wrong.then(|| format!("{}:\n  found {found:#?}\n  expected {expected:#?}", path.display()))
}

/// Writes a case's diagnostics into it.
#[allow(clippy::disallowed_methods, reason = "blessing writes the case")]
fn bless(path: &Path) -> Option<String> {
    let (spec, _) = read(path);
    let lines: String = diagnostics(&spec).iter().map(|line| format!("// expect: {line}\n")).collect();
    std::fs::write(path, spec + &lines).err().map(|error| format!("{}: {error}", path.display()))
}

/// Inputs that would hurt a naive reader: each gives a diagnostic, soon.
#[test]
fn hostile_input_is_refused_quickly() {
    let site = |inner: &str| format!("site test {{\n{inner}\n}}\n");
    let cases = [
        ("deep blocks", site(&("a {".repeat(10_000) + &"}".repeat(10_000)))),
        ("slashdash bomb", site(&("a /-{".repeat(18) + &"}".repeat(18)))),
        ("nested comments", site(&("/*".repeat(4_000) + &"*/".repeat(4_000)))),
        ("unclosed", "site test {".to_owned()),
        ("terminal escape", site("region \"\u{1b}[31mred\"")),
        ("bidi", site("region \"a\u{202e}b\"")),
        ("parent folder", site("node \"../../x\" management=\"192.0.2.11\"")),
        ("absolute name", site("node \"/etc/passwd\" management=\"192.0.2.11\"")),
        ("too many nodes", site("node \"n[1-999999999]\" management=\"192.0.2.[1-200]\"")),
    ];
    for (name, spec) in cases {
        let started = Instant::now();
        let found = diagnostics(&spec);
        assert!(!found.is_empty(), "{name} was accepted");
        assert!(found.iter().all(|line| !line.chars().any(char::is_control)), "{name}: {found:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "{name} took {:?}", started.elapsed());
    }
}
