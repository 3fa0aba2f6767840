//! `passwords list`, `show` and `verify`.
//!
//! Invariant: nothing is written but to the terminal, or to a pipe that was asked for.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use super::identity;
use super::session::{Done, Purpose, Session, now, say};
use crate::cli::args::Key;
use crate::cli::render::Format;
use crate::cli::report;
use crate::diag::{Diagnostic, Severity, Sink, counted};
use crate::kube::secret::SecretPath;
use crate::secret::unlocked::open;
use crate::secret::{check, x509};
use crate::spec::account::Stage;

/// Where a value may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To a person who said yes.
    Person,
    /// Anywhere.
    Any,
}

/// Runs `list`.
pub fn list(site: &str) -> Done {
    let session = Session::start(site, Purpose::Read)?;
    let locked = session.store.locked.as_ref();
    // A store that cannot be read is not one that is missing.
    if locked.is_none() && session.file().symlink_metadata().is_ok() {
        return Err(session.no_store());
    }
    let held = |name: &SecretPath| locked.and_then(|locked| locked.entries.get(name));
    let entries = locked.iter().flat_map(|locked| locked.entries.keys());
    let mut names: Vec<&SecretPath> = session.store.needs.keys().chain(entries).collect();
    names.sort();
    names.dedup();
    let width = names.iter().map(|name| name.to_string().len()).max().unwrap_or(0);
    let kinds = session.store.needs.values().map(|need| need.kind.len());
    let kinds = kinds.max().unwrap_or(0).max(8);
    let mut text = format!("{:width$}  {:kinds$}  {:20}  users\n", "name", "kind", "made");
    let (mut missing, mut unused) = ((0, 0), 0);
    for name in &names {
        let name = *name;
        let need = session.store.needs.get(name);
        let absent = if need.is_some_and(|need| need.is_imported) { "missing: set it" } else { "missing" };
        let made = held(name).map_or(absent, |entry| entry.made.as_str());
        match need {
            None => unused += 1,
            Some(need) if held(name).is_none() && need.is_imported => missing.1 += 1,
            Some(need) if held(name).is_none() && !need.may_be_absent => missing.0 += 1,
            Some(_) => {}
        }
        let kind = need.map_or("-", |need| need.kind.as_str());
        let users = need.map_or("nobody".to_owned(), |need| need.users.iter().cloned().collect::<Vec<_>>().join(","));
        let name = name.to_string();
        text.push_str(&format!("{name:width$}  {kind:kinds$}  {made:20}  {users}\n"));
    }
    let rotations = locked.iter().flat_map(|locked| &locked.rotations);
    for (client, (rotation, _)) in rotations.filter(|(_, (rotation, _))| rotation.is_under_way()) {
        let state = if rotation.stage == Stage::Add { "1 of 3" } else { "2 of 3" };
        text.push_str(&format!("{client} is in a staged rotation, state {state}\n"));
    }
    let _ = anstream::stdout().write_all(crate::cli::render::clean_lines(&text).as_bytes());
    let held = locked.map_or(0, |locked| locked.entries.len());
    say(&format!("{held} held, {} missing, {unused} unused", missing.0 + missing.1));
    let site = &session.compiled.name;
    match (locked, missing) {
        (None, _) => {
            say(&format!("next: there is no `{}`; `taco-gen passwords init {site}` makes it", session.store.path))
        }
        (Some(_), (1.., _)) => say(&format!("next: `taco-gen passwords generate {site}` makes what is missing")),
        (Some(_), (0, 1..)) => say(&format!("next: `taco-gen passwords set {site} NAME` takes what only others know")),
        _ => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs `show`.
pub fn show(key: &Key, name: &str, target: Target) -> Done {
    let session = Session::start(&key.site, Purpose::Read)?;
    let person = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if target == Target::Person && !person {
        let message = "a value is shown to a person only, and the output or the input is not a terminal";
        return Err(session.refuse(Diagnostic::global("TG0916", message).hint("use `--pipe` to print to a pipe")));
    }
    let unlocked = session.open(key)?;
    let Some(held) = SecretPath::parse(name).and_then(|name| unlocked.entries.get(&name)) else {
        return match session.need(name) {
            Ok(_) => Err(session.refuse(Diagnostic::global("TG0905", format!("the store has no `{name}`")))),
            Err(code) => Err(code),
        };
    };
    if target == Target::Person {
        let _ = write!(anstream::stderr(), "show the value of {name} on this terminal? [y/N] ");
        let mut answer = String::new();
        let _ = std::io::stdin().lock().read_line(&mut answer);
        if !["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
            return Err(session.refuse(Diagnostic::global("TG0916", "the answer was not `y`")));
        }
    }
    let mut out = std::io::stdout().lock();
    let end = if target == Target::Person { "\n" } else { "" };
    let written = out.write_all(held.value.reveal().as_bytes()).and_then(|()| out.write_all(end.as_bytes()));
    match written.and_then(|()| out.flush()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(session.failed(&format!("cannot write the value: {error}"))),
    }
}

/// Runs `verify`.
pub fn verify(key: &Key, format: Format) -> Done {
    let session = Session::start(&key.site, Purpose::Read)?;
    let Some(locked) = &session.store.locked else { return Err(session.no_store()) };
    let mut sink = Sink::default();
    session.diagnostics.iter().cloned().for_each(|diagnostic| sink.push(diagnostic));
    let mut values = "values not read, since no identity is named";
    if identity::path(key.identity.as_deref()).is_some() {
        let identities = session.identities(key)?;
        if let Some(unlocked) = open(locked, &identities, &mut sink) {
            check::unlocked(&unlocked, &session.store, &mut sink);
            x509::check(&unlocked, &session.store, &now(), &mut sink);
            check::tags(&unlocked, locked, &mut sink);
            values = "all values read";
        } else {
            values = "values could not be read";
        }
        check::layout(locked, &mut sink);
    }
    let diagnostics = sink.into_sorted();
    if !diagnostics.is_empty() || format.is_machine() {
        report(&diagnostics, &session.compiled.sources, format);
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let (secrets, recipients) = (locked.entries.len(), locked.envelopes.len());
    say(&format!(
        "verified {} at {}: {} for {}, {values}, {}",
        session.store.path,
        now(),
        counted(secrets, "secret"),
        counted(recipients, "recipient"),
        counted(errors, "error")
    ));
    Ok(ExitCode::from(u8::from(errors > 0)))
}
