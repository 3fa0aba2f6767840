//! Declared roles to diagnostics about those that no node has.
//!
//! Invariant: stock roles may go unused; only a site's own are its mistake.

use crate::diag::{Diagnostic, Sink};
use crate::model::Model;

/// Roles of the site that it gives to nobody.
pub fn unused(model: &Model<'_>, sink: &mut Sink) {
    for (role, declared) in &model.site.roles {
        if !model.site.nodes.iter().any(|node| node.roles.iter().any(|own| own.value == *role)) {
            sink.push(Diagnostic::error("TG0603", declared.name.span, format!("no node has the role `{role}`")));
        }
    }
}
