//! What others run for a site, and what things are called at its providers; who speaks TLS, here or there.
//!
//! Invariant: a name that the site does not say is the usual one.

use super::Model;
use crate::catalog::bounds::EVERY;
use crate::catalog::service::{Bounds, Question, Service, Tls};
use crate::kube::secret::AccountProvider;
use crate::span::Span;
use crate::spec::site::Provider;

impl<'a> Model<'a> {
    /// Do others run the service of that name?
    pub fn is_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.iter().any(|service| service.name == name)
    }

    /// What the site says of a capability that a service elsewhere provides.
    pub fn external(&self, capability: &str) -> Option<&'a Provider> {
        let is_there = self.elsewhere.iter().any(|service| service.provides.contains_key(capability));
        self.site.providers.get(capability).filter(|said| is_there && !said.is_own())
    }

    /// What the site says of names at a provider: one that others run, or its own.
    fn names_at(&self, provider: AccountProvider) -> Option<&'a Provider> {
        let said = self.site.providers.get(provider.word())?;
        (said.is_own() || self.external(provider.word()).is_some()).then_some(said)
    }

    /// What the provider of accounts calls one of them.
    pub fn account_name<'n>(&self, provider: AccountProvider, usual: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.names_at(provider).map_or(usual, |said| said.account(usual))
    }

    /// What the provider of databases calls one of them.
    pub fn database_name<'n>(&self, usual: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.names_at(AccountProvider::Database).map_or(usual, |said| said.database(usual))
    }

    /// What the provider of queues calls a virtual host.
    pub fn vhost_name<'n>(&self, usual: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.names_at(AccountProvider::Queue).map_or(usual, |said| said.vhost(usual))
    }

    /// The virtual hosts of a service at the broker by their usual names, with their declarations: that of its queue, then others.
    pub fn vhosts<'s>(&self, service: &'s Service) -> Vec<(&'s str, Span)> {
        let own = service.queue.iter().map(|queue| (queue.vhost.as_str(), queue.span));
        let others = service.virtual_hosts.iter().filter(|(_, vhost)| self.holds(&service.name, &vhost.bounds));
        own.chain(others.map(|(id, vhost)| (vhost.name.as_ref().unwrap_or(id).as_str(), vhost.span))).collect()
    }

    /// Does the provider of a capability, or an endpoint of that id, speak TLS? Asked while they are still being bound, so not of
    /// `providers` and `endpoints`.
    pub(super) fn is_tls(&self, name: &str) -> bool {
        // What depends on the answer is no part of it.
        let is_free =
            |bounds: &Bounds| !bounds.when.0.iter().any(|condition| matches!(condition.question, Question::Tls(_)));
        let holds = |service: &Service, bounds: &Bounds, tls: Option<&Tls>| {
            let bounds = tls.map(|tls| [bounds, &tls.bounds]);
            bounds.is_some_and(|bounds| bounds.iter().all(|one| is_free(one) && self.holds(&service.name, one)))
        };
        if name == EVERY {
            let its = self.services.iter().chain(&self.elsewhere).flat_map(|service| &service.endpoints);
            return its.filter(|(_, endpoint)| endpoint.kind.is_some()).any(|(id, _)| self.is_tls(id));
        }
        let external = self.external(name);
        let provided = self.services.iter().any(|service| {
            let provide = service.provides.get(name);
            provide.is_some_and(|provide| holds(service, &provide.bounds, provide.tls.as_ref()))
        });
        let said = self.site.endpoints.get(name).or_else(|| {
            self.elsewhere
                .iter()
                .flat_map(|service| service.provides.keys())
                .find_map(|capability| self.external(capability)?.endpoints.get(name))
        });
        let served = match said.and_then(|said| said.internal_url.as_ref()) {
            Some(url) => url.value.tls,
            None => self.services.iter().any(|service| {
                let endpoint = service.endpoints.get(name);
                endpoint.is_some_and(|endpoint| holds(service, &endpoint.bounds, endpoint.tls.as_ref()))
            }),
        };
        external.is_some_and(|external| external.tls.value) || provided || served
    }
}
