//! What services and their pods have on hosts.
//!
//! Invariant: as in [`super`].

use super::{Binder, Place};
use crate::catalog::expr::EnvValue;
use crate::catalog::host_run::{HostPlace, HostRun, NODE_FILES};
use crate::catalog::service::Pod;
use crate::tree::record::Table;

impl<'c> Binder<'c, '_> {
    /// What all components and jobs of a service share on hosts.
    pub(super) fn host(&mut self, place: Place<'c>) {
        let service = place.service;
        let Some(host) = &service.host else { return };
        host.packages.values().for_each(|package| self.bounds(place, &package.bounds));
        let of_kinds = service.back_ends.values().flat_map(|kind| {
            let components = kind.declared.components.values().map(|component| &component.pod);
            components.chain(kind.declared.jobs.values().map(|job| &job.pod))
        });
        let components = service.components.values().map(|component| &component.pod);
        let jobs = service.jobs.values().chain(service.provides.values().flat_map(|provide| provide.jobs.values()));
        let pods = components.chain(jobs.map(|job| &job.pod)).chain(of_kinds);
        self.places(place, &host.places, &pods.flat_map(paths).collect::<Vec<_>>());
    }

    /// What of a pod differs on a host.
    pub(super) fn host_run(&mut self, place: Place<'c>, pod: &'c Pod, host: &'c HostRun) {
        self.bounds(place, &host.bounds);
        host.packages.values().for_each(|package| self.bounds(place, &package.bounds));
        host.run.iter().chain(&host.after_start).for_each(|value| self.value(place, value));
        host.scripts.iter().for_each(|script| self.text(place, script, script));
        for value in host.env.iter().flat_map(|env| env.values()) {
            if let EnvValue::Value(value) = value {
                self.value(place, value);
            }
        }
        self.places(place, &host.places, &paths(pod));
        if host.shared && !host.packaged {
            self.idle(host.span, || "`shared` has no effect: a unit of the data runs one program alone".to_owned());
        }
        if place.service.host.is_none() && !host.absent {
            self.idle(host.span, || "`host` has no effect: the service has no `host`".to_owned());
        }
    }

    fn places(&mut self, place: Place<'c>, places: &'c Table<HostPlace>, known: &[&str]) {
        for (path, said) in places {
            self.bounds(place, &said.bounds);
            if said.at.is_none() && said.drop_in.is_none() {
                self.idle(said.span, || format!("`place {path}` has no effect: it says neither `at` nor `drop-in`"));
            }
            if !known.contains(&path.as_str()) {
                self.unknown("path of a file, a secret or values of the node", path, known.iter().copied());
            }
        }
    }
}

/// The paths at which a pod has files, secrets and values of its node.
fn paths(pod: &Pod) -> Vec<&str> {
    let files = pod.containers().flat_map(|container| container.mounts.values()).map(|mount| mount.at.as_str());
    let secrets = pod.containers().flat_map(|container| container.secrets.values()).map(|secret| secret.at.as_str());
    let values = (!pod.node_options.is_empty()).then_some(NODE_FILES);
    let mut found: Vec<&str> = files.chain(secrets).chain(values).collect();
    found.sort_unstable();
    found.dedup();
    found
}
