//! Addresses in finished options to diagnostics about Services, pods, ports, databases and virtual hosts that are not there.
//!
//! Invariant: only names in the site's own namespace are checked; elsewhere in the cluster and outside it others decide, and so they do of a host that
//! the spec names as theirs.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::finished::{Finished, Found};
use crate::check::host::{Host, hosts};
use crate::diag::{Sink, nearest};
use crate::kube::item::{Item, Value};
use crate::model::Model;
use crate::span::Span;

/// The Services of a site with their ports, and the pods of its StatefulSets by governing Service.
struct Directory {
    services: BTreeMap<String, (BTreeSet<i64>, Vec<Span>)>,
    pods: BTreeSet<String>,
}

/// What is wrong with an address.
struct Wrong {
    message: String,
    hint: Option<String>,
    /// Places of the object that it is about.
    object: Vec<Span>,
}

/// A wrong address and the options that name it.
type Reported<'f, 'a> = (Wrong, Vec<&'f Found<'a>>);

/// Holds every address of the site's namespace against the objects that there are.
pub fn addresses(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let directory = directory(model, finished);
    let theirs = theirs(model);
    let mut told: BTreeMap<(Option<Span>, String), Reported<'_, '_>> = BTreeMap::new();
    for found in &finished.options {
        for host in hosts(&found.text) {
            let Some(name) = local(model, host.name).filter(|_| !theirs.contains(host.name)) else { continue };
            let wrong = wrong(&directory, name, host).or_else(|| wrong_name(model, found, host));
            let Some(wrong) = wrong else { continue };
            // A line of a site is told at its place; what the service data says everywhere is told once, since the object
            // that it is about was changed.
            let line = found.spans.iter().copied().find(|span| finished.is_written(*span));
            told.entry((line, wrong.message.clone())).or_insert_with(|| (wrong, Vec::new())).1.push(found);
        }
    }
    for ((line, _), (wrong, options)) in told {
        let Some(first) = options.first() else { continue };
        let message = match options.len() {
            count if count > 1 && line.is_none() => {
                format!("{} and {} more options name {}", first.title(), count - 1, wrong.message)
            }
            _ => format!("{} names {}", first.title(), wrong.message),
        };
        let places: Vec<Span> = first.spans.iter().chain(&wrong.object).copied().collect();
        let mut diagnostic = finished.diagnostic("TG0624", &places, model.site.name.span, message);
        diagnostic.hints.extend(wrong.hint);
        sink.push(diagnostic);
    }
}

/// Hosts of what others run, which may be in the site's namespace: an operator of the cluster has the database there, for instance.
fn theirs<'a>(model: &Model<'a>) -> BTreeSet<&'a str> {
    let providers = || model.site.providers.values();
    let hosts = providers().flat_map(|provider| &provider.hosts).map(|host| host.as_str());
    let endpoints = providers().flat_map(|provider| provider.endpoints.values()).chain(model.site.endpoints.values());
    let urls = endpoints.flat_map(|endpoint| [&endpoint.internal_url, &endpoint.public_url]).flatten();
    hosts.chain(urls.map(|url| url.value.host.as_str())).collect()
}

fn directory(model: &Model<'_>, finished: &Finished<'_>) -> Directory {
    let mut directory = Directory { services: BTreeMap::new(), pods: BTreeSet::new() };
    for object in &finished.objects {
        let name = object.at(&["metadata", "name"]).and_then(Item::text).unwrap_or_default();
        let spec = |field| object.at(&["spec", field]);
        match object.get("kind").and_then(Item::text) {
            Some("Service") => {
                let ports = spec("ports").map(|ports| &ports.value);
                let ports: &[Item] = if let Some(Value::List(ports)) = ports { ports } else { &[] };
                let numbers: Vec<&Item> = ports.iter().filter_map(|port| port.get("port")).collect();
                let spans = numbers.iter().flat_map(|number| finished.spans(number.origin)).collect();
                directory.services.insert(name.to_owned(), (numbers.into_iter().filter_map(number).collect(), spans));
            }
            Some("StatefulSet") => {
                let governing = spec("serviceName").and_then(Item::text).unwrap_or_default();
                // Where a patch changed the number, that is told as such.
                let planned = model.workloads.iter().find(|workload| workload.name == name);
                let planned = planned.map_or(1, |workload| workload.replicas.0);
                let count = spec("replicas").and_then(number).unwrap_or(1).max(planned);
                directory.pods.extend((0..count).map(|ordinal| format!("{name}-{ordinal}.{governing}")));
            }
            _ => {}
        }
    }
    directory
}

fn number(item: &Item) -> Option<i64> {
    if let Value::Integer(number) = item.value { Some(number) } else { None }
}

/// The part of a host name before the site's namespace: `service` or `pod.service`.
fn local<'h>(model: &Model<'_>, host: &'h str) -> Option<&'h str> {
    let site = model.site;
    let short = host.strip_suffix(site.cluster_domain.value.as_str()).and_then(|host| host.strip_suffix('.'));
    let name = short.unwrap_or(host).strip_suffix(".svc")?.strip_suffix(site.namespace.value.as_str())?;
    name.strip_suffix('.')
}

fn wrong(directory: &Directory, name: &str, host: Host<'_>) -> Option<Wrong> {
    let service = name.rsplit('.').next().unwrap_or(name);
    let Some((ports, spans)) = directory.services.get(service) else {
        let near = nearest(service, directory.services.keys().map(String::as_str));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("`{}`, and the site has no Service `{service}`", host.name);
        return Some(Wrong { message, hint, object: Vec::new() });
    };
    if name != service && !directory.pods.contains(name) {
        let message = format!("`{}`, and no pod of Service `{service}` has that name", host.name);
        return Some(Wrong { message, hint: None, object: Vec::new() });
    }
    let port = host.port.filter(|port| !ports.contains(port))?;
    let known = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("port {port} of Service `{service}`, which has {known}");
    Some(Wrong { message, hint: None, object: spans.clone() })
}

/// The database or virtual host behind an address of their providers, where it is none of the service's.
fn wrong_name(model: &Model<'_>, found: &Found<'_>, host: Host<'_>) -> Option<Wrong> {
    let service = model.service(found.service)?;
    let path = host.rest.strip_prefix('/')?;
    let path = path.split(['?', ',']).next().filter(|path| !path.is_empty())?;
    let serves = |capability: &str| {
        let known = model.providers.get(capability)?;
        let id = format!("{}/{}", known.service.name, known.provide.component);
        let pods = model.workload(&id).map(|workload| model.pod_hosts(workload)).unwrap_or_default();
        (model.cluster_host(&known.provide.service) == host.name || pods.iter().any(|pod| pod == host.name))
            .then_some(())
    };
    let (what, known): (&str, Vec<&str>) = if serves("database").is_some() {
        (
            "database",
            service
                .databases
                .iter()
                .map(|(id, database)| model.database_name(database.name.as_ref().unwrap_or(id)))
                .collect(),
        )
    } else if serves("queue").is_some() {
        // That of another service where a reference says whose it is.
        let vhosts =
            model.services.iter().flat_map(|other| model.vhosts(other).into_iter().map(move |vhost| (other, vhost)));
        let mine = vhosts.filter(|(other, (_, span))| other.name == service.name || found.spans.contains(span));
        ("virtual host", mine.map(|(_, (name, _))| model.vhost_name(name)).collect())
    } else {
        return None;
    };
    let shown = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("the {what} `{path}`, and that of service `{}` is {shown}", service.name);
    (!known.is_empty() && !known.contains(&path)).then_some(Wrong { message, hint: None, object: Vec::new() })
}
