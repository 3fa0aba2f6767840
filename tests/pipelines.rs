//! The examples of pipelines, run: their shell steps in order, with stand-ins for what a forge brings, against a bare repository.
#![allow(clippy::disallowed_methods, reason = "the tests lay out projects and repositories")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use crate::review::Project;

fn example(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&example(path)).expect("YAML")
}

/// A project whose output is committed on `main`, with a branch that edits its spec, and a bare GitOps repository.
struct Forge {
    project: Project,
    tools: tempfile::TempDir,
}

const EDIT: &str = "    service keystone { config \"keystone.conf\" { token { expiration 7300 } } }\n";

impl Forge {
    fn new() -> Forge {
        let tools = tempfile::tempdir().expect("a folder");
        let bare = tools.path().join("gitops.git");
        let project = Project::new(&[]);
        project.git(&["init", "--quiet", "--bare", bare.to_str().expect("UTF-8")]);
        let forge = Forge { project, tools };
        // The forge's address leads to the repository beside.
        let config =
            format!("[url \"file://{}\"]\n\tinsteadOf = ssh://git@git.example.org/gitops.git\n", bare.display());
        std::fs::write(forge.tools.path().join(".gitconfig"), config).expect("writable");
        forge.write_spec("");
        forge.project.sound(&["build", "--quiet"]);
        forge.project.commit();
        forge.project.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        // What a runner has: programs that write down how they were called.
        for tool in ["cargo", "gh", "glab", "ssh-agent", "ssh-add"] {
            let log = forge.log();
            let script = format!("#!/bin/sh\nprintf '%s\\n' \"{tool} $*\" >> '{}'\n", log.display());
            let path = forge.tools.path().join(tool);
            std::fs::write(&path, script).expect("writable");
            let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
            std::fs::set_permissions(&path, mode).expect("its mode");
        }
        forge
    }

    fn write_spec(&self, rest: &str) {
        let deliver =
            "    lab #true\n    deliver flux repo=\"ssh://git@git.example.org/gitops.git\" { secrets none }\n";
        self.project.write("sites/one/site.kdl", &crate::review::spec("one", &(deliver.to_owned() + rest)));
    }

    fn gitops(&self) -> PathBuf {
        self.tools.path().join("gitops.git")
    }

    fn log(&self) -> PathBuf {
        self.tools.path().join("calls")
    }

    fn calls(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Runs a script as a runner does; what it wrote, and whether it succeeded.
    fn run(&self, script: &str, variables: &BTreeMap<String, String>) -> (bool, String) {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_taco-gen"));
        let own = program.parent().expect("a folder").display().to_string();
        let path = format!("{}:{own}:{}", self.tools.path().display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(self.project.path());
        command.env("PATH", path).env("HOME", self.tools.path()).env("NO_COLOR", "1").env_remove("SOPS_AGE_KEY_FILE");
        command.env("GIT_AUTHOR_NAME", "t").env("GIT_AUTHOR_EMAIL", "t@example.com");
        command.env("GIT_COMMITTER_NAME", "t").env("GIT_COMMITTER_EMAIL", "t@example.com");
        for name in ["GITHUB_OUTPUT", "GITHUB_ENV"] {
            command.env(name, self.tools.path().join(name));
        }
        let output = command.envs(variables).output().expect("bash");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.success(), told)
    }

    /// Runs the steps of a workflow's jobs until one fails; the name of that one.
    fn workflow(&self, path: &str) -> Option<String> {
        let document = yaml(path);
        for job in document["jobs"].as_mapping().expect("jobs").values() {
            let of_job = self.variables(&job["env"]);
            for step in job["steps"].as_sequence().expect("steps") {
                let Some(script) = step["run"].as_str() else { continue };
                let variables = of_job.clone().into_iter().chain(self.variables(&step["env"])).collect();
                let (succeeded, told) = self.run(script, &variables);
                if !succeeded {
                    return Some(format!("{}: {told}", step["name"].as_str().unwrap_or(script)));
                }
            }
        }
        None
    }

    fn variables(&self, env: &Value) -> BTreeMap<String, String> {
        let outputs = std::fs::read_to_string(self.tools.path().join("GITHUB_OUTPUT")).unwrap_or_default();
        let status = outputs.lines().find_map(|line| line.strip_prefix("status=")).unwrap_or_default().to_owned();
        let known = [
            ("vars.TACO_GEN_SOURCE", "https://git.example.org/taco-gen"),
            ("vars.TACO_GEN_TAG", "v0.1.0"),
            ("github.base_ref", "main"),
            ("github.token", "none"),
            ("github.event.pull_request.number", "7"),
            ("secrets.GITOPS_DEPLOY_KEY", "none"),
            ("steps.plan.outputs.status", &status),
        ];
        let mut found = BTreeMap::new();
        for (name, value) in env.as_mapping().into_iter().flatten() {
            let mut value = value.as_str().expect("a text").to_owned();
            for (expression, given) in known {
                value = value.replace(&format!("${{{{ {expression} }}}}"), given);
            }
            assert!(!value.contains("${{"), "no stand-in for {value}");
            found.insert(name.as_str().expect("a name").to_owned(), value);
        }
        found
    }

    /// Runs a job of GitLab, its scripts as one.
    fn job(&self, name: &str) -> (bool, String) {
        let document = yaml("gitlab/.gitlab-ci.yml");
        let lines = |value: &Value| -> Vec<String> {
            value.as_sequence().into_iter().flatten().map(|line| line.as_str().expect("a line").to_owned()).collect()
        };
        let script = [lines(&document["default"]["before_script"]), lines(&document[name]["script"])].concat();
        let variables = [
            ("TACO_GEN_SOURCE", "https://git.example.org/taco-gen"),
            ("TACO_GEN_TAG", "v0.1.0"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_IID", "7"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.run(&script.join("\n"), &BTreeMap::from(variables))
    }

    fn edit(&self, rest: &str) {
        self.write_spec(rest);
        self.project.sound(&["build", "--quiet"]);
        self.project.commit();
    }
}

#[test]
fn a_pull_request_is_reviewed_and_what_is_merged_is_published() {
    let forge = Forge::new();
    forge.edit(EDIT);
    assert_eq!(forge.workflow("github/.github/workflows/review.yml"), None);
    assert!(forge.calls().contains("gh pr comment 7 --edit-last"), "{}", forge.calls());
    let read = |file: &str| std::fs::read_to_string(forge.project.path().join(file)).expect(file);
    assert!(read("plan.md").contains("keystone-api"), "{}", read("plan.md"));
    assert!(read("diff.md").contains("7300") && read("report.html").contains("<html"));
    for file in ["plan.md", "diff.md", "report.html"] {
        std::fs::remove_file(forge.project.path().join(file)).expect("removable");
    }
    assert_eq!(forge.workflow("github/.github/workflows/publish.yml"), None);
    let show = ["--git-dir", &forge.gitops().display().to_string(), "show", "main:one/config/keystone/keystone.conf"];
    assert!(forge.project.git(&show).contains("expiration = 7300"));
    // Output that is not what the specs give ends both.
    forge.write_spec("");
    for workflow in ["review", "publish"] {
        let failed = forge.workflow(&format!("github/.github/workflows/{workflow}.yml")).expect("a failure");
        assert!(failed.starts_with("Is the committed output what the specs give?"), "{failed}");
    }
}

#[test]
fn a_merge_request_is_reviewed_and_what_is_merged_is_published() {
    let forge = Forge::new();
    forge.edit(EDIT);
    let (succeeded, told) = forge.job("review");
    assert!(succeeded, "{told}");
    assert!(forge.calls().contains("glab mr note 7 --unique") && forge.calls().contains("keystone-api"));
    let (succeeded, told) = forge.job("publish");
    assert!(succeeded, "{told}");
    assert!(told.contains("published sites/one: "), "{told}");
    forge.write_spec("");
    assert!(!forge.job("review").0 && !forge.job("publish").0);
}

#[test]
fn two_edits_are_merged_and_the_output_is_built_again() {
    let forge = Forge::new();
    forge.project.write(".gitattributes", &example("git/gitattributes"));
    forge.project.commit();
    let main = forge.project.git(&["rev-parse", "--abbrev-ref", "HEAD"]);
    forge.project.git(&["checkout", "--quiet", "-b", "other"]);
    forge.edit(EDIT);
    forge.project.git(&["checkout", "--quiet", &main]);
    let spec = std::fs::read_to_string(forge.project.path().join("sites/one/site.kdl")).expect("the spec");
    forge.project.write("overlays/quiet/overlay.kdl", "overlay quiet {\n    summary \"Fewer lines in logs.\"\n    service glance { config \"glance-api.conf\" { DEFAULT { debug #true } } }\n}\n");
    forge.project.write("sites/one/site.kdl", &spec.replace("site one {\n", "site one {\n    overlays quiet\n"));
    forge.project.sound(&["build", "--quiet"]);
    forge.project.commit();
    let script = format!("sh -c '{}' merge.sh other", example("git/merge.sh").replace('\'', "'\\''"));
    let (succeeded, told) = forge.run(&script, &BTreeMap::new());
    assert!(succeeded, "{told}");
    forge.project.sound(&["build", "--check", "--quiet"]);
    assert_eq!(forge.project.git(&["status", "--porcelain"]), "");
    let read = |file: &str| std::fs::read_to_string(forge.project.path().join(file)).expect(file);
    assert!(read("output/one/config/keystone/keystone.conf").contains("7300"));
    assert!(read("output/one/config/glance/glance-api.conf").contains("debug = true"));
}

#[test]
fn the_parts_of_a_fleet_are_checked_each_once() {
    let document = yaml("kubernetes/fleet.yaml");
    let pod = &document["spec"]["template"]["spec"]["containers"][0];
    let script = pod["args"][0].as_str().expect("a script").replace("--quiet", "");
    let parts = document["spec"]["completions"].as_u64().expect("a number");
    assert!(script.contains(&format!("/{parts}\"")));
    let forge = Forge::new();
    for at in 0..5 {
        let name = format!("s{at}");
        forge.project.write(&format!("sites/{name}/site.kdl"), &crate::review::spec(&name, ""));
    }
    let mut checked = Vec::new();
    for index in 0..parts {
        let variables = BTreeMap::from([("JOB_COMPLETION_INDEX".to_owned(), index.to_string())]);
        let (succeeded, told) = forge.run(&script, &variables);
        assert!(succeeded, "{told}");
        checked
            .extend(told.lines().filter_map(|line| Some(line.strip_prefix("checked ")?.split(':').next()?.to_owned())));
    }
    checked.sort();
    assert_eq!(checked, ["sites/one", "sites/s0", "sites/s1", "sites/s2", "sites/s3", "sites/s4"]);
}

#[test]
fn sites_that_a_change_touches_are_listed() {
    let forge = Forge::new();
    let sites: Vec<String> = (0..3).map(|at| format!("s{at}")).collect();
    for name in &sites {
        forge.project.write(&format!("sites/{name}/site.kdl"), &crate::review::spec(name, ""));
    }
    forge.project.sound(&["build", "--quiet"]);
    forge.project.commit();
    let affected = |more: &[&str]| forge.project.sound(&[&["affected", "--base", "HEAD"], more].concat());
    assert_eq!(affected(&[]), "");
    assert_eq!(affected(&["--format", "matrix"]), "{\"include\":[]}\n");
    // An edit that changes nothing of the output, and one that does.
    forge.project.write("sites/s0/notes.txt", "nothing");
    forge.project.write("sites/s1/site.kdl", &crate::review::spec("s1", EDIT));
    assert_eq!(affected(&[]), "sites/s1\n");
    assert_eq!(affected(&["--format", "matrix"]), "{\"include\":[{\"site\":\"sites/s1\",\"name\":\"s1\"}]}\n");
    assert_eq!(affected(&["sites/s0", "sites/s2"]), "");
    // What sites share: those that name it.
    forge.project.write("overlays/local/overlay.kdl", &example_overlay());
    assert_eq!(affected(&[]), "sites/one\nsites/s0\nsites/s1\nsites/s2\n");
    let ran = forge.project.run(&["affected", "--base", "--upload-pack=x"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
}

/// The stock overlay that every small site has unasked, with an option more.
fn example_overlay() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/local/overlay.kdl");
    let text = std::fs::read_to_string(path).expect("the overlay");
    let end = text.trim_end().rfind('}').expect("its end");
    format!("{}    service keystone {{ config \"keystone.conf\" {{ DEFAULT {{ debug #true }} }} }}\n}}\n", &text[..end])
}
