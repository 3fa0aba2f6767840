//! `releases diff`.
//!
//! Invariant: the answer goes to stdout whole; diagnostics of a site that does not compile go to stderr.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::{ReleasesDiff, Report};
use crate::cli::render::Format;
use crate::cli::{Project, broken, report};
use crate::compile::compile_for;
use crate::upgrade::{self, Change, Kind, Upgrade};

/// Runs `releases diff`.
pub fn diff(arguments: &ReleasesDiff) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let (from, to) = (arguments.from.as_str(), arguments.to.as_str());
    let known: Vec<&str> = project.library.catalog.releases.keys().map(|name| name.as_str()).collect();
    if let Some(unknown) = [from, to].into_iter().find(|release| !known.contains(release)) {
        return broken(&format!("unknown OpenStack release `{unknown}`; known are {}", known.join(", ")));
    }
    let found = match &arguments.site {
        None => Some(upgrade::of_catalog(&project.library, from, to)),
        Some(site) => match of_site(&project, site, (from, to)) {
            Ok(found) => found,
            Err(code) => return code,
        },
    };
    let Some(found) = found else { return broken("the site gives nothing to compare") };
    let text = match arguments.format {
        Report::Text => text(&found),
        Report::Markdown => markdown(&found),
        Report::Json => serde_json::to_string_pretty(&found).unwrap_or_default() + "\n",
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn of_site(project: &Project, site: &str, releases: (&str, &str)) -> Result<Option<Upgrade>, ExitCode> {
    let sites = project.sites(&[site.to_owned()]).map_err(|message| broken(&message))?;
    let path = sites.first().map_or(site, String::as_str);
    let compile = |release: &str| {
        let compiled = compile_for(&project.world, &project.library, path, Some(release));
        if compiled.linked.is_some() {
            return Ok(compiled);
        }
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        Err(broken(&format!("{path} does not compile for OpenStack {release}")))
    };
    let (now, then) = (compile(releases.0)?, compile(releases.1)?);
    Ok(upgrade::of_site(&project.library, releases, &now, &then))
}

/// Titles in the order of their weight.
const TITLES: [(Kind, &str); 6] = [
    (Kind::Removed, "removed options"),
    (Kind::Renamed, "renamed options"),
    (Kind::Deprecated, "options that will be removed"),
    (Kind::Type, "options that take other values"),
    (Kind::Default, "changed defaults"),
    (Kind::Added, "new options"),
];

fn groups(found: &Upgrade) -> impl Iterator<Item = (&'static str, Vec<&Change>)> {
    TITLES.into_iter().filter_map(move |(kind, title)| {
        let changes: Vec<&Change> = found.options.iter().filter(|change| change.kind == kind).collect();
        (!changes.is_empty()).then_some((title, changes))
    })
}

fn head(found: &Upgrade) -> String {
    let site = found.site.as_deref().map(|site| format!(", site {site}")).unwrap_or_default();
    format!("OpenStack {} to {}{site}", found.from, found.to)
}

/// What is to be said of a way that is not one supported step.
fn warning(found: &Upgrade) -> Option<String> {
    match &found.path[..] {
        [_] | [_, _] => None,
        [] => Some(format!(
            "OpenStack supports no upgrade from {} to {} by the releases known here",
            found.from, found.to
        )),
        path => Some(format!("not one upgrade: OpenStack supports {}", path.join(" -> "))),
    }
}

fn text(found: &Upgrade) -> String {
    let mut out = format!("{}\n", head(found));
    if let Some(warning) = warning(found) {
        let _ = writeln!(out, "\n{warning}");
    }
    for (title, changes) in groups(found) {
        let _ = writeln!(out, "\n{title}: {}", changes.len());
        for change in changes {
            let dash = if change.note.is_empty() { "" } else { "  " };
            let _ = writeln!(out, "  {} [{}] {}{dash}{}", change.file, change.section, change.option, change.note);
        }
    }
    for (title, objects) in [("new objects", &found.objects_added), ("objects that go", &found.objects_removed)] {
        if !objects.is_empty() {
            let _ = writeln!(out, "\n{title}: {}\n  {}", objects.len(), objects.join("\n  "));
        }
    }
    if !found.images.is_empty() {
        let _ = writeln!(out, "\nimages: {} containers", found.images.len());
        for (old, new) in image_pairs(found) {
            let _ = writeln!(out, "  {old} -> {new}");
        }
    }
    out
}

fn image_pairs(found: &Upgrade) -> std::collections::BTreeSet<&(String, String)> {
    found.images.values().collect()
}

fn markdown(found: &Upgrade) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut out = format!("## {}\n", head(found));
    if let Some(warning) = warning(found) {
        let _ = writeln!(out, "\n**{warning}**");
    }
    for (title, changes) in groups(found) {
        let _ = writeln!(out, "\n### {title} ({})\n\n| file | group | option | |\n|---|---|---|---|", changes.len());
        for change in changes {
            let (file, section) = (cell(&change.file), cell(&change.section));
            let _ = writeln!(out, "| {file} | `{section}` | `{}` | {} |", cell(&change.option), cell(&change.note));
        }
    }
    for (title, objects) in [("new objects", &found.objects_added), ("objects that go", &found.objects_removed)] {
        if !objects.is_empty() {
            let _ = writeln!(out, "\n### {title} ({})\n\n- `{}`", objects.len(), objects.join("`\n- `"));
        }
    }
    if !found.images.is_empty() {
        let _ = writeln!(out, "\n### images ({} containers)\n", found.images.len());
        for (old, new) in image_pairs(found) {
            let _ = writeln!(out, "- `{old}` to `{new}`");
        }
    }
    out
}
