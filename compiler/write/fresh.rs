//! A tree where there is none yet: written beside its place, then put there by one rename.
//!
//! Nobody reads the tree before it is whole, so its files need no temporary names of their own.
//!
//! Invariant: the place holds nothing or the whole tree; what a stopped run left beside it is removed by the next one, as far
//! as its index lists it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::artifact::{Artifact, INDEX, PENDING, TEMPORARY, WriteError, io};
use super::durable::{Durability, remove, replace};
use super::index::read_index;
use super::path;

/// What became of a fresh tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// It is in place.
    Written,
    /// It was stopped.
    Stopped,
    /// Somebody else is at work there, or left what is not ours: the tree has to be written in place.
    Occupied,
}

/// Writes the tree, as long as `go` says so before each step.
pub fn write(
    root: &Path,
    artifacts: &[Artifact],
    index: &str,
    go: &mut dyn FnMut() -> bool,
) -> Result<Fresh, WriteError> {
    let Some(beside) = beside(root) else { return Ok(Fresh::Occupied) };
    let above = root.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).map_err(io(above))?;
    sweep(&beside)?;
    match std::fs::create_dir(&beside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Fresh::Occupied),
        made => made.map_err(io(&beside))?,
    }
    let Some(held) = lock(&beside) else { return Ok(Fresh::Occupied) };
    replace(&beside, PENDING, index.as_bytes(), Durability::Cached)?;
    let mut tree = Tree::open(&beside)?;
    for artifact in artifacts {
        if !go() {
            return Ok(Fresh::Stopped);
        }
        tree.file(artifact)?;
    }
    replace(&beside, INDEX, index.as_bytes(), Durability::Synced)?;
    if !go() {
        return Ok(Fresh::Stopped);
    }
    let pending = beside.join(PENDING);
    std::fs::remove_file(&pending).map_err(io(&pending))?;
    let synced = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder));
    synced(&beside)?;
    if !go() {
        return Ok(Fresh::Stopped);
    }
    match std::fs::rename(&beside, root) {
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty) => {
            drop(held);
            sweep(&beside)?;
            return Ok(Fresh::Occupied);
        }
        renamed => renamed.map_err(io(root))?,
    }
    synced(above)?;
    Ok(Fresh::Written)
}

/// The folder beside a tree's place.
fn beside(root: &Path) -> Option<PathBuf> {
    let mut name = root.file_name()?.to_owned();
    name.push(TEMPORARY);
    Some(root.with_file_name(name))
}

/// The folder, locked; none where another run has it, or has removed it meanwhile.
fn lock(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().ok()?;
    let same = folder.symlink_metadata().ok()?.ino() == file.metadata().ok()?.ino();
    same.then_some(file)
}

/// Removes what a stopped run left, unless a run is at work there.
fn sweep(beside: &Path) -> Result<(), WriteError> {
    if !beside.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    let Some(_held) = lock(beside) else { return Ok(()) };
    let mut links = path::Links::new(beside)?;
    let listed = [INDEX, PENDING].into_iter().map(|index| read_index(beside, index));
    let listed = listed.collect::<Result<Vec<_>, _>>()?;
    let paths: BTreeSet<&String> = listed.iter().flat_map(|index| index.keys()).collect();
    for path in paths {
        if links.check(path)?.is_some() {
            remove(beside, path)?;
        }
    }
    for name in [INDEX, PENDING] {
        remove(beside, &format!("{name}{TEMPORARY}"))?;
        remove(beside, name)?;
    }
    // What is not ours stays, and the tree is written in place.
    let _ = std::fs::remove_dir(beside);
    Ok(())
}

/// A tree in the making, which nobody else writes to.
struct Tree<'t> {
    path: &'t Path,
    root: OwnedFd,
    made: BTreeSet<String>,
    /// The folder of the file before.
    folder: Option<(String, OwnedFd)>,
}

impl<'t> Tree<'t> {
    fn open(path: &'t Path) -> Result<Self, WriteError> {
        let root = rustix::fs::open(path, FOLDER, Mode::empty()).map_err(|error| io(path)(error.into()))?;
        Ok(Tree { path, root, made: BTreeSet::new(), folder: None })
    }

    fn file(&mut self, artifact: &Artifact) -> Result<(), WriteError> {
        let (folder, name) = artifact.path.rsplit_once('/').unwrap_or(("", &artifact.path));
        let failed = |error: std::io::Error| io(&self.path.join(&artifact.path))(error);
        if self.folder.as_ref().is_none_or(|(known, _)| known != folder) {
            self.folder = Some((folder.to_owned(), enter(&self.root, folder, &mut self.made).map_err(failed)?));
        }
        let parent = self.folder.as_ref().map_or(&self.root, |(_, parent)| parent);
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(parent, name, flags, Mode::from_raw_mode(0o666));
        let mut file = File::from(file.map_err(|error| failed(error.into()))?);
        file.write_all(&artifact.bytes).map_err(failed)
    }
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A folder below a root, made where it is not there.
fn enter(root: &OwnedFd, folder: &str, made: &mut BTreeSet<String>) -> std::io::Result<OwnedFd> {
    if folder.is_empty() {
        return Ok(rustix::fs::openat(root, ".", FOLDER, Mode::empty())?);
    }
    for end in folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]) {
        let above = folder.get(..end).unwrap_or(folder);
        if !made.contains(above) {
            rustix::fs::mkdirat(root, above, Mode::from_raw_mode(0o777))?;
            made.insert(above.to_owned());
        }
    }
    Ok(rustix::fs::openat(root, folder, FOLDER, Mode::empty())?)
}
