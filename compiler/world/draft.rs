//! A project with one file more than it has.
//!
//! Invariant: everything but that file is answered by the project.

use super::{ReadError, World};

/// The project and a file that is not written yet.
pub struct Draft<'d> {
    /// The project.
    pub below: &'d dyn World,
    /// The path of the file.
    pub path: &'d str,
    /// Its text.
    pub text: &'d str,
}

impl World for Draft<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        if path == self.path { Ok(Some(self.text.as_bytes().to_vec())) } else { self.below.read(path) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = self.below.list(folder)?;
        let below = self.path.strip_prefix(folder).and_then(|path| path.strip_prefix('/'));
        if let Some((name, _)) = below.and_then(|path| path.split_once('/')) {
            found.push(name.to_owned());
            found.sort();
            found.dedup();
        }
        Ok(found)
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = self.below.walk(folder)?;
        if self.path.strip_prefix(folder).is_some_and(|path| path.starts_with('/')) {
            found.push(self.path.to_owned());
            found.sort();
            found.dedup();
        }
        Ok(found)
    }

    fn today(&self) -> Option<String> {
        self.below.today()
    }
}
