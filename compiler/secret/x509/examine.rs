//! Values of these kinds to what is wrong with them: alone, against each other, against what the site needs, against the clock.
//!
//! Invariant: nothing of a value but names and dates of certificates, which are public, is in a diagnostic.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use x509_cert::Certificate;
use x509_cert::der::{DateTime, Encode as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};

use super::issue::ALGORITHM;
use super::pem::Bundle;
use crate::check::certificate::CERTIFICATE;
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{SecretId, SecretPath};
use crate::secret::need::{AUTHORITY_KIND, Need, TRUST_KIND, is_x509};
use crate::secret::store::SiteStore;
use crate::secret::unlocked::UnlockedStore;
use crate::secret::value::{SecretValue, Weakness};
use crate::span::Span;

/// So long before its end a certificate is renewed: time for a release of the site.
const MARGIN: u64 = 30 * 24 * 3600;

/// What is wrong with a value of one of these kinds in itself.
pub fn validate(kind: &str, value: &SecretValue) -> Option<Weakness> {
    let invalid = |what| Some(Weakness::Invalid(what));
    let Some(bundle) = Bundle::read(value.reveal()) else {
        return invalid(match kind {
            TRUST_KIND => "must be certificates in PEM",
            _ => "must be a P-256 key (PKCS #8 or SEC 1, no passphrase) and its certificate in PEM, and nothing else",
        });
    };
    let first = bundle.certificates.first()?;
    if kind == TRUST_KIND {
        let is_sound = bundle.key.is_none() && bundle.certificates.iter().all(is_authority);
        return if is_sound { None } else { invalid("must be certificates of authorities, without a key") };
    }
    let Some(key) = &bundle.key else { return invalid("must hold a key beside the certificate") };
    if verifying_key(first) != Some(VerifyingKey::from(key.public_key())) {
        return invalid("must be a key and the certificate of that key, the first of the certificates");
    }
    if kind == AUTHORITY_KIND && !(bundle.certificates.len() == 1 && is_authority(first) && verifies(first, first)) {
        return invalid("must be a key and one certificate, of an authority that signs itself with ECDSA and SHA-256");
    }
    None
}

fn verifying_key(certificate: &Certificate) -> Option<VerifyingKey> {
    let public = &certificate.tbs_certificate.subject_public_key_info;
    VerifyingKey::from_sec1_bytes(public.subject_public_key.raw_bytes()).ok()
}

fn is_authority(certificate: &Certificate) -> bool {
    let found = certificate.tbs_certificate.get::<BasicConstraints>();
    found.is_ok_and(|found| found.is_some_and(|(_, constraints)| constraints.ca))
}

/// Does the signature of a certificate come from the key of another?
fn verifies(certificate: &Certificate, issuer: &Certificate) -> bool {
    let signature = certificate.signature.as_bytes().and_then(|bytes| DerSignature::from_bytes(bytes).ok());
    let text = certificate.tbs_certificate.to_der().ok();
    let (Some(key), Some(signature), Some(text)) = (verifying_key(issuer), signature, text) else { return false };
    certificate.signature_algorithm.oid == ALGORITHM
        && certificate.tbs_certificate.issuer == issuer.tbs_certificate.subject
        && key.verify(&text, &signature).is_ok()
}

/// Is a certificate signed by one of the bundle's?
pub(super) fn is_signed(certificate: &Certificate, by: &Bundle) -> bool {
    by.certificates.iter().any(|issuer| verifies(certificate, issuer))
}

/// Does a server's certificate lead to one of the trust, by those that the server sends along?
fn leads_to(held: &Bundle, trusted: &Bundle) -> bool {
    let mut current = held.certificates.first();
    // No way is longer than the certificates that are sent.
    for _ in &held.certificates {
        let Some(certificate) = current else { return false };
        if is_signed(certificate, trusted) {
            return true;
        }
        let mut others = held.certificates.iter().skip(1);
        current = others.find(|issuer| is_authority(issuer) && verifies(certificate, issuer));
    }
    false
}

/// The store's certificates against each other, the site's needs and the clock; `now` is an RFC 3339 time.
pub fn check(unlocked: &UnlockedStore, store: &SiteStore, now: &str, sink: &mut Sink) {
    let Some(locked) = &store.locked else { return };
    let span = |name: &SecretPath| locked.entries.get(name).map_or(locked.span, |entry| entry.span);
    let trusted = Bundle::of(unlocked, &SecretId::Trust.path());
    for (name, need) in store.needs.iter().filter(|(_, need)| is_x509(&need.kind)) {
        // What is not a bundle is reported by `validate`.
        let Some(held) = Bundle::of(unlocked, name) else { continue };
        if need.kind == CERTIFICATE {
            server(&held, (name, need), span(name), trusted.as_ref(), sink);
        }
        held.certificates.iter().for_each(|certificate| ends(certificate, (name, need), span(name), now, sink));
    }
}

fn server(held: &Bundle, wanted: (&SecretPath, &Need), span: Span, trusted: Option<&Bundle>, sink: &mut Sink) {
    let (name, need) = wanted;
    let Some(leaf) = held.certificates.first() else { return };
    let renew = format!("`taco-gen passwords rotate SITE {name}` makes a new one");
    if !trusted.is_some_and(|trusted| leads_to(held, trusted)) {
        let message = format!(
            "the certificate of `{name}` is signed by no authority of `{}`: clients refuse it",
            SecretId::Trust.path()
        );
        sink.push(Diagnostic::error("TG0930", span, message).hint(renew.clone()));
    }
    let named = names(leaf);
    let missing: Vec<&str> = need.names.iter().map(String::as_str).filter(|name| !named.contains(*name)).collect();
    if let Some(first) = missing.first() {
        let more = if missing.len() > 1 { format!(" and {} more", missing.len() - 1) } else { String::new() };
        let message = format!("the certificate of `{name}` has no name `{first}`{more}, and its clients ask for that");
        sink.push(Diagnostic::error("TG0930", span, message).also(need.span, "declared here").hint(renew));
    }
}

/// The host names and addresses of a certificate.
pub(super) fn names(certificate: &Certificate) -> std::collections::BTreeSet<String> {
    let found = certificate.tbs_certificate.get::<SubjectAltName>().ok().flatten();
    let names = found.map(|(_, names)| names.0).unwrap_or_default();
    let text = |name: GeneralName| match name {
        GeneralName::DnsName(text) => Some(text.to_string()),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()),
        _ => None,
    };
    names.into_iter().filter_map(text).collect()
}

/// An address of a certificate: four bytes, or sixteen.
fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).to_string());
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).to_string())).ok()
}

fn ends(certificate: &Certificate, wanted: (&SecretPath, &Need), span: Span, now: &str, sink: &mut Sink) {
    let (name, need) = wanted;
    let Ok(now) = DateTime::from_str(now).map(|now| now.unix_duration().as_secs()) else { return };
    let validity = &certificate.tbs_certificate.validity;
    let (from, until) =
        (validity.not_before.to_unix_duration().as_secs(), validity.not_after.to_unix_duration().as_secs());
    let date = |time: &x509_cert::time::Time| time.to_date_time().to_string().chars().take(10).collect::<String>();
    let hint = match need.kind.as_str() {
        CERTIFICATE => format!("`taco-gen passwords rotate SITE {name}` makes a new one; then build and deliver"),
        _ => format!(
            "`taco-gen passwords rotate SITE {}`, then the certificates, then `{}`",
            SecretId::Authority.path(),
            SecretId::Trust.path()
        ),
    };
    if now > until || now < from {
        let (word, day) =
            if now > until { ("ended", date(&validity.not_after)) } else { ("begins", date(&validity.not_before)) };
        let message = format!("the certificate of `{name}` {word} on {day}: nobody takes it");
        sink.push(Diagnostic::error("TG0931", span, message).hint(hint));
    } else if until - now < MARGIN {
        let message = format!("the certificate of `{name}` ends on {}", date(&validity.not_after));
        sink.push(Diagnostic::warning("TG0931", span, message).hint(hint));
    }
}
