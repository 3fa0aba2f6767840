//! Plans to lines for a terminal and for a pull request.
//!
//! Invariant: what several sites share is told once; the last line counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::acknowledgement::Acknowledgement;
use super::cause::{Cause, What};
use super::inputs::Action;
use super::pods::Rollout;
use super::row::{HostRow, NodeRow, Plan, Row};
use crate::catalog::component::Disruption;
use crate::review::compare::Effect;
use crate::review::fleet::{listed, shared, title};
use crate::review::human::arrow;
use crate::review::markdown::{MOST, Page, cell};

/// A line of a plan's text, with those below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rank: (u8, Option<usize>, String),
    text: String,
}

/// Lines for a terminal.
pub fn human(plans: &[Plan]) -> String {
    let mut out = String::new();
    for (at, entries) in entries(plans) {
        let names: Vec<&str> = plans.iter().map(|plan| plan.site.as_str()).collect();
        let _ = writeln!(out, "{}:", title(&at, &names));
        entries.iter().for_each(|entry| out.push_str(&entry.text));
        out.push('\n');
    }
    let _ = writeln!(out, "{}", counts(plans));
    out
}

/// Markdown for a pull request.
pub fn markdown(plans: &[Plan]) -> String {
    let names: Vec<&str> = plans.iter().map(|plan| plan.site.as_str()).collect();
    let mut head = format!("## Plan\n\n{}.\n", counts(plans));
    let rolling: Vec<(&Plan, &Row)> = plans
        .iter()
        .flat_map(|plan| plan.rows.iter().map(move |row| (plan, row)))
        .filter(|(_, row)| row.action.ends_pods())
        .collect();
    if !rolling.is_empty() && plans.len() == 1 {
        head.push_str("\n| wave | workload | effect | disruption | pods | why |\n|---|---|---|---|---|---|\n");
        for (_, row) in rolling {
            let pods = row.rollout.as_ref().map(|rollout| rollout.pods.to_string()).unwrap_or_default();
            let why = row.causes.first().map(why).unwrap_or_default();
            let wave = row.wave.map(|wave| wave.to_string()).unwrap_or_default();
            let disruption = row.disruption.map_or("", Disruption::word);
            let name = format!("{} {}", row.kind, row.name);
            let cells = [&wave, &name, row.action.word(), disruption, &pods, &why].map(cell);
            let _ = writeln!(head, "| {} |", cells.join(" | "));
        }
    }
    let mut page = Page::new(&head, MOST);
    for (at, entries) in entries(plans) {
        let lines: String = entries.iter().map(|entry| entry.text.as_str()).collect();
        page.fold(&title(&at, &names), &lines);
    }
    page.finish()
}

/// The entries of all plans, those that the same sites share together.
fn entries(plans: &[Plan]) -> Vec<(Vec<usize>, Vec<Entry>)> {
    let is_one = plans.len() == 1;
    let of_site: Vec<Vec<Entry>> =
        plans.iter().map(|plan| of_plan(plan, if is_one { None } else { Some(plan.site.as_str()) })).collect();
    let mut groups = shared(&of_site, |entry| entry.clone());
    groups.iter_mut().for_each(|(_, entries)| entries.sort());
    groups
}

fn of_plan(plan: &Plan, site: Option<&str>) -> Vec<Entry> {
    let mut found = Vec::new();
    if !plan.edited.is_empty() {
        let text = format!("  edited: {}\n", of_site(site, &listed(&plan.edited, 6)));
        found.push(Entry { rank: (0, None, String::new()), text });
    }
    for row in &plan.moved {
        let text = format!("  moved {} {}: still {} in the cluster  <- {}\n", row.what, row.name, row.from, row.line);
        found.push(Entry { rank: (0, None, "moved".to_owned()), text: of_site(site, &text) });
    }
    for (what, joined) in [("joins", &plan.joined), ("leaves", &plan.left)] {
        for node in joined {
            found.push(Entry { rank: (2, None, String::new()), text: of_node(what, node) });
        }
    }
    let mut alike: BTreeMap<(bool, Option<usize>, Action, &str), Vec<String>> = BTreeMap::new();
    for row in &plan.rows {
        if is_plain(row) {
            let key = (row.action == Action::Delete, row.wave, row.action, row.kind.as_str());
            alike.entry(key).or_default().push(row.name.clone());
            continue;
        }
        let rank = (u8::from(row.action == Action::Delete), row.wave, format!("{} {}", row.kind, row.name));
        found.push(Entry { rank, text: of_row(site, row) });
    }
    for ((is_last, wave, action, kind), names) in alike {
        let lead = lead(wave);
        let text = format!("{lead}{} {kind}: {}\n", action.word(), listed(&names, 8));
        found.push(Entry { rank: (u8::from(is_last), wave, kind.to_owned()), text });
    }
    for host in &plan.hosts {
        found.push(Entry { rank: (2, None, host.path.clone()), text: of_host(site, host) });
    }
    let mut objects: BTreeMap<(Effect, &str), Vec<String>> = BTreeMap::new();
    for object in &plan.objects {
        if object.refused.is_empty() && !object.holds_data {
            objects.entry((object.effect, object.kind.as_str())).or_default().push(object.name.clone());
            continue;
        }
        let mut text = format!("  {} {} {}", effect(object.effect), object.kind, object.name);
        text.push_str(if object.holds_data && object.effect == Effect::Removed {
            ": its data goes with it\n"
        } else {
            "\n"
        });
        refused(&object.refused, object.way_out.as_deref(), &mut text);
        found.push(Entry { rank: (3, None, object.name.clone()), text });
    }
    for ((what, kind), names) in objects {
        let text = format!("  {} {} {kind}: {}\n", effect(what), names.len(), listed(&names, 6));
        found.push(Entry { rank: (4, None, kind.to_owned()), text });
    }
    found
}

/// Is it merely new, or a Job that is merely gone?
fn is_plain(row: &Row) -> bool {
    let is_new = row.causes.iter().all(|cause| cause.what == What::New);
    let is_gone = row.kind.ends_with("Job") && row.causes.iter().all(|cause| cause.what == What::Gone);
    (is_new || is_gone) && row.migration.is_none() && row.reversible && row.refused.is_empty()
}

fn lead(wave: Option<usize>) -> String {
    wave.map_or_else(|| "          ".to_owned(), |wave| format!("  wave {wave:<2} "))
}

fn of_node(what: &str, node: &NodeRow) -> String {
    let mut text = format!("  node {} {what}\n", node.name);
    if !node.pods.is_empty() {
        let _ = writeln!(text, "            pods of {}", listed(&node.pods, 8));
    }
    text
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Added => "create",
        Effect::Removed => "delete",
        _ => "change",
    }
}

fn of_row(site: Option<&str>, row: &Row) -> String {
    let mut text = lead(row.wave);
    let _ = write!(text, "{} {} {}", row.action.word(), row.kind, row.name);
    if let Some(disruption) = row.disruption {
        let _ = write!(text, "  [{}]", disruption.word());
    }
    if !row.reversible {
        text.push_str("  [no way back]");
    }
    text.push('\n');
    if let Some(rollout) = row.rollout.as_ref().filter(|_| row.action.ends_pods()) {
        pods(rollout, row.action, &mut text);
    }
    if let Some(migration) = row.migration {
        let _ = writeln!(text, "            migration: {}", migration.word());
    }
    const MOST: usize = 5;
    for cause in row.causes.iter().take(MOST) {
        let _ = writeln!(text, "            {}", of_site(site, &why(cause)));
    }
    if row.causes.len() > MOST {
        let _ = writeln!(text, "            and {} more causes", row.causes.len() - MOST);
    }
    refused(&row.refused, row.way_out.as_deref(), &mut text);
    match row.acknowledgement {
        Acknowledgement::Missing => text.push_str("            needs an acknowledgement in the spec\n"),
        Acknowledgement::Expired => text.push_str("            its acknowledgement in the spec is over\n"),
        Acknowledgement::Given => text.push_str("            acknowledged in the spec\n"),
        Acknowledgement::NotNeeded => {}
    }
    text
}

fn pods(rollout: &Rollout, action: Action, text: &mut String) {
    let plural = |count: i64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let _ = write!(text, "            {}", plural(rollout.pods, "pod"));
    if action == Action::Roll {
        let batches = if rollout.batches == 1 { "1 batch".to_owned() } else { format!("{} batches", rollout.batches) };
        let _ = write!(text, ", {}, {batches}, {} stay up", rollout.strategy.words(), rollout.stay_up);
        if let Some(budget) = &rollout.budget {
            let _ = write!(
                text,
                "; the budget allows {}, {} during the rollout",
                plural(budget.allows, "eviction"),
                budget.leaves
            );
        }
    }
    text.push('\n');
}

fn refused(fields: &[String], way_out: Option<&str>, text: &mut String) {
    if !fields.is_empty() {
        let _ = writeln!(text, "            cannot change in place: {}", listed(fields, 3));
    }
    if let Some(way_out) = way_out {
        let _ = writeln!(text, "            {way_out}");
    }
}

fn of_host(site: Option<&str>, row: &HostRow) -> String {
    let mut text = format!("  hosts {} on {} ({})\n", row.path, row.nodes.len(), listed(&row.nodes, 5));
    if let Some(command) = &row.command {
        let _ = writeln!(text, "            then, on each: {command}");
    }
    for cause in row.causes.iter().take(3) {
        let _ = writeln!(text, "            {}", of_site(site, &why(cause)));
    }
    text
}

/// A site's own folder has the same word on all of several sites, so that what they share is seen to be shared.
fn of_site(site: Option<&str>, text: &str) -> String {
    site.map_or_else(|| text.to_owned(), |site| text.replace(&format!("{}/", site.trim_end_matches('/')), "SITE/"))
}

/// A cause in words.
pub fn why(cause: &Cause) -> String {
    let values = arrow(cause.old.as_deref(), cause.new.as_deref());
    let mut text = match cause.what {
        What::Option => format!("{} {}: {values}", cause.file, cause.place),
        What::Field => format!("{}: {values}", cause.place),
        What::File if cause.old.is_some() || cause.new.is_some() => format!("{}: {values}", cause.file),
        What::File => format!("{} {}", cause.file, cause.place).trim_end().to_owned(),
        What::Secret => format!("Secret {}", cause.file),
        What::Job => format!("waits for Job {}, which runs again", cause.file),
        What::New => "new".to_owned(),
        What::Gone => "no longer part of the site".to_owned(),
        What::Digest => "only its digest: a value that the output does not show, such as a password".to_owned(),
    };
    if let Some(decided) = &cause.decided {
        let _ = write!(text, "  <- {} ({})", decided.line, decided.layer);
    }
    text
}

fn counted(action: Action, count: usize) -> String {
    let (one, many) = match action {
        Action::Create => ("workload is created", "workloads are created"),
        Action::Roll => ("workload rolls", "workloads roll"),
        Action::Recreate => ("workload is recreated", "workloads are recreated"),
        Action::Scale => ("workload is scaled", "workloads are scaled"),
        Action::Run => ("Job runs", "Jobs run"),
        Action::NextRun => ("CronJob changes at its next run", "CronJobs change at their next run"),
        Action::Update => ("workload changes and its pods stay", "workloads change and their pods stay"),
        Action::Delete => ("workload is deleted", "workloads are deleted"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The last line.
pub fn counts(plans: &[Plan]) -> String {
    let mut actions: BTreeMap<Action, usize> = BTreeMap::new();
    plans.iter().flat_map(|plan| &plan.rows).for_each(|row| *actions.entry(row.action).or_default() += 1);
    let mut parts: Vec<String> = actions.iter().map(|(action, count)| counted(*action, *count)).collect();
    for (what, count) in [
        ("join", plans.iter().map(|plan| plan.joined.len()).sum::<usize>()),
        ("leave", plans.iter().map(|plan| plan.left.len()).sum()),
    ] {
        if count > 0 {
            parts.push(format!(
                "{count} node{} {what}{}",
                if count == 1 { "" } else { "s" },
                if count == 1 { "s" } else { "" }
            ));
        }
    }
    match plans.iter().map(|plan| plan.moved.len()).sum::<usize>() {
        0 => {}
        1 => parts.push("1 name is moved".to_owned()),
        count => parts.push(format!("{count} names are moved")),
    }
    let nodes: usize = plans.iter().flat_map(|plan| &plan.hosts).map(|row| row.nodes.len()).sum();
    if nodes > 0 {
        parts.push(format!("{} on nodes", crate::diag::counted(nodes, "file")));
    }
    let classes: BTreeSet<Disruption> =
        plans.iter().flat_map(|plan| &plan.rows).filter_map(|row| row.disruption).collect();
    let classes: Vec<&str> = classes.into_iter().rev().map(Disruption::word).collect();
    let missing = plans.iter().map(|plan| plan.unacknowledged().count()).sum::<usize>();
    match (parts.is_empty(), plans.iter().all(Plan::is_empty)) {
        (true, true) => return "nothing to do".to_owned(),
        (true, false) => parts.push("other objects change, no workload does".to_owned()),
        _ => {}
    }
    if !classes.is_empty() {
        parts.push(format!("disruption: {}", classes.join(", ")));
    }
    if missing > 0 {
        parts.push(format!("{missing} to acknowledge"));
    }
    parts.join(", ")
}
