//! A project with files that it does not have.
//!
//! Invariant: everything but these files is answered by the project.

use super::{ReadError, World};

/// The project and files that are not written yet.
pub struct Draft<'d> {
    /// The project.
    pub below: &'d dyn World,
    /// The files: a path and a text each.
    pub files: Vec<(&'d str, &'d str)>,
}

impl World for Draft<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        match self.files.iter().find(|(known, _)| *known == path) {
            Some((_, text)) => Ok(Some(text.as_bytes().to_vec())),
            None => self.below.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = self.below.list(folder)?;
        let below = self.files.iter().filter_map(|(path, _)| path.strip_prefix(folder)?.strip_prefix('/'));
        found.extend(below.filter_map(|path| Some(path.split_once('/')?.0.to_owned())));
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = self.below.walk(folder)?;
        let is_below = |path: &&str| path.strip_prefix(folder).is_some_and(|path| path.starts_with('/'));
        found.extend(self.files.iter().map(|(path, _)| *path).filter(is_below).map(str::to_owned));
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn today(&self) -> Option<String> {
        self.below.today()
    }
}
