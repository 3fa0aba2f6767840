//! Components that need a capability with limited connections to diagnostics where they may open more than it takes.
//!
//! What may be open is the sum over the components of pods x processes x (pool + overflow), a pool for each URL of the server in
//! the files that the component mounts. Pools are kept, so they must fit; overflow is opened under load and given back.
//!
//! Invariant: the names of options come from the provider's data; a pool without a bound is told, not counted.

use crate::catalog::expr::OptionPath;
use crate::catalog::rule::Connections;
use crate::check::finished::{Finished, Found};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::model::{Model, ProviderUse, Workload};
use crate::resolve::reference::{Context, evaluate};
use crate::span::Span;

/// What a component may open.
struct Demand {
    /// How a message shows it.
    shown: String,
    kept: i64,
    most: i64,
    spans: Vec<Span>,
}

/// Holds the clients of every capability that states its connections against its limit.
pub fn connections(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    for (capability, known) in &model.providers {
        let Some(data) = &known.provide.connections else { continue };
        let OptionPath { file, section, option } = &data.limit;
        let server = finished.file(&known.service.name, file);
        let Some(limit) = server.get(&(section.as_str(), option.as_str())) else { continue };
        let Ok(number) = limit.text.parse::<i64>() else { continue };
        let clients = model.workloads.iter().filter(|workload| {
            workload.component().is_some() && workload.pod.needs.iter().any(|need| *need == **capability)
        });
        let mut demands: Vec<Demand> =
            clients.filter_map(|client| demand(model, finished, (known, data), client, sink)).collect();
        demands.sort_by(|a, b| b.most.cmp(&a.most).then(a.shown.cmp(&b.shown)));
        let available = number - data.reserve.0;
        let kept: i64 = demands.iter().map(|demand| demand.kept).sum();
        let most: i64 = demands.iter().map(|demand| demand.most).sum();
        if most <= available {
            continue;
        }
        let first: Vec<&str> = demands.iter().take(3).map(|demand| demand.shown.as_str()).collect();
        let word = if kept > available { "keep" } else { "open under load" };
        let count = if kept > available { kept } else { most };
        let message = format!(
            "clients of `{capability}` may {word} {count} connections, and {} is {number}, {} of them reserved; the largest: {}",
            limit.title(),
            data.reserve.0,
            first.join(", ")
        );
        let places: Vec<Span> =
            limit.spans.iter().chain(demands.iter().flat_map(|demand| &demand.spans)).copied().collect();
        let mut diagnostic = finished.diagnostic("TG0608", &places, model.site.name.span, message);
        diagnostic.severity = if kept > available { Severity::Error } else { Severity::Warning };
        let enough = most + data.reserve.0;
        let hint = format!("raise `{option}` to {enough}, or lower processes, `{}` or `{}`", data.pool, data.overflow);
        sink.push(diagnostic.hint(hint));
    }
}

fn demand(
    model: &Model<'_>,
    finished: &Finished<'_>,
    provider: (&ProviderUse<'_>, &Connections),
    client: &Workload<'_>,
    sink: &mut Sink,
) -> Option<Demand> {
    let (known, data) = provider;
    let host = model.cluster_host(&known.provide.service);
    let (mut pool, mut overflow) = (0_i64, 0_i64);
    let mut spans = vec![client.replicas.1];
    let mounts = client.pod.main.mounts.iter().filter(|(_, mount)| model.holds(&client.owner.name, &mount.bounds));
    for (file, _) in mounts {
        let options = finished.file(&client.owner.name, file);
        for url in options.values().filter(|found| found.option == data.url && found.text.contains(&host)) {
            let mut number = |option: &str, default: i64, lowest: i64| {
                let found = options.get(&(url.section, option));
                spans.extend(found.iter().flat_map(|found| &found.spans));
                let count = found.and_then(|found| found.text.parse().ok()).unwrap_or(default);
                if count < lowest {
                    unbounded(model, finished, found.copied(), sink);
                }
                count.max(0)
            };
            // SQLAlchemy's QueuePool: a size of 0 and an overflow of -1 are no bound.
            pool += number(&data.pool, data.pool_default.0, 1);
            overflow += number(&data.overflow, data.overflow_default.0, 0);
        }
    }
    let processes = processes(model, client, &mut spans, sink);
    let pods = client.most_pods();
    let each = pods.saturating_mul(processes);
    let shown = format!("`{}` {pods} pods x {processes} processes x {}", client.id, pool + overflow);
    let (kept, most) = (each.saturating_mul(pool), each.saturating_mul(pool + overflow));
    (most > 0).then_some(Demand { shown, kept, most, spans })
}

fn unbounded(model: &Model<'_>, finished: &Finished<'_>, found: Option<&Found<'_>>, sink: &mut Sink) {
    let Some(found) = found else { return };
    let message = format!("{} is {}, which is unlimited; connections cannot be counted", found.title(), found.text);
    let diagnostic: Diagnostic = finished.diagnostic("TG0608", &found.spans, model.site.name.span, message);
    sink.push(diagnostic.hint("set a number"));
}

/// The processes of a pod that connect for themselves.
fn processes(model: &Model<'_>, client: &Workload<'_>, spans: &mut Vec<Span>, sink: &mut Sink) -> i64 {
    let Some(component) = client.component().filter(|component| !component.processes.is_empty()) else { return 1 };
    let context = Context::of(client.owner);
    let mut sum = 0_i64;
    for value in &component.processes {
        let evaluated = evaluate(model, context, value, sink);
        let text = crate::check::finished::text(&evaluated.line);
        sum += text.parse::<i64>().unwrap_or(1);
        spans.extend(evaluated.from);
    }
    sum.max(1)
}
