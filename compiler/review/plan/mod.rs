//! Two states of a site to effects: what rolls and why, which Jobs run, what a node is told, what cannot be applied.
//!
//! Invariant: a workload has a row exactly where the API server would start pods of it again, make it or delete it, run a Job, or
//! change how a CronJob runs next.
//! Invariant: a plan depends on the two states, the spec's acknowledgements and the day it is given, on nothing else.

pub mod acknowledge;
pub mod acknowledgement;
pub mod cause;
pub mod inputs;
pub mod objects;
pub mod origin;
pub mod pods;
pub mod row;
pub mod rows;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use self::inputs::{Action, Inputs};
pub use self::row::{HostRow, MovedRow, NodeRow, Plan, Row};

use self::cause::Causes;
use super::compare::{Effect, Subject};
use super::state::State;
use crate::spec::former::Moved;

/// The plan of a site.
pub fn plan(inputs: &Inputs<'_>) -> Plan {
    let causes = Causes::new(inputs);
    let mut rows = rows::rows(inputs, &causes);
    rows.sort_by(|a, b| (a.action == Action::Delete, a).cmp(&(b.action == Action::Delete, b)));
    let (before, after) = (nodes(inputs.old), nodes(inputs.new));
    let pods = |node: &str| {
        let workloads = inputs.compiled.facts.workloads.iter().filter(|facts| facts.kind == "DaemonSet");
        let here = workloads.filter(|facts| facts.nodes.iter().any(|own| own == node));
        here.map(|facts| facts.name.clone()).collect()
    };
    let row = |node: &&str| NodeRow { name: (*node).to_owned(), pods: pods(node) };
    // A new site is no change of its nodes.
    let is_known = !before.is_empty();
    let joined: Vec<NodeRow> = after.difference(&before).filter(|_| is_known).map(row).collect();
    let left: Vec<NodeRow> = before.difference(&after).map(row).collect();
    let mut hosts = hosts(inputs, &causes);
    for row in &mut hosts {
        let has_moved = |node: &String| joined.iter().chain(&left).any(|moved| moved.name == *node);
        row.nodes.retain(|node| !has_moved(node));
    }
    hosts.retain(|row| !row.nodes.is_empty());
    let (edited, moved) = (causes.edited(), moved(inputs, &causes));
    Plan { site: inputs.site.to_owned(), edited, rows, hosts, moved, joined, left, objects: objects::objects(inputs) }
}

/// What keeps a former name since this change.
fn moved(inputs: &Inputs<'_>, causes: &Causes<'_>) -> Vec<MovedRow> {
    let row = |moved: &Moved| {
        let line = causes.places.edited_at(moved.from.span)?;
        Some(MovedRow { what: moved.what.clone(), name: moved.name.to_string(), from: moved.from.to_string(), line })
    };
    inputs.compiled.moved.iter().filter_map(row).collect()
}

/// The nodes that have files of their own.
fn nodes(state: &State) -> BTreeSet<&str> {
    let below = state.files.keys().filter_map(|path| path.strip_prefix("hosts/")?.split_once('/'));
    below.filter(|(_, path)| path.contains('/')).map(|(node, _)| node).collect()
}

/// The files on nodes, with the commands that their services say.
fn hosts(inputs: &Inputs<'_>, causes: &Causes<'_>) -> Vec<HostRow> {
    let files = inputs.compiled.linked.iter().flat_map(|linked| &linked.hosts);
    let declared: BTreeMap<&str, (&str, &str)> =
        files.map(|host| (host.path.as_str(), (host.file.service.as_str(), host.file.name.as_str()))).collect();
    let mut rows = Vec::new();
    for change in inputs.changes {
        let Subject::Host { path } = &change.subject else { continue };
        let file = change.paths.1.as_deref().and_then(|path| declared.get(path));
        let command = file.and_then(|(service, name)| {
            let declared = inputs.library.catalog.services.get(*service)?.files.get(*name)?;
            declared.on_change.as_ref().map(ToString::to_string)
        });
        // What no node has is for a program that reads it when it runs.
        if change.nodes.is_empty() || change.effect == Effect::CommentsOnly {
            continue;
        }
        rows.push(HostRow { path: path.clone(), nodes: change.nodes.clone(), command, causes: causes.of_host(change) });
    }
    rows
}
