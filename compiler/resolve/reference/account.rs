//! References to a client's accounts: what it connects to a database and a broker with, and who it is for the identity service.
//!
//! Invariant: name and secret of an account come from one place, so that a staged rotation moves both at once.

use super::{Evaluator, Outcome, TRUST, with};
use crate::catalog::service::{Identity, Service};
use crate::config::file::{Line, Part, Quoting, SecretUse};
use crate::model::Evaluated;
use crate::span::Span;

impl Evaluator<'_, '_> {
    pub(super) fn database_url(&self, argument: &str) -> Outcome {
        let service = self.subject();
        let database = match argument {
            "" => service.databases.values().next(),
            id => service.databases.get(id),
        };
        let database =
            database.ok_or_else(|| format!("service `{}` declares no database `{argument}`", service.name))?;
        let account = self.account("database", "password", &service.name);
        self.url("database", account, (&database.name, database.span))
    }

    pub(super) fn queue_url(&self) -> Outcome {
        let service = self.subject();
        let (vhost, span) =
            service.vhost.as_ref().ok_or_else(|| format!("service `{}` declares no queue", service.name))?;
        self.url("queue", self.account("queue", "password", vhost), (vhost, *span))
    }

    /// The URL by which an account reaches what is its own at a provider.
    fn url(&self, capability: &str, account: (String, SecretUse), own: (&str, Span)) -> Outcome {
        let provider = self.model.providers.get(capability);
        let known = provider.ok_or_else(|| format!("no service of the site provides `{capability}`"))?;
        let mut urls = known.provide.urls.iter();
        let url = urls.find(|url| self.model.holds(&known.service.name, &url.bounds));
        let url = url.ok_or_else(|| format!("service `{}` says no `url` of `{capability}`", known.service.name))?;
        let id = format!("{}/{}", known.service.name, known.provide.component);
        let workload = self.model.workload(&id).ok_or_else(|| format!("unknown component `{id}`"))?;
        let filling = Filling { account, name: own.0, port: known.port };
        let mut members = Line::default();
        for host in self.model.pod_hosts(workload) {
            if !members.parts.is_empty() {
                members.push(",");
            }
            filling.fill(&url.member, &host, None, &mut members)?;
        }
        let mut line = Line::default();
        filling.fill(&url.text, &self.model.cluster_host(&known.provide.service), Some(&members), &mut line)?;
        Ok(Evaluated { line, from: vec![own.1, known.provide.span, url.span, workload.replicas.1] })
    }

    pub(super) fn identity_password(&self, argument: &str) -> Outcome {
        let (user, identity) = identity(self.subject(), argument)?;
        let (_, part) = self.account("identity", user, user);
        Ok(Evaluated { line: Line { parts: vec![Part::Secret(part)] }, from: vec![identity.span] })
    }

    /// The account that the service has in use at a provider: its name there, and the secret that lets it in.
    fn account(&self, capability: &str, key: &str, name: &str) -> (String, SecretUse) {
        let secret = format!("{}-{capability}", self.subject().name);
        let used = self.model.site.rotations.used(&secret, key);
        (used.of(name), SecretUse { secret, key: used.of(key), quoting: Quoting::Format })
    }

    pub(super) fn own(&self, argument: &str) -> Outcome {
        let service = self.context.service;
        match argument {
            "name" => Ok(with(service.name.clone(), service.span)),
            _ if argument.split(' ').next() == Some("identity") => {
                let wanted = argument.strip_prefix("identity").unwrap_or_default().trim_start();
                let (user, identity) = identity(service, wanted)?;
                Ok(with(self.account("identity", user, user).0, identity.span))
            }
            "vhost" => {
                let (vhost, span) = service.vhost.as_ref().ok_or("the service declares no queue")?;
                Ok(with(vhost.clone(), *span))
            }
            _ => Err(format!("expected `name`, `identity [USER]` or `vhost`, found `{argument}`")),
        }
    }
}

/// An identity user of a service; the first one where none is named.
fn identity<'a>(service: &'a Service, user: &str) -> Result<(&'a String, &'a Identity), String> {
    let found = if user.is_empty() { service.identities.first() } else { service.identities.get_key_value(user) };
    found.ok_or_else(|| format!("service `{}` declares no identity user `{user}`", service.name))
}

/// What goes into the places of a client's URL.
struct Filling<'f> {
    account: (String, SecretUse),
    name: &'f str,
    port: i64,
}

impl Filling<'_> {
    fn fill(&self, text: &str, host: &str, members: Option<&Line>, line: &mut Line) -> Result<(), String> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').ok_or_else(|| format!("`{text}` has `{{` without `}}`"))?;
            line.push(before);
            match (place, members) {
                ("user", _) => line.push(&self.account.0),
                ("password", _) => {
                    line.parts.push(Part::Secret(SecretUse { quoting: Quoting::Url, ..self.account.1.clone() }));
                }
                ("name", _) => line.push(self.name),
                ("host", _) => line.push(host),
                ("port", _) => line.push(&self.port.to_string()),
                ("trust", _) => line.push(TRUST),
                ("members", Some(members)) => line.append(members.clone()),
                _ => {
                    let known = "user, password, name, host, port, trust, members";
                    return Err(format!("unknown place `{{{place}}}` in a URL, expected one of {known}"));
                }
            }
            rest = after;
        }
        line.push(rest);
        Ok(())
    }
}
