//! The rows of a plan.
//!
//! Invariant: a row says what becomes of one thing; it holds nothing that another row says.

use serde::Serialize;

use super::acknowledgement::Acknowledgement;
use super::cause::Cause;
use super::inputs::Action;
use super::objects::ObjectRow;
use super::pods::Rollout;
use crate::catalog::component::{Disruption, Migration};
use crate::tree::closed::Closed;

/// A workload and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Row {
    /// Its place in the order: what has a lower wave is ready before.
    pub wave: Option<usize>,
    /// The Kubernetes kind.
    pub kind: String,
    /// The name, of a Job without its digest.
    pub name: String,
    /// The name of the object, of a Job with its digest.
    pub object: String,
    /// The delivery unit.
    pub unit: String,
    /// What becomes of it.
    pub action: Action,
    /// Why.
    pub causes: Vec<Cause>,
    /// What the end of its pods disturbs, at worst.
    #[serde(serialize_with = "word_or_none")]
    pub disruption: Option<Disruption>,
    /// Its pods and how they are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// What a Job does to data.
    #[serde(serialize_with = "word_or_none", skip_serializing_if = "Option::is_none")]
    pub migration: Option<Migration>,
    /// Does the base's state, delivered again, undo it?
    pub reversible: bool,
    /// Fields that the API server would refuse to change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// The way out of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
    /// Whether the spec acknowledges the disruption, where it must.
    pub acknowledgement: Acknowledgement,
}

fn word_or_none<W: Closed + Copy + PartialEq, S: serde::Serializer>(
    value: &Option<W>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let word = value.and_then(|value| W::CHOICES.iter().find(|choice| W::parse(choice.word) == Some(value)));
    word.map(|choice| choice.word).serialize(serializer)
}

/// A file on nodes that changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HostRow {
    /// The path on them.
    pub path: String,
    /// The nodes.
    pub nodes: Vec<String>,
    /// The command that makes a node use it; none where nothing needs to be done.
    pub command: Option<String>,
    /// Why.
    pub causes: Vec<Cause>,
}

/// A node that joins or leaves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NodeRow {
    /// Its name.
    pub name: String,
    /// The DaemonSets that have a pod on it; of a node that leaves, none is known.
    pub pods: Vec<String>,
}

/// A thing that has another name in the spec, and keeps its former one in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MovedRow {
    /// What it is, with what it belongs to.
    pub what: String,
    /// The name that it has now.
    pub name: String,
    /// The name that it keeps.
    pub from: String,
    /// The line that says so, `sites/lab/site.kdl:42`.
    pub line: String,
}

/// The effects on a site.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The site's folder.
    pub site: String,
    /// The lines of the spec and of overlays that were edited, where the base has these texts.
    pub edited: Vec<String>,
    /// The workloads, in the order of delivery; what is deleted comes last.
    pub rows: Vec<Row>,
    /// The files on nodes.
    pub hosts: Vec<HostRow>,
    /// The things that keep a former name, where the line that says so was edited. Nothing is done with them.
    pub moved: Vec<MovedRow>,
    /// The nodes that join; which files they get is not told one by one.
    pub joined: Vec<NodeRow>,
    /// The nodes that leave.
    pub left: Vec<NodeRow>,
    /// Other objects that come, go, or cannot change as they would.
    pub objects: Vec<ObjectRow>,
}

impl Plan {
    /// Is there nothing to be done?
    pub fn is_empty(&self) -> bool {
        let nodes = self.joined.is_empty() && self.left.is_empty();
        nodes && self.rows.is_empty() && self.hosts.is_empty() && self.objects.is_empty()
    }

    /// The rows whose disruption the spec does not acknowledge.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| matches!(row.acknowledgement, Acknowledgement::Missing | Acknowledgement::Expired))
    }
}
