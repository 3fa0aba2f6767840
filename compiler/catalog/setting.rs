//! Settings of a service, and whether a value is one that a setting takes.
//!
//! Invariant: a default and what a site says are checked alike.

use super::expr::{Branch, Expr, Kind, Literal, Values};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::kube::quantity;
use crate::tree::record::Whole;
use crate::tree::word::Word;
use crate::{record, words};

words! {
    /// What a setting holds.
    pub enum SettingType {
        /// Text.
        Text = "text",
        /// An integer.
        Integer = "integer",
        /// `#true` or `#false`.
        Boolean = "boolean",
        /// A Kubernetes quantity.
        Quantity = "quantity",
        /// Several texts.
        List = "list",
        /// A text in JSON.
        Json = "json",
    }
}

record! {
    /// A setting of the service that a site may give: `service NAME { SETTING VALUE }`.
    pub struct Setting, positional("default"), shorthand("default") {
        /// What it holds (text).
        kind as "type": SettingType = SettingType::Text,
        /// Its value where the site says nothing; may be a reference.
        default: Option<Values>,
        /// Its value on hosts where the site says nothing (`default`).
        host_default: Option<Values>,
        /// The words it may be.
        choices: Vec<Word>,
        /// The smallest number.
        minimum: Option<Whole>,
        /// The largest number.
        maximum: Option<Whole>,
        /// What it decides.
        doc: String,
    }
}

/// Whether a value is one that the setting takes.
pub fn check_setting(service: &str, declared: (&str, &Setting), value: &Values, sink: &mut Sink) {
    let (name, setting) = declared;
    let found = value.literal().unwrap_or_else(|| "a list".to_owned());
    let wrong = |expected: &str| {
        let message = format!("`{name}` of service `{service}` is {expected}, found `{found}`");
        Diagnostic::error("TG0202", value.span, message)
    };
    let literal = match &value.branch {
        Branch::One(Expr { kind: Kind::Literal(literal), .. }) => Some(literal),
        // What a reference gives is checked where it is used.
        Branch::One(_) | Branch::Unset => return,
        Branch::List(_) | Branch::Map(_) => None,
    };
    match (setting.kind, literal) {
        (SettingType::Integer, Some(Literal::Integer(number))) => {
            let low = setting.minimum.map_or(i64::MIN, |bound| bound.0);
            let high = setting.maximum.map_or(i64::MAX, |bound| bound.0);
            if !(low..=high).contains(number) {
                sink.push(wrong(&format!("an integer from {low} to {high}")));
            }
        }
        (SettingType::Integer, _) => sink.push(wrong("an integer")),
        (SettingType::Boolean, Some(Literal::Bool(_))) => {}
        (SettingType::Boolean, _) => sink.push(wrong("`#true` or `#false`")),
        (SettingType::Text, _) if !setting.choices.is_empty() && !setting.choices.iter().any(|word| *word == found) => {
            let choices: Vec<&str> = setting.choices.iter().map(|word| word.as_str()).collect();
            let message = format!("`{name}` of service `{service}` is one of {}, found `{found}`", choices.join(", "));
            let diagnostic = Diagnostic::error("TG0207", value.span, message);
            let near = nearest(&found, choices).map(|near| format!("did you mean `{near}`?"));
            sink.push(near.into_iter().fold(diagnostic, Diagnostic::hint));
        }
        (SettingType::Text | SettingType::Quantity, None) => sink.push(wrong("a single value")),
        (SettingType::Quantity, Some(_)) if quantity::canonical(&found).is_none() => {
            sink.push(wrong("a quantity such as `500m` or `2Gi`"));
        }
        (SettingType::Json, _) => {
            if let Err(error) = serde_json::from_str::<serde_json::Value>(&found) {
                sink.push(wrong(&format!("a text in JSON ({error})")));
            }
        }
        (SettingType::Text | SettingType::Quantity | SettingType::List, _) => {}
    }
}
