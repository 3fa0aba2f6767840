//! `build` and `check`.
//!
//! Invariant: a site with an error writes nothing; the other sites are built all the same.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use rayon::prelude::*;

use crate::cli::args::Build;
use crate::cli::render::{self, Format};
use crate::cli::{BROKEN, Project, broken, fix, report, sealed};
use crate::compile::{Compiled, compile};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::write::{self, Artifact, INDEX, Overwrite};

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
    if arguments.fix
        && let Err(code) = fix::run(arguments)
    {
        return code;
    }
    let project = match Project::open(arguments.format) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let sites = match project.sites(&arguments.sites) {
        Ok(sites) => sites,
        Err(message) => return broken(&message),
    };
    // One site needs no other thread, and threads cost more than a small site.
    if let [site] = &sites[..] {
        let outcome = site_run(&project, arguments, intent, site);
        let code = outcome.print(arguments, None);
        // The program ends here: giving its memory back piece by piece would only take time.
        std::mem::forget((outcome, project));
        return ExitCode::from(code);
    }
    let total = Mutex::new(Total { sites: sites.len(), ..Total::default() });
    let one = |site: &String| {
        let outcome = site_run(&project, arguments, intent, site);
        let Ok(mut total) = total.lock() else { return BROKEN };
        total.add(&outcome, arguments.format);
        outcome.print(arguments, Some(&total.progress()))
    };
    let jobs = arguments.jobs.unwrap_or(0);
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(jobs).build() else {
        return broken("no threads could be started");
    };
    let started = Instant::now();
    let code = pool.install(|| sites.par_iter().map(one).max().unwrap_or(0));
    if let Ok(total) = total.into_inner() {
        total.print(arguments, started);
    }
    ExitCode::from(code)
}

/// What a run over several sites has come to.
#[derive(Debug, Default)]
struct Total {
    sites: usize,
    done: usize,
    sound: usize,
    /// Each site's part of the one document that JSON and SARIF want.
    parts: Vec<(String, serde_json::Value)>,
}

impl Total {
    fn add(&mut self, outcome: &Outcome, format: Format) {
        self.done += 1;
        self.sound += usize::from(outcome.code == 0);
        if format.is_document() {
            let part = render::part(&outcome.findings, &outcome.compiled.sources, format);
            self.parts.push((outcome.compiled.name.clone(), part));
        }
    }

    /// How far the run is; nothing where nobody watches.
    fn progress(&self) -> String {
        let width = self.sites.to_string().len();
        match std::io::stderr().is_terminal() {
            true => format!("[{:>width$}/{}] ", self.done, self.sites),
            false => String::new(),
        }
    }

    fn print(mut self, arguments: &Build, started: Instant) {
        if arguments.format.is_document() {
            self.parts.sort_by(|(a, _), (b, _)| a.cmp(b));
            let parts = self.parts.into_iter().map(|(_, part)| part).collect();
            let _ = std::io::stdout().write_all(render::document(parts, arguments.format).as_bytes());
        }
        if !arguments.quiet {
            let elapsed = started.elapsed().as_millis();
            let line = format!("{} sites, {} without errors, in {elapsed} ms", self.sites, self.sound);
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }
}

/// What became of a site.
struct Outcome {
    compiled: Compiled,
    findings: Vec<Diagnostic>,
    summary: Option<String>,
    code: u8,
}

fn site_run(project: &Project, arguments: &Build, intent: Intent, site: &str) -> Outcome {
    let started = Instant::now();
    let mut compiled = compile(&project.world, &project.library, site);
    let findings = std::mem::take(&mut compiled.diagnostics);
    let mut outcome = Outcome { compiled, findings, summary: None, code: 0 };
    if outcome.findings.iter().any(|finding| finding.severity == Severity::Error) {
        outcome.code = 1;
    }
    let artifacts = outcome.compiled.artifacts.take();
    if let Some(rendered) = artifacts {
        let objects = rendered.iter().filter(|file| file.path.starts_with("kubernetes/")).count();
        let configs = rendered.iter().filter(|file| file.path.starts_with("config/")).count();
        let mut artifacts: Vec<Artifact> = rendered
            .into_iter()
            .map(|file| Artifact { path: file.path, bytes: file.printed.text.into_bytes() })
            .collect();
        if intent == Intent::Write && !outcome.seal(project, arguments, &mut artifacts) {
            return outcome;
        }
        let effect = match intent {
            Intent::Check => String::new(),
            Intent::Write => match outcome.write(project, arguments, &artifacts) {
                Some(effect) => effect,
                None => return outcome,
            },
        };
        let verb = if intent == Intent::Check || arguments.check { "checked" } else { "compiled" };
        let elapsed = started.elapsed().as_millis();
        let options = match intent {
            Intent::Check => format!(", {} options", outcome.compiled.checked.options),
            Intent::Write => String::new(),
        };
        let counted = format!("{objects} objects, {configs} configs{options}{effect}");
        outcome.summary = Some(format!("{verb} {site}: {counted} in {elapsed} ms"));
    }
    outcome
}

impl Outcome {
    /// Adds the sealed Secrets. False where a finding stops the build.
    fn seal(&mut self, project: &Project, arguments: &Build, artifacts: &mut Vec<Artifact>) -> bool {
        let root = project.root.join(&arguments.output).join(&self.compiled.name);
        let mut sink = Sink::default();
        artifacts.extend(sealed::artifacts(&self.compiled, &root, arguments.identity.as_deref(), &mut sink));
        artifacts.sort_by(|a, b| a.path.cmp(&b.path));
        let sound = !sink.has_errors();
        self.findings.extend(sink.into_sorted());
        self.code = self.code.max(u8::from(!sound));
        sound
    }

    /// Writes or compares. None where that failed; the finding says why.
    fn write(&mut self, project: &Project, arguments: &Build, artifacts: &[Artifact]) -> Option<String> {
        let root = project.root.join(&arguments.output).join(&self.compiled.name);
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
            for path in differing.clone().take(20) {
                self.fail("TG0803", format!("`{}` differs from what the spec gives", root.join(path).display()), 1);
            }
            if plan.stale_index && differing.clone().next().is_none() {
                self.fail("TG0803", format!("`{}` differs from what the spec gives", root.join(INDEX).display()), 1);
            }
            if differing.count() > 20 {
                self.fail("TG0803", "more files differ".to_owned(), 1);
            }
            return Some(effect);
        }
        let overwrite = if arguments.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
        if !arguments.overwrite && !plan.edited.is_empty() {
            for path in &plan.edited {
                let message = format!("`{}` was edited by hand", root.join(path).display());
                self.findings.push(
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
        Some(effect)
    }

    fn fail(&mut self, code: &'static str, message: String, exit: u8) {
        self.findings.push(Diagnostic::global(code, message));
        self.code = self.code.max(exit);
    }

    fn print(&self, arguments: &Build, progress: Option<&str>) -> u8 {
        let is_told = !self.findings.is_empty() || arguments.format.is_machine();
        // Of several sites a document is written at the end.
        if is_told && (progress.is_none() || !arguments.format.is_document()) {
            report(&self.findings, &self.compiled.sources, arguments.format);
        }
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let line = match &self.summary {
            Some(summary) => summary.clone(),
            None => {
                let plural = if errors == 1 { "" } else { "s" };
                format!("sites/{}: {errors} error{plural}, nothing written", self.compiled.name)
            }
        };
        if !arguments.quiet {
            let _ = writeln!(anstream::stderr(), "{}{line}", progress.unwrap_or_default());
        }
        self.code
    }
}
