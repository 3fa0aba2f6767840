//! References to a client's accounts: what it connects to a database and a broker with, and who it is for the identity service.
//!
//! Invariant: name and secret of an account come from one place, so that a staged rotation moves both at once.

use super::evaluate::{Evaluator, Outcome, TRUST, with};
use crate::catalog::service::{Identity, Queue, Service};
use crate::catalog::url::{UrlPiece, UrlPlace, UrlText};
use crate::config::file::{Line, Part, Quoting, SecretUse};
use crate::kube::secret::{AccountProvider, Client};
use crate::model::Evaluated;
use crate::span::Span;

impl Evaluator<'_, '_> {
    pub(super) fn database_url(&self, id: Option<&str>, client: Option<&str>) -> Outcome {
        let service = self.subject();
        let database = match id {
            None => service.databases.first(),
            Some(id) => service.databases.get_key_value(id),
        };
        let missing = || format!("service `{}` declares no database `{}`", service.name, id.unwrap_or_default());
        let (id, database) = database.ok_or_else(missing)?;
        let schema = self.model.database_name(database.name.as_ref().unwrap_or(id));
        self.url(
            ("database", client),
            self.account(&Client::of_service(&service.name, AccountProvider::Database), &service.name),
            (schema, database.span),
        )
    }

    /// The URL of a virtual host, with the account of the service whose it is: of this service where none is named.
    pub(super) fn queue_url(&self, owner: Option<&str>, vhost: Option<&str>) -> Outcome {
        let service = match owner {
            None => self.subject(),
            Some(name) => self.model.service(name).ok_or_else(|| format!("service `{name}` is not on"))?,
        };
        let queue = service.queue.as_ref().ok_or_else(|| format!("service `{}` declares no queue", service.name))?;
        self.url(
            ("queue", None),
            self.account(&Client::of_service(&service.name, AccountProvider::Queue), &queue.vhost),
            self.vhost(service, queue, vhost)?,
        )
    }

    /// The URL by which an account reaches what is its own at a provider, in the form that the client library takes.
    fn url(&self, of: (&str, Option<&str>), account: (String, SecretUse), own: (&str, Span)) -> Outcome {
        let (capability, client) = of;
        let known = self.provided(capability)?;
        let mut urls = known.provide.urls.iter().filter(|url| url.client.as_deref() == client);
        let url = urls.find(|url| self.model.holds(&known.service.name, &url.bounds));
        let url = url.ok_or_else(|| format!("service `{}` has no `url` of `{capability}`", known.service.name))?;
        if !url.lists_members() {
            return Err("`{members}` in the text of a `url`, and `member` beside it, go together".to_owned());
        }
        let (hosts, span) = self.members(known)?;
        let filling = Filling { account, name: own.0, port: known.port };
        let mut members = Line::default();
        for host in url.member.iter().flat_map(|_| &hosts) {
            if !members.parts.is_empty() {
                members.push(",");
            }
            url.member.iter().for_each(|member| filling.fill(member, (host, &Line::default()), &mut members));
        }
        let mut line = Line::default();
        filling.fill(&url.text, (&self.front(known), &members), &mut line);
        let provider = known.external.map_or(known.provide.span, |external| external.kind.span);
        Ok(Evaluated { line, from: vec![own.1, provider, url.span, span] })
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
        (
            used.of(self.model.account_name(client.provider, name)),
            SecretUse { id: client.password(used), quoting: Quoting::Format },
        )
    }

    pub(super) fn own_identity(&self, user: Option<&str>) -> Outcome {
        let service = self.context.service;
        let (user, identity) = identity(service, user)?;
        Ok(with(self.account(&Client::identity_user(&service.name, user), user).0, identity.span))
    }

    pub(super) fn own_vhost(&self, id: Option<&str>) -> Outcome {
        let service = self.context.service;
        let queue = service.queue.as_ref().ok_or("the service declares no queue")?;
        let (name, span) = self.vhost(service, queue, id)?;
        Ok(with(name.to_owned(), span))
    }

    /// The name at the broker of a service's virtual host, or of one beside it.
    fn vhost<'s>(
        &'s self,
        service: &'s Service,
        queue: &'s Queue,
        id: Option<&str>,
    ) -> Result<(&'s str, Span), String> {
        let Some(id) = id else { return Ok((self.model.vhost_name(&queue.vhost), queue.span)) };
        let missing = || format!("service `{}` declares no virtual host `{id}`", service.name);
        let (id, vhost) = service.virtual_hosts.get_key_value(id).ok_or_else(missing)?;
        Ok((self.model.vhost_name(vhost.name.as_ref().unwrap_or(id)), vhost.span))
    }

    pub(super) fn own_database(&self, id: Option<&str>) -> Outcome {
        let service = self.context.service;
        let found = match id {
            None => service.databases.first(),
            Some(id) => service.databases.get_key_value(id),
        };
        let missing = || format!("service `{}` declares no database `{}`", service.name, id.unwrap_or_default());
        let (id, database) = found.ok_or_else(missing)?;
        let name = self.model.database_name(database.name.as_ref().unwrap_or(id));
        Ok(with(name.to_owned(), database.span))
    }

    /// The administrator of an external provider, or of the service's own.
    pub(super) fn administrator(&self, capability: &str) -> Outcome {
        let known = self.provided(capability)?;
        let missing = || format!("service `{}` names no administrator of `{capability}`", known.service.name);
        let said = known.external.and_then(|external| external.admin.as_ref());
        let usual = known.provide.external.as_ref().and_then(|external| external.admin.as_ref());
        let admin = said.or(usual).ok_or_else(missing)?;
        Ok(with(admin.to_string(), admin.span))
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

/// What goes into the places of a client's URL.
struct Filling<'f> {
    account: (String, SecretUse),
    name: &'f str,
    port: i64,
}

impl Filling<'_> {
    /// Adds a URL of a host, or of that and all members.
    fn fill(&self, text: &UrlText, of: (&str, &Line), line: &mut Line) {
        for piece in &text.0 {
            match piece {
                UrlPiece::Literal(text) => line.push(text),
                UrlPiece::Place(UrlPlace::User) => line.push(&self.account.0),
                UrlPiece::Place(UrlPlace::Password) => {
                    line.parts.push(Part::Secret(SecretUse { quoting: Quoting::Url, ..self.account.1.clone() }));
                }
                UrlPiece::Place(UrlPlace::Name) => line.push(self.name),
                UrlPiece::Place(UrlPlace::Host) => line.push(of.0),
                UrlPiece::Place(UrlPlace::Port) => line.push(&self.port.to_string()),
                UrlPiece::Place(UrlPlace::Trust) => line.push(TRUST),
                UrlPiece::Place(UrlPlace::Members) => line.append(of.1.clone()),
            }
        }
    }
}
