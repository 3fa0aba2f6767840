//! A linked site to the secrets that it needs: which, kind, length, users.
//!
//! Invariant: what the cluster fills itself (kind `runtime`) is no need of the store.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::overlay::SiteSecret;
use crate::catalog::service::{SecretKind, Service};
use crate::check::certificate::CERTIFICATE;
use crate::kube::secret::{AccountProvider, Client, PublicPart, SecretId, SecretObject, SecretPath, SecretRead};
use crate::link::Linked;
use crate::model::Model;
use crate::span::Span;
use crate::spec::site::ExposeKind;
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

/// Is it a part of the certificate of the public endpoints?
pub fn is_public(kind: &str) -> bool {
    PublicPart::ALL.iter().any(|part| part.kind() == kind)
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
    /// Others make it, or it comes from elsewhere: a store may hold it and need not.
    pub may_be_absent: bool,
    /// It exists elsewhere: `passwords set` puts it into the store, and nothing makes it.
    pub is_imported: bool,
    /// Where it is declared.
    pub span: Span,
}

impl Need {
    fn new(id: SecretId, kind: &str, span: Span) -> Need {
        let service = id.object().service().unwrap_or(OWNER).to_owned();
        let (kind, users) = (kind.to_owned(), BTreeSet::new());
        Need {
            id,
            kind,
            length: None,
            immutable: false,
            client: None,
            names: Vec::new(),
            service,
            users,
            may_be_absent: false,
            is_imported: false,
            span,
        }
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
    needs.values_mut().for_each(|need| imported(model, need));
    needs
}

/// Notes of a secret that an external provider has it: the password of a given account, or that of an administrator.
fn imported(model: &Model<'_>, need: &mut Need) {
    let of_account = match &need.id {
        SecretId::Password { client, .. } => {
            model.external(client.provider.word()).filter(|said| !said.makes_accounts())
        }
        SecretId::Declared { service, secret, .. } => {
            let owner = model.elsewhere.iter().find(|known| *known.name == **service);
            let provides = owner.into_iter().flat_map(|owner| &owner.provides);
            let mut of_admin = provides.filter(|(_, provide)| {
                provide.external.as_ref().and_then(|external| external.secret.as_ref()).is_some_and(|own| own == secret)
            });
            of_admin.find_map(|(capability, _)| model.external(capability))
        }
        _ => None,
    };
    if let Some(said) = of_account {
        need.is_imported = true;
        // Two accounts in turn are for those who may make the second.
        need.client = None;
        need.span = said.kind.span;
    }
}

/// What the site needs beside its servers' certificates: an authority that signs them, and the trust.
fn add_site_wide(needs: &mut BTreeMap<SecretPath, Need>, site: Span) {
    let declared = needs.values().find(|need| need.kind == CERTIFICATE).map(|need| need.span);
    // Trust of others' authorities alone stands beside that of the site's own.
    let trusting = needs.contains_key(&SecretId::Trust.path()).then_some(site);
    if let Some(span) = declared.or(trusting) {
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
        (SecretObject::Public(_), _) => public(model),
        // Who has certificates of an issuer trusts what the site names, and that is no secret.
        (SecretObject::Trust, _) if model.site.certificates.is_some() => Vec::new(),
        (SecretObject::Trust, _) => vec![Need::new(SecretId::Trust, TRUST_KIND, model.site.name.span)],
        (SecretObject::OfSite { secret }, _) => model.site.secrets.get(secret).map(of_site).into_iter().collect(),
        (SecretObject::Declared { secret, .. }, Some(service)) => {
            declared(model, service, secret).into_iter().collect()
        }
        (SecretObject::Accounts { provider, .. }, Some(service)) => passwords(model, service, *provider),
        _ => Vec::new(),
    }
}

/// The certificate of the public endpoints, where the spec names one that a Gateway or an Ingress reads.
fn public(model: &Model<'_>) -> Vec<Need> {
    let expose = &model.site.expose;
    let is_read = matches!(expose.kind.value, ExposeKind::Gateway | ExposeKind::Ingress) && expose.issuer.is_none();
    let read = expose.tls.as_ref().filter(|_| is_read);
    // With the certificate in a file, its key alone is a secret, and comes from where the certificate does.
    let from_file = expose.certificate.is_some();
    let need = |name: &Word, part: PublicPart| {
        let id = SecretId::Public { secret: name.value.clone(), part };
        Need { may_be_absent: !from_file, is_imported: from_file, ..Need::new(id, part.kind(), name.span) }
    };
    let parts = PublicPart::ALL.into_iter().filter(|part| !(from_file && *part == PublicPart::Certificate));
    read.iter().flat_map(|name| parts.clone().map(|part| need(name, part)).collect::<Vec<_>>()).collect()
}

/// What the public endpoints read, and which kind of object does.
pub fn public_reads(model: &Model<'_>) -> Vec<(SecretRead, String)> {
    let reader = format!("expose/{}", model.site.expose.kind.value.word());
    public(model).into_iter().map(|need| (SecretRead::Value(need.id), reader.clone())).collect()
}

/// A secret that the site declares.
fn of_site(secret: &SiteSecret) -> Need {
    let id = SecretId::OfSite { secret: secret.name.value.clone(), key: secret.kind.kind().key().to_owned() };
    Need {
        length: secret.length.and_then(|length| usize::try_from(length.0).ok()),
        ..Need::new(id, secret.kind.word(), secret.name.span)
    }
}

fn declared(model: &Model<'_>, service: &Service, name: &str) -> Option<Need> {
    let secret = service.secrets.get(name)?;
    let is_made_elsewhere =
        secret.kind == SecretKind::Runtime || model.is_issued(&SecretObject::declared(&service.name, name));
    if is_made_elsewhere || !model.holds(&service.name, &secret.bounds) {
        return None;
    }
    let id = SecretId::declared(&service.name, name, secret.kind.key());
    let names = model.certificate_names(service, secret);
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
