//! A merged tree to a typed site.
//!
//! Invariant: every mistake is found in one pass; a site comes out even with mistakes, so that later stages can find more.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::cni;
use crate::catalog::cni::CniSpec;
use crate::catalog::expr::{Tree, Values};
use crate::catalog::patch::Patch;
use crate::catalog::view::{View, plain};
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::spec::account::Rotations;
use crate::spec::range;
use crate::spec::read::{address, cidr, flag, integer, text, texts, traced};
use crate::spec::site::*;
use crate::spec::{nodes, rules};
use crate::tree::node::Node as Written;
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Record;

/// Decodes a site. None only without a name.
pub fn decode(tree: &Written, roles: &[&str], sink: &mut Sink) -> Option<Site> {
    let view = View(tree);
    let name = text(view, "name")?;
    let here =
        |field: &str, default: &str| text(view, field).unwrap_or_else(|| Traced::new(default.to_owned(), name.span));
    let release = View(view.node("release").unwrap_or(tree));
    let networks = networks(view, sink);
    let groups = groups(view, sink);
    let mut nodes = nodes::nodes(view, &networks, sink);
    label_groups(&groups, &mut nodes);
    let site = Site {
        region: here("region", "RegionOne"),
        domain: here("domain", "openstack.internal"),
        namespace: here("namespace", "openstack"),
        cluster_domain: here("cluster-domain", "cluster.local"),
        openstack: text(release, "openstack").unwrap_or_else(|| Traced::new(String::new(), name.span)),
        kubernetes: text(release, "kubernetes").unwrap_or_else(|| Traced::new(String::new(), name.span)),
        nodes,
        groups,
        services: services(view, sink),
        images: view.entries("image").into_iter().filter_map(|(key, node)| Some((key, traced(node)?))).collect(),
        registry: text(view, "registry"),
        cni: {
            let said = view.node("cni").and_then(|node| CniSpec::decode(node, &mut Decoder { releases: &[], sink }));
            cni::cni(said, name.span, sink)
        },
        expose: expose(view, name.span),
        deliver: view.node("deliver").and_then(|node| deliver(View(node), &name)),
        storage_class: text(view, "storage-class"),
        roles: view.table("role", |_, view| texts(view, "labels")),
        passwords: text(view, "passwords"),
        kinds: texts(view, "kinds"),
        patches: Patch::decode_list(view.items("patch"), &mut Decoder { releases: &[], sink }),
        comments: flag(view, "comments").unwrap_or(Traced::new(true, name.span)),
        lab: flag(view, "lab").unwrap_or(Traced::new(false, name.span)),
        rotations: Rotations::default(),
        allowed: allowed(view),
        networks,
        name,
    };
    rules::rules(&site, roles, sink);
    Some(site)
}

fn allowed(view: View<'_>) -> Vec<Allow> {
    let one = |(code, node): (String, &Written)| {
        let view = View(node);
        let (reason, until) = (view.text_or("reason", ""), text(view, "until")?);
        Some(Allow { code: Traced::new(code, node.span), reason, until })
    };
    view.entries("allow").into_iter().filter_map(one).collect()
}

fn networks(view: View<'_>, sink: &mut Sink) -> IndexMap<String, Network> {
    let mut networks = IndexMap::new();
    for (name, node) in view.entries("network") {
        let view = View(node);
        let cidr = text(view, "cidr").and_then(|text| cidr(&text, sink));
        let mut one = |field: &str| view.node(field).and_then(|node| address(node, sink));
        let (gateway, vip) = (one("gateway"), one("vip"));
        let network = Network {
            gateway,
            vip,
            cidr,
            vlan: integer(view, "vlan"),
            mtu: integer(view, "mtu").unwrap_or(Traced::new(1500, node.span)),
            dns: texts(view, "dns"),
            ntp: texts(view, "ntp"),
            ntp_pools: texts(view, "ntp-pool"),
            physical: text(view, "physical"),
            bridge: text(view, "bridge"),
            vlan_ranges: list(view, "vlan-range", sink),
            routes: list(view, "route", sink),
            policies: list(view, "routing-policy", sink),
            name: Traced::new(name.clone(), node.span),
        };
        networks.insert(name, network);
    }
    networks
}

/// A list of what is described by its type.
fn list<T: Described>(view: View<'_>, field: &str, sink: &mut Sink) -> Vec<T> {
    T::decode_list(view.items(field), &mut Decoder { releases: &[], sink })
}

fn groups(view: View<'_>, sink: &mut Sink) -> IndexMap<String, Group> {
    let mut groups = IndexMap::new();
    for (name, node) in view.entries("group") {
        let mut members = Vec::new();
        for text in texts(View(node), "nodes") {
            match range::expand(&text.value) {
                Ok(names) => members.extend(names.into_iter().map(|name| Traced::new(name, text.span))),
                Err(message) => sink.push(Diagnostic::error("TG0402", text.span, message)),
            }
        }
        let group =
            Group { name: Traced::new(name.clone(), node.span), nodes: members, services: services(View(node), sink) };
        groups.insert(name, group);
    }
    groups
}

/// Nodes of a group that says something of services carry its name as a label.
fn label_groups(groups: &IndexMap<String, Group>, nodes: &mut [Node]) {
    for group in groups.values().filter(|group| !group.services.is_empty()) {
        let names: BTreeSet<&str> = group.nodes.iter().map(|name| name.value.as_str()).collect();
        for node in nodes.iter_mut().filter(|node| names.contains(node.name.value.as_str())) {
            let label = format!("{GROUP_LABEL}={}", group.name.value);
            node.labels.push(Traced::new(label, group.name.span));
        }
    }
}

fn services(view: View<'_>, sink: &mut Sink) -> IndexMap<String, ServiceSpec> {
    let entries = view.entries("service").into_iter();
    entries.map(|(name, node)| (name, service(View(node), &mut Decoder { releases: &[], sink }))).collect()
}

fn service(view: View<'_>, decoder: &mut Decoder<'_>) -> ServiceSpec {
    let mut settings = IndexMap::new();
    for (name, node) in view.entries(Record::REST) {
        settings.extend(Values::decode(node, decoder).map(|value| (name, value)));
    }
    let mut config = IndexMap::new();
    for (name, node) in view.entries("config") {
        config.extend(Tree::decode(node, decoder).map(|tree| (name, tree)));
    }
    ServiceSpec {
        span: view.span(),
        enabled: flag(view, "enabled"),
        settings,
        config,
        extra: view.table("extra-options", |_, view| extra(view)),
        components: view.table("component", |_, view| component(view)),
    }
}

fn extra(view: View<'_>) -> IndexMap<String, Vec<Traced<String>>> {
    let map = view.0.as_map().into_iter().flatten();
    let names = |node: &crate::tree::node::Node| {
        node.items().iter().filter_map(|item| Some(Traced::new(plain(item)?, item.span))).collect()
    };
    map.map(|(section, entry)| (section.to_string(), names(&entry.node))).collect()
}

fn component(view: View<'_>) -> ComponentSpec {
    let fields = ["cpu", "cpu-limit", "memory", "memory-limit"];
    ComponentSpec {
        span: view.span(),
        replicas: integer(view, "replicas"),
        resources: fields.into_iter().filter_map(|field| Some((field.to_owned(), text(view, field)?))).collect(),
    }
}

fn expose(view: View<'_>, here: Span) -> Expose {
    let Some(node) = view.node("expose") else {
        return Expose { kind: Traced::new("gateway".to_owned(), here), class: None, tls: None, host: None };
    };
    let view = View(node);
    Expose {
        kind: text(view, "kind").unwrap_or_else(|| Traced::new("gateway".to_owned(), node.span)),
        class: text(view, "class"),
        tls: text(view, "tls"),
        host: text(view, "host"),
    }
}

fn deliver(view: View<'_>, name: &Traced<String>) -> Option<Deliver> {
    let kind = text(view, "kind")?;
    Some(Deliver {
        secrets: secrets(view, &kind, name),
        kind,
        repo: text(view, "repo")?,
        branch: text(view, "branch").unwrap_or_else(|| Traced::new("main".to_owned(), view.span())),
        path: text(view, "path").unwrap_or_else(|| name.clone()),
        namespace: text(view, "namespace"),
    })
}

fn secrets(view: View<'_>, controller: &Traced<String>, name: &Traced<String>) -> SecretDelivery {
    let usual = if controller.value == "flux" { "sops" } else { "external-secrets" };
    let written = view.node("secrets").map(View);
    let field = |field: &str| written.and_then(|view| text(view, field));
    SecretDelivery {
        kind: field("kind").unwrap_or_else(|| Traced::new(usual.to_owned(), controller.span)),
        store: field("store").unwrap_or_else(|| name.clone()),
        path: field("path").unwrap_or_else(|| name.clone()),
        certificate: field("certificate"),
        recipients: written.map(|view| texts(view, "recipients")).unwrap_or_default(),
    }
}
