//! Disruptions and what the spec says of them.
//!
//! A plan reads the day, a build does not: what is compiled from a spec is the same on every day, and an acknowledgement that is
//! over makes no site unbuildable.
//!
//! Invariant: the last day counts.

use serde::Serialize;

use super::inputs::{Action, Inputs};
use crate::catalog::component::Disruption;

/// Whether a disruption is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acknowledgement {
    /// It need not be.
    NotNeeded,
    /// It is.
    Given,
    /// It was, until a day that is over.
    Expired,
    /// It is not.
    Missing,
}

/// Whether the spec acknowledges what an action does.
pub fn acknowledgement(inputs: &Inputs<'_>, action: Action, disruption: Option<Disruption>) -> Acknowledgement {
    let Some(class) = disruption.filter(|class| action.ends_pods() && class.is_acknowledged()) else {
        return Acknowledgement::NotNeeded;
    };
    match inputs.compiled.acknowledged.get(class.word()) {
        None => Acknowledgement::Missing,
        Some((until, _)) if inputs.today.is_some_and(|today| today > until.as_str()) => Acknowledgement::Expired,
        Some(_) => Acknowledgement::Given,
    }
}
