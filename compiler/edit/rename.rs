//! A name that a spec gives to something of its own, replaced wherever the spec means that thing.
//!
//! The compiler itself says where: the declaration is renamed, and what it then calls unknown by the old name is a use.
//!
//! Invariant: a new text has no error that the old one has not; of two things of one name only one is renamed.

use std::ops::Range;

use crate::catalog::load::Library;
use crate::compile::inspect;
use crate::diag::{Diagnostic, Severity};
use crate::edit::write::{Notation, text as written};
use crate::tree::format::token::{Kind, tokens};
use crate::tree::scalars::{Place, Scalar, Step, scalars};
use crate::world::World;
use crate::world::draft::Draft;

/// Nodes of a spec whose first value is a name.
const KINDS: [&str; 5] = ["network", "node", "role", "group", "secret"];
/// How often uses are looked for: those that are told only once others are fixed.
const ROUNDS: usize = 16;

/// A spec in a project.
pub struct Spec<'s> {
    /// The project.
    pub world: &'s dyn World,
    /// The catalog.
    pub library: &'s Library,
    /// The site's folder.
    pub site: &'s str,
    /// The spec's path.
    pub path: &'s str,
    /// Its text.
    pub text: &'s str,
    /// Its notation.
    pub notation: Notation,
}

/// A word of a spec.
struct Word {
    range: Range<usize>,
    /// Its text, without quotes.
    text: String,
    /// Does it name a thing that the spec declares?
    is_declaration: bool,
}

/// The names and values of a text.
fn words(text: &str, notation: Notation) -> Vec<Word> {
    match notation {
        Notation::Kdl => kdl_words(text),
        Notation::Yaml => scalars(text).into_iter().map(yaml_word).collect(),
    }
}

fn kdl_words(text: &str) -> Vec<Word> {
    let (mut depth, mut before, mut words) = (0usize, Vec::<&str>::new(), Vec::new());
    for token in tokens(text) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::String => {
                let word = token.text(text).trim_matches('"');
                let is_declaration = depth == 1 && matches!(before.as_slice(), [kind] if KINDS.contains(kind));
                words.push(Word { range: token.range, text: word.to_owned(), is_declaration });
                before.push(word);
                continue;
            }
            _ => {}
        }
        before.clear();
    }
    words
}

fn yaml_word(scalar: Scalar) -> Word {
    let is_named = |path: &[Step]| matches!(path, [Step::Key(kind)] if KINDS.contains(&kind.as_str()));
    let is_declaration = scalar.place == Place::Key && is_named(&scalar.path);
    Word { range: scalar.range, text: scalar.text, is_declaration }
}

/// Where a name is declared that stands at these bytes.
pub fn declarations(text: &str, place: &Range<usize>, notation: Notation) -> Vec<Range<usize>> {
    let words = words(text, notation);
    let Some(name) = words.iter().find(|word| word.range == *place).map(|word| word.text.clone()) else {
        return Vec::new();
    };
    let own = words.into_iter().filter(|word| word.is_declaration && word.text == name);
    own.map(|word| word.range).collect()
}

/// The text with the name at these bytes replaced, or why it is not.
pub fn rename(spec: &Spec<'_>, place: &Range<usize>, new: &str) -> Result<String, String> {
    let name = spec.text.get(place.clone()).map(bare).unwrap_or_default();
    let all = declarations(spec.text, place, spec.notation);
    let own = all.iter().filter(|range| *range == place).chain(all.iter().filter(|range| *range != place));
    if let Some(first) = spec.errors(spec.text).first() {
        return Err(format!("the spec has an error, fix it first: {} {}", first.code, first.message));
    }
    let mut why = format!("`{name}` is not a name that this spec gives: expected that of a {}", KINDS.join(", "));
    for declaration in own {
        match spec.from(declaration, (name, new), place) {
            Ok(text) => return Ok(text),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

impl Spec<'_> {
    fn errors(&self, text: &str) -> Vec<Diagnostic> {
        let world = Draft { below: self.world, files: vec![(self.path, text)] };
        let found = inspect(&world, self.library, self.site);
        let file = found.sources.find(self.path);
        let errors = found.diagnostics.into_iter().filter(|one| one.severity == Severity::Error);
        // Those of this file first, for only they can be uses.
        let (mut here, elsewhere): (Vec<_>, Vec<_>) =
            errors.partition(|one| one.primary.as_ref().map(|label| label.span.file) == file);
        here.extend(elsewhere.into_iter().map(|one| Diagnostic { primary: None, ..one }));
        here
    }

    /// Renames from a declaration on; the name at `place` has to be among what changes.
    fn from(
        &self,
        declaration: &Range<usize>,
        (name, new): (&str, &str),
        place: &Range<usize>,
    ) -> Result<String, String> {
        let mut renamed = vec![declaration.clone()];
        for _ in 0..ROUNDS {
            let text = self.with(&renamed, new);
            let errors = self.errors(&text);
            let Some(first) = errors.first() else {
                let is_meant = renamed.contains(place);
                return if is_meant {
                    Ok(text)
                } else {
                    Err(format!("`{name}` does not mean the thing of that name here"))
                };
            };
            let spans = errors.iter().filter_map(|error| error.primary.as_ref()).map(|label| label.span);
            let uses: Vec<Range<usize>> = spans
                .filter_map(|span| self.use_at(&renamed, (span.start as usize, span.end as usize), (name, new)))
                .filter(|range| !renamed.contains(range))
                .collect();
            if uses.is_empty() {
                return Err(format!("{} {}", first.code, first.message));
            }
            renamed.extend(uses);
            renamed.sort_by_key(|range| range.start);
            renamed.dedup();
        }
        Err(format!("`{name}` is used in more ways than are followed"))
    }

    /// The text with these words replaced.
    fn with(&self, renamed: &[Range<usize>], new: &str) -> String {
        let (mut text, mut at) = (String::new(), 0);
        for range in renamed {
            text.push_str(self.text.get(at..range.start).unwrap_or_default());
            text.push_str(&self.word(range, new));
            at = range.end;
        }
        text + self.text.get(at..).unwrap_or_default()
    }

    /// The new name as the word of these bytes is written: with quotes where it has some.
    fn word(&self, range: &Range<usize>, new: &str) -> String {
        let is_quoted = self.text.get(range.clone()).is_some_and(|word| word.starts_with(['"', '\'']));
        if is_quoted { format!("{new:?}") } else { written(new, self.notation) }
    }

    /// The word of the name at a place of the text with some words replaced, as bytes of the text without.
    fn use_at(
        &self,
        renamed: &[Range<usize>],
        (start, end): (usize, usize),
        (name, new): (&str, &str),
    ) -> Option<Range<usize>> {
        let shifted = |word: &Word| {
            let before = renamed.iter().filter(|range| range.start < word.range.start);
            let (longer, shorter) = before
                .fold((0, 0), |(longer, shorter), range| (longer + self.word(range, new).len(), shorter + range.len()));
            word.range.start + longer - shorter
        };
        let mut named = words(self.text, self.notation).into_iter().filter(|word| word.text == name);
        named.find(|word| (start..end.max(start + 1)).contains(&shifted(word))).map(|word| word.range)
    }
}

/// A word without its quotes.
fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}
