//! The finished files and objects as rules look at them: options by name, values as text, places by origin.
//!
//! Invariant: a secret's text is its name, so two values are equal where they show the same secret.

use std::collections::BTreeMap;

use crate::config::file::{Line, Part, Section};
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::origin::{Origin, OriginId, OriginTable};
use crate::span::Span;
use crate::world::Sources;

/// A finished config file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The service.
    pub service: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// The host group whose nodes read it, where theirs differs.
    pub group: Option<&'a str>,
    /// The options that anyone may read.
    pub public: &'a [Section],
    /// The options with secrets.
    pub secret: &'a [Section],
}

/// A site's finished files and objects.
#[derive(Debug)]
pub struct Finished<'a> {
    /// The options of all files, those of host groups too.
    pub options: Vec<Found<'a>>,
    /// The objects.
    pub objects: Vec<&'a Item>,
    /// All origins.
    pub origins: &'a OriginTable,
    /// All texts.
    pub sources: &'a Sources,
}

/// An option in a finished file.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// The service.
    pub service: &'a str,
    /// The file.
    pub file: &'a str,
    /// The host group whose nodes read the file, where theirs differs.
    pub group: Option<&'a str>,
    /// The section.
    pub section: &'a str,
    /// The option.
    pub option: &'a str,
    /// The value; several are joined by commas.
    pub text: String,
    /// The places that decide it, the one that counts first.
    pub spans: Vec<Span>,
}

impl Found<'_> {
    /// How a message names the option.
    pub fn title(&self) -> String {
        match self.section {
            "-" => format!("`{}` of `{}`", self.option, self.file),
            section => format!("`{}` in `[{section}]` of `{}`", self.option, self.file),
        }
    }
}

impl<'a> Finished<'a> {
    /// Files and objects, their options read once.
    pub fn new(
        files: &[File<'a>],
        objects: Vec<&'a Item>,
        origins: &'a OriginTable,
        sources: &'a Sources,
    ) -> Finished<'a> {
        let mut finished = Finished { options: Vec::new(), objects, origins, sources };
        for file in files {
            let options = file
                .public
                .iter()
                .chain(file.secret)
                .flat_map(|section| section.options.iter().map(move |option| (section, option)));
            for (section, option) in options {
                finished.options.push(Found {
                    service: file.service,
                    file: file.name,
                    group: file.group,
                    section: &section.name,
                    option: &option.name,
                    text: option.values.iter().map(|(line, _)| text(line)).collect::<Vec<_>>().join(","),
                    spans: option.values.iter().flat_map(|(_, origin)| finished.spans(*origin)).collect(),
                });
            }
        }
        finished
    }

    /// The options of a file as most nodes read it, by section and name.
    pub fn file(&self, service: &str, name: &str) -> BTreeMap<(&'a str, &'a str), &Found<'a>> {
        let of_file = |found: &&Found<'_>| found.service == service && found.file == name && found.group.is_none();
        self.options.iter().filter(of_file).map(|found| ((found.section, found.option), found)).collect()
    }

    /// The places that an origin leads to, without what they shadow.
    pub fn spans(&self, origin: OriginId) -> Vec<Span> {
        match self.origins.get(origin) {
            Origin::Builtin => Vec::new(),
            Origin::Written(span) => vec![*span],
            Origin::Derived { from, .. } => from.iter().flat_map(|id| self.spans(*id)).collect(),
            Origin::Merged { winner, .. } => self.spans(*winner),
        }
    }

    /// Does the place stand in a site or an overlay, and not in service data?
    pub fn is_written(&self, span: Span) -> bool {
        self.sources.get(span.file).is_some_and(|source| !source.path.starts_with("schema/"))
    }

    /// An error at the first place that a site or overlay wrote, or at `fallback`; the first place of service data beside it.
    pub fn diagnostic(&self, code: &'static str, places: &[Span], fallback: Span, message: String) -> Diagnostic {
        let written = places.iter().copied().find(|span| self.is_written(*span));
        let data = places.iter().copied().find(|span| !self.is_written(*span));
        let diagnostic = Diagnostic::error(code, written.unwrap_or(fallback), message);
        match data {
            Some(span) => diagnostic.also(span, "service data has"),
            None => diagnostic,
        }
    }
}

/// A value's text, secrets as their names.
pub fn text(line: &Line) -> String {
    let part = |part: &Part| match part {
        Part::Public(text) => text.clone(),
        Part::Secret(secret) => secret.id.mask(),
    };
    line.parts.iter().map(part).collect()
}
