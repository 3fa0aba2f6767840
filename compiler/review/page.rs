//! A review as one page of HTML that loads nothing: topology, graph, plan, diff, and the lines of the spec that decided.
//!
//! Invariant: every value is escaped by the template engine; drawings are made by this program, their texts escaped.
//! Invariant: the policy of the page allows its own style and script, by their digests, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::catalog::component::Disruption;
use crate::compile::Compiled;
use crate::review::compare::{Change, Effect};
use crate::review::graph::Graph;
use crate::review::human::{lines, shown};
use crate::review::plan::cause::Cause;
use crate::review::plan::text::{counts, why};
use crate::review::plan::{Plan, Row};
use crate::review::topology;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// A site of a page.
pub struct Part<'p> {
    /// The site as its spec says.
    pub compiled: &'p Compiled,
    /// What differs.
    pub changes: &'p [Change],
    /// The effects.
    pub plan: &'p Plan,
}

/// The page of some sites, compared with a base. The error is one of the template.
pub fn html(parts: &[Part<'_>], base: &str) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_template("page.html", PAGE).map_err(|error| error.to_string())?;
    let sites: Vec<serde_json::Value> = parts.iter().enumerate().map(|(index, part)| site(index, part)).collect();
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    // Drawings have a style of their own.
    let drawn = crate::review::graph::STYLE;
    let policy = format!(
        "default-src 'none'; style-src {} {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(drawn),
        hash(SCRIPT)
    );
    let context = json!({ "sites": sites, "base": base, "style": STYLE, "script": SCRIPT, "policy": policy });
    let template = environment.get_template("page.html").map_err(|error| error.to_string())?;
    template.render(Value::from(minijinja::value::Serde(context))).map_err(|error| format!("{error:#}"))
}

fn site(index: usize, part: &Part<'_>) -> serde_json::Value {
    let Part { compiled, changes, plan } = part;
    let place = |row: &Row| anchor(index, "row", &format!("{} {}", row.kind, row.name));
    let marked: BTreeMap<(String, String), String> =
        plan.rows.iter().map(|row| ((row.kind.clone(), row.name.clone()), place(row))).collect();
    let known: BTreeSet<String> = changes.iter().flat_map(files).collect();
    let mut lines = BTreeSet::new();
    let rows: Vec<serde_json::Value> = plan
        .rows
        .iter()
        .map(|row| {
            json!({
                "id": place(row),
                "wave": row.wave,
                "kind": row.kind,
                "name": row.name,
                "action": row.action.word(),
                "disruption": row.disruption.map(Disruption::word),
                "rollout": row.rollout.as_ref().filter(|_| row.action.ends_pods()),
                "migration": row.migration.map(crate::catalog::component::Migration::word),
                "reversible": row.reversible,
                "refused": row.refused,
                "way_out": row.way_out,
                "acknowledgement": row.acknowledgement,
                "diff": anchor(index, "diff", &format!("{} {}", row.kind, row.name)),
                "causes": causes(index, &row.causes, &known, &mut lines),
            })
        })
        .collect();
    let hosts: Vec<serde_json::Value> = plan
        .hosts
        .iter()
        .map(|row| {
            let causes = causes(index, &row.causes, &known, &mut lines);
            json!({ "path": row.path, "nodes": row.nodes, "command": row.command, "causes": causes })
        })
        .collect();
    json!({
        "name": plan.site,
        "id": format!("site{index}"),
        "edited": plan.edited,
        "counts": counts(std::slice::from_ref(*plan)),
        "topology": topology::svg(&compiled.facts),
        "machines": topology::machines(&compiled.facts),
        "graph": Graph::new(&plan.site, &compiled.facts).svg(&marked),
        "rows": rows,
        "hosts": hosts,
        "moved": plan.moved,
        "joined": plan.joined,
        "left": plan.left,
        "objects": plan.objects,
        "changes": changes.iter().map(|change| entry(index, change)).collect::<Vec<_>>(),
        "sources": sources(index, compiled, &lines),
    })
}

/// An id made of plain signs.
fn anchor(index: usize, what: &str, name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{what}-{index}-{plain}")
}

/// The files of the output that a change is about.
fn files(change: &Change) -> Vec<String> {
    [&change.paths.0, &change.paths.1].into_iter().flatten().cloned().collect()
}

/// Causes with where they lead; notes the lines of the spec.
fn causes(
    index: usize,
    causes: &[Cause],
    known: &BTreeSet<String>,
    lines: &mut BTreeSet<String>,
) -> Vec<serde_json::Value> {
    let one = |cause: &Cause| {
        let own =
            cause.decided.as_ref().filter(|decided| decided.layer == "site" || decided.layer.starts_with("overlay"));
        let line = own.map(|decided| decided.line.clone());
        lines.extend(line.clone());
        json!({
            "text": why(&Cause { decided: None, ..cause.clone() }),
            "diff": known.contains(&cause.file).then(|| anchor(index, "diff", &cause.file)),
            "spec": line.as_ref().map(|line| anchor(index, "spec", line)),
            "line": cause.decided.as_ref().map(|decided| format!("{} ({})", decided.line, decided.layer)),
        })
    };
    causes.iter().map(one).collect()
}

/// A change of the diff, its values as lines.
fn entry(index: usize, change: &Change) -> serde_json::Value {
    let mut rows: Vec<(&str, String)> = Vec::new();
    for difference in &change.differences {
        let place = &difference.place;
        if difference.redacted {
            rows.push(("same", format!("{place}: changed (redacted)")));
            continue;
        }
        if let Some(file) = &difference.told_in {
            rows.push(("same", format!("{place}: as {file}")));
            continue;
        }
        let (old, new) = (difference.old.as_deref(), difference.new.as_deref());
        if let (Some(old), Some(new)) = (old, new)
            && (old.contains('\n') || new.contains('\n'))
        {
            rows.push(("same", place.clone()));
            for line in lines(old, new, "").lines() {
                rows.push((if line.starts_with('-') { "old" } else { "new" }, line.to_owned()));
            }
            continue;
        }
        rows.extend(old.map(|old| ("old", format!("- {place} = {}", shown(old)))));
        rows.extend(new.map(|new| ("new", format!("+ {place} = {}", shown(new)))));
    }
    let path = change.paths.1.as_ref().or(change.paths.0.as_ref()).cloned().unwrap_or_default();
    let effect = match change.effect {
        Effect::Added => "added",
        Effect::Removed => "removed",
        Effect::Changed => "changed",
        Effect::DigestOnly => "digests only",
        Effect::CommentsOnly => "comments only",
    };
    let id = match &change.subject {
        crate::review::compare::Subject::Object { .. } => change.subject.to_string(),
        _ => path.clone(),
    };
    json!({
        "id": anchor(index, "diff", &id),
        "title": change.subject.to_string(),
        "effect": effect,
        "path": path,
        "nodes": change.nodes,
        "rows": rows,
    })
}

/// The texts of the project that decided something, by line.
fn sources(index: usize, compiled: &Compiled, lines: &BTreeSet<String>) -> Vec<serde_json::Value> {
    let paths: BTreeSet<&str> = lines.iter().filter_map(|line| Some(line.rsplit_once(':')?.0)).collect();
    let mut found = Vec::new();
    for path in paths {
        let source = compiled.sources.find(path).and_then(|file| compiled.sources.get(file));
        let Some(source) = source else { continue };
        let numbered = source.text.lines().enumerate().map(|(number, text)| {
            let line = format!("{path}:{}", number + 1);
            json!({ "id": anchor(index, "spec", &line), "number": number + 1, "text": text, "decides": lines.contains(&line) })
        });
        found.push(json!({ "path": path, "lines": numbered.collect::<Vec<_>>() }));
    }
    found
}
