//! Diagnostics of other tools' files without the secrets on the lines that they show.
//!
//! Invariant: nothing of a file of passwords is shown; of other files, no hidden value and no line that may hold one.

use super::key::{Data, Key, Role, is_telling};
use crate::diag::Diagnostic;
use crate::span::{FileId, Span};
use crate::world::Sources;

/// Of how many diagnostics the lines are looked at; of more, no text is shown at all.
const MOST: usize = 500;

/// What of the input is not shown, by file and place.
#[derive(Debug, Default)]
pub struct Hidden(Vec<Span>);

impl Hidden {
    /// What is not to be shown of these files.
    pub fn new(files: &[(FileId, Role)], keys: &[Key], sources: &Sources) -> Self {
        let mut spans = Vec::new();
        for (file, role) in files {
            let Some(source) = sources.get(*file) else { continue };
            match role {
                Role::Secrets => spans.push(Span::new(*file, 0, u32::MAX)),
                _ => telling(&source.text, *file, &mut spans),
            }
        }
        for key in keys.iter().filter(|key| key.hidden) {
            spans.push(key.span);
            if let Data::List(items) = &key.data {
                spans.extend(items.iter().map(|item| item.span));
            }
        }
        spans.sort_by_key(|span| (span.file, span.start, span.end));
        Hidden(spans)
    }

    /// Diagnostics that show nothing of it.
    pub fn redact(&self, diagnostics: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
        let one = |(number, diagnostic)| match number < MOST {
            true => self.one(diagnostic, sources),
            false => hide_places(diagnostic),
        };
        diagnostics.into_iter().enumerate().map(one).collect()
    }

    fn one(&self, diagnostic: Diagnostic, sources: &Sources) -> Diagnostic {
        let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
        let mut found: Vec<Span> = Vec::new();
        for label in labels {
            let Some(source) = sources.get(label.span.file) else { continue };
            let at = label.span.start as usize;
            let before = source.text.get(..at).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1);
            let behind =
                source.text.get(at..).and_then(|text| text.find('\n')).map_or(source.text.len(), |end| at + end);
            let is_on_line = |span: &&Span| {
                span.file == label.span.file && (span.start as usize) <= behind && (span.end as usize) >= before
            };
            found.extend(self.0.iter().filter(is_on_line));
        }
        diagnostic.redact(found)
    }
}

fn hide_places(diagnostic: Diagnostic) -> Diagnostic {
    let places: Vec<Span> = diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span).collect();
    diagnostic.redact(places)
}

/// The lines that may hold a secret, behind their name, and what stands further in below them.
fn telling(text: &str, file: FileId, spans: &mut Vec<Span>) {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (mut at, mut below) = (0usize, None::<usize>);
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let goes_on =
            |outer: usize| content.is_empty() || indent > outer || indent == outer && content.starts_with('-');
        below = below.filter(|outer| goes_on(*outer));
        let (is_below, is_telling) = (below.is_some(), is_telling(content));
        if is_below || is_telling {
            let name = line.find(['=', ':']).filter(|_| !is_below).map_or(0, |at| at + 1);
            spans.push(Span::new(file, place(at + name), place(at + line.len())));
        }
        if !is_below && is_telling {
            below = Some(indent);
        }
        at += line.len();
    }
}
