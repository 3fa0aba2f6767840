//! The arguments of `(each)` and `(records)`: a source of records, which of them, and what of each.
//!
//! `SOURCE [FIELD | !FIELD | FIELD=VALUE | in=NAME | at-most=N else=NAME]...: TEXT`, where `TEXT` has `{.FIELD}` for a field of
//! the record and `{function:arguments}` for a reference; of `(records)` it is words `NAME=FIELD` or `FIELD`.
//!
//! Invariant: sources and their fields are closed sets; a word that is none of them is refused, at the word.

use super::reference::{CODE, Each, Filter, Part, Records, Reference, Selection, Source};
use crate::diag::{Diagnostic, nearest};
use crate::tree::record::Decoder;
use crate::tree::word::Word;

/// The argument of an `(each)`.
pub(super) fn each(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Each> {
    let (of, text) = head(argument, decoder)?;
    let parts = parts(of.source, &text, decoder)?;
    Some(Each { of, parts })
}

/// The argument of a `(records)`.
pub(super) fn records(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Records> {
    let (of, text) = head(argument, decoder)?;
    let mut fields = Vec::new();
    for word in text.split(char::is_whitespace) {
        let (name, field) = word.cut("=").unwrap_or_else(|| (word.clone(), word.clone()));
        fields.push((name, known_field(of.source, field, decoder)?));
    }
    if fields.is_empty() {
        return wrong(argument, "expected fields behind the colon, found nothing", decoder);
    }
    Some(Records { of, fields })
}

fn wrong<T>(word: &Word, message: impl Into<String>, decoder: &mut Decoder<'_>) -> Option<T> {
    decoder.sink.push(Diagnostic::error(CODE, word.span, message));
    None
}

fn head(argument: &Word, decoder: &mut Decoder<'_>) -> Option<(Selection, Word)> {
    let Some((head, text)) = argument.cut(":") else {
        return wrong(argument, format!("expected `SOURCE [WORD]...: TEXT`, found `{argument}`"), decoder);
    };
    let mut words = head.split(char::is_whitespace).into_iter();
    let word = words.next().unwrap_or(head);
    let Some(source) = Source::parse(&word) else {
        let words: Vec<&str> = Source::CHOICES.iter().map(|choice| choice.word).collect();
        let diagnostic = Diagnostic::error(CODE, word.span, format!("unknown source of records `{word}`"));
        decoder.sink.push(match nearest(&word, words.iter().copied()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(format!("known are {}", words.join(", "))),
        });
        return None;
    };
    let mut of = Selection { source, owner: None, filters: Vec::new(), limit: None };
    let (mut most, mut others) = (None, None);
    for word in words {
        match word.cut("=") {
            Some((name, _)) if source != Source::Nodes && ["at-most", "else", "in"].contains(&name.as_str()) => {
                return wrong(&name, format!("`{name}=` is for `nodes` only"), decoder);
            }
            Some((name, value)) if name == *"at-most" => match value.parse() {
                Ok(number) => most = Some(number),
                Err(_) => return wrong(&value, format!("`{value}` is not an integer"), decoder),
            },
            Some((name, value)) if name == *"of" && source == Source::BackEnds => of.owner = Some(value),
            Some((name, value)) if name == *"else" => others = Some(value),
            Some((name, value)) if name == *"in" => of.filters.push(Filter::In(value)),
            Some((field, value)) => of.filters.push(Filter::Is(known_field(source, field, decoder)?, value)),
            None => of.filters.push(match word.after("!") {
                Some(field) => Filter::Lacks(known_field(source, field, decoder)?),
                None => Filter::Has(known_field(source, word, decoder)?),
            }),
        }
    }
    of.limit = match (most, others) {
        (Some(most), Some(others)) => Some((most, others)),
        (None, None) => None,
        _ => return wrong(argument, "`at-most=` and `else=` go together", decoder),
    };
    Some((of, text.after(" ").unwrap_or(text)))
}

fn parts(source: Source, text: &Word, decoder: &mut Decoder<'_>) -> Option<Vec<Part>> {
    let (mut parts, mut literal, mut at) = (Vec::new(), String::new(), 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let open = at + found;
        literal.push_str(text.get(at..open).unwrap_or_default());
        if text.get(open + 1..).is_some_and(|rest| rest.starts_with('{')) {
            literal.push('{');
            at = open + 2;
            continue;
        }
        let Some(length) = text.get(open + 1..).and_then(|rest| rest.find('}')) else {
            return wrong(text, format!("`{text}` has `{{` without `}}`"), decoder);
        };
        let inner = text.slice(open + 1, length);
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(match inner.after(".") {
            Some(field) => Part::Field(known_field(source, field, decoder)?),
            None => {
                let (function, words) = inner.cut(":").unwrap_or_else(|| (inner.clone(), Word::new("", inner.span)));
                Part::Reference(Reference::parse(&function, words, decoder)?)
            }
        });
        at = open + length + 2;
    }
    literal.push_str(text.get(at..).unwrap_or_default());
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Some(parts)
}

/// A field of a source's records.
fn known_field(source: Source, name: Word, decoder: &mut Decoder<'_>) -> Option<Word> {
    let is_known = |known: &&str| match known.strip_suffix('.') {
        Some(_) => name.starts_with(*known) && name.len() > known.len(),
        None => name == **known,
    };
    if source.fields().iter().any(is_known) {
        return Some(name);
    }
    let message = format!("unknown field `{name}`");
    let diagnostic = Diagnostic::error(CODE, name.span, message);
    decoder.sink.push(match nearest(&name, source.fields().iter().copied()) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic.hint(format!("known are {}", source.fields().join(", "))),
    });
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::expr::Trusted;
    use crate::diag::Sink;
    use crate::span::{FileId, Span};
    use crate::tree::word::Word;

    fn read<T>(argument: &str, parse: fn(&Word, &mut Decoder<'_>) -> Option<T>) -> Result<T, String> {
        let mut sink = Sink::default();
        let length = u32::try_from(argument.len()).expect("short");
        let word = Word::new(argument, Span::new(FileId(0), 0, length));
        let found = parse(&word, &mut Decoder { releases: &[], sink: &mut sink });
        found.ok_or_else(|| {
            let diagnostics = sink.into_sorted();
            let first = diagnostics.first().expect("a diagnostic");
            let span = first.primary.as_ref().expect("a place").span;
            let place = argument.get(span.start as usize..span.end as usize).expect("inside");
            format!("{place} | {}", first.message)
        })
    }

    fn word(text: &str) -> Word {
        Word::new(text, Span::new(FileId(0), 0, 0))
    }

    #[test]
    fn a_source_its_words_and_its_text_are_read() {
        let found = read("nodes in=time-server at-most=500 else=etcd: {.address.management} {{x {trust}", each);
        let of = Selection {
            source: Source::Nodes,
            owner: None,
            filters: vec![Filter::In(word("time-server"))],
            limit: Some((500, word("etcd"))),
        };
        let parts = vec![
            Part::Field(word("address.management")),
            Part::Literal(" {x ".to_owned()),
            Part::Reference(Reference::Trust(Trusted::All)),
        ];
        assert_eq!(found, Ok(Each { of, parts }));
        let found = read("catalog-types: type interfaces.public=public", records).expect("sound");
        assert_eq!(found.fields, [("type", "type"), ("interfaces.public", "public")].map(|(a, b)| (word(a), word(b))));
    }

    #[test]
    fn a_word_that_is_not_known_is_refused_at_the_word() {
        for (argument, expected) in [
            ("network: {.name}", "network | unknown source of records `network`"),
            ("ntp: {.name}", "name | unknown field `name`"),
            ("networks !fysical: {.name}", "fysical | unknown field `fysical`"),
            ("networks nam=x: {.name}", "nam | unknown field `nam`"),
            ("nodes: {.address.}", "address. | unknown field `address.`"),
            ("networks in=x: a", "in | `in=` is for `nodes` only"),
            ("nodes at-most=x else=y: a", "x | `x` is not an integer"),
            ("nodes at-most=5: a", "nodes at-most=5: a | `at-most=` and `else=` go together"),
            ("nodes: {.name", "{.name | `{.name` has `{` without `}`"),
            ("nodes: {.name} {trsut}", "trsut | unknown function of a reference `trsut`"),
            ("nodes", "nodes | expected `SOURCE [WORD]...: TEXT`, found `nodes`"),
        ] {
            assert_eq!(read(argument, each), Err(expected.to_owned()));
        }
        assert_eq!(read("ntp: ", records), Err("ntp:  | expected fields behind the colon, found nothing".to_owned()));
    }
}
