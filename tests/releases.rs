//! Services at releases of their own: each one's images, options and rules are those of its release, and of nobody else's.

use std::collections::BTreeSet;

use serde_yaml::Value;
use taco_gen::Compiled;

use crate::support::{at, compile_spec, objects, sound, stock_without_store, template, text};

/// The lab at a release, with lines at the end of the site.
fn lab(release: &str, lines: &str) -> String {
    let spec = stock_without_store("lab").replace("openstack=\"2026.1\"", &format!("openstack=\"{release}\""));
    format!("{}    {lines}\n}}\n", &spec[..spec.rfind('}').expect("a block")])
}

/// The images of a service's workloads.
fn images(compiled: &Compiled, is_own: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let all = objects(compiled).into_values().filter(|object| {
        let name = at(object, &["metadata", "labels", "app.kubernetes.io/name"]).as_str().unwrap_or("");
        is_own(name)
    });
    let mut found = BTreeSet::new();
    for object in all {
        let Some(template) = template(&object) else { continue };
        for list in ["initContainers", "containers"] {
            let containers = template["spec"][list].as_sequence().into_iter().flatten();
            found.extend(containers.map(|one: &Value| one["image"].as_str().expect("an image").to_owned()));
        }
    }
    found
}

#[test]
fn a_service_is_as_at_its_release_and_the_others_as_at_the_sites() {
    let (old, new) = (sound(&lab("2025.2", "")), sound(&lab("2026.1", "")));
    let mixed = sound(&lab("2025.2", "service neutron { release \"2026.1\" }"));
    let is_upgraded = |name: &str| name == "neutron";
    let configs = |compiled: &Compiled| -> Vec<String> {
        let files = compiled.artifacts.iter().flatten().map(|file| file.path.clone());
        files.filter(|path| path.starts_with("config/")).collect()
    };
    assert_eq!(configs(&mixed), configs(&old));
    let mut differing = 0;
    for path in configs(&mixed) {
        let of_new = is_upgraded(path.split('/').nth(1).expect("a folder"));
        let expected = if of_new { &new } else { &old };
        assert_eq!(text(&mixed, &path), text(expected, &path), "{path}");
        differing += usize::from(of_new && text(&old, &path) != text(&new, &path));
    }
    assert!(differing > 0, "the two releases have the same options, which tests nothing");
    // The jobs that the identity service, the broker and the database run for neutron are theirs, of the site's release.
    let tags = images(&mixed, is_upgraded);
    assert!(tags.iter().any(|image| image.contains("neutron:2026.1")), "{tags:?}");
    assert!(!tags.iter().any(|image| image.contains("neutron:2025.2")), "{tags:?}");
    let others = images(&mixed, |name| !is_upgraded(name));
    assert!(others.iter().any(|image| image.contains("keystone:2025.2")), "{others:?}");
    assert!(!others.iter().any(|image| image.contains("2026.1")), "{others:?}");
}

#[test]
fn nodes_of_a_group_keep_their_release() {
    let group = "group rack1 { nodes \"cmp[01-10]\"; service nova { release \"2025.2\" } }";
    let compiled = sound(&lab("2026.1", group));
    let all = objects(&compiled);
    let images = |path: &str| -> Vec<String> {
        let containers = template(&all[path]).expect("a pod")["spec"]["containers"].as_sequence().expect("containers");
        containers.iter().map(|one| one["image"].as_str().expect("an image").to_owned()).collect()
    };
    let held = images("kubernetes/nova-compute/daemonset-nova-compute-rack1.yaml");
    assert!(held.iter().all(|image| image.contains(":2025.2")), "{held:?}");
    let common = images("kubernetes/nova-compute/daemonset-nova-compute.yaml");
    assert!(common.iter().all(|image| image.contains(":2026.1")), "{common:?}");
    let whole = sound(&lab("2025.2", ""));
    let path = "config/nova@rack1/nova-compute.conf";
    assert_eq!(text(&compiled, path), text(&whole, "config/nova/nova-compute.conf"));
}

#[test]
fn options_are_those_of_the_services_release() {
    // An option of oslo.log that went with 2026.1.
    let option = "config \"glance-api.conf\" { DEFAULT { watch_log_file #false } }";
    let told = |release: &str, own: &str| -> Vec<&'static str> {
        let compiled = compile_spec(&lab(release, &format!("service glance {{ {own}; {option} }}")));
        compiled.diagnostics.iter().map(|one| one.code).filter(|code| *code == "TG0525").collect()
    };
    assert_eq!(told("2025.2", "workers 3"), Vec::<&str>::new());
    assert_eq!(told("2026.1", "release \"2025.2\""), Vec::<&str>::new());
    assert_eq!(told("2026.1", "workers 3"), ["TG0525"]);
    assert_eq!(told("2025.2", "release \"2026.1\""), ["TG0525"]);
}

#[test]
fn only_one_step_lies_between_the_releases_of_a_site() {
    let told = |release: &str, lines: &str| -> Vec<&'static str> {
        compile_spec(&lab(release, lines)).diagnostics.iter().map(|one| one.code).collect()
    };
    let glance = |release: &str| format!("service glance {{ release \"{release}\" }}");
    // Neighbours, and from SLURP to SLURP, whichever is the older.
    for (site, own) in [("2025.1", "2025.2"), ("2025.1", "2026.1"), ("2025.2", "2026.1"), ("2026.1", "2025.1")] {
        assert_eq!(told(site, &glance(own)), Vec::<&str>::new(), "{site} {own}");
    }
    for (site, own) in [("2024.1", "2025.2"), ("2025.2", "2026.2"), ("2025.1", "2026.2"), ("2026.1", "2024.1")] {
        assert_eq!(told(site, &glance(own)), ["TG0856"], "{site} {own}");
    }
}
