//! Objects that run no pods: those that come, go, or cannot change as they would.
//!
//! Invariant: what goes says whether data goes with it.

use serde::Serialize;

use super::inputs::{Inputs, is_workload};
use crate::lower::object::{kind, name};
use crate::review::compare::{Effect, Subject};
use crate::review::state::object;
use crate::verify::immutable::refused;
use crate::verify::succession::command;

/// An object and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectRow {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// What becomes of it.
    pub effect: Effect,
    /// Does data go with it?
    pub holds_data: bool,
    /// Fields that the API server would refuse to change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// The way out of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
}

/// The rows of objects; what merely changes is the diff's to tell.
pub fn objects(inputs: &Inputs<'_>) -> Vec<ObjectRow> {
    let mut rows = Vec::new();
    for change in inputs.changes {
        let Subject::Object { kind: of, name: named, .. } = &change.subject else { continue };
        if is_workload(of) {
            continue;
        }
        let mut refusals = Vec::new();
        if change.effect == Effect::Changed
            && let (Some(old), Some(new)) = (&change.paths.0, &change.paths.1)
        {
            let text = |files: &std::collections::BTreeMap<String, String>, path: &str| {
                files.get(path).and_then(|text| object(path, text))
            };
            if let Some((old, new)) = text(&inputs.old.files, old).zip(text(&inputs.new.files, new))
                && (kind(&old), name(&old)) == (kind(&new), name(&new))
            {
                refusals = refused(&old, &new).into_iter().map(|refusal| refusal.path).collect();
            }
        }
        if !matches!(change.effect, Effect::Added | Effect::Removed) && refusals.is_empty() {
            continue;
        }
        let way_out =
            (!refusals.is_empty()).then(|| format!("set it back, or run `{}` before the delivery", command(of, named)));
        rows.push(ObjectRow {
            kind: of.clone(),
            name: named.clone(),
            effect: change.effect,
            holds_data: matches!(of.as_str(), "PersistentVolumeClaim" | "PersistentVolume"),
            refused: refusals,
            way_out,
        });
    }
    rows
}
