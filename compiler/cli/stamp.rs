//! What an earlier build of a site came to, so that an unchanged site need not be compiled again.
//!
//! A stamp is a file of the user's cache folder, never of the project. It names the program, every answer that the project
//! gave to the compiler, and the state of the written tree, and holds what the build said. It holds no secret: of inputs and
//! outputs it has sums alone, and diagnostics are as they were shown.
//!
//! Invariant: a stamp is believed only where each of these is the same again; one that is missing, broken or of another
//! program costs the time of a compile and nothing else.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::catalog::load;
use crate::link::digest::hex;
use crate::world::World;
use crate::world::recorder::{Answer, ERROR, Question, Recorder};
use crate::write::state::{self, State};

/// The largest stamp that is read.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What the project answered.
pub type Seen = BTreeMap<Question, Answer>;

/// What a build came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The site's name, which is that of its folder in the output.
    pub name: String,
    /// How many objects it has.
    pub objects: usize,
    /// How many config files.
    pub configs: usize,
    /// The diagnostics as they were shown; none where there were none.
    pub report: Option<Report>,
}

/// Diagnostics as they were shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The format, and whether it has colours.
    pub style: String,
    /// The text.
    pub text: String,
}

#[derive(Serialize, Deserialize)]
struct Stamp {
    program: String,
    library: String,
    seen: Vec<(Question, Answer)>,
    tree: String,
    result: Outcome,
}

/// The stamps of a project's sites.
#[derive(Debug)]
pub struct Stamps {
    folder: PathBuf,
    program: String,
    /// What else tells builds apart: the project's folder and that of the output.
    place: String,
    library: OnceLock<String>,
}

impl Stamps {
    /// The stamps in the user's cache folder; none where there is no such folder.
    pub fn of_user(output: &Path) -> Option<Self> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        let program = state::identity(std::env::current_exe().ok()?.as_os_str())?;
        let project = std::env::current_dir().ok()?;
        let place = format!("{}\0{}", project.to_str()?, output.to_str()?);
        Some(Stamps::new(cache.join("taco-gen"), &program, place))
    }

    fn new(folder: PathBuf, program: &str, place: String) -> Self {
        let program = format!("{} {program}", env!("CARGO_PKG_VERSION"));
        Stamps { folder, program, place, library: OnceLock::new() }
    }

    fn path(&self, site: &str) -> PathBuf {
        self.folder.join(hex(&Sha256::digest(format!("{}\0{site}", self.place))))
    }

    /// What the last build of a site came to, where nothing changed since. `root` gives the folder of a site's output.
    pub fn find(&self, world: &dyn World, site: &str, root: &dyn Fn(&str) -> PathBuf) -> Option<Outcome> {
        let stamp = read(&self.path(site))?;
        let is_name = !stamp.result.name.is_empty() && !stamp.result.name.contains('/') && stamp.result.name != "..";
        let same = |(question, answer): &(Question, Answer)| answer != ERROR && question.ask(world) == *answer;
        let is_same = is_name
            && stamp.program == self.program
            && stamp.seen.iter().all(same)
            && stamp.library == *self.library.get_or_init(|| library(world))
            && state::state(&root(&stamp.result.name)).is_some_and(|state| state.sum == stamp.tree);
        is_same.then_some(stamp.result)
    }

    /// Says what the project answered when the catalog was loaded.
    pub fn loaded(&self, seen: &Seen) {
        self.library.get_or_init(|| sum(seen));
    }

    /// Keeps what a build came to that left the tree as it is now. That it cannot is no fault of the build.
    pub fn keep(&self, site: &str, seen: Seen, result: Outcome, state: State) {
        let Some(library) = self.library.get() else { return };
        if state::is_racy(&state) || seen.values().any(|answer| answer == ERROR) {
            return;
        }
        let (program, library) = (self.program.clone(), library.clone());
        let stamp = Stamp { program, library, seen: seen.into_iter().collect(), tree: state.sum, result };
        let _ = write(&self.folder, &self.path(site), &stamp);
    }
}

/// What the project would answer when the catalog is loaded.
fn library(world: &dyn World) -> String {
    let recorder = Recorder::new(world);
    load::touch(&recorder);
    sum(&recorder.into_seen())
}

fn sum(seen: &Seen) -> String {
    hex(&Sha256::digest(serde_json::to_vec(&seen.iter().collect::<Vec<_>>()).unwrap_or_default()))
}

fn read(path: &Path) -> Option<Stamp> {
    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    let (sum, body) = text.split_once('\n')?;
    if hex(&Sha256::digest(body)) != sum {
        return None;
    }
    serde_json::from_str(body).ok()
}

/// Puts a stamp in place whole, for its owner's eyes.
fn write(folder: &Path, path: &Path, stamp: &Stamp) -> std::io::Result<()> {
    let body = serde_json::to_string(stamp)?;
    let text = format!("{}\n{body}", hex(&Sha256::digest(&body)));
    let temporary = path.with_extension(std::process::id().to_string());
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
#[path = "stamp/tests.rs"]
mod tests;
