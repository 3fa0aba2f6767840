//! Values of the site as references ask for them: its own fields, those of networks, bridges.
//!
//! Invariant: the management network stands in for one that the site does not have.

use crate::catalog::expr::{NetworkField, SiteField};
use crate::model::Model;
use crate::span::Span;
use crate::spec::site::{Network, Word};

/// The host that node ports are reached at.
pub fn node_port_host(model: &Model<'_>) -> String {
    let site = model.site;
    if let Some(host) = &site.expose.host {
        return host.value.clone();
    }
    let management = site.networks.get("management");
    if let Some(vip) = management.and_then(|network| network.vip.as_ref()) {
        return vip.value.to_string();
    }
    let first = site.nodes.iter().find_map(|node| node.addresses.get("management"));
    first.map_or_else(|| "localhost".to_owned(), |address| address.value.to_string())
}

/// A value of the site, as a service sees it.
pub fn site_field(model: &Model<'_>, service: &str, field: SiteField) -> (String, Span) {
    let site = model.site;
    let own = |word: &Word| (word.value.clone(), word.span);
    match field {
        SiteField::Name => own(&site.name),
        SiteField::Region => own(&site.region),
        SiteField::Domain => own(&site.domain),
        SiteField::Namespace => own(&site.namespace),
        SiteField::ClusterDomain => own(&site.cluster_domain),
        SiteField::Release => (model.release_name(service).to_owned(), model.release_span(service)),
        SiteField::NodePortHost | SiteField::Vip => (node_port_host(model), site.name.span),
        SiteField::StorageClass => site.storage_class.as_deref().map_or_else(|| (String::new(), site.name.span), own),
        SiteField::Scheme => {
            (if site.expose.tls.is_some() { "https" } else { "http" }.to_owned(), site.expose.kind.span)
        }
    }
}

/// A field of a network; that of the management network where the site has no such network.
pub fn network_field(model: &Model<'_>, name: &str, field: NetworkField) -> Option<(String, Span)> {
    let network: &Network = model.site.networks.get(name).or_else(|| model.site.networks.get("management"))?;
    match field {
        NetworkField::Cidr => network.cidr.as_ref().map(|cidr| (cidr.value.to_string(), cidr.span)),
        NetworkField::Mtu => Some((network.mtu.value.0.to_string(), network.mtu.span)),
        NetworkField::Gateway => network.gateway.as_ref().map(|gateway| (gateway.value.to_string(), gateway.span)),
        NetworkField::Vip => network.vip.as_ref().map(|vip| (vip.value.to_string(), vip.span)),
        NetworkField::Vlan => network.vlan.as_ref().map(|vlan| (vlan.value.0.to_string(), vlan.span)),
        NetworkField::Physical => network.physical.as_ref().map(|physical| (physical.value.clone(), physical.span)),
        NetworkField::Dns => {
            let servers: Vec<String> = network.dns.iter().map(|dns| dns.value.to_string()).collect();
            Some((servers.join(","), network.name.span))
        }
    }
}

/// The network in which a node's address is meant; the management network stands in where the site has no such network.
pub fn node_network<'a>(model: &Model<'a>, name: &str) -> Option<(&'a Network, Span)> {
    let networks = &model.site.networks;
    let network = networks.get(name).filter(|network| network.cidr.is_some()).or_else(|| networks.get("management"))?;
    Some((network, network.cidr.as_ref()?.span))
}
