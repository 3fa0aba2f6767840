//! Digests of images: from a file of locks into every container, and which of them are diagnostics.

use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

use crate::support::{LIBRARY, stock, text};

const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn locked(spec: &str, locks: &str) -> Compiled {
    let world = MemoryWorld::from_iter([
        ("sites/test/site.kdl".to_owned(), spec.as_bytes().to_vec()),
        ("sites/test/images.lock".to_owned(), locks.as_bytes().to_vec()),
    ]);
    compile(&world, &LIBRARY, "sites/test")
}

/// The smallest site, delivered.
fn delivered(line: &str) -> String {
    let lines = format!("{{\n    deliver flux repo=\"https://git.example.com/sites.git\"\n    {line}\n");
    stock("minimal").replacen('{', &lines, 1)
}

fn codes(compiled: &Compiled) -> Vec<&str> {
    compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_locked_image_has_its_digest_in_every_container_and_no_longer_floats() {
    let spec = delivered("");
    let gate = "quay.io/airshipit/kubernetes-entrypoint:latest-ubuntu_noble";
    let plain = locked(&spec, "");
    let floating = codes(&plain).into_iter().filter(|code| *code == "TG0542").count();
    assert!(floating >= 3, "{:#?}", plain.diagnostics);
    let compiled = locked(&spec, &format!("{gate} {DIGEST}\n"));
    assert_eq!(codes(&compiled).into_iter().filter(|code| *code == "TG0542").count(), floating - 1);
    let mut found = 0;
    for file in compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with("kubernetes/")) {
        let images = file.printed.text.lines().filter(|line| line.contains(gate));
        for line in images {
            assert!(line.trim_end_matches('"').ends_with(&format!("{gate}@{DIGEST}")), "{}: {line}", file.path);
            found += 1;
        }
    }
    assert!(found > 20, "only {found} containers");
    let deployment = text(&compiled, "kubernetes/glance/deployment-glance-api.yaml");
    assert!(deployment.contains("quay.io/airshipit/glance:2026.1-ubuntu_noble\n"), "{deployment}");
}

#[test]
fn a_lock_is_of_the_reference_that_the_sites_registry_makes() {
    let spec = stock("minimal").replacen('{', "{\n    registry \"registry.example.com\"", 1);
    let compiled = locked(&spec, &format!("registry.example.com/airshipit/glance:2026.1-ubuntu_noble {DIGEST}\n"));
    let deployment = text(&compiled, "kubernetes/glance/deployment-glance-api.yaml");
    assert!(deployment.contains(&format!("glance:2026.1-ubuntu_noble@{DIGEST}")), "{deployment}");
}

#[test]
fn a_registry_takes_the_place_of_the_host_that_an_image_names() {
    for (written, path) in [
        ("library/glance:1", "library/glance:1"),
        ("localhost/glance:2", "glance:2"),
        ("quay.io/airshipit/glance:3", "airshipit/glance:3"),
        ("mirror:5000/glance:4", "glance:4"),
    ] {
        let lines = format!("{{\n    registry \"registry.example.com/\"\n    image glance \"{written}\"");
        let compiled = locked(&stock("minimal").replacen('{', &lines, 1), "");
        let deployment = text(&compiled, "kubernetes/glance/deployment-glance-api.yaml");
        assert!(deployment.contains(&format!("image: registry.example.com/{path}\n")), "{written}: {deployment}");
    }
}

#[test]
fn a_wrong_lock_is_told() {
    for wrong in ["quay.io/a:1", "quay.io/a:1 sha256:abc", "quay.io/a:1 latest"] {
        assert!(codes(&locked(&stock("minimal"), wrong)).contains(&"TG0543"), "{wrong}");
    }
}

#[test]
fn the_users_own_tag_is_told_on_any_site() {
    let spec = stock("minimal").replacen('{', "{\n    image keystone \"quay.io/example/keystone:latest\"", 1);
    assert_eq!(codes(&locked(&spec, "")), ["TG0542"]);
    assert_eq!(codes(&locked(&stock("minimal"), "")), Vec::<&str>::new());
}

#[test]
fn a_laptops_images_may_float_and_so_may_those_that_a_spec_names() {
    for (line, expected) in [
        ("", 3),
        ("lab #true", 0),
        ("floating-images gate ovn openvswitch", 0),
        ("floating-images gate", 2),
        ("image keystone \"quay.io/example/keystone:latest\"", 4),
    ] {
        let compiled = locked(&delivered(line), "");
        assert_eq!(codes(&compiled).into_iter().filter(|code| *code == "TG0542").count(), expected, "{line}");
    }
}
