//! The commands of a review: each compiles sites as their specs say, reads a base, and writes one answer.
//!
//! Invariant: nothing is written to disk but what a command is told to write; a base that cannot be read gives no answer at all.

mod affected;
mod answer;
mod base;
mod pair;
mod views;

use std::process::ExitCode;

use serde_json::json;

pub use self::affected::affected;
pub use self::views::{drift, graph, report as page};

use self::answer::{document, hint, write};
use self::pair::{Pair, of_project, pairs};
use crate::cli::args::{Comparison, Diff, DiffFormat, Plan as PlanArguments, PlanFormat};
use crate::cli::render::Format;
use crate::cli::{report, succession};
use crate::diag::Sink;
use crate::review::compare::{Change, compare};
use crate::review::fleet::{SiteChanges, blocks};
use crate::review::plan::{self, acknowledge, text};
use crate::review::{human, markdown, unified};
use crate::world::World as _;

/// Runs `diff`.
pub fn diff(arguments: &Diff) -> ExitCode {
    let pairs = match pairs(&arguments.comparison) {
        Ok(pairs) => pairs,
        Err(code) => return code,
    };
    let compared: Vec<Vec<Change>> = pairs.iter().map(|pair| compare(&pair.old, &pair.new)).collect();
    let differs = compared.iter().any(|changes| !changes.is_empty());
    let of_site =
        |(pair, changes): (&Pair, &Vec<Change>)| SiteChanges { site: pair.site.clone(), changes: changes.clone() };
    let shared = || blocks(&pairs.iter().zip(&compared).map(of_site).collect::<Vec<_>>());
    let text = match arguments.format {
        DiffFormat::Human => human::text(&shared(), pairs.len()),
        DiffFormat::Markdown => markdown::text(&shared(), pairs.len()),
        DiffFormat::Unified => {
            let one =
                |(pair, changes): (&Pair, &Vec<Change>)| unified::text(&pair.site, (&pair.old, &pair.new), changes);
            pairs.iter().zip(&compared).map(one).collect()
        }
        DiffFormat::Json => {
            let sites: Vec<&str> = pairs.iter().map(|pair| pair.site.as_str()).collect();
            document(&json!({ "version": 1, "sites": sites, "blocks": shared() }))
        }
    };
    write(&text);
    if !differs {
        hint(&arguments.comparison);
    }
    ExitCode::from(u8::from(differs && arguments.exit_code))
}

/// What a change does to running sites, as `plan` says it.
pub fn effects(comparison: &Comparison) -> Result<String, ExitCode> {
    let (project, pairs) = of_project(comparison)?;
    let of_pair = |pair: &Pair| {
        let changes = compare(&pair.old, &pair.new);
        plan::plan(&pair.inputs(&project.library, &changes, None))
    };
    Ok(text::human(&pairs.iter().map(of_pair).collect::<Vec<_>>()))
}

/// Runs `plan`.
pub fn plan(arguments: &PlanArguments) -> ExitCode {
    let (project, pairs) = match of_project(&arguments.comparison) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let today = arguments.today.clone().or_else(|| project.world.today());
    let changes: Vec<Vec<Change>> = pairs.iter().map(|pair| compare(&pair.old, &pair.new)).collect();
    let (mut plans, mut is_sound) = (Vec::new(), true);
    for (pair, changes) in pairs.iter().zip(&changes) {
        let inputs = pair.inputs(&project.library, changes, today.as_deref());
        let plan = plan::plan(&inputs);
        let mut sink = Sink::default();
        succession::check_texts(&pair.compiled, &pair.old.files, &mut sink);
        acknowledge::diagnostics(&inputs, &plan).into_iter().for_each(|diagnostic| sink.push(diagnostic));
        is_sound &= !sink.has_errors();
        report(&sink.into_sorted(), &pair.compiled.sources, Format::Human);
        plans.push(plan);
    }
    write(&match arguments.format {
        PlanFormat::Human => text::human(&plans),
        PlanFormat::Markdown => text::markdown(&plans),
        PlanFormat::Json => document(&json!({ "version": 1, "plans": plans })),
    });
    let differs = plans.iter().any(|plan| !plan.is_empty());
    if !differs {
        hint(&arguments.comparison);
    }
    ExitCode::from(u8::from(!is_sound || differs && arguments.exit_code))
}
