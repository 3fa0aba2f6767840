//! What drifted, as lines for a terminal.
//!
//! Invariant: the last line counts.

use std::fmt::Write as _;

use super::{Changed, Drift};
use crate::review::fleet::listed;
use crate::review::human::shown;

/// The lines.
pub fn text(drift: &Drift) -> String {
    let mut out = String::new();
    for object in &drift.missing {
        let _ = writeln!(out, "- {object}: the cluster lacks it");
    }
    for object in &drift.extra {
        let _ = writeln!(out, "+ {object}: the output lacks it");
    }
    drift.changed.iter().for_each(|changed| one(changed, &mut out));
    for stale in &drift.stale {
        let pods: Vec<String> = stale.stale.iter().map(|(pod, node)| format!("{pod} on {node}")).collect();
        let _ = writeln!(
            out,
            "! {}: {} of {} pods run another configuration: {}",
            stale.workload,
            pods.len(),
            stale.pods,
            listed(&pods, 6)
        );
    }
    if !drift.not_in_dump.is_empty() {
        let _ = writeln!(out, "not compared, the dump holds none: {}", drift.not_in_dump.join(", "));
    }
    let (missing, extra, changed) = (drift.missing.len(), drift.extra.len(), drift.changed.len());
    let stale: usize = drift.stale.iter().map(|stale| stale.stale.len()).sum();
    let _ = writeln!(
        out,
        "{} objects compared: {missing} missing, {extra} extra, {changed} changed, {stale} pods of another configuration",
        drift.compared
    );
    out
}

fn one(changed: &Changed, out: &mut String) {
    let _ = writeln!(out, "~ {}", changed.object);
    for field in &changed.fields {
        let by = if field.by.is_empty() { String::new() } else { format!("  (by {})", field.by.join(", ")) };
        let place = &field.difference.place;
        if field.difference.redacted {
            let _ = writeln!(out, "    {place}: changed (redacted){by}");
            continue;
        }
        let side = |side: &Option<String>| side.as_ref().map_or_else(|| "(none)".to_owned(), |text| shown(text));
        let _ = writeln!(out, "    {place}: {} -> {}{by}", side(&field.difference.old), side(&field.difference.new));
    }
}
