//! Whether a program listens where the Services and probes of its pods look for it.
//!
//! Invariant: a file that no component mounts is not checked.

use super::{Run, Value};
use crate::model::{ProviderUse, Workload};
use crate::span::Span;

impl Run<'_, '_> {
    pub(super) fn port(&self, value: &Value) -> Option<(String, Vec<Span>)> {
        let (service, file) = value.file.as_ref()?;
        let mounting = self.model.workloads.iter().filter(|workload| {
            workload.service.name == *service
                && workload.component().is_some()
                && workload.pod.main.mounts.contains_key(file.as_str())
        });
        let mut ports: Vec<i64> = mounting.flat_map(|workload| self.ports(workload)).collect();
        ports.sort_unstable();
        ports.dedup();
        let digits = value.text.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        if ports.is_empty() || ports.iter().any(|port| port.to_string() == digits) {
            return None;
        }
        let known = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(" or ");
        let message = format!("{} is `{}`, and its Service and probes expect port {known}", value.title, value.text);
        Some((message, value.spans.clone()))
    }

    /// The ports of a component: its endpoints', its capabilities', its containers'.
    fn ports(&self, workload: &Workload<'_>) -> Vec<i64> {
        let Some(component) = workload.component() else { return Vec::new() };
        let service = workload.service;
        let served = component.serves.iter().filter_map(|id| Some(self.model.endpoints.get(id.as_str())?.port));
        let of_it = |known: &&ProviderUse<'_>| {
            known.service.name == service.name && known.provide.component == workload.short()
        };
        let provided = self.model.providers.values().filter(of_it);
        served
            .chain(provided.map(|known| known.port))
            .chain(workload.pod.main.ports.values().map(|port| port.number.0))
            .collect()
    }
}
