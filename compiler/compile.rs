//! One site, all stages but the writing.
//!
//! Invariant: artifacts are there only where no error was found.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::bind::{bind as bind_catalog, overlay as bind};
use crate::catalog::load::Library;
use crate::delivery::annotations::annotate;
use crate::delivery::order::{self, drop_empty};
use crate::delivery::readme::readme;
use crate::diag::allow::{Allowed, is_allowable};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::emit::{Rendered, artifacts, counts};
use crate::kube::image::{Locks, read_locks};
use crate::kube::item::Item;
use crate::layer::{merge, stack};
use crate::link::patches::Patches;
use crate::link::{Linked, link};
use crate::lower::lower;
use crate::lower::object::PlacedObject;
use crate::model::Model;
use crate::model::facts::{SiteFacts, facts};
use crate::options::Tables;
use crate::origin::OriginTable;
use crate::print::comment::Comments;
use crate::resolve::back_ends;
use crate::resolve::extend::extend;
use crate::resolve::reference::data_images;
use crate::resolve::resolve;
use crate::secret::need::public_reads;
use crate::secret::store::{SiteStore, StoreFile};
use crate::secret::x509::authorities;
use crate::secret::{check, external};
use crate::span::Span;
use crate::spec::decode;
use crate::spec::files;
use crate::spec::former::Moved;
use crate::spec::site::{Recreate, SecretKind, Site, Traced};
use crate::tree::embedded::Embedded;
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
    /// Where what was made comes from.
    pub origins: OriginTable,
    /// The order of delivery units: unit -> units it waits for.
    pub units: BTreeMap<String, Vec<String>>,
    /// How the site is delivered.
    pub deliver: Option<crate::spec::site::Deliver>,
    /// How its secrets are sealed in the output.
    pub sealing: Option<crate::spec::site::SecretDelivery>,
    /// Where the site is named, and what decided its namespace; none where it could not be read.
    pub named: Option<(Span, Span)>,
    /// The objects that a person deletes before this state is delivered, as `Kind/name`.
    pub recreated: Vec<String>,
    /// The things that keep a former name.
    pub moved: Vec<Moved>,
    /// Who runs where, in which order.
    pub facts: SiteFacts,
    /// Disruptions that the spec acknowledges, by class: the last day, and where it says so.
    pub acknowledged: BTreeMap<String, (String, Span)>,
    /// The password store, where the spec could be read.
    pub store: Option<SiteStore>,
    /// Diagnostics, sorted.
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
    /// Diagnostics alone: nothing is printed.
    Diagnostics,
}

/// Compiles the site in the folder `path` of the world, for instance `sites/lab`.
pub fn compile(world: &dyn World, library: &Library, path: &str) -> Compiled {
    compile_for(world, library, path, None)
}

/// Finds what is wrong with a site; there are no files afterwards.
pub fn inspect(world: &dyn World, library: &Library, path: &str) -> Compiled {
    compile_to(world, library, (path, None), Goal::Diagnostics)
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
        origins: OriginTable::default(),
        units: BTreeMap::new(),
        deliver: None,
        sealing: None,
        named: None,
        recreated: Vec::new(),
        moved: Vec::new(),
        facts: SiteFacts::default(),
        acknowledged: BTreeMap::new(),
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
    let Some(layers) = stack::stack(world, library, wanted, &mut compiled.sources, sink) else { return };
    let Some(resolved) = merge(layers, sink) else { return };
    compiled.shadows = resolved.shadows;
    let Some(mut site) = decode::decode(&resolved.tree, &library.catalog, sink) else { return };
    back_ends::enter(&mut site, &library.catalog, sink);
    site.sources = files::read((world, wanted.0), &site, &mut compiled.sources, sink);
    let extended = extend(&library.catalog, &site, None, sink);
    names(&extended, &site, sink);
    if let Cow::Owned(extended) = &extended {
        extension(library, (extended, &compiled.sources), sink);
    }
    let (is_sound, mark, whole) = (!sink.has_errors(), sink.mark(), [site.name.span, site.span]);
    make((world, library, &extended), (site, wanted), goal, compiled, sink);
    // What service data or the site as a whole lacks follows from what the spec got wrong.
    if !is_sound {
        sink.retain_since(mark, |diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| label.span);
            place.is_none_or(|span| !whole.contains(&span) && !is_stock(&compiled.sources, span))
        });
    }
}

/// Was that place in data that the program carries?
fn is_stock(sources: &Sources, span: Span) -> bool {
    sources
        .get(span.file)
        .is_some_and(|source| Embedded::find(&source.path).is_some_and(|embedded| embedded.text == source.text))
}

/// The stages behind decoding.
fn make(
    (world, library, catalog): (&dyn World, &Library, &Catalog),
    (mut site, wanted): (Site, (&str, Option<&str>)),
    goal: Goal,
    compiled: &mut Compiled,
    sink: &mut Sink,
) {
    if let Some(release) = wanted.1 {
        move_to(&mut site, release);
    }
    compiled.name.clone_from(&site.name.value);
    compiled.named = Some((site.name.span, site.namespace.span));
    allow_diagnostics(world, library, &site, sink);
    let store = StoreFile::read(world, (wanted.0, &site), &mut compiled.sources, sink);
    site.rotations = store.rotations();
    site.authorities = authorities::read(world, (wanted.0, &site), sink);
    site.public_certificate = authorities::read_public(world, (wanted.0, &site), sink);
    site.image_locks = image_locks(world, (wanted.0, &site), sink);
    let Some(model) = resolve(&site, (catalog, &library.tables), None, sink) else { return };
    crate::check::model(&model, sink);
    let groups = site.groups.values().filter(|group| !group.services.is_empty());
    let groups: Vec<_> = groups.map(|group| (group, extend(&library.catalog, &site, Some(group), sink))).collect();
    let groups: Vec<_> = groups
        .iter()
        .filter_map(|(group, catalog)| resolve(&site, (catalog, &library.tables), Some(group), sink))
        .collect();
    groups.iter().for_each(|group| crate::check::added_mounts(group, sink));
    let mut origins = OriginTable::default();
    let mut assembly = lower(&model, &groups, &mut origins, sink);
    compiled.facts = facts(&model, std::mem::take(&mut assembly.facts), data_images(&model));
    let (mut linked, patches) = link(&model, assembly, &store.tags(), &mut origins, sink);
    for (read, reader) in public_reads(&model) {
        linked.reads.entry(read).or_default().insert(reader);
    }
    let store = SiteStore::new(store, &model, &linked);
    let acknowledged = site.acknowledged.values();
    compiled.acknowledged =
        acknowledged.map(|entry| (entry.class.value.clone(), (entry.until.value.clone(), entry.class.span))).collect();
    compiled.units = order::units(&model);
    order::check(&compiled.units, site.name.span, sink);
    let (linked, mut placed) = deliver((&model, linked), &store, &mut compiled.units, &mut origins);
    patch_placed(patches, &mut placed, &mut origins, sink);
    (compiled.recreated, compiled.moved) = (recreated(world, &site, &linked, sink), moved(&model));
    let items: Vec<&Item> =
        linked.objects.iter().map(|object| &object.item).chain(placed.iter().map(|one| &one.item)).collect();
    let page = readme(&site, &items, &mut origins);
    // A store is made for the release that the spec says; another may need more.
    if wanted.1.is_none() {
        check::locked(&store, sink);
    }
    compiled.origins = origins;
    check_products((&model, &groups), &library.tables, (&linked, &placed), compiled, sink);
    compiled.deliver.clone_from(&site.deliver);
    compiled.sealing = site.sealing();
    if !sink.has_errors() {
        compiled.counts = counts(&linked, &placed);
        if goal == Goal::Files {
            let comments = site.comments.value.then(|| Comments::new(&compiled.origins, &compiled.sources));
            let mut files = artifacts(&linked, &placed, comments);
            files.extend(external::table(&model, &store));
            files.extend(page);
            files.sort_by(|a, b| a.path.cmp(&b.path));
            compiled.artifacts = Some(files);
        }
        compiled.linked = Some(linked);
    }
    compiled.store = Some(store);
    sink.unused_lowered();
}

/// Puts a site and all its services to another release, as if its spec said so.
fn move_to(site: &mut Site, release: &str) {
    release.clone_into(&mut site.common.release.openstack.value);
    let of_groups = site.groups.values_mut().flat_map(|group| group.services.values_mut());
    site.common.services.values_mut().chain(of_groups).for_each(|spec| spec.release = None);
}

/// Binds what a site adds to the catalog, as service data is bound; what is wrong elsewhere was told when it was loaded.
fn extension(library: &Library, (catalog, sources): (&Catalog, &Sources), sink: &mut Sink) {
    let tables = library.tables.names().collect();
    let mut found = Sink::default();
    bind_catalog(catalog, &tables, &|_| false, &mut found);
    for diagnostic in found.into_sorted() {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        // What stands in service data was told when it was loaded.
        let path = place.and_then(|span| sources.get(span.file)).map(|source| source.path.as_str());
        if path.is_some_and(|path| !path.starts_with("schema/")) {
            sink.push(diagnostic);
        }
    }
}

/// Looks up every name of service data that a spec says.
fn names(catalog: &Catalog, site: &Site, sink: &mut Sink) {
    bind::services(catalog, &site.services, sink);
    site.groups.values().for_each(|group| bind::services(catalog, &group.services, sink));
    bind::images(catalog, site, sink);
}

/// A linked site with what tells a controller how to deliver its objects, and the objects of delivery. Units that hold nothing
/// are dropped.
fn deliver(
    (model, linked): (&Model<'_>, Linked),
    store: &SiteStore,
    units: &mut BTreeMap<String, Vec<String>>,
    origins: &mut OriginTable,
) -> (Linked, Vec<PlacedObject>) {
    let deliver = model.site.deliver.as_ref();
    let delivers_secrets = deliver.is_some_and(|deliver| deliver.secrets.kind.value != SecretKind::None);
    let secrets = store
        .templates
        .iter()
        .filter(|_| delivers_secrets)
        .filter_map(|template| template.folder.strip_prefix("kubernetes/"));
    let holding: BTreeSet<&str> = linked.objects.iter().map(|object| object.unit.as_str()).chain(secrets).collect();
    drop_empty(units, &holding);
    let objects = annotate(linked.objects, deliver.map(|deliver| deliver.kind.value));
    let linked = Linked { objects, ..linked };
    let mut placed = crate::delivery::objects::objects(model.site, &linked.objects, units, origins);
    placed.extend(external::objects(model, store, origins));
    (linked, placed)
}

/// Applies the site's patches to the objects that deliver it; a patch that matched no object by now matches none.
fn patch_placed(mut patches: Patches<'_>, placed: &mut [PlacedObject], origins: &mut OriginTable, sink: &mut Sink) {
    for object in placed {
        patches.apply(&mut object.item, "", origins, sink);
    }
    patches.unmatched(sink);
}

/// Checks what was made of a site against what its programs, its cluster and its rules ask for.
fn check_products(
    (model, groups): (&Model<'_>, &[Model<'_>]),
    tables: &Tables,
    (linked, placed): (&Linked, &[PlacedObject]),
    compiled: &mut Compiled,
    sink: &mut Sink,
) {
    let (site, origins, sources) = (model.site, &compiled.origins, &compiled.sources);
    let context = options::CheckContext { model, tables, sources, origins };
    compiled.checked = options::check(&context, linked, sink);
    check::delivery(site, sink);
    // What the service data gives is checked only where the spec is sound: a mistake there comes back in many objects.
    let is_sound = !sink.has_errors();
    let mut found = Sink::default();
    let of_plugin = site.cni.plugin.kinds().iter().map(|kind| Traced::new((*kind).to_owned(), site.name.span));
    let kinds: Vec<_> = site.kinds.iter().cloned().chain(of_plugin).collect();
    objects::check((linked, placed), origins, &site.release.kubernetes.value, &kinds, &mut found);
    // What the spec's own word was told of is not told again of the object that comes of it.
    let told = [("TG0817", "TG0452"), ("TG0704", "TG0457"), ("TG0501", "TG0501"), ("TG0825", "TG0516")];
    let told: Vec<&str> = told.iter().filter(|(_, cause)| sink.has(cause)).map(|(code, _)| *code).collect();
    for diagnostic in found.into_sorted().into_iter().filter(|diagnostic| !told.contains(&diagnostic.code)) {
        if is_sound || diagnostic.primary.as_ref().is_none_or(|label| context.is_users(label.span)) {
            sink.push(diagnostic);
        }
    }
    crate::check::finished((model, groups), &linked.finished(origins, sources), sink);
}

/// The file beside a spec with the digests of its images.
pub const IMAGE_LOCKS: &str = "images.lock";

/// The digests of images, from the file beside the spec.
fn image_locks(world: &dyn World, (folder, site): (&str, &Site), sink: &mut Sink) -> Locks {
    let path = format!("{}/{IMAGE_LOCKS}", folder.trim_end_matches('/'));
    match world.read_text(&path) {
        Ok(text) => read_locks(&text.unwrap_or_default()).unwrap_or_else(|(line, what)| {
            sink.push(Diagnostic::error("TG0543", site.name.span, format!("`{path}`, line {line}: {what}")));
            Locks::new()
        }),
        Err(error) => {
            sink.push(error.into_diagnostic());
            Locks::new()
        }
    }
}

/// The objects that the spec says are made again, those whose day is not over; each is one of the site.
fn recreated(world: &dyn World, site: &Site, linked: &Linked, sink: &mut Sink) -> Vec<String> {
    let known: Vec<String> =
        linked.objects.iter().map(|object| format!("{}/{}", object.kind(), object.name())).collect();
    let mut recreated = Vec::new();
    for Recreate { object, until, .. } in site.recreated.values() {
        if !known.contains(&object.value) {
            let diagnostic =
                Diagnostic::error("TG0842", object.span, format!("the site has no object `{}`", object.value));
            let near = nearest(&object.value, known.iter().map(String::as_str));
            sink.push(near.map_or(diagnostic.clone(), |near| diagnostic.hint(format!("did you mean `{near}`?"))));
        } else if world.today().is_none_or(|today| today <= until.value) {
            recreated.push(object.value.clone());
        }
    }
    recreated
}

/// What the spec allows, checked; from here on the sink applies it.
fn allow_diagnostics(world: &dyn World, library: &Library, site: &Site, sink: &mut Sink) {
    let mut allowed = Vec::new();
    for (code, entry) in &site.allowed {
        if !is_allowable(&code.value) && library.catalog.explanation(&code.value).is_none() {
            let message = format!("`{}` is not a diagnostic that can be allowed", code.value);
            sink.push(Diagnostic::error("TG0310", code.span, message));
            continue;
        }
        let is_over = world.today().is_some_and(|today| today > entry.until.value);
        let (code, span) = (code.value.clone(), code.span);
        let (reason, until) = (entry.reason.clone(), entry.until.value.clone());
        allowed.push(Allowed { code, span, reason, until, is_over, is_used: false });
    }
    sink.allow(allowed);
}

/// The things of the spec and of service data that keep a former name.
fn moved(model: &Model<'_>) -> Vec<Moved> {
    let components = model.services.iter().flat_map(|service| {
        service.components.iter().filter_map(|(id, component)| {
            let what = format!("component of service {}", service.name);
            Some(Moved { what, name: id.clone(), from: component.moved_from.as_deref()?.clone() })
        })
    });
    model.site.moved.iter().cloned().chain(components).collect()
}
