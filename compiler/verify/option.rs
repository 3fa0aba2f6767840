//! One option and what a table says of it, to diagnostics.
//!
//! Invariant: a diagnostic never shows a value that a table calls secret.

use crate::config::file::{ConfigOption, Line, Part};
use crate::diag::{Diagnostic, Fix, Sink, nearest};
use crate::options::record::Record;
use crate::options::scope::{Found, Removed, Suggestion};
use crate::options::value;
use crate::origin::{Origin, OriginId, OriginTable};
use crate::span::Span;
use crate::verify::secrets;

/// An option in a file.
pub struct Place<'o> {
    /// Its section.
    pub section: &'o str,
    /// The option.
    pub option: &'o ConfigOption,
}

impl Place<'_> {
    /// How messages name it.
    fn title(&self) -> String {
        match self.section {
            // A file without sections.
            "-" => format!("`{}`", self.option.name),
            section => format!("`{}` in `[{section}]`", self.option.name),
        }
    }
}

/// Where diagnostics about an option point.
pub struct Judge<'o> {
    /// The file.
    pub file: &'o str,
    /// The service.
    pub service: &'o str,
    /// Where the option's name was written.
    pub key: Span,
    /// Was it written by the user, not by the service data?
    pub is_users: bool,
}

/// The place that a value was written at.
pub fn written(origins: &OriginTable, id: OriginId) -> Option<Span> {
    match origins.get(id) {
        Origin::Builtin => None,
        Origin::Written(span) => Some(*span),
        Origin::Merged { winner, .. } => written(origins, *winner),
        Origin::Derived { from, .. } => from.iter().find_map(|id| written(origins, *id)),
    }
}

/// All places that a value was written at, those of what it refers to behind its own.
pub fn places(origins: &OriginTable, id: OriginId) -> Vec<Span> {
    match origins.get(id) {
        Origin::Builtin => Vec::new(),
        Origin::Written(span) => vec![*span],
        Origin::Merged { winner, .. } => places(origins, *winner),
        Origin::Derived { from, .. } => from.iter().flat_map(|id| places(origins, *id)).collect(),
    }
}

impl Judge<'_> {
    /// Pushes what is wrong with an option; `guess` is asked for what an unknown one may mean.
    pub fn judge<'t>(
        &self,
        (place, values): (&Place<'_>, &[(&Line, Option<Span>)]),
        found: Found<'t>,
        guess: impl FnOnce() -> Suggestion<'t>,
        sink: &mut Sink,
    ) {
        let at = format!("{} of {}", place.title(), self.file);
        match found {
            Found::Here(record) => self.values(place, values, &record, sink),
            Found::Renamed(section, name, record) => {
                self.values(place, values, &record, sink);
                self.renamed(&at, section, name, sink);
            }
            Found::Removed(gone) => sink.push(redacted(self.removed(&at, &gone), place, &[], values)),
            Found::Later(release) => {
                let diagnostic =
                    Diagnostic::error("TG0526", self.key, format!("{at} comes with release {release} only"));
                sink.push(redacted(diagnostic, place, &[], values));
            }
            Found::Unknown => {
                let guess = guess();
                let meant: Vec<&str> = guess.near.into_iter().chain(guess.far.map(|(_, name)| name)).collect();
                sink.push(redacted(self.unknown(&at, place, &guess), place, &meant, values));
            }
        }
    }

    fn renamed(&self, at: &str, section: Option<&str>, name: &str, sink: &mut Sink) {
        let diagnostic = Diagnostic::warning("TG0524", self.key, format!("{at} is deprecated"));
        sink.push(match section {
            Some(section) => diagnostic.hint(format!("its name is `{name}` in `[{section}]`")),
            None if self.is_users => {
                let fix = Fix { span: self.key, text: name.to_owned() };
                diagnostic.hint(format!("its name is `{name}`; `check --fix` writes it")).with_fix(fix)
            }
            None => diagnostic.hint(format!("its name is `{name}`")),
        });
    }

    fn removed(&self, at: &str, gone: &Removed<'_>) -> Diagnostic {
        let diagnostic = Diagnostic::error("TG0525", self.key, format!("{at} was removed after release {}", gone.last));
        match (gone.successor, gone.reason) {
            (Some((section, name)), _) => diagnostic.hint(format!("`{name}` in `[{section}]` took its place")),
            (None, Some(reason)) => diagnostic.hint(format!("its notice said: {}", one_line(reason))),
            (None, None) => diagnostic.hint("nothing took its place under another name: see the release notes"),
        }
    }

    fn unknown(&self, at: &str, place: &Place<'_>, guess: &Suggestion<'_>) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error("TG0522", self.key, format!("unknown option {at} of service `{}`", self.service));
        if let Some(near) = guess.near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        if !guess.elsewhere.is_empty() {
            let sections: Vec<String> =
                guess.elsewhere.iter().take(4).map(|section| format!("`[{section}]`")).collect();
            diagnostic = diagnostic.hint(format!("there is an option of that name in {}", sections.join(", ")));
        }
        if let Some((section, name)) = guess.far {
            diagnostic = diagnostic.hint(format!("did you mean `{name}` in `[{section}]`?"));
        }
        if diagnostic.hints.is_empty() {
            let extra = format!("extra-options \"{}\" {{ {} {} }}", self.file, place.section, place.option.name);
            diagnostic = diagnostic.hint(format!("an option of a driver from elsewhere is declared: `{extra}`"));
        }
        diagnostic
    }

    fn values(&self, place: &Place<'_>, values: &[(&Line, Option<Span>)], record: &Record<'_>, sink: &mut Sink) {
        let at = place.title();
        if let (true, Some((_, span))) = (values.len() > 1 && record.kind != "multi", values.get(1)) {
            let message = format!("{at} is given {} times, and the last one alone counts", values.len());
            let diagnostic = Diagnostic::error("TG0530", span.unwrap_or(self.key), message);
            sink.push(if record.kind == "list" {
                diagnostic.hint("write the items in one text, joined by commas")
            } else {
                diagnostic
            });
        }
        if self.is_users && record.removal {
            let diagnostic = Diagnostic::warning("TG0528", self.key, format!("{at} is deprecated and will be removed"));
            sink.push(match record.reason {
                Some(reason) => diagnostic.hint(format!("its notice says: {}", one_line(reason))),
                None => diagnostic,
            });
        }
        for (line, span) in values {
            self.value(&at, (line, span.unwrap_or(self.key)), record, sink);
        }
    }

    fn value(&self, at: &str, value: (&Line, Span), record: &Record<'_>, sink: &mut Sink) {
        let (line, span) = value;
        let Some(text) = public_text(line) else { return };
        // A URL that names nobody tells no secret, whatever else the option may hold.
        let is_open = text.contains("://") && !text.contains('@');
        if record.secret && !text.trim_matches('"').is_empty() && !is_open {
            let message = format!("{at} is a secret; found a value in plain text");
            sink.push(Diagnostic::error("TG0510", span, message).hint(SECRET_HINT));
            return;
        }
        // A switch may stand alone.
        let is_switch = text.is_empty() && record.has_choices();
        if !is_switch && let Err(expected) = value::check(record, &text) {
            let message = format!("{at} is {}, expected {expected}", shown(&text));
            sink.push(Diagnostic::error("TG0523", span, message));
        }
    }
}

/// The way out for a secret in plain text.
const SECRET_HINT: &str = "declare it in the spec, `secret NAME kind=password`, and refer to it: `(secret)\"NAME\"`";

impl Judge<'_> {
    /// Pushes where a value that a user wrote is a secret by the option's name or by its look, whatever the tables say of it.
    pub fn plain_secret(
        &self,
        place: &Place<'_>,
        values: &[(&Line, Option<Span>)],
        record: Option<&Record<'_>>,
        sink: &mut Sink,
    ) {
        if !self.is_users || record.is_some_and(|record| record.secret || !record.holds_text()) {
            return;
        }
        let at = place.title();
        for (line, span) in values {
            let Some(text) = public_text(line).filter(|text| !text.is_empty()) else { continue };
            let span = span.unwrap_or(self.key);
            if secrets::is_named(&place.option.name) && !secrets::is_place(&text) {
                let message = format!("{at} is a secret by its name; found a value in plain text");
                sink.push(Diagnostic::error("TG0510", span, message).hint(SECRET_HINT).redact([span]));
            } else if secrets::is_random(&text) {
                let message = format!("the value of {at} looks like a password or key in plain text");
                sink.push(Diagnostic::warning("TG0537", span, message).hint(SECRET_HINT).redact([span]));
            }
        }
    }
}

/// Words in the names of options that hold secrets, or URLs with one.
const TELLING: [&str; 7] = ["pass", "secret", "token", "key", "cred", "connection", "transport_url"];

/// An option that the release does not have may still be given a secret: its value is not shown where its name, or the one that
/// may have been meant, is that of one.
fn redacted(diagnostic: Diagnostic, place: &Place<'_>, meant: &[&str], values: &[(&Line, Option<Span>)]) -> Diagnostic {
    let mut names = meant.iter().copied().chain([place.option.name.as_str()]);
    if !names.any(tells) {
        return diagnostic;
    }
    diagnostic.redact(values.iter().filter_map(|(_, span)| *span))
}

/// Is it the name of a secret, be it misspelt?
fn tells(name: &str) -> bool {
    let is_near = |part: &str| part.len() > 3 && nearest(part, ["password", "secret", "token", "credential"]).is_some();
    TELLING.iter().any(|word| name.contains(word)) || name.split(['_', '-']).any(is_near)
}

/// The text of a value that holds no secret.
fn public_text(line: &Line) -> Option<String> {
    let parts = line.parts.iter().map(|part| match part {
        Part::Public(text) => Some(text.as_str()),
        Part::Secret(_) => None,
    });
    parts.collect()
}

fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("`{short}...`") } else { format!("`{short}`") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
