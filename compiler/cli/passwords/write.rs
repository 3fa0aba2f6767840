//! `passwords init`, `generate`, `set`, `rotate` and `rekey`.
//!
//! Invariant: a store is written whole, once, after everything that could fail; what did not change keeps its ciphertext.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use zeroize::Zeroizing;

use super::session::{Done, Purpose, Session, now, say, unavailable};
use super::{identity, x509};
use crate::cli::args::Key;
use crate::diag::{Diagnostic, counted};
use crate::secret::envelope::{DEMONSTRATION, Identities, check_recipient};
use crate::secret::locked::LockedStore;
use crate::secret::make::make;
use crate::secret::need::{AUTHORITY_KIND, Need, is_public, is_x509};
use crate::secret::unlocked::UnlockedStore;
use crate::secret::validate::validate;
use crate::secret::value::{SecretValue, Weakness};
use crate::write::private::{self, Place};

/// What becomes of secrets that nothing uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// They stay.
    Keep,
    /// They go.
    Remove,
}

/// The longest value that is taken.
const MAX_SIZE: u64 = 64 * 1024;

/// Runs `init`.
pub fn init(key: &Key, recipients: &[String]) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    if session.store.locked.is_some() || session.file().symlink_metadata().is_ok() {
        let message = format!("`{}` is there already", session.store.path);
        return Err(session.refuse(Diagnostic::error("TG0915", session.store.span, message)));
    }
    let all = self::recipients(&session, key, recipients)?;
    let unlocked = UnlockedStore::new(&session.compiled.name, &all).map_err(unavailable)?;
    session.save(&unlocked, Place::Free)?;
    let (path, count, site) = (&session.store.path, all.len(), &session.compiled.name);
    let count = counted(count, "recipient");
    say(&format!("created {path} for {count}; `taco-gen passwords generate {site}` fills it"));
    Ok(ExitCode::SUCCESS)
}

/// Who opens a new store: those named, and the identity, which is made where there is none.
pub fn recipients(session: &Session, key: &Key, named: &[String]) -> Result<Vec<String>, ExitCode> {
    let mut all = named.to_vec();
    // Who names nobody is meant: with an identity of their own, outside the project.
    let own = || identity::own().filter(|_| named.is_empty());
    let is_own = key.identity.is_none();
    if let Some(path) = identity::path(key.identity.as_deref()).or_else(own) {
        let identities = match identity::read(&path).map_err(|diagnostic| session.refuse(*diagnostic))? {
            Some(identities) => identities,
            None => {
                let identities = Identities::make().map_err(unavailable)?;
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
                let text = identities.to_file();
                if is_own && let Err(error) = identity::make_folder(folder) {
                    return Err(session.failed(&format!("cannot make `{}`: {error}", folder.display())));
                }
                private::lock(folder)
                    .and_then(|lock| private::write(&lock, &path, text.as_bytes(), Place::Free))
                    .map_err(|error| session.failed(&error.to_string()))?;
                say(&format!("created the identity {}: keep a copy of it outside Git", path.display()));
                identities
            }
        };
        all.extend(identities.recipients());
    }
    let all = sorted(all);
    check_recipients(session, &all)?;
    if all.is_empty() {
        let message = "nobody could open the store: name `--identity FILE` or `--recipient`";
        return Err(session.refuse(Diagnostic::global("TG0911", message)));
    }
    Ok(all)
}

fn sorted(mut recipients: Vec<String>) -> Vec<String> {
    recipients.sort();
    recipients.dedup();
    recipients
}

fn check_recipients(session: &Session, recipients: &[String]) -> Result<(), ExitCode> {
    for recipient in recipients {
        if let Err(what) = check_recipient(recipient) {
            let message = format!("expected a native age recipient; what was given {what}");
            return Err(session.refuse(Diagnostic::global("TG0910", message)));
        }
        if recipient == DEMONSTRATION && !session.store.lab {
            let message = "the demonstration identity is public, and the site is not marked `lab #true`";
            return Err(session.refuse(Diagnostic::error("TG0912", session.store.span, message)));
        }
    }
    Ok(())
}

/// Runs `generate`.
pub fn generate(key: &Key, unused: Unused) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let mut unlocked = session.open_to_change(key)?;
    let now = now();
    let renewed = unlocked.renew_tags(&now).map_err(unavailable)?;
    let missing: Vec<_> = session
        .store
        .needs
        .iter()
        .filter(|(name, need)| !need.may_be_absent && !unlocked.entries.contains_key(name))
        .collect();
    let (imported, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(_, need)| need.is_imported);
    for (name, need) in missing.iter().filter(|(_, need)| !is_x509(&need.kind)) {
        let value = make(&need.kind, need.length).map_err(unavailable)?;
        unlocked.put(name, value, &now).map_err(unavailable)?;
    }
    x509::fill(&session, &mut unlocked, &now)?;
    let before = unlocked.entries.len() + unlocked.rotations.len();
    if unused == Unused::Remove {
        unlocked.entries.retain(|name, _| session.store.needs.contains_key(name));
        unlocked.rotations.retain(|client, _| session.store.client(client).is_some());
    }
    let (made, pruned) = (missing.len(), before - unlocked.entries.len() - unlocked.rotations.len());
    if made + pruned + renewed.len() > 0 {
        session.save(&unlocked, Place::Taken)?;
    }
    for name in &renewed {
        say(&format!("made the tag of {name} again: another program had changed the value"));
    }
    for (name, _) in imported {
        say(&format!("missing: {name} exists elsewhere; `taco-gen passwords set` puts it into the store"));
    }
    let (path, whole) = (&session.store.path, unlocked.entries.len());
    say(&format!("{path}: {made} made, {pruned} removed, {whole} in all"));
    Ok(ExitCode::SUCCESS)
}

/// Runs `set`.
pub fn set(key: &Key, name: &str) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let (name, need) = session.need(name)?;
    let mut unlocked = session.open_to_change(key)?;
    let value = typed(&session, &need.kind)?;
    let weakness = validate(&need.kind, need.length, &value);
    // How long a value is that exists elsewhere was decided there; `verify` warns of it.
    let weakness = weakness.filter(|weakness| !(need.is_imported && matches!(weakness, Weakness::Weak(_))));
    if let Some(weakness) = weakness {
        let (code, what) = match weakness {
            Weakness::Weak(what) => ("TG0907", what),
            Weakness::Invalid(what) => ("TG0908", what),
        };
        return Err(session.refuse(Diagnostic::global(code, format!("the value for `{name}` {what}"))));
    }
    match need.kind.as_str() {
        AUTHORITY_KIND => x509::install(&session, &mut unlocked, value, &now())?,
        _ => unlocked.put(&name, value, &now()).map_err(unavailable)?,
    }
    session.save(&unlocked, Place::Taken)?;
    say(&format!("{}: {name} set", session.store.path));
    x509::say_next(std::iter::once(need));
    Ok(ExitCode::SUCCESS)
}

/// The value from the standard input, without the line's end that an editor or `echo` puts behind it.
fn typed(session: &Session, kind: &str) -> Result<SecretValue, ExitCode> {
    if std::io::stdin().is_terminal() {
        let message = "a value is read from a pipe or file, since a terminal would show it";
        return Err(session.refuse(Diagnostic::global("TG0916", message)));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let read = std::io::stdin().lock().take(MAX_SIZE + 1).read_to_end(&mut bytes);
    let text = String::from_utf8(bytes.to_vec()).map(Zeroizing::new);
    let (Ok(_), Ok(text), true) = (read, text, bytes.len() as u64 <= MAX_SIZE) else {
        let message = "expected one text of at most 64 KiB in UTF-8 on the standard input";
        return Err(session.refuse(Diagnostic::global("TG0908", message)));
    };
    let trimmed = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    // A key of ssh ends with a line of its own, and so does PEM.
    let kept = if ["ssh-key", "rsa-key"].contains(&kind) || is_x509(kind) || is_public(kind) { &text } else { trimmed };
    Ok(SecretValue::new(kept.to_owned()))
}

/// Runs `rotate`.
pub fn rotate(key: &Key, names: &[String]) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let names: Vec<_> = names.iter().map(|name| session.need(name)).collect::<Result<_, _>>()?;
    let mut unlocked = session.open_to_change(key)?;
    let now = now();
    for (name, need) in &names {
        let why = match need.kind.as_str() {
            _ if need.immutable => "must not change: data is encrypted with it",
            "ceph-key" => "is made by Ceph: change it there, then `taco-gen passwords set` it",
            _ if need.may_be_absent || need.is_imported => "is made elsewhere: `taco-gen passwords set` it",
            _ if under_way(&unlocked, need) => "is in a staged rotation, expected `--staged` for its next step",
            _ => "",
        };
        if !why.is_empty() {
            return Err(session.refuse(Diagnostic::error("TG0917", need.span, format!("`{name}` {why}"))));
        }
        if is_x509(&need.kind) {
            x509::renew(&session, &mut unlocked, (name, need), &now)?;
            continue;
        }
        let value = make(&need.kind, need.length).map_err(unavailable)?;
        unlocked.put(name, value, &now).map_err(unavailable)?;
    }
    session.save(&unlocked, Place::Taken)?;
    for (name, need) in &names {
        let users = need.users.iter().cloned().collect::<Vec<_>>().join(", ");
        let users = if users.is_empty() { "nobody by itself" } else { &users };
        say(&format!("{}: {name} rotated; the next build restarts {users}", session.store.path));
    }
    x509::say_next(names.iter().map(|(_, need)| *need));
    Ok(ExitCode::SUCCESS)
}

fn under_way(unlocked: &UnlockedStore, need: &Need) -> bool {
    let rotation = need.client.as_ref().and_then(|client| unlocked.rotations.get(&client.path()));
    rotation.is_some_and(|rotation| rotation.is_under_way())
}

/// Runs `rekey`.
pub fn rekey(key: &Key, add: &[String], remove: &[String]) -> Done {
    let session = Session::start(&key.site, Purpose::Write)?;
    let mut unlocked = session.open(key)?;
    let added = sorted(add.to_vec());
    check_recipients(&session, &added)?;
    let sealed = session.store.locked.iter().flat_map(LockedStore::sealed_recipients).map(str::to_owned);
    let known = sorted(sealed.chain(unlocked.recipients()).collect());
    if let Some(stranger) = remove.iter().find(|recipient| !known.contains(recipient)) {
        let message = format!("`{stranger}` is not a recipient of the store");
        return Err(session.refuse(Diagnostic::global("TG0910", message)));
    }
    let listed = |recipient: &String| {
        let mut sealed = session.store.locked.iter().flat_map(LockedStore::sealed_recipients);
        sealed.any(|sealed| sealed == recipient)
    };
    let all: Vec<String> =
        sorted(known.iter().filter(|recipient| !remove.contains(recipient)).cloned().chain(added.clone()).collect());
    // One that another program put in or threw out is decided by name, never by silence.
    let undecided = all.iter().find(|recipient| {
        let settled = listed(recipient) && unlocked.recipients().contains(recipient);
        !settled && !added.contains(recipient)
    });
    if let Some(recipient) = undecided {
        let message = format!("another program added or removed `{recipient}`");
        let hint = "use `--add` or `--remove` for it";
        return Err(session.refuse(Diagnostic::global("TG0913", message).hint(hint)));
    }
    check_recipients(&session, &all)?;
    if all.is_empty() {
        let message = "nobody could open the store any more";
        return Err(session.refuse(Diagnostic::global("TG0910", message)));
    }
    unlocked.rekey(&all).map_err(unavailable)?;
    session.save(&unlocked, Place::Taken)?;
    say(&format!("{}: encrypted again for {}", session.store.path, counted(all.len(), "recipient")));
    if !remove.is_empty() {
        say("older versions in Git still open for those removed: rotate what they must not know");
    }
    Ok(ExitCode::SUCCESS)
}
