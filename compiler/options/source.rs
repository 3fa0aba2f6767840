//! A table's JSON to records: what people write and read.
//!
//! The build script includes this file too: it knows only `std` and `serde`.
//!
//! Invariant: a record holds in the releases from `first` to `last`, places in the table's own list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Options by name, each with its records in order of release.
pub type Options = BTreeMap<String, Vec<Record>>;

/// Groups (files, or kinds of plugins) by name, each with its sections by name.
pub type Groups = BTreeMap<String, BTreeMap<String, Options>>;

/// What a program reads.
#[derive(Debug)]
pub struct Source {
    /// The releases of which there is a table, oldest first.
    pub releases: Vec<String>,
    /// Files by name.
    pub files: Groups,
    /// Options that plugins bring: kind of plugin -> plugin -> options.
    pub plugins: Groups,
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
    /// The default depends on the machine; what stands there is a sample.
    #[serde(default)]
    pub computed: bool,
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

type Texts = BTreeMap<String, BTreeMap<String, Box<RawValue>>>;

#[derive(Deserialize)]
struct Text {
    releases: Vec<String>,
    files: Texts,
    #[serde(default)]
    plugins: Texts,
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

/// Reads a table.
pub fn parse(text: &str) -> Result<Source, String> {
    let read: Text = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (files, plugins) = (groups(read.files, &read.releases)?, groups(read.plugins, &read.releases)?);
    Ok(Source { releases: read.releases, files, plugins })
}

fn groups(texts: Texts, releases: &[String]) -> Result<Groups, String> {
    let section = |(name, text): (String, Box<RawValue>)| {
        let options = options(text.get(), releases).map_err(|error| format!("section `{name}`: {error}"))?;
        Ok((name, options))
    };
    let group = |(name, sections): (String, BTreeMap<_, _>)| {
        Ok((name, sections.into_iter().map(section).collect::<Result<_, String>>()?))
    };
    texts.into_iter().map(group).collect()
}

fn options(text: &str, releases: &[String]) -> Result<Options, String> {
    let mut options: Options = serde_json::from_str(text).map_err(|error| error.to_string())?;
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
