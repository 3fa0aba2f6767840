//! A store to one with new authorities, certificates and trust.
//!
//! Invariant: the trust is dropped of no issuer whose certificate is in use.

use std::collections::BTreeMap;

use super::examine::is_signed;
use super::issue::{self, Issuer, Refusal};
use super::pem::{self, Bundle};
use crate::check::certificate::CERTIFICATE;
use crate::kube::secret::{SecretId, SecretPath};
use crate::secret::need::{AUTHORITY_KIND, Need, TRUST_KIND};
use crate::secret::unlocked::UnlockedStore;
use crate::secret::value::SecretValue;

/// Makes what is missing: the authority, the trust, then certificates. The names of what was made.
pub fn fill(
    unlocked: &mut UnlockedStore,
    needs: &BTreeMap<SecretPath, Need>,
    now: &str,
) -> Result<Vec<SecretPath>, Refusal> {
    let order = [AUTHORITY_KIND, TRUST_KIND, CERTIFICATE];
    let wanted = order.iter().flat_map(|kind| needs.iter().filter(move |(_, need)| need.kind == *kind));
    let missing: Vec<_> = wanted.filter(|(name, _)| !unlocked.entries.contains_key(name)).collect();
    for (name, need) in &missing {
        renew(unlocked, (name, need), now)?;
    }
    Ok(missing.into_iter().map(|(name, _)| name.clone()).collect())
}

/// Makes a new value of these kinds. With a new authority the trust holds both, until the trust is renewed as well.
pub fn renew(unlocked: &mut UnlockedStore, wanted: (&SecretPath, &Need), now: &str) -> Result<(), Refusal> {
    let (name, need) = wanted;
    match need.kind.as_str() {
        AUTHORITY_KIND => {
            let value = issue::authority(&unlocked.site.clone(), now)?;
            install(unlocked, value, now)
        }
        TRUST_KIND => {
            let own = Bundle::of(unlocked, &SecretId::Authority.path()).ok_or(Refusal::Authority)?;
            let signed = |held: &Bundle| held.certificates.first().is_none_or(|leaf| is_signed(leaf, &own));
            if !certificates(unlocked).all(|held| signed(&held)) {
                return Err(Refusal::StillInUse);
            }
            put(unlocked, name, pem::certificates(&own.certificates), now)
        }
        _ => {
            let own =
                Bundle::of(unlocked, &SecretId::Authority.path()).and_then(Issuer::of).ok_or(Refusal::Authority)?;
            let text = issue::certificate(&own, &need.names, now)?;
            Ok(unlocked.put(name, text, now)?)
        }
    }
}

/// Puts an authority: new certificates are signed by it, and clients trust it beside what they trust already.
pub fn install(unlocked: &mut UnlockedStore, value: SecretValue, now: &str) -> Result<(), Refusal> {
    let own = Bundle::read(value.reveal()).ok_or(Refusal::Authority)?;
    let mut trusted = own.certificates;
    for older in Bundle::of(unlocked, &SecretId::Trust.path()).map(|bundle| bundle.certificates).unwrap_or_default() {
        if !trusted.contains(&older) {
            trusted.push(older);
        }
    }
    put(unlocked, &SecretId::Trust.path(), pem::certificates(&trusted), now)?;
    Ok(unlocked.put(&SecretId::Authority.path(), value, now)?)
}

fn put(unlocked: &mut UnlockedStore, name: &SecretPath, text: Option<String>, now: &str) -> Result<(), Refusal> {
    let value = SecretValue::new(text.ok_or(Refusal::Authority)?);
    Ok(unlocked.put(name, value, now)?)
}

/// The servers' keys and certificates of a store: what has a key and a certificate and is not the authority.
fn certificates(unlocked: &UnlockedStore) -> impl Iterator<Item = Bundle> {
    let (authority, trust) = (SecretId::Authority.path(), SecretId::Trust.path());
    let others = unlocked.entries.iter().filter(move |(name, _)| **name != authority && **name != trust);
    others.filter_map(|(_, held)| Bundle::read(held.value.reveal()).filter(|bundle| bundle.key.is_some()))
}
