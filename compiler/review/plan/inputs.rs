//! What plans are made of, and what becomes of a workload.
//!
//! Invariant: an action is named by what it does to pods.

use serde::Serialize;

use crate::catalog::load::Library;
use crate::compile::Compiled;
use crate::review::compare::Change;
use crate::review::state::State;

/// What a plan is made of.
pub struct Inputs<'a> {
    /// The site's folder.
    pub site: &'a str,
    /// The site as its spec says.
    pub compiled: &'a Compiled,
    /// The catalog.
    pub library: &'a Library,
    /// The base.
    pub old: &'a State,
    /// What the spec gives.
    pub new: &'a State,
    /// What differs.
    pub changes: &'a [Change],
    /// The day, YYYY-MM-DD, that acknowledgements are held against.
    pub today: Option<&'a str>,
}

/// What becomes of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Create,
    /// Its pods are replaced.
    Roll,
    /// A person deletes it, and it is made again.
    Recreate,
    /// The number of its pods changes.
    Scale,
    /// A Job runs, under a new name.
    Run,
    /// A CronJob: the next run is another.
    NextRun,
    /// Its object changes, its pods do not.
    Update,
    /// It is deleted.
    Delete,
}

impl Action {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Roll => "roll",
            Action::Recreate => "recreate",
            Action::Scale => "scale",
            Action::Run => "run",
            Action::NextRun => "next run",
            Action::Update => "update",
            Action::Delete => "delete",
        }
    }

    /// Do pods that run end?
    pub fn ends_pods(self) -> bool {
        matches!(self, Action::Roll | Action::Recreate | Action::Delete)
    }
}

/// Does an object of that kind run pods?
pub fn is_workload(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob")
}
