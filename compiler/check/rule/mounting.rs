//! Tests against the components that mount a file: their volumes, and the time that they have to stop.
//!
//! Invariant: a file that no component mounts is not checked.

use super::{Run, Value, number, with};
use crate::catalog::bounds::Bounds;
use crate::catalog::expr::Expr;
use crate::catalog::mount::Volume;
use crate::model::Workload;
use crate::span::Span;
use crate::tree::word::{Traced, Word};

impl Run<'_, '_> {
    fn mounting(&self, value: &Value) -> Vec<&Workload<'_>> {
        let Some((service, file)) = &value.file else { return Vec::new() };
        let mounts = |workload: &&Workload<'_>| {
            workload.service.name == *service
                && workload.component().is_some()
                && workload.pod.main.mounts.contains_key(file.as_str())
        };
        self.model.workloads.iter().filter(mounts).collect()
    }

    /// Is the path in a volume or a secret of every component that reads the file?
    pub(super) fn mounted(&self, value: &Value) -> Option<(String, Vec<Span>)> {
        let path = value.text.trim_end_matches('/');
        if !path.starts_with('/') {
            return None;
        }
        let under = |at: &str| {
            path == at || path.strip_prefix(at.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
        };
        let there = |workload: &Workload<'_>| {
            let main = &workload.pod.main;
            let holds = |bounds: &Bounds| self.model.holds(&workload.service.name, bounds);
            let volume = |volume: &Volume| under(&volume.at) && holds(&volume.bounds);
            Traced::holds(workload.pod.main.writable_root.as_ref())
                || main.volumes.values().any(volume)
                || main.secrets.values().any(|secret| under(&secret.at) && holds(&secret.bounds))
        };
        let workload = self.mounting(value).into_iter().find(|workload| !there(workload))?;
        let message = format!("{} is `{}`, and no volume of `{}` is there", value.title, value.text, workload.id);
        Some((message, value.spans.clone()))
    }

    /// Is the number below the grace of every component that reads the file?
    pub(super) fn grace(&self, value: &Value, except: &[Word]) -> Option<(String, Vec<Span>)> {
        let seconds = number::number(&value.text)?;
        let reads = |workload: &&Workload<'_>| {
            let program = workload.pod.main.run.first().and_then(Expr::literal);
            !program.is_some_and(|program| except.iter().any(|other| **other == *program))
        };
        let shortest = self.mounting(value).into_iter().filter(reads).min_by_key(|workload| workload.grace().0)?;
        let (grace, place) = shortest.grace();
        let message =
            || format!("{} is {}, and `{}` is killed after {grace} seconds", value.title, value.text, shortest.id);
        (seconds >= i128::from(grace)).then(|| (message(), with(value, &[place])))
    }
}
