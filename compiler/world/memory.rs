//! A project in memory.
//!
//! Invariant: it behaves as a folder of regular files does.

use std::collections::{BTreeMap, BTreeSet};

use super::{ReadError, World};

/// Files by path.
#[derive(Debug, Default)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
    day: Option<String>,
}

impl MemoryWorld {
    /// The same files on a day, `YYYY-MM-DD`.
    #[must_use]
    pub fn on(self, day: &str) -> Self {
        MemoryWorld { day: Some(day.to_owned()), ..self }
    }
}

impl FromIterator<(String, Vec<u8>)> for MemoryWorld {
    fn from_iter<T: IntoIterator<Item = (String, Vec<u8>)>>(files: T) -> Self {
        MemoryWorld { files: files.into_iter().collect(), day: None }
    }
}

impl World for MemoryWorld {
    fn today(&self) -> Option<String> {
        self.day.clone()
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/')?.split_once('/'));
        let names: BTreeSet<String> = below.map(|(name, _)| name.to_owned()).collect();
        Ok(names.into_iter().collect())
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let prefix = format!("{folder}/");
        Ok(self.files.keys().filter(|path| path.starts_with(&prefix)).cloned().collect())
    }
}
