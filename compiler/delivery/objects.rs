//! The objects that deliver a site: one a unit, in the order of the one graph, and those that a person applies once.
//!
//! Invariant: an Application's sync wave is its unit's level; a Kustomization depends on exactly the units that its unit waits for.
//! Invariant: pruning, retries and waiting mean the same with both controllers.

use std::collections::BTreeMap;

use crate::delivery::order::levels;
use crate::delivery::unit::{Delivery, Unit};
use crate::delivery::{argocd, flux};
use crate::lower::object::{Object, PlacedObject};
use crate::origin::OriginTable;
use crate::spec::site::{Controller, Site};

/// The objects, below `delivery/`; `all` are those of the units.
pub fn objects(
    site: &Site,
    all: &[Object],
    units: &BTreeMap<String, Vec<String>>,
    origins: &mut OriginTable,
) -> Vec<PlacedObject> {
    let Some(deliver) = &site.deliver else { return Vec::new() };
    let levels = levels(units);
    let delivery = Delivery::new(site, deliver, origins);
    let unit = |(name, needed): (&'_ String, &'_ Vec<String>)| (name.clone(), needed.clone());
    let named: Vec<(String, Vec<String>)> = units.iter().map(unit).collect();
    let units: Vec<Unit<'_>> = named
        .iter()
        .map(|(name, needed)| Unit {
            name,
            needed,
            level: levels.get(name.as_str()).copied().flatten().unwrap_or(0),
            objects: all.iter().filter(|object| object.unit == *name).collect(),
        })
        .collect();
    if deliver.kind.value == Controller::Flux {
        flux::objects(&delivery, &units)
    } else {
        argocd::objects(&delivery, &units, all)
    }
}
