//! Addresses in finished options to findings about Services, pods, ports, databases and virtual hosts that are not there.
//!
//! Invariant: only names in the site's own namespace are judged; elsewhere in the cluster and outside of it others decide.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::finished::{Finished, Found};
use crate::check::host::{Host, hosts};
use crate::diag::{Sink, nearest};
use crate::kube::item::{Item, Value};
use crate::model::Model;

/// The Services of a site with their ports, and the pods of its StatefulSets by governing Service.
struct Directory {
    services: BTreeMap<String, BTreeSet<i64>>,
    pods: BTreeSet<String>,
}

/// Holds every address of the site's namespace against the objects that there are.
pub fn addresses(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let directory = directory(model, finished);
    let mut told = BTreeSet::new();
    for found in &finished.options {
        for host in hosts(&found.text) {
            let Some(name) = local(model, host.name) else { continue };
            let message = wrong(&directory, name, host).or_else(|| wrong_name(model, found, host));
            let Some((message, hint)) = message else { continue };
            // Files that extend others show one line of the site several times.
            if !told.insert((found.spans.first().copied(), message.clone())) {
                continue;
            }
            let message = format!("{} names {message}", found.title());
            let finding = finished.finding("TG0624", &found.spans, model.site.name.span, message);
            sink.push(match hint {
                Some(hint) => finding.hint(hint),
                None => finding,
            });
        }
    }
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
                let numbers = ports.iter().filter_map(|port| number(port.get("port")?));
                directory.services.insert(name.to_owned(), numbers.collect());
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

/// What is wrong with an address, and what to do where that is sure.
type Wrong = Option<(String, Option<String>)>;

fn wrong(directory: &Directory, name: &str, host: Host<'_>) -> Wrong {
    let service = name.rsplit('.').next().unwrap_or(name);
    let Some(ports) = directory.services.get(service) else {
        let near = nearest(service, directory.services.keys().map(String::as_str));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        return Some((format!("`{}`, and the site has no Service `{service}`", host.name), hint));
    };
    if name != service && !directory.pods.contains(name) {
        return Some((format!("`{}`, and no pod of Service `{service}` has that name", host.name), None));
    }
    let port = host.port.filter(|port| !ports.contains(port))?;
    let known = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    Some((format!("port {port} of Service `{service}`, which has {known}"), None))
}

/// The database or virtual host behind an address of their providers, where it is none of the service's.
fn wrong_name(model: &Model<'_>, found: &Found<'_>, host: Host<'_>) -> Wrong {
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
        ("database", service.databases.values().map(|database| database.name.as_str()).collect())
    } else if serves("queue").is_some() {
        ("virtual host", service.vhost.iter().map(|(vhost, _)| vhost.as_str()).collect())
    } else {
        return None;
    };
    let shown = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("the {what} `{path}`, and that of service `{}` is {shown}", service.name);
    (!known.is_empty() && !known.contains(&path)).then_some((message, None))
}
