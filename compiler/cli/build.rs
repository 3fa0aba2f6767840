//! `build` and `check`.
//!
//! Invariant: a site with an error writes nothing; the other sites are built all the same.

mod kept;
mod total;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use rayon::prelude::*;

use crate::catalog::load::load;
use crate::cli::args::Build;
pub use crate::cli::build::kept::Kept;
use crate::cli::build::total::Total;
use crate::cli::render::{self, Format};
use crate::cli::stamp::{self, Report, Stamps};
use crate::cli::{BROKEN, Project, below, broken, disk, fix, report, root, sealed, show, sites, succession};
use crate::compile::{Compiled, compile, inspect};
use crate::diag::{Diagnostic, Severity, Sink, counted};
use crate::emit::Rendered;
use crate::world::disk::DiskWorld;
use crate::world::recorder::Recorder;
use crate::world::{Sources, World};
use crate::write::state::{self, State};
use crate::write::{self, Artifact, INDEX, Overwrite};

/// How many files that differ are named.
const MOST_DIFFERING: usize = 20;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Compile and write, or compare where `--check` says so.
    Write,
    /// Compile only.
    Check,
}

/// Runs `build` or `check`.
pub fn run(arguments: &Build, intent: Intent) -> ExitCode {
    run_with(arguments, intent, &Kept::default())
}

/// Runs `build` or `check` with a catalog that is kept.
pub fn run_with(arguments: &Build, intent: Intent, kept: &Kept) -> ExitCode {
    if arguments.fix
        && let Err(code) = fix::run(arguments)
    {
        return code;
    }
    // A comparison believes nothing but a compile.
    let is_stamped = intent == Intent::Write && !arguments.check;
    let stamps = if is_stamped { Stamps::of_user(&arguments.output) } else { None };
    let run = Run { arguments, intent, stamps, kept, started: Instant::now() };
    let world = disk();
    let sites = sites(&world, &arguments.selection);
    // One site needs no other thread, and threads cost more than a small site; a run that goes on gives its memory back.
    if let (Ok([site]), false) = (sites.as_deref(), arguments.watch) {
        return run.one(world, site);
    }
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(arguments.jobs.unwrap_or(0)).build() else {
        return broken("no threads could be started");
    };
    pool.install(|| run.several(world, sites))
}

/// Compares a site's output with what its spec gives; the files that differ, or what else ends the run, which is told.
pub fn differing(project: &Project, arguments: &Build, site: &str) -> Result<Vec<String>, ExitCode> {
    let mut outcome = site_run(project, &project.world, (arguments, Intent::Write), site);
    outcome.diagnostics.retain(|diagnostic| diagnostic.code != "TG0803");
    if outcome.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(ExitCode::from(outcome.print(arguments, None)));
    }
    Ok(outcome.differing)
}

/// A run and what it goes by.
struct Run<'a> {
    arguments: &'a Build,
    intent: Intent,
    stamps: Option<Stamps>,
    kept: &'a Kept,
    started: Instant,
}

impl Run<'_> {
    fn one(&self, world: DiskWorld, site: &str) -> ExitCode {
        if let Some(outcome) = self.unchanged(&world, site) {
            return ExitCode::from(outcome.print(self.arguments, None));
        }
        let project = match self.open(world) {
            Ok(project) => project,
            Err(code) => return code,
        };
        let outcome = self.site(&project, site);
        let code = outcome.print(self.arguments, None);
        // The program ends here: giving its memory back piece by piece would only take time.
        std::mem::forget((outcome, project));
        ExitCode::from(code)
    }

    fn several(&self, world: DiskWorld, sites: Result<Vec<String>, String>) -> ExitCode {
        let named = sites.as_deref().unwrap_or_default();
        let mut known: Vec<Option<Outcome>> = named.par_iter().map(|site| self.unchanged(&world, site)).collect();
        let mut project = None;
        if known.is_empty() || known.iter().any(Option::is_none) {
            match self.open(world) {
                Ok(opened) => project = Some(opened),
                Err(code) => return code,
            }
        }
        let sites = match &sites {
            Ok(sites) => sites,
            Err(message) => return broken(message),
        };
        let total = Mutex::new(Total::of(sites.len()));
        let one = |(site, known): (&String, &mut Option<Outcome>)| {
            let compiled = || Some(self.site(project.as_ref()?, site));
            let Some(outcome) = known.take().or_else(compiled) else { return BROKEN };
            let Ok(mut total) = total.lock() else { return BROKEN };
            total.add(outcome.code, outcome.part(self.arguments.format));
            outcome.print(self.arguments, Some(&total.progress()))
        };
        let code = sites.par_iter().zip(known.par_iter_mut()).map(one).max().unwrap_or(0);
        if let Ok(total) = total.into_inner() {
            total.print(self.arguments, self.started);
        }
        ExitCode::from(code)
    }

    /// Opens the project, and remembers what its catalog was loaded from.
    fn open(&self, world: DiskWorld) -> Result<Project, ExitCode> {
        let Some(stamps) = &self.stamps else {
            return Project::load(world, self.arguments.format, |world, sink| load(world, sink));
        };
        self.kept.open(world, self.arguments.format, stamps)
    }

    /// What the last build of a site came to, where nothing changed since.
    fn unchanged(&self, world: &DiskWorld, site: &str) -> Option<Outcome> {
        let started = Instant::now();
        let folder = |name: &str| below(&root(), &self.arguments.output).join(name);
        let result = self.stamps.as_ref()?.find(world, site, &folder)?;
        let report = match result.report {
            Some(report) if report.style == style(self.arguments.format) => Some(report.text),
            Some(_) => return None,
            None => None,
        };
        let mut outcome = Outcome { name: result.name, compiled: None, report, ..Outcome::default() };
        let counts = (result.objects, result.configs);
        outcome.summary = Some(summary(("compiled", site), counts, ", 0 changed, 0 removed", started));
        Some(outcome)
    }

    /// Compiles a site, and writes it.
    fn site(&self, project: &Project, site: &str) -> Outcome {
        let Some(stamps) = &self.stamps else {
            return site_run(project, &project.world, (self.arguments, self.intent), site);
        };
        let recorder = Recorder::new(&project.world);
        let outcome = site_run(project, &recorder, (self.arguments, self.intent), site);
        if let Some(state) = outcome.kept(project, self.arguments) {
            let report = if outcome.diagnostics.is_empty() {
                None
            } else {
                let format = self.arguments.format;
                let text = render::render(&outcome.diagnostics, outcome.sources(), format, render::Color::for_stderr());
                Some(Report { style: style(format), text })
            };
            let (objects, configs) = outcome.counts;
            let result = stamp::Outcome { name: outcome.name.clone(), objects, configs, report };
            stamps.keep(site, recorder.into_seen(), result, state);
        }
        outcome
    }
}

/// How diagnostics are shown.
fn style(format: Format) -> String {
    format!("{format:?} {:?}", render::Color::for_stderr())
}

fn summary(what: (&str, &str), counts: (usize, usize), effect: &str, started: Instant) -> String {
    let ((verb, site), (objects, configs)) = (what, counts);
    format!("{verb} {site}: {objects} objects, {configs} configs{effect} in {} ms", started.elapsed().as_millis())
}

/// What became of a site.
#[derive(Default)]
struct Outcome {
    name: String,
    /// None where nothing changed since the last build.
    compiled: Option<Compiled>,
    diagnostics: Vec<Diagnostic>,
    /// The diagnostics of the last build as they were shown.
    report: Option<String>,
    /// Objects and config files.
    counts: (usize, usize),
    summary: Option<String>,
    code: u8,
    /// Are all its Secrets what the next build carries over?
    is_sealed: bool,
    written: Written,
    /// The files that a comparison found to differ.
    differing: Vec<String>,
}

/// What a build did to the tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Written {
    /// It stopped before.
    #[default]
    Unknown,
    /// It found all as it should be.
    Nothing,
    /// Files.
    Files,
}

fn site_run(project: &Project, world: &dyn World, (arguments, intent): (&Build, Intent), site: &str) -> Outcome {
    let started = Instant::now();
    let mut compiled = match intent {
        Intent::Write => compile(world, &project.library, site),
        Intent::Check => inspect(world, &project.library, site),
    };
    let diagnostics = std::mem::take(&mut compiled.diagnostics);
    let artifacts = compiled.artifacts.take();
    let (options, counts) = (compiled.checked.options, compiled.counts);
    let name = compiled.name.clone();
    let mut outcome = Outcome { name, compiled: Some(compiled), diagnostics, counts, ..Outcome::default() };
    if outcome.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        outcome.code = 1;
    }
    if outcome.code != 0 {
        return outcome;
    }
    if !outcome.follows(project, arguments) {
        return outcome;
    }
    let file = |file: Rendered| Artifact { path: file.path, bytes: file.printed.text.into_bytes() };
    let mut artifacts: Vec<Artifact> = artifacts.unwrap_or_default().into_iter().map(file).collect();
    let effect = match intent {
        Intent::Check => format!(", {options} options"),
        Intent::Write if !outcome.seal(project, arguments, &mut artifacts) => return outcome,
        Intent::Write => match outcome.write(project, arguments, &artifacts) {
            Some(effect) => effect,
            None => return outcome,
        },
    };
    let verb = if intent == Intent::Check || arguments.check { "checked" } else { "compiled" };
    outcome.summary = Some(summary((verb, site), outcome.counts, &effect, started));
    outcome
}

impl Outcome {
    /// Its part of the one document that some formats want.
    fn part(&self, format: Format) -> Option<(String, serde_json::Value)> {
        let part = || render::part(&self.diagnostics, self.sources(), format);
        format.is_document().then(|| (self.name.clone(), part()))
    }

    /// Compares the objects with those of the committed output. False where a cluster that has these would refuse the change.
    fn follows(&mut self, project: &Project, arguments: &Build) -> bool {
        let root = below(&project.root, &arguments.output).join(&self.name);
        let Some(compiled) = &self.compiled else { return true };
        let mut sink = Sink::default();
        succession::check(compiled, &root, &mut sink);
        let is_refused = sink.has_errors();
        self.diagnostics.extend(sink.into_sorted());
        self.code = self.code.max(u8::from(is_refused));
        !is_refused
    }

    /// Adds the sealed Secrets. False where a diagnostic stops the build.
    fn seal(&mut self, project: &Project, arguments: &Build, artifacts: &mut Vec<Artifact>) -> bool {
        let Some(compiled) = &self.compiled else { return false };
        let root = below(&project.root, &arguments.output).join(&self.name);
        let mut sink = Sink::default();
        artifacts.extend(sealed::artifacts(compiled, &root, arguments.identity.as_deref(), &mut sink));
        artifacts.sort_by(|a, b| a.path.cmp(&b.path));
        let sound = !sink.has_errors();
        let found = sink.into_sorted();
        self.is_sealed = found.is_empty();
        self.diagnostics.extend(found);
        self.code = self.code.max(u8::from(!sound));
        sound
    }

    /// Writes or compares. None where that failed; the diagnostic says why.
    fn write(&mut self, project: &Project, arguments: &Build, artifacts: &[Artifact]) -> Option<String> {
        let root = below(&project.root, &arguments.output).join(&self.name);
        let plan = match write::plan(&root, artifacts) {
            Ok(plan) => plan,
            Err(error) => {
                self.fail("TG0802", error.to_string(), BROKEN);
                return None;
            }
        };
        let changed = plan.added.len() + plan.changed.len();
        let effect = format!(", {changed} changed, {} removed", plan.removed.len());
        if arguments.check {
            let differing = plan.added.iter().chain(&plan.changed).chain(&plan.removed);
            self.differing = differing.map(|path| root.join(path).display().to_string()).collect();
            if plan.stale_index && self.differing.is_empty() {
                self.differing.push(root.join(INDEX).display().to_string());
            }
            self.tell_differing();
            return Some(effect);
        }
        let overwrite = if arguments.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
        if !arguments.overwrite && !plan.edited.is_empty() {
            for path in &plan.edited {
                let message = format!("`{}` was edited by hand", root.join(path).display());
                self.diagnostics.push(
                    Diagnostic::global("TG0801", message)
                        .hint("move the change into the spec or an overlay, or build with --overwrite"),
                );
            }
            self.code = self.code.max(1);
            return None;
        }
        if let Err(error) = write::apply(&root, artifacts, &plan, overwrite) {
            self.fail("TG0802", error.to_string(), BROKEN);
            return None;
        }
        self.written = if plan.stale_index { Written::Files } else { Written::Nothing };
        Some(effect)
    }

    /// Tells of the files that differ: a whole tree that does is told by its first.
    fn tell_differing(&mut self) {
        let rest = self.differing.len().saturating_sub(MOST_DIFFERING);
        let told = self.differing.iter().take(MOST_DIFFERING);
        let mut messages: Vec<String> = told.map(|path| format!("`{path}` differs from what the spec gives")).collect();
        if rest > 0 {
            messages.push(format!("{} differ", counted(rest, "more file")));
        }
        messages.into_iter().for_each(|message| self.fail("TG0803", message, 1));
    }

    /// The state of a tree that the next build would leave as it is, where nothing changes.
    fn kept(&self, project: &Project, arguments: &Build) -> Option<State> {
        let is_shown = self.diagnostics.is_empty() || !arguments.format.is_document();
        if self.code != 0 || self.written == Written::Unknown || !self.is_sealed || !is_shown {
            return None;
        }
        // Who edits a file from here on is seen by the file's times.
        if self.written == Written::Files && !state::next_tick() {
            return None;
        }
        state::state(&below(&project.root, &arguments.output).join(&self.name))
    }

    /// The texts that the diagnostics are about.
    fn sources(&self) -> &Sources {
        static NONE: OnceLock<Sources> = OnceLock::new();
        self.compiled.as_ref().map_or_else(|| NONE.get_or_init(Sources::default), |compiled| &compiled.sources)
    }

    fn fail(&mut self, code: &'static str, message: String, exit: u8) {
        self.diagnostics.push(Diagnostic::global(code, message));
        self.code = self.code.max(exit);
    }

    fn print(&self, arguments: &Build, progress: Option<&str>) -> u8 {
        if let Some(text) = &self.report {
            show(text, arguments.format);
        }
        let is_told = !self.diagnostics.is_empty() || (arguments.format.is_machine() && self.report.is_none());
        // Of several sites a document is written at the end.
        if is_told && (progress.is_none() || !arguments.format.is_document()) {
            report(&self.diagnostics, self.sources(), arguments.format);
        }
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        let line = match &self.summary {
            Some(summary) => summary.clone(),
            None => {
                let plural = if errors == 1 { "" } else { "s" };
                format!("sites/{}: {errors} error{plural}, nothing written", self.name)
            }
        };
        if !arguments.quiet {
            let _ = writeln!(anstream::stderr(), "{}{line}", progress.unwrap_or_default());
        }
        self.code
    }
}
