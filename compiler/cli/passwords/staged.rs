//! `passwords rotate --staged`: one step of a rotation without an outage, in three states of the site that are built and
//! committed one after the other.
//!
//! Invariant: a step is told by what the next build of the site does, not by what was intended.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::session::{Done, Purpose, Session, now, say, unavailable};
use crate::cli::args::Key;
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::kube::secret::{Client, SecretPath};
use crate::link::{DIGEST, Linked};
use crate::lower::object::template;
use crate::secret::make::make;
use crate::secret::random::Unavailable;
use crate::secret::unlocked::UnlockedStore;
use crate::spec::account::{Rotation, Stage};
use crate::write::private::Place;

/// Runs `rotate --staged`.
pub fn rotate(key: &Key, names: &[String]) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let clients: Vec<Client> = names.iter().map(|name| client(&session, name)).collect::<Result<_, _>>()?;
    let Some(before) = session.compiled.linked.as_ref().map(consumers) else {
        return Err(session.tell(&session.diagnostics));
    };
    let mut unlocked = session.open_to_change(key)?;
    let now = now();
    for client in &clients {
        step(&mut unlocked, client, &now).map_err(unavailable)?;
    }
    session.save(&unlocked, Place::Taken)?;
    let path = &session.store.path;
    clients.iter().for_each(|client| tell(path, client, &unlocked));
    let next = Session::start(&key.site, Purpose::Read)?;
    let after = next.compiled.linked.as_ref().map(consumers).unwrap_or_default();
    tell_changes(&before, &after);
    let stages =
        clients.iter().filter_map(|client| unlocked.rotations.get(&client.path())).map(|rotation| rotation.stage);
    stages.fold(Vec::new(), with_advice).into_iter().for_each(say);
    Ok(ExitCode::SUCCESS)
}

/// The client one of whose passwords a text names; that of the first account names it at any stage.
fn client(session: &Session, text: &str) -> Result<Client, ExitCode> {
    let wanted = SecretPath::parse(text);
    let named = wanted.as_ref().and_then(|path| session.store.needs.get(path)?.client.clone());
    if let Some(client) = named.or_else(|| session.store.client(wanted.as_ref()?).cloned()) {
        return Ok(client);
    }
    let (name, need) = session.need(text)?;
    let message = format!("`{name}` has no second account that could take its place");
    let hint =
        "that is for database, queue and identity passwords of clients; without `--staged` a new value is made at once";
    Err(session.refuse(Diagnostic::error("TG0917", need.span, message).hint(hint)))
}

fn step(unlocked: &mut UnlockedStore, client: &Client, now: &str) -> Result<(), Unavailable> {
    let rotation = Rotation::after(unlocked.rotations.get(&client.path()).copied());
    match rotation.stage {
        Stage::Add => unlocked.put(&client.password(rotation.to).path(), make("password", None)?, now)?,
        Stage::Switch => {}
        Stage::Drop => drop(unlocked.entries.remove(&client.password(rotation.to.other()).path())),
    }
    unlocked.rotations.insert(client.path(), rotation);
    Ok(())
}

fn tell(path: &str, client: &Client, unlocked: &UnlockedStore) {
    let Some(rotation) = unlocked.rotations.get(&client.path()) else { return };
    let (new, old) = (client.password(rotation.to).path(), client.password(rotation.to.other()).path());
    say(&match rotation.stage {
        Stage::Add => format!("{path}: state 1 of 3: the account of {new} is added beside that of {old}"),
        Stage::Switch => format!("{path}: state 2 of 3: consumers switch from {old} to {new}"),
        Stage::Drop => format!("{path}: state 3 of 3: the account of {old} is dropped, {new} stays"),
    });
}

/// What a person does before the next step, once for each stage that is there.
fn with_advice(mut lines: Vec<&'static str>, stage: Stage) -> Vec<&'static str> {
    let line = match stage {
        Stage::Add => "build and commit this state; when its Jobs are done, the same command switches the consumers",
        Stage::Switch => "build and commit this state; when all have restarted, the same command drops the old account",
        Stage::Drop => "build and commit this state: it is the last one",
    };
    if !lines.contains(&line) {
        lines.push(line);
    }
    lines
}

/// Consumers with kind and digest.
pub(in crate::cli) type Consumers = BTreeMap<String, (String, String)>;

/// The consumers of a site.
pub(in crate::cli) fn consumers(linked: &Linked) -> Consumers {
    let mut kinds = BTreeMap::new();
    for object in &linked.objects {
        let digest = template(&object.item).and_then(|template| template.at(&["metadata", "annotations"]));
        if let Some(digest) = digest.and_then(|annotations| annotations.get(DIGEST)).and_then(Item::text) {
            kinds.insert(digest.to_owned(), object.kind().to_owned());
        }
    }
    let kind = |digest: &String| kinds.get(digest).cloned().unwrap_or_default();
    linked.digests.iter().map(|(id, digest)| (id.clone(), (kind(digest), digest.clone()))).collect()
}

/// Says which Jobs run and which consumers start again.
pub(in crate::cli) fn tell_changes(before: &Consumers, after: &Consumers) {
    let changed = after.iter().filter(|(id, state)| before.get(*id) != Some(state));
    let (mut jobs, mut others) = (Vec::new(), Vec::new());
    for (id, (kind, _)) in changed {
        if kind == "Job" { jobs.push(id.as_str()) } else { others.push(id.as_str()) }
    }
    let list = |ids: &[&str]| if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
    say(&format!("  the next build runs {}", list(&jobs)));
    say(&format!("  the next build restarts {}", list(&others)));
}
