//! `--base` to the states that sites are compared with.
//!
//! Invariant: Git is asked through its program, with the work tree left alone; what the user says is never an option of it.
//! Invariant: a state is read whole, or there is a diagnostic.
#![allow(clippy::disallowed_methods, reason = "a base is read from disk or from Git")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::catalog::load::{Library, load};
use crate::cli::args::Comparison;
use crate::cli::{root, sealed};
use crate::compile::compile;
use crate::delivery::git::Git;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::review::state::State;
use crate::world::disk::DiskWorld;
use crate::world::memory::MemoryWorld;
use crate::world::{Sources, World};
use crate::write::{self, INDEX};

/// Where bases come from.
pub enum Base {
    /// The output folder, as it is on disk.
    Output(PathBuf),
    /// A directory: a project with an output folder of that name, or an output folder.
    Folder(PathBuf, PathBuf),
    /// A commit.
    Commit(Commit),
}

/// Why a base cannot be read.
pub struct BaseError {
    /// The diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they are about, where they are about texts.
    pub sources: Option<Sources>,
}

impl From<Diagnostic> for BaseError {
    fn from(diagnostic: Diagnostic) -> Self {
        BaseError { diagnostics: vec![diagnostic], sources: None }
    }
}

/// A commit, and where the project is in its tree.
pub struct Commit {
    git: Git,
    id: String,
    name: String,
    /// The project's folder in the tree, with a slash at its end; empty for the tree itself.
    project: String,
    /// The output folder in the tree, with a slash at its end.
    output: String,
}

impl Base {
    /// Finds the base that the arguments name.
    pub fn open(comparison: &Comparison) -> Result<Base, BaseError> {
        let Some(named) = &comparison.base else { return Ok(Base::Output(root().join(&comparison.output))) };
        if named.is_empty() || named.starts_with('-') || named.chars().any(char::is_control) {
            let message = format!("`{}` is not a valid base: expected a Git ref or a directory", named.escape_debug());
            let diagnostic = Diagnostic::global("TG0844", message);
            return Err(diagnostic
                .hint("a branch whose name begins with `-` is named in full: refs/heads/NAME")
                .into());
        }
        let folder = Path::new(named);
        if !folder.is_dir() {
            return Commit::open(named, &comparison.output).map(Base::Commit);
        }
        let is_path = named.contains('/') || named.starts_with('.');
        if !is_path && Git::of(&root()).is_ok_and(|git| resolve(&git, named).is_some()) {
            let message = format!("`{named}` is a directory and a Git ref");
            let hint = format!("write `./{named}` for the directory, or the whole ref, e.g. `refs/heads/{named}`");
            return Err(Diagnostic::global("TG0844", message).hint(hint).into());
        }
        Ok(Base::Folder(folder.to_owned(), comparison.output.clone()))
    }

    /// The sites of which files were edited since, where no other can differ; none where that cannot be told, or what sites share
    /// was edited too.
    pub fn edited(&self, sites: &[String]) -> Result<Option<BTreeSet<String>>, String> {
        match self {
            Base::Commit(commit) => commit.edited(sites),
            Base::Output(_) | Base::Folder(..) => Ok(None),
        }
    }

    /// The states of sites, each given as its folder and its name; empty where the base has no such site.
    pub fn states(&self, sites: &[(&str, &str)]) -> Result<Vec<State>, BaseError> {
        match self {
            Base::Output(folder) => {
                sites.iter().map(|(_, name)| Ok(on_disk(&folder.join(name))?.unwrap_or_default())).collect()
            }
            Base::Folder(folder, output) => in_folder(folder, output, sites),
            Base::Commit(commit) => commit.states(sites),
        }
    }
}

/// The commit that a name stands for.
fn resolve(git: &Git, name: &str) -> Option<String> {
    let wanted = format!("{name}^{{commit}}");
    let answer = git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], b"").ok()?;
    (answer.ok && !answer.out.is_empty()).then_some(answer.out)
}

impl Commit {
    fn open(name: &str, output: &Path) -> Result<Commit, BaseError> {
        let failed = |message: String| Diagnostic::global("TG0845", message);
        let here = root();
        let git = Git::of(&here).map_err(failed)?;
        let top = git.run(&["rev-parse", "--show-toplevel"], b"").map_err(failed)?;
        if !top.ok {
            let diagnostic = failed(format!("`{name}` is not a directory, and Git has no work tree here: {}", top.err));
            return Err(diagnostic.hint("name a directory: a project, or an output folder").into());
        }
        let Some(id) = resolve(&git, name) else {
            let diagnostic =
                Diagnostic::global("TG0844", format!("`{name}` is not a directory or a commit of this repository"));
            return Err(diagnostic
                .hint("a shallow clone has few commits: `git fetch origin BRANCH`, then `--base origin/BRANCH`")
                .into());
        };
        let inside = |path: &Path| within(&top.out, path);
        let (project, output) = (inside(&here), inside(&here.join(output)));
        let (Some(project), Some(output)) = (project, output) else {
            let message = "the output folder is outside the repository, so no commit has it".to_owned();
            return Err(failed(message).hint("name a directory as the base").into());
        };
        Ok(Commit { git, id, name: name.to_owned(), project, output })
    }

    fn edited(&self, sites: &[String]) -> Result<Option<BTreeSet<String>>, String> {
        let paths = ["sites", "overlays", "schema"].map(|folder| format!("{}{folder}", self.top()));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let tracked = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", &self.id, "--"];
        let new = ["ls-files", "--others", "--full-name", "-z", "--"];
        let mut edited = BTreeSet::new();
        for arguments in [&tracked[..], &new[..]] {
            let listed = self.git.bytes(&[arguments, &paths].concat(), b"")?;
            for path in listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
                let path = String::from_utf8_lossy(path);
                let path = path.strip_prefix(&self.project).unwrap_or(&path);
                let Some(site) = sites.iter().find(|site| path.starts_with(&format!("{site}/"))) else {
                    if path.starts_with("sites/") {
                        continue;
                    }
                    return Ok(None);
                };
                edited.insert(site.clone());
            }
        }
        Ok(Some(edited))
    }

    /// The project's folder as a pathspec that means the same in every folder.
    fn top(&self) -> String {
        format!(":(top,literal){}", self.project)
    }

    fn states(&self, sites: &[(&str, &str)]) -> Result<Vec<State>, BaseError> {
        let failed = |message: String| Diagnostic::global("TG0845", message);
        let folder = |name: &str| format!("{}{name}/", self.output);
        // Many names would be more than a command line holds.
        let paths: Vec<String> = match sites.len() {
            0..50 => sites.iter().map(|(_, name)| folder(name)).collect(),
            _ => vec![self.output.clone()],
        };
        let mut files = self.files(&paths).map_err(failed)?;
        let mut states = Vec::new();
        let mut spec = None;
        let texts = self.sources(sites).map_err(failed)?;
        for (site, name) in sites {
            let mut own = files.split_off(&folder(name));
            let mut rest = own.split_off(&format!("{}{name}0", self.output));
            files.append(&mut rest);
            let own =
                own.into_iter().filter_map(|(path, text)| Some((path.strip_prefix(&folder(name))?.to_owned(), text)));
            let own: BTreeMap<String, Vec<u8>> = own.collect();
            let state = match of_index(own) {
                Some(state) => state,
                None => {
                    if spec.is_none() {
                        spec = Some(Specs::of_commit(self)?);
                    }
                    spec.as_ref().map_or_else(|| Ok(State::default()), |specs| specs.state(site, &self.name))?
                }
            };
            let is_own = |path: &str| path.starts_with("overlays/") || path.starts_with(&format!("{site}/"));
            let sources =
                texts.iter().filter(|(path, _)| is_own(path)).map(|(path, text)| (path.clone(), text.clone()));
            states.push(State { sources: sources.collect(), ..state });
        }
        Ok(states)
    }

    /// The specs of sites, and the project's overlays.
    fn sources(&self, sites: &[(&str, &str)]) -> Result<BTreeMap<String, String>, String> {
        let mut paths = vec![format!("{}overlays/", self.project)];
        match sites.len() {
            0..50 => paths.extend(sites.iter().map(|(site, _)| format!("{}{site}/", self.project))),
            _ => paths.push(format!("{}sites/", self.project)),
        }
        let files = self.files(&paths)?.into_iter();
        let text = |(path, bytes): (String, Vec<u8>)| {
            Some((path.strip_prefix(&self.project)?.to_owned(), String::from_utf8(bytes).ok()?))
        };
        Ok(files.filter_map(text).collect())
    }

    /// The files below paths of the tree.
    fn files(&self, paths: &[String]) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", self.id.as_str(), "--"];
        arguments.extend(paths.iter().map(String::as_str).filter(|path| !path.is_empty()));
        let listed = self.git.bytes(&arguments, b"")?;
        let mut found = Vec::new();
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let text = String::from_utf8_lossy(entry);
            let Some((head, path)) = text.split_once('\t') else { continue };
            let mut head = head.split(' ');
            // Links and submodules are no texts of a project.
            if let (Some("100644" | "100755"), Some("blob"), Some(id)) = (head.next(), head.next(), head.next()) {
                found.push((path.to_owned(), id.to_owned()));
            }
        }
        let wanted: String = found.iter().map(|(_, id)| format!("{id}\n")).collect();
        let answer = self.git.bytes(&["cat-file", "--batch"], wanted.as_bytes())?;
        let mut rest = answer.as_slice();
        let mut files = BTreeMap::new();
        for (path, _) in found {
            let (bytes, after) = blob(rest).ok_or_else(|| format!("git cat-file: `{path}` cannot be read"))?;
            files.insert(path, bytes.to_vec());
            rest = after;
        }
        Ok(files)
    }
}

/// The first object of `cat-file --batch`: a line that ends in its size, the bytes, a line's end.
fn blob(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(answer.get(..end)?).ok()?.rsplit_once(' ')?.1.parse().ok()?;
    let rest = answer.get(end + 1..)?;
    Some((rest.get(..size)?, rest.get(size + 1..)?))
}

/// A path inside a work tree, as the tree names a folder: with a slash at its end, empty for the top.
fn within(top: &str, path: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    let mut whole = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            Component::ParentDir => drop(whole.pop()),
            other => whole.push(other),
        }
    }
    let below = whole.strip_prefix(Path::new(top).canonicalize().ok()?).ok()?.to_str()?;
    Some(if below.is_empty() { String::new() } else { format!("{below}/") })
}

/// The state of files by path below a site's output; none where there is no index.
fn of_index(mut files: BTreeMap<String, Vec<u8>>) -> Option<State> {
    let index = String::from_utf8(files.remove(INDEX)?).ok()?;
    let paths = index.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path);
    let text = |path: &str| Some((path.to_owned(), String::from_utf8(files.get(path)?.clone()).ok()?));
    Some(State::of_texts(paths.filter_map(text)))
}

/// The state of a site's output in a folder; none where there is none.
fn on_disk(folder: &Path) -> Result<Option<State>, BaseError> {
    if !folder.join(INDEX).is_file() {
        return Ok(None);
    }
    let texts = write::texts(folder, &|_| true);
    let texts = texts.map_err(|error| Diagnostic::global("TG0847", error.to_string()))?;
    Ok(Some(State::of_texts(texts)))
}

fn in_folder(folder: &Path, output: &Path, sites: &[(&str, &str)]) -> Result<Vec<State>, BaseError> {
    let is_project = folder.join("sites").is_dir();
    let outputs = if is_project { folder.join(output) } else { folder.to_owned() };
    let mut states = Vec::new();
    let mut specs = None;
    for (site, name) in sites {
        let found = match on_disk(&outputs.join(name))? {
            None if sites.len() == 1 && !is_project => on_disk(folder)?,
            found => found,
        };
        let state = match found {
            Some(state) => state,
            None if is_project => {
                let specs = specs.get_or_insert_with(|| Specs::new(Box::new(DiskWorld::new(folder.to_owned()))));
                specs.state(site, &folder.display().to_string())?
            }
            None => State::default(),
        };
        states.push(State { sources: texts(&DiskWorld::new(folder.to_owned()), site), ..state });
    }
    if !is_project && states.iter().all(|state| state.files.is_empty()) {
        let message = format!("`{}` holds neither `sites/` nor an output of the sites", folder.display());
        let hint = "expected a project, an output folder (SITE/SHA256SUMS), or the output of one site (SHA256SUMS)";
        return Err(Diagnostic::global("TG0847", message).hint(hint).into());
    }
    Ok(states)
}

/// The texts of a site and of the project's overlays, as far as they can be read: they only help to find an edited line.
fn texts(world: &DiskWorld, site: &str) -> BTreeMap<String, String> {
    let paths = [site, "overlays"].into_iter().flat_map(|folder| world.walk(folder).unwrap_or_default());
    paths.filter_map(|path| Some((path.clone(), world.read_text(&path).ok()??))).collect()
}

/// The specs of a base, to be compiled.
struct Specs {
    world: Box<dyn World>,
    library: Library,
    diagnostics: Vec<Diagnostic>,
}

impl Specs {
    fn new(world: Box<dyn World>) -> Specs {
        let mut sink = Sink::default();
        let library = load(&*world, &mut sink);
        Specs { world, library, diagnostics: sink.into_sorted() }
    }

    fn of_commit(commit: &Commit) -> Result<Specs, BaseError> {
        let paths = ["sites/", "overlays/", "schema/"].map(|folder| format!("{}{folder}", commit.project));
        let files = commit.files(&paths).map_err(|message| Diagnostic::global("TG0845", message))?;
        let own = |(path, bytes): (String, Vec<u8>)| Some((path.strip_prefix(&commit.project)?.to_owned(), bytes));
        Ok(Specs::new(Box::new(files.into_iter().filter_map(own).collect::<MemoryWorld>())))
    }

    /// The state that a site's spec gives; empty where there is no spec.
    fn state(&self, site: &str, base: &str) -> Result<State, BaseError> {
        if ["site.kdl", "site.yaml"]
            .iter()
            .all(|name| !matches!(self.world.read(&format!("{site}/{name}")), Ok(Some(_))))
        {
            return Ok(State::default());
        }
        let compiled = compile(&*self.world, &self.library, site);
        match &compiled.artifacts {
            Some(artifacts) if self.diagnostics.is_empty() => {
                Ok(State::of_artifacts(artifacts, sealed::inputs(&compiled)))
            }
            _ => {
                let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
                let mut diagnostics: Vec<Diagnostic> =
                    self.diagnostics.iter().chain(&compiled.diagnostics).filter(is_error).cloned().collect();
                let message =
                    format!("`{site}` of the base `{base}` does not build, so there is nothing to compare with");
                diagnostics.push(Diagnostic::global("TG0846", message).hint("name another base"));
                Err(BaseError { diagnostics, sources: Some(compiled.sources) })
            }
        }
    }
}
