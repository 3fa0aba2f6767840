//! References to a client's accounts: what it connects to a database and a broker with, and who it is for the identity service.
//!
//! Invariant: name and secret of an account come from one place, so that a staged rotation moves both at once.

use super::{Evaluator, Outcome, TRUST, with};
use crate::catalog::service::{Identity, Service};
use crate::config::file::{Line, Part, Quoting, SecretUse};
use crate::kube::secret::{AccountProvider, Client};
use crate::model::Evaluated;

impl Evaluator<'_, '_> {
    pub(super) fn database(&self, id: Option<&str>) -> Outcome {
        let service = self.subject();
        let database = match id {
            None => service.databases.first(),
            Some(id) => service.databases.get_key_value(id),
        };
        let missing = || format!("service `{}` declares no database `{}`", service.name, id.unwrap_or_default());
        let (id, database) = database.ok_or_else(missing)?;
        let schema = database.name.as_ref().unwrap_or(id);
        let known = self.model.providers.get("database").ok_or("no service of the site provides `database`")?;
        let host = self.model.cluster_host(&known.provide.service);
        let (user, secret) = self.account(&Client::of_service(&service.name, AccountProvider::Database), &service.name);
        // PyMySQL then asks for a certificate of the trust with the host's name, where the server offers TLS; ours takes nobody
        // without.
        let trust = if known.tls { format!("&ssl_ca={TRUST}") } else { String::new() };
        let parts = vec![
            Part::Public(format!("mysql+pymysql://{user}:")),
            Part::Secret(SecretUse { quoting: Quoting::Url, ..secret }),
            Part::Public(format!("@{host}:{}/{}?charset=utf8{trust}", known.port, schema)),
        ];
        Ok(Evaluated { line: Line { parts }, from: vec![database.span, known.provide.span] })
    }

    pub(super) fn queue(&self) -> Outcome {
        let service = self.subject();
        let queue = service.queue.as_ref().ok_or_else(|| format!("service `{}` declares no queue", service.name))?;
        let vhost = queue.vhost.as_str();
        let known = self.model.providers.get("queue").ok_or("no service of the site provides `queue`")?;
        let id = format!("{}/{}", known.service.name, known.provide.component);
        let workload = self.model.workload(&id).ok_or_else(|| format!("unknown component `{id}`"))?;
        let (user, secret) = self.account(&Client::of_service(&service.name, AccountProvider::Queue), vhost);
        let mut parts = Vec::new();
        for (index, host) in self.model.pod_hosts(workload).into_iter().enumerate() {
            let lead = if index == 0 { "rabbit://" } else { "," };
            parts.push(Part::Public(format!("{lead}{user}:")));
            parts.push(Part::Secret(SecretUse { quoting: Quoting::Url, ..secret.clone() }));
            parts.push(Part::Public(format!("@{host}:{}", known.port)));
        }
        parts.push(Part::Public(format!("/{vhost}")));
        Ok(Evaluated { line: Line { parts }, from: vec![queue.span, known.provide.span, workload.replicas.1] })
    }

    pub(super) fn identity_password(&self, user: Option<&str>) -> Outcome {
        let service = self.subject();
        let (user, identity) = identity(service, user)?;
        let (_, part) = self.account(&Client::identity_user(&service.name, user), user);
        Ok(Evaluated { line: Line { parts: vec![Part::Secret(part)] }, from: vec![identity.span] })
    }

    /// The account that a client has in use: its name at the provider, and the secret that it logs in with.
    fn account(&self, client: &Client, name: &str) -> (String, SecretUse) {
        let used = self.model.site.rotations.used(client);
        (used.of(name), SecretUse { id: client.password(used), quoting: Quoting::Format })
    }

    pub(super) fn own_identity(&self, user: Option<&str>) -> Outcome {
        let service = self.context.service;
        let (user, identity) = identity(service, user)?;
        Ok(with(self.account(&Client::identity_user(&service.name, user), user).0, identity.span))
    }

    pub(super) fn own_vhost(&self) -> Outcome {
        let queue = self.context.service.queue.as_ref().ok_or("the service declares no queue")?;
        Ok(with(queue.vhost.to_string(), queue.span))
    }
}

/// An identity user of a service; the first one where none is named.
fn identity<'a>(service: &'a Service, user: Option<&str>) -> Result<(&'a str, &'a Identity), String> {
    let found = match user {
        None => service.identities.first(),
        Some(user) => service.identities.get_key_value(user),
    };
    let missing = || format!("service `{}` declares no identity user `{}`", service.name, user.unwrap_or_default());
    found.map(|(user, identity)| (user.as_str(), identity)).ok_or_else(missing)
}
