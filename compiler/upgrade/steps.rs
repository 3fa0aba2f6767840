//! The steps of an upgrade: from what a spec says of its services' releases to what it says next.
//!
//! Checks of all services; migrations that add to tables; the services one after the other, each after those that it waits for;
//! migrations of rows; at last what only older programs read goes from the tables, and the site is at the new release.
//!
//! Invariant: the next state follows from the present one alone, so that an upgrade goes on wherever it was left.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::service::{Service, UpgradeStep};
use crate::model::facts::SiteFacts;

/// What a spec says of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The release that the service is at.
    pub release: String,
    /// Is that said of the service itself?
    pub is_own: bool,
    /// The step.
    pub step: Option<UpgradeStep>,
}

/// What a spec says of its releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The site's release.
    pub release: String,
    /// The one that it is on the way to.
    pub next: Option<String>,
    /// Services with images of OpenStack releases.
    pub services: BTreeMap<String, Stand>,
}

/// What a state is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Checks run.
    Check,
    /// Tables are added to.
    Expand,
    /// A service changes to the new release.
    Roll(String),
    /// Rows are rewritten.
    Online,
    /// What only older programs read goes from the tables.
    Contract,
}

impl Purpose {
    /// One line on what the state does.
    pub fn words(&self, to: &str) -> String {
        match self {
            Purpose::Check => format!("run the upgrade checks of OpenStack {to}"),
            Purpose::Expand => format!("expand the databases for OpenStack {to}"),
            Purpose::Roll(service) => format!("upgrade {service} to OpenStack {to}"),
            Purpose::Online => format!("run the online data migrations of OpenStack {to}"),
            Purpose::Contract => format!("contract the databases; the site is at OpenStack {to}"),
        }
    }
}

/// The present state of a compiled site.
pub fn present(facts: &SiteFacts) -> State {
    let services = facts.releases.iter().map(|(name, stand)| {
        (name.clone(), Stand { release: stand.release.clone(), is_own: stand.is_own, step: stand.step })
    });
    State { release: facts.release.clone(), next: facts.next.clone(), services: services.collect() }
}

/// The site's services in the order in which they change: those that start first before those that wait for them, each after the
/// ones that its data name, and at last those that carry nothing but instances and their traffic.
pub fn order(catalog: &Catalog, facts: &SiteFacts) -> Vec<String> {
    let place = |name: &str| {
        let own = facts.workloads.iter().filter(|workload| workload.consumer.split('/').next() == Some(name));
        let own = own.filter_map(|workload| Some((workload.disruption?, workload.wave)));
        let is_below = own.clone().all(|(disruption, _)| disruption.is_acknowledged());
        (is_below, own.map(|(_, wave)| wave).min().unwrap_or(usize::MAX))
    };
    let mut left: Vec<&String> = facts.releases.keys().collect();
    left.sort_by_key(|name| place(name));
    let mut ordered: Vec<String> = Vec::new();
    while !left.is_empty() {
        let waits = |name: &str| {
            let service = catalog.services.get(name);
            service.into_iter().flat_map(|service| &service.upgrade_after).any(|other| left.contains(&&other.value))
        };
        // Services that name each other wait for nobody.
        let first = left.iter().position(|name| !waits(name)).unwrap_or(0);
        ordered.push(left.remove(first).clone());
    }
    ordered
}

/// The state behind the present one, and what it is for; none where the site is at that release.
pub fn next(catalog: &Catalog, order: &[String], state: &State, to: &str) -> Option<(Purpose, State)> {
    let service = |name: &str| catalog.services.get(name);
    let has = |name: &str, step| service(name).is_some_and(|service: &Service| service.has_step(step));
    let left: Vec<&String> =
        order.iter().filter(|name| state.services.get(*name).is_some_and(|stand| stand.release != to)).collect();
    let step = |name: &str| state.services.get(name).and_then(|stand| stand.step);
    let on_the_way = State { next: Some(to.to_owned()), ..state.clone() };
    let with = |names: Vec<&String>, step: UpgradeStep| {
        let mut next = on_the_way.clone();
        for name in names {
            next.services.entry(name.clone()).and_modify(|stand| stand.step = Some(step));
        }
        next
    };
    let unchecked = |name: &&&String| has(name, UpgradeStep::Check) && step(name).is_none();
    let unchecked: Vec<&String> = left.iter().filter(unchecked).copied().collect();
    if !unchecked.is_empty() {
        return Some((Purpose::Check, with(unchecked, UpgradeStep::Check)));
    }
    let narrow = |name: &&&String| has(name, UpgradeStep::Expand) && step(name) != Some(UpgradeStep::Expand);
    let narrow: Vec<&String> = left.iter().filter(narrow).copied().collect();
    if !narrow.is_empty() {
        return Some((Purpose::Expand, with(narrow, UpgradeStep::Expand)));
    }
    if let Some(first) = left.first() {
        let mut next = on_the_way.clone();
        let rolling = has(first, UpgradeStep::Rolling).then_some(UpgradeStep::Rolling);
        next.services.insert((*first).clone(), Stand { release: to.to_owned(), is_own: true, step: rolling });
        // Without a service at some step the next release would be said in vain.
        if next.services.values().all(|stand| stand.step.is_none()) {
            next.next = None;
        }
        return Some((Purpose::Roll((*first).clone()), next));
    }
    let is_on_the_way = state.services.values().any(|stand| stand.step.is_some());
    let is_online = state.services.values().any(|stand| stand.step == Some(UpgradeStep::Online));
    let online: Vec<&String> = order.iter().filter(|name| has(name, UpgradeStep::Online)).collect();
    if is_on_the_way && !is_online && !online.is_empty() {
        return Some((Purpose::Online, with(online, UpgradeStep::Online)));
    }
    let is_done = state.release == to && state.next.is_none() && state.services.values().all(is_plain);
    if is_done {
        return None;
    }
    let plain = |name: &String| (name.clone(), Stand { release: to.to_owned(), is_own: false, step: None });
    let services = state.services.keys().map(plain).collect();
    Some((Purpose::Contract, State { release: to.to_owned(), next: None, services }))
}

/// Is a service at the site's release, and at no step?
fn is_plain(stand: &Stand) -> bool {
    !stand.is_own && stand.step.is_none()
}

/// The words of a spec that make one state of the other: the path of each, and its value; none is taken out.
pub fn edits(from: &State, to: &State) -> Vec<(Vec<String>, Option<String>)> {
    let path = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut edits = Vec::new();
    if from.release != to.release {
        edits.push((path(&["release", "openstack"]), Some(to.release.clone())));
    }
    if from.next != to.next {
        edits.push((path(&["release", "next"]), to.next.clone()));
    }
    for (name, stand) in &to.services {
        let old = from.services.get(name);
        if old.is_none_or(|old| (old.is_own, &old.release) != (stand.is_own, &stand.release)) {
            let is_said = stand.is_own || old.is_some_and(|old| old.is_own);
            let release = stand.is_own.then(|| stand.release.clone());
            edits.extend(is_said.then(|| (path(&["service", name, "release"]), release)));
        }
        if old.is_none_or(|old| old.step != stand.step) {
            edits.push((path(&["service", name, "upgrade"]), stand.step.map(|step| step.word().to_owned())));
        }
    }
    edits
}
