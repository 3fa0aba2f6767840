//! Files of values to the charts that they are of, and those to the services that a site runs.
//!
//! Invariant: a file whose chart is not known is told once.

use std::collections::BTreeSet;

use super::draft::{Leaf, Place, Scalar};
use super::engine::Engine;
use super::key::Role;
use super::mapping::Mapping;
use super::read::{Input, Read};
use crate::catalog::service::Presence;
use crate::diag::{Diagnostic, Sink, nearest};

/// Finds the chart of each file with values, where files are of charts.
pub fn name_charts(inputs: &mut [Input], mapping: &Mapping, sink: &mut Sink) {
    let values = inputs.iter_mut().filter(|input| mapping.charts && input.role == Role::Values);
    let known = charts(mapping);
    for input in values {
        if let Some(chart) = &input.prefix {
            if !known.contains(chart.as_str()) {
                let near = nearest(chart, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                let message = format!("the chart `{chart}` of `{}` is unknown", input.path);
                sink.push(near.into_iter().fold(Diagnostic::global("TG0938", message), Diagnostic::hint));
            }
            continue;
        }
        input.prefix = mapping.chart(&input.path).map(str::to_owned);
        if input.prefix.is_none() {
            let message = format!("neither the name nor the folder of `{}` is that of a known chart", input.path);
            sink.push(Diagnostic::global("TG0938", message).hint("name it: `CHART=FILE`"));
            input.prefix = Some("unknown".to_owned());
        }
    }
}

/// The charts that the table knows.
fn charts(mapping: &Mapping) -> BTreeSet<&str> {
    let names = mapping.keys.keys().chain(mapping.foreign.keys());
    names.filter_map(|key| key.as_str().split('.').next()).filter(|name| !name.contains('*')).collect()
}

/// Reads a chart of a manifest that is named like its release, `nova-rabbitmq`, as the chart at the end of that name.
pub fn charts_of_releases(read: &mut Read, mapping: &Mapping) {
    let known = charts(mapping);
    for (name, _) in &mut read.charts {
        if known.contains(name.as_str()) {
            continue;
        }
        let ends = |chart: &&&str| name.strip_suffix(**chart).is_some_and(|release| release.ends_with('-'));
        let Some(chart) = known.iter().filter(ends).max_by_key(|chart| chart.len()) else { continue };
        let of_release = read.keys.iter_mut().filter_map(|key| key.path.first_mut()).filter(|first| *first == name);
        of_release.for_each(|first| (*chart).clone_into(first));
        (*chart).clone_into(name);
    }
}

/// Says of charts that the table does not know.
pub fn known_charts(read: &Read, mapping: &Mapping, sink: &mut Sink) {
    let known = charts(mapping);
    for (name, span) in &read.charts {
        if !known.contains(name.as_str()) {
            let diagnostic = Diagnostic::error("TG0938", *span, format!("the chart `{name}` is unknown"));
            let near = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            sink.push(near.into_iter().fold(diagnostic, Diagnostic::hint));
        }
    }
}

/// Turns on the services that have a chart's values and are off where a site says nothing.
pub fn charts_are_on(engine: &mut Engine<'_>) {
    let charts = engine.keys.iter().filter(|key| key.role == Role::Values).filter_map(|key| key.path.first());
    let is_off = |chart: &&String| {
        engine.catalog.services.get(chart.as_str()).is_some_and(|service| service.default == Presence::Off)
    };
    for chart in charts.filter(is_off).cloned().collect::<BTreeSet<_>>() {
        let (place, _) = Place::parse(&format!("service {chart} > enabled"));
        if !engine.draft.holds(&place) {
            let note = "its chart has values".to_owned();
            engine.draft.put(Leaf { place, values: vec![Scalar::Bool(true)], owners: vec![], note });
        }
    }
}
