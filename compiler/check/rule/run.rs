//! A rule about to be run, and a value that it tests.
//!
//! Invariant: a value keeps the places that decide it.

use crate::catalog::rule::Rule;
use crate::catalog::service::Service;
use crate::check::finished::{Finished, Found};
use crate::model::Model;
use crate::span::Span;

/// A rule about to be run.
pub(super) struct Run<'r, 'a> {
    pub(super) model: &'r Model<'a>,
    pub(super) finished: &'r Finished<'r>,
    pub(super) service: &'r Service,
    pub(super) rule: &'r Rule,
}

/// A value that a rule tests.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// How a message names it.
    pub(super) title: String,
    pub(super) text: String,
    pub(super) spans: Vec<Span>,
    /// The service and the file that an option is in.
    pub(super) file: Option<(String, String)>,
    /// The section that an option is in.
    pub(super) section: String,
}

impl<'r> Run<'r, '_> {
    /// The finished options of that file, section and name; `*` stands for the file or the section of the value.
    pub(super) fn beside(&self, value: &Value, path: (&str, &str, &str)) -> impl Iterator<Item = &'r Found<'r>> {
        let (file, section, option) = path;
        let own = value.file.as_ref().filter(|_| file == "*");
        let (service, file) =
            own.map_or((self.service.name.as_str(), file), |(service, file)| (service.as_str(), file.as_str()));
        let section = if section == "*" { value.section.as_str() } else { section };
        let wanted = (service.to_owned(), file.to_owned(), section.to_owned(), option.to_owned());
        self.finished.options.iter().filter(move |found| {
            found.option == wanted.3 && found.section == wanted.2 && found.file == wanted.1 && found.service == wanted.0
        })
    }
}

/// The places of a value, then others.
pub(super) fn with(value: &Value, others: &[Span]) -> Vec<Span> {
    value.spans.iter().chain(others).copied().collect()
}
