//! Components whose pods vote to diagnostics about even numbers of them.
//!
//! Invariant: what votes is said by the service data (`quorum`).

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Even quorums: of four members two and two can be parted, and neither half may go on.
pub fn even(model: &Model<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        let (count, span) = workload.replicas;
        if workload.component().is_some_and(|component| component.quorum) && count % 2 == 0 {
            let message =
                format!("`{}` has {count} members; an even number cannot outlive a split in halves", workload.id);
            let hint = format!("use {} or {}", (count - 1).max(1), count + 1);
            sink.push(Diagnostic::error("TG0601", span, message).hint(hint));
        }
    }
}
