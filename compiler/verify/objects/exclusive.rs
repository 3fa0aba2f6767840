//! Fields that exclude each other, by type: `value` and `valueFrom`, the sources of a volume, the actions of a probe.
//!
//! Invariant: the rules are those of the API's own validation (pkg/apis/*/validation of kubernetes/kubernetes).

use crate::kube::item::Value;

use super::place::{Place, Report};

/// How many of some fields may be there.
enum Rule {
    /// One of all fields but these.
    OneBut(&'static [&'static str]),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// At most one of these.
    AtMostOneOf(&'static [&'static str]),
}

fn rule(name: &str) -> Option<Rule> {
    Some(match name {
        "core.v1.Volume" => Rule::OneBut(&["name"]),
        "core.v1.VolumeProjection" | "core.v1.EnvVarSource" => Rule::OneBut(&[]),
        "core.v1.EnvFromSource" => Rule::OneBut(&["prefix"]),
        "core.v1.EnvVar" => Rule::AtMostOneOf(&["value", "valueFrom"]),
        "core.v1.Probe" => Rule::OneOf(&["exec", "grpc", "httpGet", "tcpSocket"]),
        "core.v1.LifecycleHandler" => Rule::OneOf(&["exec", "httpGet", "sleep", "tcpSocket"]),
        "core.v1.DownwardAPIVolumeFile" => Rule::OneOf(&["fieldRef", "resourceFieldRef"]),
        "policy.v1.PodDisruptionBudgetSpec" => Rule::AtMostOneOf(&["minAvailable", "maxUnavailable"]),
        "networking.v1.IngressBackend" => Rule::OneOf(&["resource", "service"]),
        "networking.v1.ServiceBackendPort" => Rule::OneOf(&["name", "number"]),
        "admissionregistration.v1.WebhookClientConfig" => Rule::OneOf(&["service", "url"]),
        _ => return None,
    })
}

/// Checks a value of that type.
pub fn check(name: &str, place: &Place<'_>, report: &mut Report<'_>) {
    match name {
        "meta.v1.LabelSelectorRequirement" => expression(place, report),
        "core.v1.Toleration" => toleration(place, report),
        "apps.v1.DeploymentStrategy" | "apps.v1.DaemonSetUpdateStrategy" | "apps.v1.StatefulSetUpdateStrategy" => {
            strategy(place, report);
        }
        "core.v1.ServiceSpec" => service(place, report),
        "batch.v1.CronJobSpec" => place.descend(&["schedule"], &mut |schedule| {
            if schedule.item.text().is_some_and(|text| !is_schedule(text)) {
                let what = "expected five fields (minute, hour, day, month, weekday) or a word such as `@hourly`";
                report.error("TG0816", schedule, what);
            }
        }),
        _ => {}
    }
    let Some(rule) = rule(name) else { return };
    let there = |wanted: &dyn Fn(&str) -> bool| {
        place.entries().map(|entry| entry.name().to_owned()).filter(|name| wanted(name)).collect::<Vec<_>>()
    };
    let (found, least, list): (Vec<String>, usize, &[&str]) = match rule {
        Rule::OneBut(others) => (there(&|name| !others.contains(&name)), 1, &[]),
        Rule::OneOf(fields) => (there(&|name| fields.contains(&name)), 1, fields),
        Rule::AtMostOneOf(fields) => (there(&|name| fields.contains(&name)), 0, fields),
    };
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if found.len() < least {
        let which = if list.is_empty() { "a source".to_owned() } else { format!("one of {}", quoted(list)) };
        report.error("TG0814", place, &format!("{which} is missing"));
    } else if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(String::as_str).collect();
        report.contradiction("TG0830", place, &format!("{} exclude each other, expected one", quoted(&names)));
    }
}

fn expression(place: &Place<'_>, report: &mut Report<'_>) {
    let some = place.item.get("values").is_some_and(|values| !values.list().is_empty());
    match place.text_of("operator") {
        Some(operator @ ("In" | "NotIn")) if !some => {
            report.error("TG0814", place, &format!("`{operator}` needs `values`"));
        }
        Some(operator @ ("Exists" | "DoesNotExist")) if some => {
            report.contradiction("TG0830", place, &format!("`{operator}` takes no `values`"));
        }
        _ => {}
    }
}

fn toleration(place: &Place<'_>, report: &mut Report<'_>) {
    let has = |key: &str| place.text_of(key).is_some_and(|text| !text.is_empty());
    let exists = place.text_of("operator") == Some("Exists");
    if exists && has("value") {
        report.contradiction("TG0830", place, "`Exists` takes no `value`");
    }
    if !exists && !has("key") {
        report.error("TG0814", place, "the field `key` is missing: only `Exists` goes without");
    }
    if place.item.get("tolerationSeconds").is_some() && place.text_of("effect") != Some("NoExecute") {
        report.contradiction("TG0830", place, "`tolerationSeconds` needs the effect `NoExecute`");
    }
}

fn strategy(place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("type").unwrap_or("RollingUpdate");
    place.descend(&["rollingUpdate"], &mut |rolling| {
        if kind != "RollingUpdate" {
            return report.contradiction(
                "TG0830",
                rolling,
                &format!("the strategy is `{kind}`, which has no rolling update"),
            );
        }
        let none = |key: &str| match rolling.item.get(key).map(|item| &item.value) {
            Some(Value::Integer(number)) => *number == 0,
            Some(Value::Text(text)) => text == "0" || text == "0%",
            _ => false,
        };
        if none("maxUnavailable") && none("maxSurge") {
            report.contradiction(
                "TG0830",
                rolling,
                "`maxUnavailable` and `maxSurge` are both 0: no pod could be replaced",
            );
        }
    });
}

fn service(place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("type").unwrap_or("ClusterIP");
    let ports = place.item.get("ports").map_or(0, |ports| ports.list().len());
    let mut names = std::collections::BTreeSet::new();
    place.descend(&["ports", "*"], &mut |port| {
        match port.text_of("name") {
            Some(name) if !names.insert(name.to_owned()) => {
                report.error("TG0824", port, &format!("another port of the Service is named `{name}`"));
            }
            None if ports > 1 => {
                report.error("TG0824", port, "the field `name` is missing: of several ports each has one")
            }
            _ => {}
        }
        if port.item.get("nodePort").is_some() && !matches!(kind, "NodePort" | "LoadBalancer") {
            report.contradiction("TG0830", port, &format!("a Service of type `{kind}` has no `nodePort`"));
        }
        port.descend(&["targetPort"], &mut |target| target_port(target, report));
    });
    let headless = place.text_of("clusterIP") == Some("None");
    if headless && kind != "ClusterIP" {
        report.contradiction(
            "TG0830",
            place,
            &format!("a Service of type `{kind}` cannot be headless (`clusterIP: None`)"),
        );
    }
    if ports == 0 && !headless && kind != "ExternalName" {
        report.error("TG0814", place, "the field `ports` is missing: only a headless Service goes without");
    }
    if kind == "ExternalName" && place.text_of("externalName").is_none_or(str::is_empty) {
        report.error("TG0814", place, "the field `externalName` is missing");
    }
}

fn target_port(target: &Place<'_>, report: &mut Report<'_>) {
    let what = match &target.item.value {
        Value::Text(name) if !super::text::is_port_name(name) => "expected the name of a port, at most 15 characters",
        Value::Integer(number) if !(1..=65535).contains(number) => "expected a port, 1 to 65535",
        _ => return,
    };
    report.error("TG0824", target, what);
}

/// Five fields of cron, or a word for them.
fn is_schedule(text: &str) -> bool {
    if let Some(word) = text.strip_prefix('@') {
        return matches!(word, "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly")
            || word.strip_prefix("every ").is_some_and(|rest| !rest.trim().is_empty());
    }
    let ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == ranges.len()
        && fields.iter().zip(ranges).all(|(field, range)| field.split(',').all(|part| is_cron_part(part, range)))
}

fn is_cron_part(part: &str, range: (u8, u8)) -> bool {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun", "mon", "tue", "wed",
        "thu", "fri", "sat",
    ];
    let (span, step) = part.split_once('/').unwrap_or((part, "1"));
    let one = |word: &str| {
        let named = range.1 <= 12 && range.1 != 23 && NAMES.contains(&word.to_ascii_lowercase().as_str());
        named || word.parse::<u8>().is_ok_and(|number| (range.0..=range.1).contains(&number))
    };
    let spanned = match span.split_once('-') {
        _ if span == "*" || span == "?" => true,
        Some((from, to)) => one(from) && one(to),
        None => one(span),
    };
    spanned && step.parse::<u8>().is_ok_and(|step| step > 0)
}

#[cfg(test)]
mod tests {
    use super::is_schedule;

    #[test]
    fn schedules_are_those_of_cron() {
        for text in ["0 */12 * * *", "@hourly", "*/5 0-6 1,15 jan mon-fri", "@every 1h", "0 0 ? * 6"] {
            assert!(is_schedule(text), "{text}");
        }
        for text in ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *", "@sometimes", "* * * * 7"] {
            assert!(!is_schedule(text), "{text} was accepted");
        }
    }
}
