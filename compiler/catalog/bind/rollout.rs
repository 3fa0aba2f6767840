//! What is said of a component's rollout, held against what its kind and its probes can do.
//!
//! Invariant: a field of a rollout shows in the component's objects, or is told here.

use crate::catalog::overlay::{ComponentSpec, ProbeTimes, Update};
use crate::catalog::service::{Component, ComponentKind};
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::tree::word::Word;

/// Pushes a diagnostic for every field that the component has no use for.
pub fn rollout(id: &str, component: &Component, said: &ComponentSpec, sink: &mut Sink) {
    let kind = component.kind;
    let rollout = &said.rollout;
    let is_deployment = kind == ComponentKind::Deployment;
    let is_stateful = kind == ComponentKind::StatefulSet;
    let share = |share: &Option<_>| span(share);
    let usual = if component.data_plane { Update::OnDelete } else { Update::Rolling };
    let update = rollout.update.as_ref().map_or(usual, |update| update.value);
    let is_rolling = update == Update::Rolling;
    let misplaced = rollout.update.as_ref().filter(|update| match update.value {
        Update::Rolling => false,
        Update::Recreate => !is_deployment,
        Update::OnDelete => is_deployment,
    });
    let strange = [
        ("update", misplaced.map(|update| update.span), "is not updated in this way"),
        ("max-surge", share(&rollout.max_surge).filter(|_| !is_deployment), "starts no pods beside the old ones"),
        ("max-unavailable", share(&rollout.max_unavailable).filter(|_| is_stateful), "replaces one pod at a time"),
        ("disruption-budget", share(&rollout.disruption_budget).filter(|_| is_daemon(kind)), "has no such budget"),
        ("spread", rollout.spread.as_ref().map(|it| it.span).filter(|_| is_daemon(kind)), "has a pod on each node"),
    ];
    for (field, span, what) in strange {
        if let Some(span) = span {
            let message = format!("`{field}` has no effect on `{id}`: a {} {what}", name(kind));
            sink.push(Diagnostic::error("TG0473", span, message).hint("remove it"));
        }
    }
    let steps = [("max-surge", share(&rollout.max_surge)), ("max-unavailable", share(&rollout.max_unavailable))];
    for (field, place) in steps.into_iter().filter(|_| !is_rolling) {
        if let Some(span) = place.filter(|_| misplaced.is_none()) {
            let message = format!("`{field}` has no effect on `{id}`, whose pods are not replaced a few at a time");
            sink.push(Diagnostic::error("TG0473", span, message).hint("update=rolling, or remove it"));
        }
    }
    stuck(id, said, sink);
    probes(id, component, said, sink);
}

fn is_daemon(kind: ComponentKind) -> bool {
    kind == ComponentKind::DaemonSet
}

fn span<T: std::ops::Deref<Target = Word>>(word: &Option<T>) -> Option<Span> {
    word.as_ref().map(|word| word.span)
}

fn name(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Deployment => "Deployment",
        ComponentKind::StatefulSet => "StatefulSet",
        ComponentKind::DaemonSet => "DaemonSet",
    }
}

/// Neither a pod more nor a pod less.
fn stuck(id: &str, said: &ComponentSpec, sink: &mut Sink) {
    let is_zero = |word: &Word| matches!(word.trim_end_matches('%').parse::<u16>(), Ok(0));
    let (Some(surge), Some(unavailable)) = (&said.rollout.max_surge, &said.rollout.max_unavailable) else { return };
    if is_zero(surge) && is_zero(unavailable) {
        let message = format!("no pod of `{id}` can be replaced: `max-surge` and `max-unavailable` are both 0");
        let diagnostic = Diagnostic::error("TG0474", unavailable.span, message);
        sink.push(diagnostic.also(surge.span, "the other").hint("max-surge=1"));
    }
}

/// Times of probes that the component does not have, or that say nothing.
fn probes(id: &str, component: &Component, said: &ComponentSpec, sink: &mut Sink) {
    let main = &component.pod.main;
    let rollout = &said.rollout;
    let probes = [
        ("readiness", &rollout.readiness, main.readiness.is_some()),
        ("liveness", &rollout.liveness, main.liveness.is_some()),
        ("startup", &rollout.startup, main.startup.is_some()),
    ];
    for (field, times, is_there) in probes {
        let Some(times) = times else { continue };
        if !is_there {
            let message = format!("`{field}` has no effect on `{id}`, which has no such probe");
            sink.push(Diagnostic::error("TG0473", times.span, message).hint("remove it"));
        } else if is_empty(times) {
            let message = format!("`{field}` of `{id}` is empty");
            let hint = "it takes `delay`, `period`, `timeout` and `failures`";
            sink.push(Diagnostic::error("TG0473", times.span, message).hint(hint));
        }
    }
}

fn is_empty(times: &ProbeTimes) -> bool {
    times.delay.is_none() && times.period.is_none() && times.timeout.is_none() && times.failures.is_none()
}
