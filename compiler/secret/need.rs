//! A linked site to the secrets that it needs: name, kind, length, users.
//!
//! Invariant: what the cluster fills itself (kind `runtime`) is no need of the store.

use std::collections::{BTreeMap, BTreeSet};

use super::Name;
use crate::catalog::service::Service;
use crate::link::Linked;
use crate::model::Model;
use crate::resolve::reference::default_key;
use crate::span::Span;

/// A secret that a site needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// How it is made.
    pub kind: String,
    /// Characters (of `base64`: bytes), where the kind leaves it open.
    pub length: Option<usize>,
    /// Data is encrypted with it: it never changes.
    pub fixed: bool,
    /// The key of the first account's password, where a second account can take its place.
    pub alternates: Option<String>,
    /// The service that declares it.
    pub service: String,
    /// Consumers that read it.
    pub users: BTreeSet<String>,
    /// Where it is declared.
    pub span: Span,
}

/// The needs of a site: every key of every Secret that a pod reads.
pub fn needs(model: &Model<'_>, linked: &Linked) -> BTreeMap<Name, Need> {
    let mut needs: BTreeMap<Name, Need> = BTreeMap::new();
    for ((object, key), users) in &linked.secrets {
        for (declared, need) in declared(model, object) {
            // A mounted Secret is read whole.
            if key != "*" && *key != declared {
                continue;
            }
            let name = Name { object: object.clone(), key: declared };
            needs.entry(name).or_insert(need).users.extend(users.iter().cloned());
        }
    }
    needs
}

/// The keys of a Secret, from the service that declares it.
fn declared(model: &Model<'_>, object: &str) -> Vec<(String, Need)> {
    let mut owners: Vec<(&Service, &str)> = model
        .services
        .iter()
        .filter_map(|service| Some((*service, object.strip_prefix(&service.name)?.strip_prefix('-')?)))
        .collect();
    // Of services `a` and `a-b`, the Secret `a-b-c` belongs to the longer one that declares it.
    owners.sort_by_key(|(service, _)| std::cmp::Reverse(service.name.len()));
    owners
        .into_iter()
        .map(|(service, rest)| keys(model, service, rest))
        .find(|keys| !keys.is_empty())
        .unwrap_or_default()
}

fn keys(model: &Model<'_>, service: &Service, rest: &str) -> Vec<(String, Need)> {
    let need = |kind: &str, length: Option<usize>, span: Span| Need {
        kind: kind.to_owned(),
        length,
        fixed: false,
        alternates: None,
        service: service.name.clone(),
        users: BTreeSet::new(),
        span,
    };
    let accounts = |capability: &str, key: &str, span: Span| -> Vec<(String, Need)> {
        let present = model.site.rotations.present(&format!("{}-{capability}", service.name), key);
        let one = || Need { alternates: Some(key.to_owned()), ..need("password", None, span) };
        present.into_iter().map(|account| (account.of(key), one())).collect()
    };
    if let Some(secret) = service.secrets.get(rest) {
        let runtime = secret.kind == "runtime" || !model.holds(&service.name, &secret.bounds);
        let key = default_key(&secret.kind).to_owned();
        return if runtime {
            Vec::new()
        } else {
            vec![(key, Need { fixed: secret.fixed, ..need(&secret.kind, secret.length, secret.span) })]
        };
    }
    match rest {
        "database" => service.databases.values().next().map(|database| accounts(rest, "password", database.span)),
        "queue" => service.vhost.as_ref().map(|(_, span)| accounts(rest, "password", *span)),
        "identity" => {
            let held = service.identities.iter().filter(|(_, identity)| model.holds(&service.name, &identity.bounds));
            let mut needs: Vec<_> =
                held.clone().flat_map(|(user, identity)| accounts(rest, user, identity.span)).collect();
            let is_sole = |key: &str| held.clone().any(|(user, identity)| identity.sole && user == key);
            for (key, need) in &mut needs {
                need.alternates = need.alternates.take().filter(|_| !is_sole(key));
            }
            Some(needs)
        }
        _ => None,
    }
    .unwrap_or_default()
}
