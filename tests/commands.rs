//! Every command line that help, documents and messages show: the program takes it, and the examples of help and of documents run.
//!
//! README and tutorial are run with their outputs by `tests/documents.rs`; here each page of help, and each block of commands of the
//! other documents, runs in a project of its own. `kubectl` and `skopeo` are scripts that print what the output says.
#![allow(clippy::disallowed_methods, reason = "the commands run in a folder of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use clap::{CommandFactory as _, Parser as _};
use regex_lite::Regex;
use taco_gen::cli::args::Arguments;

use crate::review::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder that end so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let paths = entries.into_iter().map(|entry| entry.expect("readable").into_path());
    paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

/// The words of a command as a shell divides them, up to a pipe, a redirection or a remark.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut is_open) = (vec![String::new()], None, false);
    let command = line.split("   ").next().unwrap_or_default();
    for c in command.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => (quote, is_open) = (Some(c), true),
            ('|' | '>' | '<' | '#' | '&' | ';', None) => break,
            (' ', None) => {
                if is_open || words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
                is_open = false;
            }
            (c, _) => words.last_mut().expect("a word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What the program says of a command line; the names that stand for values are values of their kind.
fn refusal(line: &str) -> Option<clap::Error> {
    let stands_for = |word: String| match word.trim_end_matches("...") {
        "I/N" => "1/2".to_owned(),
        "SHELL" => "bash".to_owned(),
        "NETWORK=ADDRESS" => "management=10.0.0.1".to_owned(),
        "NAME" | "SITE" | "TOOL" | "SERVICE" => "name".to_owned(),
        "FILE.html" => "file.html".to_owned(),
        word => word.to_owned(),
    };
    let words = words(line).into_iter().filter(|word| !word.starts_with('[')).map(stands_for);
    Arguments::try_parse_from(words).err()
}

/// Does the program know every word of a line? One that is only named may lack values.
fn is_known(line: &str) -> Result<(), String> {
    use clap::error::ErrorKind;
    match refusal(line) {
        None => Ok(()),
        Some(error) => match error.kind() {
            ErrorKind::InvalidValue if error.to_string().contains("a value is required") => Ok(()),
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Ok(()),
            _ => Err(format!("{line}: {}", error.to_string().lines().next().unwrap_or_default())),
        },
    }
}

/// The command lines in code spans of a text.
fn spans(text: &str) -> Vec<String> {
    let span = Regex::new("`(taco-gen [a-z][^`\n]*)`").expect("a pattern");
    span.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// Every page of help: the words that lead to it, and its examples.
fn pages() -> BTreeMap<String, Vec<String>> {
    fn walk(command: &clap::Command, path: &str, pages: &mut BTreeMap<String, Vec<String>>) {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let block = after.split("Examples:\n").nth(1).unwrap_or_default().replace("\\\n", " ");
        let lines = block.lines().take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned());
        pages.insert(path.to_owned(), lines.collect());
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            walk(inner, format!("{path} {}", inner.get_name()).trim(), pages);
        }
    }
    let mut pages = BTreeMap::new();
    walk(&Arguments::command(), "", &mut pages);
    pages
}

#[test]
fn every_command_that_is_shown_is_one_that_the_program_takes() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut check = |place: &str, line: &str| {
        count += 1;
        wrong.extend(is_known(line).err().map(|why| format!("{place}: {why}")));
    };
    let documents = ["docs", "examples", "sites", "tests/system"].iter().flat_map(|folder| files(folder, ".md"));
    let documents = documents.chain(["README.md", "CONTRIBUTING.md"].map(|name| root().join(name)));
    for path in documents.chain(files("examples", ".yml")).chain(files("schema/services", ".kdl")) {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let is_page = path.to_string_lossy().ends_with(".md");
        let parts = text.split("\n```").enumerate().filter(|(index, _)| !is_page || index % 2 == 1);
        let lines = parts.flat_map(|(_, part)| part.lines());
        let lines = lines.map(|line| line.trim_start().trim_start_matches("$ ").trim_start_matches("- run: "));
        let lines = lines.filter(|line| line.starts_with("taco-gen ")).map(str::to_owned);
        for line in lines.chain(spans(&text)) {
            check(&path.strip_prefix(root()).expect("inside").display().to_string(), &line);
        }
    }
    // Messages name commands, with values that only a run knows.
    let hole = Regex::new(r"\{[a-z_.:\[\]0-9()]*\}").expect("a pattern");
    for path in files("compiler", ".rs") {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let messages = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in messages.flat_map(spans) {
            check(&path.strip_prefix(root()).expect("inside").display().to_string(), &hole.replace_all(&line, "name"));
        }
    }
    for (path, examples) in pages() {
        for line in examples.iter().filter(|line| line.starts_with("taco-gen ")) {
            check(&format!("help {path}"), line);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(count > 200, "only {count} command lines");
    for (line, is_right) in [
        ("taco-gen build --chek", false),
        ("taco-gen biuld", false),
        ("taco-gen passwords init", true),
        ("taco-gen affected --shard I/N --base REF", true),
        ("taco-gen plan [SITES] --format html", false),
    ] {
        assert_eq!(is_known(line).is_ok(), is_right, "{line}");
    }
}

#[test]
fn every_page_of_help_ends_with_examples_and_exit_codes() {
    let mut bare = Vec::new();
    for (path, examples) in pages() {
        let mut command = Arguments::command();
        let command = path
            .split(' ')
            .filter(|word| !word.is_empty())
            .fold(&mut command, |command, word| command.find_subcommand_mut(word).expect("a command"));
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        // What only holds other commands, or speaks a protocol, has none; the actions of `passwords` stand on its page.
        let is_group = command.has_subcommands() && !["", "passwords", "releases"].contains(&path.as_str());
        let is_elsewhere = path.starts_with("passwords ") || ["lsp", "mcp", "completions"].contains(&path.as_str());
        if !is_group && !is_elsewhere && (examples.is_empty() || !after.contains("Exit codes:")) {
            bare.push(path);
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

/// Examples that other tests run, since they do not end, or take long.
const ELSEWHERE: [(&str, &str); 2] = [
    ("taco-gen build lab --watch", "tests/watch.rs"),
    ("taco-gen upgrade lab --to 2026.1 --commit --all", "tests/upgrade.rs"),
];

const SPEC: &str = "site lab {
    ring canary
    release openstack=\"2025.2\"
    network management cidr=\"10.10.0.0/24\" { ntp \"10.10.0.1\" }
    network tunnel cidr=\"10.20.0.0/24\"
    node aio management=\"10.10.0.11\" tunnel=\"10.20.0.11\" { roles controller network compute }
    deliver flux repo=\"ssh://git@git.example.com/clusters.git\" path=lab { secrets none }
    lab #true
}
";

/// A dump of a cluster.
const CLUSTER: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "keystone-etc", "namespace": "openstack"},
   "data": {"keystone.conf": "[token]\nexpiration = 7200\n"}},
  {"apiVersion": "v1", "kind": "Node",
   "metadata": {"name": "aio", "labels": {"openstack-control-plane": "enabled", "openstack-compute-node": "enabled"}},
   "status": {"addresses": [{"type": "InternalIP", "address": "10.10.0.11"}]}}
]}
"#;

/// Programs that the examples call, as scripts.
const PROGRAMS: [(&str, &str); 3] = [
    ("kubectl", "#!/bin/sh\ncat \"$HOME/cluster.json\"\n"),
    ("skopeo", "#!/bin/sh\nprintf '{\"Name\":\"docker.io/library/memcached\",\"Digest\":\"sha256:%064d\"}' 7\n"),
    // The host of the examples is a folder here.
    ("ssh", "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$(printf %s \"$last\" | sed \"s#'/#'$HOME/#\")\"\n"),
];

/// A project in which the examples have what they name, built and committed.
static BUILT: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::new(&[("lab", SPEC)]);
    let copied = |from: &str, to: &str| {
        let text = std::fs::read_to_string(root().join("tests/import").join(from)).expect("an input");
        project.write(to, &text);
    };
    copied("kolla-globals.yml", "globals.yml");
    copied("kolla-globals.yml", "kolla/globals.yml");
    copied("kolla-inventory", "multinode");
    for site in ["east", "west"] {
        copied("kolla-globals.yml", &format!("{site}/globals.yml"));
        copied("kolla-inventory", &format!("{site}/multinode"));
    }
    copied("osa-az.yml", "openstack_user_config.yml");
    copied("armada-aio.yaml", "manifest.yaml");
    copied("oaas-env-common.yaml", "env-common.yaml");
    for (name, text) in [
        (".gitignore", "*.agekey\n"),
        ("overlays/fast/overlay.kdl", "overlay fast {\n    service keystone { workers 7 }\n}\n"),
        ("site.kdl", SPEC),
        ("cluster.json", CLUSTER),
        ("config/keystone.conf", "[token]\nexpiration = 7200\n"),
        ("kolla/keystone/keystone.conf", "[token]\nexpiration = 7200\n"),
        ("passwords.yml", "---\n{}\n"),
        ("user_secrets.yml", "---\n{}\n"),
        ("user_variables.yml", "---\nhorizon_time_zone: UTC\n"),
        ("nova-values.yaml", "conf: {nova: {DEFAULT: {cpu_allocation_ratio: 2.0}}}\n"),
        ("overrides.yaml", "conf: {neutron: {DEFAULT: {global_physnet_mtu: 9000}}}\n"),
        ("hosts.yaml", "all: {hosts: {c1: {ansible_host: 10.10.0.21}}, children: {control: {hosts: {c1: {}}}}}\n"),
    ] {
        project.write(name, text);
    }
    project.sound(&["build", "--quiet"]);
    project.commit();
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "next"]);
    project.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    project
});

/// A copy of it, and the home of whoever runs the examples.
fn project() -> (tempfile::TempDir, tempfile::TempDir) {
    let (copy, home) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let from = format!("{}/.", BUILT.path().display());
    let copied = Command::new("cp").args(["-a", &from]).arg(copy.path()).status().expect("cp");
    assert!(copied.success());
    let bin = home.path().join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    for (name, text) in PROGRAMS {
        std::fs::write(bin.join(name), text).expect("a file");
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).expect("a program");
    }
    for (name, text) in [(".vault", "x\n"), ("cluster.json", CLUSTER)] {
        std::fs::write(home.path().join(name), text).expect("a file");
    }
    BUILT.git(&["init", "--quiet", "--bare", &home.path().join("clusters.git").display().to_string()]);
    (copy, home)
}

/// Runs a line in a shell, in the project.
fn run(line: &str, project: &Path, beside: &Path) -> Output {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_taco-gen"));
    let bin = program.parent().expect("a folder").display();
    let path = format!("{}/bin:{bin}:{}", beside.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(project).stdin(Stdio::null()).env("PATH", path).env("HOME", beside);
    command.env("NO_COLOR", "1").env("BROWSER", "true").env_remove("SOPS_AGE_KEY_FILE");
    for (index, (key, value)) in [("user.name", "t"), ("user.email", "t@example.com")].iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{index}"), key).env(format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    command.env("GIT_CONFIG_COUNT", "2").output().expect("a shell")
}

/// Runs lines one after the other in a project of their own; what is wrong with them.
fn wrong(name: &str, lines: &[String]) -> Vec<String> {
    let (project, beside) = project();
    let fresh = tempfile::tempdir().expect("a folder");
    // The page of the program and that of `init` begin with an empty folder.
    let is_first = ["help ", "help init"].contains(&name);
    let folder = if is_first { fresh.path() } else { project.path() };
    let mut wrong = Vec::new();
    for line in lines.iter().filter(|line| ELSEWHERE.iter().all(|(elsewhere, _)| line != elsewhere)) {
        let (line, _) = line.split_once("    ").unwrap_or((line, ""));
        let line = line.replace("/etc/kolla", "kolla").replace("~/", "$HOME/");
        if line.contains("--remove old-site") {
            let seed = "taco-gen publish lab --repo ssh://git@git.example.com/clusters.git --path old-site";
            run(seed, folder, beside.path());
        }
        if line.contains("--base origin/main") && is_first {
            let seed = "git init --quiet . && git add --all && git commit --quiet -m state && git update-ref refs/remotes/origin/main HEAD";
            run(seed, folder, beside.path());
        }
        let Output { status, stderr, .. } = run(&line, folder, beside.path());
        if !status.success() {
            wrong.push(format!("{name}: `{line}` ends with {:?}: {}", status.code(), String::from_utf8_lossy(&stderr)));
        }
        // Each `import` makes the site anew.
        let _ = std::fs::remove_dir_all(folder.join("sites/prod"));
    }
    wrong
}

#[test]
fn every_example_of_help_runs() {
    let mut found = Vec::new();
    let mut all = BTreeSet::new();
    for (path, lines) in pages().into_iter().filter(|(_, lines)| !lines.is_empty()) {
        all.extend(lines.iter().cloned());
        // Completions go to the places of shells.
        if path != "completions" {
            found.extend(wrong(&format!("help {path}"), &lines));
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(all.len() > 50, "only {} examples", all.len());
    for (line, test) in ELSEWHERE {
        assert!(all.contains(line) && root().join(test).is_file(), "{line}");
    }
    assert_eq!(wrong("wrong", &["taco-gen explain no-such-word".to_owned()]).len(), 1);
}

#[test]
fn every_block_of_commands_of_the_documents_runs() {
    let (mut found, mut count) = (Vec::new(), 0);
    for path in files("docs", ".md") {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        // The tutorial is run with its outputs.
        if path.ends_with("tutorial.md") {
            continue;
        }
        let mut open: Option<(bool, Vec<String>)> = None;
        for line in text.lines() {
            match (line.strip_prefix("```"), open.take()) {
                (Some(info), None) => open = Some((["", "sh", "console"].contains(&info), Vec::new())),
                (Some(_), Some((true, lines))) if lines.iter().any(|line| line.starts_with("taco-gen ")) => {
                    count += lines.len();
                    found.extend(wrong(&path.file_name().expect("a name").to_string_lossy(), &lines));
                }
                (Some(_), Some(_)) => {}
                (None, Some((is_command, mut lines))) => {
                    let line = line.trim_start_matches("$ ").to_owned();
                    lines.extend((!line.is_empty()).then_some(line));
                    open = Some((is_command, lines));
                }
                (None, None) => {}
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(count > 9, "only {count} commands");
}
