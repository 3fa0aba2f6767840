//! Nodes, networks and roles of a site to a drawing: networks are lines, machines that are alike are one box on the lines that they
//! are on.
//!
//! Invariant: every node is in exactly one box.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::model::facts::SiteFacts;
use crate::review::markdown::escaped;

/// Nodes that are alike.
#[derive(Debug, Clone, Serialize)]
pub struct Machines {
    /// Their roles.
    pub roles: Vec<String>,
    /// Their names.
    pub names: Vec<String>,
    /// The first and the last.
    pub title: String,
    /// Networks, each with the first and the last address.
    pub networks: Vec<(String, String)>,
}

/// The boxes of a site.
pub fn machines(facts: &SiteFacts) -> Vec<Machines> {
    let mut groups: BTreeMap<(Vec<String>, Vec<String>), Vec<&crate::model::facts::NodeFacts>> = BTreeMap::new();
    for node in &facts.nodes {
        let networks: Vec<String> = node.addresses.keys().cloned().collect();
        groups.entry((node.roles.clone(), networks)).or_default().push(node);
    }
    let ends = |texts: &[String]| match (texts.first(), texts.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => first.clone(),
        _ => String::new(),
    };
    let machines = |((roles, networks), nodes): ((Vec<String>, Vec<String>), Vec<&crate::model::facts::NodeFacts>)| {
        let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
        let of = |network: String| {
            let addresses: Vec<String> =
                nodes.iter().filter_map(|node| node.addresses.get(&network).cloned()).collect();
            let shown = ends(&addresses);
            (network, shown)
        };
        Machines { roles, title: ends(&names), networks: networks.into_iter().map(of).collect(), names }
    };
    groups.into_iter().map(machines).collect()
}

const LINE: usize = 46;
const BOX: usize = 190;
const STEP: usize = 220;
const LEFT: usize = 210;

/// The drawing.
pub fn svg(facts: &SiteFacts) -> String {
    let machines = machines(facts);
    let top = facts.networks.len() * LINE + 24;
    let (width, height) = (LEFT + machines.len() * STEP + 16, top + 76);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"topology\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"topology: {} networks, {} nodes\">\n",
        facts.networks.len(),
        facts.nodes.len()
    );
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (row, network) in facts.networks.iter().enumerate() {
        let y = row * LINE + 30;
        lines.insert(&network.name, y);
        let cidr = network.cidr.as_deref().unwrap_or("no addresses");
        let _ = writeln!(
            out,
            "<line class=\"network\" x1=\"16\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/><text x=\"16\" y=\"{}\">{} {}</text>",
            width - 16,
            y - 8,
            escaped(&network.name),
            escaped(cidr)
        );
    }
    for (column, one) in machines.iter().enumerate() {
        let x = LEFT + column * STEP;
        for (number, (network, _)) in one.networks.iter().enumerate() {
            let Some(y) = lines.get(network.as_str()) else { continue };
            let at = x + 24 + number * 28;
            let _ = writeln!(
                out,
                "<line class=\"link\" x1=\"{at}\" y1=\"{y}\" x2=\"{at}\" y2=\"{top}\"/><circle cx=\"{at}\" cy=\"{y}\" r=\"4\"/>"
            );
        }
        let _ = writeln!(
            out,
            "<g class=\"node\"><rect x=\"{x}\" y=\"{top}\" width=\"{BOX}\" height=\"60\" rx=\"4\"/><text x=\"{}\" y=\"{}\">{} ({})</text>\
             <text x=\"{}\" y=\"{}\">{}</text></g>",
            x + 10,
            top + 24,
            escaped(&one.title),
            one.names.len(),
            x + 10,
            top + 45,
            escaped(&one.roles.join(", "))
        );
    }
    out + "</svg>\n"
}
