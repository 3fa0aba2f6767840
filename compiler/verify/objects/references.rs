//! What one object names must be another of the site.
//!
//! Invariant: what a cluster brings along, or others make by custom, is never asked for; the tables here say what that is.

use crate::diag::{Diagnostic, nearest};
use crate::kube::item::{Item, Value};

use super::place::{Place, Report, shortened};
use super::site::{Keys, Site, namespace, template_path};

/// A way to the name of an object, from a pod's spec, and its kind.
const OF_PODS: &[(&[&str], &str)] = &[
    (&["serviceAccountName"], "ServiceAccount"),
    (&["priorityClassName"], "PriorityClass"),
    (&["imagePullSecrets", "*", "name"], "Secret"),
    (&["volumes", "*", "persistentVolumeClaim", "claimName"], "PersistentVolumeClaim"),
];

/// Kinds of which a site uses what others brought into the cluster: a missing one is worth a look, no more.
const OTHERS_BRING: [&str; 2] = ["PriorityClass", "PersistentVolumeClaim"];

/// What every cluster has.
const IN_EVERY_CLUSTER: [(&str, &str); 5] = [
    ("ConfigMap", "kube-root-ca.crt"),
    ("ServiceAccount", "default"),
    ("PriorityClass", "system-node-critical"),
    ("PriorityClass", "system-cluster-critical"),
    ("Namespace", "default"),
];
/// The ClusterRoles that every cluster has, besides `system:*`.
const ROLES: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];

/// Checks what an object names.
pub fn check(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("kind").unwrap_or("");
    if let Some(path) = template_path(kind) {
        place.descend(path, &mut |template| template.descend(&["spec"], &mut |spec| pod(site, spec, report)));
    }
    match kind {
        "StatefulSet" => place.descend(&["spec", "serviceName"], &mut |name| headless(site, name, report)),
        "RoleBinding" | "ClusterRoleBinding" => binding(site, place, report),
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" => route(site, place, report),
        "Ingress" => {
            let rules: &[&str] = &["spec", "rules", "*", "http", "paths", "*", "backend", "service"];
            for path in [rules, &["spec", "defaultBackend", "service"]] {
                place.descend(path, &mut |service| ingress(site, service, report));
            }
        }
        "HorizontalPodAutoscaler" => place.descend(&["spec", "scaleTargetRef"], &mut |target| {
            let kind = target.text_of("kind").unwrap_or("");
            if template_path(kind).is_some() {
                target.descend(&["name"], &mut |name| named(site, kind, name, report));
            }
        }),
        _ => {}
    }
}

/// A name that must be that of an object in the namespace of the object that says it.
fn named(site: &Site<'_>, kind: &str, place: &Place<'_>, report: &mut Report<'_>) {
    let Some(name) = place.item.text().filter(|name| !name.is_empty()) else { return };
    let cluster = matches!(kind, "PriorityClass" | "ClusterRole");
    let own = if cluster { "" } else { namespace(place.object()) };
    let known = match kind {
        "Secret" | "ConfigMap" => !matches!(site.keys_of(kind, own, name), Keys::Absent),
        _ => site.find(kind, own, name).is_some(),
    };
    if known || IN_EVERY_CLUSTER.contains(&(kind, name)) {
        return;
    }
    let what = format!("no {kind} of the site is named `{}`", shortened(name));
    let pulls = place.path().contains("imagePullSecrets");
    if OTHERS_BRING.contains(&kind) || pulls {
        return report.warning("TG0826", place, &what);
    }
    let near = nearest(name, site.names(kind, own)).map(|near| format!("did you mean `{near}`?"));
    let diagnostic = report.diagnostic("TG0826", place, &what);
    let diagnostic = near.into_iter().fold(diagnostic, Diagnostic::hint);
    report.gather(format!("{kind} {own} {name}"), diagnostic);
}

fn pod(site: &Site<'_>, spec: &Place<'_>, report: &mut Report<'_>) {
    for (path, kind) in OF_PODS {
        spec.descend(path, &mut |name| named(site, kind, name, report));
    }
    for (source, field, kind) in [("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")] {
        spec.descend(&["volumes", "*", source], &mut |source| keyed(site, (kind, field, "items"), source, report));
    }
    for (source, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        spec.descend(&["volumes", "*", "projected", "sources", "*", source], &mut |source| {
            keyed(site, (kind, "name", "items"), source, report);
        });
    }
    for list in ["containers", "initContainers"] {
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            spec.descend(&[list, "*", "env", "*", "valueFrom", field], &mut |source| {
                keyed(site, (kind, "name", "key"), source, report);
            });
        }
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            spec.descend(&[list, "*", "envFrom", "*", field], &mut |source| {
                keyed(site, (kind, "name", ""), source, report);
            });
        }
        spec.descend(&[list, "*", "volumeMounts", "*"], &mut |mount| sub_path(site, spec.item, mount, report));
    }
}

/// A ConfigMap or Secret, by kind and the fields with its name and with its keys.
fn keyed(site: &Site<'_>, fields: (&str, &str, &str), source: &Place<'_>, report: &mut Report<'_>) {
    let (kind, name, keys) = fields;
    if source.is("optional") {
        return;
    }
    source.descend(&[name], &mut |name| named(site, kind, name, report));
    let Some(text) = source.text_of(name) else { return };
    let Keys::Known(known) = site.keys_of(kind, namespace(source.object()), text) else { return };
    let path: &[&str] = if keys == "key" { &["key"] } else { &["items", "*", "key"] };
    source.descend(path, &mut |key| {
        let Some(wanted) = key.item.text() else { return };
        if !known.contains(wanted) {
            let what = format!("{kind} `{text}` has no key `{}`", shortened(wanted));
            let near = nearest(wanted, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            report.advise("TG0827", key, &what, near);
        }
    });
}

/// A file that is mounted by itself must be a key of the ConfigMap or Secret.
fn sub_path(site: &Site<'_>, spec: &Item, mount: &Place<'_>, report: &mut Report<'_>) {
    let (Some(volume), Some(wanted)) = (mount.text_of("name"), mount.text_of("subPath")) else { return };
    let volumes = spec.get("volumes").map_or(&[][..], Item::list);
    let Some(volume) = volumes.iter().find(|item| item.get("name").and_then(Item::text) == Some(volume)) else {
        return;
    };
    for (source, field, kind) in [("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")] {
        let Some(source) = volume.get(source) else { continue };
        let Some(name) = source.get(field).and_then(Item::text) else { continue };
        let Keys::Known(known) = site.keys_of(kind, namespace(mount.object()), name) else { continue };
        let items = source.get("items").map_or(&[][..], Item::list);
        let mapped: Vec<&str> = items.iter().filter_map(|item| item.get("path").and_then(Item::text)).collect();
        let there = if items.is_empty() { known.contains(wanted) } else { mapped.contains(&wanted) };
        if !there && source.get("optional").is_none() {
            let (what, candidates) = match mapped.is_empty() {
                true => (format!("{kind} `{name}` has no key `{}`", shortened(wanted)), known.into_iter().collect()),
                false => (format!("the volume has no file `{}` among its items", shortened(wanted)), mapped),
            };
            let near = nearest(wanted, candidates).map(|near| format!("did you mean `{near}`?"));
            mount.descend(&["subPath"], &mut |place| report.advise("TG0827", place, &what, near.clone()));
        }
    }
}

/// The Service that gives the pods of a StatefulSet their names.
fn headless(site: &Site<'_>, name: &Place<'_>, report: &mut Report<'_>) {
    named(site, "Service", name, report);
    let Some(service) = name.item.text().and_then(|text| site.find("Service", namespace(name.object()), text)) else {
        return;
    };
    if service.at(&["spec", "clusterIP"]).and_then(Item::text) != Some("None") {
        report.error("TG0826", name, "the Service is not headless (`clusterIP: None`), so the pods get no names");
    }
}

fn binding(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    place.descend(&["roleRef"], &mut |role| {
        let kind = role.text_of("kind").unwrap_or("");
        let name = role.text_of("name").unwrap_or("");
        if kind == "Role" || !(ROLES.contains(&name) || name.starts_with("system:")) {
            role.descend(&["name"], &mut |name| named(site, kind, name, report));
        }
    });
    place.descend(&["subjects", "*"], &mut |subject| {
        let elsewhere = subject.text_of("namespace").is_some_and(|other| other != namespace(place.item));
        if subject.text_of("kind") == Some("ServiceAccount") && !elsewhere {
            subject.descend(&["name"], &mut |name| named(site, "ServiceAccount", name, report));
        }
    });
}

fn route(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    place.descend(&["spec", "parentRefs", "*"], &mut |parent| {
        let elsewhere = parent.text_of("namespace").is_some_and(|other| other != namespace(place.item));
        if elsewhere || parent.text_of("kind").is_some_and(|kind| kind != "Gateway") {
            return;
        }
        parent.descend(&["name"], &mut |name| named(site, "Gateway", name, report));
        let gateway = parent.text_of("name").and_then(|name| site.find("Gateway", namespace(place.item), name));
        let listeners = gateway.and_then(|gateway| gateway.at(&["spec", "listeners"])).map(Item::list);
        parent.descend(&["sectionName"], &mut |section| {
            let there = |listener: &Item| listener.get("name").and_then(Item::text) == section.item.text();
            if listeners.is_some_and(|listeners| !listeners.iter().any(there)) {
                report.error("TG0827", section, "the Gateway has no listener of that name");
            }
        });
    });
    place.descend(&["spec", "rules", "*", "backendRefs", "*"], &mut |backend| {
        if backend.text_of("kind").is_none_or(|kind| kind == "Service") && backend.text_of("namespace").is_none() {
            backend.descend(&["name"], &mut |name| named(site, "Service", name, report));
            let service = backend.text_of("name").and_then(|name| site.find("Service", namespace(place.item), name));
            backend.descend(&["port"], &mut |port| service_port(service, "port", port, report));
        }
    });
}

fn ingress(site: &Site<'_>, backend: &Place<'_>, report: &mut Report<'_>) {
    backend.descend(&["name"], &mut |name| named(site, "Service", name, report));
    let service = backend.text_of("name").and_then(|name| site.find("Service", namespace(backend.object()), name));
    backend.descend(&["port", "number"], &mut |port| service_port(service, "port", port, report));
    backend.descend(&["port", "name"], &mut |port| service_port(service, "name", port, report));
}

fn service_port(service: Option<&Item>, field: &str, port: &Place<'_>, report: &mut Report<'_>) {
    let Some(ports) = service.and_then(|service| service.at(&["spec", "ports"])) else { return };
    if !ports.list().iter().any(|known| known.get(field) == Some(port.item)) {
        let shown = match &port.item.value {
            Value::Integer(number) => number.to_string(),
            _ => shortened(port.item.text().unwrap_or("")),
        };
        report.error("TG0824", port, &format!("the Service has no port `{shown}`"));
    }
}
