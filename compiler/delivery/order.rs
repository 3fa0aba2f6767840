//! The order of delivery units, from the one dependency graph of the workloads.
//!
//! Invariant: a unit waits for exactly the units whose workloads its own workloads wait for.
//! Invariant: a unit that is delivered holds an object.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink};
use crate::lower::expose::{BASE_UNIT, DEFINITIONS_UNIT};
use crate::model::Model;
use crate::span::Span;

/// Units and the units that each waits for.
pub fn units(model: &Model<'_>) -> BTreeMap<String, Vec<String>> {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    units.entry(DEFINITIONS_UNIT.to_owned()).or_default();
    units.entry(BASE_UNIT.to_owned()).or_default().push(DEFINITIONS_UNIT.to_owned());
    let has_objects = |service: &&&Service| {
        let mut files = service.files.values();
        service.files.is_empty() || files.any(|file| file.host.is_none() && file.installer.is_none())
    };
    for service in model.services.iter().filter(has_objects) {
        units.entry(service.unit().to_owned()).or_insert_with(|| vec![BASE_UNIT.to_owned()]);
    }
    for workload in &model.workloads {
        let needed = workload.gates.iter().filter_map(|(gate, _)| model.workloads.get(gate.workload()));
        let needed: Vec<String> =
            needed.map(|other| other.unit.clone()).filter(|unit| *unit != workload.unit).collect();
        let own = units.entry(workload.unit.clone()).or_insert_with(|| vec![BASE_UNIT.to_owned()]);
        own.extend(needed);
        own.sort();
        own.dedup();
    }
    units
}

/// Drops the units that hold no object: a controller that is pointed at a folder that is not there stops.
pub fn drop_empty(units: &mut BTreeMap<String, Vec<String>>, holding: &BTreeSet<&str>) {
    units.retain(|unit, _| holding.contains(unit.as_str()));
    units.values_mut().for_each(|needed| needed.retain(|unit| holding.contains(unit.as_str())));
}

/// Finds a circle among units.
pub fn check(units: &BTreeMap<String, Vec<String>>, span: Span, sink: &mut Sink) {
    let stuck: Vec<&str> =
        levels(units).into_iter().filter(|(_, level)| level.is_none()).map(|(unit, _)| unit).collect();
    if !stuck.is_empty() {
        let message = format!("these delivery units wait for each other: {}", stuck.join(", "));
        let hint = "split one with `unit` in the service data, so that the waiting workloads are delivered later";
        sink.push(Diagnostic::error("TG0509", span, message).hint(hint));
    }
}

/// The level of each unit: one more than that of the furthest unit it waits for; none in a circle.
pub fn levels(units: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, Option<usize>> {
    let mut levels: BTreeMap<&str, Option<usize>> = units.keys().map(|unit| (unit.as_str(), None)).collect();
    for _ in 0..=units.len() {
        for (unit, needed) in units {
            let ready: Option<Vec<usize>> =
                needed.iter().map(|other| levels.get(other.as_str()).copied().unwrap_or(Some(0))).collect();
            let level = ready.map(|ready| ready.into_iter().max().map_or(0, |level| level + 1));
            levels.insert(unit, level);
        }
    }
    levels
}
