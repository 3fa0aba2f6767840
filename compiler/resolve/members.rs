//! Roles of nodes to what they bring: labels, groups, traits.
//!
//! Invariant: nodes of the same roles and labels share one set, so that what is made for one of them can be for all.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::catalog::Catalog;
use crate::catalog::release::{Group, Role};
use crate::catalog::scalar::DPDK_TRAIT;
use crate::spec::dpdk;
use crate::spec::site::{Node, Site};

/// What a role brings: in any case, or only where no other role of the site does.
type Field = fn(&Role) -> &Vec<Group>;

/// The labels, groups and traits of each node, in the site's order.
pub fn members(site: &Site, catalog: &Catalog) -> Vec<Rc<BTreeSet<String>>> {
    let used: BTreeSet<&str> = site.nodes.iter().flat_map(|node| &node.roles).map(|role| role.value.as_str()).collect();
    // A label has `=` in it and a role has not: no two kinds of node share a key by chance.
    let mut known: BTreeMap<(Vec<&str>, bool), Rc<BTreeSet<String>>> = BTreeMap::new();
    let mut found = Vec::with_capacity(site.nodes.len());
    for node in &site.nodes {
        let key = node.roles.iter().chain(&node.labels).map(|word| word.value.as_str()).collect();
        let has_dpdk = dpdk::of_node(site, node).is_some();
        let set = known.entry((key, has_dpdk)).or_insert_with(|| {
            let mut members = members_of(site, catalog, &used, node);
            members.extend(has_dpdk.then(|| DPDK_TRAIT.to_owned()));
            Rc::new(members)
        });
        found.push(Rc::clone(set));
    }
    found
}

fn members_of(site: &Site, catalog: &Catalog, used: &BTreeSet<&str>, node: &Node) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for role in &node.roles {
        found.extend(site.roles.get(role).into_iter().flat_map(|own| &own.labels).map(|label| label.value.clone()));
        let Some(stock) = catalog.roles.get(&role.value) else { continue };
        found.extend(stock.labels.iter().map(ToString::to_string));
        let fields: [Field; 2] = [|role| &role.groups, |role| &role.traits];
        for field in fields {
            let brings = |other: &str, name: &str| {
                let other = catalog.roles.get(other).filter(|_| other != role.value);
                other.is_some_and(|other| field(other).iter().any(|own| !own.spare && own.name == *name))
            };
            let held =
                field(stock).iter().filter(|own| !own.spare || !used.iter().any(|other| brings(other, &own.name)));
            found.extend(held.map(|own| own.name.to_string()));
        }
    }
    found.extend(node.labels.iter().filter_map(|label| Some(label.value.split_once('=')?.0.to_owned())));
    found
}
