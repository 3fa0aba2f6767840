//! What an object says of itself: its kind, for this release, and its name.
//!
//! Invariant: the names asked for are those of the kind's own validation in Kubernetes.

use crate::diag::nearest;

use super::form::{Form, Text};
use super::place::{Place, Report, shortened};
use super::table::{Kind, Scope, Table};
use super::text;

/// The form of an object; none where nothing is known of its kind, which is a diagnostic unless the spec names the kind.
pub fn form(table: &Table<'_>, declared: &[String], place: &Place<'_>, report: &mut Report<'_>) -> Option<Form> {
    let (Some(version), Some(kind)) = (place.text_of("apiVersion"), place.text_of("kind")) else {
        report.error("TG0814", place, "an object needs `apiVersion` and `kind`, both texts");
        return None;
    };
    let wanted = format!("{version} {kind}");
    match table.kind(version, kind) {
        Kind::Known(form, scope) => {
            name(kind, place, report);
            namespace(scope, place, report);
            return Some(form);
        }
        _ if declared.contains(&wanted) => {
            name(kind, place, report);
            return Some(Form::Any);
        }
        known => refuse(table, known, place, report),
    }
    None
}

/// Says why a kind cannot be.
fn refuse(table: &Table<'_>, known: Kind, place: &Place<'_>, report: &mut Report<'_>) {
    let (Some(at), Some(named)) = (place.get("apiVersion"), place.get("kind")) else { return };
    let (Some(version), Some(kind)) = (at.item.text(), named.item.text()) else { return };
    let own = table.release;
    match known {
        Kind::Known(..) => {}
        Kind::Since(release) => {
            let what = format!("`{version}` has {kind} since Kubernetes 1.{release}, the site runs 1.{own}");
            report.error("TG0811", &at, &what);
        }
        Kind::Removed(removed, replacement) => {
            let what = match removed {
                Some(release) if release <= own => {
                    format!("`{version}` has no {kind} since Kubernetes 1.{release}, the site runs 1.{own}")
                }
                _ => format!("{kind} of `{version}` is not a stable API: clusters do not serve it by default"),
            };
            let hint = replacement.and_then(|replacement| {
                replacement.split_once(' ').map(|(version, kind)| format!("write `{version}` for {kind}"))
            });
            report.advise("TG0811", &at, &what, hint);
        }
        Kind::Unknown => unknown(table, (version, kind), (&at, &named), report),
    }
}

fn unknown(table: &Table<'_>, wanted: (&str, &str), places: (&Place<'_>, &Place<'_>), report: &mut Report<'_>) {
    let (version, kind) = wanted;
    let same: Vec<&str> = table.kinds().filter_map(|key| key.strip_suffix(kind)?.strip_suffix(' ')).collect();
    let (group, number) = version.rsplit_once('/').unwrap_or(("", version));
    let dotted = if group.is_empty() { number.to_owned() } else { format!("{group}/{number}") };
    let hint = match same.as_slice() {
        [] => match nearest(&format!("{version} {kind}"), table.kinds()) {
            Some(near) => format!("did you mean `{}`?", near.rsplit(' ').next().unwrap_or(near)),
            None => format!("if the cluster has it, name it in the spec: `kinds \"{kind}.{dotted}\"`"),
        },
        versions => {
            format!("{kind} is of {}", versions.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let place = if same.is_empty() { places.1 } else { places.0 };
    report.advise("TG0810", place, &format!("unknown kind {kind} of `{version}`"), Some(hint));
}

fn namespace(scope: Scope, place: &Place<'_>, report: &mut Report<'_>) {
    let Some(metadata) = place.get("metadata") else { return };
    match (scope, metadata.get("namespace")) {
        (Scope::Cluster, Some(namespace)) => {
            report.error("TG0820", &namespace, "objects of this kind have no namespace");
        }
        (Scope::Namespaced, None) => {
            report.error("TG0814", &metadata, "the field `namespace` is missing: objects of this kind live in one");
        }
        (Scope::Namespaced, Some(namespace)) => {
            if let Some(text) = namespace.item.text()
                && let Some(wanted) = text::complaint(Text::DnsLabel, text)
            {
                let what = format!("`{}` is not a valid namespace name: expected {wanted}", shortened(text));
                let diagnostic = report.diagnostic("TG0820", &namespace, &what);
                report.gather(format!("namespace {text}"), diagnostic);
            }
        }
        (Scope::Cluster, None) => {}
    }
}

/// The longest name of a kind whose pods or revisions add to it, with the reason.
fn longest(kind: &str) -> Option<(usize, &'static str)> {
    match kind {
        "CronJob" => Some((52, "its jobs add 11 characters to it")),
        "StatefulSet" => Some((52, "the label of its revisions adds 11 characters to it")),
        "Job" => Some((63, "it is a label of its pods")),
        _ => None,
    }
}

fn name(kind: &str, place: &Place<'_>, report: &mut Report<'_>) {
    let Some(metadata) = place.get("metadata") else {
        return report.error("TG0814", place, "the field `metadata` is missing");
    };
    let Some(name) = metadata.get("name") else {
        return report.error("TG0814", &metadata, "the field `name` is missing");
    };
    let Some(text) = name.item.text() else { return };
    let wanted = match kind {
        "Service" if !text::is_dns_1035_label(text) => {
            Some("at most 63 lower-case letters, digits and inner hyphens, a letter first (a label of RFC 1035)")
        }
        "Service" => None,
        "Namespace" => text::complaint(Text::DnsLabel, text),
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
            (!text::is_path_segment(text)).then_some("a string without `/` and `%`")
        }
        _ => text::complaint(Text::DnsSubdomain, text),
    };
    if let Some(wanted) = wanted {
        report.error("TG0820", &name, &format!("`{}` is not a valid {kind} name: expected {wanted}", shortened(text)));
    }
    if let Some((longest, why)) = longest(kind)
        && text.len() > longest
    {
        let what = format!("the name of a {kind} has {} characters, expected at most {longest}: {why}", text.len());
        report.error("TG0820", &name, &what);
    }
}
