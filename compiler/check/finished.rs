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
    /// The files; those of host groups too.
    pub files: Vec<File<'a>>,
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
    /// The options of all files.
    pub fn options(&self) -> impl Iterator<Item = Found<'a>> {
        let sections = self
            .files
            .iter()
            .flat_map(|file| file.public.iter().chain(file.secret).map(move |section| (file, section)));
        sections.flat_map(|(file, section)| {
            section.options.iter().map(|option| Found {
                service: file.service,
                file: file.name,
                section: &section.name,
                option: &option.name,
                text: option.values.iter().map(|(line, _)| text(line)).collect::<Vec<_>>().join(","),
                spans: option.values.iter().flat_map(|(_, origin)| self.spans(*origin)).collect(),
            })
        })
    }

    /// The options of a file as most nodes read it, by section and name.
    pub fn file(&self, service: &str, name: &str) -> BTreeMap<(&'a str, &'a str), Found<'a>> {
        let is_it = |file: &&File<'_>| file.service == service && file.name == name && file.group.is_none();
        let one = Finished {
            files: self.files.iter().find(is_it).into_iter().copied().collect(),
            objects: Vec::new(),
            origins: self.origins,
            sources: self.sources,
        };
        one.options().map(|found| ((found.section, found.option), found)).collect()
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
    pub fn finding(&self, code: &'static str, places: &[Span], fallback: Span, message: String) -> Diagnostic {
        let written = places.iter().copied().find(|span| self.is_written(*span));
        let data = places.iter().copied().find(|span| !self.is_written(*span));
        let finding = Diagnostic::error(code, written.unwrap_or(fallback), message);
        match data {
            Some(span) => finding.also(span, "service data has"),
            None => finding,
        }
    }
}

/// A value's text, secrets as their names.
pub fn text(line: &Line) -> String {
    let part = |part: &Part| match part {
        Part::Public(text) => text.clone(),
        Part::Secret(secret) => format!("<{}/{}>", secret.secret, secret.key),
    };
    line.parts.iter().map(part).collect()
}
