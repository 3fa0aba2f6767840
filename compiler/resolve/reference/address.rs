//! Where endpoints are reached, inside the cluster and outside.
//!
//! Invariant: an endpoint that is not exposed has one address.

use std::fmt::Write as _;

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
}

impl Address {
    /// The URL without a path; a default port is left out.
    pub fn root(&self) -> String {
        let mut url = format!("{}://{}", self.scheme, self.host);
        if !matches!((self.scheme, self.port), ("http", 80) | ("https", 443)) {
            let _ = write!(url, ":{}", self.port);
        }
        url
    }
}

/// The address inside the cluster.
pub fn internal_address(model: &Model<'_>, endpoint: &EndpointUse<'_>) -> Address {
    let scheme = if endpoint.tls { "https" } else { "http" };
    Address { scheme, host: model.cluster_host(&endpoint.object), port: endpoint.port }
}

/// The address outside, or the one inside where the endpoint is not exposed.
pub fn public_address(model: &Model<'_>, endpoint: &EndpointUse<'_>) -> Address {
    let expose = &model.site.expose;
    let Some(public) = &endpoint.endpoint.public else { return internal_address(model, endpoint) };
    let host = format!("{public}.{}", model.site.domain.value);
    match expose.kind.value {
        ExposeKind::Gateway | ExposeKind::Ingress if expose.tls.is_some() => {
            Address { scheme: "https", host, port: 443 }
        }
        ExposeKind::Gateway | ExposeKind::Ingress => Address { scheme: "http", host, port: 80 },
        ExposeKind::LoadBalancer => Address { scheme: "http", host, port: endpoint.port },
        ExposeKind::NodePort => match endpoint.endpoint.node_port {
            Some(port) => Address { scheme: "http", host: crate::resolve::site::node_port_host(model), port: port.0 },
            None => internal_address(model, endpoint),
        },
        ExposeKind::None => internal_address(model, endpoint),
    }
}
