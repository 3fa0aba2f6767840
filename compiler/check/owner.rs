//! What services declare to diagnostics about names and ports that two of them claim.
//!
//! Invariant: a name is compared with names of its own kind only.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::span::Span;

/// Names and ports that need one owner: whoever came second would take what is the first one's.
pub fn owners(model: &Model<'_>, sink: &mut Sink) {
    let mut owned: BTreeMap<(&str, String), (&str, Span)> = BTreeMap::new();
    for service in &model.services {
        let holds = |bounds| model.holds(&service.name, bounds);
        let databases = service.databases.iter().filter(|(_, database)| holds(&database.bounds));
        let mut claims: Vec<(&str, String, Span)> = databases
            .map(|(id, database)| ("database", database.name.as_ref().unwrap_or(id).to_string(), database.span))
            .collect();
        claims.extend(model.vhosts(service).into_iter().map(|(name, span)| ("virtual host", name.to_owned(), span)));
        let users = service.identities.iter().filter(|(_, identity)| holds(&identity.bounds));
        claims.extend(
            users.map(|(user, identity)| ("identity user", format!("{user}@{}", identity.domain), identity.span)),
        );
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
