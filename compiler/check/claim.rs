//! Volumes that all pods of a component share to findings about volumes that only one node can have.
//!
//! Invariant: volumes of a pod's own, a StatefulSet's, may be of either kind.

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Several pods on one `ReadWriteOnce` claim.
pub fn shared(model: &Model<'_>, sink: &mut Sink) {
    for workload in model.workloads.iter().filter(|workload| workload.component().is_some()) {
        let (count, span) = workload.replicas;
        let holds = |bounds| model.holds(&workload.owner.name, bounds);
        let volumes = workload.pod.main.volumes.iter().filter(|volume| holds(&volume.bounds));
        let narrow = |kind: Option<&str>, access: &str| kind == Some("shared-claim") && access == "ReadWriteOnce";
        for volume in volumes.filter(|volume| count > 1 && narrow(volume.kind.as_deref(), &volume.access)) {
            let message = format!(
                "`{}` has {count} replicas on one volume `{}` that only one node can have (ReadWriteOnce)",
                workload.id, volume.name
            );
            let hint = "run one replica, or choose storage that several nodes can have";
            sink.push(Diagnostic::error("TG0635", span, message).also(volume.span, "the volume").hint(hint));
        }
    }
}
