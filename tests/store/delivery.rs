//! How secrets reach the cluster: sealed, by reference, or in clear for laptops.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use taco_gen::secret::envelope::Identities;
use taco_gen::secret::sealed::Sealed;

use super::program::{Input as _, Project};
use crate::support::{compile_spec, sound, stock, text};

/// The minimal site, delivered.
fn delivered(deliver: &str) -> String {
    let spec = stock("minimal");
    let end = spec.rfind('}').expect("a block");
    format!("{}    deliver {deliver}\n}}\n", &spec[..end])
}

const FLUX: &str = "flux repo=\"ssh://git@git.example.com/clusters.git\"";

/// The Secrets of an output by path.
fn secrets(project: &Project) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(project.path("output")).into_iter().map(|entry| entry.expect("readable"));
    let secret = files.filter(|entry| entry.file_name().to_string_lossy().starts_with("secret-"));
    let read = |path: &std::path::Path| (path.display().to_string(), std::fs::read_to_string(path).expect("a file"));
    secret.map(|entry| read(entry.path())).filter(|(_, text)| text.contains("\ndata:")).collect()
}

fn build(project: &Project, identity: &str) -> String {
    let output = project.program(identity).arg("build").input("");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    said
}

fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differing = after.iter().filter(|(path, text)| before.get(*path) != Some(text));
    differing.map(|(path, _)| path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn flux_gets_sealed_secrets_that_stay_until_their_inputs_change() {
    let project = Project::filled_of(&delivered(FLUX));
    assert!(build(&project, "").contains("TG0919"), "nothing could be sealed");
    assert!(secrets(&project).is_empty());
    assert!(!build(&project, "key.txt").contains("TG0919"));
    let first = secrets(&project);
    assert!(first.len() > 20 && first.values().all(|text| text.contains("encrypted_regex: ^(data|stringData)$")));
    build(&project, "");
    build(&project, "key.txt");
    assert_eq!(secrets(&project), first);
    project.sound(&["rotate", "test", "keystone-database/password"], "");
    assert!(build(&project, "").contains("TG0919"), "two are stale");
    assert_eq!(secrets(&project), first);
    build(&project, "key.txt");
    let second = secrets(&project);
    assert_eq!(changed(&first, &second), ["secret-keystone-conf.yaml", "secret-keystone-database.yaml"]);
    let value = project.sound(&["show", "test", "keystone-database/password", "--pipe"], "");
    let (_, sealed) =
        second.iter().find(|(path, _)| path.ends_with("secret-keystone-database.yaml")).expect("a Secret");
    let key = std::fs::read_to_string(project.path("key.txt")).expect("a key");
    let armor = sealed.split("enc: |").nth(1).and_then(|rest| rest.split("lastmodified").next()).expect("an envelope");
    let armor: String = armor.trim().lines().map(|line| format!("{}\n", line.trim())).collect();
    let key = Identities::parse(&key).expect("a key").unwrap(&armor).expect("an envelope of that key");
    let entry = sealed.lines().find_map(|line| line.trim().strip_prefix("password: ")).expect("a value");
    let opened = Sealed::parse(entry).expect("a value").open(&key, "data:password:").expect("that path");
    assert_eq!(STANDARD.decode(opened.as_slice()).expect("base64"), value.as_bytes());
    assert!(second.values().all(|text| !text.contains(&value) && !text.contains(&STANDARD.encode(&value))));
}

#[test]
fn argo_cd_gets_references_and_the_table_of_what_they_name() {
    let compiled = sound(&delivered(
        "argocd repo=\"ssh://git@git.example.com/c.git\" { secrets external-secrets store=vault path=cloud }",
    ));
    let object = text(&compiled, "kubernetes/nova/externalsecret-nova-conf.yaml");
    for expected in
        ["name: vault", "key: cloud/nova-database", "property: password", "{{ .nova_database__password | urlquery"]
    {
        assert!(object.contains(expected), "{object}");
    }
    assert!(text(&compiled, "delivery/external-secrets").contains("cloud/mariadb-root password password "));
}

#[test]
fn secrets_in_clear_are_for_laptops() {
    let spec = delivered(&format!("{FLUX} {{ secrets plain }}"));
    let codes = |spec: &str| compile_spec(spec).diagnostics.iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(codes(&spec), ["TG0920"]);
    let project = Project::filled_of(&spec.replacen('{', "{\n    lab #true", 1));
    build(&project, "key.txt");
    let value = project.sound(&["show", "test", "mariadb-root/password", "--pipe"], "");
    let found = secrets(&project);
    let (_, text) = found.iter().find(|(path, _)| path.ends_with("secret-mariadb-root.yaml")).expect("a Secret");
    assert!(
        text.contains(&STANDARD.encode(value)) && text.starts_with("# In clear") && text.contains("taco-gen/plaintext")
    );
}

#[test]
fn sealed_secrets_need_a_certificate() {
    let found =
        |more: &str| compile_spec(&delivered(&format!("{FLUX} {{ secrets sealed-secrets {more} }}"))).diagnostics;
    for more in ["", "certificate=\"none.pem\"", "certificate=\"site.kdl\""] {
        assert_eq!(found(more).iter().map(|finding| finding.code).collect::<Vec<_>>(), ["TG0922"], "{more}");
    }
}
