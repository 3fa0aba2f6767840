//! Config files as data: sections of options, whose values are public text with secrets interpolated.
//!
//! Invariant: a secret never has text here, only a name; equality and digests see names.

use crate::kube::item::Item;
use crate::kube::secret::SecretId;
use crate::origin::OriginId;
use crate::span::Span;

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text that anyone may read.
    Public(String),
    /// The value of a secret.
    Secret(SecretUse),
}

/// A secret and how the text around it wants it written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    /// Which secret.
    pub id: SecretId,
    /// How it is written into the value.
    pub quoting: Quoting,
}

/// How a secret is written into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quoting {
    /// As the file's format wants a value.
    Format,
    /// Percent-encoded, inside a URL; then as the format wants it.
    Url,
}

/// A value: its pieces in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The pieces.
    pub parts: Vec<Part>,
}

impl Line {
    /// A value without secrets.
    pub fn public(text: impl Into<String>) -> Self {
        Line { parts: vec![Part::Public(text.into())] }
    }

    /// Adds text that anyone may read.
    pub fn push(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Public(last)) => last.push_str(text),
            _ => self.parts.push(Part::Public(text.to_owned())),
        }
    }

    /// Adds another value's pieces.
    pub fn append(&mut self, line: Line) {
        for part in line.parts {
            match part {
                Part::Public(text) => self.push(&text),
                secret @ Part::Secret(_) => self.parts.push(secret),
            }
        }
    }

    /// Does it hold a secret?
    pub fn is_secret(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Secret(_)))
    }
}

/// An option with its values: one, or several where the option is repeated.
#[derive(Debug, Clone)]
pub struct ConfigOption {
    /// The name.
    pub name: String,
    /// Where the name was written.
    pub key: Option<Span>,
    /// The values, each a line of the file, each with its origin.
    pub values: Vec<(Line, OriginId)>,
    /// The values that count for whether a Job runs again, where they are not these: those without the site.
    pub of_jobs: Option<Vec<(Line, OriginId)>>,
}

impl ConfigOption {
    /// An option that counts as it is.
    pub fn new(name: impl Into<String>, key: Option<Span>, values: Vec<(Line, OriginId)>) -> Self {
        ConfigOption { name: name.into(), key, values, of_jobs: None }
    }
}

/// A section with its options in order.
#[derive(Debug, Clone)]
pub struct Section {
    /// The name, without brackets; `-` in formats that have none.
    pub name: String,
    /// The options; names are unique.
    pub options: Vec<ConfigOption>,
}

/// What a printer writes.
#[derive(Debug, Clone)]
pub enum Content {
    /// Sections of options, in the syntax of the format.
    Sections(Syntax, Vec<Section>),
    /// A YAML document.
    Yaml(Item),
    /// A JSON document.
    Json(Item),
    /// Text that is ready, with the origin of all its lines, and settings that stand after it.
    Text(String, OriginId, Vec<Section>),
}

/// The syntax of files made of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// oslo.config: `[section]`, `option = value`, `$` doubled, a repeated option repeated.
    Oslo,
    /// my.cnf: `[section]`, `option = value`, values quoted where a `#` or blank would be lost; an option without a value is a flag.
    MyCnf,
    /// INI as Python's configparser, uwsgi and systemd read it: no escapes, a repeated option repeated.
    Ini,
    /// `key = value` lines, as rabbitmq.conf and sysctl.conf.
    Properties,
    /// `word value` lines, as chrony.conf; an option without a value stands alone.
    Directives,
    /// Each value a line as it is; the option's name is only a handle.
    Lines,
    /// `KEY=value` lines as a shell and systemd read them.
    Environment,
    /// Python assignments; the values are Python's literals already.
    Python,
}
