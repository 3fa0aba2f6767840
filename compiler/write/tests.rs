use super::apply::apply_until;
use super::*;

fn artifacts(files: &[(&str, &str)]) -> Vec<Artifact> {
    files.iter().map(|(path, text)| Artifact { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() }).collect()
}

fn build(root: &Path, files: &[Artifact]) -> Plan {
    let found = plan(root, files).unwrap();
    apply(root, files, &found, Overwrite::Refuse).unwrap();
    found
}

fn tree(root: &Path) -> BTreeMap<String, String> {
    let files =
        walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            (
                entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned(),
                std::fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn a_tree_is_written_changed_and_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("out");
    assert_eq!(build(&root, &artifacts(&[("a/b", "1"), ("c", "2")])).added, ["a/b", "c"]);
    let second = build(&root, &artifacts(&[("c", "3"), ("d", "4")]));
    assert_eq!(
        (second.added, second.changed, second.removed),
        (vec!["d".to_owned()], vec!["c".to_owned()], vec!["a/b".to_owned()])
    );
    assert!(!root.join("a").exists());
    let third = plan(&root, &artifacts(&[("c", "3"), ("d", "4")])).unwrap();
    assert_eq!(third, Plan { unchanged: 2, ..Plan::default() });
}

#[test]
fn an_edited_or_foreign_file_is_reported_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    build(root, &artifacts(&[("a", "1"), ("b", "2")]));
    std::fs::write(root.join("a"), "edited").unwrap();
    std::fs::write(root.join("mine"), "foreign").unwrap();
    let files = artifacts(&[("b", "2"), ("a", "3"), ("mine", "ours")]);
    let found = plan(root, &files).unwrap();
    assert_eq!(found.edited, ["a", "mine"]);
    assert!(apply(root, &files, &found, Overwrite::Refuse).is_err());
    assert_eq!(std::fs::read_to_string(root.join("a")).unwrap(), "edited");
    apply(root, &files, &found, Overwrite::Replace).unwrap();
    assert_eq!(std::fs::read_to_string(root.join("a")).unwrap(), "3");
}

#[test]
fn a_file_that_nobody_lists_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &artifacts(&[("x/a", "1")]));
    std::fs::write(folder.path().join("x/note"), "mine").unwrap();
    build(folder.path(), &artifacts(&[("b", "1")]));
    assert_eq!(std::fs::read_to_string(folder.path().join("x/note")).unwrap(), "mine");
}

#[test]
fn a_run_stopped_at_any_step_is_repaired_by_the_next() {
    let old = artifacts(&[("a/1", "old"), ("a/2", "old"), ("gone/3", "old"), ("same", "same")]);
    let new = artifacts(&[("a/1", "new"), ("a/2", "newer"), ("fresh/4", "new"), ("same", "same")]);
    let wanted = {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &new);
        tree(folder.path())
    };
    for steps in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &old);
        let found = plan(folder.path(), &new).unwrap();
        let mut left = steps;
        let mut go = || {
            left -= 1;
            left >= 0
        };
        apply_until(folder.path(), &new, &found, (Overwrite::Refuse, &mut go)).unwrap();
        std::fs::write(folder.path().join(format!("a/1{TEMPORARY}")), "torn").unwrap();
        let again = plan(folder.path(), &new).unwrap();
        assert_eq!(again.edited, Vec::<String>::new(), "after {steps} steps");
        apply(folder.path(), &new, &again, Overwrite::Refuse).unwrap();
        let mut found = tree(folder.path());
        found.remove(&format!("a/1{TEMPORARY}"));
        assert_eq!(found, wanted, "after {steps} steps");
    }
}

#[test]
fn paths_stay_below_the_root() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["../x", "/etc/passwd", "a//b", "a/../b", "a\\b", "a\nb", "", "."] {
        assert!(plan(folder.path(), &artifacts(&[(path, "1")])).is_err(), "{path}");
    }
    assert!(plan(folder.path(), &artifacts(&[("A", "1"), ("a", "1")])).is_err());
    std::os::unix::fs::symlink("/tmp", folder.path().join("link")).unwrap();
    assert!(plan(folder.path(), &artifacts(&[("link/x", "1")])).is_err());
}

#[test]
fn an_index_with_other_sums_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let files = artifacts(&[("a", "1"), ("b", "2")]);
    build(folder.path(), &files);
    let sound = tree(folder.path());
    let index = folder.path().join(INDEX);
    std::fs::write(&index, sound[INDEX].replacen(|digit: char| digit.is_ascii_hexdigit(), "0", 3)).unwrap();
    let found = build(folder.path(), &files);
    assert!(found.stale_index && found.edited.is_empty() && found.changed.is_empty(), "{found:?}");
    assert_eq!(tree(folder.path()), sound);
}

#[test]
fn a_fresh_tree_is_whole_or_not_there() {
    let files = artifacts(&[("a/1", "x"), ("a/b/2", "y"), ("c", "z")]);
    for steps in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sites/lab");
        let mut left = steps;
        let mut go = || {
            left -= 1;
            left >= 0
        };
        let found = plan(&root, &files).unwrap();
        apply_until(&root, &files, &found, (Overwrite::Refuse, &mut go)).unwrap();
        assert!(!root.exists() || tree(&root).len() == 4, "after {steps} steps");
        assert_eq!(root.exists(), steps >= 5, "after {steps} steps");
        let again = plan(&root, &files).unwrap();
        apply(&root, &files, &again, Overwrite::Refuse).unwrap();
        let expected = ["SHA256SUMS", "a/1", "a/b/2", "c"].map(|path| format!("lab/{path}"));
        assert!(tree(root.parent().unwrap()).keys().eq(&expected), "after {steps} steps");
    }
}

#[test]
fn what_somebody_put_beside_a_fresh_tree_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("lab");
    let beside = folder.path().join(format!("lab{TEMPORARY}"));
    std::fs::create_dir(&beside).unwrap();
    std::fs::write(beside.join("note"), "mine").unwrap();
    let files = artifacts(&[("a/1", "x")]);
    build(&root, &files);
    assert_eq!(tree(&beside)["note"], "mine");
    assert_eq!(plan(&root, &files).unwrap(), Plan { unchanged: 1, ..Plan::default() });
}

#[test]
fn two_runs_at_once_leave_a_whole_tree() {
    let files = artifacts(&[("a/1", "x"), ("a/b/2", "y"), ("c", "z")]);
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("lab");
        let found = plan(&root, &files).unwrap();
        std::thread::scope(|scope| {
            let run = || apply(&root, &files, &found, Overwrite::Refuse).unwrap();
            scope.spawn(run);
            scope.spawn(run);
        });
        assert_eq!(plan(&root, &files).unwrap(), Plan { unchanged: 3, ..Plan::default() });
    }
}

#[test]
fn a_link_in_the_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = artifacts(&[("a", "1")]);
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("a")).unwrap();
    let error = plan(folder.path(), &files).unwrap_err().to_string();
    assert!(error.contains("is a link; output is written to plain folders and files"), "{error}");
}
