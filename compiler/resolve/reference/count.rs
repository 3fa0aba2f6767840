//! References to amounts: nodes with a label, the memory of a component.
//!
//! Invariant: an amount is written without a unit.

use super::{Evaluator, Outcome, evaluate, text, text_of, with};
use crate::diag::Sink;
use crate::kube::quantity;

/// What a container may use where nothing says otherwise.
const MEMORY: &str = "1Gi";

impl Evaluator<'_, '_> {
    pub(super) fn nodes(&self, argument: &str) -> Outcome {
        let (label, bound) = argument.split_once(' ').unwrap_or((argument, ""));
        let count = self.model.labels.get(label).copied().unwrap_or(0);
        let most = match bound.strip_prefix("at-most=") {
            Some(number) => number.parse().map_err(|_| format!("`{number}` is no whole number"))?,
            None if bound.is_empty() => usize::MAX,
            None => return Err(format!("expected `at-most=`, found `{bound}`")),
        };
        text(count.min(most).to_string())
    }

    pub(super) fn memory_limit(&self, name: &str, sink: &mut Sink) -> Outcome {
        let service = self.context.service;
        let component = service
            .components
            .get(name)
            .ok_or_else(|| format!("service `{}` has no component `{name}`", service.name))?;
        let specs = self.model.specs(&service.name).rev();
        let written = specs.filter_map(|spec| spec.components.get(name)?.resources.get("memory-limit")).next();
        let mut found = match (written, component.pod.main.resources.get("memory-limit")) {
            (Some(written), _) => with(written.value.clone(), written.span),
            (None, Some(node)) => evaluate(self.model, self.context, node, sink),
            (None, None) => with(MEMORY.to_owned(), component.pod.main.span),
        };
        let limit = text_of(&found.line);
        let bytes = quantity::bytes(&limit).ok_or_else(|| format!("`{limit}` is no quantity"))?;
        found.line = crate::config::file::Line::public(bytes.to_string());
        Ok(found)
    }
}
