//! What a site says of endpoints: names that there are, and addresses that have an effect.
//!
//! Invariant: as in [`super`]; a word without effect is told at the word.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink, unknown};
use crate::model::Model;
use crate::resolve::reference::public_address;
use crate::span::Span;
use crate::spec::site::ExposeKind;

/// Finds what is said of endpoints in vain, and hosts that two of them have.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.group.is_some() {
        return;
    }
    let known: Vec<&str> =
        model.catalog.services.values().flat_map(|service| service.endpoints.keys()).map(|id| id.as_str()).collect();
    for (id, said) in &model.site.endpoints {
        if !known.contains(&id.as_str()) {
            sink.push(unknown("TG0430", "endpoint", id, id.span, known.iter().copied()));
            continue;
        }
        let Some(used) = model.endpoints.get(id.as_str()) else {
            let message = format!("endpoint `{id}` is not part of this site, and what is said of it has no effect");
            sink.push(Diagnostic::error("TG0434", id.span, message).hint("turn its service on, or remove this"));
            continue;
        };
        let mut idle = |span: Option<Span>, what: &str, why: &str, hint: &str| {
            if let Some(span) = span {
                let message = format!("`{what}` of endpoint `{id}` has no effect: {why}");
                sink.push(Diagnostic::error("TG0434", span, message).hint(hint.to_owned()));
            }
        };
        if model.is_elsewhere(&used.service.name) {
            let hint = format!("say it in `provider` of `{}`", used.service.name);
            idle(Some(id.span), "endpoint", "others run its service", &hint);
            continue;
        }
        let host = said.public_host.as_ref().map(|host| host.span);
        let by_name = matches!(
            model.site.expose.kind.value,
            ExposeKind::Gateway | ExposeKind::Ingress | ExposeKind::LoadBalancer
        );
        match (used.endpoint.public.is_some(), said.public_url.is_some()) {
            (false, _) => {
                let url = said.public_url.as_ref().map(|url| url.span);
                idle(host, "public-host", "it is not a public one", "remove it");
                idle(url, "public-url", "it is not a public one", "remove it");
            }
            (true, true) => idle(host, "public-host", "`public-url` has a host", "remove one of them"),
            (true, false) if !by_name => {
                let kind = model.site.expose.kind.value;
                idle(host, "public-host", &format!("`expose {kind}` has no names"), "say the `public-url`");
            }
            (true, false) => {}
        }
        if used.endpoint.kind.is_none() {
            let region = said.region.as_ref().map(|region| region.span);
            idle(region, "region", "it is not in the catalog", "remove it");
        }
    }
    hosts(model, sink);
}

/// No two endpoints have one address outside.
fn hosts(model: &Model<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<String, (&str, Option<Span>)> = BTreeMap::new();
    for (id, known) in &model.endpoints {
        let span = known.said.and_then(|said| {
            let url = said.public_url.as_ref().map(|url| url.span);
            url.or(said.public_host.as_ref().map(|host| host.span))
        });
        if known.endpoint.public.is_none() || model.is_elsewhere(&known.service.name) {
            continue;
        }
        let url = public_address(model, known).root();
        let Some((other, place)) = seen.get(&url).copied() else {
            seen.insert(url, (id, span));
            continue;
        };
        if let Some(span) = span.or(place) {
            let message = format!("endpoints `{id}` and `{other}` have one address outside, `{url}`");
            let diagnostic = Diagnostic::error("TG0438", span, message);
            let beside = place.filter(|place| *place != span);
            sink.push(beside.map_or(diagnostic.clone(), |place| diagnostic.also(place, "the other one")));
        }
    }
}
