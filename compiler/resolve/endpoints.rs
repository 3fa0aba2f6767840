//! What a site says of endpoints: names that there are, and addresses that have an effect.
//!
//! Invariant: as in [`super`]; a word without effect is told at the word.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink, unknown};
use crate::kube::secret::AccountProvider;
use crate::model::Model;
use crate::resolve::reference::public_address;
use crate::span::Span;
use crate::spec::site::{EndpointSpec, ExposeKind};

/// Finds what is said of endpoints in vain, and hosts that two of them have.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.group.is_some() {
        return;
    }
    let known: Vec<&str> =
        model.catalog.services.values().flat_map(|service| service.endpoints.keys()).map(|id| id.as_str()).collect();
    for (id, said) in &model.site.endpoints {
        if known.contains(&id.as_str()) {
            of_others_in_vain(said, sink);
        } else if said.kind.is_some() {
            of_others(model, said, sink);
            continue;
        } else {
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
            let hint = format!("set it in `provider` of `{}`", used.service.name);
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
                idle(host, "public-host", &format!("`expose {kind}` has no names"), "set `public-url`");
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

/// An endpoint that others serve has a URL, and a type that the catalog has no other endpoint of.
fn of_others(model: &Model<'_>, said: &EndpointSpec, sink: &mut Sink) {
    let id = &said.id;
    if said.public_url.is_none() && !sink.has("TG0435") {
        let message = format!("endpoint `{id}` of others has no public-url");
        let hint = format!("endpoint {id} public-url=\"https://{id}.example.org\"");
        sink.push(Diagnostic::error("TG0432", id.span, message).hint(hint));
    }
    if let Some(host) = &said.public_host {
        let message = format!("`public-host` of endpoint `{id}` has no effect: others serve it");
        sink.push(Diagnostic::error("TG0434", host.span, message).hint("set `public-url`"));
    }
    let Some(kind) = &said.kind else { return };
    let own = model.endpoints.iter().find(|(_, known)| known.endpoint.kind.as_deref() == Some(kind.as_str()));
    let mut others = model.site.endpoints.values();
    let other =
        others.find(|other| other.id != *id && other.kind.as_ref() == Some(kind)).map(|other| other.id.as_str());
    if let Some(other) = own.map(|(other, _)| *other).or(other.filter(|_| own.is_none())) {
        let message = format!("endpoints `{id}` and `{other}` have one type in the catalog, `{kind}`");
        sink.push(Diagnostic::error("TG0438", kind.span, message));
    }
    if let Some(identity) = model.elsewhere.iter().find(|service| service.provides.contains_key(IDENTITY)) {
        let message = format!("endpoint `{id}` is entered into no catalog: others run `{}`", identity.name);
        sink.push(Diagnostic::error("TG0434", id.span, message).hint("who runs it enters it"));
    }
}

/// The capability whose provider has the catalog.
const IDENTITY: &str = AccountProvider::Identity.word();

/// What is said of the catalog is the service data's, where a service of the site has the endpoint.
fn of_others_in_vain(said: &EndpointSpec, sink: &mut Sink) {
    for (what, word) in [("type", &said.kind), ("catalog-name", &said.catalog_name)] {
        if let Some(word) = word {
            let message = format!("`{what}` of endpoint `{}` has no effect: its service sets it", said.id);
            sink.push(Diagnostic::error("TG0434", word.span, message).hint("remove it"));
        }
    }
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
