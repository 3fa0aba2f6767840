//! Where a line of the output comes from, and what an option, a field or a service is.
//!
//! Invariant: answers come from compiling again; nothing is stored beside the output.

pub mod catalog;
pub mod fields;
pub mod find;
pub mod listing;
pub mod readers;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::catalog::file::TableName;
use crate::catalog::load::Library;
use crate::compile::Compiled;
use crate::options::record::Record;
use crate::origin::{Origin, OriginId};
use crate::span::Span;
use crate::upgrade;
use crate::verify::options::tables_of;

/// The chain of a line of an output file: the value, the places it was made from, and what those shadow.
pub fn line(compiled: &Compiled, path: &str, number: usize) -> Option<String> {
    let rendered = compiled.artifacts.as_ref()?.iter().find(|rendered| rendered.path == path)?;
    let text = rendered.printed.text.lines().nth(number.checked_sub(1)?)?;
    let origin = rendered.printed.lines.get(number - 1).copied().unwrap_or(OriginId::BUILTIN);
    let mut answer = format!("{path}:{number}\n    {}\n", text.trim());
    let mut walk = Walk { compiled, seen: BTreeSet::new(), answer: &mut answer };
    walk.origin(&compiled.origins, origin, ("from", 1));
    if walk.seen.is_empty() {
        answer.push_str("  fixed by the compiler\n");
    }
    Some(answer)
}

struct Walk<'a> {
    compiled: &'a Compiled,
    seen: BTreeSet<Span>,
    answer: &'a mut String,
}

impl Walk<'_> {
    fn origin(&mut self, table: &crate::origin::OriginTable, id: OriginId, lead: (&str, usize)) {
        let (word, depth) = lead;
        match table.get(id) {
            Origin::Builtin => {}
            Origin::Written(span) => self.place(*span, word, depth),
            Origin::Derived { pass, from } => {
                let ids: Vec<OriginId> = from.to_vec();
                if ids.len() > 1 {
                    let _ = writeln!(self.answer, "{}made by `{pass}`", "  ".repeat(depth));
                }
                for id in ids {
                    self.origin(table, id, (word, depth));
                }
            }
            Origin::Merged { winner, shadowed } => {
                self.origin(table, *winner, lead);
                self.origin(table, *shadowed, ("over", depth + 1));
            }
        }
    }

    fn place(&mut self, span: Span, word: &str, depth: usize) {
        if !self.seen.insert(span) {
            return;
        }
        let Some(source) = self.compiled.sources.get(span.file) else { return };
        let (line, column) = source.position(span.start);
        let text = source.line_text(line).trim();
        let text: String = text.chars().take(100).collect();
        let _ = writeln!(self.answer, "{}{word} {}:{line}:{column}    {text}", "  ".repeat(depth), source.path);
        for shadowed in self.compiled.shadows.get(&span).into_iter().flatten() {
            self.place(*shadowed, "over", depth + 1);
        }
    }
}

/// What the option tables say of `GROUP.OPTION` in a file, release by release, and who reads it; none where no table knows it.
pub fn option(library: &Library, file: &str, path: &str) -> Option<String> {
    let mut answer = String::new();
    let mut seen = BTreeSet::new();
    for service in library.catalog.services.values() {
        let Some(declared) = service.files.get(file) else { continue };
        let length = answer.len();
        for table in tables_of(&library.tables, service, file, declared) {
            if seen.insert(table.clone()) {
                of_table(library, &table, path, &mut answer);
            }
        }
        if answer.len() > length {
            answer.push_str(&readers::lines(service, file, path));
        }
    }
    (!answer.is_empty()).then_some(answer)
}

fn of_table(library: &Library, name: &TableName, option: &str, answer: &mut String) {
    let part = name.file.as_deref();
    let Some(Ok(table)) = library.tables.table(&name.table) else { return };
    for (file, sections) in table.files().filter(|(file, _)| part.is_none_or(|part| part == *file)) {
        for (section, options) in sections.iter() {
            let bare = if section == "-" { Some(option) } else { option.strip_prefix(section) };
            let Some(name) = bare.map(|rest| rest.trim_start_matches('.').replace('-', "_")) else { continue };
            for record in options.get(&name).into_iter().flatten() {
                let release = |place: usize| table.release(place);
                let run = match (release(record.first), release(record.last)) {
                    (first, last) if first == last => first.to_owned(),
                    (first, last) => format!("{first} to {last}"),
                };
                let _ = writeln!(answer, "`{name}` in `[{section}]` of {file}, {run}");
                describe_record(&record, answer);
            }
        }
    }
}

fn describe_record(record: &Record<'_>, answer: &mut String) {
    let _ = writeln!(answer, "    type      {}", upgrade::describe(record));
    let _ = writeln!(answer, "    default   {}", upgrade::shown_of(record));
    let flags = [(record.required, "required"), (record.secret, "secret"), (record.mutable, "mutable")];
    let flags: Vec<&str> = flags.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect();
    if !flags.is_empty() {
        let _ = writeln!(answer, "    is        {}", flags.join(", "));
    }
    for (section, old) in record.deprecated() {
        let section = section.map(|section| format!(" in `[{section}]`")).unwrap_or_default();
        let _ = writeln!(answer, "    was       `{old}`{section}");
    }
    if record.removal {
        let reason = record.reason.unwrap_or("no reason is given");
        let reason: Vec<&str> = reason.split_whitespace().collect();
        let _ = writeln!(answer, "    will go   {}", reason.join(" "));
    }
}

/// The values of an option in a site's files, each with where it comes from.
pub fn option_in(compiled: &Compiled, file: &str, path: &str) -> String {
    let mut answer = String::new();
    let Some(artifacts) = &compiled.artifacts else { return answer };
    let end = format!("/{file}");
    // Nodes that are alike share a host file: the first of them speaks for all.
    let mut seen = BTreeSet::new();
    let hosts = compiled.linked.iter().flat_map(|linked| &linked.hosts);
    let hosts = hosts.filter(|host| host.file.name == file && seen.insert(std::sync::Arc::as_ptr(&host.file)));
    let hosts: BTreeSet<&str> = hosts.map(|host| host.path.as_str()).collect();
    let is_of = |place: &str| {
        place.starts_with("config/") && (place.ends_with(&end) || place.contains(&format!("{end}.d/")))
            || hosts.contains(place)
    };
    for rendered in artifacts.iter().filter(|rendered| is_of(&rendered.path)) {
        let mut section = "-";
        for (number, text) in rendered.printed.text.lines().enumerate() {
            if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                section = name;
            }
            let name = text.split_once(['=', ' ']).map_or(text, |(name, _)| name).trim();
            if (section == "-" && name == path) || format!("{section}.{name}") == path {
                answer.push_str(&line(compiled, &rendered.path, number + 1).unwrap_or_default());
            }
        }
    }
    if answer.is_empty() {
        let _ = writeln!(answer, "site {} does not set it", compiled.name);
    }
    answer
}
