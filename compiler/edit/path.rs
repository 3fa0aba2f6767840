//! A dotted path of a spec, and what is known of the value at its end.
//!
//! Invariant: a path that is read leads along fields that the spec has; the names between them are the user's.

use crate::diag::nearest;
use crate::spec::site::Site;
use crate::tree::shape::{Record, Shape};

/// A step: a node's name, and the name that it has in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The name of the node.
    pub name: String,
    /// Its first argument, where nodes of that name are told apart by one.
    pub key: Option<String>,
}

/// Where a value stands in a spec.
#[derive(Debug)]
pub struct Place {
    /// The steps from the node `site` on.
    pub steps: Vec<Step>,
    /// What the value may be.
    pub shape: Shape,
    /// The place of the field among the bare values of its node.
    pub position: Option<usize>,
    /// Is it a field of the language, not a name of the user's or of service data?
    pub is_field: bool,
}

/// The words of a path: divided by dots; a word with dots stands in quotes.
pub fn words(path: &str) -> Result<Vec<String>, String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for letter in path.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
    }
    match !is_quoted && words.iter().all(|word| !word.is_empty()) {
        true => Ok(words),
        false => {
            Err(format!("`{path}` is not a path, expected words with dots between them, e.g. service.keystone.workers"))
        }
    }
}

/// The place of a path, e.g. `service.keystone.workers`.
pub fn place(words: &[String]) -> Result<Place, String> {
    let words =
        if words.first().is_some_and(|first| first == "site") { words.get(1..).unwrap_or_default() } else { words };
    let mut place = Place { steps: Vec::new(), shape: Shape::Record(Site::record()), position: None, is_field: false };
    let mut left = words.iter();
    while let Some(word) = left.next() {
        (place.position, place.is_field) = (None, false);
        let shape = match place.shape {
            Shape::Record(record) => {
                place.position = record.positional.iter().position(|name| name == word);
                place.is_field = record.field(word).is_some();
                inner(record, word)?
            }
            Shape::Map(item) => *item,
            Shape::Any => Shape::Any,
            _ => return Err(format!("`{}` holds a value, and nothing stands below it", last(&place.steps))),
        };
        let mut step = Step { name: word.clone(), key: None };
        place.shape = shape;
        if let Shape::Table(item) = shape {
            step.key = Some(left.next().ok_or_else(|| format!("`{word}` needs a name, as in `{word}.NAME`"))?.clone());
            place.shape = *item;
            // A table of tables: the inner names are nodes of the block.
            if let Shape::Table(inner) = place.shape {
                place.shape = Shape::Map(inner);
            }
        }
        place.steps.push(step);
    }
    match place.shape {
        Shape::Record(_) | Shape::Map(_) | Shape::Sequence(_) => {
            Err(format!("`{}` has fields; name one of them", last(&place.steps)))
        }
        _ => Ok(place),
    }
}

fn last(steps: &[Step]) -> &str {
    steps.last().map_or("site", |step| step.key.as_deref().unwrap_or(&step.name))
}

fn inner(record: &'static Record, word: &str) -> Result<Shape, String> {
    match (record.field(word), record.rest) {
        (Some(field), _) => Ok(field.shape),
        (None, Some(shape)) => Ok(*shape),
        (None, None) => {
            let near = nearest(word, record.all_fields().map(|field| field.name));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let whose = if std::ptr::eq(record, Site::record()) { "the spec" } else { record.name };
            Err(format!("`{word}` is not a field of {whose}{near}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_along_fields_and_names() {
        let steps = |path: &str| {
            let place = place(&words(path)?)?;
            let shown = place.steps.iter().map(|step| format!("{} {}", step.name, step.key.as_deref().unwrap_or("-")));
            Ok::<_, String>(shown.collect::<Vec<_>>().join(", "))
        };
        assert_eq!(steps("service.keystone.workers").as_deref(), Ok("service keystone, workers -"));
        assert_eq!(steps("site.region").as_deref(), Ok("region -"));
        let option = "service.keystone.config.\"keystone.conf\".token.expiration";
        assert_eq!(steps(option).as_deref(), Ok("service keystone, config keystone.conf, token -, expiration -"));
        for (wrong, told) in [
            ("", "is not a path"),
            ("a..b", "is not a path"),
            ("regoin", "did you mean `region`"),
            ("network", "needs a name"),
            ("network.management", "has fields"),
            ("region.x", "holds a value"),
        ] {
            assert!(steps(wrong).is_err_and(|message| message.contains(told)), "{wrong}: {:?}", steps(wrong));
        }
    }
}
