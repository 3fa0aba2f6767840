//! Embedded files and the project's own to a catalog.
//!
//! Invariant: a file of the project's `schema/` takes the place of the embedded one of the same path, or adds to them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::decode;
use crate::catalog::rule::{Rule, rule};
use crate::catalog::service::{Bounds, Catalog, Fragment, Kernel, Release, Role};
use crate::catalog::shape::{FRAGMENT, PATCHES, RELEASES, RULE, SERVICE};
use crate::catalog::view::View;
use crate::diag::Sink;
use crate::options::{self, Tables};
use crate::span::{FileId, Span};
use crate::spec::site::Patch;
use crate::tree::document::{Document, Form, read};
use crate::tree::embedded::FILES;
use crate::tree::node::Node;
use crate::world::{Sources, World};

/// A catalog and the texts it was read from.
#[derive(Debug)]
pub struct Library {
    /// Services, releases and roles.
    pub catalog: Catalog,
    /// The texts; those of a site stand above them.
    pub sources: Arc<Sources>,
    /// Option tables.
    pub tables: Tables,
    /// Overlays and defaults by path, as documents not yet read.
    pub overlays: BTreeMap<String, FileId>,
}

/// A text before it is read.
enum Text {
    Embedded(usize),
    Project(String),
}

/// Loads the catalog: what is embedded, and what the project adds or replaces under `schema/` and `overlays/`.
pub fn load(world: &dyn World, sink: &mut Sink) -> Library {
    let mut texts: BTreeMap<String, Text> = BTreeMap::new();
    for (index, file) in FILES.iter().enumerate() {
        texts.insert(file.path.to_owned(), Text::Embedded(index));
    }
    let mut tables = Tables::carried();
    project_files(world, sink, &mut |path, text| project_file(path, text, &mut texts, &mut tables));
    let mut sources = Sources::default();
    let mut loader =
        Loader { catalog: Catalog::default(), overlays: BTreeMap::new(), pending: Vec::new(), shared: BTreeMap::new() };
    for (path, text) in texts {
        let file = match &text {
            Text::Embedded(index) => {
                sources.add(path.clone(), Cow::Borrowed(FILES.get(*index).map_or("", |file| file.text)))
            }
            Text::Project(text) => sources.add(path.clone(), Cow::Owned(text.clone())),
        };
        loader.file(&sources, &path, file, sink);
    }
    loader.attach();
    loader.catalog.services.sort_keys();
    Library { catalog: loader.catalog, sources: Arc::new(sources), tables, overlays: loader.overlays }
}

/// Asks a world all that [`load`] asks it, and looks at none of it.
pub fn touch(world: &dyn World) {
    project_files(world, &mut Sink::default(), &mut |_, _| ());
}

fn project_files(world: &dyn World, sink: &mut Sink, file: &mut dyn FnMut(String, String)) {
    for folder in ["schema", "overlays"] {
        let paths = match world.walk(folder) {
            Ok(paths) => paths,
            Err(error) => {
                sink.push(error.into_diagnostic());
                continue;
            }
        };
        // What Kubernetes takes is not the project's to change.
        for path in paths.into_iter().filter(|path| !path.starts_with("schema/kubernetes/")) {
            match world.read_text(&path) {
                Ok(Some(text)) => file(path, text),
                Ok(None) => {}
                Err(error) => sink.push(error.into_diagnostic()),
            }
        }
    }
}

fn project_file(path: String, text: String, texts: &mut BTreeMap<String, Text>, tables: &mut Tables) {
    if let Some(name) = options::name(&path) {
        return tables.bring(name, text);
    }
    let embedded = FILES.iter().find(|file| file.path == path);
    if embedded.is_none_or(|file| file.text != text) {
        texts.insert(path, Text::Project(text));
    }
}

struct Loader {
    catalog: Catalog,
    overlays: BTreeMap<String, FileId>,
    /// Parts of services by service, in case they come before `service.kdl`.
    pending: Vec<(String, Part)>,
    /// Texts of `schema/files/`, which any service may use.
    shared: BTreeMap<String, (Cow<'static, str>, Span)>,
}

/// A text and its place.
fn text_of(sources: &Sources, file: FileId) -> Option<(Cow<'static, str>, Span)> {
    let source = sources.get(file)?;
    let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    Some((source.text.clone(), Span::new(file, 0, end)))
}

enum Part {
    Fragment(String, Fragment),
    Text(String, Cow<'static, str>, Span),
    Patches(Vec<(Bounds, Patch)>),
    Rule(Box<Rule>),
}

/// The document in a file of the catalog, shape-checked.
fn document(sources: &Sources, file: FileId, form: Form, sink: &mut Sink) -> Option<Node> {
    let source = sources.get(file)?;
    let embedded = FILES.iter().find(|embedded| embedded.path == source.path && embedded.text == source.text);
    read(&Document { path: &source.path, text: &source.text, file, embedded }, form, sink)
}

impl Loader {
    fn file(&mut self, sources: &Sources, path: &str, file: FileId, sink: &mut Sink) {
        let stem = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
        match path.split('/').collect::<Vec<_>>()[..] {
            ["schema", "services", service, "service.kdl" | "service.yaml"] => {
                if let Some(node) = document(sources, file, Form::Single("service", &SERVICE), sink) {
                    self.catalog.services.insert(service.to_owned(), decode::service(&node));
                }
            }
            ["schema", "services", service, "config", name] => {
                if let Some(node) = document(sources, file, Form::Shape(&FRAGMENT), sink) {
                    self.pending.push((service.to_owned(), Part::Fragment(stem(name), decode::fragment(&node))));
                }
            }
            ["schema", "services", service, "patch", _] => {
                if let Some(node) = document(sources, file, Form::Record(&PATCHES), sink) {
                    self.pending.push((service.to_owned(), Part::Patches(decode::patches(&node))));
                }
            }
            ["schema", "services", service, "rules", _] => {
                if let Some(node) = document(sources, file, Form::Single("rule", &RULE), sink) {
                    self.pending.push((service.to_owned(), Part::Rule(Box::new(rule(&node)))));
                }
            }
            ["schema", "services", service, "files", name] => {
                let Some((text, span)) = text_of(sources, file) else { return };
                self.pending.push((service.to_owned(), Part::Text(name.to_owned(), text, span)));
            }
            ["schema", "files", name] => {
                let Some(text) = text_of(sources, file) else { return };
                self.shared.insert(name.to_owned(), text);
            }
            ["schema", "fragments", name] => {
                if let Some(node) = document(sources, file, Form::Shape(&FRAGMENT), sink) {
                    self.catalog.fragments.insert(stem(name), decode::fragment(&node));
                }
            }
            ["schema", "rules", _] => {
                if let Some(node) = document(sources, file, Form::Single("rule", &RULE), sink) {
                    self.catalog.rules.push(rule(&node));
                }
            }
            ["schema", "releases.kdl"] => {
                if let Some(node) = document(sources, file, Form::Record(&RELEASES), sink) {
                    releases(&mut self.catalog, View(&node));
                }
            }
            ["schema", "defaults.kdl"] | ["overlays", _, "overlay.kdl" | "overlay.yaml"] => {
                let name = path.split('/').nth(1).unwrap_or_default();
                self.overlays.insert(stem(name), file);
            }
            _ => {}
        }
    }

    fn attach(&mut self) {
        for (service, part) in std::mem::take(&mut self.pending) {
            let Some(service) = self.catalog.services.get_mut(&service) else { continue };
            match part {
                Part::Fragment(name, fragment) => drop(service.fragments.insert(name, fragment)),
                Part::Patches(patches) => service.patches.extend(patches),
                Part::Rule(rule) => service.rules.push(*rule),
                Part::Text(name, text, span) => drop(service.texts.insert(name, (text, span))),
            }
        }
        // A service's own text takes the place of the shared one of that name.
        for service in self.catalog.services.values_mut() {
            for (name, text) in &self.shared {
                service.texts.entry(name.clone()).or_insert_with(|| text.clone());
            }
        }
    }
}

fn releases(catalog: &mut Catalog, view: View<'_>) {
    let images = |view: View<'_>| {
        let entries = view.entries("image").into_iter();
        entries.filter_map(|(key, node)| Some((key, (node.as_text()?.to_owned(), node.span)))).collect()
    };
    catalog.releases = view
        .table("openstack", |name, view| Release { name: name.to_owned(), images: images(view) })
        .into_values()
        .collect();
    catalog.kubernetes = view.words("kubernetes");
    catalog.images = images(view);
    catalog.roles = view.table("role", |_, view| Role {
        labels: view.words("labels"),
        groups: view.words("groups"),
        kernel: kernel(view),
    });
    catalog.kernel = kernel(view);
}

fn kernel(view: View<'_>) -> Kernel {
    let sysctl =
        view.entries("sysctl").into_iter().filter_map(|(name, node)| Some((name, crate::catalog::view::plain(node)?)));
    Kernel { modules: view.words("modules"), sysctl: sysctl.collect() }
}
