//! Whether a list of hosts names every pod behind a capability.
//!
//! Invariant: a list that names nothing of the site's own is not checked: it points to a cluster that others run.

use super::{Run, Value, with};
use crate::catalog::service::ComponentKind;
use crate::check::host::{Host, hosts};
use crate::model::ProviderUse;
use crate::span::Span;

impl Run<'_, '_> {
    pub(super) fn lists(&self, value: &Value, capability: &str) -> Option<(String, Vec<Span>)> {
        let known = self.model.providers.get(capability)?;
        let id = format!("{}/{}", known.service.name, known.provide.component);
        let workload = self.model.workload(&id)?;
        if known.component.kind != ComponentKind::StatefulSet {
            return None;
        }
        let pods = self.model.pod_hosts(workload);
        let listed = hosts(&value.text);
        let names =
            |pod: &str, host: &str| pod == host || pod.strip_prefix(host).is_some_and(|rest| rest.starts_with('.'));
        let of_site = |host: &&Host<'_>| self.belongs(known, host);
        if !listed.iter().any(|host| of_site(&host)) {
            return None;
        }
        let missing = pods.iter().filter(|pod| !listed.iter().any(|host| names(pod, host.name)));
        let missing: Vec<&str> = missing.map(|pod| short(pod)).collect();
        let surplus = listed.iter().filter(of_site).filter(|host| !pods.iter().any(|pod| names(pod, host.name)));
        let mut surplus: Vec<&str> = surplus.map(|host| short(host.name)).collect();
        surplus.dedup();
        let count = workload.replicas.0;
        let message = match (missing.is_empty(), surplus.is_empty()) {
            (true, true) => return None,
            (false, _) => {
                format!("{} must name all {count} pods of `{id}`; not named: {}", value.title, ticked(&missing))
            }
            (true, false) => {
                format!("{} names {}, and `{id}` has {count} pods, none of that name", value.title, ticked(&surplus))
            }
        };
        Some((message, with(value, &[workload.replicas.1])))
    }

    /// Is the host a pod of the provider's StatefulSet by its name, there or not, or the Service in front of them?
    fn belongs(&self, known: &ProviderUse<'_>, host: &Host<'_>) -> bool {
        let service = self.model.cluster_host(&known.provide.service);
        let front = host.name == known.provide.service && host.port.is_some()
            || host.name.contains('.') && (service == host.name || service.starts_with(&format!("{}.", host.name)));
        let pod = host.name.split('.').next().and_then(|pod| pod.strip_prefix(known.component.object.as_str()));
        let ordinal = pod.and_then(|rest| rest.strip_prefix('-'));
        front || ordinal.is_some_and(|ordinal| !ordinal.is_empty() && ordinal.chars().all(|c| c.is_ascii_digit()))
    }
}

fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

fn ticked(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
