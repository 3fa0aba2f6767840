//! `report`, `graph` and `drift`.
//!
//! Invariant: a page is written whole or not at all.
#![allow(clippy::disallowed_methods, reason = "a dump and a page are where the user says")]

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::answer::{document, write};
use super::base::Base;
use super::pair::{of_project, refuse};
use crate::cli::args::{Comparison, Drift, DriftFormat, Graph, GraphFormat, Review};
use crate::cli::render::Format;
use crate::cli::{Project, broken, report as tell};
use crate::compile::compile;
use crate::diag::Diagnostic;
use crate::review::compare::{Change, compare};
use crate::review::page::{Part, html};
use crate::review::plan::{self, Plan};
use crate::review::{drift as drifted, graph as drawn, live};
use crate::world::World as _;
use crate::write::rewrite;

/// Runs `report`.
pub fn report(arguments: &Review) -> ExitCode {
    let (selection, base, output) = (arguments.selection.clone(), arguments.base.clone(), arguments.tree.clone());
    let comparison = Comparison { selection, base, output };
    let (project, pairs) = match of_project(&comparison) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let today = arguments.today.clone().or_else(|| project.world.today());
    let changes: Vec<Vec<Change>> = pairs.iter().map(|pair| compare(&pair.old, &pair.new)).collect();
    let of = |(pair, changes): (&super::pair::Pair, &'_ Vec<Change>)| {
        plan::plan(&pair.inputs(&project.library, changes, today.as_deref()))
    };
    let plans: Vec<Plan> = pairs.iter().zip(&changes).map(of).collect();
    let parts = pairs.iter().zip(&changes).zip(&plans);
    let parts: Vec<Part<'_>> =
        parts.map(|((pair, changes), plan)| Part { compiled: &pair.compiled, changes, plan }).collect();
    let base = comparison.base.clone().unwrap_or_else(|| comparison.output.display().to_string());
    let page = match html(&parts, &base) {
        Ok(page) => page,
        Err(message) => return broken(&message),
    };
    if arguments.output == Path::new("-") {
        write(&page);
        return ExitCode::SUCCESS;
    }
    let folder = arguments.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = arguments.output.file_name().and_then(|name| name.to_str()) else {
        return broken(&format!("`{}` does not name a file", arguments.output.display()));
    };
    match rewrite(folder, name, page.as_bytes()) {
        Ok(()) if arguments.open => open(&arguments.output),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => broken(&error.to_string()),
    }
}

/// Runs `graph`.
pub fn graph(arguments: &Graph) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let sites = project.sites(&std::slice::from_ref(&arguments.site).into());
    let Ok(Some(site)) = sites.map(|sites| sites.into_iter().next()) else { return broken("name one site") };
    let compiled = compile(&project.world, &project.library, &site);
    tell(&compiled.diagnostics, &compiled.sources, Format::Human);
    if compiled.linked.is_none() {
        return ExitCode::from(1);
    }
    let graph = drawn::Graph::new(&compiled.name, &compiled.facts);
    write(&match arguments.format {
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Mermaid => graph.mermaid(),
        GraphFormat::Json => document(&json!({ "version": 1, "graph": graph })),
        GraphFormat::Svg => graph.svg(&std::collections::BTreeMap::new()),
    });
    ExitCode::SUCCESS
}

/// Runs `drift`.
pub fn drift(arguments: &Drift) -> ExitCode {
    let unreadable = |message: String| refuse(&[Diagnostic::global("TG0848", message)]);
    let file = arguments.live.display().to_string();
    let bytes = match arguments.live == Path::new("-") {
        true => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        false => std::fs::read(&arguments.live),
    };
    let text = match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return unreadable(format!("`{file}` is not UTF-8")),
        Err(error) => return unreadable(format!("cannot read `{file}`: {error}")),
    };
    let live = match live::objects(&text) {
        Ok(live) => live,
        Err(message) => return unreadable(format!("`{file}` is not a dump of objects: {message}")),
    };
    let comparison = Comparison {
        selection: std::slice::from_ref(&arguments.site).into(),
        base: arguments.base.clone(),
        output: arguments.output.clone(),
    };
    let base = match Base::open(&comparison) {
        Ok(base) => base,
        Err(error) => return refuse(&error.diagnostics),
    };
    let site =
        crate::cli::sites(&crate::cli::disk(), &comparison.selection).ok().and_then(|sites| sites.into_iter().next());
    let site = site.unwrap_or_else(|| arguments.site.clone());
    let name = site.rsplit('/').next().unwrap_or(&site);
    let state = match base.states(&[(&site, name)]).map(|states| states.into_iter().next().unwrap_or_default()) {
        Ok(state) => state,
        Err(error) => return refuse(&error.diagnostics),
    };
    if state.files.is_empty() {
        let diagnostic = Diagnostic::global("TG0847", format!("there is no output of `{site}` to compare with"));
        return refuse(&[diagnostic.hint("build the site, or name a base")]);
    }
    let found = drifted::drift(&state, &live);
    write(&match arguments.format {
        DriftFormat::Human => drifted::text::text(&found),
        DriftFormat::Json => document(&json!({ "version": 1, "site": site, "drift": found })),
    });
    ExitCode::from(u8::from(arguments.exit_code && !found.is_none()))
}

/// Shows a page, and does not wait for who shows it.
fn open(page: &Path) -> ExitCode {
    let system = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let browser = std::env::var_os("BROWSER").filter(|name| !name.is_empty()).unwrap_or_else(|| system.into());
    // A name that begins with a hyphen would be an option of that program.
    let page = page.canonicalize().unwrap_or_else(|_| page.to_path_buf());
    let quiet = || std::process::Stdio::null();
    match std::process::Command::new(&browser).arg(page).stdout(quiet()).stderr(quiet()).spawn() {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => broken(&format!("the page is written; `{}` cannot show it: {error}", browser.display())),
    }
}
