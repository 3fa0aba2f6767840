//! What a release is made of, and how it gets onto a machine: the scripts as they stand, on the program under test.
#![allow(clippy::disallowed_methods, reason = "the tests lay out files and run scripts")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NAME: &str = concat!("taco-gen-", env!("CARGO_PKG_VERSION"), "-x86_64-unknown-linux-gnu");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn release(folder: &Path, key: &Path) -> Output {
    let mut command = Command::new(root().join(".ci/release"));
    command.arg(folder).arg(env!("CARGO_BIN_EXE_taco-gen")).env("TACO_SIGNING_KEY", key);
    command.output().expect("bash")
}

fn shell(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder);
    command.envs(variables.iter().copied()).output().expect("bash")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A release in a folder, with the key that signed it.
fn made() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a folder");
    let key = place.path().join("key");
    let made = shell("ssh-keygen -q -t ed25519 -N '' -C release -f key", place.path(), &[]);
    assert!(made.status.success(), "{}", told(&made));
    let folder = place.path().join("dist");
    let output = release(&folder, &key);
    assert!(output.status.success(), "{}", told(&output));
    (place, folder)
}

#[test]
fn a_release_is_the_same_twice_and_what_was_changed_is_found() {
    let (place, folder) = made();
    let again = place.path().join("again");
    assert!(release(&again, &place.path().join("key")).status.success());
    let names: BTreeSet<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("readable").file_name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for name in names {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).expect("a file");
        assert_eq!(read(&folder), read(&again), "{}", name.display());
    }
    let check = format!(
        "printf 'release %s\\n' \"$(cat ../key.pub)\" > ../signers
         ssh-keygen -q -Y verify -f ../signers -I release -n taco-gen -s {NAME}.sha256.sig < {NAME}.sha256
         sha256sum --check --quiet {NAME}.sha256"
    );
    let sound = shell(&check, &folder, &[]);
    assert!(sound.status.success(), "{}", told(&sound));
    let parts = std::fs::read_to_string(folder.join(format!("{NAME}.cdx.json"))).expect("the parts");
    let parts: serde_json::Value = serde_json::from_str(&parts).expect("JSON");
    let named: BTreeSet<&str> =
        parts["components"].as_array().expect("a list").iter().filter_map(|part| part["name"].as_str()).collect();
    assert!(named.contains("serde") && named.contains("minijinja"), "{named:?}");
    assert!(!named.contains("proptest"), "what only tests need is no part");
    for (file, wrong) in [(format!("{NAME}.tar.gz"), "x"), (format!("{NAME}.sha256"), "0  x\n")] {
        let text = std::fs::read(folder.join(&file)).expect("a file");
        std::fs::write(folder.join(&file), [text.as_slice(), wrong.as_bytes()].concat()).expect("writable");
        assert!(!shell(&check, &folder, &[]).status.success(), "{file} was changed");
        std::fs::write(folder.join(&file), text).expect("writable");
    }
}

#[test]
fn the_action_installs_the_archive_that_is_named_and_no_other() {
    let (place, folder) = made();
    let text = std::fs::read_to_string(root().join("examples/install/action/action.yml")).expect("the action");
    let action: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
    let step = &action["runs"]["steps"][0];
    let script = step["run"].as_str().expect("a script");
    let names: Vec<&str> =
        step["env"].as_mapping().expect("variables").keys().filter_map(|name| name.as_str()).collect();
    assert_eq!(names, ["URL", "VERSION", "SHA256"]);
    let sums = std::fs::read_to_string(folder.join(format!("{NAME}.sha256"))).expect("sums");
    let sum = sums.split(' ').next().expect("a sum");
    let url = format!("file://{}", folder.display());
    let at = place.path().display().to_string();
    let list = place.path().join("path").display().to_string();
    let run = |sum: &str| {
        let variables = [
            ("URL", url.as_str()),
            ("VERSION", env!("CARGO_PKG_VERSION")),
            ("SHA256", sum),
            ("RUNNER_TEMP", at.as_str()),
            ("GITHUB_PATH", list.as_str()),
        ];
        shell(script, place.path(), &variables)
    };
    let wrong = run(&sum.chars().rev().collect::<String>());
    assert!(!wrong.status.success() && !Path::new(&list).exists(), "{}", told(&wrong));
    let right = run(sum);
    assert!(right.status.success(), "{}", told(&right));
    let installed = std::fs::read_to_string(&list).expect("the path");
    let version =
        Command::new(Path::new(installed.trim()).join("taco-gen")).arg("--version").output().expect("it runs");
    assert_eq!(told(&version).trim(), concat!("taco-gen ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_book_has_every_document() {
    let text = std::fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the summary");
    let mut listed: Vec<&str> = text.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')')).collect();
    listed.sort_unstable();
    let documents = std::fs::read_dir(root().join("docs")).expect("documents");
    let mut there: Vec<String> = documents
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "md") && name != "SUMMARY.md")
        .collect();
    there.sort_unstable();
    assert_eq!(listed, there);
}
