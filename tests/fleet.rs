//! Fleets: rings, output of sites that are gone, and what a publication says it does.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::path::Path;

use crate::review::{Project, spec};

#[test]
fn a_ring_is_a_part_of_the_sites() {
    let spec = |name: &str, ring: &str| spec(name, &format!("    ring {ring}\n"));
    let project = Project::new(&[("a", &spec("a", "canary")), ("b", &spec("b", "rest")), ("c", &spec("c", "canary"))]);
    project.write("sites/d/site.yaml", "name: d\nring: canary\nnetwork:\n  management: {cidr: 192.168.50.0/24}\nnode:\n  aio: {management: 192.168.50.11, roles: [controller, network, compute]}\n");
    project.commit();
    for name in ["a", "b", "c"] {
        let path = format!("sites/{name}/site.kdl");
        let text = std::fs::read_to_string(project.path().join(&path)).expect("a spec");
        project.write(&path, &text.replace("    ring", "    region Elsewhere\n    ring"));
    }
    assert_eq!(project.sound(&["affected", "--base", "HEAD", "--ring", "canary"]), "sites/a\nsites/c\n");
    assert_eq!(project.sound(&["affected", "--base", "HEAD", "--ring", "rest"]), "sites/b\n");
    assert_eq!(project.run(&["check", "--ring", "canary"]).said.matches("checked").count(), 3);
    let ran = project.run(&["check", "--ring", "cannary"]);
    assert!(ran.code == 2 && ran.said.contains("there are the rings `canary`, `rest`"), "{}", ran.said);
}

#[test]
fn output_without_a_site_is_told_and_removed_where_asked_for() {
    let project = Project::new(&[("a", &spec("a", "")), ("folder", &spec("b", ""))]);
    assert!(!project.run(&["build"]).said.contains("TG0865"));
    std::fs::remove_dir_all(project.path().join("sites/a")).expect("removed");
    project.write("output/other/note", "nobody's");
    let ran = project.run(&["build"]);
    assert!(ran.code == 0 && ran.said.matches("TG0865").count() == 1 && ran.said.contains("output/a`"), "{}", ran.said);
    assert!(project.path().join("output/a/SHA256SUMS").is_file(), "told, and left");
    // A file that was edited keeps the whole.
    let path = project.path().join("output/a/config/keystone/keystone.conf");
    let text = std::fs::read_to_string(&path).expect("a file");
    std::fs::write(&path, text.clone() + "# mine\n").expect("writable");
    let ran = project.run(&["build", "--remove-gone"]);
    assert!(ran.code == 2 && ran.said.contains("was edited by hand") && path.is_file(), "{}", ran.said);
    std::fs::write(&path, text).expect("writable");
    project.sound(&["build", "--remove-gone"]);
    assert!(!project.path().join("output/a").exists());
    assert!(project.path().join("output/b/SHA256SUMS").is_file() && project.path().join("output/other/note").is_file());
}

#[test]
fn a_folder_of_the_repository_is_removed_on_purpose_only() {
    let project = Project::new(&[("a", &spec("a", ""))]);
    project.sound(&["build", "--quiet"]);
    project.git(&["init", "--quiet", "--bare", "bare.git"]);
    let bare = project.path().join("bare.git").display().to_string();
    let git = |arguments: &[&str]| project.git(&[&["-C", "bare.git"], arguments].concat());
    project.sound(&["publish", "--repo", &bare, "--path", "a"]);
    assert!(git(&["ls-tree", "--name-only", "main"]).contains('a'));
    for (folder, told) in [("../a", "not a valid path"), ("", "not a valid path"), ("a/config", "no output of a site")]
    {
        let ran = project.run(&["publish", "--repo", &bare, "--remove", folder]);
        assert!(ran.code == 2 && ran.said.contains(told), "{folder}: {}", ran.said);
    }
    let ran = project.run(&["publish", "--repo", &bare, "--remove", "b"]);
    assert!(ran.code == 0 && ran.said.contains("has no folder `b`"), "{}", ran.said);
    let ran = project.run(&["publish", "--repo", &bare, "--remove", "a"]);
    assert!(ran.code == 0 && ran.said.contains("removed a:"), "{}", ran.said);
    assert_eq!(git(&["ls-tree", "--name-only", "main"]), "");
    assert!(Path::new(&bare).is_dir());
}

#[test]
fn a_publication_says_what_it_does() {
    let project = Project::new(&[("a", &spec("a", ""))]);
    project.sound(&["build", "--quiet"]);
    project.git(&["init", "--quiet", "--bare", "bare.git"]);
    let bare = project.path().join("bare.git").display().to_string();
    project.commit();
    project.write(
        "sites/a/site.kdl",
        &spec("a", "    service keystone { config \"keystone.conf\" { token { expiration 7300 } } }\n"),
    );
    project.sound(&["build", "--quiet"]);
    project.sound(&["publish", "--repo", &bare, "--allow-dirty", "--base", "HEAD"]);
    let message = project.git(&["-C", "bare.git", "log", "-1", "--format=%B", "main"]);
    assert!(
        message.starts_with("a: compiled output\n\n") || message.starts_with("sites/a: compiled output\n\n"),
        "{message}"
    );
    assert!(message.contains("roll Deployment keystone-api") && message.contains("[token] expiration"), "{message}");
}

#[test]
fn an_application_set_takes_up_what_a_site_is_started_by() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/argocd/fleet.yaml");
    let text = std::fs::read_to_string(path).expect("an example");
    let documents: Vec<serde_yaml::Value> = serde_yaml::Deserializer::from_str(&text)
        .map(|one| serde::Deserialize::deserialize(one).expect("YAML"))
        .collect();
    let [set, project] = documents.as_slice() else { panic!("two objects") };
    let pattern = set["spec"]["generators"][0]["git"]["directories"][0]["path"].as_str().expect("a pattern");
    let folder = pattern.strip_prefix("*/").expect("of every site");
    let lab = &*crate::support::LAB;
    let started = lab.artifacts.iter().flatten().filter(|file| file.path.starts_with(&format!("{folder}/")));
    let kinds: std::collections::BTreeSet<String> = started
        .map(|file| serde_yaml::from_str::<serde_yaml::Value>(&file.printed.text).expect("YAML"))
        .map(|object| object["kind"].as_str().expect("a kind").to_owned())
        .collect();
    let allowed = project["spec"]["namespaceResourceWhitelist"].as_sequence().expect("kinds");
    let allowed: std::collections::BTreeSet<String> =
        allowed.iter().map(|entry| entry["kind"].as_str().expect("a kind").to_owned()).collect();
    assert_eq!(kinds, allowed);
    assert_eq!(set["spec"]["template"]["spec"]["project"], project["metadata"]["name"]);
}

#[test]
fn definitions_of_kinds_come_first_and_stay() {
    let object = "object widgets cluster-scoped=#true { content { apiVersion \"apiextensions.k8s.io/v1\"; kind CustomResourceDefinition; \
                  metadata { name widgets.example.com }; spec { group example.com; scope Namespaced; \
                  names { kind Widget; plural widgets; singular widget; listKind WidgetList }; \
                  versions { - name=v1 served=#true storage=#true { schema { openAPIV3Schema type=object } } } } } }";
    let deliver = "deliver flux repo=\"https://git.example.com/clusters\" { secrets none }";
    let compiled = crate::support::sound(&spec("one", &format!("    {deliver}\n    {object}\n")));
    let all = crate::support::objects(&compiled);
    let definition = &all["kubernetes/definitions/customresourcedefinition-widgets.example.com.yaml"];
    assert_eq!(definition["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"], "disabled");
    let base = crate::support::text(&compiled, "delivery/flux/kustomization-base.yaml");
    let base: serde_yaml::Value = serde_yaml::from_str(base).expect("YAML");
    assert_eq!(base["spec"]["dependsOn"][0]["name"], "one-definitions");
}
