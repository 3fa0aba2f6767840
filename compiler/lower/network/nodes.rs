//! Pods on their node's network, as policies name them: by addresses or, where the network plugin gives nodes an identity, by that.
//!
//! A pod sees such a peer by the node's address, or by that of the node's tunnel where the plugin carries packets in one
//! (https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip). Cilium knows nodes as the entities `host` and `remote-node`
//! and does not match them by address (https://docs.cilium.io/en/stable/security/policy/language/#entities-based).
//!
//! Invariant: a policy is as narrow as the plugin allows.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::catalog::cni::Plugin;
use crate::catalog::egress::Egress;
use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::{labels, object, selector};
use crate::model::Workload;

/// Ports between a workload and pods on their nodes' networks that only the plugin's own policy can name.
#[derive(Default)]
pub struct Nodes {
    inward: BTreeSet<(i64, &'static str)>,
    outward: BTreeSet<(i64, &'static str)>,
    anything: bool,
}

impl Nodes {
    /// What a policy says of a workload that connects to a port.
    pub fn sources(
        &mut self,
        lowering: &Lowering<'_, '_>,
        place: (ItemBuilder, i64),
        peers: (&Workload<'_>, &Workload<'_>),
    ) -> Vec<Item> {
        let ((draft, port), (own, other)) = (place, peers);
        if !other.pod.host_network {
            return vec![pods(draft, other)];
        }
        if is_by_entity(lowering) {
            self.inward.extend(ports(lowering, own, port));
            return Vec::new();
        }
        let tunnels = lowering.model.site.cni.pods.as_ref().map(|pods| pods.value);
        management(lowering).into_iter().chain(tunnels).map(|net| block(draft, net)).collect()
    }

    /// What a policy says of a workload that is connected to: a node has its own address there.
    pub fn target(
        &mut self,
        lowering: &Lowering<'_, '_>,
        place: (ItemBuilder, i64),
        other: &Workload<'_>,
    ) -> Option<Item> {
        let (draft, port) = place;
        if !other.pod.host_network {
            return Some(pods(draft, other));
        }
        if is_by_entity(lowering) {
            self.outward.extend(ports(lowering, other, port));
            return None;
        }
        management(lowering).map(|net| block(draft, net))
    }

    /// Notes that a pod goes to addresses that nodes may have.
    pub fn network(&mut self, lowering: &Lowering<'_, '_>, target: &Egress) {
        let has_nodes = match target {
            Egress::Any => true,
            Egress::Kubernetes => false,
            Egress::Network(name) => {
                lowering.model.site.nodes.iter().any(|node| node.addresses.contains_key(name.as_str()))
            }
        };
        self.anything |= has_nodes && is_by_entity(lowering);
    }

    /// The plugin's own policy, which adds to the other one.
    pub fn policy(
        self,
        lowering: &Lowering<'_, '_>,
        draft: ItemBuilder,
        workload: &Workload<'_>,
    ) -> impl Iterator<Item = Item> {
        let rules = |ports: &BTreeSet<(i64, &'static str)>, peers: &'static str| {
            let port = |(port, protocol): &(i64, &'static str)| {
                draft.map([("port", draft.text(port.to_string())), ("protocol", draft.text(*protocol))])
            };
            let to_ports = draft.map([("ports", draft.list(ports.iter().map(port).collect()))]);
            let entities = draft.texts(["host", "remote-node"]);
            let rule = draft.map([(peers, entities), ("toPorts", draft.list(vec![to_ports]))]);
            (!ports.is_empty()).then(|| draft.list(vec![rule]))
        };
        let (ingress, egress) = (rules(&self.inward, "fromEntities"), rules(&self.outward, "toEntities"));
        // Without ports a rule holds for all.
        let all = || draft.list(vec![draft.map([("toEntities", draft.texts(["host", "remote-node"]))])]);
        let egress = if self.anything { Some(all()) } else { egress };
        let is_needed = ingress.is_some() || egress.is_some();
        let item = is_needed.then(|| {
            let names = labels(draft, &workload.service.name, Some(workload.container()));
            let kind = ("cilium.io/v2", "CiliumNetworkPolicy");
            let mut item = object(draft, lowering.model, kind, &workload.name, names);
            let select = draft.map([("matchLabels", selector(draft, workload))]);
            let spec = [("endpointSelector", Some(select)), ("ingress", ingress), ("egress", egress)];
            item.set("spec", draft.some(spec));
            item
        });
        item.into_iter()
    }
}

fn is_by_entity(lowering: &Lowering<'_, '_>) -> bool {
    lowering.model.site.cni.plugin == Plugin::Cilium
}

/// A port of a workload with each protocol that it has there.
fn ports(lowering: &Lowering<'_, '_>, own: &Workload<'_>, port: i64) -> impl Iterator<Item = (i64, &'static str)> {
    lowering.model.protocols(own, port).into_iter().map(move |protocol| (port, protocol.word()))
}

fn management(lowering: &Lowering<'_, '_>) -> Option<Ipv4Net> {
    let network = lowering.model.site.networks.get("management")?;
    network.cidr.as_ref().map(|cidr| cidr.value)
}

fn pods(draft: ItemBuilder, other: &Workload<'_>) -> Item {
    draft.map([("podSelector", draft.map([("matchLabels", selector(draft, other))]))])
}

fn block(draft: ItemBuilder, net: Ipv4Net) -> Item {
    draft.map([("ipBlock", draft.map([("cidr", draft.text(net.to_string()))]))])
}
