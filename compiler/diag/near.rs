//! Names that are not known, and the nearest that are.
//!
//! Invariant: a guess is given only where at most a third of the letters differ.

use super::diagnostic::Diagnostic;
use crate::span::Span;

/// The candidate nearest to a misspelt word, by Damerau-Levenshtein distance; at most a third of its letters may differ.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        // So many letters more or fewer are at least so many that differ.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// As many names as a hint lists.
const LISTED: usize = 40;

/// A diagnostic about a name that is not known, with the nearest that is.
pub fn unknown<'n>(
    code: &'static str,
    what: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    // Whose it is stands behind its name: unknown setting `x` of service `y`.
    let begin = what.find('`').and_then(|name| {
        let before = what.get(..name)?;
        [" of ", " in "].iter().filter_map(|word| before.rfind(word)).max()
    });
    let (kind, whose) = what.split_at(begin.unwrap_or(what.len()));
    let diagnostic = Diagnostic::error(code, span, format!("unknown {kind} `{name}`{whose}"));
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.hint("none is declared"),
        None if known.len() <= LISTED => diagnostic.hint(format!("known are {}", known.join(", "))),
        None => diagnostic,
    }
}

/// A number of things, e.g. `1 file`, `2 files`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
