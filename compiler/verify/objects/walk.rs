//! An object against the type of its kind: unknown, missing and misshapen fields.
//!
//! Invariant: an item is looked at once, at the form of its own field.

use std::collections::BTreeSet;

use crate::diag::nearest;
use crate::kube::item::{Item, Value};

use super::exclusive;
use super::form::{Bounds, Form, Keys, Text};
use super::place::{Place, Report, found, shortened};
use super::table::{StoredSecret, Table, Type};
use super::text;

/// Checks objects against types.
pub struct Walk<'w, 't, 'r> {
    /// The types.
    pub table: &'w mut Table<'t>,
    /// Where diagnostics go.
    pub report: &'w mut Report<'r>,
}

impl Walk<'_, '_, '_> {
    /// Checks an item.
    pub fn check(&mut self, form: &Form, place: &Place<'_>) {
        match (form, &place.item.value) {
            (Form::Any | Form::Unread(_), _) => {}
            (Form::Server, _) => {
                self.report.advise(
                    "TG0819",
                    place,
                    "the cluster writes this field itself",
                    Some("remove it".to_owned()),
                );
            }
            (Form::Type(number), _) => self.typed(*number, place),
            (Form::Object(bounds), Value::Map(entries)) => self.size(*bounds, entries.len(), "entries", place),
            (Form::Boolean, Value::Bool(_)) => {}
            (Form::Integer(bounds) | Form::IntOrString(bounds), Value::Integer(number)) => {
                self.number(*bounds, *number, place);
            }
            (Form::Number(bounds), Value::Integer(number)) => self.number(*bounds, *number, place),
            (Form::Number(_), Value::Decimal(_)) => {}
            (Form::IntOrString(_), Value::Text(text)) => {
                if text.is_empty() {
                    self.report.error("TG0816", place, "expected a number or a string, found an empty string");
                }
            }
            (Form::Text(Text::Quantity, _), Value::Integer(_)) => {}
            (Form::Text(Text::Quantity, _), Value::Decimal(number)) => self.text(Text::Quantity, number, place),
            (Form::Text(kind, bounds), Value::Text(text)) => {
                let length = text.chars().count();
                self.size(*bounds, length, "characters", place);
                self.text(*kind, text, place);
            }
            (Form::Words(words), Value::Text(text)) => self.word(words, text, place),
            (Form::Numbers(numbers), Value::Integer(number)) => {
                if !numbers.contains(number) {
                    let known = numbers.iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(", ");
                    self.report.error("TG0815", place, &format!("found `{number}`, expected one of {known}"));
                }
            }
            (Form::List(item, keys, bounds), Value::List(items)) => {
                self.size(*bounds, items.len(), "items", place);
                place.items().for_each(|inner| self.check(item, &inner));
                self.unique(keys, place);
            }
            (Form::Map(item, bounds), Value::Map(entries)) => {
                self.size(*bounds, entries.len(), "entries", place);
                place.entries().for_each(|inner| self.check(item, &inner));
            }
            (Form::Files(item), Value::Map(_)) => self.files(item, place),
            (Form::Labels, Value::Map(_)) => self.labels(place),
            (Form::Annotations, Value::Map(_)) => self.annotations(place),
            _ => self.wrong(form, place),
        }
    }

    fn wrong(&mut self, form: &Form, place: &Place<'_>) {
        let what = format!("found {}, expected {}", found(place.item), expected(form));
        let quoted = matches!(form, Form::Text(..) | Form::Words(_) | Form::Labels | Form::Annotations);
        let scalar = matches!(place.item.value, Value::Bool(_) | Value::Integer(_) | Value::Decimal(_));
        self.report.advise("TG0813", place, &what, (quoted && scalar).then(|| "put it in quotes".to_owned()));
    }

    fn typed(&mut self, number: usize, place: &Place<'_>) {
        let known = self.table.get(number);
        if let Some(whole) = &known.whole {
            self.check(whole, place);
            if let (Some(pattern), Some(text)) = (&known.pattern, place.item.text())
                && !pattern.is_match(text)
            {
                let what = format!("found `{}`, expected a match of `{}`", shortened(text), pattern.as_str());
                self.report.error("TG0816", place, &what);
            }
        }
        if known.fields.is_empty() {
            return;
        }
        let Value::Map(_) = &place.item.value else {
            if known.whole.is_none() {
                self.report.error("TG0813", place, &format!("found {}, expected a map", found(place.item)));
            }
            return;
        };
        for entry in place.entries() {
            match known.field(entry.name()) {
                Some(StoredSecret::Now(field)) => self.check(&field.form, &entry),
                Some(StoredSecret::Since(release)) => {
                    let own = self.table.release;
                    let what = format!("the field comes with Kubernetes 1.{release}, the site runs 1.{own}");
                    self.report.error("TG0818", &entry, &what);
                }
                Some(StoredSecret::Until(release)) => {
                    let own = self.table.release;
                    let what = format!("Kubernetes 1.{release} was the last with this field, the site runs 1.{own}");
                    self.report.error("TG0818", &entry, &what);
                }
                None => match &known.other {
                    Some(form) => self.check(form, &entry),
                    None => self.unknown(&known, &entry),
                },
            }
        }
        exclusive::check(self.table.name(number), place, self.report);
        for (name, held) in &known.fields {
            if matches!(held, StoredSecret::Now(field) if field.required) && place.item.get(name).is_none() {
                self.report.error("TG0814", place, &format!("the field `{name}` is missing"));
            }
        }
    }

    fn unknown(&mut self, known: &Type, entry: &Place<'_>) {
        let names = || known.fields.iter().map(|(name, _)| name.as_str());
        let hint = match nearest(entry.name(), names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        self.report.advise("TG0812", entry, "unknown field", Some(hint));
    }

    fn size(&mut self, bounds: Bounds, size: usize, unit: &str, place: &Place<'_>) {
        if !bounds.hold(i64::try_from(size).unwrap_or(i64::MAX)) {
            self.report.error("TG0816", place, &format!("found {size} {unit}, expected {}", bounds.words()));
        }
    }

    fn number(&mut self, bounds: Bounds, number: i64, place: &Place<'_>) {
        if !bounds.hold(number) {
            self.report.error("TG0816", place, &format!("found `{number}`, expected {}", bounds.words()));
        }
    }

    fn text(&mut self, kind: Text, text: &str, place: &Place<'_>) {
        if let Some(wanted) = text::complaint(kind, text) {
            self.report.error("TG0816", place, &format!("found `{}`, expected {wanted}", shortened(text)));
        }
    }

    fn word(&mut self, words: &[String], text: &str, place: &Place<'_>) {
        if words.iter().any(|word| word == text) {
            return;
        }
        let list = quoted(words);
        let near = nearest(text, words.iter().map(String::as_str).filter(|word| !word.is_empty()));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.report.advise("TG0815", place, &format!("found `{}`, expected one of {list}", shortened(text)), hint);
    }

    /// No two items of a list may be alike in its keys.
    fn unique(&mut self, keys: &Keys, place: &Place<'_>) {
        if *keys == Keys::None || place.item.list().len() < 2 {
            return;
        }
        let mut seen = BTreeSet::new();
        for item in place.items() {
            let Some((identity, shown)) = identity(keys, item.item) else { continue };
            if !seen.insert(identity) {
                self.report.error("TG0817", &item, &format!("an item before this one has the same {shown}"));
            }
        }
    }

    fn files(&mut self, form: &Form, place: &Place<'_>) {
        for entry in place.entries() {
            if !text::is_file_name(entry.name()) {
                let what = "expected a key of letters, digits, `-`, `_` and `.`, at most 253 characters";
                self.report.error("TG0816", &entry, what);
            }
            self.check(form, &entry);
        }
    }

    fn labels(&mut self, place: &Place<'_>) {
        for entry in place.entries() {
            if let Some(wanted) = text::complaint(Text::LabelKey, entry.name()) {
                self.report.error("TG0821", &entry, &format!("the key is not a valid label key: expected {wanted}"));
            }
            match entry.item.text() {
                Some(text) if !text::is_label_value(text) => {
                    let wanted = "at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends";
                    let what = format!("the value `{}` is not a valid label value: expected {wanted}", shortened(text));
                    self.report.error("TG0821", &entry, &what);
                }
                Some(_) => {}
                None => self.wrong(&Form::Text(Text::Plain, Bounds::default()), &entry),
            }
        }
    }

    fn annotations(&mut self, place: &Place<'_>) {
        let mut size = 0;
        for entry in place.entries() {
            size += entry.name().len() + entry.item.text().map_or(0, str::len);
            if let Some(wanted) = text::complaint(Text::LabelKey, &entry.name().to_ascii_lowercase()) {
                self.report.error(
                    "TG0821",
                    &entry,
                    &format!("the key is not a valid annotation key: expected {wanted}"),
                );
            }
            if entry.item.text().is_none() {
                self.wrong(&Form::Text(Text::Plain, Bounds::default()), &entry);
            }
        }
        if size > 256 * 1024 {
            let what = format!("the annotations have {size} bytes, expected at most 262144");
            self.report.error("TG0829", place, &what);
        }
    }
}

/// What tells an item from the others, and how to call it.
fn identity(keys: &Keys, item: &Item) -> Option<(String, String)> {
    let text = |item: &Item| match &item.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match keys {
        Keys::None => None,
        Keys::Set => text(item).map(|text| (text.clone(), format!("value `{}`", shortened(&text)))),
        Keys::Fields(fields) => {
            let mut parts = vec![];
            for (name, default) in fields {
                let value = item.get(name).and_then(text).or_else(|| default.clone())?;
                parts.push((name, value));
            }
            let shown = parts.iter().map(|(name, value)| format!("`{name}` (`{}`)", shortened(value)));
            let shown = shown.collect::<Vec<_>>().join(" and ");
            Some((parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\0"), shown))
        }
    }
}

/// A form for people.
fn expected(form: &Form) -> String {
    match form {
        Form::Any | Form::Unread(_) | Form::Server => "any value".to_owned(),
        Form::Object(_) | Form::Map(..) | Form::Files(_) | Form::Labels | Form::Annotations | Form::Type(_) => {
            "a map".to_owned()
        }
        Form::Boolean => "a boolean".to_owned(),
        Form::Integer(_) | Form::Numbers(_) => "an integer".to_owned(),
        Form::Number(_) => "a number".to_owned(),
        Form::IntOrString(_) => "an integer or a string".to_owned(),
        Form::Text(Text::Quantity, _) => "a quantity such as `500m` or `2Gi`".to_owned(),
        Form::Text(..) => "a string".to_owned(),
        Form::Words(words) => {
            format!("one of {}", quoted(words))
        }
        Form::List(..) => "a list".to_owned(),
    }
}

/// Words in backticks; the empty one as it is written.
fn quoted(words: &[String]) -> String {
    let shown = words.iter().map(|word| if word.is_empty() { "`\"\"`".to_owned() } else { format!("`{word}`") });
    shown.collect::<Vec<_>>().join(", ")
}
