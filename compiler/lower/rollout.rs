//! How a component's pods are replaced: what is said of it, or what the service data has.
//!
//! Invariant: fields are written whether or not they are Kubernetes' own defaults, so that applying twice changes nothing.

use crate::catalog::overlay::{ProbeTimes, Rollout, Update};
use crate::catalog::service::{Component, ComponentKind};
use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::model::Workload;
use crate::resolve::reference::{Context, public_text};
use crate::tree::word::Word;

/// Earlier states that the cluster keeps.
const HISTORY: i64 = 3;

/// How many earlier states of the object the cluster keeps.
pub fn history(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Item {
    match workload.rollout(|rollout| rollout.revision_history.as_ref()) {
        Some(count) => lowering.draft(count.span).integer(count.value.0),
        None => lowering.draft(workload.pod.main.span).integer(HISTORY),
    }
}

/// The seconds that a new pod must be ready, where they are said.
pub fn min_ready(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Option<Item> {
    let seconds = workload.rollout(|rollout| rollout.min_ready.as_ref())?;
    Some(lowering.draft(seconds.span).integer(seconds.value.0))
}

/// The pods that a PodDisruptionBudget lets go at once.
pub fn budget(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Item {
    match workload.rollout(|rollout| rollout.disruption_budget.as_deref()) {
        Some(share) => count(lowering, share),
        None => lowering.draft(workload.pod.main.span).integer(1),
    }
}

/// The strategy of a Deployment, the update strategy of the others.
pub fn strategy(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, component: &Component) -> Item {
    let draft = lowering.draft(workload.pod.main.span);
    let usual = if component.data_plane { Update::OnDelete } else { Update::Rolling };
    let said = workload.rollout(|rollout| rollout.update.as_ref());
    let (update, place) = said.map_or((usual, draft), |said| (said.value, lowering.draft(said.span)));
    match update {
        Update::Recreate => return place.map([("type", place.text("Recreate"))]),
        Update::OnDelete => return place.map([("type", place.text("OnDelete"))]),
        Update::Rolling => {}
    }
    let kind = ("type", place.text("RollingUpdate"));
    let unavailable = match workload.rollout(|rollout| rollout.max_unavailable.as_deref()) {
        Some(share) => count(lowering, share),
        None => max_unavailable(lowering, workload, component, draft),
    };
    match component.kind {
        ComponentKind::StatefulSet => draft.map([kind]),
        ComponentKind::DaemonSet => draft.map([kind, ("rollingUpdate", draft.map([("maxUnavailable", unavailable)]))]),
        ComponentKind::Deployment => {
            let surge = match workload.rollout(|rollout| rollout.max_surge.as_deref()) {
                Some(share) => count(lowering, share),
                None => draft.integer(i64::from(!workload.pod.host_network)),
            };
            draft.map([kind, ("rollingUpdate", draft.map([("maxSurge", surge), ("maxUnavailable", unavailable)]))])
        }
    }
}

/// The times of a probe, those of the service data where nothing else is said, by their names in Kubernetes.
pub fn times(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    ask: impl Fn(&Rollout) -> Option<&ProbeTimes>,
) -> Vec<(&'static str, Item)> {
    let Some(said) = workload.rollout(ask) else { return Vec::new() };
    let numbers = [
        ("initialDelaySeconds", said.delay.map(|number| number.0)),
        ("periodSeconds", said.period.map(|number| number.0)),
        ("timeoutSeconds", said.timeout.map(|number| number.0)),
        ("failureThreshold", said.failures.map(|number| number.0)),
    ];
    let draft = lowering.draft(said.span);
    numbers.into_iter().filter_map(|(name, number)| Some((name, draft.integer(number?)))).collect()
}

/// How many pods a rollout may take down at once, by the service data: a number or a share.
fn max_unavailable(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    component: &Component,
    draft: ItemBuilder,
) -> Item {
    let Some(node) = &component.max_unavailable else { return draft.integer(1) };
    let context = Context::of(workload.owner);
    let (text, from) = public_text(lowering.model, context, node, &mut lowering.sink);
    let draft = ItemBuilder(lowering.derived("reference", &from));
    text.parse().map_or_else(|_| draft.text(text.clone()), |number| draft.integer(number))
}

fn count(lowering: &mut Lowering<'_, '_>, share: &Word) -> Item {
    let draft = lowering.draft(share.span);
    share.parse().map_or_else(|_| draft.text(share.to_string()), |number| draft.integer(number))
}
