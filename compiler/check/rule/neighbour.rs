//! Tests against options beside the subject: those that must be set with it, those that must not, and sets that share nothing.
//!
//! Invariant: an option that is set to nothing counts as one that is not set.

use std::collections::BTreeSet;

use super::list::items;
use super::run::{Run, Value, with};
use crate::catalog::expr::OptionPath;
use crate::catalog::rule::Neighbour;
use crate::check::finished::Found;
use crate::span::Span;

impl<'r> Run<'r, '_> {
    /// The first option of a neighbour that is set.
    fn set(&self, value: &Value, neighbour: &Neighbour) -> Option<&'r Found<'r>> {
        let of = |section: &str| {
            let found =
                neighbour.options.iter().flat_map(|option| self.beside(value, (&neighbour.file, section, option)));
            found.into_iter().find(|found| !found.text.is_empty())
        };
        neighbour.sections.iter().find_map(|section| of(section))
    }

    /// Is every option set that the value needs?
    pub(super) fn needs(&self, value: &Value, neighbours: &[Neighbour]) -> Option<(String, Vec<Span>)> {
        let is_missing = |neighbour: &&Neighbour| self.set(value, neighbour).is_none();
        let missing: Vec<String> =
            neighbours.iter().filter(is_missing).map(|neighbour| named(value, neighbour)).collect();
        if value.text.is_empty() || missing.is_empty() {
            return None;
        }
        Some((format!("{} is `{}` and needs {}", value.title, value.text, missing.join(", ")), value.spans.clone()))
    }

    /// Is no option set that the value excludes?
    pub(super) fn excludes(&self, value: &Value, neighbours: &[Neighbour]) -> Option<(String, Vec<Span>)> {
        let found = neighbours.iter().find_map(|neighbour| self.set(value, neighbour))?;
        if value.text.is_empty() {
            return None;
        }
        Some((
            format!("{} is `{}`, and {} is `{}`", value.title, value.text, found.title(), found.text),
            with(value, &found.spans),
        ))
    }

    /// Have the processors of the value and of the option nothing in common?
    pub(super) fn disjoint(&self, value: &Value, path: &OptionPath) -> Option<(String, Vec<Span>)> {
        let other = self.beside(value, (&path.file, &path.section, &path.option)).next()?;
        let mine = processors(&value.text);
        let shared = processors(&other.text).into_iter().find(|number| mine.contains(number))?;
        let message = || {
            format!(
                "{} is `{}`, and {} is `{}`: both have {shared}",
                value.title,
                value.text,
                other.title(),
                other.text
            )
        };
        Some((message(), with(value, &other.spans)))
    }
}

/// A neighbour as a message names it.
fn named(value: &Value, neighbour: &Neighbour) -> String {
    let options: Vec<String> = neighbour.options.iter().map(|option| format!("`{option}`")).collect();
    let section = neighbour.sections.first().map_or("*", |section| section.as_str());
    let section = if section == "*" { value.section.as_str() } else { section };
    format!("{} in `[{section}]`", options.join(" or "))
}

/// The most processors that a set is written out to: more than any machine has.
const MOST_PROCESSORS: u32 = 8192;

/// The numbers of a set such as `4-12,^8,15`.
fn processors(text: &str) -> BTreeSet<u32> {
    let numbers = |item: &str| -> Option<BTreeSet<u32>> {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let (first, last) = (first.trim().parse::<u32>().ok()?, last.trim().parse::<u32>().ok()?);
        Some((first..=last.min(MOST_PROCESSORS)).collect())
    };
    let all: BTreeSet<u32> = items(text).filter_map(numbers).flatten().collect();
    let left_out: BTreeSet<u32> = items(text).filter_map(|item| numbers(item.strip_prefix('^')?)).flatten().collect();
    all.difference(&left_out).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::processors;

    #[test]
    fn a_set_of_processors_has_ranges_and_exceptions() {
        for (text, expected) in [
            ("4-8,^6, 15", vec![4, 5, 7, 8, 15]),
            ("", vec![]),
            ("3", vec![3]),
            ("^3,1-3", vec![1, 2]),
            ("x,7", vec![7]),
        ] {
            assert_eq!(processors(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(processors("8000-4000000000").len(), 193);
    }
}
