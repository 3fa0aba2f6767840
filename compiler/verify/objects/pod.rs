//! What holds within one pod: mounts, ports, probes, resources, restart.
//!
//! Invariant: each rule is one that the API server or the kubelet has; none is a matter of taste.

use std::collections::BTreeMap;

use crate::diag::nearest;
use crate::kube::item::{Item, Value};

use super::place::{Place, Report, shortened};
use super::site::template_path;
use super::text::amount;

const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Checks the pods that an object makes.
pub fn check(place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("kind").unwrap_or("");
    let Some(path) = template_path(kind) else { return };
    place.descend(path, &mut |template| {
        template.descend(&["spec"], &mut |spec| {
            restart(kind, spec, report);
            containers(spec, report);
            mounts(place.item, spec, report);
            ports(spec, report);
            for list in LISTS {
                spec.descend(&[list, "*"], &mut |container| {
                    probes(container, report);
                    resources(container, report);
                    security(spec.item, container, report);
                });
            }
        });
    });
}

fn restart(kind: &str, spec: &Place<'_>, report: &mut Report<'_>) {
    let policy = spec.text_of("restartPolicy");
    let wanted: &[&str] = match kind {
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" => &["Always"],
        "Job" | "CronJob" => &["OnFailure", "Never"],
        _ => return,
    };
    let list = wanted.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
    match policy {
        Some(policy) if !wanted.contains(&policy) => {
            let what = format!("pods of a {kind} restart {list}, found `{}`", shortened(policy));
            spec.descend(&["restartPolicy"], &mut |place| report.error("TG0815", place, &what));
        }
        None if wanted.len() > 1 => {
            report.error(
                "TG0814",
                spec,
                &format!("the field `restartPolicy` is missing: pods of a {kind} need {list}"),
            );
        }
        _ => {}
    }
}

/// Containers and init containers share one set of names.
fn containers(spec: &Place<'_>, report: &mut Report<'_>) {
    let names: Vec<&str> = spec
        .item
        .get("containers")
        .map_or(&[][..], Item::list)
        .iter()
        .filter_map(|item| item.get("name")?.text())
        .collect();
    spec.descend(&["initContainers", "*", "name"], &mut |name| {
        if name.item.text().is_some_and(|text| names.contains(&text)) {
            report.error("TG0817", name, "a container of the pod has the same name");
        }
    });
    if spec.item.get("containers").is_some_and(|list| list.list().is_empty()) {
        spec.descend(&["containers"], &mut |list| report.error("TG0814", list, "a pod needs a container"));
    }
}

fn mounts(object: &Item, spec: &Place<'_>, report: &mut Report<'_>) {
    let claims = object.at(&["spec", "volumeClaimTemplates"]).map_or(&[][..], Item::list);
    let volumes = spec.item.get("volumes").map_or(&[][..], Item::list).iter();
    let names: Vec<&str> = volumes
        .filter_map(|item| item.get("name")?.text())
        .chain(claims.iter().filter_map(|claim| claim.at(&["metadata", "name"])?.text()))
        .collect();
    for list in LISTS {
        for field in ["volumeMounts", "volumeDevices"] {
            spec.descend(&[list, "*", field, "*", "name"], &mut |name| {
                let Some(text) = name.item.text() else { return };
                if !names.contains(&text) {
                    let hint = nearest(text, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    report.advise("TG0825", name, &format!("the pod has no volume `{}`", shortened(text)), hint);
                }
            });
        }
        spec.descend(&[list, "*", "volumeMounts", "*"], &mut |mount| {
            mount.descend(&["mountPath"], &mut |path| {
                if path.item.text().is_some_and(|text| text.contains(':') || text.is_empty()) {
                    report.error("TG0816", path, "expected a path without `:`");
                }
            });
            mount.descend(&["subPath"], &mut |path| {
                if path
                    .item
                    .text()
                    .is_some_and(|text| text.starts_with('/') || text.split('/').any(|part| part == ".."))
                {
                    report.error("TG0816", path, "expected a relative path without `..`");
                }
            });
        });
    }
}

/// All containers of a pod share its address, so each port and each name of one is there once.
fn ports(spec: &Place<'_>, report: &mut Report<'_>) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut numbers: BTreeMap<(i64, String), String> = BTreeMap::new();
    spec.descend(&["containers", "*"], &mut |container| {
        let own = container.path();
        container.descend(&["ports", "*"], &mut |port| {
            if let Some(name) = port.text_of("name")
                && names.insert(name.to_owned(), own.clone()).is_some()
            {
                report.error("TG0824", port, &format!("another port of the pod is named `{}`", shortened(name)));
            }
            let Some(Value::Integer(number)) = port.item.get("containerPort").map(|item| &item.value) else { return };
            let protocol = port.text_of("protocol").unwrap_or("TCP");
            let before = numbers.insert((*number, protocol.to_owned()), own.clone());
            // Within a container the list's keys tell it already.
            if before.is_some_and(|before| before != own) {
                let what =
                    format!("another container of the pod has port {number} of {protocol}, and they share one address");
                report.error("TG0824", port, &what);
            }
            if let Some(Value::Integer(host)) = port.item.get("hostPort").map(|item| &item.value)
                && spec.is("hostNetwork")
                && host != number
            {
                report.error("TG0824", port, &format!("a pod in the host's network has `hostPort` {number} or none"));
            }
        });
    });
}

fn probes(container: &Place<'_>, report: &mut Report<'_>) {
    let ports = container.item.get("ports").map_or(&[][..], Item::list);
    let names: Vec<&str> = ports.iter().filter_map(|port| port.get("name")?.text()).collect();
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        for action in ["httpGet", "tcpSocket"] {
            container.descend(&[probe, action, "port"], &mut |port| {
                let Some(name) = port.item.text() else { return };
                if !names.contains(&name) {
                    let hint = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    let what = format!("the container has no port named `{}`", shortened(name));
                    report.advise("TG0824", port, &what, hint);
                }
            });
        }
        if probe != "readinessProbe" {
            container.descend(&[probe, "successThreshold"], &mut |threshold| {
                if threshold.item.value != Value::Integer(1) {
                    report.error("TG0816", threshold, &format!("a {probe} takes 1 only"));
                }
            });
        }
    }
}

/// A container may ask for no more than it may use.
fn resources(container: &Place<'_>, report: &mut Report<'_>) {
    let shown = |item: &Item| match &item.value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        _ => String::new(),
    };
    container.descend(&["resources"], &mut |resources| {
        let limits = resources.item.get("limits");
        for list in ["requests", "limits"] {
            resources.descend(&[list], &mut |amounts| {
                for entry in amounts.entries() {
                    let own = shown(entry.item);
                    let Some(number) = amount(&own) else { continue };
                    if number < 0 {
                        report.error("TG0816", &entry, &format!("found `{own}`, expected no less than 0"));
                    }
                    let Some(limit) = limits.and_then(|limits| limits.get(entry.name())) else { continue };
                    let limit = shown(limit);
                    if list == "requests" && amount(&limit).is_some_and(|limit| number > limit) {
                        report.error("TG0816", &entry, &format!("`{own}` is more than the limit `{limit}`"));
                    }
                }
            });
        }
    });
}

fn security(spec: &Item, container: &Place<'_>, report: &mut Report<'_>) {
    let of_pod = spec.get("securityContext");
    container.descend(&["securityContext"], &mut |own| {
        let escalates =
            |flag: bool| own.item.get("allowPrivilegeEscalation").map(|item| &item.value) == Some(&Value::Bool(flag));
        let adds = own.item.at(&["capabilities", "add"]).map_or(&[][..], Item::list);
        let admin = adds.iter().any(|item| matches!(item.text(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")));
        if escalates(false) && (own.is("privileged") || admin) {
            let what = "`allowPrivilegeEscalation` is false, which a privileged container or SYS_ADMIN contradicts";
            report.contradiction("TG0830", own, what);
        }
    });
    let value = |field: &str| {
        let own = container.item.at(&["securityContext", field]);
        own.or_else(|| of_pod.and_then(|pod| pod.get(field))).map(|item| &item.value)
    };
    if value("runAsNonRoot") == Some(&Value::Bool(true)) && value("runAsUser") == Some(&Value::Integer(0)) {
        report.error(
            "TG0830",
            container,
            "`runAsNonRoot` is true and `runAsUser` is 0: the kubelet would not start it",
        );
    }
}
