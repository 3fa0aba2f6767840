//! Objects of a site's own: whether they belong to the namespace or to the cluster.
//!
//! Invariant: an object without a namespace is in the output only where the site says so of it.

use crate::diag::Diagnostic;
use crate::lower::mark::Own;

use super::place::Place;
use super::table::{Kind, Scope, Table};

/// What is wrong with the scope of an object, where its kind is known.
pub(super) fn scope(table: &Table<'_>, own: &Own, place: &Place<'_>) -> Option<Diagnostic> {
    let (version, kind) = (place.text_of("apiVersion")?, place.text_of("kind")?);
    let Kind::Known(_, scope) = table.kind(version, kind) else { return None };
    match (scope, own.is_of_cluster) {
        (Scope::Cluster, false) => {
            let message = format!("{kind} belongs to the cluster, not to the site's namespace");
            let hint = "it is shared by all sites of the cluster; set `cluster-scoped #true` on the object if that is intended";
            Some(Diagnostic::error("TG0458", own.span, message).hint(hint))
        }
        (Scope::Namespaced, true) => {
            let message = format!("{kind} is namespaced, and the object has `cluster-scoped #true`");
            let span = own.scoped.unwrap_or(own.span);
            Some(Diagnostic::error("TG0458", span, message).hint("leave `cluster-scoped` out"))
        }
        _ => None,
    }
}
