//! Builds of an unchanged site: quick, and never wrong.
#![allow(clippy::disallowed_methods, reason = "the tests make and edit the files")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::support::stock;

/// A project with one site, and a cache folder beside it.
struct Project(tempfile::TempDir);

/// What a run said, without its time, and its exit code.
type Said = (String, Option<i32>);

impl Project {
    fn new() -> Self {
        let project = Project(tempfile::tempdir().expect("a folder"));
        project.write("sites/minimal/site.kdl", &stock("minimal"));
        project
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join("project").join(below)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn run(&self, arguments: &[&str], cache: &Path) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command.current_dir(self.path("")).env("NO_COLOR", "1").env_remove("HOME").env("XDG_CACHE_HOME", cache);
        let output = command.args(arguments).output().expect("a run");
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        let said = said.lines().map(|line| line.rsplit_once(" in ").map_or(line, |(line, _)| line).to_owned() + "\n");
        (said.collect(), output.status.code())
    }

    fn build(&self) -> Said {
        self.run(&["build"], &self.cache())
    }

    fn stamp(&self) -> PathBuf {
        let mut files = std::fs::read_dir(self.cache().join("taco-gen")).expect("stamps");
        let stamp = files.next().expect("a stamp").expect("a name").path();
        assert!(files.next().is_none());
        stamp
    }

    /// Lets the stamp say another number of objects, which tells whether a run believed it.
    fn mark(&self) {
        let text = std::fs::read_to_string(self.stamp()).expect("a stamp");
        let (_, body) = text.split_once('\n').expect("two lines");
        let start = body.find("\"objects\":").expect("a count") + "\"objects\":".len();
        let end = start + body[start..].find(',').expect("an end");
        let body = format!("{}9999{}", &body[..start], &body[end..]);
        let sum: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(self.stamp(), format!("{sum}\n{body}")).expect("a stamp");
    }
}

fn is_marked(said: &Said) -> bool {
    said.0.contains(": 9999 objects")
}

#[test]
fn an_unchanged_site_is_not_compiled_again_and_says_the_same() {
    let project = Project::new();
    let first = project.build();
    assert!(first.0.starts_with("compiled sites/minimal: "), "{first:?}");
    let second = project.build();
    let changed = first.0.split(", ").nth(2).expect("a count");
    assert_eq!(second, (first.0.replace(changed, "0 changed"), Some(0)));
    project.mark();
    assert!(is_marked(&project.build()));
    for compared in [&["build", "--check"][..], &["check"]] {
        assert!(!is_marked(&project.run(compared, &project.cache())), "{compared:?} believes nothing but a compile");
    }
    let mode = std::fs::metadata(project.stamp()).expect("a stamp").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_check_counts_what_a_build_writes() {
    let project = Project::new();
    let (built, _) = project.build();
    let (checked, code) = project.run(&["check"], &project.cache());
    let counts = |said: &str| said.split(", ").take(2).collect::<Vec<_>>().join(", ");
    assert_eq!(code, Some(0));
    assert_eq!(counts(&checked), counts(&built).replace("compiled", "checked"));
    let below = |folder: &str| walkdir::WalkDir::new(project.path("output/minimal").join(folder)).into_iter();
    let files = |folder: &str| {
        below(folder).filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_type().is_file())).count()
    };
    let expected = format!(": {} objects, {} configs", files("kubernetes"), files("config"));
    assert!(counts(&built).ends_with(&expected), "{built} {expected}");
}

#[test]
fn a_change_of_any_input_is_seen() {
    let project = Project::new();
    project.build();
    project.mark();
    assert!(is_marked(&project.build()));
    let spec = stock("minimal");
    project.write("sites/minimal/site.kdl", &format!("{spec}// another line\n"));
    let said = project.build();
    assert!(!is_marked(&said) && said.1 == Some(0), "the spec: {said:?}");
    project.mark();
    project.write("schema/notes.txt", "a note\n");
    let said = project.build();
    assert!(!is_marked(&said) && said.1 == Some(0), "a file of the catalog: {said:?}");
    project.mark();
    project.write("overlays/own/overlay.kdl", "overlay own {\n    domain \"example.org\"\n}\n");
    let said = project.build();
    assert!(!is_marked(&said) && said.1 == Some(0), "an overlay: {said:?}");
    project.mark();
    assert!(is_marked(&project.build()));
    assert!(!is_marked(&project.run(&["build", "-o", "other"], &project.cache())), "another output");
}

#[test]
fn an_edited_file_is_reported_with_a_stamp_as_without() {
    let project = Project::new();
    project.build();
    assert_eq!(project.build().1, Some(0));
    let edited = project.path("output/minimal/digests");
    let text = std::fs::read_to_string(&edited).expect("digests");
    std::fs::write(&edited, text.replacen(|digit: char| digit.is_ascii_hexdigit(), "0", 5)).expect("a file");
    let with = project.build();
    assert!(with.0.contains("TG0801") && with.1 == Some(1), "{with:?}");
    assert_eq!(project.run(&["build"], Path::new("relative")), with);
    assert_eq!(project.run(&["build", "--overwrite"], &project.cache()).1, Some(0));
    assert_eq!(std::fs::read_to_string(&edited).expect("digests"), text);
}

#[test]
fn warnings_are_said_again() {
    let project = Project::new();
    let lowered = "allow TG0522 reason=\"the plug-in reads it\" until=\"9999-12-31\"\nservice keystone { config \"keystone.conf\" { token { expiraton 3600 } } }\n";
    let spec = stock("minimal");
    let (head, _) = spec.rsplit_once('}').expect("a block");
    project.write("sites/minimal/site.kdl", &format!("{head}{lowered}}}\n"));
    let first = project.build();
    assert!(first.0.contains("warning[TG0522]"), "{first:?}");
    project.mark();
    let second = project.build();
    let diagnostics = |said: &Said| said.0.split("compiled ").next().expect("diagnostics").to_owned();
    assert!(is_marked(&second));
    assert_eq!(diagnostics(&second), diagnostics(&first));
    let short = project.run(&["build", "--format", "short"], &project.cache());
    assert!(!is_marked(&short) && short.0.contains("warning[TG0522]"), "{short:?}");
}

#[test]
fn the_cache_decides_nothing_but_time() {
    let project = Project::new();
    project.build();
    let index = std::fs::read(project.path("output/minimal/SHA256SUMS")).expect("an index");
    for cache in ["", "relative", "/proc/nowhere"] {
        let (said, code) = project.run(&["build"], Path::new(cache));
        assert!(code == Some(0) && said.contains("0 changed, 0 removed"), "{cache}: {said}");
    }
    std::fs::write(project.stamp(), "torn").expect("a stamp");
    assert_eq!(project.build().1, Some(0));
    assert_eq!(std::fs::read(project.path("output/minimal/SHA256SUMS")).expect("an index"), index);
}
