//! Host files of every node, and the inventory that makes the cluster.
//!
//! Invariant: roles are known by the labels and groups that they bring, never by name; the sum of all files grows linearly
//! with the number of nodes.

mod files;
mod netplan;
mod roles;

use crate::config::file::Content;
use crate::kube::item::{Item, Text};
use crate::lower::draft::Draft;
use crate::lower::host::roles::Roles;
use crate::lower::lowering::Lowering;
use crate::origin::OriginTable;
use crate::spec::site::{Node, Site};

/// A file of a node, or the inventory.
#[derive(Debug)]
pub struct HostFile {
    /// Its path in the output.
    pub path: String,
    /// Its content.
    pub content: Content,
}

/// Lowers the host files of a site.
pub fn lower(lowering: &mut Lowering<'_, '_>) -> Vec<HostFile> {
    let (site, origins) = (lowering.model.site, &mut lowering.origins);
    let roles = &Roles::new(site, lowering.model.catalog);
    let mut out = Vec::with_capacity(site.nodes.len() * 5 + 1);
    let servers: Vec<&Node> = site.nodes.iter().filter(|node| roles.in_group(node, "time_server")).collect();
    let hosts = files::hosts_table(site, &servers);
    for node in &site.nodes {
        let folder = format!("hosts/{}/etc", node.name.value);
        let draft = Draft(origins.written(node.name.span));
        let mut push = |path: &str, content: Content| out.push(HostFile { path: format!("{folder}/{path}"), content });
        push("chrony/chrony.conf", files::chrony(site, roles, node, (&servers, origins)));
        push("hosts", files::hosts(site, node, &hosts, draft.0));
        let (modules, sysctl) = roles.kernel(node);
        push("sysctl.d/60-taco-gen.conf", files::sysctl(sysctl, draft.0));
        push("modules-load.d/taco-gen.conf", files::modules(&modules, draft.0));
        if let Some(item) = netplan::netplan(site, node, origins) {
            push("netplan/60-taco-gen.yaml", Content::Yaml(item));
        }
    }
    out.push(HostFile {
        path: "hosts/inventory/hosts.yaml".to_owned(),
        content: Content::Yaml(inventory(site, roles, origins)),
    });
    out
}

fn inventory(site: &Site, roles: &Roles<'_>, origins: &mut OriginTable) -> Item {
    let root = Draft(origins.written(site.name.span));
    let mut hosts = Vec::new();
    for node in &site.nodes {
        let draft = Draft(origins.written(node.name.span));
        let address = node.addresses.get("management").map(|address| address.value.to_string());
        let address = || address.as_ref().map(|address| draft.text(address.clone()));
        let labels: Vec<(Text, Item)> = roles
            .labels_of(node)
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
        let members = site.nodes.iter().filter(|node| roles.in_group(node, name));
        let members: Vec<(Text, Item)> =
            members.map(|node| (Text::Owned(node.name.value.clone()), root.named([]))).collect();
        root.map([("hosts", root.named(members))])
    };
    let cluster = root.map([("kube_control_plane", root.named([])), ("kube_node", root.named([]))]);
    let mut children = root.named(roles.all_groups().into_iter().map(|name| (Text::Owned(name.clone()), group(&name))));
    children.set("k8s_cluster", root.map([("children", cluster)]));
    root.map([("all", root.map([("hosts", root.named(hosts)), ("children", children)]))])
}
