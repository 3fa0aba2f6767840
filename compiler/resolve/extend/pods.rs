//! The pods of a service, to add to.
//!
//! Invariant: every pod of the service is among them, once.

use crate::catalog::pod::Pod;
use crate::catalog::service::{ComponentKind, Service};
use crate::tree::word::Word;

/// What a pod is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Component(ComponentKind),
    Job,
}

/// The pods of a service, those of the jobs that it runs for others too.
pub(super) fn pods(service: &mut Service) -> impl Iterator<Item = (&Word, &mut Pod, Of)> {
    let components = service.components.iter_mut().map(|(name, one)| (name, &mut one.pod, Of::Component(one.kind)));
    let of_clients = service.provides.values_mut().flat_map(|provide| provide.jobs.iter_mut());
    components.chain(service.jobs.iter_mut().chain(of_clients).map(|(name, job)| (name, &mut job.pod, Of::Job)))
}
