//! Stock services that are off unless a site asks for them: all of them together, in each release, with every check on.

use std::collections::BTreeSet;

use serde_yaml::Value;
use taco_gen::catalog::file::TableName;
use taco_gen::diag::Diagnostic;

use crate::support::{LIBRARY, at, compile_spec, objects, text};

/// Releases in which all of them exist.
const RELEASES: [&str; 6] = ["zed", "2024.1", "2025.1", "2025.2", "2026.1", "2026.2"];

/// What a site may add to its cloud: service, catalog type, port.
const ADDED: [(&str, &str, u16); 10] = [
    ("aodh", "alarming", 8042),
    ("barbican", "key-manager", 9311),
    ("designate", "dns", 9001),
    ("gnocchi", "metric", 8041),
    ("ironic", "baremetal", 6385),
    ("magnum", "container-infra", 9511),
    ("manila", "shared-file-system", 8786),
    ("masakari", "instance-ha", 15868),
    ("mistral", "workflowv2", 8989),
    ("octavia", "load-balancer", 9876),
];

/// A site with all of them in a release; `more` is said of each.
fn spec(release: &str, more: &str) -> String {
    let services: String =
        ADDED.iter().map(|(name, ..)| format!("    service {name} {{ enabled #true; {more} }}\n")).collect();
    format!(
        "site all {{\n    release openstack=\"{release}\"\n    network management cidr=\"192.0.2.0/24\"\n    \
         node one management=\"192.0.2.11\" {{ roles controller network compute }}\n{services}}}\n"
    )
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect()
}

#[test]
fn they_are_off_unless_a_site_asks_for_them() {
    let plain = "site plain {\n    network management cidr=\"192.0.2.0/24\"\n    \
                 node one management=\"192.0.2.11\" { roles controller network compute }\n}\n";
    let compiled = compile_spec(plain);
    let found: BTreeSet<String> = objects(&compiled).into_keys().collect();
    for (name, ..) in ADDED {
        assert!(LIBRARY.catalog.services.contains_key(name), "{name} is in the stock");
        assert!(!found.iter().any(|path| path.starts_with(&format!("kubernetes/{name}/"))), "{name} is on");
    }
}

#[test]
fn they_build_together_in_every_release_without_a_finding() {
    for release in RELEASES {
        for more in ["", "tls #true"] {
            let compiled = compile_spec(&spec(release, more));
            assert_eq!(shown(&compiled.diagnostics), [""; 0], "{release} {more}");
            let objects = objects(&compiled);
            for (name, kind, port) in ADDED {
                let image = at(
                    &objects[&format!("kubernetes/{name}/deployment-{name}-api.yaml")],
                    &["spec", "template", "spec"],
                );
                let image = image["containers"][0]["image"].as_str().expect("an image");
                assert!(image.contains(&format!("/{name}:{release}-ubuntu_")), "{image}");
                let service = &objects[&format!("kubernetes/{name}/service-{name}-api.yaml")];
                assert_eq!(service["spec"]["ports"][0]["port"], Value::from(port), "{name}");
                for job in ["db-init", "db-sync", "ks-user", "ks-service", "ks-endpoints", "rabbit-init"] {
                    // One of them has no queue.
                    if job == "rabbit-init" && LIBRARY.catalog.services[name].queue.is_none() {
                        continue;
                    }
                    let begin = format!("kubernetes/{name}/job-{name}-{job}-");
                    assert!(objects.keys().any(|path| path.starts_with(&begin)), "{release}: no {begin}");
                }
                let begin = format!("kubernetes/{name}/job-{name}-ks-endpoints-");
                let path = objects.keys().find(|path| path.starts_with(&begin)).expect("the job of the catalog entry");
                let entry = text(&compiled, path);
                let scheme = if more.is_empty() { "http" } else { "https" };
                let address = format!("{scheme}://{name}-api.openstack.svc.cluster.local:{port}");
                assert!(entry.contains(kind) && entry.contains(&address), "{release} {name}: {entry}");
            }
        }
    }
}

#[test]
fn a_key_manager_hears_of_projects_at_its_own_virtual_host() {
    let compiled = compile_spec(&spec("2026.1", ""));
    let public = text(&compiled, "config/keystone/keystone.conf");
    assert!(public.contains("driver = messagingv2") && !public.contains("driver = noop"), "{public}");
    let secret = text(&compiled, "config/keystone/keystone.conf.d/secret.conf");
    let line = secret.lines().find(|line| line.ends_with("/barbican")).expect("a URL of the other virtual host");
    assert!(line.starts_with("transport_url = rabbit://barbican:<barbican-queue/password>@"), "{line}");
    let without = compile_spec(
        &spec("2026.1", "").replace("service barbican { enabled #true;", "service barbican { enabled #false;"),
    );
    // Clusters keep their certificates with it: that it is off is told, at the word.
    assert!(
        shown(&without.diagnostics).iter().any(|found| found.starts_with("TG0506 service `barbican`")),
        "{:?}",
        without.diagnostics
    );
}

#[test]
fn telemetry_hears_of_resources_where_it_is_on_and_nobody_tells_it_otherwise() {
    let with = spec("2026.1", "")
        .replace("    service magnum", "    service ceilometer { enabled #true }\n    service magnum");
    let (with, without) = (compile_spec(&with), compile_spec(&spec("2026.1", "")));
    assert_eq!(shown(&with.diagnostics), [""; 0]);
    for (service, file) in [("nova", "nova"), ("neutron", "neutron"), ("glance", "glance-api"), ("heat", "heat")] {
        let path = format!("config/{service}/{file}.conf");
        let (public, secret) = (text(&with, &path), text(&with, &format!("{path}.d/secret.conf")));
        assert!(public.contains("driver = messagingv2") && public.contains("retry = 1"), "{service}: {public}");
        assert!(secret.contains("rabbit://ceilometer:<ceilometer-queue/password>@"), "{service}: {secret}");
        assert!(text(&without, &path).contains("driver = noop"), "{service}");
    }
}

#[test]
fn a_port_of_two_protocols_is_open_for_both() {
    let objects = objects(&compile_spec(&spec("2026.1", "")));
    for (object, way, port) in
        [("mdns", "ingress", 5354), ("bind", "egress", 5354), ("bind", "ingress", 5300), ("worker", "egress", 5300)]
    {
        let policy = &objects[&format!("kubernetes/designate/networkpolicy-designate-{object}.yaml")];
        let rules = policy["spec"][way].as_sequence().expect("rules");
        let ports = rules.iter().filter_map(|rule| rule["ports"].as_sequence()).flatten();
        let of_port = ports.filter(|found| found["port"] == port);
        let protocols: BTreeSet<&str> = of_port.filter_map(|found| found["protocol"].as_str()).collect();
        assert_eq!(protocols, BTreeSet::from(["TCP", "UDP"]), "{object} {way} {port}");
    }
    let control = &objects["kubernetes/designate/networkpolicy-designate-bind.yaml"];
    assert_eq!(serde_yaml::to_string(control).expect("text").matches("9953").count(), 1, "one protocol alone");
}

#[test]
fn a_key_of_name_servers_is_a_secret_as_a_whole() {
    let compiled = compile_spec(&spec("2026.1", ""));
    let server = text(&compiled, "kubernetes/designate/statefulset-designate-bind.yaml");
    assert!(server.contains("secretName: designate-rndc-key"), "{server}");
    let public = text(&compiled, "kubernetes/designate/configmap-designate-etc.yaml");
    assert!(!public.contains("hmac-sha256") && public.contains("rndc_key_file"), "{public}");
    let network = text(&compiled, "config/neutron/neutron.conf");
    assert!(network.contains("external_dns_driver = designate"), "{network}");
    let agent = text(&compiled, "config/neutron/neutron-agent.conf");
    assert!(!agent.contains("designate"), "{agent}");
}

#[test]
fn an_option_that_no_program_reads_is_told_in_each_of_them() {
    for (name, ..) in ADDED {
        let wrong = format!("config \"{name}.conf\" {{ DEFAULT {{ no_such_option 1 }} }}");
        let spec = spec("2026.1", "").replace(
            &format!("service {name} {{ enabled #true;"),
            &format!("service {name} {{ enabled #true; {wrong};"),
        );
        let found = shown(&compile_spec(&spec).diagnostics);
        let begin = "TG0522 unknown option `no_such_option` in `[DEFAULT]`";
        assert!(found.iter().any(|found| found.starts_with(begin) && found.contains(name)), "{name}: {found:?}");
    }
}

#[test]
fn every_service_with_a_table_of_policies_is_checked_by_it() {
    let table = LIBRARY.tables.table("policies").expect("a table").expect("a sound table");
    let mut checked = 0;
    for (name, service) in LIBRARY.catalog.services.iter().filter(|(name, _)| table.has_file(name.as_str())) {
        let file = service.files.get("policy.yaml").expect("a file of policies");
        let is_its = |known: &TableName| {
            known.table.as_str() == "policies" && known.file.as_ref().is_some_and(|file| file == name)
        };
        assert!(file.tables.iter().any(is_its), "{name}");
        checked += 1;
    }
    assert!(checked >= 9, "{checked}");
}

/// Services of OpenStack that sign in at the address that others are only told of; each of them would leave its pod's network.
const SIGN_IN: [&str; 2] = ["magnum", "mistral"];

#[test]
fn who_signs_in_where_clients_are_sent_is_sent_inside() {
    let compiled = compile_spec(&spec("2026.1", ""));
    for name in SIGN_IN {
        let options = text(&compiled, &format!("config/{name}/{name}.conf"));
        let inside = "www_authenticate_uri = http://keystone-api.openstack.svc.cluster.local:5000/v3\n";
        assert!(options.contains(inside), "{name}: {options}");
    }
}
