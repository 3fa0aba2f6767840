//! Finished disruption budgets and the pods that they are about to diagnostics: drains that never end, quorums that may go.
//!
//! Invariant: an even quorum is told elsewhere, and not again here.
//! Invariant: percentages are rounded up, as Kubernetes' disruption controller rounds them.

use crate::check::finished::Finished;
use crate::diag::Sink;
use crate::kube::item::{Item, Value};
use crate::model::{Model, Workload};

/// Budgets that let no pod go, or so many that the rest is no majority.
pub fn budgets(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    for budget in finished.objects.iter().filter(|object| kind(object) == "PodDisruptionBudget") {
        let Some(workload) = covered(model, finished, budget) else { continue };
        let replicas = workload.replicas.0;
        let Some((field, item, allowed)) = allowed(budget, replicas) else { continue };
        let name = budget.at(&["metadata", "name"]).and_then(Item::text).unwrap_or_default();
        let shown = shown(item);
        let places = finished.spans(item.origin);
        let about = format!("`{field}` of PodDisruptionBudget `{name}` is {shown}");
        let needed = replicas / 2 + 1;
        if allowed <= 0 {
            let message = format!(
                "{about}, so none of the {replicas} pods of `{}` may go; no drain of its nodes ends",
                workload.id
            );
            let diagnostic = finished.diagnostic("TG0606", &places, model.site.name.span, message);
            sink.push(diagnostic.hint("let one pod go: `maxUnavailable: 1`"));
        } else if workload.component().is_some_and(|component| component.quorum)
            && replicas % 2 == 1
            && replicas - allowed < needed
        {
            let message = format!(
                "{about}, so {allowed} of the {replicas} members of `{}` may go at once, and {needed} are needed for a quorum",
                workload.id
            );
            let diagnostic = finished.diagnostic("TG0607", &places, model.site.name.span, message);
            sink.push(diagnostic.hint("let one pod go: `maxUnavailable: 1`"));
        }
    }
}

fn kind<'i>(object: &&'i Item) -> &'i str {
    object.get("kind").and_then(Item::text).unwrap_or_default()
}

/// The component whose pods a budget selects.
fn covered<'m, 'a>(model: &'m Model<'a>, finished: &Finished<'_>, budget: &Item) -> Option<&'m Workload<'a>> {
    let Value::Map(wanted) = &budget.at(&["spec", "selector", "matchLabels"])?.value else { return None };
    let selects = |object: &&&Item| {
        let labels = object.at(&["spec", "template", "metadata", "labels"]);
        labels.is_some_and(|labels| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
    };
    let object = finished.objects.iter().filter(|object| kind(object) != "Job").find(selects)?;
    let name = object.at(&["metadata", "name"]).and_then(Item::text)?;
    model.workloads.iter().find(|workload| workload.component().is_some() && workload.object_name() == name)
}

/// The field that bounds, and how many pods it lets go.
fn allowed(budget: &Item, replicas: i64) -> Option<(&'static str, &Item, i64)> {
    let spec = budget.get("spec")?;
    let field = |name| Some((name, spec.get(name)?));
    let (name, item) = match (field("minAvailable"), field("maxUnavailable")) {
        (Some(one), None) | (None, Some(one)) => one,
        // Both is refused by the API server, and told as that.
        _ => return None,
    };
    let number = match &item.value {
        Value::Integer(number) => *number,
        Value::Text(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            percent.checked_mul(replicas)?.checked_add(99)? / 100
        }
        _ => return None,
    };
    Some((name, item, if name == "minAvailable" { replicas - number } else { number.min(replicas) }))
}

fn shown(item: &Item) -> String {
    match &item.value {
        Value::Integer(number) => number.to_string(),
        _ => format!("`{}`", item.text().unwrap_or_default()),
    }
}
