//! A key's value to the values of a place.
//!
//! Invariant: a list becomes one value where its place takes one, and nothing else is guessed.

use std::collections::BTreeMap;

use super::draft::{Mode, Place, Scalar};
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
        let text = text.replace("{}", &joined).replace("{:quoted}", &quoted(data, &list));
        return Some(vec![Scalar::of(&text.replace("{:cpus}", &cpus(&joined)))]);
    }
    if list.is_empty() {
        return None;
    }
    let is_option = place.mode == Mode::Set && place.steps.iter().any(|step| step.name == "config");
    Some(match (is_option || place.property.is_some()) && list.len() > 1 {
        true => vec![Scalar::Text(list.iter().map(Scalar::text).collect::<Vec<_>>().join(","))],
        false => list,
    })
}

/// Values as files of libvirt (<https://libvirt.org/daemons.html>) and JSON have them: a number as it is, a text in quotes, a list in
/// brackets.
fn quoted(data: &Data, values: &[Scalar]) -> String {
    let one = |value: &Scalar| match value {
        Scalar::Integer(number) => number.to_string(),
        value => serde_json::Value::from(value.text()).to_string(),
    };
    match (data, values) {
        (Data::List(_), values) => format!("[{}]", values.iter().map(one).collect::<Vec<_>>().join(", ")),
        (_, values) => values.iter().map(one).collect(),
    }
}

/// The numbers of the CPUs in a mask, which is hexadecimal with `0x` in front; what is no mask stays.
fn cpus(mask: &str) -> String {
    let bits = match mask.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16),
        None => mask.parse(),
    };
    let Ok(bits) = bits else { return mask.to_owned() };
    let numbers = (0..u128::BITS).filter(|number| bits >> number & 1 == 1).map(|number| number.to_string());
    numbers.collect::<Vec<_>>().join(",")
}

/// The beginning of a long expression.
pub fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("")),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_their_reader_has_them() {
        let run =
            |data: &Data, texts: &[&str]| quoted(data, &texts.iter().map(|text| Scalar::of(text)).collect::<Vec<_>>());
        assert_eq!((run(&Data::Null, &["0.0.0.0"]).as_str(), run(&Data::Null, &["1"]).as_str()), ("\"0.0.0.0\"", "1"));
        let list = Data::List(vec![]);
        assert_eq!(run(&Data::Null, &["a \"b\""]), r#""a \"b\"""#);
        assert_eq!((run(&list, &["a"]).as_str(), run(&list, &["a", "2"]).as_str()), ("[\"a\"]", "[\"a\", 2]"));
        assert_eq!(["0x4", "5", "0xF0", "x", "0xg"].map(cpus), ["2", "0,2", "4,5,6,7", "x", "0xg"]);
    }
}
