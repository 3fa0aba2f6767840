use std::path::Path;

use super::*;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn tree(site: &str, folder: &str, files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Tree { site: site.to_owned(), folder: folder.to_owned(), files }
}

/// A folder with an empty repository in it, and the target that it is.
fn bare() -> (tempfile::TempDir, Target) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--bare", "bare.git"]);
    let url = folder.path().join("bare.git").to_str().unwrap().to_owned();
    (folder, Target { url, branch: "main".to_owned() })
}

fn pushed(published: &Published) -> Option<usize> {
    match published {
        Published::Pushed { files, .. } => Some(*files),
        Published::Unchanged => None,
    }
}

#[test]
fn output_is_pushed_once_changed_and_pruned_and_nothing_else_is_touched() {
    let (folder, target) = bare();
    let near = folder.path();
    let to = |trees: &[Tree]| pushed(&publish(near, &target, trees, ("built", None)).unwrap());
    let first = tree("lab", "lab", &[("a/b", "1"), ("c", "2")]);
    assert_eq!(to(&[tree("other", "other", &[("c", "2")])]), Some(1));
    assert_eq!(to(std::slice::from_ref(&first)), Some(2));
    assert_eq!(to(&[first]), None);
    assert_eq!(to(&[tree("lab", "lab", &[("c", "3")])]), Some(2));
    let bare = Path::new(&target.url);
    assert_eq!(git(bare, &["show", "main:lab/c"]), "3");
    assert_eq!(git(bare, &["ls-tree", "-r", "--name-only", "main"]), "lab/c\nother/c");
    assert_eq!(git(bare, &["rev-list", "--count", "main"]), "3");
    git(bare, &["fsck", "--strict"]);
    assert!(std::fs::read_dir(near).unwrap().count() == 1, "work folders are removed");
}

#[test]
fn sites_of_a_branch_are_one_commit_and_a_site_may_have_a_branch() {
    let (folder, target) = bare();
    let near = folder.path();
    let sites: Vec<Tree> =
        (0..5).map(|at| tree(&format!("s{at}"), &format!("clusters/s{at}"), &[("a", "1")])).collect();
    assert_eq!(pushed(&publish(near, &target, &sites, ("five", None)).unwrap()), Some(5));
    let own = Target { branch: "site/lab".to_owned(), ..target.clone() };
    assert_eq!(
        pushed(&publish(near, &own, &[tree("lab", "", &[("a", "1"), ("b", "2")])], ("root", None)).unwrap()),
        Some(2)
    );
    assert_eq!(pushed(&publish(near, &own, &[tree("lab", "", &[("b", "2")])], ("root", None)).unwrap()), Some(1));
    let bare = Path::new(&target.url);
    assert_eq!(git(bare, &["rev-list", "--count", "main"]), "1");
    assert_eq!(git(bare, &["ls-tree", "-r", "--name-only", "site/lab"]), "b");
    let within = [tree("a", "x", &[]), tree("b", "x/y", &[])];
    assert!(publish(near, &target, &within, ("two", None)).unwrap_err().contains("one folder: `x` and `x/y`"));
}

/// What Argo CD's hydrator writes: the commit of the specs in trailers and beside the output; alone it is no reason to publish.
#[test]
fn the_commit_of_the_specs_is_told_and_is_no_change_by_itself() {
    let (folder, target) = bare();
    let near = folder.path();
    let source = |commit: &str| Source {
        commit: commit.repeat(40),
        author: "A Person <a@example.org>".to_owned(),
        date: "2026-11-01T10:00:00+01:00".to_owned(),
        subject: "lab: more workers".to_owned(),
        body: "Since it is slow.".to_owned(),
        url: "https://git.example.org/sites".to_owned(),
    };
    let to = |text: &str, commit: &str| {
        let trees = [tree("lab", "lab", &[("a", text)])];
        pushed(&publish(near, &target, &trees, ("lab: compiled output", Some(&source(commit)))).unwrap())
    };
    assert_eq!([to("1", "a"), to("1", "b"), to("2", "c")], [Some(1), None, Some(1)]);
    let bare = Path::new(&target.url);
    let trailers = git(bare, &["log", "-1", "--format=%(trailers:only)", "main"]);
    assert!(trailers.contains(&format!("Argocd-reference-commit-sha: {}", "c".repeat(40))), "{trailers}");
    assert!(trailers.contains("Argocd-reference-commit-body: \"Since it is slow.\""), "{trailers}");
    let metadata: serde_json::Value =
        serde_json::from_str(&git(bare, &["show", "main:lab/hydrator.metadata"])).unwrap();
    assert_eq!(metadata["drySha"], "c".repeat(40));
    assert_eq!(git(bare, &["rev-list", "--count", "main"]), "2");
}

#[test]
fn a_repository_elsewhere_gives_the_trees_that_are_needed_and_no_more() {
    let (folder, target) = bare();
    let near = folder.path();
    let sites: Vec<Tree> =
        (0..9).map(|at| tree(&format!("s{at}"), &format!("x/s{at}"), &[("d/a", &at.to_string())])).collect();
    publish(near, &target, &sites, ("all", None)).unwrap();
    let bare = Path::new(&target.url);
    git(bare, &["config", "uploadpack.allowFilter", "true"]);
    git(bare, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let work = near.join("work");
    std::fs::create_dir(&work).unwrap();
    let one = [tree("s3", "x/s3", &[("d/a", "new")])];
    // The folder is not one of this machine as far as git can see.
    let url = format!("file://localhost{}", target.url);
    let far = Target { url, branch: "main".to_owned() };
    let repository = Repository::new(&work, &far, &one).unwrap();
    let tip = repository.fetch().unwrap().unwrap();
    let commits = stream::commits(&repository.git, &one, ("one", None), Some(&tip)).unwrap();
    assert_eq!(changed(&repository.git, &tip, &commits.content, &one).unwrap(), 1);
    assert!(repository.push(&commits.whole).unwrap());
    assert_eq!(git(bare, &["show", "main:x/s3/d/a"]), "new");
    assert_eq!(git(bare, &["show", "main:x/s4/d/a"]), "4");
    let other = git(bare, &["rev-parse", "main:x/s4"]);
    let held = git(&work, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    assert!(!held.contains(&other), "the tree of another site was fetched");
}

#[test]
fn what_a_killed_publisher_left_is_removed_by_the_next() {
    let (folder, target) = bare();
    let left = folder.path().join(format!("{WORK}{}", i32::MAX));
    std::fs::create_dir_all(left.join("objects")).unwrap();
    publish(folder.path(), &target, &[tree("lab", "lab", &[("a", "1")])], ("lab", None)).unwrap();
    assert!(!left.exists());
}

#[test]
fn no_name_becomes_an_option() {
    let (folder, target) = bare();
    for (url, branch, path) in [
        ("--upload-pack=touch x", "main", "lab"),
        ("ext::sh -c x", "main", "lab"),
        ("/repo", "--force", "lab"),
        ("/repo\n", "main", "lab"),
        ("https://user:secret@git.example.org/x", "main", "lab"),
        (&target.url, "main", "../x"),
        (&target.url, "main", "-x"),
        (&target.url, "main", "a//b"),
    ] {
        let target = Target { url: url.to_owned(), branch: branch.to_owned() };
        let refused = publish(folder.path(), &target, &[tree("lab", path, &[("a", "1")])], ("lab", None));
        let message = refused.unwrap_err();
        assert!(message.contains("not a valid") || message.contains("holds a password"), "{message}");
        assert!(!message.contains("secret@"), "{message}");
    }
}
