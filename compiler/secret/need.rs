//! A linked site to the secrets that it needs: which, kind, length, users.
//!
//! Invariant: what the cluster fills itself (kind `runtime`) is no need of the store.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::service::{SecretKind, Service};
use crate::check::certificate::CERTIFICATE;
use crate::kube::secret::{AccountProvider, Client, SecretId, SecretObject, SecretPath, SecretRead};
use crate::link::Linked;
use crate::model::Model;
use crate::span::Span;
use crate::tree::word::Word;

/// The kind of the authority.
pub const AUTHORITY_KIND: &str = "x509-authority";
/// The kind of the trust.
pub const TRUST_KIND: &str = "x509-trust";
/// The service that site-wide secrets stand under: that of site-wide objects.
const OWNER: &str = "base";

/// Does the store make values of this kind from one another, not each for itself?
pub fn is_x509(kind: &str) -> bool {
    [AUTHORITY_KIND, CERTIFICATE, TRUST_KIND].contains(&kind)
}

/// A secret that a site needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Which.
    pub id: SecretId,
    /// How it is made.
    pub kind: String,
    /// Characters (of `base64`: bytes), where the kind leaves it open.
    pub length: Option<usize>,
    /// Data is encrypted with it: it never changes.
    pub immutable: bool,
    /// The login whose password it is, where a second account can take its place.
    pub client: Option<Client>,
    /// The names that a certificate has.
    pub names: Vec<String>,
    /// The service that declares it.
    pub service: String,
    /// Consumers that read it.
    pub users: BTreeSet<String>,
    /// Where it is declared.
    pub span: Span,
}

impl Need {
    fn new(id: SecretId, kind: &str, span: Span) -> Need {
        let service = id.object().service().unwrap_or(OWNER).to_owned();
        let (kind, users) = (kind.to_owned(), BTreeSet::new());
        Need { id, kind, length: None, immutable: false, client: None, names: Vec::new(), service, users, span }
    }
}

/// The needs of a site: every key of every Secret that a pod reads.
pub fn needs(model: &Model<'_>, linked: &Linked) -> BTreeMap<SecretPath, Need> {
    let mut needs: BTreeMap<SecretPath, Need> = BTreeMap::new();
    for (read, users) in &linked.reads {
        let wanted = match read {
            SecretRead::Object(object) => of_object(model, object),
            SecretRead::Value(id) => of_object(model, &id.object()).into_iter().filter(|need| need.id == *id).collect(),
        };
        for need in wanted {
            needs.entry(need.id.path()).or_insert(need).users.extend(users.iter().cloned());
        }
    }
    add_site_wide(&mut needs, model.site.name.span);
    needs
}

/// What the site needs beside its servers' certificates: an authority that signs them, and the trust.
fn add_site_wide(needs: &mut BTreeMap<SecretPath, Need>, site: Span) {
    let declared = needs.values().find(|need| need.kind == CERTIFICATE).map(|need| need.span);
    if let Some(span) = declared {
        for (id, kind) in [(SecretId::Authority, AUTHORITY_KIND), (SecretId::Trust, TRUST_KIND)] {
            needs.entry(id.path()).or_insert_with(|| Need::new(id, kind, span));
        }
    }
    if let Some(need) = needs.get_mut(&SecretId::Trust.path()) {
        need.span = declared.unwrap_or(site);
    }
}

/// What the store holds for a Secret.
fn of_object(model: &Model<'_>, object: &SecretObject) -> Vec<Need> {
    let service = object.service().and_then(|service| model.service(service));
    match (object, service) {
        (SecretObject::Trust, _) => vec![Need::new(SecretId::Trust, TRUST_KIND, model.site.name.span)],
        (SecretObject::Declared { secret, .. }, Some(service)) => {
            declared(model, service, secret).into_iter().collect()
        }
        (SecretObject::Accounts { provider, .. }, Some(service)) => passwords(model, service, *provider),
        _ => Vec::new(),
    }
}

fn declared(model: &Model<'_>, service: &Service, name: &str) -> Option<Need> {
    let secret = service.secrets.get(name)?;
    if secret.kind == SecretKind::Runtime || !model.holds(&service.name, &secret.bounds) {
        return None;
    }
    let id = SecretId::declared(&service.name, name, secret.kind.key());
    let names = names(model, service, &secret.services);
    let length = secret.length.and_then(|length| usize::try_from(length.0).ok());
    Some(Need { length, immutable: secret.immutable, names, ..Need::new(id, secret.kind.word(), secret.span) })
}

/// The passwords of all accounts that a service has at a provider.
fn passwords(model: &Model<'_>, service: &Service, provider: AccountProvider) -> Vec<Need> {
    let login = || Client::of_service(&service.name, provider);
    match provider {
        AccountProvider::Database => {
            service.databases.values().take(1).flat_map(|database| accounts(model, &login(), database.span)).collect()
        }
        AccountProvider::Queue => {
            service.queue.iter().flat_map(|queue| accounts(model, &login(), queue.span)).collect()
        }
        AccountProvider::Identity => {
            let held = service.identities.iter().filter(|(_, identity)| model.holds(&service.name, &identity.bounds));
            let needs = held.flat_map(|(user, identity)| {
                let needs = accounts(model, &Client::identity_user(&service.name, user), identity.span);
                needs
                    .into_iter()
                    .map(|need| Need { client: need.client.filter(|_| !identity.no_staged_rotation), ..need })
            });
            needs.collect()
        }
    }
}

/// The passwords of a client's accounts that are there.
fn accounts(model: &Model<'_>, client: &Client, span: Span) -> Vec<Need> {
    let present = model.site.rotations.present(client).into_iter();
    let one = |account| Need { client: Some(client.clone()), ..Need::new(client.password(account), "password", span) };
    present.map(one).collect()
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
