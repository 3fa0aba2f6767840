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
            let own = value.file.as_ref().filter(|_| path.file == *"*");
            let (service, file) = own.map_or((self.service.name.as_str(), path.file.as_str()), |(service, file)| {
                (service.as_str(), file.as_str())
            });
            let found = self.finished.options.iter().find(|found| {
                found.service == service
                    && found.file == file
                    && path.section == *found.section
                    && path.option == *found.option
            });
            let text = found.map_or("", |found| found.text.as_str());
            condition.values.iter().any(|wanted| **wanted == *text || list::items(text).any(|item| **wanted == *item))
        })
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
