//! Capabilities that others provide: which services are elsewhere, where they are reached, and what a site says of them in vain.
//!
//! Invariant: a service of which one capability is external is not deployed, and no part of it but what its clients need is in the model.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::names::{self, IDLE, UNKNOWN};
use crate::catalog::Catalog;
use crate::catalog::overlay::AccountsKind;
use crate::catalog::service::{External, ExternalHosts, Service};
use crate::diag::{Diagnostic, Sink, nearest, unknown};
use crate::model::{EndpointUse, Model, Outside, ProviderUse};
use crate::span::Span;
use crate::spec::site::{Provider, Site};
use crate::tree::word::Word;

/// The code of what is missing.
const MISSING: &str = "TG0432";

/// The services of which the site has a capability elsewhere.
pub(super) fn services<'a>(site: &'a Site, catalog: &'a Catalog, release: usize, sink: &mut Sink) -> Vec<&'a Service> {
    let mut elsewhere: Vec<&'a Service> = Vec::new();
    for (capability, said) in site.providers.iter().filter(|(_, said)| !said.is_own()) {
        let provides = |service: &&Service| service.provides.contains_key(capability.as_str());
        let mut owners =
            catalog.services.values().filter(provides).filter(|service| service.bounds.has_release(release));
        let can =
            |service: &&Service| service.provides.get(capability).is_some_and(|provide| provide.external.is_some());
        let Some(service) = owners.find(can) else {
            sink.push(refused(catalog, capability));
            continue;
        };
        if !elsewhere.iter().any(|other| other.name == service.name) {
            elsewhere.push(service);
        }
        let enabled = site.services.get(service.name.as_str()).and_then(|spec| spec.enabled.as_ref());
        if let Some(enabled) = enabled.filter(|enabled| enabled.value) {
            let name = &service.name;
            let message = format!("service `{name}` is on, and others provide its `{capability}`");
            let hint = format!("remove `enabled`, or `provider {capability} external`");
            sink.push(
                Diagnostic::error("TG0431", enabled.span, message).also(said.kind.span, "the other one").hint(hint),
            );
        }
    }
    elsewhere
}

/// The diagnostic about a capability that nothing provides, or that cannot be elsewhere.
fn refused(catalog: &Catalog, capability: &Word) -> Diagnostic {
    let provided = || catalog.services.values().flat_map(|service| &service.provides);
    let known: Vec<&str> =
        provided().filter(|(_, provide)| provide.external.is_some()).map(|(name, _)| name.as_str()).collect();
    if provided().any(|(name, _)| name == capability) {
        let message = format!("`{capability}` cannot be provided by others");
        return Diagnostic::error(UNKNOWN, capability.span, message).hint(format!("can be: {}", known.join(", ")));
    }
    let diagnostic = Diagnostic::error(UNKNOWN, capability.span, format!("unknown capability `{capability}`"));
    match nearest(capability, known.iter().copied()) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic.hint(format!("can be provided by others: {}", known.join(", "))),
    }
}

/// Enters external providers and their endpoints.
pub(super) fn bind(model: &mut Model<'_>) {
    for service in model.elsewhere.clone() {
        for (capability, provide) in &service.provides {
            let Some(said) = model.external(capability) else { continue };
            let Some(component) = service.components.get(provide.component.as_str()) else { continue };
            let usual =
                provide.tls.as_ref().filter(|_| said.tls.value).and_then(|tls| tls.port).unwrap_or(provide.port);
            let port = said.port.as_ref().map_or(usual.0, |port| port.value.0);
            let (tls, external) = (said.tls.value, Some(said));
            model
                .providers
                .insert(capability, ProviderUse { service, provide, component, port, tls, external, front: None });
            // One that the site says no URL of is told once; what refers to it has its address here.
            let listed = provide.external.iter().flat_map(|external| &external.endpoints);
            let needed = listed.filter(|(_, data)| !data.for_accounts || said.makes_accounts()).map(|(id, _)| id);
            for id in needed.chain(said.endpoints.keys()) {
                let Some((id, endpoint)) = service.endpoints.get_key_value(id) else { continue };
                let said = said.endpoints.get(id);
                let url = said.and_then(|said| said.internal_url.as_ref());
                let (port, tls) = url.map_or((endpoint.port.0, false), |url| (url.value.port, url.value.tls));
                let object = component.object.clone();
                model.endpoints.insert(id, EndpointUse { service, endpoint, component, object, port, tls, said });
            }
        }
    }
}

/// Finds what a site lacks of its external providers, and what it says of them in vain.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.group.is_some() {
        return;
    }
    for service in &model.elsewhere {
        for (capability, provide) in &service.provides {
            let Some((said, data)) = model.external(capability).zip(provide.external.as_ref()) else {
                continue;
            };
            Said { model, service, capability, said, data }.check(sink);
        }
    }
}

/// An external provider as the site and the service data say it.
struct Said<'s, 'a> {
    model: &'s Model<'a>,
    service: &'s Service,
    capability: &'s Word,
    said: &'s Provider,
    data: &'s External,
}

impl Said<'_, '_> {
    fn check(&self, sink: &mut Sink) {
        self.hosts(sink);
        self.endpoints(sink);
        self.accounts(sink);
        names::known(self.model, self.capability, self.said, sink);
        let is_https = |url: &crate::catalog::scalar::WebUrl| url.tls;
        let urls = self.said.endpoints.values().filter_map(|endpoint| endpoint.internal_url.as_ref());
        let secure = urls.filter(|url| is_https(&url.value)).map(|url| url.span);
        let secure = secure.chain(Some(self.said.tls.span).filter(|_| self.said.tls.value && self.data.tls)).next();
        if let Some(span) = secure.filter(|_| self.model.site.trust.is_empty()) {
            let message =
                format!("clients of `{}` would trust no authority that signs certificates of others", self.capability);
            let hint = "name the certificate of its authority: `trust \"ca.pem\"`, a file below the site's folder";
            sink.push(Diagnostic::error("TG0436", span, message).hint(hint));
        }
    }

    fn missing(&self, what: &str, hint: &str, sink: &mut Sink) {
        let message = format!("the external provider of `{}` has no {what}", self.capability);
        sink.push(Diagnostic::error(MISSING, self.said.capability.span, message).hint(hint));
    }

    fn idle(&self, span: Span, what: &str, hint: &str, sink: &mut Sink) {
        let message = format!("{what} of the external provider of `{}` has no effect", self.capability);
        sink.push(Diagnostic::error(IDLE, span, message).hint(hint));
    }

    fn hosts(&self, sink: &mut Sink) {
        let hosts = &self.said.hosts;
        if self.said.tls.value && !self.data.tls && self.data.hosts != ExternalHosts::None {
            self.idle(self.said.tls.span, "`tls`", "its clients connect without", sink);
        }
        match self.data.hosts {
            ExternalHosts::None => {
                let hint = "its address is that of its `endpoint`";
                hosts.first().into_iter().for_each(|host| self.idle(host.span, "`host`", hint, sink));
                self.said.port.iter().for_each(|port| self.idle(port.span, "`port`", hint, sink));
                if self.said.tls.value {
                    self.idle(self.said.tls.span, "`tls`", hint, sink);
                }
            }
            ExternalHosts::One | ExternalHosts::Many if hosts.is_empty() && sink.has("TG0213") => {}
            ExternalHosts::One | ExternalHosts::Many if hosts.is_empty() => {
                self.missing("host", &format!("host \"{}.example.org\"", self.capability), sink);
            }
            ExternalHosts::One => {
                if let Some(second) = hosts.get(1) {
                    let hint = "a client connects to one: name the address in front of all";
                    self.idle(second.span, &format!("the second host `{second}`"), hint, sink);
                }
            }
            ExternalHosts::Many => {}
        }
    }

    fn endpoints(&self, sink: &mut Sink) {
        let known = &self.service.endpoints;
        for (id, said) in &self.said.endpoints {
            if !known.contains_key(id) {
                let what = format!("endpoint of service `{}`", self.service.name);
                sink.push(unknown(UNKNOWN, &what, id, id.span, known.keys().map(|id| id.as_str())));
            } else if said.internal_url.is_none() && !sink.has("TG0435") {
                let message =
                    format!("endpoint `{id}` of the external provider of `{}` has no internal-url", self.capability);
                let hint = format!("endpoint {id} internal-url=\"https://{id}.example.org\"");
                sink.push(Diagnostic::error(MISSING, id.span, message).hint(hint));
            }
        }
        for (id, data) in &self.data.endpoints {
            let is_needed = !data.for_accounts || self.said.makes_accounts();
            if is_needed && !self.said.endpoints.contains_key(id) {
                let hint = format!("endpoint {id} internal-url=\"https://{id}.example.org\"");
                self.missing(&format!("endpoint `{id}`"), &hint, sink);
            }
        }
    }

    fn accounts(&self, sink: &mut Sink) {
        let said = self.said;
        if said.makes_accounts() && self.data.secret.is_none() {
            let message = format!("no job makes accounts at the external provider of `{}`", self.capability);
            sink.push(Diagnostic::error(IDLE, said.accounts.span, message).hint("leave `accounts` out"));
        }
        if let Some(admin) = said.admin.as_ref().filter(|_| said.accounts.value == AccountsKind::Given) {
            self.idle(admin.span, "`admin`", "it is for `accounts made`", sink);
        }
    }
}

/// Is what a pod needs provided by others?
pub(super) fn is_elsewhere(model: &Model<'_>, need: &str) -> bool {
    match model.providers.get(need) {
        Some(known) => known.external.is_some(),
        None => model.endpoints.get(need).is_some_and(|known| model.is_elsewhere(&known.service.name)),
    }
}

/// Where a pod goes outside the site for what it needs: to hosts, and to endpoints at URLs that the site says.
pub(super) fn outside(model: &Model<'_>, need: &str) -> Vec<Outside> {
    let mut found = Vec::new();
    let external = model.providers.get(need).and_then(|known| Some((known, known.external?)));
    if let Some((known, said)) = external.filter(|(_, said)| !said.hosts.is_empty()) {
        let networks = networks(&said.networks, said.hosts.iter().map(|host| host.as_str()));
        found.push(Outside { networks, port: known.port, span: said.kind.span });
    }
    let mut of_endpoint = |known: &EndpointUse<'_>| {
        let said = model.providers.values().filter_map(|provider| provider.external.map(|said| (provider, said)));
        let said =
            said.filter(|(provider, _)| provider.service.name == known.service.name).map(|(_, said)| said).next();
        if let Some(url) = known.said.and_then(|said| said.internal_url.as_ref()) {
            let listed = said.map_or(&[][..], |said| &said.networks);
            let networks = networks(listed, std::iter::once(url.value.host.as_str()));
            found.push(Outside { networks, port: url.value.port, span: url.span });
        }
    };
    match external {
        // Its endpoints are how it is reached, where it has no host.
        Some((provider, said)) if said.hosts.is_empty() => {
            let its = model.endpoints.values().filter(|known| known.service.name == provider.service.name);
            its.for_each(&mut of_endpoint);
        }
        Some(_) => {}
        None => model.endpoints.get(need).into_iter().for_each(of_endpoint),
    }
    found
}

/// The networks of hosts; none where a host is a name and no network is said, since a policy knows addresses alone.
fn networks<'h>(said: &[crate::tree::word::Traced<Ipv4Net>], hosts: impl Iterator<Item = &'h str>) -> Vec<Ipv4Net> {
    let mut networks: Vec<Ipv4Net> = said.iter().map(|net| net.value).collect();
    for host in hosts {
        match host.parse::<Ipv4Addr>() {
            Ok(address) => networks.push(Ipv4Net::from(address)),
            Err(_) if said.is_empty() => return Vec::new(),
            Err(_) => {}
        }
    }
    networks.sort_unstable();
    networks.dedup();
    networks
}
