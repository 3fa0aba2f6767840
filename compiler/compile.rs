//! One site, all stages but the writing.
//!
//! Invariant: artifacts are there only where no error was found.

use std::collections::BTreeMap;

use crate::catalog::load::Library;
use crate::diag::{Diagnostic, Sink};
use crate::emit::artifacts::{Rendered, artifacts};
use crate::layer::{merge, stack};
use crate::link::{Linked, link};
use crate::resolve::resolve;
use crate::secret::{SiteStore, check, external, form, need};
use crate::span::Span;
use crate::spec::decode;
use crate::verify::{objects, options};
use crate::world::{Sources, World};

/// A compiled site.
#[derive(Debug)]
pub struct Compiled {
    /// The site's name, where it could be read.
    pub name: String,
    /// Every file, where there was no error.
    pub artifacts: Option<Vec<Rendered>>,
    /// The finished site, where there was no error.
    pub linked: Option<Linked>,
    /// The order of delivery units: unit -> units it waits for.
    pub units: BTreeMap<String, Vec<String>>,
    /// How the site is delivered.
    pub deliver: Option<crate::spec::site::Deliver>,
    /// The password store, where the spec could be read.
    pub store: Option<SiteStore>,
    /// Findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// All texts.
    pub sources: Sources,
    /// What winning values of the spec shadow.
    pub shadows: BTreeMap<Span, Vec<Span>>,
}

/// Compiles the site in the folder `path` of the world, for instance `sites/lab`.
pub fn compile(world: &dyn World, library: &Library, path: &str) -> Compiled {
    let mut sink = Sink::default();
    let mut compiled = Compiled {
        name: path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_owned(),
        artifacts: None,
        linked: None,
        units: BTreeMap::new(),
        deliver: None,
        store: None,
        diagnostics: Vec::new(),
        sources: Sources::over(library.sources.clone()),
        shadows: BTreeMap::new(),
    };
    run(world, library, path, &mut compiled, &mut sink);
    compiled.diagnostics = sink.into_sorted();
    compiled
}

fn run(world: &dyn World, library: &Library, path: &str, compiled: &mut Compiled, sink: &mut Sink) {
    let Some(layers) = stack::stack(world, library, path, &mut compiled.sources, sink) else { return };
    let Some(resolved) = merge(layers, sink) else { return };
    compiled.shadows = resolved.shadows;
    let roles: Vec<&str> = library.catalog.roles.keys().map(String::as_str).collect();
    let Some(site) = decode::decode(&resolved.tree, &roles, sink) else { return };
    compiled.name.clone_from(&site.name.value);
    let mut store = SiteStore::read(world, (path, &site), &mut compiled.sources, sink);
    let Some(model) = resolve(&site, &library.catalog, None, sink) else { return };
    crate::check::model(&model, sink);
    let groups = site.groups.values().filter(|group| !group.services.is_empty());
    let groups: Vec<_> = groups.filter_map(|group| resolve(&site, &library.catalog, Some(group), sink)).collect();
    let mut linked = link(&model, &groups, store.tags(), sink);
    let ground = options::Ground { model: &model, tables: &library.tables, sources: &compiled.sources };
    options::check(&ground, &linked, sink);
    objects::check(&linked, &site.kubernetes.value, &site.kinds, sink);
    store.needs = need::needs(&model, &linked);
    store.forms = form::forms(&model, &linked, &store.needs);
    check::closed(&store, sink);
    check::delivery(&site, sink);
    compiled.units = crate::delivery::order::units(&model);
    crate::delivery::order::check(&compiled.units, site.name.span, sink);
    crate::check::finished(&model, &linked.finished(&compiled.sources), sink);
    compiled.deliver.clone_from(&site.deliver);
    if !sink.has_errors() {
        let secrets = external::artifacts(&model, &store, &mut linked.origins);
        let mut files = artifacts(&site, &mut linked, &compiled.units);
        files.extend(secrets);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        compiled.artifacts = Some(files);
        compiled.linked = Some(linked);
    }
    compiled.store = Some(store);
}
