//! Where endpoints are reached, inside the cluster and outside.
//!
//! Invariant: an endpoint that is not exposed has one address.

use std::fmt::Write as _;

use crate::catalog::scalar::WebUrl;
use crate::catalog::target::TargetKind;
use crate::model::{EndpointUse, Model};
use crate::spec::site::ExposeKind;

/// Where an endpoint is reached.
pub struct Address {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host.
    pub host: String,
    /// The port.
    pub port: i64,
    /// What stands between the port and the endpoint's own path.
    pub prefix: String,
}

impl Address {
    /// The URL without a path; a default port is left out.
    pub fn root(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let mut url = format!("{}://{host}", self.scheme);
        if !matches!((self.scheme, self.port), ("http", 80) | ("https", 443)) {
            let _ = write!(url, ":{}", self.port);
        }
        url.push_str(&self.prefix);
        url
    }
}

impl Address {
    fn new(scheme: &'static str, host: String, port: i64) -> Address {
        Address { scheme, host, port, prefix: String::new() }
    }

    /// That of a URL; the endpoint's own path may stand at its end.
    fn of(url: &WebUrl, endpoint: &EndpointUse<'_>) -> Address {
        let own = endpoint.endpoint.path.trim_end_matches('/');
        let prefix = url.path.strip_suffix(own).unwrap_or(&url.path).to_owned();
        Address { scheme: url.scheme(), host: url.host.clone(), port: url.port, prefix }
    }
}

/// The address for services of the site: inside the cluster, where the site says no other.
pub fn internal_address(model: &Model<'_>, endpoint: &EndpointUse<'_>) -> Address {
    if let Some(url) = endpoint.said.and_then(|said| said.internal_url.as_ref()) {
        return Address::of(&url.value, endpoint);
    }
    let scheme = own_scheme(endpoint);
    // That a site does not say where others serve it is told once, by name (RFC 2606 keeps the domain free).
    if model.is_elsewhere(&endpoint.service.name) {
        return Address::new(scheme, format!("{}.invalid", endpoint.object), endpoint.port);
    }
    Address::new(scheme, model.cluster_host(&endpoint.object), endpoint.port)
}

fn own_scheme(endpoint: &EndpointUse<'_>) -> &'static str {
    if endpoint.tls { "https" } else { "http" }
}

/// The host name that a public endpoint has outside, where it is reached by name.
pub fn public_host(model: &Model<'_>, endpoint: &EndpointUse<'_>) -> Option<String> {
    let label = endpoint.endpoint.public.as_ref()?;
    let said = endpoint.said.and_then(|said| said.public_host.as_ref());
    Some(said.map_or_else(|| format!("{label}.{}", model.site.domain.value), |host| host.to_string()))
}

/// The host names that the certificate of the public endpoints has to have, each with an endpoint of it: not those behind a proxy
/// of others, which has a certificate of its own.
pub fn public_names<'m>(model: &'m Model<'_>) -> Vec<(&'m EndpointUse<'m>, String)> {
    let mut names: Vec<(&EndpointUse<'_>, String)> = Vec::new();
    for known in model.endpoints.values().filter(|known| !model.is_elsewhere(&known.service.name)) {
        let is_behind = known.said.is_some_and(|said| said.public_url.is_some());
        if let Some(name) = public_host(model, known).filter(|_| !is_behind)
            && !names.iter().any(|(_, other)| *other == name)
        {
            names.push((known, name));
        }
    }
    names.sort_by(|one, other| one.1.cmp(&other.1));
    names
}

/// The address outside, or the one inside where the endpoint is not exposed.
pub fn public_address(model: &Model<'_>, endpoint: &EndpointUse<'_>) -> Address {
    if let Some(url) = endpoint.said.and_then(|said| said.public_url.as_ref()) {
        return Address::of(&url.value, endpoint);
    }
    if model.target() == TargetKind::Hosts {
        return internal_address(model, endpoint);
    }
    let expose = &model.site.expose;
    let (Some(host), false) = (public_host(model, endpoint), model.is_elsewhere(&endpoint.service.name)) else {
        return internal_address(model, endpoint);
    };
    match expose.kind.value {
        ExposeKind::Gateway | ExposeKind::Ingress if expose.tls.is_some() => Address::new("https", host, 443),
        ExposeKind::Gateway | ExposeKind::Ingress => Address::new("http", host, 80),
        // Nothing stands in front that would end a TLS connection.
        ExposeKind::LoadBalancer => Address::new(own_scheme(endpoint), host, endpoint.port),
        ExposeKind::NodePort => match endpoint.node_port() {
            Some((port, _)) => Address::new(own_scheme(endpoint), crate::resolve::site::node_port_host(model), port),
            None => internal_address(model, endpoint),
        },
        ExposeKind::None => internal_address(model, endpoint),
    }
}
