//! The command line: one file a command.
//!
//! Invariant: data goes to stdout, diagnostics and progress to stderr; 0 is fine, 1 diagnostics or differences, 2 could not run.
#![allow(clippy::disallowed_methods, reason = "the command line is where the environment is read")]

pub mod args;
mod build;
mod explain;
mod fix;
mod passwords;
mod publish;
mod releases;
pub mod render;
mod schema;
mod sealed;
mod stamp;
mod verify;

pub use schema::{files as schema_files, pages};

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use crate::catalog::load::{Library, load};
use crate::cli::args::{Arguments, Command};
use crate::cli::render::Format;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::world::disk::DiskWorld;
use crate::world::{Sources, World as _};

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Build(build) => build::run(&build, build::Intent::Write),
        Command::Check(check) => build::run(&check.into_build(), build::Intent::Check),
        Command::Explain(explain) => explain::run(&explain),
        Command::Passwords(passwords) => passwords::run(&passwords.action),
        Command::Publish(publish) => publish::run(&publish),
        Command::Releases(args::Releases::Diff(diff)) => releases::diff(&diff),
        Command::Schema(schema) => schema::run(&schema),
        Command::Verify(verify) => verify::run(&verify),
    }
}

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
    library: Library,
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
        Ok(Project { world, library, root: PathBuf::from(ROOT) })
    }

    fn sites(&self, given: &[String]) -> Result<Vec<String>, String> {
        sites(&self.world, given)
    }
}

/// The project's folder is the current one.
const ROOT: &str = ".";

fn disk() -> DiskWorld {
    DiskWorld::new(PathBuf::from(ROOT))
}

/// Site paths as given: `lab`, `sites/lab` and `sites/lab/` are one; none given: all of `sites/`.
fn sites(world: &DiskWorld, given: &[String]) -> Result<Vec<String>, String> {
    if given.is_empty() {
        let listed = world.list("sites").map_err(|error| error.to_string())?;
        return match listed.is_empty() {
            true => Err("there is no site under `sites/`; name one, or run where `sites/` is".to_owned()),
            false => Ok(listed.into_iter().map(|name| format!("sites/{name}")).collect()),
        };
    }
    let clean = given.iter().map(|site| {
        let site = site.trim_end_matches('/').trim_start_matches("./");
        if site.contains('/') { site.to_owned() } else { format!("sites/{site}") }
    });
    Ok(clean.collect())
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
