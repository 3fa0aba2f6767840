//! The dependency graph of a site's workloads, in waves: as dot, Mermaid, JSON and SVG.
//!
//! Invariant: a wave is a rank: an arrow always leads from a lower wave to a higher one.
//! Invariant: the drawing is made by this module alone, and is the same for the same graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::catalog::component::Disruption;
use crate::model::facts::SiteFacts;
use crate::review::markdown::escaped;

/// A workload of the graph.
#[derive(Debug, Clone, Serialize)]
pub struct Node {
    /// Its name among consumers.
    pub id: String,
    /// The Kubernetes kind.
    pub kind: &'static str,
    /// The name of its object, for a Job without its digest.
    pub name: String,
    /// The delivery unit.
    pub unit: String,
    /// Its wave.
    pub wave: usize,
    /// What its restart disturbs.
    pub disruption: Option<&'static str>,
    /// What it waits for.
    pub after: Vec<String>,
}

/// The graph of a site.
#[derive(Debug, Clone, Serialize)]
pub struct Graph {
    /// The site.
    pub site: String,
    /// The workloads, by wave and name.
    pub nodes: Vec<Node>,
}

impl Graph {
    /// The graph of a finished site.
    pub fn new(site: &str, facts: &SiteFacts) -> Graph {
        let node = |facts: &crate::model::facts::WorkloadFacts| Node {
            id: facts.consumer.clone(),
            kind: facts.kind,
            name: facts.name.clone(),
            unit: facts.unit.clone(),
            wave: facts.wave,
            disruption: facts.disruption.map(Disruption::word),
            after: facts.after.clone(),
        };
        let mut nodes: Vec<Node> = facts.workloads.iter().map(node).collect();
        nodes.sort_by(|a, b| (a.wave, &a.unit, &a.id).cmp(&(b.wave, &b.unit, &b.id)));
        Graph { site: site.to_owned(), nodes }
    }

    /// The arrows, without those that a longer way says already.
    pub fn edges(&self) -> Vec<(&str, &str)> {
        let nodes: BTreeMap<&str, &Node> = self.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        // In the order of waves, what a node waits for has been seen before.
        let mut reach: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut edges = Vec::new();
        for node in &self.nodes {
            let mut further = BTreeSet::new();
            for other in node.after.iter().filter(|other| nodes.contains_key(other.as_str())) {
                further.extend(reach.get(other.as_str()).into_iter().flatten().copied());
            }
            let direct: Vec<&str> =
                node.after.iter().map(String::as_str).filter(|other| nodes.contains_key(other)).collect();
            edges.extend(
                direct.iter().filter(|other| !further.contains(*other)).map(|other| (*other, node.id.as_str())),
            );
            further.extend(direct);
            reach.insert(&node.id, further);
        }
        edges
    }

    fn waves(&self) -> BTreeMap<usize, Vec<&Node>> {
        let mut waves: BTreeMap<usize, Vec<&Node>> = BTreeMap::new();
        self.nodes.iter().for_each(|node| waves.entry(node.wave).or_default().push(node));
        waves
    }

    /// For Graphviz.
    pub fn dot(&self) -> String {
        let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box];\n", self.site);
        for (wave, nodes) in self.waves() {
            let _ = writeln!(out, "  subgraph wave_{wave} {{\n    rank=same;");
            for node in nodes {
                let _ = writeln!(out, "    \"{}\" [label=\"{}\\n{}\"];", node.id, node.kind, node.name);
            }
            out.push_str("  }\n");
        }
        for (from, to) in self.edges() {
            let _ = writeln!(out, "  \"{from}\" -> \"{to}\";");
        }
        out + "}\n"
    }

    /// For Mermaid, which GitHub and GitLab draw.
    pub fn mermaid(&self) -> String {
        let numbers: BTreeMap<&str, usize> =
            self.nodes.iter().enumerate().map(|(number, node)| (node.id.as_str(), number)).collect();
        let number = |id: &str| numbers.get(id).copied().unwrap_or_default();
        let mut out = String::from("flowchart LR\n");
        for (wave, nodes) in self.waves() {
            let _ = writeln!(out, "  subgraph wave{wave}[\"wave {wave}\"]");
            for node in nodes {
                let _ = writeln!(out, "    n{}[\"{} {}\"]", number(&node.id), node.kind, node.name);
            }
            out.push_str("  end\n");
        }
        for (from, to) in self.edges() {
            let _ = writeln!(out, "  n{} --> n{}", number(from), number(to));
        }
        out
    }

    /// The site's name as a part of an id.
    fn arrow(&self) -> String {
        self.site.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
    }

    /// A drawing; workloads of `marked`, by kind and name, lead to the places that it names.
    pub fn svg(&self, marked: &BTreeMap<(String, String), String>) -> String {
        let waves = self.waves();
        let places = places(self, &waves);
        let height = waves.values().map(Vec::len).max().unwrap_or(0) * ROW + TOP + GAP;
        let width = waves.len() * COLUMN + GAP;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"group\" aria-label=\"dependency graph of {}, {} workloads in {} waves\">\n<style>{STYLE}</style>\n\
             <defs><marker id=\"arrow-{}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" class=\"head\"/></marker></defs>\n",
            escaped(&self.site),
            self.nodes.len(),
            waves.len(),
            self.arrow()
        );
        for (column, wave) in waves.keys().enumerate() {
            let _ = writeln!(out, "<text class=\"wave\" x=\"{}\" y=\"20\">wave {wave}</text>", GAP + column * COLUMN);
        }
        for (from, to) in self.edges() {
            let (Some((x1, y1)), Some((x2, y2))) = (places.get(from), places.get(to)) else { continue };
            let (x1, y1, y2) = (x1 + BOX, y1 + HALF, y2 + HALF);
            let (a, b) = (x1 + BEND, x2.saturating_sub(BEND));
            let _ = writeln!(
                out,
                "<path class=\"edge\" marker-end=\"url(#arrow-{})\" d=\"M{x1} {y1}C{a} {y1} {b} {y2} {x2} {y2}\"/>",
                self.arrow()
            );
        }
        for node in &self.nodes {
            let Some((x, y)) = places.get(node.id.as_str()) else { continue };
            let link = marked.get(&(node.kind.to_owned(), node.name.clone()));
            let class = if link.is_some() { "node changed" } else { "node" };
            let shown: String = node.name.chars().take(26).collect();
            let (label, title) =
                (escaped(&shown), escaped(&format!("{} {}, unit {}", node.kind, node.name, node.unit)));
            let body = format!(
                "<g class=\"{class}\"><title>{title}</title><rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{TALL}\" rx=\"4\"/>\
                 <text x=\"{}\" y=\"{}\">{label}</text></g>",
                x + 8,
                y + 16
            );
            match link {
                Some(place) => {
                    let _ = writeln!(out, "<a href=\"#{}\">{body}</a>", escaped(place));
                }
                None => {
                    let _ = writeln!(out, "{body}");
                }
            }
        }
        out + "</svg>\n"
    }
}

pub(super) const STYLE: &str = ".graph text{font:12px system-ui,sans-serif;fill:#1b1b1f}.graph .wave{font-weight:600}\
.graph .edge{fill:none;stroke:#7a7f8a;stroke-opacity:.55}.graph .head{fill:#7a7f8a}.graph rect{fill:#f3f4f6;stroke:#6b7280}\
.graph .changed rect{fill:#fde9c8;stroke:#9a5b00;stroke-width:2}\
@media(prefers-color-scheme:dark){.graph text{fill:#ececf1}.graph rect{fill:#25272e;stroke:#9aa0ac}.graph .changed rect{fill:#4a3510;stroke:#f0b354}}";
const GAP: usize = 16;
const TOP: usize = 36;
const ROW: usize = 34;
const COLUMN: usize = 260;
const BOX: usize = 200;
const TALL: usize = 24;
const HALF: usize = TALL / 2;
const BEND: usize = 30;

/// Where each workload is drawn: its wave is the column; in it, those near the middle of what they wait for come together.
fn places<'g>(graph: &'g Graph, waves: &BTreeMap<usize, Vec<&'g Node>>) -> BTreeMap<&'g str, (usize, usize)> {
    let mut before: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in graph.edges() {
        before.entry(to).or_default().push(from);
    }
    let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (column, nodes) in waves.values().enumerate() {
        let middle = |node: &Node| {
            let rows: Vec<usize> = before
                .get(node.id.as_str())
                .into_iter()
                .flatten()
                .filter_map(|other| places.get(other).map(|(_, y)| *y))
                .collect();
            if rows.is_empty() { 0 } else { rows.iter().sum::<usize>() / rows.len() }
        };
        let mut sorted: Vec<(usize, &Node)> = nodes.iter().map(|node| (middle(node), *node)).collect();
        sorted.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
        for (row, (_, node)) in sorted.into_iter().enumerate() {
            places.insert(&node.id, (GAP + column * COLUMN, TOP + row * ROW));
        }
    }
    places
}
