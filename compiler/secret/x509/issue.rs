//! An authority's key to certificates (RFC 5280), with ECDSA over P-256 and SHA-256 (RFC 5758).
//!
//! Invariant: a certificate begins an hour before it is made, since other clocks may be behind.

use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::str::FromStr as _;
use std::time::Duration;
use x509_cert::Certificate;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::der::asn1::{BitString, Ia5String, ObjectIdentifier, OctetString};
use x509_cert::der::flagset::FlagSet;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{DateTime, Decode as _, Encode as _, EncodePem as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name as Subject;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::pem::Bundle;
use crate::link::digest::hex;
use crate::secret::random::{Unavailable, random};
use crate::secret::value::SecretValue;

/// ecdsa-with-SHA256 (RFC 5758, section 3.2).
pub(super) const ALGORITHM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
/// TLS servers and clients (RFC 5280, section 4.2.1.12): members of a cluster are both.
const PURPOSES: [ObjectIdentifier; 2] =
    [ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"), ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2")];

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Ten years: an authority's end stops every connection of a site at once.
const AUTHORITY: u64 = 3650 * DAY;
/// Two years.
const SERVER: u64 = 730 * DAY;

/// How many bytes of randomness a serial number has (RFC 5280, section 4.1.2.2: at most 20).
const SERIAL: usize = 16;

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

/// Who signs.
pub(super) struct Issuer {
    key: SigningKey,
    subject: Subject,
    identifier: OctetString,
    until: u64,
}

impl Issuer {
    /// An authority from its key and certificate.
    pub(super) fn of(bundle: Bundle) -> Option<Issuer> {
        let tbs = &bundle.certificates.first()?.tbs_certificate;
        let written = tbs.get::<SubjectKeyIdentifier>().ok()?.map(|(_, identifier)| identifier.0);
        let identifier = written.or_else(|| identifier(&tbs.subject_public_key_info))?;
        let (subject, until) = (tbs.subject.clone(), tbs.validity.not_after.to_unix_duration().as_secs());
        Some(Issuer { key: bundle.key?.into(), subject, identifier, until })
    }
}

/// A new authority of a site: its key and certificate.
pub(super) fn authority(site: &str, now: &str) -> Result<SecretValue, Refusal> {
    let key = secret_key()?;
    let made = || {
        let public = public_key(&key)?;
        let identifier = identifier(&public)?;
        // Two authorities of a site have different names: some clients look one up by its name alone.
        let short: String = hex(identifier.as_bytes()).chars().take(8).collect();
        let subject = Subject::from_str(&format!("CN={site} TLS authority {short}")).ok()?;
        let issuer = Issuer { key: SigningKey::from(&key), subject: subject.clone(), identifier, until: u64::MAX };
        let usage = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
        let extensions = vec![
            extension(&BasicConstraints { ca: true, path_len_constraint: Some(0) }, &subject)?,
            extension(&KeyUsage(usage), &subject)?,
        ];
        Some((issuer, ItemBuilder { subject, public, extensions, validity: validity(now, AUTHORITY, u64::MAX)? }))
    };
    let (issuer, draft) = made().ok_or(Refusal::Unavailable)?;
    sign(&issuer, draft, &key)
}

/// A new key for a server, and its certificate for the names.
pub(super) fn certificate(issuer: &Issuer, names: &[String], now: &str) -> Result<SecretValue, Refusal> {
    let key = secret_key()?;
    let made = || {
        let public = public_key(&key)?;
        let common: String = names.first()?.chars().take(64).collect();
        let subject = Subject::from_str(&format!("CN={common}")).ok()?;
        let alternatives = names.iter().map(|name| alternative(name));
        // QEMU refuses a critical one without key encipherment, which is not for keys of elliptic curves (RFC 8813, section 3).
        let usage = KeyUsage(FlagSet::from(KeyUsages::DigitalSignature));
        let extensions = vec![
            extension(&BasicConstraints { ca: false, path_len_constraint: None }, &subject)?,
            Extension { critical: false, ..extension(&usage, &subject)? },
            extension(&ExtendedKeyUsage(PURPOSES.to_vec()), &subject)?,
            extension(&SubjectAltName(alternatives.collect::<Option<_>>()?), &subject)?,
            extension(
                &AuthorityKeyIdentifier { key_identifier: Some(issuer.identifier.clone()), ..Default::default() },
                &subject,
            )?,
        ];
        Some(ItemBuilder { subject, public, extensions, validity: validity(now, SERVER, issuer.until)? })
    };
    let draft = made().ok_or(Refusal::Unavailable)?;
    sign(issuer, draft, &key)
}

/// A name as a certificate has it: a host name or an address (RFC 5280, section 4.2.1.6).
fn alternative(name: &str) -> Option<GeneralName> {
    Some(match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => GeneralName::IpAddress(OctetString::new(address.octets().to_vec()).ok()?),
        Ok(IpAddr::V6(address)) => GeneralName::IpAddress(OctetString::new(address.octets().to_vec()).ok()?),
        Err(_) => GeneralName::DnsName(Ia5String::new(name).ok()?),
    })
}

/// A certificate before it has a serial number and a signature.
struct ItemBuilder {
    subject: Subject,
    public: SubjectPublicKeyInfoOwned,
    extensions: Vec<Extension>,
    validity: Validity,
}

fn sign(issuer: &Issuer, draft: ItemBuilder, key: &SecretKey) -> Result<SecretValue, Refusal> {
    let mut serial = random::<SERIAL>()?;
    if let Some(first) = serial.first_mut() {
        // Positive, and never shorter for a leading zero.
        *first = *first & 0x7f | 0x40;
    }
    let made = || {
        let algorithm = AlgorithmIdentifierOwned { oid: ALGORITHM, parameters: None };
        let own = SubjectKeyIdentifier(identifier(&draft.public)?);
        let mut extensions = draft.extensions;
        extensions.push(extension(&own, &draft.subject)?);
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(serial.as_slice()).ok()?,
            signature: algorithm.clone(),
            issuer: issuer.subject.clone(),
            validity: draft.validity,
            subject: draft.subject,
            subject_public_key_info: draft.public,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        let signature: DerSignature = issuer.key.sign(&tbs_certificate.to_der().ok()?);
        let signature = BitString::from_bytes(signature.as_bytes()).ok()?;
        let certificate = Certificate { tbs_certificate, signature_algorithm: algorithm, signature };
        let (private, public) = (key.to_pkcs8_pem(LineEnding::LF).ok()?, certificate.to_pem(LineEnding::LF).ok()?);
        // Of its whole length from the start: growing would leave the key behind.
        let mut text = String::with_capacity(private.len() + public.len());
        text.push_str(&private);
        text.push_str(&public);
        Some(SecretValue::new(text))
    };
    made().ok_or(Refusal::Unavailable)
}

fn secret_key() -> Result<SecretKey, Refusal> {
    // One number in 2^32 is no key of the curve.
    for _ in 0..8 {
        if let Ok(key) = SecretKey::from_slice(random::<32>()?.as_slice()) {
            return Ok(key);
        }
    }
    Err(Refusal::Unavailable)
}

fn public_key(key: &SecretKey) -> Option<SubjectPublicKeyInfoOwned> {
    SubjectPublicKeyInfoOwned::from_der(key.public_key().to_public_key_der().ok()?.as_bytes()).ok()
}

/// The first 20 bytes of the key's SHA-256 (RFC 7093, section 2, method 1).
fn identifier(public: &SubjectPublicKeyInfoOwned) -> Option<OctetString> {
    let digest = Sha256::digest(public.subject_public_key.raw_bytes());
    OctetString::new(digest.get(..20)?).ok()
}

fn extension(extension: &impl AsExtension, subject: &Subject) -> Option<Extension> {
    extension.to_extension(subject, &[]).ok()
}

/// From an hour before `now`, an RFC 3339 time, for so many seconds, at most until the issuer's end.
fn validity(now: &str, seconds: u64, until: u64) -> Option<Validity> {
    let now = DateTime::from_str(now).ok()?.unix_duration().as_secs();
    let time = |seconds: u64| {
        let moment = DateTime::from_unix_duration(Duration::from_secs(seconds)).ok()?;
        // RFC 5280, section 4.1.2.5: years through 2049 have two digits.
        Some(match x509_cert::der::asn1::UtcTime::from_date_time(moment) {
            Ok(short) => Time::UtcTime(short),
            Err(_) => Time::GeneralTime(x509_cert::der::asn1::GeneralizedTime::from_date_time(moment)),
        })
    };
    Some(Validity {
        not_before: time(now.saturating_sub(HOUR))?,
        not_after: time(now.saturating_add(seconds).min(until))?,
    })
}
