//! One site, all stages but the writing.
//!
//! Invariant: artifacts are there only where no error was found.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::load::Library;
use crate::delivery::annotations::annotate;
use crate::delivery::order::{self, drop_empty};
use crate::diag::lower::{Lowered, is_day, is_lowerable};
use crate::diag::{Diagnostic, Sink};
use crate::emit::artifacts::{Rendered, artifacts, counts};
use crate::emit::comment::Comments;
use crate::layer::{merge, stack};
use crate::link::{Linked, link};
use crate::resolve::resolve;
use crate::secret::{SiteStore, check, external, form, need};
use crate::span::Span;
use crate::spec::decode;
use crate::spec::site::Site;
use crate::verify::options::Count;
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
    /// How many options were checked.
    pub checked: Count,
    /// How many objects and config files the site has, where there was no error.
    pub counts: (usize, usize),
}

/// What a compilation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Files.
    Files,
    /// Findings alone: nothing is printed.
    Findings,
}

/// Compiles the site in the folder `path` of the world, for instance `sites/lab`.
pub fn compile(world: &dyn World, library: &Library, path: &str) -> Compiled {
    compile_for(world, library, path, None)
}

/// Finds what is wrong with a site; there are no files afterwards.
pub fn inspect(world: &dyn World, library: &Library, path: &str) -> Compiled {
    compile_to(world, library, (path, None), Goal::Findings)
}

/// Compiles a site as if its spec said another OpenStack release.
pub fn compile_for(world: &dyn World, library: &Library, path: &str, release: Option<&str>) -> Compiled {
    compile_to(world, library, (path, release), Goal::Files)
}

fn compile_to(world: &dyn World, library: &Library, wanted: (&str, Option<&str>), goal: Goal) -> Compiled {
    let path = wanted.0;
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
        checked: Count::default(),
        counts: (0, 0),
    };
    run((world, library), wanted, goal, &mut compiled, &mut sink);
    compiled.diagnostics = sink.into_sorted();
    compiled
}

fn run(
    (world, library): (&dyn World, &Library),
    wanted: (&str, Option<&str>),
    goal: Goal,
    compiled: &mut Compiled,
    sink: &mut Sink,
) {
    let Some(layers) = stack::stack(world, library, wanted.0, &mut compiled.sources, sink) else { return };
    let Some(resolved) = merge(layers, sink) else { return };
    compiled.shadows = resolved.shadows;
    let roles: Vec<&str> = library.catalog.roles.keys().map(|name| name.as_str()).collect();
    let Some(mut site) = decode::decode(&resolved.tree, &roles, sink) else { return };
    if let Some(release) = wanted.1 {
        release.clone_into(&mut site.openstack.value);
    }
    compiled.name.clone_from(&site.name.value);
    lower(world, &site, sink);
    let mut store = SiteStore::read(world, (wanted.0, &site), &mut compiled.sources, sink);
    site.rotations = store.rotations();
    let Some(model) = resolve(&site, &library.catalog, None, sink) else { return };
    crate::check::model(&model, sink);
    let groups = site.groups.values().filter(|group| !group.services.is_empty());
    let groups: Vec<_> = groups.filter_map(|group| resolve(&site, &library.catalog, Some(group), sink)).collect();
    let mut linked = link(&model, &groups, store.tags(), sink);
    let ground = options::Ground { model: &model, tables: &library.tables, sources: &compiled.sources };
    compiled.checked = options::check(&ground, &linked, sink);
    store.needs = need::needs(&model, &linked);
    store.forms = form::forms(&model, &linked, &store.needs);
    // A store is made for the release that the spec says; another may need more.
    if wanted.1.is_none() {
        check::closed(&store, sink);
    }
    check::delivery(&site, sink);
    compiled.units = order::units(&model);
    order::check(&compiled.units, site.name.span, sink);
    let delivers_secrets = site.deliver.as_ref().is_some_and(|deliver| deliver.secrets.kind.value != "none");
    let secrets = store.forms.iter().filter(|_| delivers_secrets).map(|form| form.unit.as_str());
    let holding: BTreeSet<&str> = linked.objects.iter().map(|object| object.unit.as_str()).chain(secrets).collect();
    drop_empty(&mut compiled.units, &holding);
    annotate(&mut linked.objects, site.deliver.as_ref().map(|deliver| deliver.kind.value.as_str()));
    linked.delivery = crate::delivery::objects::objects(&site, &compiled.units, &mut linked.origins);
    linked.references = external::objects(&model, &store, &mut linked.origins);
    // What the service data gives is judged only where the spec is sound: a mistake there comes back in many objects.
    let is_sound = !sink.has_errors();
    let mut found = Sink::default();
    objects::check(&linked, &site.kubernetes.value, &site.kinds, &mut found);
    for finding in found.into_sorted() {
        if is_sound || finding.primary.as_ref().is_none_or(|label| ground.is_users(label.span)) {
            sink.push(finding);
        }
    }
    crate::check::finished(&model, &linked.finished(&compiled.sources), sink);
    compiled.deliver.clone_from(&site.deliver);
    if !sink.has_errors() {
        compiled.counts = counts(&linked);
        if goal == Goal::Files {
            let comments = site.comments.value.then(|| Comments::new(&linked.origins, &compiled.sources));
            compiled.artifacts = Some(files(&linked, comments, external::table(&model, &store)));
        }
        compiled.linked = Some(linked);
    }
    compiled.store = Some(store);
    sink.unused_lowered();
}

/// All files of a site, the table of its external secrets among them.
fn files(linked: &Linked, comments: Option<Comments<'_>>, table: Option<Rendered>) -> Vec<Rendered> {
    let mut files = artifacts(linked, comments);
    files.extend(table);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// What the spec lowers, checked; from here on the sink applies it.
fn lower(world: &dyn World, site: &Site, sink: &mut Sink) {
    let mut lowered = Vec::new();
    for entry in &site.lowered {
        let (code, until) = (&entry.code, &entry.until);
        if !is_lowerable(&code.value) {
            let message = format!("`{}` is no finding that can be lowered", code.value);
            sink.push(Diagnostic::error("TG0310", code.span, message));
            continue;
        }
        if !is_day(&until.value) {
            let message = format!("`until` is `{}`, expected a day, YYYY-MM-DD", until.value);
            sink.push(Diagnostic::error("TG0311", until.span, message));
            continue;
        }
        let is_over = world.today().is_some_and(|today| today > until.value);
        let (code, span) = (code.value.clone(), code.span);
        let (reason, until) = (entry.reason.clone(), until.value.clone());
        lowered.push(Lowered { code, span, reason, until, is_over, is_used: false });
    }
    sink.lower(lowered);
}
