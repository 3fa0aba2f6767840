//! Specs as files: YAML beside KDL, and mistakes at the top of a file.

use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Severity, Sink};
use taco_gen::world::memory::MemoryWorld;

const KDL: &str = "site test { network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }\n node one management=\"192.0.2.11\" { roles controller network compute } }\n";

/// All diagnostics of a site of these files.
fn diagnostics(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(name, text)| (format!("sites/test/{name}"), text.as_bytes().to_vec()));
    let world = MemoryWorld::from_iter(files);
    let library = load(&world, &mut Sink::default());
    let compiled = compile(&world, &library, "sites/test");
    let place = |diagnostic: &taco_gen::diag::Diagnostic| {
        let label = diagnostic.primary.as_ref().expect("a place");
        let source = compiled.sources.get(label.span.file).expect("a source");
        let (line, column) = source.position(label.span.start);
        format!("{}:{line}:{column}", source.path.rsplit('/').next().unwrap_or_default())
    };
    compiled.diagnostics.iter().map(|found| format!("{} {} {}", found.code, place(found), found.message)).collect()
}

#[test]
fn an_unknown_key_at_the_top_of_a_yaml_spec_is_the_one_finding() {
    let yaml =
        "name: test\nnetworkz: {}\nnode: {one: {management: 192.0.2.11, roles: [controller, network, compute]}}\n";
    let found = diagnostics(&[("site.yaml", yaml)]);
    assert_eq!(found, ["TG0201 site.yaml:2:1 this file has no field `networkz`"]);
}

#[test]
fn two_specs_in_a_folder_are_told() {
    assert_eq!(diagnostics(&[("site.kdl", KDL)]), [""; 0]);
    let found = diagnostics(&[("site.kdl", KDL), ("site.yaml", "name: test\n")]);
    let message = "`sites/test` has two specs, `sites/test/site.kdl` and `sites/test/site.yaml`";
    assert_eq!(found, [format!("TG0006 site.yaml:1:1 {message}")]);
}

#[test]
fn an_override_that_equals_the_value_stops_no_build() {
    let same = "\n service keystone { config \"keystone.conf\" { token { provider fernet } } } }\n";
    let spec = format!("{}{same}", KDL.trim_end().strip_suffix('}').expect("a block"));
    let files = [("sites/test/site.kdl".to_owned(), spec.into_bytes())];
    let world = MemoryWorld::from_iter(files);
    let compiled = compile(&world, &load(&world, &mut Sink::default()), "sites/test");
    let found: Vec<_> = compiled.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
    assert_eq!(found, [("TG0303", Severity::Warning)]);
    assert!(compiled.artifacts.is_some());
}
