//! `upgrade`: the next state of a site on its way to another release, written, built and, if asked for, committed.
//!
//! Invariant: a state is written only behind one that is built, and whole: where it does not build, the spec is as it was.

use std::io::Write as _;
use std::process::ExitCode;

use crate::catalog::release::way;
use crate::cli::args::{Build, Upgrade};
use crate::cli::edit::{Spec, open};
use crate::cli::passwords::staged::{consumers, tell_changes};
use crate::cli::render::Format;
use crate::cli::{broken, build, report};
use crate::compile::Compiled;
use crate::delivery::git::Git;
use crate::diag::{Severity, counted};
use crate::edit::path::place;
use crate::edit::remove;
use crate::edit::write::{Notation, text};
use crate::upgrade::steps::{Purpose, State, edits, next, order, present};
use crate::write;

/// A finished part, or what the program ends with.
type Done<T> = Result<T, ExitCode>;

/// Runs `upgrade`.
pub fn run(arguments: &Upgrade) -> ExitCode {
    let mut written = 0;
    loop {
        match one(arguments, written) {
            Ok(true) if arguments.all => written += 1,
            Ok(_) => return ExitCode::SUCCESS,
            Err(code) => return code,
        }
    }
}

/// Writes one state; false where there is none left.
fn one(arguments: &Upgrade, written: usize) -> Done<bool> {
    let spec = open(Some(&arguments.site))?;
    let before = sound(&spec, &spec.text)?;
    let state = present(&before.facts);
    refused(&spec, &state, &arguments.to)?;
    let catalog = &spec.project.library.catalog;
    let order = order(catalog, &before.facts);
    let Some((purpose, wanted)) = next(catalog, &order, &state, &arguments.to) else {
        if written == 0 {
            say(&format!("{} is at OpenStack {}: nothing is left to do", spec.site, arguments.to));
        }
        return Ok(false);
    };
    let git = if arguments.commit { Some(clean(&spec)?) } else { None };
    let as_built = Build { check: true, ..built(arguments, &spec) };
    if written == 0 {
        current(&build::differing(&spec.project, &as_built, &spec.site)?)?;
    }
    let new = edited(&spec, &state, &wanted).map_err(|message| broken(&message))?;
    let after = sound(&spec, &new)?;
    if present(&after.facts) != wanted {
        return Err(broken(
            "an overlay sets releases or upgrade steps of services: move them into the spec of the site",
        ));
    }
    save(&spec, arguments, &new)?;
    let mut left = 0;
    let mut ahead = wanted;
    while let Some((_, further)) = next(catalog, &order, &ahead, &arguments.to).filter(|_| left < 1000) {
        (left, ahead) = (left + 1, further);
    }
    say(&format!("{}: {}; {left} more", spec.path, purpose.words(&arguments.to)));
    if let (Some(old), Some(new)) = (&before.linked, &after.linked) {
        tell_changes(&consumers(old), &consumers(new));
    }
    match git {
        Some(git) => commit(&git, &spec, arguments, (&purpose, left))?,
        None => say(&advice(&purpose, left)),
    }
    Ok(left > 0)
}

/// Refuses to go on from a state that is not built.
fn current(differing: &[String]) -> Done<()> {
    let Some(first) = differing.first() else { return Ok(()) };
    let which = match differing.len().saturating_sub(1) {
        0 => format!("`{first}` differs"),
        rest => format!("`{first}` and {} differ", counted(rest, "more file")),
    };
    Err(broken(&format!(
        "the output is not that of the present state: {which}; build and deliver it before the next state"
    )))
}

fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// What a person does before the next state.
fn advice(purpose: &Purpose, left: usize) -> String {
    let wait = match purpose {
        Purpose::Check => "when its Jobs have completed, read their logs: a check that fails stops the upgrade here",
        Purpose::Expand | Purpose::Online => "when its Jobs have completed",
        Purpose::Roll(_) => "when its pods are ready",
        Purpose::Contract => "it is the last one",
    };
    let more = if left > 0 { "; the same command writes the next state" } else { "" };
    format!("commit and deliver this state; {wait}{more}")
}

/// Compiles a text of the spec that must have no error.
fn sound(spec: &Spec, text: &str) -> Done<Compiled> {
    let compiled = spec.errors(text);
    if compiled.linked.is_some() {
        return Ok(compiled);
    }
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    report(&errors, &compiled.sources, Format::Human);
    say(&format!("{}: nothing written", spec.path));
    Err(ExitCode::from(1))
}

/// Refuses what is no way forward.
fn refused(spec: &Spec, state: &State, to: &str) -> Done<()> {
    let releases = &spec.project.library.catalog.releases;
    let known: Vec<&str> = releases.keys().map(|name| name.as_str()).collect();
    let place = |name: &str| known.iter().position(|known| *known == name);
    let Some(target) = place(to) else {
        return Err(broken(&format!("unknown OpenStack release `{to}`; known are {}", known.join(", "))));
    };
    if let Some(other) = state.next.as_ref().filter(|other| *other != to) {
        return Err(broken(&format!("the site is on the way to OpenStack {other}; `--to {other}` goes on")));
    }
    let all = state.services.values().map(|stand| &stand.release).chain([&state.release]);
    let mut others = all.filter(|release| *release != to);
    let supported = |from: &str| releases.get(to).is_some_and(|release| release.is_reached_from(from));
    let Some(from) = others.find(|from| !supported(from)) else { return Ok(()) };
    if place(from).is_some_and(|from| from > target) {
        return Err(broken(&format!("OpenStack {to} is older than {from}: no way leads back but a backup")));
    }
    let way = way(releases, from, to);
    let first = way.get(1).map(|first| format!("; first `taco-gen upgrade {} --to {first}`", spec.site));
    let shown = if way.is_empty() { String::new() } else { format!(": the way is {}", way.join(" -> ")) };
    let first = first.unwrap_or_default();
    Err(broken(&format!("OpenStack supports no upgrade from {from} to {to} in one step{shown}{first}")))
}

/// The text of the spec in the other state.
fn edited(spec: &Spec, from: &State, to: &State) -> Result<String, String> {
    let mut changed = spec.text.clone();
    for (path, value) in edits(from, to) {
        let place = place(&path)?;
        changed = match (value, spec.notation) {
            (Some(value), _) => spec.with_text(&changed, &place, &[text(&value, spec.notation)])?,
            (None, Notation::Kdl) => remove::from_kdl(&changed, &place.steps)?,
            (None, Notation::Yaml) => remove::from_yaml(&changed, &place.steps)?,
        };
    }
    Ok(changed)
}

/// Writes the spec and its output; where it does not build, the spec is put back.
fn save(spec: &Spec, arguments: &Upgrade, new: &str) -> Done<()> {
    let put = |text: &str| {
        write::rewrite(&spec.project.root, &spec.path, text.as_bytes()).map_err(|error| broken(&error.to_string()))
    };
    put(new)?;
    let code = build::run(&built(arguments, spec), build::Intent::Write);
    if code == ExitCode::SUCCESS {
        return Ok(());
    }
    put(&spec.text)?;
    Err(code)
}

fn built(arguments: &Upgrade, spec: &Spec) -> Build {
    Build {
        selection: [spec.site.clone()][..].into(),
        output: arguments.output.clone(),
        check: false,
        overwrite: false,
        identity: arguments.identity.clone(),
        format: Format::Human,
        jobs: None,
        quiet: true,
        watch: false,
        remove_gone: false,
        fix: false,
    }
}

/// The repository of the project, where everything in it is committed.
fn clean(spec: &Spec) -> Done<Git> {
    let git = Git::of(&spec.project.root).map_err(|message| broken(&message))?;
    let changed = git.must(&["status", "--porcelain"], b"").map_err(|message| broken(&message))?;
    match changed.lines().next() {
        None => Ok(git),
        Some(first) => Err(broken(&format!(
            "`{}` is not committed: a commit of the upgrade holds nothing else; commit or stash it first",
            first.get(3..).unwrap_or(first)
        ))),
    }
}

/// Commits the spec and its output.
fn commit(git: &Git, spec: &Spec, arguments: &Upgrade, (purpose, left): (&Purpose, usize)) -> Done<()> {
    let site = spec.site.trim_end_matches('/');
    let name = site.rsplit('/').next().unwrap_or(site);
    let message = format!("{name}: {}\n\n{}\n", purpose.words(&arguments.to), advice(purpose, left));
    let run = || {
        git.must(&["add", "--all", "--", "."], b"")?;
        git.must(&["commit", "--quiet", "--file=-"], message.as_bytes())?;
        git.must(&["log", "-1", "--format=%h %s"], b"")
    };
    match run() {
        Ok(line) => {
            say(&format!("  committed {line}"));
            Ok(())
        }
        Err(message) => {
            Err(broken(&format!("{message}\nthe state is written and built: commit it, and the same command goes on")))
        }
    }
}
