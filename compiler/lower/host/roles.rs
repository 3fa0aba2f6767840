//! What the roles of a site bring to their nodes.
//!
//! Invariant: a group that a role brings only where no other role does is not brought twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::service::Catalog;
use crate::spec::site::{Node, Site};
use crate::tree::word::Word;

/// What the roles of a site bring.
pub struct Roles<'r> {
    site: &'r Site,
    /// What all kernels need, and those of a role's nodes.
    catalog: &'r Catalog,
    /// Roles that nodes have.
    used: BTreeSet<&'r str>,
}

impl<'r> Roles<'r> {
    /// The roles of a site.
    pub fn new(site: &'r Site, catalog: &'r Catalog) -> Roles<'r> {
        let used = site.nodes.iter().flat_map(|node| &node.roles).map(|role| role.value.as_str()).collect();
        Roles { site, catalog, used }
    }

    /// The node labels of a role.
    fn labels(&self, role: &str) -> Vec<String> {
        let stock = self.catalog.roles.get(role).into_iter().flat_map(|role| &role.labels).map(ToString::to_string);
        let own = self.site.roles.get(role).into_iter().flatten().map(|label| label.value.clone());
        stock.chain(own).collect()
    }

    /// The Kubespray groups of a role, and `time_server`; a spare one only where no other role of the site brings it.
    fn groups(&self, role: &str) -> Vec<String> {
        let brings = |role: &str, group: &str| {
            self.catalog.roles.get(role).is_some_and(|role| role.groups.iter().any(|own| own.name == *group))
        };
        let declared = self.catalog.roles.get(role).map(|role| role.groups.clone()).unwrap_or_default();
        let is_brought = |group: &Word| self.used.iter().any(|other| *other != role && brings(other, group));
        let held = declared.into_iter().filter(|group| !group.spare || !is_brought(&group.name));
        held.map(|group| group.name.value).collect()
    }

    /// Is the node in the group?
    pub fn in_group(&self, node: &Node, group: &str) -> bool {
        node.roles.iter().any(|role| self.groups(&role.value).iter().any(|own| own == group))
    }

    /// What the node's kernel needs: modules and parameters, sorted.
    pub fn kernel(&self, node: &Node) -> (BTreeSet<String>, BTreeMap<String, String>) {
        let own = node.roles.iter().filter_map(|role| self.catalog.roles.get(&role.value)).map(|role| &role.kernel);
        let (mut modules, mut sysctl) = (BTreeSet::new(), BTreeMap::new());
        for kernel in self.catalog.kernel.iter().chain(own) {
            modules.extend(kernel.modules.iter().map(ToString::to_string));
            sysctl.extend(kernel.sysctl.iter().map(|(name, value)| (name.to_string(), value.0.clone())));
        }
        (modules, sysctl)
    }

    /// All groups that roles of the catalog bring.
    pub fn all_groups(&self) -> BTreeSet<String> {
        let groups = self.catalog.roles.values().flat_map(|role| &role.groups).map(|group| group.name.to_string());
        groups.filter(|group| group != "time_server").collect()
    }

    /// The labels of a node, its own last, each `key=value`.
    pub fn labels_of(&self, node: &Node) -> Vec<String> {
        let mut labels: Vec<String> = node
            .roles
            .iter()
            .flat_map(|role| self.labels(&role.value))
            .map(|label| format!("{label}=enabled"))
            .collect();
        labels.extend(node.labels.iter().map(|label| label.value.clone()));
        labels.sort();
        labels.dedup();
        labels
    }
}
