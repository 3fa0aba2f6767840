//! Files that are texts: as they are, from templates, or a site's own; with settings that stand after them.
//!
//! Invariant: what a site says of a text is in the file: a text of its own, or assignments, which a later line decides.

use crate::catalog::expr::{Branch, Kind, Literal, Reference, Tree};
use crate::catalog::service::{File, Format, Service};
use crate::config::file::{ConfigOption, Content, Line, Section};
use crate::diag::Diagnostic;
use crate::lower::lowering::Lowering;
use crate::model::options::OptionLayers;
use crate::origin::OriginId;
use crate::resolve::reference::{Context, public_text};
use crate::span::Span;

/// The content of a file that is a text.
pub(super) fn text(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, declaration: &File) -> Content {
    let options = lowering.model.options.file(&service.name, name);
    let own = options.and_then(|options| options.text);
    let assigned: Vec<(&str, &OptionLayers<'_>)> =
        options.map(|options| options.set("-").collect()).unwrap_or_default();
    let (text, origin) = match (own, declaration.format) {
        (Some(own), _) => {
            let (text, from) = public_text(lowering.model, Context::of(service), own, &mut lowering.sink);
            let end = if text.ends_with('\n') { "" } else { "\n" };
            (format!("{text}{end}"), lowering.derived("reference", &from))
        }
        (None, Format::Template) => template(lowering, service, name, declaration),
        (None, _) => {
            let (text, span) = text_of(lowering, service, name, declaration.span);
            (text, lowering.origins.written(span))
        }
    };
    let settings: Vec<ConfigOption> =
        assigned.into_iter().map(|setting| assignment(lowering, service, setting)).collect();
    let section = (!settings.is_empty()).then(|| Section { name: "-".to_owned(), options: settings });
    Content::Text(text, origin, section.into_iter().collect())
}

fn text_of(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, span: Span) -> (String, Span) {
    let found = service.texts.get(name).map(|(text, span)| (text.to_string(), *span));
    found.unwrap_or_else(|| {
        let message = format!("service `{}` has no text `files/{name}`", service.name);
        lowering.sink.push(Diagnostic::error("TG0504", span, message));
        (String::new(), span)
    })
}

fn template(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str, declaration: &File) -> (String, OriginId) {
    let source = format!("{name}.j2");
    let (text, span) = text_of(lowering, service, &source, declaration.span);
    let mut variables = serde_json::Map::new();
    let mut from = vec![span];
    for (variable, node) in declaration.variables.iter() {
        let context = Context::of(service);
        let (value, spans) = public_text(lowering.model, context, node, &mut lowering.sink);
        from.extend(spans);
        // Records are a list in a template, an empty one where there is none.
        let is_list = matches!(node.kind, Kind::Reference(Reference::Records(_)));
        let list =
            is_list.then(|| serde_json::from_str(&value).unwrap_or_else(|_| serde_json::Value::Array(Vec::new())));
        variables.insert(variable.to_string(), list.unwrap_or(serde_json::Value::String(value)));
    }
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_fuel(Some(1_000_000));
    let context = minijinja::Value::from(minijinja::value::Serde(serde_json::Value::Object(variables)));
    let rendered = environment.render_named_str(&source, &text, context);
    let text = rendered.unwrap_or_else(|error| {
        lowering.sink.push(Diagnostic::error("TG0512", declaration.span, format!("template `{source}`: {error}")));
        String::new()
    });
    (text, lowering.derived("template", &from))
}

/// A setting with its value as a literal of Python.
fn assignment(lowering: &mut Lowering<'_, '_>, service: &Service, setting: (&str, &OptionLayers<'_>)) -> ConfigOption {
    let (name, layers) = setting;
    let winner = layers.winner();
    let (literal, from) = match winner {
        Some(layer) => {
            let mut from = vec![layer.value.span];
            (literal(lowering, service, layer.value, &mut from), from)
        }
        None => (String::new(), Vec::new()),
    };
    let origin = lowering.derived("reference", &from);
    ConfigOption::new(name, winner.map(|layer| layer.key), vec![(Line::public(literal), origin)])
}

fn literal(lowering: &mut Lowering<'_, '_>, service: &Service, tree: &Tree, from: &mut Vec<Span>) -> String {
    match &tree.branch {
        Branch::Unset => "None".to_owned(),
        Branch::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(lowering, service, item, from)).collect();
            format!("[{}]", items.join(", "))
        }
        Branch::Map(map) => {
            let entry = |(key, tree): (&crate::tree::word::Word, &Tree)| {
                format!("{}: {}", quoted(key), literal(lowering, service, tree, from))
            };
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Branch::One(value) => match &value.kind {
            Kind::Literal(Literal::Bool(true)) => "True".to_owned(),
            Kind::Literal(Literal::Bool(false)) => "False".to_owned(),
            Kind::Literal(number @ (Literal::Integer(_) | Literal::Decimal(_))) => number.text(),
            Kind::Literal(Literal::Text(_)) | Kind::Reference(_) | Kind::Text(_) => {
                let (text, spans) = public_text(lowering.model, Context::of(service), value, &mut lowering.sink);
                from.extend(spans);
                quoted(&text)
            }
        },
    }
}

/// A text as Python writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_text_is_a_literal_of_python() {
        assert_eq!(quoted("Europe/Berlin"), "\"Europe/Berlin\"");
        assert_eq!(quoted("a\"b\\c\nd\u{7}ü"), "\"a\\\"b\\\\c\\nd\\u0007ü\"");
    }
}
