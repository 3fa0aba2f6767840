//! Values of the fields of resources, each of the type that the field has.
//!
//! Invariant: what is told stands at the value, of a list at the item.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Context;
use crate::catalog::expr::{Branch, Expr, Kind, Literal, Tree};
use crate::catalog::resource::{FieldType, ResourceField};
use crate::catalog::scalar::WebUrl;
use crate::diag::{Diagnostic, Sink, nearest, unknown};
use crate::spec::range;
use crate::spec::site::ResourceSpec;
use crate::tree::record::Decoder;
use crate::tree::word::{FromWord, Word};

impl Context<'_, '_> {
    /// Checks what a field holds.
    pub(super) fn value(
        &self,
        (name, field): (&Word, &ResourceField),
        spec: &ResourceSpec,
        tree: &Tree,
        sink: &mut Sink,
    ) {
        let expected = field.kind.expected();
        let wrong = |found: &Tree| {
            let quoted = matches!(&found.branch, Branch::One(Expr { kind: Kind::Literal(Literal::Text(_)), .. }));
            let is_typed = matches!(field.kind, FieldType::Integer | FieldType::Boolean);
            let what = if quoted && is_typed { "the text " } else { "" };
            let text = found.literal().map_or_else(|| shape(found).to_owned(), |text| format!("{what}`{text}`"));
            Diagnostic::error("TG0685", found.span, format!("`{name}` is {expected}, found {text}"))
        };
        if field.kind == FieldType::Map {
            let entries = tree.as_map();
            let other =
                entries.into_iter().flat_map(|map| map.values()).find(|one| !matches!(one.branch, Branch::One(_)));
            if let Some(found) = other.or(entries.is_none().then_some(tree)) {
                sink.push(wrong(found));
            }
            return;
        }
        let items = tree.items();
        if !field.kind.is_many()
            && let Some(second) = items.get(1)
        {
            let message = format!("`{name}` takes one value, found {}", items.len());
            sink.push(Diagnostic::error("TG0685", second.span, message));
            return;
        }
        for item in items {
            match &item.branch {
                // What a reference gives is checked by the service.
                Branch::One(Expr { kind: Kind::Reference(_) | Kind::Text(_), .. }) if field.kind.is_free() => {}
                Branch::One(Expr { kind: Kind::Literal(literal), .. }) => {
                    let text = Word::new(literal.text(), item.span);
                    if !self.literal((name, field), literal, &text, sink) {
                        sink.push(wrong(item));
                    } else if let Some(outer) = field.within.as_ref() {
                        within(outer, spec, &text, sink);
                    }
                }
                _ => sink.push(wrong(item)),
            }
        }
    }

    /// Is the literal one of the field's type? What is wrong beyond that is told here.
    fn literal(&self, (name, field): (&Word, &ResourceField), literal: &Literal, text: &Word, sink: &mut Sink) -> bool {
        match field.kind {
            FieldType::Text | FieldType::List => choices((name, field), text, sink),
            FieldType::Map => {}
            FieldType::Integer => {
                let Literal::Integer(number) = literal else { return false };
                bounds((name, field), *number, text, sink);
            }
            FieldType::Boolean => return matches!(literal, Literal::Bool(_)),
            FieldType::Cidr => match text.parse::<IpNet>() {
                Ok(net) if net.trunc() != net => {
                    let message = format!("`{text}` is an address in a network, expected the network");
                    let hint = format!("the network of this address is `{}`", net.trunc());
                    sink.push(Diagnostic::error("TG0685", text.span, message).hint(hint));
                }
                net => return net.is_ok(),
            },
            FieldType::Address | FieldType::Addresses => return text.parse::<IpAddr>().is_ok(),
            FieldType::Ranges => return ends(text).is_some(),
            FieldType::Url => {
                let mut decoder = Decoder { releases: &[], sink };
                return WebUrl::from_word(text.clone(), &mut decoder).is_some();
            }
            FieldType::Resource | FieldType::Resources => {
                field.of.iter().for_each(|of| self.named(of, text, sink));
            }
            FieldType::Secret => self.secret(text, sink),
            FieldType::Nodes => self.nodes(text, sink),
            FieldType::PhysicalNetwork => self.physical(text, sink),
        }
        true
    }

    fn secret(&self, name: &Word, sink: &mut Sink) {
        let known = &self.model.site.secrets;
        if !known.contains_key(name.as_str()) {
            let diagnostic = unknown("TG0686", "secret of the site", name, name.span, known.keys().map(Word::as_str));
            sink.push(diagnostic.hint(format!("declare it: `secret {name} kind=password`")));
        }
    }

    fn nodes(&self, name: &Word, sink: &mut Sink) {
        let names = match range::expand(name) {
            Ok(names) => names,
            Err(message) => return sink.push(Diagnostic::error("TG0685", name.span, message)),
        };
        let nodes = || self.model.site.nodes.iter().map(|node| node.name.as_str());
        for other in names.iter().filter(|one| !nodes().any(|known| known == one.as_str())) {
            sink.push(unknown("TG0686", "node", other, name.span, nodes()));
        }
    }

    fn physical(&self, name: &Word, sink: &mut Sink) {
        let known = self.model.site.networks.values().filter_map(|network| network.physical_name());
        let known: Vec<&str> = known.collect();
        if !known.contains(&name.as_str()) {
            sink.push(unknown("TG0686", "physical network", name, name.span, known));
        }
    }
}

fn shape(tree: &Tree) -> &'static str {
    match &tree.branch {
        Branch::Map(_) => "entries by name",
        Branch::List(_) => "a list",
        Branch::One(_) => "a reference",
        Branch::Unset => "nothing",
    }
}

fn choices((name, field): (&Word, &ResourceField), text: &Word, sink: &mut Sink) {
    if field.choices.is_empty() || field.choices.contains(text) {
        return;
    }
    let known: Vec<&str> = field.choices.iter().map(Word::as_str).collect();
    let message = format!("`{name}` is one of {}, found `{text}`", known.join(", "));
    let diagnostic = Diagnostic::error("TG0685", text.span, message);
    let near = nearest(text, known).map(|near| format!("did you mean `{near}`?"));
    sink.push(near.into_iter().fold(diagnostic, Diagnostic::hint));
}

fn bounds((name, field): (&Word, &ResourceField), number: i64, text: &Word, sink: &mut Sink) {
    let (low, high) = (field.minimum.map_or(i64::MIN, |low| low.0), field.maximum.map_or(i64::MAX, |high| high.0));
    if (low..=high).contains(&number) {
        return;
    }
    let expected = match (field.minimum, field.maximum) {
        (Some(_), None) => format!("at least {low}"),
        (None, Some(_)) => format!("at most {high}"),
        _ => format!("from {low} to {high}"),
    };
    let message = format!("`{name}` is an integer, {expected}, found `{number}`");
    sink.push(Diagnostic::error("TG0685", text.span, message));
}

/// The first and the last address of `FIRST-LAST`.
fn ends(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim().parse::<IpAddr>().ok()?, last.trim().parse::<IpAddr>().ok()?);
    (first.is_ipv4() == last.is_ipv4() && first <= last).then_some((first, last))
}

/// Addresses are in the network of another field.
fn within(outer: &Word, spec: &ResourceSpec, text: &Word, sink: &mut Sink) {
    let Some(tree) = spec.fields.get(outer.as_str()) else { return };
    let Some(net) = tree.literal().and_then(|text| text.parse::<IpNet>().ok()) else { return };
    let addresses = match ends(text) {
        Some((first, last)) => vec![first, last],
        None => text.parse().into_iter().collect(),
    };
    if let Some(address) = addresses.iter().find(|address| !net.contains(*address)) {
        let message = format!("`{address}` is outside `{outer}`, which is `{net}`");
        sink.push(Diagnostic::error("TG0685", text.span, message).also(tree.span, "the network"));
    }
}
