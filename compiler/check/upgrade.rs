//! A site that is upgraded step by step: is the next release one step away, and has each service something to do at its step?
//!
//! Invariant: a site that names no next release and no step has no diagnostic from here.

use crate::catalog::release::way;
use crate::catalog::service::{Service, UpgradeStep};
use crate::catalog::target::TargetKind;
use crate::diag::{Diagnostic, Sink, unknown};
use crate::model::Model;
use crate::span::Span;
use crate::tree::word::{Traced, Word};

/// Checks the next release and the steps of services.
pub fn upgrades(model: &Model<'_>, sink: &mut Sink) {
    if let Some(word) = &model.site.release.next {
        next(model, word, sink);
    }
    for spec in model.site.services.values() {
        let Some(step) = &spec.upgrade else { continue };
        let service = model.services.iter().find(|service| *service.name == *spec.name);
        match service {
            Some(_) if model.target() == TargetKind::Hosts => {
                let message = "packages of hosts are upgraded together: services of a site for hosts have no steps";
                sink.push(Diagnostic::error("TG0857", step.span, message).hint("remove `upgrade`"));
            }
            Some(service) => of_service(model, service, step, sink),
            None => idle(step.span, format!("service `{}` is off, and has nothing to upgrade", spec.name), sink),
        }
    }
    let of_groups = model.site.groups.values().flat_map(|group| group.services.values());
    for step in of_groups.filter_map(|spec| spec.upgrade.as_ref()) {
        idle(step.span, "the steps of an upgrade are those of the whole site, not of a host group".to_owned(), sink);
    }
}

fn idle(span: Span, message: String, sink: &mut Sink) {
    sink.push(Diagnostic::error("TG0862", span, message).hint("remove `upgrade`"));
}

/// The next release: known, newer than the site's, and one step away.
fn next(model: &Model<'_>, word: &Word, sink: &mut Sink) {
    let Some(place) = model.next_release() else {
        let known = model.catalog.releases.keys().map(|name| name.as_str());
        return sink.push(unknown("TG0501", "OpenStack release", word, word.span, known));
    };
    if model.site.services.values().all(|spec| spec.upgrade.is_none()) {
        let message = "`next` has no effect: no service is at a step of an upgrade";
        sink.push(Diagnostic::error("TG0862", word.span, message).hint("remove it, or run `taco-gen upgrade`"));
    }
    let is_away = |own: usize| own != place && !is_step(model, own, place);
    let services = model.services.iter().filter(|service| service.follows_releases());
    let of_services = services.map(|service| (model.release_of(&service.name), model.release_span(&service.name)));
    let site = (model.release, model.site.release.openstack.span);
    let Some((own, span)) = std::iter::once(site).chain(of_services).find(|(own, _)| is_away(*own)) else { return };
    let (from, to) = (model.release_at(own), model.release_at(place));
    let message = match own > place {
        true => format!("OpenStack {to} is older than {from}, and there is no way back to an older release"),
        false => format!("OpenStack supports no upgrade from {from} to {to} in one step"),
    };
    let diagnostic = Diagnostic::error("TG0861", word.span, message).also(span, "the release now");
    let way = way(&model.catalog.releases, from, to);
    sink.push(match way.get(1).filter(|_| way.len() > 2) {
        Some(first) => diagnostic.hint(format!("first to {first}: the supported way is {}", way.join(" -> "))),
        None => diagnostic,
    });
}

fn is_step(model: &Model<'_>, from: usize, to: usize) -> bool {
    let release = model.catalog.releases.get_index(to);
    release.is_some_and(|(_, release)| release.is_reached_from(model.release_at(from)))
}

fn of_service(model: &Model<'_>, service: &Service, step: &Traced<UpgradeStep>, sink: &mut Sink) {
    let (name, word) = (&service.name, step.value.word());
    if !service.has_step(step.value) {
        return idle(step.span, format!("service `{name}` has no Job for the step `{word}`"), sink);
    }
    if !step.value.is_before() {
        return;
    }
    let message = match (&model.site.release.next, model.next_release()) {
        (None, _) => format!("step `{word}` of service `{name}` needs the release that it goes to"),
        (Some(next), Some(place)) if model.release_of(name) == place => {
            format!("service `{name}` is at OpenStack {next}, past the step `{word}`")
        }
        _ => return,
    };
    let hint = format!("release openstack=\"{}\" next=\"RELEASE\"", model.release_at(model.release));
    let hint = if model.site.release.next.is_none() { hint } else { "remove `upgrade`".to_owned() };
    sink.push(Diagnostic::error("TG0860", step.span, message).hint(hint));
}
