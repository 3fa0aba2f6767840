//! Components that stand alone to findings about several pods of them.
//!
//! Invariant: what stands alone is said by the service data (`single`).

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Replicas that would fight over one name.
pub fn several(model: &Model<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        let (count, span) = workload.replicas;
        if workload.component().is_some_and(|component| component.single) && count > 1 {
            let message = format!("`{}` works with one replica only, found {count}", workload.id);
            sink.push(Diagnostic::error("TG0604", span, message));
        }
    }
}
