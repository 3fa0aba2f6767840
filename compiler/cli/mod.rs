//! The command line: one file a command.
//!
//! Invariant: data goes to stdout, diagnostics and progress to stderr; 0 is fine, 1 diagnostics or differences, 2 could not run.
#![allow(clippy::disallowed_methods, reason = "the command line is where the environment is read")]

pub mod args;
mod begin;
mod build;
mod edit;
mod explain;
mod fix;
mod fmt;
mod gone;
mod heads;
mod images;
mod import;
mod lsp;
mod mcp;
mod passwords;
mod place;
mod publish;
mod releases;
pub mod render;
mod review;
pub mod run;
pub mod schema;
mod sealed;
mod services;
mod shell;
mod stamp;
mod succession;
mod upgrade;
mod verify;
mod watch;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::catalog::load::{Library, load};
use crate::cli::args::Selection;
use crate::cli::render::Format;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::world::disk::DiskWorld;
use crate::world::{Sources, World as _};

/// What could not run.
const BROKEN: u8 = 2;

/// Says why nothing could be done.
fn broken(message: &str) -> ExitCode {
    let _ = writeln!(anstream::stderr(), "error: {message}");
    ExitCode::from(BROKEN)
}

/// A project: the folder that holds `sites/`.
struct Project {
    world: DiskWorld,
    library: Arc<Library>,
    root: PathBuf,
}

impl Project {
    /// Opens the project in the current folder and loads the catalog; diagnostics in the catalog end the run.
    fn open(format: Format) -> Result<Project, ExitCode> {
        Project::load(disk(), format, |world, sink| load(world, sink))
    }

    /// Opens the project with a catalog that is loaded in another way.
    fn load(
        world: DiskWorld,
        format: Format,
        load: impl FnOnce(&DiskWorld, &mut Sink) -> Library,
    ) -> Result<Project, ExitCode> {
        let mut sink = Sink::default();
        let library = load(&world, &mut sink);
        let diagnostics = sink.into_sorted();
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            report(&diagnostics, &library.sources, format);
            return Err(ExitCode::from(1));
        }
        Ok(Project { world, library: Arc::new(library), root: root() })
    }

    fn sites(&self, selection: &Selection) -> Result<Vec<String>, String> {
        sites(&self.world, selection)
    }
}

/// The project's folder: the current one, or the nearest above it that holds `sites/`.
fn root() -> PathBuf {
    let above = |steps: usize| if steps == 0 { PathBuf::from(".") } else { PathBuf::from_iter(vec![".."; steps]) };
    let depth = std::env::current_dir().map_or(0, |here| here.ancestors().count().saturating_sub(1));
    (0..=depth).map(above).find(|folder| folder.join("sites").is_dir()).unwrap_or_else(|| above(0))
}

/// A folder of the project, without the `./` of the current one: messages name files below it.
fn below(root: &Path, folder: &Path) -> PathBuf {
    let joined = root.join(folder);
    joined.strip_prefix(".").map(Path::to_owned).unwrap_or(joined)
}

fn disk() -> DiskWorld {
    DiskWorld::new(root())
}

/// The paths of the sites that are selected, as given; none given: all of `sites/`.
fn sites(world: &DiskWorld, selection: &Selection) -> Result<Vec<String>, String> {
    let mut sites = named(world, &selection.sites)?;
    sites.retain(|site| selection.shard.is_none_or(|shard| shard.holds(site)));
    if let Some(ring) = &selection.ring {
        let rings: Vec<Option<String>> = sites.iter().map(|site| heads::head(world, site).ring).collect();
        let mut of_site = rings.iter();
        sites.retain(|_| of_site.next().is_some_and(|own| own.as_ref() == Some(ring)));
        if sites.is_empty() && selection.shard.is_none() {
            let known: std::collections::BTreeSet<&str> = rings.iter().flatten().map(String::as_str).collect();
            let known: Vec<&str> = known.into_iter().collect();
            return Err(format!("no site is of the ring `{ring}`; there are the rings {}", listed(&known)));
        }
    }
    Ok(sites)
}

/// Names in a sentence.
fn listed(names: &[&str]) -> String {
    if names.is_empty() { "of no site".to_owned() } else { format!("`{}`", names.join("`, `")) }
}

fn named(world: &DiskWorld, given: &[String]) -> Result<Vec<String>, String> {
    if given.is_empty() {
        let listed = world.list("sites").map_err(|error| error.to_string())?;
        return match listed.is_empty() {
            true => Err("no sites here: expected `sites/NAME/site.kdl` or `site.yaml` in this folder or above; `taco-gen init NAME` \
                 creates a site"
                .to_owned()),
            false => Ok(listed.into_iter().map(|name| format!("sites/{name}")).collect()),
        };
    }
    let project = root().canonicalize().unwrap_or_default();
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let here = here.strip_prefix(&project).map(Path::to_path_buf).unwrap_or_default();
    Ok(given.iter().map(|site| place::site(site, (&project, &here), &|path| is_site(world, path))).collect())
}

/// Is there a spec in that folder of the project?
fn is_site(world: &DiskWorld, folder: &str) -> bool {
    ["site.kdl", "site.yaml"].iter().any(|name| !matches!(world.read(&format!("{folder}/{name}")), Ok(None)))
}

/// Writes diagnostics: to stdout where a machine reads them, to stderr for people.
fn report(diagnostics: &[Diagnostic], sources: &Sources, format: Format) {
    show(&render::render(diagnostics, sources, format, render::Color::for_stderr()), format);
}

/// Writes rendered diagnostics.
fn show(text: &str, format: Format) {
    let _ = match format {
        Format::Human | Format::Short => anstream::stderr().write_all(text.as_bytes()),
        _ => std::io::stdout().write_all(text.as_bytes()),
    };
}
