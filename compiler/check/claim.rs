//! Volumes that all pods of a component share to diagnostics about volumes that only one node can have.
//!
//! Invariant: volumes of a pod's own, a StatefulSet's, may be of either kind.

use crate::catalog::mount::AccessMode;
use crate::catalog::service::{Volume, VolumeKind};
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Several pods on one `ReadWriteOnce` claim.
pub fn shared(model: &Model<'_>, sink: &mut Sink) {
    for workload in model.workloads.iter().filter(|workload| workload.component().is_some()) {
        let (count, span) = workload.replicas;
        let holds = |bounds| model.holds(&workload.owner.name, bounds);
        let volumes = workload.pod.main.volumes.iter().filter(|(_, volume)| holds(&volume.bounds));
        let narrow = |volume: &Volume| {
            volume.kind == Some(VolumeKind::SharedClaim) && volume.access == AccessMode::ReadWriteOnce
        };
        for (name, volume) in volumes.filter(|(_, volume)| count > 1 && narrow(volume)) {
            let message = format!(
                "`{}` has {count} replicas on one volume `{name}` that only one node can have (ReadWriteOnce)",
                workload.id
            );
            let hint = "run one replica, or choose storage that several nodes can have";
            sink.push(Diagnostic::error("TG0635", span, message).also(volume.span, "the volume").hint(hint));
        }
    }
}
