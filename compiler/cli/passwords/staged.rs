//! `passwords rotate --staged`: one step of a rotation without an outage, in three states of the site that are built and
//! committed one after the other.
//!
//! Invariant: a step is told by what the next build of the site does, not by what was intended.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::now;
use super::session::{Done, Purpose, Session, say, unavailable};
use crate::cli::args::Key;
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::link::{DIGEST, Linked, template};
use crate::secret::Name;
use crate::secret::make::make;
use crate::secret::need::Need;
use crate::secret::opened::Opened;
use crate::spec::account::{Account, Rotation, Stage};
use crate::write::private::Place;

/// Runs `rotate --staged`.
pub fn rotate(key: &Key, names: &[String]) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let clients: Vec<Name> = names.iter().map(|name| client(&session, name)).collect::<Result<_, _>>()?;
    let Some(before) = session.compiled.linked.as_ref().map(consumers) else {
        return Err(session.tell(&session.findings));
    };
    let mut opened = session.open_to_change(key)?;
    let now = now();
    for client in &clients {
        step(&mut opened, client, &now).map_err(unavailable)?;
    }
    session.save(&opened, Place::Taken)?;
    let path = &session.store.path;
    clients.iter().for_each(|client| tell(path, client, &opened));
    let next = Session::start(&key.site, Purpose::Read)?;
    let after = next.compiled.linked.as_ref().map(consumers).unwrap_or_default();
    tell_changes(&before, &after);
    let stages = clients.iter().filter_map(|client| opened.rotations.get(client)).map(|rotation| rotation.stage);
    stages.fold(Vec::new(), with_advice).into_iter().for_each(say);
    Ok(ExitCode::SUCCESS)
}

/// The client whose account a name is: that of the first account's secret.
fn client(session: &Session, text: &str) -> Result<Name, ExitCode> {
    let wanted = Name::parse(text);
    let of = |name: &Name, need: &Need| {
        let key = need.alternates.clone()?;
        Some(Name { object: name.object.clone(), key })
    };
    let mut known = session.store.needs.iter().filter_map(|(name, need)| Some((name, of(name, need)?)));
    if let Some((_, client)) =
        known.find(|(name, client)| wanted.as_ref().is_some_and(|it| it == *name || it == client))
    {
        return Ok(client);
    }
    let (name, need) = session.need(text)?;
    let message = format!("`{name}` has no second account that could take its place");
    let hint =
        "that is for database, queue and identity passwords of clients; without `--staged` a new value is made at once";
    Err(session.refuse(Diagnostic::error("TG0917", need.span, message).hint(hint)))
}

fn step(opened: &mut Opened, client: &Name, now: &str) -> Result<(), crate::secret::Unavailable> {
    let rotation = Rotation::after(opened.rotations.get(client).copied());
    match rotation.stage {
        Stage::Add => opened.put(&secret(client, rotation.to), make("password", None)?, now)?,
        Stage::Switch => {}
        Stage::Drop => drop(opened.entries.remove(&secret(client, rotation.to.other()))),
    }
    opened.rotations.insert(client.clone(), rotation);
    Ok(())
}

/// The secret of one of a client's accounts.
fn secret(client: &Name, account: Account) -> Name {
    Name { object: client.object.clone(), key: account.of(&client.key) }
}

fn tell(path: &str, client: &Name, opened: &Opened) {
    let Some(rotation) = opened.rotations.get(client) else { return };
    let (new, old) = (secret(client, rotation.to), secret(client, rotation.to.other()));
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
type Consumers = BTreeMap<String, (String, String)>;

fn consumers(linked: &Linked) -> Consumers {
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

fn tell_changes(before: &Consumers, after: &Consumers) {
    let changed = after.iter().filter(|(id, state)| before.get(*id) != Some(state));
    let (mut jobs, mut others) = (Vec::new(), Vec::new());
    for (id, (kind, _)) in changed {
        if kind == "Job" { jobs.push(id.as_str()) } else { others.push(id.as_str()) }
    }
    let list = |ids: &[&str]| if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
    say(&format!("  the next build runs {}", list(&jobs)));
    say(&format!("  the next build restarts {}", list(&others)));
}
