//! A new store with the secrets of another tool; what it lacks is generated.
//!
//! Invariant: as in [`super`].

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use super::session::{Purpose, Session, now, say, unavailable};
use super::{write, x509};
use crate::cli::args::Key;
use crate::diag::counted;
use crate::import::engine::Secret;
use crate::kube::secret::SecretPath;
use crate::secret::make::make;
use crate::secret::need::is_x509;
use crate::secret::unlocked::UnlockedStore;
use crate::secret::validate::validate;
use crate::secret::value::{SecretValue, Weakness};
use crate::write::private::Place;

/// The values of a site's store by OBJECT/KEY; the identity must open it.
pub fn values(site: &str, identity: Option<&Path>) -> Result<BTreeMap<String, SecretValue>, ExitCode> {
    let session = Session::start(site, Purpose::Read)?;
    let unlocked = session.open(&Key { site: site.to_owned(), identity: identity.map(Path::to_owned) })?;
    let entries = unlocked.entries.iter();
    Ok(entries.map(|(path, secret)| (path.to_string(), SecretValue::new(secret.value.reveal().to_owned()))).collect())
}

/// Makes the store of a new site and puts values into it.
pub fn take_over(key: &Key, secrets: &[Secret]) -> Result<(), ExitCode> {
    let session = Session::start(&key.site, Purpose::Write)?;
    let recipients = write::recipients(&session, key, &[])?;
    let mut unlocked = UnlockedStore::new(&session.compiled.name, &recipients).map_err(unavailable)?;
    let now = now();
    let (mut taken, mut weak) = (0usize, Vec::new());
    for secret in secrets {
        let need =
            SecretPath::parse(&secret.path).and_then(|name| session.store.needs.get(&name).map(|need| (name, need)));
        let Some((name, need)) = need else { continue };
        match validate(&need.kind, need.length, &secret.value) {
            Some(Weakness::Invalid(_)) => continue,
            Some(Weakness::Weak(_)) => weak.push(name.to_string()),
            None => {}
        }
        let value = SecretValue::new(secret.value.reveal().to_owned());
        unlocked.put(&name, value, &now).map_err(unavailable)?;
        taken += 1;
    }
    let mut made = 0usize;
    for (name, need) in &session.store.needs {
        let is_made = !need.may_be_absent && !need.is_imported && !is_x509(&need.kind);
        if is_made && !unlocked.entries.contains_key(name) {
            unlocked.put(name, make(&need.kind, need.length).map_err(unavailable)?, &now).map_err(unavailable)?;
            made += 1;
        }
    }
    x509::fill(&session, &mut unlocked, &now)?;
    session.save(&unlocked, Place::Free)?;
    say(&format!("wrote {}: {} imported, {made} generated", session.store.path, counted(taken, "secret")));
    if !weak.is_empty() {
        say(&format!("weak, rotate them once the site runs: {}", weak.join(", ")));
    }
    Ok(())
}
