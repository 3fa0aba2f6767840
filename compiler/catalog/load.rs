//! Embedded files and the project's own to a catalog.
//!
//! Invariant: a file of the project's `schema/` takes the place of the embedded one of the same path, or adds to them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::back_end::text_with_name;
use crate::catalog::bind::{self, bind};
use crate::catalog::file::Fragment;
use crate::catalog::named::sampled;
use crate::catalog::overlay::Overlay;
use crate::catalog::release::{Images, Releases};
use crate::catalog::rule::Rule;
use crate::catalog::service::{Service, ServicePatch, ServicePatches};
use crate::diag::{Diagnostic, Sink, unknown};
use crate::options::{self, Tables};
use crate::span::{FileId, Span};
use crate::tree::document::{Document, Form, read};
use crate::tree::embedded::{Embedded, FILES};
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described};
use crate::tree::word::Word;
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
    let is_stock = texts.values().all(|text| matches!(text, Text::Embedded(_)));
    let mut sources = Sources::default();
    let mut loader = Loader::default();
    let mut files = Vec::new();
    // The project's list of releases adds to the stock one.
    if let (Some(Text::Project(_)), Some(stock)) = (texts.get(RELEASES), Embedded::find(RELEASES)) {
        files.push((RELEASES.to_owned(), sources.add(RELEASES.to_owned(), Cow::Borrowed(stock.text))));
    }
    for (path, text) in texts {
        let file = match &text {
            Text::Embedded(index) => {
                sources.add(path.clone(), Cow::Borrowed(FILES.get(*index).map_or("", |file| file.text)))
            }
            Text::Project(text) => sources.add(path.clone(), Cow::Owned(text.clone())),
        };
        files.push((path, file));
    }
    // Bounds of all other files name releases.
    let (first, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path == RELEASES);
    for (path, file) in first.into_iter().chain(rest) {
        loader.file(&sources, &path, file, sink);
    }
    loader.attach(sink);
    loader.catalog.services.sort_keys();
    loader.catalog.shared_texts = loader.shared.keys().cloned().collect();
    if !sink.has_errors() {
        let names = tables.names().collect();
        // A project that replaces a service may leave stock data of no use to it.
        let is_embedded = |file: FileId| {
            sources
                .get(file)
                .is_some_and(|source| Embedded::find(&source.path).is_some_and(|own| own.text == source.text))
        };
        let sampled = sampled(&loader.catalog, sink);
        let conditions = bind(&sampled, &names, &|file| is_stock || !is_embedded(file), sink);
        loader.catalog.conditions = conditions;
        let overlays = overlay_names(&loader.overlays);
        for tree in &loader.trees {
            bind::overlay::overlay(&loader.catalog, tree, sink);
            bind::overlay::required(&overlays, tree, sink);
        }
        // The stock's own option names are held against the tables by a test.
        if !is_stock {
            bind::option::options(&sampled, &tables, &|file| !is_embedded(file), sink);
            let own = loader.trees.iter().filter(|tree| !is_embedded(tree.span.file));
            own.for_each(|tree| bind::option::overlay(&loader.catalog, &tables, tree, sink));
        }
    }
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

/// What holds for every site, beside the overlays under a name that no overlay has.
pub const DEFAULTS: &str = "defaults";

/// The list of releases.
const RELEASES: &str = "schema/releases.kdl";

#[derive(Default)]
struct Loader {
    catalog: Catalog,
    overlays: BTreeMap<String, FileId>,
    /// Parts of services by service, in case they come before `service.kdl`.
    pending: Vec<(String, Part)>,
    /// Texts of `schema/files/`, which any service may use.
    shared: BTreeMap<String, (Cow<'static, str>, Span)>,
    /// The names of the releases.
    releases: Vec<String>,
    /// The lists of releases, the stock one first.
    lists: Vec<FileId>,
    /// The trees of overlays.
    trees: Vec<Node>,
}

/// A text and its place.
fn text_of(sources: &Sources, file: FileId) -> Option<(Cow<'static, str>, Span)> {
    let source = sources.get(file)?;
    let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    Some((source.text.clone(), Span::new(file, 0, end)))
}

enum Part {
    Fragment(String, Fragment),
    /// A fragment of each back end, not yet under a name.
    Template(String, Node),
    Text(String, Cow<'static, str>, Span),
    Patches(Vec<ServicePatch>),
    Rule(Box<Rule>),
}

/// Is it the name of what each back end has?
fn is_template(name: &str) -> bool {
    text_with_name(name, "") != name
}

/// The name of a file without its ending.
fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

impl Loader {
    /// The document in a file of the catalog, checked and decoded.
    fn document<T: Described>(&self, sources: &Sources, file: FileId, form: Form, sink: &mut Sink) -> Option<T> {
        let source = sources.get(file)?;
        let embedded = FILES.iter().find(|embedded| embedded.path == source.path && embedded.text == source.text);
        let node = read(&Document { path: &source.path, text: &source.text, file, embedded }, form, sink)?;
        T::decode(&node, &mut Decoder { releases: &self.releases, sink })
    }

    fn file(&mut self, sources: &Sources, path: &str, file: FileId, sink: &mut Sink) {
        match path.split('/').collect::<Vec<_>>()[..] {
            ["schema", "services", service, "service.kdl" | "service.yaml"] => {
                let form = Form::Single("service", Service::record());
                if let Some(decoded) = self.document::<Service>(sources, file, form, sink) {
                    self.service(service, decoded);
                }
            }
            ["schema", "services", service, "config", name] => {
                self.fragment((sources, file), (service, &stem(name)), sink);
            }
            ["schema", "services", service, "patch", _] => {
                let form = Form::Record(ServicePatches::record());
                if let Some(patches) = self.document::<ServicePatches>(sources, file, form, sink) {
                    self.pending.push((service.to_owned(), Part::Patches(patches.patch)));
                }
            }
            ["schema", "services", service, "rules", _] => {
                if let Some(rule) = self.document(sources, file, Form::Single("rule", Rule::record()), sink) {
                    self.pending.push((service.to_owned(), Part::Rule(Box::new(rule))));
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
                if let Some(fragment) = self.document(sources, file, Form::Shape(&Fragment::SHAPE), sink) {
                    self.catalog.fragments.insert(stem(name), fragment);
                }
            }
            ["schema", "rules", _] => {
                if let Some(rule) = self.document(sources, file, Form::Single("rule", Rule::record()), sink) {
                    self.catalog.rules.push(rule);
                }
            }
            ["schema", "releases.kdl"] => {
                let form = Form::Record(Releases::record());
                if let Some(read) = self.document::<Releases>(sources, file, form, sink) {
                    self.releases(read);
                }
            }
            ["schema", "defaults.kdl"] | ["overlays", _, "overlay.kdl" | "overlay.yaml"] => {
                let name = path.split('/').nth(1).unwrap_or_default();
                self.overlays.insert(stem(name), file);
                self.trees.extend(self.document::<Node>(
                    sources,
                    file,
                    Form::Single("overlay", Overlay::record()),
                    sink,
                ));
            }
            _ => {}
        }
    }

    /// A fragment of a service, or what each of its back ends has for one.
    fn fragment(&mut self, (sources, file): (&Sources, FileId), (service, name): (&str, &str), sink: &mut Sink) {
        let form = Form::Shape(&Fragment::SHAPE);
        let part = if is_template(name) {
            self.document(sources, file, form, sink).map(|node| Part::Template(name.to_owned(), node))
        } else {
            self.document(sources, file, form, sink).map(|fragment| Part::Fragment(name.to_owned(), fragment))
        };
        self.pending.extend(part.map(|part| (service.to_owned(), part)));
    }

    fn releases(&mut self, read: Releases) {
        self.lists.push(read.span.file);
        self.catalog.add(read);
        self.releases = self.catalog.releases.keys().map(ToString::to_string).collect();
    }

    fn service(&mut self, name: &str, mut service: Service) {
        for (id, component) in &mut service.components {
            component.object = match &component.name {
                Some(name) => name.to_string(),
                None => format!("{}-{}", service.name, component.moved_from.as_deref().unwrap_or(id)),
            };
        }
        self.catalog.services.insert(name.to_owned(), service);
    }

    /// Enters the images that services bring.
    fn images(&mut self, sink: &mut Sink) {
        let Catalog { services, releases, images, .. } = &mut self.catalog;
        let stock = self.lists.first();
        for (key, image) in services.values().flat_map(|service| &service.images) {
            if let Some(reference) = &image.reference {
                enter(images, (key, reference), stock, sink);
            }
            for (name, reference) in &image.releases {
                match releases.get_mut(name) {
                    Some(release) => enter(&mut release.images, (key, reference), stock, sink),
                    None => {
                        let known = self.releases.iter().map(String::as_str);
                        sink.push(unknown("TG0501", "OpenStack release", name, name.span, known));
                    }
                }
            }
        }
    }

    fn attach(&mut self, sink: &mut Sink) {
        self.images(sink);
        for (service, part) in std::mem::take(&mut self.pending) {
            let Some(service) = self.catalog.services.get_mut(&service) else { continue };
            match part {
                Part::Fragment(name, fragment) => drop(service.fragments.insert(name, fragment)),
                Part::Template(name, node) => drop(service.templates.insert(name, node)),
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

/// What a release list or a service says of an image key.
fn enter(images: &mut Images, (key, reference): (&Word, &Word), stock: Option<&FileId>, sink: &mut Sink) {
    match images.0.get(key) {
        None => drop(images.0.insert(key.clone(), reference.clone())),
        // What a project's list gives takes the place of what a service brings.
        Some(known) if Some(&known.span.file) == stock => {
            let message = format!("`images {key}` has no effect: `{RELEASES}` has the image `{key}`");
            sink.push(Diagnostic::error("TG0517", key.span, message).also(known.span, "the other one"));
        }
        Some(_) => {}
    }
}

/// The names that a site or an overlay may say.
fn overlay_names(overlays: &BTreeMap<String, FileId>) -> Vec<&str> {
    overlays.keys().map(String::as_str).filter(|name| *name != DEFAULTS).collect()
}

impl Library {
    /// Judges another text of one of its documents, as if it stood in the place of the present one: bound, and held against the
    /// option tables. The id is that of the new text.
    pub fn judge(&self, path: &str, text: &str, sink: &mut Sink) -> FileId {
        let mut sources = Sources::over(self.sources.clone());
        let file = sources.add(path.to_owned(), Cow::Owned(text.to_owned()));
        let releases = self.catalog.releases.keys().map(ToString::to_string).collect();
        let mut fresh = Loader { releases, ..Loader::default() };
        fresh.file(&sources, path, file, sink);
        if sink.has_errors() {
            return file;
        }
        let old = self.sources.find(path);
        let mut catalog = self.catalog.clone();
        for (name, service) in fresh.catalog.services.drain(..) {
            let Some(present) = catalog.services.get_mut(&name) else { continue };
            let old = std::mem::replace(present, service);
            (present.fragments, present.patches, present.rules, present.texts) =
                (old.fragments, old.patches, old.rules, old.texts);
            present.templates = old.templates;
        }
        let images = catalog.releases.values_mut().map(|release| &mut release.images).chain([&mut catalog.images]);
        images.for_each(|images| images.0.retain(|_, reference| Some(reference.span.file) != old));
        catalog.fragments.extend(fresh.catalog.fragments.drain(..));
        catalog.rules.retain(|rule| Some(rule.span.file) != old);
        catalog.rules.append(&mut fresh.catalog.rules);
        for service in catalog.services.values_mut() {
            service.rules.retain(|rule| Some(rule.span.file) != old);
        }
        fresh.catalog = catalog;
        fresh.attach(sink);
        let sampled = sampled(&fresh.catalog, sink);
        bind(&sampled, &self.tables.names().collect(), &|other| other == file, sink);
        bind::option::options(&sampled, &self.tables, &|other| other == file, sink);
        for tree in &fresh.trees {
            bind::overlay::overlay(&fresh.catalog, tree, sink);
            bind::overlay::required(&overlay_names(&self.overlays), tree, sink);
            bind::option::overlay(&fresh.catalog, &self.tables, tree, sink);
        }
        file
    }
}
