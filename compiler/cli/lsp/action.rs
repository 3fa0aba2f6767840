//! What an editor can do about a diagnostic: write what is certain, or allow it for a time.
//!
//! Invariant: an action changes only the file of the diagnostic; it is offered where it takes the diagnostic away.

use std::ops::Range;

use serde_json::{Value, json};

use super::cursor::root;
use super::locate::notation;
use super::text::Units;
use crate::diag::Diagnostic;
use crate::diag::allow::is_allowable;
use crate::edit::path::Step;
use crate::edit::write::Notation;
use crate::edit::{kdl, yaml};
use crate::tree::shape::Shape;

/// The edit that makes a text another one: the part that differs.
pub fn edit(old: &str, new: &str, units: Units) -> Value {
    let same = |left: &mut dyn Iterator<Item = char>, right: &mut dyn Iterator<Item = char>| -> usize {
        left.zip(right).take_while(|(left, right)| left == right).map(|(letter, _)| letter.len_utf8()).sum()
    };
    let start = same(&mut old.chars(), &mut new.chars());
    let (left, right) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = same(&mut left.chars().rev(), &mut right.chars().rev());
    let text = right.get(..right.len() - end).unwrap_or_default();
    json!({ "range": units.range(old, &(start..old.len() - end)), "newText": text })
}

/// Why a code is allowed, until somebody says why.
const REASON: &str = "to be looked at";

/// A file of the editor.
pub struct File<'f> {
    /// Its path in the project.
    pub path: &'f str,
    /// What the editor calls it.
    pub uri: &'f str,
    /// Its text.
    pub text: &'f str,
}

/// The actions for the diagnostics that touch a range of a file.
pub fn actions(found: &[Diagnostic], file: &File<'_>, range: &Range<usize>, context: (&str, Units)) -> Vec<Value> {
    let (today, units) = context;
    let File { uri, text, .. } = *file;
    let mut actions = Vec::new();
    for diagnostic in found {
        let Some(label) = &diagnostic.primary else { continue };
        let place = label.span.start as usize..label.span.end as usize;
        if place.start > range.end || place.end < range.start {
            continue;
        }
        let action = |title: String, edit: Value| json!({ "title": title, "kind": "quickfix", "edit": { "changes": { uri: [edit] } } });
        if let Some((place, new)) = replacement(diagnostic, text) {
            actions
                .push(action(format!("write `{new}`"), json!({ "range": units.range(text, &place), "newText": new })));
        }
        if is_allowable(diagnostic.code) {
            let day = in_three_months(today);
            let title = format!("allow {} until {day}", diagnostic.code);
            let new = allowed(file, diagnostic.code, &day);
            actions.extend(new.ok().map(|new| action(title, edit(text, &new, units))));
        }
    }
    actions
}

/// The text of a file that allows a code until a day.
fn allowed(file: &File<'_>, code: &str, day: &str) -> Result<String, String> {
    match notation(file.path) {
        Notation::Kdl => kdl::add(file.text, "allow", &format!("allow {code} reason={REASON:?} until={day:?}")),
        Notation::Yaml if root(file.path).is_none() => Err(format!("`{}` cannot allow a code", file.path)),
        Notation::Yaml => {
            let set = |text: &str, field: &str, value: &str| {
                let allow = Step { name: "allow".to_owned(), key: Some(code.to_owned()) };
                let steps = [allow, Step { name: field.to_owned(), key: None }];
                yaml::set(text, &steps, &[format!("{value:?}")], &Shape::Text)
            };
            set(&set(file.text, "reason", REASON)?, "until", day)
        }
    }
}

/// What is written instead, and where: what is certain, else the nearest name that a hint gives.
fn replacement(diagnostic: &Diagnostic, text: &str) -> Option<(Range<usize>, String)> {
    if let Some(fix) = &diagnostic.fix {
        return Some((fix.span.start as usize..fix.span.end as usize, fix.text.clone()));
    }
    let near = diagnostic.hints.iter().find_map(|hint| hint.strip_prefix("did you mean `")?.strip_suffix("`?"))?;
    let span = diagnostic.primary.as_ref()?.span;
    let (start, end) = (span.start as usize, span.end as usize);
    let written = text.get(start..end)?;
    let bare = written.trim_matches('"');
    let is_word = !bare.is_empty() && !bare.contains([' ', '\n', '=', '{']);
    // The message names what is written, so that a longer text is not replaced by a word of it.
    let is_told = diagnostic.message.contains(&format!("`{bare}`"));
    let new = written.replacen(bare, near, 1);
    (is_word && is_told).then_some((start..end, new))
}

/// The day of a month that every month has, three months on.
fn in_three_months(today: &str) -> String {
    let number = |range: Range<usize>| today.get(range).and_then(|text| text.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return String::new();
    };
    let (year, month) = if month > 9 { (year + 1, month - 9) } else { (year, month + 3) };
    format!("{year:04}-{month:02}-{:02}", day.min(28))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_the_part_that_differs() {
        let edit = edit("a \u{e9} b c", "a \u{e9} x c", Units::Utf16);
        assert_eq!(edit["newText"], "x");
        assert_eq!(edit["range"]["start"], json!({ "line": 0, "character": 4 }));
        assert_eq!(edit["range"]["end"], json!({ "line": 0, "character": 5 }));
    }

    #[test]
    fn days_are_days() {
        assert_eq!(in_three_months("2026-11-30"), "2027-02-28");
        assert_eq!(in_three_months("2026-01-07"), "2026-04-07");
    }
}
