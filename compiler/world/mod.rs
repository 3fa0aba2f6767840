//! Input: the texts that take part, and the one door through which they come.
//!
//! Invariant: paths are relative to the project's folder, `/` between components, and never leave it.

pub mod disk;
pub mod draft;
pub mod memory;
pub mod recorder;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::diag::Diagnostic;
use crate::span::FileId;

/// The largest text that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

/// A text.
#[derive(Debug)]
pub struct Source {
    /// Its path.
    pub path: String,
    /// The text.
    pub text: Cow<'static, str>,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            let starts = ends.map(|(index, _)| u32::try_from(index + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let line = self.lines().partition_point(|start| *start <= offset).max(1);
        let start = self.lines().get(line - 1).copied().unwrap_or(0) as usize;
        let before = self.text.get(start..(offset as usize).min(self.text.len()));
        (line, before.map_or(0, |text| text.chars().count()) + 1)
    }

    /// The text of a line, from 1, without its end.
    pub fn line_text(&self, line: usize) -> &str {
        let start = self.lines().get(line.saturating_sub(1)).copied().unwrap_or(0) as usize;
        self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("")
    }
}

/// The texts of a compilation: shared ones below, own ones above.
#[derive(Debug, Default)]
pub struct Sources {
    base: Option<Arc<Sources>>,
    own: Vec<Source>,
}

impl Sources {
    /// Own texts above shared ones.
    pub fn over(base: Arc<Sources>) -> Self {
        Sources { base: Some(base), own: Vec::new() }
    }

    fn shared(&self) -> usize {
        self.base.as_ref().map_or(0, |base| base.shared() + base.own.len())
    }

    /// Enters a text.
    pub fn add(&mut self, path: String, text: Cow<'static, str>) -> FileId {
        let id = self.shared() + self.own.len();
        self.own.push(Source { path, text, lines: OnceLock::new() });
        FileId(u32::try_from(id).unwrap_or(u32::MAX))
    }

    /// The id of the text of that path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        let own = self.own.iter().position(|source| source.path == path);
        match own {
            Some(index) => u32::try_from(self.shared() + index).ok().map(FileId),
            None => self.base.as_ref()?.find(path),
        }
    }

    /// The text with that id.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        let index = file.0 as usize;
        match index.checked_sub(self.shared()) {
            Some(own) => self.own.get(own),
            None => self.base.as_ref()?.get(file),
        }
    }
}

/// Why a text could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The diagnostic code.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
}

impl ReadError {
    /// As a diagnostic.
    pub fn into_diagnostic(self) -> Diagnostic {
        Diagnostic::global(self.code, self.message)
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// Where texts come from.
pub trait World: Sync {
    /// The bytes of a file; none where there is no such file.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// The names of the folders in a folder, sorted; none where there is no such folder.
    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError>;

    /// The paths of all files below a folder, sorted.
    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError>;

    /// The day, `YYYY-MM-DD`; none where there is no calendar. Asked only where a spec names a day.
    fn today(&self) -> Option<String> {
        None
    }

    /// The text of a file, without a byte-order mark's effect; none where there is no such file.
    fn read_text(&self, path: &str) -> Result<Option<String>, ReadError> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(ReadError { code: "TG0004", message: format!("`{path}` is not UTF-8: byte {at} is wrong") })
            }
        }
    }
}
