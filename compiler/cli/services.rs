//! `services`, and `releases` alone: what a catalog offers.
//!
//! Invariant: a list goes to stdout whole; an unknown name is told with what is near.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::cli::args::{Listing, Services};
use crate::cli::render::Format;
use crate::cli::{Project, broken, is_site, report};
use crate::compile::inspect;
use crate::diag::nearest;
use crate::explain::{catalog, listing};

/// Runs `services`.
pub fn run(arguments: &Services) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let Some(what) = &arguments.what else {
        return list(listing::services(&project.library.catalog, None), arguments.format);
    };
    if let Some(page) = listing::service(&project.library, what) {
        let text = catalog::named(&project.library, what).unwrap_or_default();
        return say(&text, &json!({ "version": 1, "service": page }), arguments.format);
    }
    of_site(&project, what, arguments.format)
}

fn of_site(project: &Project, what: &str, format: Listing) -> ExitCode {
    let sites = match project.sites(&[what.to_owned()][..].into()) {
        Ok(sites) => sites,
        Err(message) => return broken(&message),
    };
    let path = sites.first().map_or(what, String::as_str);
    if !is_site(&project.world, path) {
        let known = project.library.catalog.services.keys().map(String::as_str);
        let near = nearest(what, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return broken(&format!("`{what}` is neither a service nor a site{near}"));
    }
    let compiled = inspect(&project.world, &project.library, path);
    if compiled.facts.services.is_empty() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return ExitCode::from(1);
    }
    list(listing::services(&project.library.catalog, Some(&compiled.facts)), format)
}

fn list(lines: Vec<listing::ServiceLine>, format: Listing) -> ExitCode {
    let mut text = String::new();
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    let width = width.max("service".len());
    let state = if lines.iter().any(|line| line.site.is_some()) { "here" } else { "default" };
    let _ = writeln!(text, "{:<width$}  {state:<8}  what it is", "service");
    let all = lines.iter().map(|line| line.releases.len()).max().unwrap_or(0);
    for line in &lines {
        let state = line.site.unwrap_or(&line.default);
        let bounds = match (line.releases.first(), line.releases.last()) {
            _ if line.releases.len() == all => String::new(),
            (Some(first), Some(last)) => format!(" ({first} to {last})"),
            _ => " (no release)".to_owned(),
        };
        let _ = writeln!(text, "{:<width$}  {state:<8}  {}{bounds}", line.name, line.summary);
    }
    say(&text, &json!({ "version": 1, "services": lines }), format)
}

/// Runs `releases` alone.
pub fn releases(format: Listing) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let catalog = &project.library.catalog;
    let lines = listing::releases(catalog);
    let kubernetes: Vec<String> = catalog.kubernetes.iter().map(ToString::to_string).collect();
    let mut text = String::from("OpenStack  code name   upgraded from\n");
    for line in &lines {
        let codename = line.codename.as_deref().unwrap_or("-");
        let _ = writeln!(text, "{:<9}  {codename:<10}  {}", line.name, line.upgrades_from.join(", "));
    }
    let _ = writeln!(text, "\nKubernetes: {}", kubernetes.join(", "));
    say(&text, &json!({ "version": 1, "openstack": lines, "kubernetes": kubernetes }), format)
}

fn say(text: &str, document: &impl Serialize, format: Listing) -> ExitCode {
    let text = match format {
        Listing::Text => text.to_owned(),
        Listing::Json => serde_json::to_string_pretty(document).unwrap_or_default() + "\n",
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
