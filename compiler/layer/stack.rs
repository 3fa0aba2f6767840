//! The layers of a site: defaults, the overlays that it implies, those that it names, the spec itself.
//!
//! Invariant: of overlays that exclude each other, at most one is in the stack.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::load::Library;
use crate::catalog::overlay::{OVERLAY, SITE};
use crate::catalog::view::View;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::layer::{Layer, Rank};
use crate::span::{FileId, Span};
use crate::spec::range;
use crate::tree::document::{Document, Form, read};
use crate::tree::embedded::FILES;
use crate::tree::node::{Node, Value};
use crate::world::{Sources, World};

/// Fields of an overlay that are about the overlay, not the site.
const OWN_FIELDS: [&str; 5] = ["name", "summary", "choice", "default-when", "requires"];

/// Reads a site's spec and stacks its layers, weakest first. None where the spec could not be read.
pub fn stack(
    world: &dyn World,
    library: &Library,
    path: &str,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Vec<Layer>> {
    let site = spec(world, path, sources, sink)?;
    let mut stacker = Stacker { library, sources, trees: BTreeMap::new() };
    stacker.all();
    let named: Vec<(String, Span)> =
        View(&site).items("overlays").iter().filter_map(|node| Some((node.as_text()?.to_owned(), node.span))).collect();
    let mut chosen: Vec<(Rank, String, Span)> = Vec::new();
    for (name, span) in &named {
        stacker.named(name, *span, &mut chosen, sink);
    }
    stacker.exclusive(&chosen, sink);
    stacker.implied(controllers(library, &site), site.span, &mut chosen);
    chosen.sort_by_key(|(rank, _, _)| *rank);
    let mut layers = Vec::new();
    if let Some((tree, _)) = stacker.trees.remove("defaults") {
        layers.push(Layer {
            rank: Rank::Builtin,
            name: "defaults".to_owned(),
            span: tree.span,
            tree: site_fields(tree),
        });
    }
    for (rank, name, span) in chosen {
        if let Some((tree, _)) = stacker.trees.remove(&name) {
            layers.push(Layer { rank, name, span, tree: site_fields(tree) });
        }
    }
    layers.push(Layer { rank: Rank::Site, name: path.to_owned(), span: site.span, tree: site });
    Some(layers)
}

fn spec(world: &dyn World, path: &str, sources: &mut Sources, sink: &mut Sink) -> Option<Node> {
    let path = path.trim_end_matches('/');
    for name in ["site.kdl", "site.yaml"] {
        let file = format!("{path}/{name}");
        match world.read_text(&file) {
            Ok(Some(text)) => {
                let id = sources.add(file.clone(), text.into());
                let source = sources.get(id)?;
                let document = Document { path: &file, text: &source.text, file: id, embedded: None };
                return read(&document, Form::Single("site", &SITE), sink);
            }
            Ok(None) => {}
            Err(error) => {
                sink.push(error.into_diagnostic());
                return None;
            }
        }
    }
    let message = format!("no site `{path}`: expected `{path}/site.kdl` or `{path}/site.yaml`");
    sink.push(Diagnostic::global("TG0005", message));
    None
}

/// How many nodes take part in the control plane: those that bring the group `time_server`.
fn controllers(library: &Library, site: &Node) -> usize {
    let leads = |role: &str| {
        library
            .catalog
            .roles
            .get(role)
            .is_some_and(|role| role.labels.iter().any(|label| label == "openstack-control-plane"))
    };
    let nodes = View(site).entries("node").into_iter();
    let leading = nodes.filter(|(_, node)| View(node).words("roles").iter().any(|role| leads(role)));
    leading.map(|(name, _)| range::expand(&name).map_or(1, |names| names.len())).sum()
}

fn site_fields(mut tree: Node) -> Node {
    if let Value::Map(map) = &mut tree.value {
        OWN_FIELDS.iter().for_each(|field| drop(map.shift_remove(*field)));
    }
    tree
}

struct Stacker<'s> {
    library: &'s Library,
    sources: &'s Sources,
    trees: BTreeMap<String, (Node, FileId)>,
}

impl Stacker<'_> {
    /// Reads all overlays: which are implied depends on what each says of itself.
    fn all(&mut self) {
        for (name, file) in &self.library.overlays {
            let Some(source) = self.sources.get(*file) else { continue };
            let embedded = FILES.iter().find(|known| known.path == source.path && known.text == source.text);
            let document = Document { path: &source.path, text: &source.text, file: *file, embedded };
            // Its diagnostics were told where the catalog was loaded.
            if let Some(tree) = read(&document, Form::Single("overlay", &OVERLAY), &mut Sink::default()) {
                self.trees.insert(name.clone(), (tree, *file));
            }
        }
    }

    fn named(&self, name: &str, span: Span, chosen: &mut Vec<(Rank, String, Span)>, sink: &mut Sink) {
        let mut path: Vec<String> = Vec::new();
        self.one(name, span, (&mut path, chosen), sink);
    }

    fn one(&self, name: &str, span: Span, state: (&mut Vec<String>, &mut Vec<(Rank, String, Span)>), sink: &mut Sink) {
        let (path, chosen) = state;
        if path.iter().any(|seen| seen == name) {
            let message = format!("overlays need each other in a circle: {} -> {name}", path.join(" -> "));
            sink.push(Diagnostic::error("TG0302", span, message));
            return;
        }
        let Some((tree, _)) = self.trees.get(name).filter(|_| name != "defaults") else {
            let known: Vec<&str> = self.trees.keys().map(String::as_str).filter(|name| *name != "defaults").collect();
            let diagnostic = Diagnostic::error("TG0301", span, format!("unknown overlay `{name}`"));
            let near = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            sink.push(diagnostic.hint(near.unwrap_or_else(|| format!("known are {}", known.join(", ")))));
            return;
        };
        path.push(name.to_owned());
        for required in View(tree).items("requires").iter().filter_map(Node::as_text) {
            self.one(required, span, (&mut *path, &mut *chosen), sink);
        }
        path.pop();
        if !chosen.iter().any(|(_, other, _)| other == name) {
            chosen.push((Rank::Overlay, name.to_owned(), span));
        }
    }

    fn choice(&self, name: &str) -> Option<String> {
        View(&self.trees.get(name)?.0).text("choice")
    }

    fn exclusive(&self, chosen: &[(Rank, String, Span)], sink: &mut Sink) {
        let mut taken: BTreeMap<String, (&str, Span)> = BTreeMap::new();
        for (_, name, span) in chosen {
            let Some(choice) = self.choice(name) else { continue };
            match taken.get(&choice) {
                Some((other, place)) => {
                    let message = format!("overlays `{other}` and `{name}` are two answers to one choice, `{choice}`");
                    sink.push(Diagnostic::error("TG0305", *span, message).also(*place, "the other one"));
                }
                None => drop(taken.insert(choice, (name, *span))),
            }
        }
    }

    fn implied(&self, controllers: usize, span: Span, chosen: &mut Vec<(Rank, String, Span)>) {
        let made: BTreeSet<String> = chosen.iter().filter_map(|(_, name, _)| self.choice(name)).collect();
        for (name, (tree, _)) in &self.trees {
            let view = View(tree);
            let holds = match view.text("default-when").as_deref() {
                Some("always") => true,
                Some("three-controllers") => controllers >= 3,
                Some("fewer-controllers") => controllers < 3,
                _ => false,
            };
            if holds && view.text("choice").is_none_or(|choice| !made.contains(&choice)) {
                chosen.push((Rank::Implied, name.clone(), span));
            }
        }
    }
}
