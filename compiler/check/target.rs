//! Sites for hosts: words that are Kubernetes' alone, what has no data for hosts, and what two programs of a node both want.
//!
//! Invariant: what a site for hosts says and the output cannot have is told at its word.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::host_run::HostRun;
use crate::catalog::overlay::ComponentSpec;
use crate::catalog::service::{Balance, Component};
use crate::catalog::target::{Distribution, TargetKind};
use crate::diag::{Diagnostic, Sink};
use crate::model::{Model, ProviderUse, WorkloadKind};
use crate::resolve::is_able;
use crate::span::Span;
use crate::spec::site::Target;

/// Checks a site's target, and of a site for hosts all that differs there.
pub fn target(model: &Model<'_>, sink: &mut Sink) {
    on_hosts_alone(model, sink);
    let Some(target) = &model.site.target else { return };
    if model.target() == TargetKind::Kubernetes {
        idle(target, sink);
        return;
    }
    distribution(model, target, sink);
    words(model, sink);
    services(model, sink);
    components(model, target, sink);
    units(model, sink);
    ports(model, target, sink);
    address(model, target, sink);
}

/// What is said of hosts where the site is for Kubernetes.
fn idle(target: &Target, sink: &mut Sink) {
    let said = target.distribution.as_ref().map(|distribution| ("distribution", distribution.span));
    let recipients = target.recipients.first().map(|recipient| ("recipients", recipient.span));
    for (what, span) in said.into_iter().chain(recipients) {
        let message = format!("`{what}` has no effect: the site is for Kubernetes");
        sink.push(Diagnostic::error("TG0568", span, message).hint("write `target hosts`, or remove it"));
    }
}

/// Services that do on hosts what Kubernetes does in a cluster.
fn on_hosts_alone(model: &Model<'_>, sink: &mut Sink) {
    if model.target() == TargetKind::Hosts {
        return;
    }
    for (name, spec) in &model.site.services {
        let service = model.catalog.services.get(name.as_str());
        let service = service.filter(|service| service.host.as_ref().is_some_and(|host| host.only));
        let (Some(service), Some(enabled)) = (service, spec.enabled.as_ref().filter(|enabled| enabled.value)) else {
            continue;
        };
        let message = format!("service `{name}` is for sites for hosts, and this one is for Kubernetes");
        let diagnostic = Diagnostic::error("TG0590", enabled.span, message).also(service.name.span, "its data");
        sink.push(diagnostic.hint("remove it: Services of Kubernetes do what it does"));
    }
}

fn distribution(model: &Model<'_>, target: &Target, sink: &mut Sink) {
    let Some(distribution) = &target.distribution else {
        // A word that is none of the set was told as such.
        if sink.has("TG0207") {
            return;
        }
        let known: Vec<&str> = Distribution::CHOICES.iter().map(|choice| choice.word).collect();
        let message = format!("`target hosts` has no distribution, expected one of `{}`", known.join("`, `"));
        let hint = format!("target hosts distribution={}", known.first().copied().unwrap_or_default());
        sink.push(Diagnostic::error("TG0563", target.span, message).hint(hint));
        return;
    };
    let (known, release) = (distribution.value.releases(), &model.site.release.openstack);
    if !known.contains(&release.value.as_str()) {
        let message = format!(
            "`{}` has no packages of OpenStack {}, expected one of {}",
            distribution.value,
            release.value,
            known.join(", ")
        );
        sink.push(
            Diagnostic::error("TG0563", release.span, message)
                .also(distribution.span, "the distribution")
                .hint(format!("release openstack=\"{}\"", known.last().copied().unwrap_or_default())),
        );
    }
}

/// Words that decide objects of Kubernetes alone.
fn words(model: &Model<'_>, sink: &mut Sink) {
    let site = model.site;
    let own = site.name.span.file;
    let mut found: Vec<(&str, Span)> = vec![
        ("expose", site.expose.kind.span),
        ("namespace", site.namespace.span),
        ("cluster-domain", site.cluster_domain.span),
        ("release kubernetes", site.release.kubernetes.span),
    ];
    found.extend(site.deliver.as_ref().map(|deliver| ("deliver", deliver.span)));
    found.extend(site.storage_class.as_ref().map(|class| ("storage-class", class.span)));
    found.extend(site.certificates.as_ref().map(|said| ("certificates", said.span)));
    found.extend(site.registry.as_ref().map(|registry| ("registry", registry.span)));
    found.extend(site.images.values().map(|image| ("image", image.span)));
    found.extend(site.floating_images.iter().map(|key| ("floating-images", key.span)));
    found.extend(site.pods.as_ref().map(|pods| ("pods", pods.span)));
    found.extend(site.objects.values().map(|object| ("object", object.span)));
    found.extend(site.kinds.iter().map(|kind| ("kinds", kind.span)));
    found.extend(site.patches.iter().map(|patch| ("patch", patch.span)));
    found.extend(site.recreated.values().map(|object| ("recreate", object.span)));
    let of_components = site.services.values().flat_map(|service| service.components.values());
    found.extend(of_components.map(|component: &ComponentSpec| ("component", component.span)));
    let back_ends = site.services.iter().flat_map(|(name, own)| own.back_ends.values().map(move |said| (name, said)));
    let in_pods = back_ends.filter(|(service, said)| !runs_on_hosts(model, service, &said.kind));
    found.extend(in_pods.map(|(_, back_end)| ("back-end", back_end.span)));
    let jobs = site.services.values().flat_map(|service| service.jobs.values());
    found.extend(jobs.map(|job| ("job", job.span)));
    found.extend(
        site.groups.values().flat_map(|group| group.services.values()).map(|said| ("group service", said.span)),
    );
    for (word, span) in found.into_iter().filter(|(_, span)| span.file == own) {
        let message = format!("`{word}` has no effect: the site is for hosts, which have no objects of Kubernetes");
        sink.push(Diagnostic::error("TG0560", span, message).hint("remove it, or leave `target` out"));
    }
}

/// Has every program of a back end of that kind a unit?
fn runs_on_hosts(model: &Model<'_>, service: &str, kind: &str) -> bool {
    let kind = model.catalog.services.get(service).and_then(|service| service.back_ends.get(kind));
    kind.is_some_and(|kind| {
        let components = &kind.declared.components;
        !components.is_empty() && components.values().all(|component| !component.pod.host.is_empty())
    })
}

/// Services that run in pods alone.
fn services(model: &Model<'_>, sink: &mut Sink) {
    let own = model.site.name.span.file;
    for (name, spec) in &model.site.services {
        let Some(service) = model.catalog.services.get(name.as_str()).filter(|service| !is_able(model.site, service))
        else {
            continue;
        };
        let enabled = spec.enabled.as_ref();
        let is_off = enabled.is_some_and(|enabled| !enabled.value && enabled.span.file == own);
        let said = spec.settings.values().map(|value| value.span).chain(spec.config.values().map(|tree| tree.span));
        let mut spans = enabled.map(|enabled| enabled.span).into_iter().chain(said);
        if let Some(span) = spans.find(|span| span.file == own && !is_off) {
            let message = format!("service `{name}` has no data for hosts, so it cannot be part of this site");
            let diagnostic = Diagnostic::error("TG0561", span, message).also(service.name.span, "its data");
            sink.push(diagnostic.hint("remove it: a service with `host` in its service.kdl runs on hosts"));
        }
    }
}

/// Components that no unit runs, or that stand on more nodes than the target can serve; connections over TLS.
fn components(model: &Model<'_>, target: &Target, sink: &mut Sink) {
    let mut crowded: BTreeMap<Span, Vec<&str>> = BTreeMap::new();
    for workload in &model.workloads {
        let WorkloadKind::Component(component) = workload.kind else { continue };
        if model.host_run(&workload.owner.name, workload.pod).and_then(|host| host.unit.as_ref()).is_none() {
            let message = format!("`{}` has no systemd unit: its data has no `host unit=NAME`", workload.id);
            sink.push(Diagnostic::error("TG0562", component.pod.main.span, message).also(target.span, "the target"));
        }
        let is_alone = is_alone(model, component)
            && !model.host_run(&workload.owner.name, workload.pod).is_some_and(|host| host.members);
        if let (true, Some((_, second))) = (is_alone, model.nodes_of(component).get(1)) {
            crowded.entry(second.name.span).or_default().push(&workload.id);
        }
    }
    for (span, ids) in crowded {
        let message = format!(
            "`{}` would run on several nodes, and nothing of the site leads clients to one that serves",
            ids.join("`, `")
        );
        let hint = "turn on a service that provides `balancer`, or give the role to one node";
        sink.push(Diagnostic::error("TG0566", span, message).hint(hint));
    }
    let endpoint = model.endpoints.values().find(|known| known.tls).map(|known| known.service);
    let provider = model.providers.values().find(|known| known.tls && known.external.is_none());
    if let Some(service) = endpoint.or(provider.map(|known| known.service)) {
        let said = model.site.services.get(service.name.as_str()).and_then(|spec| spec.settings.get("tls"));
        let own = said.filter(|value| value.span.file == target.span.file);
        let span = own.map_or(target.span, |value| value.span);
        let message =
            format!("service `{}` speaks TLS, for which certificates of hosts are not made yet", service.name);
        sink.push(Diagnostic::error("TG0567", span, message).hint("remove the overlay or the setting"));
    }
}

/// Components of one unit of a package, of which one takes it for its own.
fn units(model: &Model<'_>, sink: &mut Sink) {
    let mut known: BTreeMap<(usize, &str), (&HostRun, &str)> = BTreeMap::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for workload in &model.workloads {
        let WorkloadKind::Component(component) = workload.kind else { continue };
        let host = model.host_run(&workload.owner.name, workload.pod);
        let Some((host, unit)) = host.and_then(|host| Some((host, host.unit.as_ref()?))) else { continue };
        for (node, _) in model.nodes_of(component) {
            let Some((other, id)) = known.insert((node, unit.as_str()), (host, workload.id.as_str())) else { continue };
            let is_apart = !(host.packaged && other.packaged) || host.shared && other.shared;
            if !is_apart && told.insert(host.span) {
                let message = format!("`{id}` and `{}` have one systemd unit, `{unit}`", workload.id);
                let diagnostic = Diagnostic::error("TG0591", host.span, message).also(other.span, "the other");
                sink.push(diagnostic.hint("write `shared=#true` at both: the unit then starts again for each of them"));
            }
        }
    }
}

/// Does one instance of a component serve all, so that several need a balancer or a cluster?
fn is_alone(model: &Model<'_>, component: &Component) -> bool {
    let (is_served, has_balancer) = (!component.serves.is_empty(), model.has_balancer());
    let is_known_by_one = |known: &ProviderUse<'_>| !has_balancer || known.provide.balance == Balance::None;
    let mut own = model.providers.values().filter(|known| std::ptr::eq(known.component, component));
    component.quorum || if is_served { !has_balancer } else { own.any(is_known_by_one) }
}

/// A balancer without an address that clients know.
fn address(model: &Model<'_>, target: &Target, sink: &mut Sink) {
    if model.has_balancer() && model.vip().is_none() {
        let management = model.site.networks.get("management");
        let span = management.map_or(target.span, |network| network.name.span);
        let message = "the site has a balancer, and network `management` no virtual address for it";
        let hint = "give it a free address of the network: `network management cidr=\"...\" vip=\"...\"`";
        sink.push(Diagnostic::error("TG0589", span, message).also(target.span, "the target").hint(hint));
    }
}

/// Two programs of a node that listen on one port.
fn ports(model: &Model<'_>, target: &Target, sink: &mut Sink) {
    let mut taken: BTreeMap<(usize, i64), &str> = BTreeMap::new();
    let mut told: Vec<(i64, &str)> = Vec::new();
    for workload in &model.workloads {
        let WorkloadKind::Component(component) = workload.kind else { continue };
        let service = &workload.service.name;
        let served = component.serves.iter().filter_map(|id| Some(model.endpoints.get(id.as_str())?.port));
        let ports = component.pod.main.ports.values().filter(|port| model.holds(service, &port.bounds));
        let mut own: Vec<i64> = served.chain(ports.map(|port| port.number.0)).collect();
        own.sort_unstable();
        own.dedup();
        for (node, name) in model.nodes_of(component) {
            for port in &own {
                match taken.get(&(node, *port)) {
                    Some(other) if !told.contains(&(*port, &workload.id)) => {
                        told.push((*port, &workload.id));
                        let message = format!(
                            "`{other}` and `{}` both listen on port {port} of node `{}`",
                            workload.id, name.name.value
                        );
                        let diagnostic = Diagnostic::error("TG0565", name.name.span, message);
                        sink.push(diagnostic.also(target.span, "the target").hint("give them to different nodes"));
                    }
                    Some(_) => {}
                    None => drop(taken.insert((node, *port), &workload.id)),
                }
            }
        }
    }
}
