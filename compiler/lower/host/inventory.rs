//! The site's nodes as an Ansible inventory in the way that Kubespray reads one.
//!
//! Invariant: every group that a role of the catalog brings is there, be it empty.

use std::collections::BTreeSet;

use crate::kube::item::{Item, Text};
use crate::lower::draft::ItemBuilder;
use crate::model::Model;
use crate::origin::OriginTable;
use crate::spec::site::Node;

/// The inventory: nodes with their addresses and labels, groups with their members.
pub fn inventory(model: &Model<'_>, origins: &mut OriginTable) -> Item {
    let site = model.site;
    let root = ItemBuilder(origins.written(site.name.span));
    let mut hosts = Vec::new();
    for node in &site.nodes {
        let draft = ItemBuilder(origins.written(node.name.span));
        let address = node.addresses.get("management").map(|address| address.value.to_string());
        let address = || address.as_ref().map(|address| draft.text(address.clone()));
        let labels: Vec<(Text, Item)> = labels_of(model, node)
            .iter()
            .filter_map(|label| label.split_once('='))
            .map(|(key, value)| (Text::Owned(key.to_owned()), draft.text(value.to_owned())))
            .collect();
        let host = draft.some([
            ("ansible_host", address()),
            ("ip", address()),
            ("access_ip", address()),
            ("node_labels", (!labels.is_empty()).then(|| draft.named(labels))),
        ]);
        hosts.push((Text::Owned(node.name.value.clone()), host));
    }
    let group = |name: &str| {
        let members = site.nodes.iter().enumerate().filter(|(index, _)| model.is_member(*index, name));
        let members: Vec<(Text, Item)> =
            members.map(|(_, node)| (Text::Owned(node.name.value.clone()), root.named([]))).collect();
        root.map([("hosts", root.named(members))])
    };
    let cluster = root.map([("kube_control_plane", root.named([])), ("kube_node", root.named([]))]);
    let mut children =
        root.named(all_groups(model).into_iter().map(|name| (Text::Owned(name.to_owned()), group(name))));
    children.set("k8s_cluster", root.map([("children", cluster)]));
    root.map([("all", root.map([("hosts", root.named(hosts)), ("children", children)]))])
}

/// All groups that roles of the catalog bring.
fn all_groups<'a>(model: &Model<'a>) -> BTreeSet<&'a str> {
    let groups = model.catalog.roles.values().flat_map(|role| &role.groups);
    groups.map(|group| group.name.as_str()).collect()
}

/// The labels of a node, its own last, each `key=value`.
fn labels_of(model: &Model<'_>, node: &Node) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for role in &node.roles {
        let stock = model
            .catalog
            .roles
            .get(&role.value)
            .into_iter()
            .flat_map(|role| role.labels.iter().map(|label| label.as_str()));
        let own = model.site.roles.get(role).into_iter().flat_map(|own| &own.labels).map(|label| label.as_str());
        labels.extend(stock.chain(own).map(|label| format!("{label}=enabled")));
    }
    labels.extend(node.labels.iter().map(|label| label.value.clone()));
    labels.sort();
    labels.dedup();
    labels
}
