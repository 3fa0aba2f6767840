//! `diff` as a person runs it: against Git refs, directories and the output, and what it never says.
#![allow(clippy::disallowed_methods, reason = "the tests lay out a project of their own")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A project of its own, with Git.
pub struct Project(tempfile::TempDir);

/// What a run gave.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub said: String,
}

impl Project {
    /// A project with sites: name and spec.
    pub fn new(sites: &[(&str, &str)]) -> Project {
        let project = Project(tempfile::tempdir().expect("a folder"));
        sites.iter().for_each(|(name, spec)| project.write(&format!("sites/{name}/site.kdl"), spec));
        project
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]);
        let output = command.args(arguments).current_dir(self.0.path()).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn commit(&self) {
        self.git(&["init", "--quiet"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "state"]);
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command.env("NO_COLOR", "1").env_remove("SOPS_AGE_KEY_FILE");
        let Output { status, stdout, stderr } =
            command.current_dir(self.0.path()).args(arguments).output().expect("it starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: status.code().unwrap_or(-1), out: text(stdout), said: text(stderr) }
    }

    pub fn sound(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.said);
        ran.out
    }
}

/// A small site with something in it.
pub fn spec(name: &str, rest: &str) -> String {
    format!(
        "site {name} {{\n    network management cidr=\"192.168.50.0/24\"\n    \
         node aio management=\"192.168.50.11\" {{ roles controller network compute }}\n{rest}}}\n"
    )
}

const EDIT: &str = "    service keystone { config \"keystone.conf\" { token { expiration 7300 } } }\n";

#[test]
fn every_base_gives_the_same_comparison() {
    let project = Project::new(&[("a", &spec("a", ""))]);
    project.sound(&["build", "--quiet"]);
    project.commit();
    project.git(&["tag", "built"]);
    std::fs::create_dir(project.path().join("old")).expect("a folder");
    project.git(&["--work-tree=old", "checkout", "built", "--", "."]);
    // A commit without output has a spec.
    project.git(&["rm", "--quiet", "-r", "--cached", "output"]);
    project.git(&["commit", "--quiet", "--message", "spec only"]);
    project.write("sites/a/site.kdl", &spec("a", EDIT));
    let expected = project.sound(&["diff", "a"]);
    assert!(expected.contains("[token] expiration: 43200 -> 7300"), "{expected}");
    assert!(expected.contains("digests only, 4 in keystone"), "{expected}");
    project.git(&["checkout", "--quiet", "--detach"]);
    let before = project.git(&["status", "--porcelain"]);
    for base in ["built", "HEAD", "HEAD~1", "refs/heads/main", "old", "./old", "old/output", "old/output/a"] {
        assert_eq!(project.sound(&["diff", "a", "--base", base]), expected, "{base}");
    }
    assert_eq!(project.git(&["status", "--porcelain"]), before, "the work tree is left alone");
    assert_eq!(project.run(&["diff", "--exit-code"]).code, 1);
    project.sound(&["build", "--quiet"]);
    let ran = project.run(&["diff", "--exit-code"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "nothing differs\n"));
    assert!(ran.said.contains("--base HEAD"), "{}", ran.said);
}

/// A Kustomization is called after the site and the unit, its file after the unit alone.
#[test]
fn an_object_is_called_by_its_name() {
    let deliver = |path: &str| {
        spec(
            "a",
            &format!("    deliver flux repo=\"https://git.example.org/clusters\" path=\"{path}\" {{ secrets none }}\n"),
        )
    };
    let project = Project::new(&[("a", &deliver("one"))]);
    project.sound(&["build", "--quiet"]);
    project.write("sites/a/site.kdl", &deliver("two"));
    let told = project.sound(&["diff", "a"]);
    assert!(told.contains("~ Kustomization a-keystone\n      spec.path: ./one/"), "{told}");
    assert!(!told.contains("Kustomization keystone"), "{told}");
}

#[test]
fn a_base_that_cannot_be_read_gives_no_answer() {
    let project = Project::new(&[("a", &spec("a", ""))]);
    let refused = |base: &str, code: &str| {
        let ran = project.run(&["diff", "a", &format!("--base={base}")]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{base}: {}", ran.said);
        assert!(ran.said.contains(code), "{base}: {}", ran.said);
    };
    refused("main", "TG0845");
    project.write("sites/a/site.kdl", &spec("a", "    nonsense 1\n"));
    project.commit();
    project.write("sites/a/site.kdl", &spec("a", ""));
    refused("HEAD", "TG0846");
    for base in ["-x", "--output=x", "", "a\nb", "absent", "HEAD:sites", "HEAD^{tree}"] {
        refused(base, "TG0844");
    }
    refused("sites", "TG0847");
    project.git(&["branch", "sites"]);
    refused("sites", "TG0844");
    let ran = project.run(&["diff", "a", "--base", "HEAD", "--output", "/elsewhere"]);
    assert!(ran.code == 2 && ran.said.contains("TG0845"), "{}", ran.said);
    project.git(&["update-ref", "refs/heads/--output=x", "HEAD"]);
    refused("--output=x", "TG0844");
    refused("refs/heads/--output=x", "TG0846");
    let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
    let output = command.current_dir(project.path()).env("PATH", "").args(["diff", "--base", "HEAD"]).output();
    assert_eq!(output.expect("it starts").status.code(), Some(2), "no git");
}

#[test]
fn what_sites_share_is_told_once_with_the_exceptions() {
    let names: Vec<String> = (1..=6).map(|number| format!("s{number}")).collect();
    let sites: Vec<(&str, String)> = names.iter().map(|name| (name.as_str(), spec(name, ""))).collect();
    let sites: Vec<(&str, &str)> = sites.iter().map(|(name, spec)| (*name, spec.as_str())).collect();
    let project = Project::new(&sites);
    project.sound(&["build", "--quiet"]);
    for name in &names {
        project.write(&format!("sites/{name}/site.kdl"), &spec(name, EDIT));
    }
    let human = project.sound(&["diff"]);
    assert_eq!(human.matches("7300").count(), 1, "{human}");
    assert!(human.starts_with("all 6 sites: 1 config file"), "{human}");
    project.write("sites/s4/site.kdl", &spec("s4", &EDIT.replace("7300", "7400")));
    let found: Value = serde_json::from_str(&project.sound(&["diff", "--format", "json"])).expect("JSON");
    let of = |value: &str| {
        let blocks = found["blocks"].as_array().expect("blocks").iter();
        let has = |block: &&Value| block["changes"].to_string().contains(&format!("\"new\":\"{value}\""));
        blocks.filter(has).cloned().collect::<Vec<_>>()
    };
    let (most, other) = (of("7300"), of("7400"));
    assert_eq!((most.len(), other.len()), (1, 1));
    assert_eq!((most[0]["sites"].as_array().map(Vec::len), &most[0]["exceptions"][0]), (Some(5), &"sites/s4".into()));
    assert_eq!(other[0]["sites"], serde_json::json!(["sites/s4"]));
}

#[test]
fn a_secret_is_changed_or_not_and_never_said() {
    let plain = |value: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  key: {value}\n");
    let state = |value: &str| {
        let file = ("kubernetes/a/secret-x.yaml".to_owned(), plain(value));
        taco_gen::review::state::State::of_texts([file])
    };
    let (old, new) = (state("c2VjcmV0LW9uZQ=="), state("c2VjcmV0LXR3bw=="));
    let changes = taco_gen::review::compare::compare(&old, &new);
    assert_eq!(changes.len(), 1);
    let site = taco_gen::review::fleet::SiteChanges { site: "a".to_owned(), changes: changes.clone() };
    let blocks = taco_gen::review::fleet::blocks(&[site]);
    for text in [
        taco_gen::review::human::text(&blocks, 1),
        taco_gen::review::markdown::text(&blocks, 1),
        taco_gen::review::unified::text("a", (&old, &new), &changes),
        serde_json::to_string(&blocks).expect("JSON"),
    ] {
        assert!(!text.contains("c2Vj") && text.contains("redacted"), "{text}");
    }
}

#[test]
fn the_markdown_of_a_whole_new_site_fits_a_comment() {
    let project = Project::new(&[("a", &crate::support::stock_without_store("lab"))]);
    project.write("sites/a/site.kdl", &crate::support::stock_without_store("lab").replacen("site lab", "site a", 1));
    let markdown = project.sound(&["diff", "--format", "markdown"]);
    assert!(markdown.len() <= 60_000, "{}", markdown.len());
    assert!(markdown.starts_with("## Rendered output\n\n| sites |"), "{markdown}");
    let unified = project.sound(&["diff", "--format", "unified"]);
    assert!(unified.contains("--- /dev/null\n+++ b/sites/a/config/nova/nova.conf\n"), "{}", &unified[..2000]);
}
