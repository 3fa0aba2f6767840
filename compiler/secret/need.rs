//! A linked site to the secrets that it needs: name, kind, length, users.
//!
//! Invariant: what the cluster fills itself (kind `runtime`) is no need of the store.

use std::collections::{BTreeMap, BTreeSet};

use super::Name;
use crate::catalog::service::{SecretKind, Service};
use crate::link::Linked;
use crate::model::Model;
use crate::span::Span;
use crate::tree::word::Word;

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
    /// The names that a certificate has.
    pub names: Vec<String>,
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
    super::x509::add_needs(&mut needs, model.site.name.span);
    needs
}

/// The keys of a Secret, from the service that declares it.
fn declared(model: &Model<'_>, object: &str) -> Vec<(String, Need)> {
    if let Some(trust) = super::x509::trust_key(object, model.site.name.span) {
        return vec![trust];
    }
    let mut owners: Vec<(&Service, &str)> = model
        .services
        .iter()
        .filter_map(|service| Some((*service, object.strip_prefix(service.name.as_str())?.strip_prefix('-')?)))
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
        names: Vec::new(),
        service: service.name.to_string(),
        users: BTreeSet::new(),
        span,
    };
    let accounts = |capability: &str, key: &str, span: Span| -> Vec<(String, Need)> {
        let present = model.site.rotations.present(&format!("{}-{capability}", service.name), key);
        let one = || Need { alternates: Some(key.to_owned()), ..need("password", None, span) };
        present.into_iter().map(|account| (account.of(key), one())).collect()
    };
    if let Some(secret) = service.secrets.get(rest) {
        let runtime = secret.kind == SecretKind::Runtime || !model.holds(&service.name, &secret.bounds);
        let key = secret.kind.key().to_owned();
        return if runtime {
            Vec::new()
        } else {
            let names = names(model, service, &secret.services);
            let length = secret.length.and_then(|length| usize::try_from(length.0).ok());
            vec![(key, Need { fixed: secret.fixed, names, ..need(secret.kind.word(), length, secret.span) })]
        };
    }
    match rest {
        "database" => service.databases.values().next().map(|database| accounts(rest, "password", database.span)),
        "queue" => service.queue.as_ref().map(|queue| accounts(rest, "password", queue.span)),
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

/// The host names of Kubernetes Services, short and long; of headless ones also those of the pods, whatever their number.
fn names(model: &Model<'_>, service: &Service, objects: &[Word]) -> Vec<String> {
    let is_headless = |object: &str| {
        let declared = service.components.values().flat_map(|component| &component.services);
        declared.into_iter().any(|(name, declared)| *name == *object && declared.headless)
    };
    let mut names = Vec::new();
    for object in objects {
        let host = model.cluster_host(object);
        let in_namespace = format!("{object}.{}", model.site.namespace.value);
        names.extend([object.to_string(), in_namespace.clone(), format!("{in_namespace}.svc"), host.clone()]);
        if is_headless(object) {
            names.extend([format!("*.{in_namespace}"), format!("*.{in_namespace}.svc"), format!("*.{host}")]);
        }
    }
    names
}
