//! What a written tree looks like from outside: who each file is, not what it holds.
//!
//! Invariant: a file that was changed, replaced or removed since gives another state; contents are not read, but for the index.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, Stat};
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256};

use super::{INDEX, PENDING, path};
use crate::link::digest::hex;

/// The state of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// SHA-256 over the index and each file's device, number, size, mode and times.
    pub sum: String,
    /// When a file last changed: seconds and their billionths.
    pub newest: (i64, i64),
}

/// The state of the tree below a root; none where there is no whole tree.
pub fn state(root: &Path) -> Option<State> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let root_file = rustix::fs::open(root, flags, Mode::empty()).ok()?;
    if rustix::fs::statat(&root_file, PENDING, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        return None;
    }
    let index = std::fs::read_to_string(root.join(INDEX)).ok()?;
    let mut digest = Walk { root: root_file, sum: Sha256::new(), newest: (0, 0), folder: String::new() };
    digest.sum.update(index.as_bytes());
    digest.file(INDEX)?;
    for (_, listed) in index.lines().filter_map(|line| line.split_once("  ")) {
        if !path::is_safe(listed) {
            return None;
        }
        digest.file(listed)?;
    }
    Some(State { sum: hex(&digest.sum.finalize()), newest: digest.newest })
}

struct Walk {
    root: OwnedFd,
    sum: Sha256,
    newest: (i64, i64),
    /// The folder of the file before, whose own way was looked at.
    folder: String,
}

impl Walk {
    fn file(&mut self, path: &str) -> Option<()> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder != self.folder {
            // A folder on the way may have become a link.
            let common = folder.bytes().zip(self.folder.bytes()).take_while(|(a, b)| a == b).count();
            let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
            for end in ends.filter(|end| *end >= common && *end > 0).collect::<Vec<_>>() {
                let found = self.stat(folder.get(..end)?)?;
                self.number([found.st_dev, found.st_ino, u64::from(found.st_mode)]);
            }
            folder.clone_into(&mut self.folder);
        }
        let found = self.stat(path)?;
        let changed = (found.st_ctime, i64::try_from(found.st_ctime_nsec).ok()?);
        self.newest = self.newest.max(changed);
        self.number([found.st_dev, found.st_ino, u64::from(found.st_mode), found.st_size.cast_unsigned()]);
        self.number(
            [found.st_mtime, i64::try_from(found.st_mtime_nsec).ok()?, changed.0, changed.1].map(i64::cast_unsigned),
        );
        Some(())
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        rustix::fs::statat(&self.root, path, AtFlags::SYMLINK_NOFOLLOW).ok()
    }

    fn number<const N: usize>(&mut self, numbers: [u64; N]) {
        numbers.iter().for_each(|number| self.sum.update(number.to_le_bytes()));
    }
}

/// Waits until a change would have another time than any before. False where the clock does not move on soon.
///
/// File systems stamp files by a clock that moves in steps, some milliseconds each, and may lag behind by more than one.
pub fn next_tick() -> bool {
    let start = time(ClockId::Realtime);
    for _ in 0..40 {
        if now() > start {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    false
}

/// The clock that file systems stamp files by.
fn now() -> (i64, i64) {
    time(ClockId::RealtimeCoarse)
}

fn time(clock: ClockId) -> (i64, i64) {
    let time = clock_gettime(clock);
    (time.tv_sec, time.tv_nsec)
}

/// Could a file of that state change without its times showing it? So it is where it changed just now, or where the file system
/// counts whole seconds.
pub fn is_racy(state: &State) -> bool {
    let (seconds, fraction) = state.newest;
    let now = now();
    if fraction == 0 { now.0 <= seconds + 2 } else { now <= state.newest }
}

/// Who a file is: device, number, size, times; another program has others.
pub fn identity(path: &OsStr) -> Option<String> {
    let found = std::fs::metadata(path).ok()?;
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    Some(format!("{}:{}:{}:{times:?}", found.dev(), found.ino(), found.size()))
}
