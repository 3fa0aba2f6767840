//! The site's own TLS: an authority, the certificates that it signs, and what clients trust, as values of the store.
//!
//! | kind | holds |
//! |---|---|
//! | `x509-authority` | the authority's key and its certificate; no pod reads it |
//! | `x509` | a server's key and its certificate |
//! | `x509-trust` | the certificates that clients trust: the authority's, and those of older ones still in use |
//!
//! All are PEM texts (RFC 7468), keys in PKCS #8 (RFC 5958). Programs read a key and its certificate from one file, so that
//! the two never differ.
//!
//! Invariant: the trust holds the issuer of every certificate that was ever in use, until it is itself made anew.

mod examine;
mod issue;
mod pem;

pub use examine::{check, judge};

use std::collections::BTreeMap;

use self::issue::Issuer;
use self::pem::Bundle;
use super::need::Need;
use super::opened::Opened;
use super::value::SecretValue;
use super::{Name, Unavailable};
use crate::check::certificate::CERTIFICATE;
use crate::lower::pod::trust::TRUST_OBJECT;
use crate::resolve::reference::TRUST;
use crate::span::Span;

/// The kind of the authority.
pub const AUTHORITY_KIND: &str = "x509-authority";
/// The kind of the trust.
pub const TRUST_KIND: &str = "x509-trust";
/// The service that site-wide secrets stand under: that of site-wide objects.
const OWNER: &str = "base";
/// How many bytes of randomness a serial number has (RFC 5280, section 4.1.2.2: at most 20).
const SERIAL: usize = 16;

/// Does the store make values of this kind from one another, not each for itself?
pub fn is_kind(kind: &str) -> bool {
    [AUTHORITY_KIND, CERTIFICATE, TRUST_KIND].contains(&kind)
}

/// The authority's name in the store.
pub fn authority() -> Name {
    Name { object: "taco-authority".to_owned(), key: "ca.pem".to_owned() }
}

/// The trust's name in the store.
pub fn trust() -> Name {
    let key = TRUST.rsplit_once('/').map_or(TRUST, |(_, file)| file);
    Name { object: TRUST_OBJECT.to_owned(), key: key.to_owned() }
}

/// What the site needs beside its servers' certificates: an authority that signs them, and the trust.
pub fn add_needs(needs: &mut BTreeMap<Name, Need>, site: Span) {
    let declared = needs.values().find(|need| need.kind == CERTIFICATE).map(|need| need.span);
    if let Some(span) = declared {
        needs.entry(authority()).or_insert_with(|| need(AUTHORITY_KIND, span));
        needs.entry(trust()).or_insert_with(|| need(TRUST_KIND, span));
    }
    if let Some(need) = needs.get_mut(&trust()) {
        need.span = declared.unwrap_or(site);
    }
}

/// The keys of the trust's Secret, where it is this object.
pub fn trust_key(object: &str, site: Span) -> Option<(String, Need)> {
    (object == TRUST_OBJECT).then(|| (trust().key, need(TRUST_KIND, site)))
}

fn need(kind: &str, span: Span) -> Need {
    let (kind, service) = (kind.to_owned(), OWNER.to_owned());
    Need {
        kind,
        length: None,
        fixed: false,
        alternates: None,
        names: Vec::new(),
        service,
        users: Default::default(),
        span,
    }
}

/// Why a value cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No random bytes.
    Unavailable,
    /// The authority cannot be read, so nothing can be signed.
    Authority,
    /// A certificate in use is signed by an authority that the trust would no longer hold.
    StillInUse,
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Refusal {
        Refusal::Unavailable
    }
}

/// Makes what is missing: the authority, the trust, then certificates. The names of what was made.
pub fn fill(opened: &mut Opened, needs: &BTreeMap<Name, Need>, now: &str) -> Result<Vec<Name>, Refusal> {
    let order = [AUTHORITY_KIND, TRUST_KIND, CERTIFICATE];
    let wanted = order.iter().flat_map(|kind| needs.iter().filter(move |(_, need)| need.kind == *kind));
    let missing: Vec<_> = wanted.filter(|(name, _)| !opened.entries.contains_key(name)).collect();
    for (name, need) in &missing {
        renew(opened, (name, need), now)?;
    }
    Ok(missing.into_iter().map(|(name, _)| name.clone()).collect())
}

/// Makes a value of these kinds anew. With a new authority the trust holds both, until the trust is made anew as well.
pub fn renew(opened: &mut Opened, wanted: (&Name, &Need), now: &str) -> Result<(), Refusal> {
    let (name, need) = wanted;
    match need.kind.as_str() {
        AUTHORITY_KIND => {
            let value = issue::authority(&opened.site.clone(), now)?;
            install(opened, value, now)
        }
        TRUST_KIND => {
            let own = bundle(opened, &authority()).ok_or(Refusal::Authority)?;
            let signed = |held: &Bundle| held.certificates.first().is_none_or(|leaf| examine::is_signed(leaf, &own));
            if !certificates(opened).all(|held| signed(&held)) {
                return Err(Refusal::StillInUse);
            }
            put(opened, name, pem::certificates(&own.certificates), now)
        }
        _ => {
            let own = bundle(opened, &authority()).and_then(Issuer::of).ok_or(Refusal::Authority)?;
            let text = issue::certificate(&own, &need.names, now)?;
            Ok(opened.put(name, text, now)?)
        }
    }
}

/// Puts an authority: new certificates are signed by it, and clients trust it beside what they trust already.
pub fn install(opened: &mut Opened, value: SecretValue, now: &str) -> Result<(), Refusal> {
    let own = Bundle::read(value.reveal()).ok_or(Refusal::Authority)?;
    let mut trusted = own.certificates;
    for older in bundle(opened, &trust()).map(|bundle| bundle.certificates).unwrap_or_default() {
        if !trusted.contains(&older) {
            trusted.push(older);
        }
    }
    put(opened, &trust(), pem::certificates(&trusted), now)?;
    Ok(opened.put(&authority(), value, now)?)
}

fn put(opened: &mut Opened, name: &Name, text: Option<String>, now: &str) -> Result<(), Refusal> {
    let value = SecretValue::new(text.ok_or(Refusal::Authority)?);
    Ok(opened.put(name, value, now)?)
}

fn bundle(opened: &Opened, name: &Name) -> Option<Bundle> {
    Bundle::read(opened.entries.get(name)?.value.reveal())
}

/// The servers' keys and certificates of a store: what has a key and a certificate and is not the authority.
fn certificates(opened: &Opened) -> impl Iterator<Item = Bundle> {
    let others = opened.entries.iter().filter(|(name, _)| **name != authority() && **name != trust());
    others.filter_map(|(_, held)| Bundle::read(held.value.reveal()).filter(|bundle| bundle.key.is_some()))
}
