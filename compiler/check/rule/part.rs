//! When a rule holds for a value, and which parts of the value it tests.
//!
//! Invariant: a part keeps the places of its value.

use super::list;
use super::run::{Run, Value};
use crate::catalog::rule::Part;

impl Run<'_, '_> {
    /// Do the options stand as the rule's conditions want them, in the file of the value or in the one that they name?
    pub(super) fn holds(&self, value: &Value) -> bool {
        self.rule.conditions.iter().all(|condition| {
            let path = &condition.path;
            let mut found = self.beside(value, (&path.file, &path.section, &path.option));
            let text = found.next().map_or("", |found| found.text.as_str());
            let begins = |wanted: &str| wanted.strip_suffix('*').is_some_and(|start| text.starts_with(start));
            let is = |wanted: &str| {
                let is_item = || list::items(text).any(|item| wanted == item);
                means(wanted, text) || is_item() || !text.is_empty() && begins(wanted)
            };
            condition.values.iter().any(|wanted| is(wanted))
        })
    }
}

/// Is that what a rule's word means? A switch may be written in eight ways.
pub(super) fn means(wanted: &str, text: &str) -> bool {
    let is_any = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match wanted {
        "true" => is_any(["true", "1", "on", "yes"]),
        "false" => is_any(["false", "0", "off", "no"]),
        wanted => wanted == text,
    }
}

/// The parts of a value that are tested.
pub(super) fn parts(value: Value, part: Option<Part>) -> Vec<Value> {
    let texts: Vec<String> = match part {
        None => return vec![value],
        Some(Part::Key) => {
            let key = |item: &str| item.split(':').next().unwrap_or_default().to_owned();
            vec![list::items(&value.text).map(key).collect::<Vec<_>>().join(",")]
        }
        Some(Part::Number) => {
            let numbers = value.text.split([',', ':']).map(str::trim);
            numbers.filter(|word| word.parse::<i128>().is_ok()).map(str::to_owned).collect()
        }
    };
    texts.into_iter().map(|text| Value { text, ..value.clone() }).collect()
}
