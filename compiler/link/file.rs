//! A config file with its texts, as pods and hosts read it.
//!
//! Invariant: a text shows a secret by its name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::config::file::{ConfigOption, Content, Section};
use crate::kube::secret::SecretPath;
use crate::lower::config::{ConfigFile, FileKey};
use crate::print::{self, Printed};

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

impl LinkedFile {
    /// The public text: any change of it restarts a daemon that reads it.
    pub fn whole(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.printed.text.as_str())
    }

    /// What of the public text makes a Job run again: not every option does.
    pub fn of_jobs(&self) -> Cow<'_, str> {
        let whole = self.whole();
        let Content::Sections(syntax, sections) = &self.file.public else { return whole };
        let mut options = sections.iter().flat_map(|section| &section.options);
        // A text that a patch gave is not that of the options.
        if options.all(|option| option.of_jobs.is_none()) || print::content(&self.file.public).text != self.printed.text
        {
            return whole;
        }
        let of_jobs = |option: &ConfigOption| {
            let values = option.of_jobs.as_ref().unwrap_or(&option.values).clone();
            (!values.is_empty()).then(|| ConfigOption { values, ..option.clone() })
        };
        let sections = sections.iter().map(|section| {
            let options: Vec<ConfigOption> = section.options.iter().filter_map(of_jobs).collect();
            Section { name: section.name.clone(), options }
        });
        let sections = sections.filter(|section| !section.options.is_empty()).collect();
        Cow::Owned(print::content(&Content::Sections(*syntax, sections)).text)
    }
}

/// The file of that key.
pub fn find<'f>(files: &'f [LinkedFile], key: &FileKey) -> Option<&'f LinkedFile> {
    files.iter().find(|linked| {
        linked.file.service == key.service && linked.file.name == key.name && linked.file.group == key.group
    })
}
