//! Changed workload objects to rows.
//!
//! Invariant: what decides is the pod template, as the API server would see it: a field of the object that its pods do not have
//! starts none of them again.

use std::collections::BTreeMap;

use super::acknowledgement::acknowledgement;
use super::cause::Causes;
use super::inputs::{Action, Inputs, is_workload};
use super::pods::rollout;
use super::row::Row;
use crate::catalog::component::{Disruption, Migration};
use crate::kube::item::Item;
use crate::lower::object::{kind, name, template};
use crate::model::facts::WorkloadFacts;
use crate::review::compare::{Change, Subject};
use crate::review::state::object;
use crate::verify::immutable::refused;
use crate::verify::series::is_upgrade;
use crate::verify::succession::command;

/// The rows of a site.
pub fn rows(inputs: &Inputs<'_>, causes: &Causes<'_>) -> Vec<Row> {
    let facts = inputs.compiled.facts.workloads.iter();
    let facts: BTreeMap<(&str, &str), &WorkloadFacts> =
        facts.map(|facts| ((facts.kind, facts.name.as_str()), facts)).collect();
    let objects = inputs.compiled.linked.iter().flat_map(|linked| &linked.objects);
    let budgets = objects.filter(|object| object.kind() == "PodDisruptionBudget").map(|object| &object.item);
    let maker = Maker { inputs, causes, facts, budgets: budgets.collect() };
    inputs.changes.iter().filter_map(|change| maker.row(change)).collect()
}

struct Maker<'m, 'i> {
    inputs: &'m Inputs<'i>,
    causes: &'m Causes<'i>,
    facts: BTreeMap<(&'m str, &'m str), &'m WorkloadFacts>,
    budgets: Vec<&'m Item>,
}

impl Maker<'_, '_> {
    fn row(&self, change: &Change) -> Option<Row> {
        let Subject::Object { unit, kind: of, name: named } = &change.subject else { return None };
        if !is_workload(of) {
            return None;
        }
        let read = |state: &crate::review::state::State, path: &Option<String>| {
            let path = path.as_ref()?;
            object(path, state.files.get(path)?)
        };
        let sides = (read(self.inputs.old, &change.paths.0), read(self.inputs.new, &change.paths.1));
        let mut action = action(of, sides.0.as_ref(), sides.1.as_ref())?;
        let refusals: Vec<String> = match (&sides, action) {
            ((Some(old), Some(new)), Action::Roll | Action::Scale | Action::Update) => {
                refused(old, new).into_iter().map(|refusal| refusal.path).collect()
            }
            _ => Vec::new(),
        };
        let is_said = self.inputs.compiled.recreated.contains(&format!("{of}/{named}"));
        if !refusals.is_empty() && is_said {
            action = Action::Recreate;
        }
        let facts = self.facts.get(&(of.as_str(), named.as_str()));
        let last = sides.1.as_ref().or(sides.0.as_ref())?;
        let disruption = match facts {
            Some(facts) => facts.disruption,
            None => self.of_catalog(last),
        };
        // The tables of an image are there once it ran: the same one finds nothing to migrate.
        // A Job that is new makes the tables of its own.
        let is_other = sides.0.as_ref().is_some_and(|old| Some(images(old)) != sides.1.as_ref().map(images));
        let migration = facts.and_then(|facts| facts.migration).filter(|_| action == Action::Run && is_other);
        let nodes = facts.map_or(&[][..], |facts| facts.nodes.as_slice());
        let way_out = match (refusals.is_empty(), is_said) {
            (true, _) => None,
            (false, true) => Some(format!("run `{}` before the delivery", command(of, named))),
            (false, false) => Some(format!(
                "set it back, or run `{}` before the delivery and set `recreate \"{of}/{named}\" until=\"YYYY-MM-DD\"`",
                command(of, named)
            )),
        };
        Some(Row {
            wave: facts.map(|facts| facts.wave),
            kind: of.clone(),
            name: named.clone(),
            object: name(last).to_owned(),
            unit: unit.clone(),
            action,
            causes: self.causes.of_workload(action, (sides.0.as_ref(), sides.1.as_ref())),
            disruption: disruption.filter(|_| action.ends_pods()),
            rollout: rollout(last, of, nodes, &self.budgets).filter(|_| action != Action::Update),
            migration,
            reversible: is_reversible(action, migration, last) && !self.is_upgrade(&sides),
            refused: refusals,
            way_out,
            acknowledgement: acknowledgement(self.inputs, action, disruption),
        })
    }

    /// Would another version of a program take over its data?
    fn is_upgrade(&self, sides: &(Option<Item>, Option<Item>)) -> bool {
        let (Some(old), Some(new)) = sides else { return false };
        is_upgrade(&self.inputs.compiled.facts.data_images, old, new)
    }

    /// What the catalog says of a component that the site no longer has, found by its labels.
    fn of_catalog(&self, object: &Item) -> Option<Disruption> {
        let label = |key: &str| object.at(&["metadata", "labels", key]).and_then(Item::text);
        let service = self.inputs.library.catalog.services.get(label("app.kubernetes.io/name")?)?;
        let component = service.components.get(label("app.kubernetes.io/component")?)?;
        Some(component.disruption())
    }
}

/// What becomes of a workload; none where the server would store what it has.
fn action(of: &str, old: Option<&Item>, new: Option<&Item>) -> Option<Action> {
    let (old, new) = match (old, new) {
        (None, None) => return None,
        (Some(_), None) => return Some(Action::Delete),
        // A Job that is made runs.
        (None, Some(_)) if of == "Job" => return Some(Action::Run),
        (None, Some(_)) => return Some(Action::Create),
        (Some(old), Some(new)) => (old, new),
    };
    if of == "Job" && name(old) != name(new) {
        return Some(Action::Run);
    }
    if template(old) != template(new) {
        return Some(if kind(new) == "CronJob" { Action::NextRun } else { Action::Roll });
    }
    let replicas = |item: &Item| item.at(&["spec", "replicas"]).cloned();
    if replicas(old) != replicas(new) {
        return Some(Action::Scale);
    }
    (old.get("spec") != new.get("spec")).then_some(Action::Update)
}

/// The images of a workload's pods.
fn images(object: &Item) -> Vec<&str> {
    let containers = template(object).and_then(|template| template.at(&["spec", "containers"]));
    let containers = containers.map(Item::list).unwrap_or_default();
    containers.iter().filter_map(|container| container.get("image")?.text()).collect()
}

fn is_reversible(action: Action, migration: Option<Migration>, object: &Item) -> bool {
    let claims = object.at(&["spec", "volumeClaimTemplates"]).is_some_and(|claims| !claims.list().is_empty());
    let changes_tables = matches!(migration, Some(Migration::Schema | Migration::SchemaAndData));
    let loses_data = claims && matches!(action, Action::Delete);
    !changes_tables && !loses_data
}
