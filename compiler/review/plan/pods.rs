//! A workload object to how its pods are replaced: how many, how many at once, how many stay up.
//!
//! The numbers are those of the Kubernetes controllers: <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>
//! (surge rounds up, unavailability down), .../statefulset/ (one after the other, above the partition), .../daemonset/.
//!
//! Invariant: pods that a rollout takes down at once plus those that stay up are all pods.

use serde::Serialize;

use crate::kube::item::{Item, Value};

/// How pods are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Some at a time.
    Rolling,
    /// Each when a person deletes it.
    OnDelete,
    /// All at once.
    AllAtOnce,
}

impl Strategy {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Strategy::Rolling => "rolling",
            Strategy::OnDelete => "when a person deletes each pod",
            Strategy::AllAtOnce => "all at once",
        }
    }
}

/// The pods of a workload during a rollout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rollout {
    /// How.
    pub strategy: Strategy,
    /// How many pods are replaced.
    pub pods: i64,
    /// The nodes that they may be on.
    pub nodes: Vec<String>,
    /// In how many batches.
    pub batches: i64,
    /// How many stay up meanwhile, at least.
    pub stay_up: i64,
    /// What a PodDisruptionBudget leaves.
    pub budget: Option<Budget>,
}

/// A PodDisruptionBudget of the pods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// How many pods it lets be evicted where all are ready.
    pub allows: i64,
    /// How many while the rollout has as many down as it may.
    pub leaves: i64,
}

/// The rollout of an object, whose pods may be on some nodes; a DaemonSet has one on each.
pub fn rollout(object: &Item, kind: &str, nodes: &[String], budgets: &[&Item]) -> Option<Rollout> {
    let spec = object.get("spec")?;
    let all = match kind {
        "DaemonSet" => i64::try_from(nodes.len()).unwrap_or(i64::MAX),
        "Deployment" | "StatefulSet" => integer(spec.get("replicas")).unwrap_or(1),
        _ => return None,
    };
    let update = spec.get(if kind == "Deployment" { "strategy" } else { "updateStrategy" });
    let rolling = update.and_then(|update| update.get("rollingUpdate"));
    let of = |field: &str| rolling.and_then(|rolling| rolling.get(field));
    let strategy = match update.and_then(|update| update.get("type")).and_then(Item::text) {
        Some("OnDelete") => Strategy::OnDelete,
        Some("Recreate") => Strategy::AllAtOnce,
        _ => Strategy::Rolling,
    };
    let (pods, down, at_once) = match (strategy, kind) {
        (Strategy::OnDelete, _) => (all, 1, 1),
        (Strategy::AllAtOnce, _) => (all, all, all),
        (Strategy::Rolling, "Deployment") => {
            let down = share(of("maxUnavailable"), all, 25).0;
            let surge = share(of("maxSurge"), all, 25).1;
            (all, down, down + surge)
        }
        (Strategy::Rolling, "DaemonSet") => {
            let (down, surge) =
                (of("maxUnavailable").map_or(1, |value| share(Some(value), all, 0).1), share(of("maxSurge"), all, 0).1);
            (all, down, down.max(surge))
        }
        (Strategy::Rolling, _) => ((all - integer(of("partition")).unwrap_or(0)).max(0), 1, 1),
    };
    let (down, at_once) = (down.min(pods), at_once.clamp(1, pods.max(1)));
    let batches = if pods == 0 { 0 } else { (pods + at_once - 1) / at_once };
    let budget = budget(object, all, down, budgets);
    Some(Rollout { strategy, pods, nodes: nodes.to_vec(), batches, stay_up: all - down, budget })
}

fn integer(item: Option<&Item>) -> Option<i64> {
    match item?.value {
        Value::Integer(number) => Some(number),
        _ => None,
    }
}

/// A number or a share of pods, rounded down and rounded up; a default share where it is left out.
fn share(item: Option<&Item>, all: i64, default: i64) -> (i64, i64) {
    if let Some(number) = integer(item) {
        return (number, number);
    }
    let percent = item.and_then(Item::text).and_then(|text| text.strip_suffix('%')).and_then(|text| text.parse().ok());
    let product = all * percent.unwrap_or(default);
    (product / 100, (product + 99) / 100)
}

/// The budget that selects the pods of an object.
fn budget(object: &Item, all: i64, down: i64, budgets: &[&Item]) -> Option<Budget> {
    let labels = object.at(&["spec", "template", "metadata", "labels"])?;
    let selects = |budget: &&&Item| {
        let wanted = budget.at(&["spec", "selector", "matchLabels"]).map(|item| &item.value);
        let Some(Value::Map(wanted)) = wanted else { return false };
        !wanted.is_empty() && wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
    };
    let budget = budgets.iter().find(selects)?;
    let spec = budget.get("spec")?;
    // Kubernetes rounds both shares up (disruption controller).
    let allows = match (spec.get("maxUnavailable"), spec.get("minAvailable")) {
        (Some(most), _) => share(Some(most), all, 0).1,
        (None, Some(least)) => all - share(Some(least), all, 0).1,
        (None, None) => return None,
    };
    let allows = allows.clamp(0, all);
    let name = crate::lower::object::name(budget).to_owned();
    Some(Budget { name, allows, leaves: (allows - down).max(0) })
}
