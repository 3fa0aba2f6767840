//! Upgrades: what each state of one rolls and runs, and the command that writes the states.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::collections::BTreeSet;

use serde_yaml::Value;
use taco_gen::Compiled;

use crate::review::{Project, spec};
use crate::support::{at, digests, objects, sound, stock_without_store, template};

/// The lab between two releases, with lines at the end of the site.
fn lab(release: &str, lines: &str) -> Compiled {
    let spec = stock_without_store("lab").replace("openstack=\"2026.1\"", release);
    assert!(spec.contains(release));
    sound(&format!("{}    {lines}\n}}\n", &spec[..spec.rfind('}').expect("a block")]))
}

/// The consumers that start or run when one state follows the other.
fn started(before: &Compiled, after: &Compiled) -> BTreeSet<String> {
    let (old, new) = (digests(before), digests(after));
    new.into_iter().filter(|(name, digest)| old.get(name) != Some(digest)).map(|(name, _)| name).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The image and the command of a Job's main container.
fn job(compiled: &Compiled, name: &str) -> (String, Vec<String>) {
    let all = objects(compiled);
    let is_it = |object: &&Value| {
        object["kind"] == "Job" && at(object, &["metadata", "name"]).as_str().expect("a name").starts_with(name)
    };
    let object = all.values().find(is_it).unwrap_or_else(|| panic!("no Job {name}"));
    let container = &template(object).expect("a pod")["spec"]["containers"][0];
    let words = container["command"].as_sequence().expect("a command");
    let words = words.iter().map(|word| word.as_str().expect("text").to_owned()).collect();
    (container["image"].as_str().expect("an image").to_owned(), words)
}

#[test]
fn checks_and_expansions_run_the_next_release_and_start_nothing_again() {
    let release = "openstack=\"2025.2\" next=\"2026.1\"";
    let plain = lab("openstack=\"2025.2\"", "");
    let check = lab(release, "service glance { upgrade check }; service placement { upgrade check }");
    assert_eq!(started(&plain, &check), set(&["glance/upgrade-check", "placement/upgrade-check"]));
    let (image, words) = job(&check, "glance-upgrade-check-");
    assert!(image.contains("glance:2026.1"), "{image}");
    assert!(words.join(" ").ends_with("upgrade-check.sh glance-status upgrade check"), "{words:?}");
    let expand = lab(release, "service glance { upgrade expand }; service placement { upgrade expand }");
    assert_eq!(started(&check, &expand), set(&["glance/upgrade-expand", "placement/upgrade-expand"]));
    let (image, words) = job(&expand, "glance-upgrade-expand-");
    assert!(image.contains("glance:2026.1"), "{image}");
    assert_eq!(words, ["glance-manage", "db", "expand"]);
    assert!(job(&expand, "glance-db-sync-").0.contains("glance:2025.2"));
}

#[test]
fn a_service_rolls_by_itself_and_contracts_last() {
    let release = "openstack=\"2025.2\" next=\"2026.1\"";
    let expand = lab(release, "service glance { upgrade expand }");
    let rolling = lab(release, "service glance { release \"2026.1\"; upgrade rolling }");
    let rolled = started(&expand, &rolling);
    assert!(rolled.contains("glance/api") && rolled.contains("glance/db-sync"), "{rolled:?}");
    assert!(rolled.iter().all(|name| name.starts_with("glance/")), "{rolled:?}");
    // Programs of the old release are still there.
    assert_eq!(job(&rolling, "glance-db-sync-").1, ["glance-manage", "db", "expand"]);
    let online = lab(release, "service glance { release \"2026.1\"; upgrade online }");
    assert_eq!(started(&rolling, &online), set(&["glance/upgrade-online"]));
    let contract = lab("openstack=\"2025.2\"", "service glance { release \"2026.1\" }");
    assert_eq!(job(&contract, "glance-db-sync-").1, ["glance-manage", "db_sync"]);
}

/// What a project says of its releases.
const OLD: &str = r#"    // which
    release openstack="2025.2" // why
    service nova {
        workers 2
    }
    service heat { enabled #false }
    service horizon { enabled #false }
"#;

fn project(rest: &str) -> Project {
    let project = Project::new(&[("one", &spec("one", rest))]);
    project.sound(&["build", "--quiet"]);
    project
}

fn read(project: &Project) -> String {
    std::fs::read_to_string(project.path().join("sites/one/site.kdl")).expect("a spec")
}

#[test]
fn an_upgrade_is_a_series_of_commits_each_of_which_builds() {
    let project = project(OLD);
    project.commit();
    for (name, value) in [("user.name", "t"), ("user.email", "t@example.com")] {
        project.git(&["config", name, value]);
    }
    let old = read(&project);
    // The first state alone, and from there on all.
    project.sound(&["upgrade", "one", "--to", "2026.1", "--commit"]);
    assert_eq!(project.git(&["rev-list", "--count", "HEAD"]), "2");
    assert!(read(&project).contains("next=\"2026.1\""), "{}", read(&project));
    project.sound(&["upgrade", "one", "--to", "2026.1", "--commit", "--all"]);
    assert_eq!(read(&project), old.replace("2025.2", "2026.1"), "nothing of the way stays");
    assert_eq!(project.git(&["status", "--porcelain"]), "");
    let log = project.git(&["log", "--reverse", "--format=%s"]);
    let rolled: Vec<&str> = log
        .lines()
        .filter_map(|line| line.strip_prefix("one: upgrade ")?.split_once(" to "))
        .map(|(name, _)| name)
        .collect();
    let place =
        |name: &str| rolled.iter().position(|rolled| *rolled == name).unwrap_or_else(|| panic!("{name}: {log}"));
    assert_eq!(place("keystone"), 0, "{log}");
    assert!(place("placement") < place("nova"), "{log}");
    let ends = [
        "upgrade checks of OpenStack 2026.1",
        "expand the databases",
        "online data migrations",
        "contract the databases",
    ];
    let places: Vec<usize> = ends
        .iter()
        .map(|end| log.lines().position(|line| line.contains(end)).unwrap_or_else(|| panic!("{end}: {log}")))
        .collect();
    assert!(places.is_sorted(), "{log}");
    // Each commit holds the output of its spec.
    project.git(&["checkout", "--quiet", "HEAD~3"]);
    project.sound(&["build", "--check"]);
    let said = project.run(&["upgrade", "one", "--to", "2026.1"]);
    assert_eq!(said.code, 0, "a detached head: {}", said.said);
}

#[test]
fn what_is_no_way_forward_is_refused_and_nothing_written() {
    let project = project(OLD);
    let old = read(&project);
    let refused = |arguments: &[&str], code: i32, told: &str| {
        let ran = project.run(&[&["upgrade", "one"], arguments].concat());
        assert!(ran.code == code && ran.said.contains(told), "{arguments:?}: {} {}", ran.code, ran.said);
        assert_eq!(read(&project), old, "{arguments:?}");
    };
    refused(&["--to", "2027.1"], 2, "unknown OpenStack release `2027.1`; known are ocata");
    refused(&["--to", "2025.1"], 2, "OpenStack 2025.1 is older than 2025.2");
    refused(
        &["--to", "2026.2"],
        2,
        "the way is 2025.2 -> 2026.1 -> 2026.2; first `taco-gen upgrade sites/one --to 2026.1`",
    );
    refused(&["--to", "2026.1", "--commit"], 2, "git status");
    refused(&["--to", "2026.1", "--all"], 2, "--commit");
    project.commit();
    project.write("note", "x");
    refused(&["--to", "2026.1", "--commit"], 2, "`note` is not committed");
    let at_once = project.run(&["upgrade", "one", "--to", "2025.2"]);
    assert!(at_once.code == 0 && at_once.said.contains("nothing is left to do"), "{}", at_once.said);
    // A state that is not built is not passed over.
    std::fs::remove_dir_all(project.path().join("output")).expect("removed");
    refused(&["--to", "2026.1"], 2, "the output is not that of the present state: `output/one/");
    let said = project.run(&["upgrade", "one", "--to", "2026.1"]).said;
    assert!(said.lines().count() == 1 && said.contains(" more files differ; build and deliver it"), "{said}");
}

#[test]
fn an_upgrade_goes_on_where_it_was_left() {
    let project = project(OLD);
    let step = || project.run(&["upgrade", "one", "--to", "2026.1"]);
    assert!(step().said.contains("checks of OpenStack 2026.1"));
    let other = project.run(&["upgrade", "one", "--to", "2026.2"]);
    assert!(other.code == 2 && other.said.contains("on the way to OpenStack 2026.1"), "{}", other.said);
    assert!(step().said.contains("expand the databases for OpenStack 2026.1"));
    let rolled = step().said;
    assert!(rolled.contains("upgrade keystone to OpenStack 2026.1"), "{rolled}");
    let spec = read(&project);
    assert!(spec.contains("service keystone upgrade=rolling release=\"2026.1\""), "{spec}");
}
