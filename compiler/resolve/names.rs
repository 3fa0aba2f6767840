//! Names that a site gives to accounts, databases and virtual hosts: at what others run, and at its own services.
//!
//! Invariant: a name of nothing is told, and so is one that the URL of a client would read as something else.

use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink, unknown};
use crate::kube::secret::AccountProvider;
use crate::model::Model;
use crate::span::Span;
use crate::spec::site::Provider;
use crate::tree::word::Word;

/// The code of a name that nothing of the site has.
pub(super) const UNKNOWN: &str = "TG0430";

/// The code of what is said in vain.
pub(super) const IDLE: &str = "TG0433";

/// The code of a name that cannot stand in a URL.
const MALFORMED: &str = "TG0449";

/// Checks what a site says of its own providers: names alone, and those of something.
pub(super) fn own(model: &Model<'_>, sink: &mut Sink) {
    if model.group.is_some() {
        return;
    }
    for (capability, said) in model.site.providers.iter().filter(|(_, said)| said.is_own()) {
        if AccountProvider::parse(capability).is_none() {
            let message = format!("`{capability}` has no accounts and no databases that could have another name");
            let can: Vec<&str> = AccountProvider::ALL.iter().map(|provider| provider.word()).collect();
            let hint = format!("can be `own`: {}", can.join(", "));
            sink.push(Diagnostic::error(UNKNOWN, capability.span, message).hint(hint));
            continue;
        }
        known(model, capability, said, sink);
        for (what, span) in others(said) {
            let message = format!("{what} of the site's own provider of `{capability}` has no effect");
            let hint = format!("`provider {capability} external` is one that others run");
            sink.push(Diagnostic::error(IDLE, span, message).hint(hint));
        }
        if said.account_names.is_empty() && said.database_names.is_empty() && said.vhost_names.is_empty() {
            let message = format!("the site's own provider of `{capability}` is named, and nothing is said of it");
            let hint = "remove it, or say a name: `account`, `database` or `vhost`";
            sink.push(Diagnostic::error(IDLE, said.kind.span, message).hint(hint));
        }
    }
}

/// What means something for a provider that others run, and nothing for the site's own.
fn others(said: &Provider) -> Vec<(&'static str, Span)> {
    let first = |what, span: Option<Span>| span.map(|span| (what, span));
    let found = [
        first("`host`", said.hosts.first().map(|host| host.span)),
        first("`port`", said.port.as_ref().map(|port| port.span)),
        first("`cidr`", said.networks.first().map(|network| network.span)),
        first("`tls`", Some(said.tls.span).filter(|_| said.tls.value)),
        first("`accounts`", Some(said.accounts.span).filter(|_| said.makes_accounts())),
        first("`admin`", said.admin.as_ref().map(|admin| admin.span)),
        first("`endpoint`", said.endpoints.keys().next().map(|id| id.span)),
    ];
    found.into_iter().flatten().collect()
}

/// Names of accounts, databases and virtual hosts are those of a service of the site, and fit into a URL.
pub(super) fn known(model: &Model<'_>, capability: &Word, said: &Provider, sink: &mut Sink) {
    let mut usual = Usual::default();
    let provider = AccountProvider::parse(capability);
    model.services.iter().for_each(|client| usual.add(model, client, provider));
    for (what, names, known) in [
        ("account", &said.account_names, usual.accounts),
        ("database", &said.database_names, usual.databases),
        ("virtual host", &said.vhost_names, usual.vhosts),
    ] {
        for (name, there) in names {
            if !known.contains(&name.as_str()) {
                let what = format!("{what} of the site at `{capability}`");
                sink.push(unknown(UNKNOWN, &what, name, name.span, known.iter().copied()));
            } else if !fits(there) && (what != "virtual host" || there.as_str() != "/") {
                let message = format!("the {what} `{there}`, expected letters, digits and `._-`");
                let hint = "clients name it in a URL, where other characters mean something else";
                sink.push(Diagnostic::error(MALFORMED, there.span, message).hint(hint));
            }
        }
    }
}

/// Can the name stand in a URL, in a list of names and in a template as it is?
fn fits(name: &str) -> bool {
    !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// The names that things of a site have where it says no others.
#[derive(Default)]
struct Usual<'a> {
    accounts: Vec<&'a str>,
    databases: Vec<&'a str>,
    vhosts: Vec<&'a str>,
}

impl<'a> Usual<'a> {
    fn add(&mut self, model: &Model<'_>, client: &'a Service, provider: Option<AccountProvider>) {
        let held = client.databases.iter().filter(|(_, database)| model.holds(&client.name, &database.bounds));
        match provider {
            Some(AccountProvider::Database) => {
                self.accounts.extend(client.databases.first().map(|_| client.name.as_str()));
                self.databases.extend(held.map(|(id, database)| database.name.as_ref().unwrap_or(id).as_str()));
            }
            Some(AccountProvider::Queue) => {
                self.accounts.extend(client.queue.iter().map(|queue| queue.vhost.as_str()));
                self.vhosts.extend(model.vhosts(client).into_iter().map(|(name, _)| name));
            }
            Some(AccountProvider::Identity) => self.accounts.extend(client.identities.keys().map(|user| user.as_str())),
            None => {}
        }
    }
}
