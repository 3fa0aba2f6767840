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
        .filter(|rule| {
            registry::entry(rule.code.name).is_none() && LIBRARY.catalog.explanation(rule.code.name).is_none()
        })
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
    // Two are about service data, which a spec cannot break, one is about a file beside the spec (tests/external.rs has it).
    let codes = codes.filter(|code| code.starts_with("TG06") && !["TG0625", "TG0670", "TG0699"].contains(code));
    assert_eq!(codes.filter(|code| !shown(code)).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_rule_that_cannot_be_run_is_an_error() {
    let cases = [
        (
            "code=TG0610 why=x { at-least 1; odd #true; option \"a b c\" }",
            "TG0210",
            "this file needs exactly one of `at-least`, `at-most`, `equal`, `differs`, `has`, `lacks`, `among`, `mounted`, `termination-grace-period`, `port`, `matches`, `same`, `odd`, `needs`, `excludes`, `disjoint`, `lists`, found `at-least` and `odd`",
        ),
        (
            "code=TG0610 why=x { odd #true; option \"a b c\"; setting x }",
            "TG0210",
            "this file needs exactly one of `option`, `setting`, `value`, found `option` and `setting`",
        ),
        (
            "code=TG0610 why=x { odd #true; option \"a b\" }",
            "TG0202",
            "expected `[SERVICE] FILE SECTION OPTION`, found `a b`",
        ),
        (
            "code=TG0610 why=x { matches \"4-(\"; option \"keystone.conf token expiration\" }",
            "TG0202",
            "`4-(` is not a regular expression: found open group without closing ')'",
        ),
        (
            "code=TG9999 why=x { same #true; option \"keystone.conf token expiration\" }",
            "TG0699",
            "code `TG9999` is not one of the program's, and no rule explains it",
        ),
    ];
    for (inner, code, message) in cases {
        let world = MemoryWorld::from_iter([
            ("sites/test/site.kdl".to_owned(), stock("minimal").into_bytes()),
            ("schema/services/keystone/rules/broken.kdl".to_owned(), format!("rule broken {inner}").into_bytes()),
        ]);
        let mut sink = Sink::default();
        let library = load(&world, &mut sink);
        let compiled = compile(&world, &library, "sites/test");
        let found = sink.into_sorted().into_iter().chain(compiled.diagnostics);
        let found: BTreeSet<_> = found.map(|diagnostic| (diagnostic.code, diagnostic.message)).collect();
        assert_eq!(found, BTreeSet::from([(code, message.to_owned())]), "{inner}");
    }
}

#[test]
fn two_services_cannot_own_one_name() {
    let service = r#"
service copy {
    summary "A copy"
    database keystone
    queue keystone
    identity glance
    endpoint image port=9000 type=compute public=identity node-port=30500
    component server kind=deployment { serves image; node-selector openstack-control-plane; service cache { port cache 1 }; port cache 1; image client }
    provides cache component=server service=cache port=1
}"#;
    let world = MemoryWorld::from_iter([
        ("sites/test/site.kdl".to_owned(), stock("minimal").into_bytes()),
        ("schema/services/copy/service.kdl".to_owned(), service.as_bytes().to_vec()),
    ]);
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    assert_eq!(sink.into_sorted(), vec![]);
    let compiled = compile(&world, &library, "sites/test");
    let mut found: Vec<_> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.code == "TG0625").collect();
    found.sort_by_key(|diagnostic| &diagnostic.message);
    let found: Vec<_> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    let expected = [
        "the account of the broker `keystone` of service `keystone` is that of service `copy`",
        "the capability `cache` of service `memcached` is that of service `copy`",
        "the database `keystone` of service `keystone` is that of service `copy`",
        "the endpoint `image` of service `glance` is that of service `copy`",
        "the identity user `glance@Default` of service `glance` is that of service `copy`",
        "the node port `30500` of service `keystone` is that of service `copy`",
        "the public host `identity` of service `keystone` is that of service `copy`",
        "the type in the catalog `compute` of service `nova` is that of service `copy`",
        "the virtual host `keystone` of service `keystone` is that of service `copy`",
    ];
    assert_eq!(found, expected);
}

#[test]
fn every_choice_of_overlays_keeps_the_rules() {
    let storage = [
        ("local", ""),
        ("nfs", "service cinder { nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\" }"),
        ("ceph-external", "service ceph { monitors \"192.0.2.201\"; fsid \"2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10\" }"),
    ];
    for network in ["ovn", "ovs"] {
        for (storage, services) in storage {
            for nodes in ["ctl[1-1]\" management=\"192.0.2.[11-11]", "ctl[1-5]\" management=\"192.0.2.[11-15]"] {
                let spec = format!(
                    "site test {{ network management cidr=\"192.0.2.0/24\" {{ ntp \"192.0.2.1\" }}; overlays {network} {storage}
                     node \"{nodes}\" {{ roles controller network compute }}
                     {services} }}"
                );
                let compiled = crate::support::compile_spec(&spec);
                assert_eq!(compiled.diagnostics, vec![], "{spec}");
            }
        }
    }
}

#[test]
fn rules_survive_any_value() {
    use taco_gen::catalog::rule::Subject;
    for value in ["", "-1", "0", "99999999999999999999999999", "4Gi", "ä:,//..-", "rabbitmq-0.:5672,.,:"] {
        let mut spec = String::from(
            "site test { network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }
             node one management=\"192.0.2.11\" { roles controller network compute }\n",
        );
        for service in LIBRARY.catalog.services.values().filter(|service| !service.rules.is_empty()) {
            let mut sections: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
            for rule in &service.rules {
                let Subject::Options(patterns) = &rule.subject else { continue };
                for pattern in patterns.iter().filter(|pattern| pattern.service.is_none()) {
                    let path = &pattern.path;
                    if *path.section != *"*" {
                        sections.insert((&path.file, &path.section, &path.option));
                    }
                }
            }
            spec += &format!("service {} {{\n", service.name);
            let files: BTreeSet<&str> = sections.iter().map(|(file, ..)| *file).collect();
            for name in files {
                spec += &format!("config \"{name}\" {{\n");
                let of_file = sections.iter().filter(|(file, ..)| *file == name);
                let mut by_section: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
                for (_, section, option) in of_file {
                    *by_section.entry(section).or_default() += &format!("\"{option}\" \"{value}\"\n");
                }
                for (section, options) in by_section {
                    spec += &format!("\"{section}\" {{ {options} }}\n");
                }
                spec += "}\n";
            }
            spec += "}\n";
        }
        let compiled = crate::support::compile_spec(&(spec + "}\n"));
        let found: BTreeSet<_> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert!(found.iter().any(|code| code.starts_with("TG06")), "{value}: {found:?}");
        assert!(!found.contains("TG0101") && !found.contains("TG0699"), "{value}: {found:?}");
    }
}
