//! Wrong service data, each with exactly the diagnostics it must give: code, document, the text it stands at, message.
//!
//! A case under `tests/bad-services/` changes documents of the stock: `// edit PATH`, then pairs of lines `- OLD` and `+ NEW`, each
//! old text once in the document; or `// add PATH`, then its lines. Its last lines, `// expect: ...`, are all its diagnostics. With
//! `TACO_BLESS=1` in the environment the expectations are rewritten, for a reader to judge.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Diagnostic, Severity, Sink};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

use crate::support::stock;

/// The documents of a case.
fn documents(case: &str) -> BTreeMap<String, String> {
    let mut documents: BTreeMap<String, String> = BTreeMap::new();
    let (mut path, mut old) = (String::new(), "");
    for line in case.lines().filter(|line| !line.starts_with("// expect: ")) {
        if let Some(edited) = line.strip_prefix("// edit ") {
            edited.clone_into(&mut path);
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(edited);
            let text = || std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{edited}: {error}"));
            documents.entry(path.clone()).or_insert_with(text);
        } else if let Some(added) = line.strip_prefix("// add ") {
            added.clone_into(&mut path);
            documents.insert(path.clone(), String::new());
        } else if let Some(text) = line.strip_prefix("- ") {
            old = text;
        } else if let Some(new) = line.strip_prefix("+ ") {
            let document = documents.get_mut(&path).expect("an edited document");
            assert_eq!(document.matches(old).count(), 1, "`{old}` stands once in {path}");
            *document = document.replacen(old, new, 1);
        } else if let Some(document) = documents.get_mut(&path) {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents
}

fn diagnostics(case: &str) -> Vec<String> {
    let mut files = documents(case);
    files.entry("sites/test/site.kdl".to_owned()).or_insert_with(|| stock("minimal"));
    let world = MemoryWorld::from_iter(files.into_iter().map(|(path, text)| (path, text.into_bytes())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let found = sink.into_sorted();
    if found.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return found.iter().map(|diagnostic| show(diagnostic, &library.sources)).collect();
    }
    let compiled = compile(&world, &library, "sites/test");
    found.iter().chain(&compiled.diagnostics).map(|diagnostic| show(diagnostic, &compiled.sources)).collect()
}

fn show(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.primary.as_ref().and_then(|label| Some((sources.get(label.span.file)?, label.span)));
    let place = place.map_or("-".to_owned(), |(source, span)| {
        let text: String = source.text[span.start as usize..span.end as usize].chars().take(60).collect();
        format!("{} at `{}`", source.path, text.lines().next().unwrap_or_default())
    });
    let hints: String = diagnostic.hints.iter().map(|hint| format!(" [{hint}]")).collect();
    format!("{} {place}: {}{hints}", diagnostic.code, diagnostic.message).replace('\n', "\\n")
}

#[test]
fn every_wrong_document_gives_exactly_its_diagnostics() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-services");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    assert!(paths.len() >= 60, "only {} cases", paths.len());
    let judge = if std::env::var_os("TACO_BLESS").is_some() { bless } else { wrong };
    let wrong: Vec<String> = paths.par_iter().filter_map(|path| judge(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What one case gives that it should not.
fn wrong(path: &Path) -> Option<String> {
    let case = std::fs::read_to_string(path).expect("UTF-8");
    let expected: Vec<&str> = case.lines().filter_map(|line| line.strip_prefix("// expect: ")).collect();
    let found = diagnostics(&case);
    let wrong = found != expected || found.is_empty();
    wrong.then(|| format!("{}:\n  found {found:#?}\n  expected {expected:#?}", path.display()))
}

/// Writes a case's diagnostics into it.
#[allow(clippy::disallowed_methods, reason = "blessing writes the case")]
fn bless(path: &Path) -> Option<String> {
    let case = std::fs::read_to_string(path).expect("UTF-8");
    let kept: String =
        case.lines().filter(|line| !line.starts_with("// expect: ")).map(|line| format!("{line}\n")).collect();
    let lines: String = diagnostics(&case).iter().map(|line| format!("// expect: {line}\n")).collect();
    std::fs::write(path, kept + &lines).err().map(|error| format!("{}: {error}", path.display()))
}
