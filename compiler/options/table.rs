//! A table's text to records, section by section as they are asked for: a site reads a tenth of them.
//!
//! Invariant: a record holds in the releases from `first` to `last`, places in the table's own list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Options by name, each with its records in order of release.
pub type Options = BTreeMap<String, Vec<Record>>;

/// Sections by name.
pub type Sections = BTreeMap<String, Section>;

/// A section: its text, and its options once they were asked for.
#[derive(Debug)]
pub struct Section {
    text: Box<RawValue>,
    options: OnceLock<Options>,
}

/// What a program reads.
#[derive(Debug)]
pub struct Table {
    /// The releases of which there is a table, oldest first.
    pub releases: Vec<String>,
    /// Files by name.
    pub files: BTreeMap<String, Sections>,
    /// Options that plugins bring: kind of plugin -> plugin -> options.
    pub plugins: BTreeMap<String, Sections>,
    old_names: OnceLock<BTreeSet<(String, String)>>,
}

/// An option through a run of releases in which it does not change.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// The run, `first..last`, or one release.
    #[serde(rename = "in")]
    run: String,
    /// The place of the first release.
    #[serde(skip)]
    pub first: usize,
    /// The place of the last.
    #[serde(skip)]
    pub last: usize,
    /// The type's name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type of a list's items or a dictionary's values.
    pub item: Option<String>,
    /// The smallest number.
    #[serde(default, deserialize_with = "bound")]
    pub min: Option<f64>,
    /// The largest.
    #[serde(default, deserialize_with = "bound")]
    pub max: Option<f64>,
    /// The words that it may be.
    pub choices: Option<Vec<serde_json::Value>>,
    /// Choices hold in any case.
    #[serde(default)]
    pub ignore_case: bool,
    /// A list stands in brackets.
    #[serde(default)]
    pub bounds: bool,
    /// What it must match, as Python writes it.
    pub regex: Option<String>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// The schemes of a URI.
    pub schemes: Option<Vec<String>>,
    /// The value where a file says nothing.
    pub default: Option<serde_json::Value>,
    /// It must be said.
    #[serde(default)]
    pub required: bool,
    /// Its value is a secret.
    #[serde(default)]
    pub secret: bool,
    /// A running program takes a change.
    #[serde(default)]
    pub mutable: bool,
    /// Old names: section (the same one where none) and name.
    #[serde(default)]
    pub deprecated: Vec<(Option<String>, String)>,
    /// It will go away.
    #[serde(default)]
    pub removal: bool,
    /// Since when it is to go.
    pub since: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    releases: Vec<String>,
    files: BTreeMap<String, BTreeMap<String, Box<RawValue>>>,
    #[serde(default)]
    plugins: BTreeMap<String, BTreeMap<String, Box<RawValue>>>,
}

/// A bound beyond what JSON's readers agree on stands in a string.
fn bound<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Bound {
        Number(f64),
        Text(String),
    }
    Ok(match Bound::deserialize(from)? {
        Bound::Number(number) => Some(number),
        Bound::Text(text) => Some(text.parse().map_err(serde::de::Error::custom)?),
    })
}

/// Reads a table, its sections unseen.
pub fn parse(text: &str) -> Result<Table, String> {
    let read: Text = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let section = |(name, text)| (name, Section { text, options: OnceLock::new() });
    let sections = |sections: BTreeMap<String, _>| sections.into_iter().map(section).collect();
    let files = |files: BTreeMap<String, _>| files.into_iter().map(|(name, read)| (name, sections(read))).collect();
    Ok(Table {
        releases: read.releases,
        files: files(read.files),
        plugins: files(read.plugins),
        old_names: OnceLock::new(),
    })
}

/// Reads a table and looks at each of its sections.
pub fn parse_whole(text: &str) -> Result<Table, String> {
    let table = parse(text)?;
    let sections = table.files.values().chain(table.plugins.values()).flatten();
    for (name, section) in sections {
        section.read(&table.releases).map_err(|error| format!("section `{name}`: {error}"))?;
    }
    Ok(table)
}

impl Table {
    /// May that section and name be an old name of some option in some release? Answered without reading the sections.
    pub fn may_be_old(&self, section: &str, name: &str) -> bool {
        let read = || self.files.values().flatten().flat_map(|(own, section)| section.old_names(own)).collect();
        self.old_names.get_or_init(read).contains(&(section.to_ascii_lowercase(), name.to_owned()))
    }

    /// The options of one of its sections.
    pub fn options<'t>(&self, section: &'t Section) -> &'t Options {
        // Tables from outside were read whole before; those that the program carries are held by a test.
        section.options.get_or_init(|| section.read(&self.releases).unwrap_or_default())
    }
}

impl Section {
    /// The old names in its text: section in lower case, name.
    fn old_names(&self, own: &str) -> Vec<(String, String)> {
        let text = self.text.get();
        let mut found = Vec::new();
        for (start, key) in text.match_indices("\"deprecated\"") {
            let list = text.get(start + key.len()..).unwrap_or("").trim_start_matches([':', ' ']);
            let mut read = serde_json::Deserializer::from_str(list).into_iter::<Vec<(Option<String>, String)>>();
            let names = read.next().and_then(Result::ok).unwrap_or_default();
            let place = |section: Option<String>| section.unwrap_or_else(|| own.to_owned()).to_ascii_lowercase();
            found.extend(names.into_iter().map(|(section, name)| (place(section), name.replace('-', "_"))));
        }
        found
    }

    fn read(&self, releases: &[String]) -> Result<Options, String> {
        let mut options: Options = serde_json::from_str(self.text.get()).map_err(|error| error.to_string())?;
        let place = |word: &str| {
            let at = releases.iter().position(|release| release == word);
            at.ok_or_else(|| format!("`{word}` is not among the table's releases"))
        };
        for record in options.values_mut().flatten() {
            let (first, last) = record.run.split_once("..").unwrap_or((&record.run, &record.run));
            (record.first, record.last) = (place(first)?, place(last)?);
        }
        Ok(options)
    }
}

impl Record {
    /// Does it hold in the release at that place?
    pub fn holds(&self, release: usize) -> bool {
        (self.first..=self.last).contains(&release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::embedded::TABLES;

    #[test]
    fn every_carried_table_can_be_read_whole() {
        let tables = TABLES.iter().filter(|packed| crate::options::name(packed.path).is_some());
        let mut options = 0;
        for packed in tables {
            let table = parse_whole(&packed.text()).unwrap_or_else(|error| panic!("{}: {error}", packed.path));
            let sections = table.files.values().chain(table.plugins.values()).flatten();
            options += sections.map(|(_, section)| table.options(section).len()).sum::<usize>();
        }
        assert!(options > 5_000, "{options}");
    }

    #[test]
    fn a_broken_table_is_refused() {
        let text = "{\"releases\":[\"x\"],\"files\":{\"f\":{\"g\":{\"o\":[{\"in\":\"y\",\"type\":\"string\"}]}}}}";
        assert_eq!(parse_whole(text).unwrap_err(), "section `g`: `y` is not among the table's releases");
    }
}
