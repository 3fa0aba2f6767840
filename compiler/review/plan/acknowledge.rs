//! The diagnostics of a plan: disruptions that the spec does not acknowledge.
//!
//! Invariant: one for each class.

use super::inputs::Inputs;
use super::row::Plan;
use crate::catalog::component::Disruption;
use crate::diag::Diagnostic;

/// The diagnostics of a plan.
pub fn diagnostics(inputs: &Inputs<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for class in [Disruption::DataPlane, Disruption::Instance] {
        let rows: Vec<_> = plan.unacknowledged().filter(|row| row.disruption == Some(class)).collect();
        let Some(first) = rows.first() else { continue };
        let word = class.word();
        let more = if rows.len() > 1 { format!(" and {} more workloads", rows.len() - 1) } else { String::new() };
        let what = format!("{} `{}`{more} may disturb: {word}", first.kind, first.name);
        let said = inputs.compiled.acknowledged.get(word);
        let (place, message) = match (said, inputs.compiled.named) {
            (Some((until, span)), _) => (Some(*span), format!("{what}; the acknowledgement ended on {until}")),
            (None, Some((site, _))) => (Some(site), format!("{what}; the spec does not acknowledge it")),
            (None, None) => (None, format!("{what}; the spec does not acknowledge it")),
        };
        let diagnostic = match place {
            Some(span) => Diagnostic::error("TG0851", span, message),
            None => Diagnostic::global("TG0851", message),
        };
        found.push(diagnostic.hint(format!("acknowledge {word} until=\"YYYY-MM-DD\"")));
    }
    found
}
