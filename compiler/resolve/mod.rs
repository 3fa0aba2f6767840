//! Spec and catalog to model: which services are on, what their settings are, who serves and provides what.
//!
//! Invariant: diagnostics are pushed and the unsound part is left out; the rest is bound all the same.

pub mod back_ends;
mod endpoints;
pub mod extend;
mod external;
mod gates;
mod members;
mod names;
mod off;
pub mod options;
pub mod reference;
mod releases;
mod removed;
mod site;
mod workloads;

pub use site::node_network;

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::service::{Presence, Service};
use crate::catalog::target::TargetKind;
pub use crate::diag::unknown;
use crate::diag::{Diagnostic, Sink};
use crate::model::options::Options;
use crate::model::{Chosen, EndpointUse, Model, ProviderUse};
use crate::options::Tables;
use crate::spec::site::{Group, Site, is_for_hosts};
use crate::tree::word::Word;

/// Binds a site to the catalog, as a host group's nodes see it where one is named. None where the release is unknown.
pub fn resolve<'a>(
    site: &'a Site,
    (catalog, tables): (&'a Catalog, &Tables),
    group: Option<&'a Group>,
    sink: &mut Sink,
) -> Option<Model<'a>> {
    let release = release(site, catalog, sink)?;
    let external = external::services(site, catalog, release, sink);
    let own_releases = releases::own(site, catalog, group, sink);
    let services = services(site, catalog, (release, &own_releases), &external, sink);
    let labelled = labels(site, catalog);
    let mut model = Model {
        catalog,
        site,
        services,
        elsewhere: external,
        settings: BTreeMap::new(),
        options: Options::default(),
        endpoints: BTreeMap::new(),
        providers: BTreeMap::new(),
        workloads: Vec::new(),
        labels: labelled.iter().map(|(label, nodes)| (label.clone(), nodes.len())).collect(),
        labelled,
        release,
        own_releases,
        group,
        members: members::members(site, catalog),
        node: None,
    };
    removed::check(&model, sink);
    settings(&mut model);
    model.options = options::options(&model, tables, sink);
    bind(&mut model);
    external::check(&model, sink);
    names::own(&model, sink);
    endpoints::check(&model, sink);
    workloads::workloads(&mut model, sink);
    gates::gates(&mut model, sink);
    Some(model)
}

fn release(site: &Site, catalog: &Catalog, sink: &mut Sink) -> Option<usize> {
    let known: Vec<&str> = catalog.releases.keys().map(|name| name.as_str()).collect();
    let kubernetes: Vec<&str> = catalog.kubernetes.iter().map(|name| name.as_str()).collect();
    for (what, wanted, known) in
        [("OpenStack", &site.release.openstack, &known), ("Kubernetes", &site.release.kubernetes, &kubernetes)]
    {
        if !known.contains(&wanted.value.as_str()) {
            let message = format!("unknown {what} release `{}`", wanted.value);
            sink.push(
                Diagnostic::error("TG0501", wanted.span, message).hint(format!("known are {}", known.join(", "))),
            );
        }
    }
    known.iter().position(|name| *name == site.release.openstack.value)
}

/// Is there anything of a service on hosts? What runs there has data for it, what lies there is a file.
pub fn is_able(site: &Site, service: &Service) -> bool {
    let distribution = site.target.as_ref().and_then(|target| target.distribution.as_ref()).map(|found| found.value);
    service.host.as_ref().is_some_and(|host| host.is_of(distribution))
        || (service.components.is_empty() && service.jobs.is_empty())
}

/// Does the spec have the service on, or the service itself?
fn wanted(site: &Site, service: &Service) -> bool {
    let spec = site.services.get(service.name.as_str());
    let is_only_on_hosts = service.host.as_ref().is_some_and(|host| host.only);
    let is_out = if is_for_hosts(site) { !is_able(site, service) } else { is_only_on_hosts };
    if is_out {
        return false;
    }
    let default = service.default == Presence::On;
    spec.and_then(|spec| spec.enabled.as_ref()).map_or(default, |enabled| enabled.value)
}

fn services<'a>(
    site: &'a Site,
    catalog: &'a Catalog,
    (of_site, own): (usize, &BTreeMap<&str, usize>),
    external: &[&'a Service],
    sink: &mut Sink,
) -> Vec<&'a Service> {
    let mut on = Vec::new();
    let at = |service: &Service| own.get(service.name.as_str()).copied().unwrap_or(of_site);
    let is_here = |service: &&Service| !external.iter().any(|other| other.name == service.name);
    for service in catalog.services.values().filter(is_here).filter(|service| wanted(site, service)) {
        let release = at(service);
        if service.bounds.has_release(release) {
            on.push(service);
        } else if let Some(spec) = site.services.get(service.name.as_str()) {
            let what = format!("service `{}`", service.name);
            sink.push(removed::not_in_release(
                &what,
                (&service.bounds, &service.removal),
                (catalog, release, spec.span),
            ));
        }
    }
    ignored_settings(site, catalog, (&on, external), sink);
    for service in &on {
        let is_on = |name: &&Word| on.iter().chain(external).any(|other| *other.name == **name);
        // What a release lacks as a service of its own, another brings there.
        let is_of =
            |name: &&Word| catalog.services.get(name.as_str()).is_none_or(|known| known.bounds.has_release(at(known)));
        for name in service.requires.iter().filter(|name| !is_on(name)).filter(is_of) {
            let off =
                site.services.get(name.as_str()).and_then(|spec| spec.enabled.as_ref()).map(|enabled| enabled.span);
            let here = site.services.get(service.name.as_str()).map(|spec| spec.span);
            let span = off.or(here).unwrap_or(site.name.span);
            let message = format!("service `{}` needs `{name}`, which is off", service.name);
            let diagnostic = Diagnostic::error("TG0506", span, message);
            let diagnostic = match here.filter(|here| *here != span) {
                Some(here) => diagnostic.also(here, "needs it"),
                None => diagnostic,
            };
            sink.push(diagnostic.hint(format!("turn `{name}` on, or `{}` off", service.name)));
        }
    }
    on
}

/// What a site says of a service that is off has no effect, unless it is the site that turns it off.
fn ignored_settings(site: &Site, catalog: &Catalog, (on, external): (&[&Service], &[&Service]), sink: &mut Sink) {
    let own = site.name.span.file;
    // That a service has no data for hosts is told as such.
    let is_asked =
        |name: &str| catalog.services.get(name).is_some_and(|service| !is_for_hosts(site) || is_able(site, service));
    for (name, spec) in site.services.iter().filter(|(name, _)| is_asked(name.as_str())) {
        let is_said = spec.enabled.as_ref().is_some_and(|enabled| !enabled.value && enabled.span.file == own);
        let configs = spec.config.values().map(|tree| tree.span);
        let components = spec.components.values().map(|component| component.span);
        let mut spans = configs.chain(components).chain(spec.settings.values().map(|node| node.span));
        let is_on = on.iter().any(|service| *service.name == *name);
        if external.iter().any(|service| *service.name == *name) {
            let Some(span) = spans.find(|span| span.file == own) else { continue };
            let message = format!("others run service `{name}`, and what is said of it has no effect");
            sink.push(Diagnostic::error("TG0514", span, message).hint("remove this"));
            continue;
        }
        if let (false, Some(span)) = (is_said || is_on || sink.has("TG0508"), spans.find(|span| span.file == own)) {
            let message = format!("service `{name}` is off, and what is said of it has no effect");
            sink.push(Diagnostic::error("TG0514", span, message).hint("turn it on: `enabled #true`, or remove this"));
        }
    }
}

fn labels(site: &Site, catalog: &Catalog) -> BTreeMap<String, Vec<String>> {
    let mut labelled: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in &site.nodes {
        let mut own: Vec<&str> = Vec::new();
        for role in &node.roles {
            let stock = catalog
                .roles
                .get(&role.value)
                .into_iter()
                .flat_map(|role| role.labels.iter().map(|label| label.as_str()));
            let written = site.roles.get(role).into_iter().flat_map(|own| &own.labels).map(|label| label.as_str());
            own.extend(stock.chain(written));
        }
        own.extend(node.labels.iter().filter_map(|label| label.value.split('=').next()));
        own.sort_unstable();
        own.dedup();
        for label in own {
            labelled.entry(label.to_owned()).or_default().push(node.name.value.clone());
        }
    }
    labelled
}

fn settings(model: &mut Model<'_>) {
    for service in model.services.iter().chain(&model.elsewhere).copied().collect::<Vec<_>>() {
        for (name, setting) in &service.settings {
            let mut answers = model.specs(&service.name).rev().filter_map(|spec| spec.settings.get(name.as_str()));
            let written = answers.next();
            let default = match model.target() {
                TargetKind::Hosts => setting.host_default.as_ref().or(setting.default.as_ref()),
                TargetKind::Kubernetes => setting.default.as_ref(),
            };
            let below = answers.next().or(default);
            let shadowed = written.and(below).map(|value| value.span);
            if let Some(value) = written.or(default) {
                model.settings.insert((&service.name, name), Chosen { value, shadowed });
            }
        }
    }
}

fn bind(model: &mut Model<'_>) {
    for service in model.services.clone() {
        for (name, component) in &service.components {
            if !model.holds(&service.name, &component.pod.main.bounds) || model.is_turned_off(&service.name, name) {
                continue;
            }
            for id in &component.serves {
                let Some((id, endpoint)) = service.endpoints.get_key_value(id) else { continue };
                if model.holds(&service.name, &endpoint.bounds) {
                    let object =
                        endpoint.service.as_ref().map_or_else(|| component.object.clone(), ToString::to_string);
                    let (port, tls) = model.tls_port(&service.name, endpoint.tls.as_ref(), endpoint.port.0);
                    let said = model.site.endpoints.get(id);
                    model.endpoints.insert(id, EndpointUse { service, endpoint, component, object, port, tls, said });
                }
            }
        }
        for (capability, provide) in &service.provides {
            let Some(component) = service.components.get(provide.component.as_str()) else { continue };
            if model.holds(&service.name, &provide.bounds) {
                let (port, tls) = model.tls_port(&service.name, provide.tls.as_ref(), provide.port.0);
                let front = provide.front.as_ref().filter(|front| model.holds(&service.name, &front.bounds));
                let used = ProviderUse { service, provide, component, port, tls, external: None, front };
                model.providers.insert(capability, used);
            }
        }
    }
    external::bind(model);
}
