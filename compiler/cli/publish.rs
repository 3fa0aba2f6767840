//! `publish`.
//!
//! Invariant: what is published is what `build` wrote; nothing is compiled here but the spec's `deliver`.
//! Invariant: a file that was edited since is not published.
#![allow(clippy::disallowed_methods, reason = "the output is read, and a layout is written beside it")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::{Comparison, Publish, Selection};
use crate::cli::render::Format;
use crate::cli::{Project, below, broken, report, review, root, sealed};
use crate::compile::inspect;
use crate::delivery::oci;
use crate::delivery::publish::{Published, Source, Target, Tree, publish, source};
use crate::diag::counted;
use crate::review::fleet::listed;
use crate::write;

/// Sites as they were named, and their output, by where it goes.
type Groups = BTreeMap<Target, (Vec<String>, Vec<Tree>)>;

/// How many sites a line names.
const MOST: usize = 3;
/// How many lines of effects a message holds.
const EFFECTS: usize = 200;

/// Runs `publish`.
pub fn run(arguments: &Publish) -> ExitCode {
    if let Some(folder) = &arguments.remove {
        return remove(arguments, folder);
    }
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let sites = match project.sites(&arguments.selection) {
        Ok(sites) => sites,
        Err(message) => return broken(&message),
    };
    if sites.len() > 1 && arguments.path.is_some() {
        return broken("--path names the folder of one site; name one site");
    }
    let source = if arguments.allow_dirty { Ok(None) } else { source(&project.root, &inputs(&sites)) };
    let source = match source {
        Ok(source) => source,
        Err(message) => return broken(&message),
    };
    let mut groups = Groups::new();
    for site in &sites {
        match tree(&project, site, arguments) {
            Ok((target, tree)) => {
                let (names, trees) = groups.entry(target).or_default();
                names.push(site.clone());
                trees.push(tree);
            }
            Err(code) => return code,
        }
    }
    match &arguments.oci {
        Some(folder) => {
            let trees: Vec<Tree> = groups.into_values().flat_map(|(_, trees)| trees).collect();
            write_layout(folder, &trees, source.as_ref())
        }
        None => push(&project, arguments, &groups, source.as_ref()),
    }
}

/// Removes the folder of a site that is gone from the repository.
fn remove(arguments: &Publish, folder: &str) -> ExitCode {
    let folder = folder.trim_matches('/').to_owned();
    let url = arguments.repo.clone().unwrap_or_default();
    let target = Target { url, branch: arguments.branch.clone().unwrap_or_else(|| "main".to_owned()) };
    let message = arguments.message.clone().unwrap_or_else(|| format!("{folder}: removed"));
    let tree = Tree { site: folder.clone(), folder: folder.clone(), files: Vec::new() };
    match publish(&below(&root(), &arguments.output), &target, &[tree], (&message, None)) {
        Ok(Published::Unchanged) => say(&format!("the repository has no folder `{folder}`")),
        Ok(Published::Pushed { commit, files }) => {
            say(&format!("removed {folder}: {}, commit {commit}", counted(files, "file")));
        }
        Err(error) => return broken(&error),
    }
    ExitCode::SUCCESS
}

/// What a site is made of, in the project's folder.
fn inputs(sites: &[String]) -> Vec<String> {
    let shared = ["overlays", "schema"].map(str::to_owned);
    sites.iter().cloned().chain(shared).collect()
}

/// A site's output, and where it goes.
fn tree(project: &Project, site: &str, arguments: &Publish) -> Result<(Target, Tree), ExitCode> {
    let compiled = inspect(&project.world, &project.library, site);
    if compiled.linked.is_none() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return Err(ExitCode::from(1));
    }
    let deliver = compiled.deliver.as_ref();
    let url = arguments.repo.clone().or_else(|| deliver.map(|deliver| deliver.repo.value.clone()));
    let url = match (url, &arguments.oci) {
        (Some(url), _) => url,
        (None, Some(_)) => String::new(),
        (None, None) => return Err(broken(&format!("{site} has no `deliver`; name a repository with --repo"))),
    };
    let branch = arguments.branch.clone().or_else(|| deliver.map(|deliver| deliver.branch.value.clone()));
    let path = arguments.path.clone().or_else(|| deliver.map(|deliver| deliver.path().value.clone()));
    let output = below(&project.root, &arguments.output).join(&compiled.name);
    if let Some(first) = sealed::stale(&compiled, &output).first() {
        let way = match compiled.store.as_ref().is_some_and(|store| store.locked.is_some()) {
            true => "build where the key is".to_owned(),
            false => format!(
                "the site has no password store: `taco-gen passwords generate {site}` makes one, and with `secrets none` in `deliver` the Secrets are made by hand"
            ),
        };
        return Err(broken(&format!("the Secret `{first}` is not sealed as the site would have it; {way}")));
    }
    let files = write::read_owned(&output).map_err(|message| broken(&message))?;
    let folder = path.unwrap_or_default().trim_matches('/').to_owned();
    let target = Target { url, branch: branch.unwrap_or_else(|| "main".to_owned()) };
    Ok((target, Tree { site: compiled.name.clone(), folder, files }))
}

fn push(project: &Project, arguments: &Publish, groups: &Groups, source: Option<&Source>) -> ExitCode {
    let near = below(&project.root, &arguments.output);
    for (target, (names, trees)) in groups {
        let message = match message(arguments, names) {
            Ok(message) => message,
            Err(code) => return code,
        };
        let names = listed(names, MOST);
        match publish(&near, target, trees, (&message, source)) {
            Ok(Published::Unchanged) => say(&format!("published {names}: nothing changed")),
            Ok(Published::Pushed { commit, files }) => {
                say(&format!("published {names}: {} changed, commit {commit}", counted(files, "file")));
            }
            Err(error) => return broken(&error),
        }
    }
    ExitCode::SUCCESS
}

/// The message of a commit: what is said, or the sites and, where there is something to compare with, what the commit does to them.
fn message(arguments: &Publish, names: &[String]) -> Result<String, ExitCode> {
    if let Some(message) = &arguments.message {
        return Ok(message.clone());
    }
    let subject = format!("{}: compiled output", listed(names, MOST));
    let Some(base) = &arguments.base else { return Ok(subject) };
    let comparison =
        Comparison { selection: Selection::from(names), base: Some(base.clone()), output: arguments.output.clone() };
    let effects = review::effects(&comparison)?;
    let lines: Vec<&str> = effects.lines().map(str::trim_end).collect();
    let shown = lines.iter().take(EFFECTS).copied().collect::<Vec<_>>().join("\n");
    let more = lines.len().saturating_sub(EFFECTS);
    let rest = if more > 0 {
        format!("\n{} more: `taco-gen plan --base {base}`", counted(more, "line"))
    } else {
        String::new()
    };
    Ok(format!("{subject}\n\n{shown}{rest}"))
}

/// Writes an OCI layout: blobs first, so that the index never leads to nothing.
fn write_layout(folder: &Path, trees: &[Tree], source: Option<&Source>) -> ExitCode {
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !folder.join("oci-layout").is_file() {
        return broken(&format!("{}: is not empty and holds no OCI layout", folder.display()));
    }
    let files = match oci::layout(trees, source) {
        Ok(files) => files,
        Err(message) => return broken(&message),
    };
    let (last, blobs): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path == "index.json");
    for (path, bytes) in blobs.into_iter().chain(last) {
        if let Err(message) = put(&folder.join(&path), &bytes) {
            return broken(&message);
        }
    }
    let names: Vec<String> = trees.iter().map(|tree| tree.site.clone()).collect();
    say(&format!("wrote {}: {}", folder.display(), listed(&names, MOST)));
    ExitCode::SUCCESS
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let new = path.with_extension("new");
    std::fs::write(&new, bytes).map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)
}

fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
