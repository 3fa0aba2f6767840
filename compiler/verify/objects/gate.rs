//! Start-up dependencies: what a gate waits for must be there, or its pod waits indefinitely.
//!
//! The gate is kubernetes-entrypoint, which reads what it waits for from variables of its environment.
//!
//! Invariant: only namespaces that hold objects of the site are looked at.

use serde_json::Value;

use crate::diag::{Diagnostic, nearest};
use crate::kube::item::Item;

use super::place::{Place, Report, shortened};
use super::site::{Site, namespace, template_path};

/// Checks the gates of an object's pods.
pub fn check(site: &Site<'_>, place: &Place<'_>, report: &mut Report<'_>) {
    let Some(path) = place.text_of("kind").and_then(template_path) else { return };
    place.descend(path, &mut |template| {
        template.descend(&["spec", "initContainers", "*", "env", "*"], &mut |variable| {
            let (Some(name), Some(place)) = (variable.text_of("name"), variable.get("value")) else { return };
            let Some(value) = place.item.text() else { return };
            match name {
                "DEPENDENCY_SERVICE" => names(site, "Service", value, &place, report),
                "DEPENDENCY_JOBS" => names(site, "Job", value, &place, report),
                "DEPENDENCY_DAEMONSET" => names(site, "DaemonSet", value, &place, report),
                "DEPENDENCY_JOBS_JSON" => jobs(site, value, &place, report),
                "DEPENDENCY_POD_JSON" => pods(site, value, &place, report),
                _ => {}
            }
        });
    });
}

/// `namespace:name` or `name`, joined by commas.
fn names(site: &Site<'_>, kind: &str, list: &str, place: &Place<'_>, report: &mut Report<'_>) {
    for entry in list.split(',').filter(|entry| !entry.is_empty()) {
        let (space, name) = entry.split_once(':').unwrap_or_else(|| (namespace(place.object()), entry));
        if site.find(kind, space, name).is_none() {
            let what = format!("it waits for {kind} `{}`, which is not part of the site", shortened(name));
            let near = nearest(name, site.names(kind, space)).map(|near| format!("did you mean `{near}`?"));
            let diagnostic = near.into_iter().fold(report.diagnostic("TG0828", place, &what), Diagnostic::hint);
            report.gather(format!("{kind} {entry}"), diagnostic);
        }
    }
}

fn entries(list: &str, place: &Place<'_>, report: &mut Report<'_>) -> Vec<Value> {
    match serde_json::from_str(list) {
        Ok(Value::Array(entries)) => entries,
        _ => {
            report.error("TG0828", place, "what it waits for is not a JSON list");
            vec![]
        }
    }
}

/// Does an object have all labels of an entry?
fn labelled(entry: &Value, labels: Option<&Item>) -> bool {
    let wanted = entry.get("labels").and_then(Value::as_object);
    wanted.is_some_and(|wanted| {
        wanted.iter().all(|(key, value)| {
            labels.and_then(|labels| labels.get(key)).and_then(Item::text) == value.as_str() && value.is_string()
        })
    })
}

fn jobs(site: &Site<'_>, list: &str, place: &Place<'_>, report: &mut Report<'_>) {
    for entry in entries(list, place, report) {
        let of = |key: &str| entry.get(key).and_then(Value::as_str);
        let space = of("namespace").unwrap_or_else(|| namespace(place.object()));
        match of("name") {
            Some(name) => names(site, "Job", &format!("{space}:{name}"), place, report),
            None => {
                let mut jobs = site.of_kind("Job", space);
                if !jobs.any(|job| labelled(&entry, job.at(&["metadata", "labels"]))) {
                    absent("Job", &entry, place, report);
                }
            }
        }
    }
}

fn pods(site: &Site<'_>, list: &str, place: &Place<'_>, report: &mut Report<'_>) {
    for entry in entries(list, place, report) {
        let space = entry.get("namespace").and_then(Value::as_str).unwrap_or_else(|| namespace(place.object()));
        let mut pods = site.pods.iter().filter(|pod| pod.namespace == space);
        if !pods.any(|pod| labelled(&entry, pod.template.at(&["metadata", "labels"]))) {
            absent("pod", &entry, place, report);
        }
    }
}

fn absent(kind: &str, entry: &Value, place: &Place<'_>, report: &mut Report<'_>) {
    let labels = entry.get("labels").map(Value::to_string).unwrap_or_default();
    let what =
        format!("it waits for a {kind} with the labels `{}`, which no {kind} of the site has", shortened(&labels));
    report.error("TG0828", place, &what);
}
