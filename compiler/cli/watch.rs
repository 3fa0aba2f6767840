//! `build --watch`: builds again where a file of the project changes, and says what that changed and which pods roll.
//!
//! Files are asked for their times fifty times a second: that costs less than a millisecond for a project, needs nothing of the
//! system, and works on network file systems and in containers, where notices of changes are lost.
//!
//! Invariant: what is told is what the output's own index and digests say before and after a build.
#![allow(clippy::disallowed_methods, reason = "the output is read as it is on disk")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::args::Build;
use crate::cli::build::{self, Intent, Kept};
use crate::cli::{below, root};
use crate::write::INDEX;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// A file that stays as it is for so long is saved whole: some editors empty it first.
const SETTLED: Duration = Duration::from_millis(10);
/// As many names as are listed of a kind.
const LISTED: usize = 12;

/// Files by path: size, time and inode, which an editor changes that saves.
type Files = BTreeMap<String, (u64, i64, i64, u64)>;

/// The lines of an index or of digests, by site and name.
type Lines = BTreeMap<(String, String), String>;

/// Runs `build --watch`; it ends when the process is ended.
pub fn run(arguments: &Build) -> ExitCode {
    let output = below(&root(), &arguments.output);
    let (mut seen, mut kept) = (files(), Kept::default());
    build::run_with(arguments, Intent::Write, &kept);
    tell("watching sites/, overlays/ and schema/; Ctrl-C ends it");
    loop {
        std::thread::sleep(PAUSE);
        let mut now = files();
        if now == seen {
            continue;
        }
        loop {
            std::thread::sleep(SETTLED);
            let later = files();
            if later == now {
                break;
            }
            now = later;
        }
        let saved: Vec<&str> = differing(&seen, &now).map(String::as_str).collect();
        tell(&format!("\nsaved {}", listed(&saved)));
        if saved.iter().any(|path| !path.starts_with("sites/")) {
            kept = Kept::default();
        }
        let before = [INDEX, "digests"].map(|name| lines(&output, name));
        build::run_with(arguments, Intent::Write, &kept);
        let after = [INDEX, "digests"].map(|name| lines(&output, name));
        let [changed, rolling] = [0, 1].map(|index| match (before.get(index), after.get(index)) {
            (Some(before), Some(after)) => {
                differing(before, after).map(|(site, name)| format!("{site}: {name}")).collect()
            }
            _ => Vec::new(),
        });
        report(&changed, &rolling);
        seen = now;
    }
}

fn report(changed: &[String], rolling: &[String]) {
    if changed.is_empty() {
        tell("the output is as it was");
        return;
    }
    tell(&format!("changed {}", listed(&changed.iter().map(String::as_str).collect::<Vec<_>>())));
    match rolling {
        [] => tell("no pod rolls"),
        rolling => tell(&format!("rolls {}", listed(&rolling.iter().map(String::as_str).collect::<Vec<_>>()))),
    }
}

fn listed(names: &[&str]) -> String {
    let shown = names.get(..LISTED.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The keys whose values differ, or that only one has.
fn differing<'m, K: Ord, V: PartialEq>(
    old: &'m BTreeMap<K, V>,
    new: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = &'m K> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|key| old.get(key) != new.get(key))
}

/// The files that a build may read.
fn files() -> Files {
    let root = root();
    let mut files = Files::new();
    for folder in ["sites", "overlays", "schema"] {
        let entries = walkdir::WalkDir::new(root.join(folder)).into_iter().filter_map(Result::ok);
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            let (Ok(found), Ok(path)) = (entry.metadata(), entry.path().strip_prefix(&root)) else { continue };
            let times = (found.size(), found.mtime(), found.mtime_nsec(), found.ino());
            files.insert(path.display().to_string(), times);
        }
    }
    files
}

/// The lines of a file of each site's output: the name at one end, what it stands for at the other.
fn lines(output: &Path, name: &str) -> Lines {
    let mut lines = Lines::new();
    let sites = std::fs::read_dir(output).into_iter().flatten().filter_map(Result::ok);
    for site in sites {
        let text = std::fs::read_to_string(site.path().join(name)).unwrap_or_default();
        let site = site.file_name().to_string_lossy().into_owned();
        for line in text.lines() {
            let Some((first, second)) = line.split_once(' ') else { continue };
            let (key, value) = if name == INDEX { (second.trim(), first) } else { (first, second) };
            lines.insert((site.clone(), key.to_owned()), value.to_owned());
        }
    }
    lines
}

fn tell(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
