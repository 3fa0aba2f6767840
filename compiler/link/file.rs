//! A config file with its texts, as pods and hosts read it.
//!
//! Invariant: a text shows a secret by its name.

use std::collections::BTreeMap;

use crate::kube::secret::SecretPath;
use crate::lower::config::{ConfigFile, FileKey};
use crate::print::Printed;

/// Keyed digests of secrets.
pub type Tags = BTreeMap<SecretPath, String>;

/// A config file and its texts.
#[derive(Debug, Clone)]
pub struct LinkedFile {
    /// The file.
    pub file: ConfigFile,
    /// The public text.
    pub printed: Printed,
    /// The drop-in, secrets shown by name.
    pub drop_in: Option<Printed>,
}

/// The file of that key.
pub fn find<'f>(files: &'f [LinkedFile], key: &FileKey) -> Option<&'f LinkedFile> {
    files.iter().find(|linked| {
        linked.file.service == key.service && linked.file.name == key.name && linked.file.group == key.group
    })
}
