//! References from option to option: what they find, and those that lead back to themselves.

use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Severity, Sink};
use taco_gen::world::memory::MemoryWorld;

const SERVICE: &str = r#"service demo default=off {
    summary "A service of the tests"
    image memcached
    setting first (setting)"second" doc="One."
    setting second (setting)"first" doc="Two."
    file base.conf format=ini
    file more.conf format=ini { extends base.conf }
    component api kind=deployment {
        node-selector openstack-control-plane
        run "demo"
        mount base.conf at="/etc/demo/base.conf"
        mount more.conf at="/etc/demo/more.conf"
    }
}
"#;

/// The errors of a site with the service.
fn errors(service: &str, config: &str) -> Vec<String> {
    let network = "network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }";
    let node = "node one management=\"192.0.2.11\" { roles controller network compute }";
    let spec = format!("site test {{\n {network}\n {node}\n service demo {{\n enabled #true\n {config}\n }}\n}}\n");
    let files = [
        ("sites/test/site.kdl", spec.as_str()),
        ("schema/services/demo/service.kdl", service),
        ("schema/services/demo/config/base.conf.kdl", "DEFAULT { workers 2; port 80 }\n"),
    ];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    assert_eq!(sink.into_sorted(), Vec::new());
    let compiled = compile(&world, &library, "sites/test");
    let errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect()
}

#[test]
fn a_reference_finds_an_option_of_the_extended_file() {
    assert_eq!(
        errors(SERVICE, r#"config "base.conf" { DEFAULT { copy (option)"more.conf DEFAULT workers" } }"#),
        [""; 0]
    );
    let unset = r#"config "base.conf" { DEFAULT { copy (option)"more.conf DEFAULT port" } }; config "more.conf" { DEFAULT { port #null } }"#;
    assert_eq!(errors(SERVICE, unset), ["TG0507 `more.conf` has no option `port` in `[DEFAULT]`"]);
}

#[test]
fn a_circle_of_references_is_told_once() {
    let own = r#"config "base.conf" { DEFAULT { mine (option)"base.conf DEFAULT mine" } }"#;
    assert_eq!(errors(SERVICE, own), ["TG0519 the value refers to itself"]);
    let two = r#"config "base.conf" { DEFAULT { a (option)"base.conf DEFAULT b"; b (option)"base.conf DEFAULT a"; c (text)"x{option:base.conf DEFAULT a}" } }"#;
    assert_eq!(errors(SERVICE, two), ["TG0519 2 values refer to each other in a circle"]);
    let settings = r#"config "base.conf" { DEFAULT { mine (setting)"first" } }"#;
    assert_eq!(errors(SERVICE, settings), ["TG0519 2 values refer to each other in a circle"]);
}

#[test]
fn a_circle_of_files_is_told_once() {
    let service = SERVICE.replace("base.conf format=ini\n", "base.conf format=ini extends=more.conf\n");
    assert_eq!(
        errors(&service, ""),
        ["TG0519 files that extend each other in a circle: `base.conf` -> `more.conf` -> `base.conf`"]
    );
}

#[test]
fn what_no_table_judges_is_still_refused_where_a_number_is_computed_from_it() {
    let spec = r#"config "base.conf" { DEFAULT { life soon; keys (quotient)"base.conf|DEFAULT|life per=12 plus=2" } }"#;
    assert_eq!(errors(SERVICE, spec), ["TG0202 expected an integer, found `soon`"]);
}
