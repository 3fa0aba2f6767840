//! A key's value to the values of a place.
//!
//! Invariant: a list becomes one value where its place takes one, and nothing else is guessed.

use std::collections::BTreeMap;

use super::draft::{Place, Scalar};
use super::key::Data;
use super::template::evaluate;

/// A text with `{$NAME}` replaced; an error is the name that is not known.
pub fn named(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let Some((before, rest)) = text.split_once("{$") else { return Ok(text.to_owned()) };
    let (name, behind) = rest.split_once('}').unwrap_or((rest, ""));
    let value = variables.get(name).and_then(|value| evaluate(value, variables).ok()).ok_or_else(|| name.to_owned())?;
    Ok(format!("{before}{value}{}", named(behind, variables)?))
}

/// The values for a place: the key's, or a text with the key's in it.
pub fn values(place: &Place, text: Option<String>, data: &Data) -> Option<Vec<Scalar>> {
    let scalar = |data: &Data| match data {
        Data::Bool(flag) => Some(Scalar::Bool(*flag)),
        data => Some(Scalar::of(&data.text()?)),
    };
    let list = match data {
        Data::List(items) => items.iter().map(|tree| scalar(&tree.data)).collect::<Option<Vec<_>>>()?,
        data => scalar(data).into_iter().collect(),
    };
    if let Some(text) = text {
        let joined = list.iter().map(Scalar::text).collect::<Vec<_>>().join(",");
        return Some(vec![Scalar::of(&text.replace("{}", &joined))]);
    }
    if list.is_empty() {
        return None;
    }
    let is_option = place.steps.iter().any(|step| step.name == "config");
    Some(match (is_option || place.property.is_some()) && list.len() > 1 {
        true => vec![Scalar::Text(list.iter().map(Scalar::text).collect::<Vec<_>>().join(","))],
        false => list,
    })
}

/// The beginning of a long expression.
pub fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("")),
        None => line.to_owned(),
    }
}
