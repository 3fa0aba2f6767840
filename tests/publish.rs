//! Publishing by the program: what it refuses, two publishers at once, and what remains where it is killed.
#![allow(clippy::disallowed_methods, reason = "the tests make projects and repositories")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use taco_gen::delivery::publish::{Published, Target, Tree, publish};

use crate::support::stock_without_store;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(who).args(arguments).current_dir(folder).output().expect("git");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("XDG_CACHE_HOME", folder.join("cache"));
    // No identity of the one who runs the tests.
    command.env("XDG_CONFIG_HOME", folder.join("config"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let Output { status, stderr, stdout } = program(folder, arguments).output().expect("the program");
    let told = String::from_utf8_lossy(&stderr).into_owned() + &String::from_utf8_lossy(&stdout);
    (status.code().unwrap_or(-1), told)
}

/// A project with one built site, and an empty repository beside it.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("project/sites/one");
    std::fs::create_dir_all(&site).expect("a folder");
    std::fs::write(site.join("site.kdl"), stock_without_store("minimal").replace("site minimal", "site one"))
        .expect("a spec");
    git(folder.path(), &["init", "--quiet", "--bare", "bare.git"]);
    let (code, told) = run(&folder.path().join("project"), &["build"]);
    assert_eq!(code, 0, "{told}");
    folder
}

#[test]
fn what_cannot_be_published_is_told_and_nothing_is_half_done() {
    let folder = project();
    let root = folder.path().join("project");
    let bare = folder.path().join("bare.git").display().to_string();
    let (code, told) = run(&root, &["publish", "--repo", &bare]);
    assert_eq!(code, 0, "{told}");
    let tip = git(Path::new(&bare), &["rev-parse", "main"]);
    let refused = |arguments: &[&str], expected: &str| {
        let (code, told) = run(&root, &[&["publish"], arguments].concat());
        assert_eq!(code, 2, "{arguments:?}: {told}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
        assert_eq!(git(Path::new(&bare), &["rev-parse", "main"]), tip);
    };
    refused(&["--repo", "/nonexistent/repository"], "git ls-remote");
    refused(&["--repo", "https://user:secret@git.example.org/x"], "holds a password");
    refused(&["--repo", &bare, "--branch=--force"], "not a valid branch name");
    refused(&["--repo", &bare, "--path", "../x"], "not a valid path");
    refused(&[], "has no `deliver`");
    let some =
        std::fs::read_dir(root.join("output/one/config/keystone")).expect("files").next().expect("one").expect("it");
    let text = std::fs::read_to_string(some.path()).expect("a text");
    std::fs::write(some.path(), text.clone() + "# by hand\n").expect("writable");
    refused(&["--repo", &bare], "was edited since the last build");
    std::fs::write(some.path(), text).expect("writable");
    // A repository of specs: what is published is what is committed.
    git(&root, &["init", "--quiet"]);
    git(&root, &["add", "sites"]);
    git(&root, &["commit", "--quiet", "-m", "specs"]);
    std::fs::write(root.join("sites/one/notes.txt"), "x").expect("writable");
    refused(&["--repo", &bare, "--path", "y"], "`sites/one/notes.txt` is not committed as it is");
    std::fs::remove_file(root.join("sites/one/notes.txt")).expect("removable");
    git(&root, &["checkout", "--quiet", "--detach"]);
    let (code, told) = run(&root, &["publish", "--repo", &bare, "--path", "y"]);
    assert_eq!(code, 0, "{told}");
    let sha = git(&root, &["rev-parse", "HEAD"]);
    assert!(git(Path::new(&bare), &["log", "-1", "--format=%B", "main"]).contains(&format!("commit-sha: {sha}")));
}

#[test]
fn a_site_without_a_store_is_told_so_and_published_once_its_secrets_are_made_by_hand() {
    let folder = project();
    let root = folder.path().join("project");
    let bare = folder.path().join("bare.git").display().to_string();
    let spec = root.join("sites/one/site.kdl");
    let text = std::fs::read_to_string(&spec).expect("a spec");
    let published = |deliver: &str| {
        let end = text.rfind('}').expect("a block");
        std::fs::write(&spec, format!("{}    {deliver}\n}}\n", &text[..end])).expect("writable");
        assert_eq!(run(&root, &["build"]).0, 0);
        run(&root, &["publish", "--repo", &bare])
    };
    let (code, told) = published("deliver flux repo=\"https://git.example.org/clusters\"");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("`taco-gen passwords generate sites/one` makes one"), "{told}");
    let (code, told) = published("deliver flux repo=\"https://git.example.org/clusters\" { secrets none }");
    assert_eq!(code, 0, "{told}");
}

#[test]
fn two_publishers_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet", "--bare", "bare.git"]);
    let bare = folder.path().join("bare.git");
    let target = Target { url: bare.display().to_string(), branch: "main".to_owned() };
    let tree = |site: &str, round: usize| Tree {
        site: site.to_owned(),
        folder: format!("clusters/{site}"),
        files: vec![("round".to_owned(), round.to_string().into_bytes())],
    };
    let work = |site: &str| {
        let near = folder.path().join(site);
        std::fs::create_dir_all(&near).expect("a folder");
        near
    };
    for round in 0..20 {
        std::thread::scope(|scope| {
            for site in ["a", "b"] {
                let (near, target, tree) = (work(site), &target, tree(site, round));
                scope.spawn(move || {
                    let published = publish(&near, target, &[tree], ("round", None)).expect("published");
                    assert!(matches!(published, Published::Pushed { files: 1, .. }));
                });
            }
        });
        for site in ["a", "b"] {
            assert_eq!(git(&bare, &["show", &format!("main:clusters/{site}/round")]), round.to_string());
        }
    }
    assert_eq!(git(&bare, &["rev-list", "--count", "main"]), "40");
}

/// `TACO_KILLS` says how many; a few by default.
#[test]
fn a_killed_publisher_leaves_the_old_or_the_new_commit() {
    let folder = project();
    let root = folder.path().join("project");
    let bare = folder.path().join("bare.git");
    let url = bare.display().to_string();
    let kills: u64 = std::env::var("TACO_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let started = std::time::Instant::now();
    assert_eq!(run(&root, &["publish", "--repo", &url, "--path", "whole"]).0, 0);
    let whole = started.elapsed();
    let expected = git(&bare, &["rev-parse", "main:whole"]);
    for kill in 0..kills {
        let path = format!("p{kill}");
        let mut child = program(&root, &["publish", "--repo", &url, "--path", &path]).spawn().expect("the program");
        // Spread over the whole run, and beyond it.
        std::thread::sleep(whole.mul_f64(1.5) * u32::try_from(kill).expect("few") / u32::try_from(kills).expect("few"));
        drop(child.kill());
        drop(child.wait());
    }
    let (code, told) = run(&root, &["publish", "--repo", &url, "--path", "last"]);
    assert_eq!(code, 0, "{told}");
    let left = std::fs::read_dir(root.join("output")).expect("the output").flatten();
    let left: Vec<_> =
        left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".taco-gen-publish")).collect();
    assert!(left.is_empty(), "{left:?}");
    // Whatever git finished after its parent was gone: every commit has its parent's folders and whole ones.
    let commits = git(&bare, &["rev-list", "main"]);
    for commit in commits.lines() {
        for line in git(&bare, &["ls-tree", commit]).lines() {
            assert!(line.contains(&expected), "{commit}: {line}");
        }
    }
    git(&bare, &["fsck", "--connectivity-only"]);
    println!("{} new of {kills}", commits.lines().count() - 2);
}
