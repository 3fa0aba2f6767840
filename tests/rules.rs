//! The rules of the service data: each can be run, and each is shown firing by a case under `tests/bad/`.

use std::collections::BTreeSet;

use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Sink, registry};
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, stock};

#[test]
fn every_rule_of_the_stock_can_be_run_and_has_a_code_that_is_explained() {
    let rules = LIBRARY.catalog.services.values().flat_map(|service| &service.rules);
    let wrong: Vec<_> = rules
        .clone()
        .filter(|rule| registry::entry(&rule.code).is_none() || rule.test.is_none() || rule.subjects.is_empty())
        .map(|rule| &rule.name)
        .collect();
    assert!(wrong.is_empty() && rules.count() >= 5, "{wrong:?}");
}

#[test]
fn every_code_of_a_rule_has_a_case() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let cases: Vec<String> = std::fs::read_dir(folder)
        .expect("cases")
        .map(|entry| std::fs::read_to_string(entry.expect("readable").path()).expect("UTF-8"))
        .collect();
    let shown = |code: &str| cases.iter().any(|case| case.contains(&format!("// expect: {code} ")));
    let codes = registry::all().into_iter().map(|entry| entry.code);
    // The last is about service data, which a spec cannot break.
    let codes = codes.filter(|code| code.starts_with("TG06") && *code != "TG0699");
    assert_eq!(codes.filter(|code| !shown(code)).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_rule_that_cannot_be_run_is_a_finding() {
    let rule = |inner: &str| format!("rule broken code=TG0610 why=\"x\" {{ {inner} }}");
    let cases = [
        ("at-least 1; odd #true; option \"a b c\"", "needs exactly one test"),
        ("odd #true; option \"a b\"", "has no subject that can be read"),
        ("code TG9999; odd #true; option \"a b c\"", "names a code that is not registered"),
    ];
    for (inner, expected) in cases {
        let text = rule(inner).replace(if inner.starts_with("code") { "code=TG0610 " } else { "\0" }, "");
        let world = MemoryWorld::from_iter([
            ("sites/test/site.kdl".to_owned(), stock("minimal").into_bytes()),
            ("schema/services/keystone/rules/broken.kdl".to_owned(), text.into_bytes()),
        ]);
        let mut sink = Sink::default();
        let library = load(&world, &mut sink);
        assert_eq!(sink.into_sorted(), vec![], "{inner}");
        let compiled = compile(&world, &library, "sites/test");
        let found: BTreeSet<_> =
            compiled.diagnostics.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
        let message = format!("rule `broken` {expected}");
        assert_eq!(found, BTreeSet::from([("TG0699", message.as_str())]), "{inner}");
    }
}
