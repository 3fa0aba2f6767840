//! Declared roles to diagnostics about those that no node has.
//!
//! Invariant: stock roles may go unused; only a site's own are its mistake.

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Roles of the site that it gives to nobody.
pub fn unused(model: &Model<'_>, sink: &mut Sink) {
    for (role, labels) in &model.site.roles {
        if !model.site.nodes.iter().any(|node| node.roles.iter().any(|own| own.value == *role)) {
            let span = labels.first().map_or(model.site.name.span, |label| label.span);
            sink.push(Diagnostic::error("TG0603", span, format!("no node has the role `{role}`")));
        }
    }
}
