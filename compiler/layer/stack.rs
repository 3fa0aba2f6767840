//! The layers of a site: defaults, the overlays that it implies, those that it names, the spec itself.
//!
//! Invariant: of overlays that exclude each other, at most one is in the stack.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::load::{DEFAULTS, Library};
use crate::catalog::overlay::{DefaultWhen, Overlay, OverlayHead};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::layer::{Layer, Rank};
use crate::span::Span;
use crate::spec::range;
use crate::spec::site::Site;
use crate::tree::document::{Document, Form, read};
use crate::tree::embedded::FILES;
use crate::tree::node::{Node, Value};
use crate::tree::record::{Decoder, Described, field};
use crate::tree::word::{Word, word_of, words_of};
use crate::world::{Sources, World};

/// Reads a site's spec and stacks its layers, weakest first, for the release that is asked for, otherwise that of the spec. None
/// where the spec could not be read.
pub fn stack(
    world: &dyn World,
    library: &Library,
    (path, release): (&str, Option<&str>),
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Vec<Layer>> {
    let site = spec(world, path, sources, sink)?;
    let mut stacker = Stacker { library, sources, overlays: BTreeMap::new() };
    stacker.all();
    let mut told = Sink::default();
    let mut decoder = Decoder { releases: &[], sink: &mut told };
    let named: Vec<Word> = field(&site, "overlays", &mut decoder, |_, _| None).unwrap_or_default();
    let mut chosen: Vec<(Rank, String, Span)> = Vec::new();
    for name in &named {
        stacker.named(name, name.span, &mut chosen, sink);
    }
    stacker.exclusive(&chosen, sink);
    let release = stacker.release(&site, release);
    stacker.implied((controllers(library, &site), release), site.span, &mut chosen);
    chosen.sort_by_key(|(rank, _, _)| *rank);
    let mut layers = Vec::new();
    if let Some(Read { tree, .. }) = stacker.overlays.remove(DEFAULTS) {
        layers.push(Layer { rank: Rank::Builtin, name: DEFAULTS.to_owned(), span: tree.span, tree: site_fields(tree) });
    }
    for (rank, name, span) in chosen {
        if let Some(Read { tree, .. }) = stacker.overlays.remove(&name) {
            layers.push(Layer { rank, name, span, tree: site_fields(tree) });
        }
    }
    layers.push(Layer { rank: Rank::Site, name: path.to_owned(), span: site.span, tree: site });
    Some(layers)
}

fn spec(world: &dyn World, path: &str, sources: &mut Sources, sink: &mut Sink) -> Option<Node> {
    let path = path.trim_end_matches('/');
    let mut found = Vec::new();
    for name in ["site.kdl", "site.yaml"] {
        let file = format!("{path}/{name}");
        match world.read_text(&file) {
            Ok(text) => found.extend(text.map(|text| (sources.add(file.clone(), text.into()), file))),
            Err(error) => {
                sink.push(error.into_diagnostic());
                return None;
            }
        }
    }
    if let [(first, file), (second, other)] = &found[..] {
        let message = format!("`{path}` has two specs, `{file}` and `{other}`");
        let diagnostic =
            Diagnostic::error("TG0006", Span::new(*second, 0, 0), message).also(Span::new(*first, 0, 0), "");
        sink.push(diagnostic.hint("remove one of them"));
    }
    if let Some((id, file)) = found.into_iter().next() {
        let source = sources.get(id)?;
        let document = Document { path: &file, text: &source.text, file: id, embedded: None };
        return read(&document, Form::Single("site", Site::record()), sink);
    }
    let message = format!("no site `{path}`: expected `{path}/site.kdl` or `{path}/site.yaml`");
    let known = world.list("sites").unwrap_or_default();
    let near = path.strip_prefix("sites/").and_then(|name| nearest(name, known.iter().map(String::as_str)));
    let diagnostic = Diagnostic::global("TG0005", message);
    sink.push(match near {
        Some(near) => diagnostic.hint(format!("did you mean `sites/{near}`?")),
        None => diagnostic,
    });
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
    let nodes = site.get("node").and_then(Node::as_map).into_iter().flatten();
    let leading = nodes.filter(|(_, entry)| {
        let roles = entry.node.get("roles").map_or(&[][..], Node::items).iter().flat_map(words_of);
        roles.into_iter().any(|role| leads(&role))
    });
    leading.map(|(name, _)| range::expand(name).map_or(1, |names| names.len())).sum()
}

fn site_fields(mut tree: Node) -> Node {
    if let Value::Map(map) = &mut tree.value {
        // What an overlay says of itself is not about the site.
        OverlayHead::record().fields.iter().for_each(|field| drop(map.shift_remove(field.name)));
    }
    tree
}

struct Stacker<'s> {
    library: &'s Library,
    sources: &'s Sources,
    overlays: BTreeMap<String, Read>,
}

/// An overlay that was read.
struct Read {
    head: OverlayHead,
    tree: Node,
}

impl Stacker<'_> {
    /// Reads all overlays: which are implied depends on what each says of itself.
    fn all(&mut self) {
        for (name, file) in &self.library.overlays {
            let Some(source) = self.sources.get(*file) else { continue };
            let embedded = FILES.iter().find(|known| known.path == source.path && known.text == source.text);
            let document = Document { path: &source.path, text: &source.text, file: *file, embedded };
            // Its diagnostics were told where the catalog was loaded.
            let mut told = Sink::default();
            let tree = read(&document, Form::Single("overlay", Overlay::record()), &mut told);
            let mut decoder = Decoder { releases: &[], sink: &mut told };
            let read = tree.and_then(|tree| Some(Read { head: OverlayHead::decode(&tree, &mut decoder)?, tree }));
            self.overlays.extend(read.map(|read| (name.clone(), read)));
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
        let Some(overlay) = self.overlays.get(name).filter(|_| name != DEFAULTS) else {
            let known: Vec<&str> = self.overlays.keys().map(String::as_str).filter(|name| *name != DEFAULTS).collect();
            let diagnostic = Diagnostic::error("TG0301", span, format!("unknown overlay `{name}`"));
            let near = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            sink.push(diagnostic.hint(near.unwrap_or_else(|| format!("known are {}", known.join(", ")))));
            return;
        };
        path.push(name.to_owned());
        for required in &overlay.head.requires {
            self.one(required, span, (&mut *path, &mut *chosen), sink);
        }
        path.pop();
        if !chosen.iter().any(|(_, other, _)| other == name) {
            chosen.push((Rank::Overlay, name.to_owned(), span));
        }
    }

    fn choice(&self, name: &str) -> Option<&Word> {
        self.overlays.get(name)?.head.choice.as_ref()
    }

    fn exclusive(&self, chosen: &[(Rank, String, Span)], sink: &mut Sink) {
        let mut taken: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
        for (_, name, span) in chosen {
            let Some(choice) = self.choice(name) else { continue };
            match taken.get(choice.as_str()) {
                Some((other, place)) => {
                    let message = format!("overlays `{other}` and `{name}` are two answers to one choice, `{choice}`");
                    sink.push(Diagnostic::error("TG0305", *span, message).also(*place, "the other one"));
                }
                None => drop(taken.insert(choice.as_str(), (name, *span))),
            }
        }
    }

    /// The place of the site's release in the list.
    fn release(&self, site: &Node, asked: Option<&str>) -> Option<usize> {
        let said = |tree: &Node| word_of(tree.get("release")?.get("openstack")?);
        let own = || said(site).or_else(|| said(&self.overlays.get(DEFAULTS)?.tree));
        let name = asked.map(str::to_owned).or_else(|| own().map(|word| word.to_string()))?;
        self.place(&name)
    }

    fn place(&self, release: &str) -> Option<usize> {
        self.library.catalog.releases.keys().position(|known| *known == *release)
    }

    /// Is an overlay the answer to its choice in a release?
    fn is_default_in(&self, head: &OverlayHead, release: Option<usize>) -> bool {
        let Some(release) = release else { return true };
        let bound = |word: &Option<Word>| word.as_ref().and_then(|word| self.place(word));
        bound(&head.default_since).is_none_or(|since| since <= release)
            && bound(&head.default_until).is_none_or(|until| release <= until)
    }

    fn implied(
        &self,
        (controllers, release): (usize, Option<usize>),
        span: Span,
        chosen: &mut Vec<(Rank, String, Span)>,
    ) {
        let made: BTreeSet<&str> =
            chosen.iter().filter_map(|(_, name, _)| self.choice(name)).map(Word::as_str).collect();
        let mut implied = Vec::new();
        for (name, overlay) in &self.overlays {
            let holds = match overlay.head.default_when {
                Some(DefaultWhen::Always) => true,
                Some(DefaultWhen::ThreeControllers) => controllers >= 3,
                Some(DefaultWhen::FewerControllers) => controllers < 3,
                None => false,
            };
            let holds = holds && self.is_default_in(&overlay.head, release);
            if holds && overlay.head.choice.as_ref().is_none_or(|choice| !made.contains(choice.as_str())) {
                implied.push((Rank::Implied, name.clone(), span));
            }
        }
        chosen.extend(implied);
    }
}
