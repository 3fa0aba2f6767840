//! What the passes share.
//!
//! Invariant: every origin and diagnostic of a compilation goes through here while it is lowered.

use crate::diag::Sink;
use crate::lower::draft::ItemBuilder;
use crate::model::Model;
use crate::origin::{OriginId, OriginTable};
use crate::span::Span;

/// A model being lowered.
pub struct Lowering<'m, 'a> {
    /// The model.
    pub model: &'m Model<'a>,
    /// All origins.
    pub origins: OriginTable,
    /// Diagnostics.
    pub sink: Sink,
}

impl Lowering<'_, '_> {
    /// A pen for what is written at a place.
    pub fn draft(&mut self, span: Span) -> ItemBuilder {
        ItemBuilder(self.origins.written(span))
    }

    /// The origin of a value made by a pass from places.
    pub fn derived(&mut self, pass: &'static str, from: &[Span]) -> OriginId {
        if let [only] = from {
            return self.origins.written(*only);
        }
        let ids: Vec<OriginId> = from.iter().map(|span| self.origins.written(*span)).collect();
        self.origins.derived(pass, &ids)
    }
}

/// Lowers with another model, origins and diagnostics shared.
pub fn seen_by<'m, 'a, R>(
    lowering: &mut Lowering<'_, '_>,
    model: &'m Model<'a>,
    run: impl FnOnce(&mut Lowering<'m, 'a>) -> R,
) -> R {
    let (origins, sink) = (std::mem::take(&mut lowering.origins), std::mem::take(&mut lowering.sink));
    let mut inner = Lowering { model, origins, sink };
    let result = run(&mut inner);
    (lowering.origins, lowering.sink) = (inner.origins, inner.sink);
    result
}
