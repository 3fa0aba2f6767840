//! A project on disk.
//!
//! Invariant: no link is followed below the project's folder, and only regular files are read; a pipe or device never hangs a run.
#![allow(clippy::disallowed_methods, reason = "this is the door")]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use super::{MAX_FILE_SIZE, ReadError, World};

/// Opening a pipe that nobody writes to would wait indefinitely without it (O_NONBLOCK of Linux).
const NO_WAIT: i32 = 0o4000;

/// A folder that holds `sites/`.
#[derive(Debug)]
pub struct DiskWorld {
    root: PathBuf,
}

impl DiskWorld {
    /// The project in that folder.
    pub fn new(root: PathBuf) -> Self {
        DiskWorld { root }
    }

    /// The path on disk; every component is checked to be no link.
    fn safe(&self, path: &str) -> Result<Option<PathBuf>, ReadError> {
        let escapes = |message: String| ReadError { code: "TG0002", message };
        let mut whole = self.root.clone();
        for component in Path::new(path).components() {
            let Component::Normal(name) = component else {
                return Err(escapes(format!("`{path}` leaves the project's folder")));
            };
            whole.push(name);
            match whole.symlink_metadata() {
                Ok(found) if found.file_type().is_symlink() => {
                    return Err(escapes(format!("`{}` is a link; inputs are files of the project", whole.display())));
                }
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Ok(None);
                }
                Err(error) => return Err(unreadable(path, &error)),
            }
        }
        Ok(Some(whole))
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> ReadError {
    ReadError { code: "TG0001", message: format!("cannot read `{path}`: {error}") }
}

fn bytes(path: &str, file: &mut File) -> Result<Vec<u8>, ReadError> {
    let found = file.metadata().map_err(|error| unreadable(path, &error))?;
    if !found.is_file() {
        return Err(ReadError { code: "TG0001", message: format!("`{path}` is not a regular file") });
    }
    let too_large = || ReadError {
        code: "TG0003",
        message: format!("`{path}` is larger than {} MiB", MAX_FILE_SIZE / 1024 / 1024),
    };
    if found.len() > MAX_FILE_SIZE {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_FILE_SIZE { Err(too_large()) } else { Ok(bytes) }
}

impl World for DiskWorld {
    #[allow(
        clippy::disallowed_types,
        reason = "a spec may name the day on which a lowered diagnostic is an error again"
    )]
    fn today(&self) -> Option<String> {
        let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
        now.get(..10).map(str::to_owned)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(whole) = self.safe(path)? else { return Ok(None) };
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(NO_WAIT)
            .open(whole)
            .map_err(|error| unreadable(path, &error))?;
        bytes(path, &mut file).map(Some)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let Some(whole) = self.safe(folder)? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(whole).map_err(|error| unreadable(folder, &error))? {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                names.push(name(folder, &entry.file_name())?);
            }
        }
        names.sort();
        Ok(names)
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let Some(whole) = self.safe(folder)? else { return Ok(Vec::new()) };
        let mut paths = Vec::new();
        for entry in walkdir::WalkDir::new(&whole).sort_by_file_name() {
            let entry = entry
                .map_err(|error| ReadError { code: "TG0001", message: format!("cannot list `{folder}`: {error}") })?;
            if entry.file_type().is_dir() {
                continue;
            }
            let below = entry.path().strip_prefix(&whole).unwrap_or(entry.path());
            paths.push(format!("{folder}/{}", name(folder, below.as_os_str())?));
        }
        Ok(paths)
    }
}

fn name(folder: &str, name: &std::ffi::OsStr) -> Result<String, ReadError> {
    let message = || format!("`{folder}` holds the name {name:?}, which is not UTF-8");
    name.to_str().map(str::to_owned).ok_or_else(|| ReadError { code: "TG0004", message: message() })
}
