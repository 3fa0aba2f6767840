//! How secrets reach the cluster: sealed, by reference, or in plain text for laptops.
#![allow(clippy::disallowed_methods, reason = "the tests lay out a project of their own")]

use std::collections::{BTreeMap, BTreeSet};

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
    assert_eq!(
        changed(&first, &second),
        ["secret-keystone-conf.yaml", "secret-keystone-database.yaml", "secret-keystone-db-conf.yaml"]
    );
    let value = project.sound(&["show", "test", "keystone-database/password", "--pipe"], "");
    let (_, sealed) =
        second.iter().find(|(path, _)| path.ends_with("secret-keystone-database.yaml")).expect("a Secret");
    let key = std::fs::read_to_string(project.path("key.txt")).expect("a key");
    let armor = sealed.split("enc: |").nth(1).and_then(|rest| rest.split("lastmodified").next()).expect("an envelope");
    let armor: String = armor.trim().lines().map(|line| format!("{}\n", line.trim())).collect();
    let key = Identities::parse(&key).expect("a key").unwrap(&armor).expect("an envelope of that key");
    let entry = sealed.lines().find_map(|line| line.trim().strip_prefix("password: ")).expect("a value");
    let unlocked = Sealed::parse(entry).expect("a value").open(&key, "data:password:").expect("that path");
    assert_eq!(STANDARD.decode(unlocked.as_slice()).expect("base64"), value.as_bytes());
    assert!(second.values().all(|text| !text.contains(&value) && !text.contains(&STANDARD.encode(&value))));
}

/// A person has one file of identities for all projects: that none of them opens this store is no error where nobody named it.
#[test]
fn the_own_identity_of_one_who_is_no_recipient_seals_nothing_and_is_no_error() {
    let (project, other) = (Project::filled_of(&delivered(FLUX)), Project::filled_of(&delivered(FLUX)));
    std::fs::create_dir_all(project.path("config/sops/age")).expect("a folder");
    std::fs::copy(other.path("key.txt"), project.path("config/sops/age/keys.txt")).expect("a copy");
    let said = build(&project, "");
    assert!(said.contains("TG0919") && said.contains("none of the store's recipients"), "{said}");
    assert!(secrets(&project).is_empty());
    let named = project.program("config/sops/age/keys.txt").arg("build").input("");
    let said = String::from_utf8(named.stderr).expect("UTF-8");
    assert!(!named.status.success() && said.contains("TG0903"), "{said}");
    // One who is a recipient need not name it.
    std::fs::copy(project.path("key.txt"), project.path("config/sops/age/keys.txt")).expect("a copy");
    assert!(!build(&project, "").contains("TG0919"));
    assert!(secrets(&project).len() > 20);
}

#[test]
fn secrets_are_sealed_for_the_recipients_that_the_site_names() {
    let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let project = Project::filled_of(&delivered(&format!("{FLUX} {{ secrets sops {{ recipients {recipient} }} }}")));
    build(&project, "key.txt");
    let found = secrets(&project);
    assert!(found.len() > 20, "{} Secrets", found.len());
    for (path, text) in found {
        let named = text.lines().filter(|line| line.contains("recipient: ")).collect::<Vec<_>>();
        assert!(named.len() == 1 && named[0].ends_with(recipient), "{path}: {named:?}");
    }
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

/// A spec that accepts the tags of the stock images.
fn with_floating_images(spec: &str) -> String {
    spec.replacen('{', "{\n    floating-images gate ovn openvswitch", 1)
}

#[test]
fn secrets_in_clear_are_for_laptops() {
    let spec = delivered(&format!("{FLUX} {{ secrets plain }}"));
    let codes =
        |spec: &str| compile_spec(spec).diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>();
    let spec = with_floating_images(&spec);
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
    let found = |more: &str| {
        compile_spec(&with_floating_images(&delivered(&format!("{FLUX} {{ secrets sealed-secrets {more} }}"))))
            .diagnostics
    };
    for more in ["", "certificate=\"none.pem\"", "certificate=\"site.kdl\""] {
        assert_eq!(found(more).iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["TG0922"], "{more}");
    }
}

/// All files of the output by path.
fn output(project: &Project) -> BTreeMap<String, String> {
    let root = project.path("output/minimal");
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let below = |path: &std::path::Path| path.strip_prefix(&root).expect("below").display().to_string();
    files.map(|entry| (below(entry.path()), std::fs::read_to_string(entry.path()).expect("a file"))).collect()
}

/// The consumers of `list`'s line of a secret.
fn users(project: &Project, name: &str) -> BTreeSet<String> {
    let list = project.sound(&["list", "test"], "");
    let line = list.lines().find(|line| line.starts_with(&format!("{name} "))).expect("a line");
    line.split_whitespace().last().expect("users").split(',').map(str::to_owned).collect()
}

/// A text without the digests in it: ten hex digits in the names of Jobs, or sixty-four.
fn without_digests(text: &str) -> String {
    // YAML puts a digest in quotes where it could be read as a number.
    let text = &text.replace('"', "");
    let mut plain = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let digest = [10, 64].contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.push_str(if digest { "#" } else { bare });
        plain.push_str(&word[bare.len()..]);
    }
    plain
}

/// Two builds of nothing new, a rotation, and a third: `secrets` are the objects that show the rotated value.
fn one_rotation(project: &Project, secrets: [&str; 3]) {
    build(project, "key.txt");
    let first = output(project);
    build(project, "key.txt");
    assert!(output(project) == first, "nothing changed, and the output differs");
    project.sound(&["rotate", "test", "keystone-database/password"], "");
    build(project, "key.txt");
    let second = output(project);
    let named = |files: BTreeMap<String, String>| -> BTreeMap<String, String> {
        files.into_iter().map(|(path, text)| (without_digests(&path), text)).collect()
    };
    let (first, second) = (named(first), named(second));
    assert!(first.keys().eq(second.keys()));
    let (mut objects, mut consumers) = (BTreeSet::new(), BTreeSet::new());
    for (path, old) in first.iter().filter(|(path, old)| second[*path] != **old) {
        let differing: Vec<_> = old.lines().zip(second[path].lines()).filter(|(a, b)| a != b).collect();
        match path.rsplit('/').next().unwrap_or_default() {
            "SHA256SUMS" => {}
            "digests" => consumers.extend(differing.iter().filter_map(|(a, _)| a.split(' ').next()).map(str::to_owned)),
            file if secrets.contains(&file) => drop(objects.insert(file)),
            _ => assert!(
                differing.iter().all(|(a, b)| without_digests(a) == without_digests(b)),
                "{path}: {differing:?}"
            ),
        }
    }
    assert_eq!(objects, BTreeSet::from(secrets));
    let users = users(project, "keystone-database/password");
    assert!(!consumers.is_empty() && consumers.is_subset(&users), "{consumers:?} of {users:?}");
    // What runs on the password starts again; a Job that is done need not be done again because of it.
    for consumer in users.difference(&consumers) {
        let job = format!("/job-{}-", consumer.replace('/', "-"));
        assert!(second.keys().any(|path| path.contains(&job)), "{consumer}");
    }
}

#[test]
fn one_rotation_changes_its_secret_and_its_users_with_sealed_files() {
    let project = Project::filled_of(&delivered(FLUX));
    one_rotation(
        &project,
        ["secret-keystone-conf.yaml", "secret-keystone-database.yaml", "secret-keystone-db-conf.yaml"],
    );
}

#[test]
fn one_rotation_changes_its_secret_and_its_users_with_references() {
    let project = Project::filled_of(&delivered(&format!("{FLUX} {{ secrets external-secrets store=vault }}")));
    one_rotation(
        &project,
        [
            "externalsecret-keystone-conf.yaml",
            "externalsecret-keystone-database.yaml",
            "externalsecret-keystone-db-conf.yaml",
        ],
    );
    verified(&project);
}

#[test]
fn one_rotation_changes_its_secret_and_its_users_with_a_controller() {
    let project =
        Project::filled_of(&delivered(&format!("{FLUX} {{ secrets sealed-secrets certificate=\"seal.pem\" }}")));
    std::fs::write(project.path("sites/test/seal.pem"), include_str!("controller.pem")).expect("a file");
    one_rotation(
        &project,
        [
            "sealedsecret-keystone-conf.yaml",
            "sealedsecret-keystone-database.yaml",
            "sealedsecret-keystone-db-conf.yaml",
        ],
    );
    verified(&project);
}

/// The output's objects fit their types, and an object with another field does not.
fn verified(project: &Project) {
    let verify = || project.program("").args(["verify", "output/minimal/kubernetes"]).input("");
    let said = verify();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let paths = output(project).into_iter();
    let (path, text) = paths
        .into_iter()
        .find(|(path, _)| path.contains("/externalsecret-") || path.contains("/sealedsecret-"))
        .expect("an object");
    let spec = text.split("\nspec:\n").nth(1).expect("a spec");
    let indent = &spec[..spec.len() - spec.trim_start().len()];
    let broken = text.replacen("\nspec:\n", &format!("\nspec:\n{indent}refresh: 1h\n"), 1);
    std::fs::write(project.path("output/minimal").join(path), broken).expect("a file");
    let said = String::from_utf8(verify().stderr).expect("UTF-8");
    assert!(said.contains("refresh"), "{said}");
}

#[test]
fn what_a_reference_would_be_refused_for_is_found() {
    let found = compile_spec(&delivered(&format!("{FLUX} {{ secrets external-secrets store=\"No SecretPath\" }}")));
    let codes: BTreeSet<_> = found.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert!(!codes.is_empty() && found.artifacts.is_none(), "{codes:?}");
}

/// A certificate that the spec names is in the list of what the site needs; a store may hold it, and then it is delivered.
#[test]
fn the_certificate_of_the_public_endpoints_is_listed_and_delivered_from_the_store() {
    let spec = delivered(FLUX).replacen('{', "{\n    expose gateway tls=public-certificate", 1);
    let project = Project::filled_of(&spec);
    build(&project, "key.txt");
    let read = |path: &str| std::fs::read_to_string(project.path(path)).expect("a file");
    let listed = read("output/minimal/secrets");
    for key in ["tls.crt", "tls.key"] {
        assert!(listed.contains(&format!("public-certificate {key} expose/gateway\n")), "{listed}");
    }
    let secret = "output/minimal/kubernetes/base/secret-public-certificate.yaml";
    assert!(!project.path(secret).exists(), "one that comes from elsewhere is left alone");
    let pem = |label: &str| format!("-----BEGIN {label}-----\nMIIB\n-----END {label}-----\n");
    project.refused(&["set", "test", "public-certificate/tls.crt"], "no PEM", "TG0908");
    project.refused(&["set", "test", "public-certificate/tls.key"], &pem("CERTIFICATE"), "TG0908");
    project.sound(&["set", "test", "public-certificate/tls.crt"], &pem("CERTIFICATE"));
    let half = project.program("key.txt").arg("build").input("");
    let said = String::from_utf8(half.stderr).expect("UTF-8");
    assert!(!half.status.success() && said.contains("public-certificate/tls.key"), "{said}");
    project.sound(&["set", "test", "public-certificate/tls.key"], &pem("PRIVATE KEY"));
    build(&project, "key.txt");
    let text = read(secret);
    assert!(text.contains("type: \"kubernetes.io/tls\"") && !text.contains("MIIB"), "{text}");
    project.refused(&["rotate", "test", "public-certificate/tls.key"], "", "TG0917");
}
