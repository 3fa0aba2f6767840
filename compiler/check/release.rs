//! Services at releases of their own: which of them OpenStack has work together.
//!
//! What is tested between releases is one upgrade: from the release before, or from SLURP to SLURP
//! (<https://governance.openstack.org/tc/resolutions/20220210-release-cadence-adjustment.html>); the list of releases says the pairs.
//!
//! Invariant: a site all of whose services are at its release has no diagnostic from here.

use crate::catalog::release::way;
use crate::catalog::service::Service;
use crate::catalog::target::TargetKind;
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::span::Span;
use crate::spec::site::Group;

/// Checks the releases of services, and of those of host groups.
pub fn releases(model: &Model<'_>, sink: &mut Sink) {
    let said = model.site.services.values().filter_map(|spec| Some((&spec.name, spec.release.as_ref()?)));
    for (name, word) in said.filter(|(_, word)| model.catalog.releases.contains_key(word.as_str())) {
        let Some(service) = model.services.iter().find(|service| *service.name == **name) else { continue };
        let span = word.span;
        if is_able(model, service, span, sink) {
            apart(model, service, span, sink);
            order(model, service, span, sink);
        }
    }
    for group in model.site.groups.values() {
        of_group(model, group, sink);
    }
}

/// Can the service be at a release of its own?
fn is_able(model: &Model<'_>, service: &Service, span: Span, sink: &mut Sink) -> bool {
    if model.target() == TargetKind::Hosts {
        let message = "the packages of a distribution are of one release: no service of a site for hosts has its own";
        sink.push(Diagnostic::error("TG0857", span, message).hint("remove `release`, or change that of the site"));
        return false;
    }
    let follows = follows(model, service);
    if !follows {
        let message = format!("service `{}` has no images of OpenStack releases", service.name);
        sink.push(Diagnostic::error("TG0855", span, message).hint("remove `release`: `image` changes its version"));
    }
    follows
}

/// Has it images of OpenStack releases?
fn follows(model: &Model<'_>, service: &Service) -> bool {
    let mut releases = model.catalog.releases.values();
    service.follows_releases() || releases.any(|release| release.images.contains_key(service.image()))
}

/// Is one release reached from the other in one step, whichever is the older?
fn is_pair(model: &Model<'_>, a: usize, b: usize) -> bool {
    let (old, new) = (model.release_at(a.min(b)), model.release_at(a.max(b)));
    old == new || model.catalog.releases.get(new).is_some_and(|release| release.is_reached_from(old))
}

/// The hint that names the releases between two.
fn with_way(model: &Model<'_>, diagnostic: Diagnostic, (a, b): (usize, usize)) -> Diagnostic {
    let way = way(&model.catalog.releases, model.release_at(a.min(b)), model.release_at(a.max(b)));
    match way.len() {
        0..=2 => diagnostic,
        _ => diagnostic.hint(format!("the supported way is {}", way.join(" -> "))),
    }
}

/// Finds the first release in use that is too far from the service's.
fn apart(model: &Model<'_>, service: &Service, span: Span, sink: &mut Sink) {
    let own = model.release_of(&service.name);
    let others = model.own_releases.iter().map(|(name, place)| (Some(*name), *place));
    // One that is too far from the site's is told as such.
    let counts = |name: &str| model.services.iter().any(|other| *other.name == *name && follows(model, other));
    let others = others.filter(|(name, place)| name.is_some_and(counts) && is_pair(model, model.release, *place));
    let mut all = std::iter::once((None, model.release)).chain(others);
    let Some((other, place)) = all.find(|(_, place)| !is_pair(model, own, *place)) else { return };
    let (release, far) = (model.release_at(own), model.release_at(place));
    let who = other.map_or_else(|| "the site".to_owned(), |name| format!("service `{name}`"));
    let message = format!(
        "service `{}` is at {release} and {who} at {far}: OpenStack supports no upgrade between the two in one step",
        service.name
    );
    let also = other.map_or(model.site.release.openstack.span, |name| model.release_span(name));
    sink.push(with_way(model, Diagnostic::error("TG0856", span, message).also(also, "the other one"), (own, place)));
}

/// Finds services that are upgraded before this one, and were not.
fn order(model: &Model<'_>, service: &Service, span: Span, sink: &mut Sink) {
    let own = model.release_of(&service.name);
    let older = |name: &&crate::tree::word::Word| model.is_on(name) && model.release_of(name) < own;
    if let Some(before) = service.upgrade_after.iter().find(older) {
        let (release, other) = (model.release_at(own), model.release_name(before));
        let message = format!(
            "service `{}` is at {release}, newer than `{before}` at {other}, which is upgraded before it",
            service.name
        );
        let hint = format!("service {before} {{ release \"{release}\" }}");
        sink.push(Diagnostic::error("TG0858", span, message).also(before.span, "the order").hint(hint));
    }
}

/// Agents of a host group: not newer than the service, and at most one step older.
fn of_group(model: &Model<'_>, group: &Group, sink: &mut Sink) {
    let said = group.services.values().filter_map(|spec| Some((&spec.name, spec.release.as_ref()?)));
    for (name, word) in said {
        let Some(service) = model.services.iter().find(|service| *service.name == **name) else { continue };
        let Some(nodes) = model.catalog.releases.get_index_of(word.as_str()) else { continue };
        if !is_able(model, service, word.span, sink) {
            continue;
        }
        let own = model.release_of(&service.name);
        let what = if nodes > own {
            "newer than"
        } else if is_pair(model, nodes, own) {
            continue;
        } else {
            "too old for"
        };
        let message = format!(
            "the nodes of group `{}` have service `{}` at {word}, {what} the rest of it at {}",
            group.name,
            service.name,
            model.release_at(own)
        );
        let diagnostic = Diagnostic::error("TG0859", word.span, message);
        let diagnostic = diagnostic.also(model.release_span(&service.name), "the release of the rest");
        sink.push(with_way(model, diagnostic, (nodes, own)));
    }
}
