//! What a spec names and its release does not have: since when it is gone and what took its place, or when it comes.
//!
//! Invariant: names that no release has are told where the spec is bound, not here; what an overlay says of others than its site's is for these.

use crate::catalog::Catalog;
use crate::catalog::bounds::Bounds;
use crate::catalog::overlay::ServiceSpec;
use crate::catalog::service::{Removal, Service};
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::span::Span;

/// Files and components of services that the release does not have.
pub fn check(model: &Model<'_>, sink: &mut Sink) {
    let of_groups = model.site.groups.values().flat_map(|group| group.services.values());
    for spec in model.site.services.values().chain(of_groups) {
        if let Some(service) = model.catalog.services.get(spec.name.as_str()) {
            of_service(model, service, spec, sink);
        }
    }
}

fn of_service(model: &Model<'_>, service: &Service, spec: &ServiceSpec, sink: &mut Sink) {
    let (catalog, release, own) = (model.catalog, model.release_of(&service.name), model.site.name.span.file);
    // An overlay serves sites of several releases: what it says of a component or a file of another one is for that.
    let mut told = |what: String, ends: (&Bounds, &Removal), span: Span| {
        if span.file == own && !ends.0.has_release(release) {
            let what = format!("{what} of service `{}`", service.name);
            sink.push(not_in_release(&what, ends, (catalog, release, span)));
        }
    };
    for name in spec.config.keys().chain(spec.extra.keys()) {
        if let Some(file) = service.files.get(name) {
            told(format!("file `{name}`"), (&file.bounds, &file.removal), name.span);
        }
    }
    for name in spec.components.keys() {
        if let Some(component) = service.components.get(name) {
            told(format!("component `{name}`"), (&component.pod.main.bounds, &component.removal), name.span);
        }
    }
}

/// What a site names is not part of its release.
pub fn not_in_release(what: &str, ends: (&Bounds, &Removal), place: (&Catalog, usize, Span)) -> Diagnostic {
    let ((bounds, removal), (catalog, release, span)) = (ends, place);
    if let Some(refusal) = removal.refusal("TG0508", what, (release, span)) {
        return refusal;
    }
    let name = catalog.releases.get_index(release).map_or("", |(name, _)| name.as_str());
    let diagnostic = Diagnostic::error("TG0508", span, format!("{what} is not part of OpenStack {name}"));
    match (&bounds.since, &bounds.until) {
        (Some(since), _) if release < since.index => diagnostic.hint(format!("it comes with OpenStack {}", since.word)),
        (_, Some(until)) => diagnostic.hint(format!("its last release is OpenStack {}", until.word)),
        _ => diagnostic,
    }
}
