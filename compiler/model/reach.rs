//! What a site says of a workload's ports, number and start.
//!
//! Invariant: a port has one number wherever it is asked for.

use super::{Model, Workload, WorkloadKind};
use crate::catalog::overlay::{Autoscale, NodePort};
use crate::catalog::pod::Protocol;
use crate::span::Span;
use crate::tree::word::Word;

impl<'a> Workload<'a> {
    /// The node ports that lead to it, by the names of its ports.
    pub fn node_ports(&self) -> impl Iterator<Item = (&'a Word, &'a NodePort)> + use<'a> {
        self.said.first().copied().into_iter().flat_map(|said| &said.node_ports)
    }

    /// How its number follows its load.
    pub fn autoscale(&self) -> Option<&'a Autoscale> {
        self.said.iter().find_map(|said| said.autoscale.as_ref())
    }

    /// The most pods that it has at once.
    pub fn most_pods(&self) -> i64 {
        self.autoscale().map_or(self.replicas.0, |autoscale| autoscale.max.value.0)
    }
}

impl Model<'_> {
    /// The number and protocol of a port of a component: of an endpoint that it serves, or of its main container.
    pub fn port(&self, workload: &Workload<'_>, name: &str) -> Option<(i64, Protocol)> {
        let component = workload.component()?;
        if component.serves.iter().any(|id| id.as_str() == name) {
            return self.endpoints.get(name).map(|known| (known.port, Protocol::Tcp));
        }
        let port = workload.pod.main.ports.get(name)?;
        self.holds(&workload.service.name, &port.bounds).then_some((port.number.0, port.protocol))
    }

    /// The protocols of a port of a workload: a DNS server has TCP and UDP. A port that no container names is one of TCP.
    pub fn protocols(&self, workload: &Workload<'_>, number: i64) -> Vec<Protocol> {
        let names = self.ports(workload);
        let ports = names.iter().filter_map(|name| self.port(workload, name));
        let named: Vec<Protocol> = ports.filter(|port| port.0 == number).map(|port| port.1).collect();
        let of = |protocol: &Protocol| named.contains(protocol);
        let found: Vec<Protocol> = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp].into_iter().filter(of).collect();
        if found.is_empty() { vec![Protocol::Tcp] } else { found }
    }

    /// The names of its ports.
    pub fn ports(&self, workload: &Workload<'_>) -> Vec<String> {
        let served = workload.component().into_iter().flat_map(|component| &component.serves);
        let names = served.chain(workload.pod.main.ports.keys());
        names.filter(|name| self.port(workload, name).is_some()).map(Word::to_string).collect()
    }

    /// Where it is said that a Job is not started, if it is.
    pub fn suspended(&self, workload: &Workload<'_>) -> Option<Span> {
        let WorkloadKind::Job(job) = workload.kind else { return None };
        let said =
            self.specs(&workload.owner.name).rev().find_map(|spec| spec.jobs.get(workload.short())?.suspended.as_ref());
        said.or(job.suspended.as_ref()).filter(|suspended| suspended.value).map(|suspended| suspended.span)
    }

    /// Is the component turned off?
    pub fn is_turned_off(&self, service: &str, component: &str) -> bool {
        let said = self.site.services.get(service).and_then(|spec| spec.components.get(component)?.enabled.as_ref());
        said.is_some_and(|enabled| !enabled.value)
    }
}
