//! What services declare to diagnostics about names and ports that two of them claim.
//!
//! Invariant: a name is compared with names of its own kind only.

use std::collections::BTreeMap;

use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::AccountProvider;
use crate::model::Model;
use crate::span::Span;
use crate::tree::record::Table;
use crate::tree::word::Word;

/// Names and ports that need one owner: whoever came second would take what is the first one's.
pub fn owners(model: &Model<'_>, sink: &mut Sink) {
    let mut owned: BTreeMap<(&str, String), (&str, Span)> = BTreeMap::new();
    for service in &model.services {
        let holds = |bounds| model.holds(&service.name, bounds);
        let mut claims = named(model, service);
        let provided = service.provides.iter().filter(|(_, provide)| holds(&provide.bounds));
        claims.extend(provided.map(|(name, provide)| ("capability", name.to_string(), provide.span)));
        for (id, endpoint) in service.endpoints.iter().filter(|(_, endpoint)| holds(&endpoint.bounds)) {
            claims.push(("endpoint", id.to_string(), endpoint.span));
            claims.extend(endpoint.kind.iter().map(|kind| ("type in the catalog", kind.clone(), endpoint.span)));
            claims.extend(endpoint.public.iter().map(|host| ("public host", host.clone(), endpoint.span)));
            claims.extend(endpoint.node_port.iter().map(|port| ("node port", port.0.to_string(), endpoint.span)));
        }
        for (what, name, span) in claims {
            match owned.get(&(what, name.clone())) {
                Some((first, place)) => {
                    let message =
                        format!("the {what} `{name}` of service `{}` is that of service `{first}`", service.name);
                    sink.push(Diagnostic::error("TG0625", span, message).also(*place, "the other one"));
                }
                None => drop(owned.insert((what, name), (&service.name, span))),
            }
        }
    }
}

/// The databases, virtual hosts and accounts that a service has, by the names that the site gives them.
fn named(model: &Model<'_>, service: &Service) -> Vec<(&'static str, String, Span)> {
    let holds = |bounds| model.holds(&service.name, bounds);
    let said = |provider: AccountProvider| model.site.providers.get(provider.word());
    // Services may share what others run: there somebody else keeps order.
    let own = |provider| said(provider).filter(|said| said.is_own());
    let held = service.databases.iter().filter(|(_, database)| holds(&database.bounds));
    let mut claims: Vec<(&str, String, Span)> = held
        .map(|(id, database)| {
            let usual = (database.name.as_ref().unwrap_or(id).as_str(), database.span);
            claim("database", said(AccountProvider::Database).map(|said| &said.database_names), usual)
        })
        .collect();
    let names = own(AccountProvider::Queue).map(|said| &said.vhost_names);
    claims.extend(model.vhosts(service).into_iter().map(|vhost| claim("virtual host", names, vhost)));
    let names = own(AccountProvider::Database).map(|said| &said.account_names);
    let account = service.databases.values().next().map(|database| (service.name.as_str(), database.span));
    claims.extend(account.map(|account| claim("account of the database", names, account)));
    let names = own(AccountProvider::Queue).map(|said| &said.account_names);
    let account = service.queue.iter().map(|queue| (queue.vhost.as_str(), queue.span));
    claims.extend(account.map(|account| claim("account of the broker", names, account)));
    let names = own(AccountProvider::Identity).map(|said| &said.account_names);
    for (user, identity) in service.identities.iter().filter(|(_, identity)| holds(&identity.bounds)) {
        let (what, name, span) = claim("identity user", names, (user.as_str(), identity.span));
        claims.push((what, format!("{name}@{}", identity.domain), span));
    }
    claims
}

/// What is claimed: by the name that the site gives it, else by its usual one.
fn claim(what: &'static str, names: Option<&Table<Word>>, (usual, span): (&str, Span)) -> (&'static str, String, Span) {
    match names.and_then(|names| names.get(usual)) {
        Some(name) => (what, name.to_string(), name.span),
        None => (what, usual.to_owned(), span),
    }
}
