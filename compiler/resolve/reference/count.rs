//! References to amounts: nodes with a label, the memory of a component.
//!
//! Invariant: an amount is written without a unit.

use super::evaluate::{Evaluator, Outcome, evaluate, text_of, with};
use crate::catalog::scalar::NO_LIMIT;
use crate::catalog::service::Resource;
use crate::diag::Sink;
use crate::kube::quantity;

/// What a container may use where nothing says otherwise.
const MEMORY: &str = "1Gi";

impl Evaluator<'_, '_> {
    pub(super) fn nodes(&self, label: &str, most: Option<usize>) -> String {
        let count = self.model.labels.get(label).copied().unwrap_or(0);
        most.map_or(count, |most| count.min(most)).to_string()
    }

    pub(super) fn memory_limit(&self, name: &str, sink: &mut Sink) -> Outcome {
        let service = self.context.service;
        let component = service
            .components
            .get(name)
            .ok_or_else(|| format!("service `{}` has no component `{name}`", service.name))?;
        let specs = self.model.specs(&service.name).rev();
        let written = specs.filter_map(|spec| spec.components.get(name)?.resource(Resource::MemoryLimit)).next();
        let mut found = match (written, component.pod.main.resource(Resource::MemoryLimit)) {
            (Some(written), _) => with(written.value.clone(), written.span),
            (None, Some(node)) => evaluate(self.model, self.context, node, sink),
            (None, None) => with(MEMORY.to_owned(), component.pod.main.span),
        };
        let limit = text_of(&found.line);
        if limit == NO_LIMIT {
            return Err(format!("`{}/{name}` has no memory limit, and this is a share of it", service.name));
        }
        let bytes = quantity::bytes(&limit).ok_or_else(|| format!("`{limit}` is not a valid quantity"))?;
        found.line = crate::config::file::Line::public(bytes.to_string());
        Ok(found)
    }
}
