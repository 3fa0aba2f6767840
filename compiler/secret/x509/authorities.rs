//! Files of certificates beside a spec, in PEM, to texts: those of `trust`, and the one of the public endpoints.
//!
//! Invariant: no private key gets into a text that pods read; what is not a certificate is told at the word that names the file.

use sha2::{Digest as _, Sha256};
use x509_cert::der::Encode as _;

use super::examine::names;
use super::pem::Bundle;
use crate::diag::{Diagnostic, Sink};
use crate::link::digest::hex;
use crate::spec::site::{Authorities, PublicCertificate, Site};
use crate::tree::word::Word;
use crate::world::World;

/// The code of a file that is not one of certificates.
const CODE: &str = "TG0437";

/// Reads the certificate of the public endpoints; empty where no file is named, or it cannot be used, which is told.
pub fn read_public(world: &dyn World, (folder, site): (&str, &Site), sink: &mut Sink) -> PublicCertificate {
    let Some(named) = &site.expose.certificate else { return PublicCertificate::default() };
    let path = format!("{}/{}", folder.trim_end_matches('/'), named.as_str());
    let found = match world.read_text(&path) {
        Ok(Some(text)) => blocks(&text).and_then(|blocks| {
            let leaf = Bundle::read(&blocks).and_then(|bundle| bundle.certificates.into_iter().next()).ok_or(NONE)?;
            let text = certificates(&text)?.into_iter().map(|(_, text)| text).collect();
            Ok(PublicCertificate { text, names: names(&leaf).into_iter().collect() })
        }),
        Ok(None) => {
            refuse(named, format!("there is no file `{path}`"), sink);
            return PublicCertificate::default();
        }
        Err(error) => {
            sink.push(error.into_diagnostic());
            return PublicCertificate::default();
        }
    };
    found.unwrap_or_else(|what| {
        refuse(named, format!("`{path}` {what}"), sink);
        PublicCertificate::default()
    })
}

/// Reads the files that a site names.
pub fn read(world: &dyn World, (folder, site): (&str, &Site), sink: &mut Sink) -> Authorities {
    let mut known: Vec<String> = Vec::new();
    let mut authorities = Authorities::default();
    for named in &site.trust {
        let path = format!("{}/{}", folder.trim_end_matches('/'), named.as_str());
        match world.read_text(&path) {
            Ok(Some(text)) => match certificates(&text) {
                Ok(found) => {
                    for (digest, text) in
                        found.into_iter().filter(|(digest, _)| !known.contains(digest)).collect::<Vec<_>>()
                    {
                        known.push(digest);
                        authorities.text.push_str(&text);
                    }
                }
                Err(what) => refuse(named, format!("`{path}` {what}"), sink),
            },
            Ok(None) => refuse(named, format!("there is no file `{path}`"), sink),
            Err(error) => sink.push(error.into_diagnostic()),
        }
    }
    authorities
}

fn refuse(named: &Word, message: String, sink: &mut Sink) {
    let hint = "a PEM file of certificates below the site's folder";
    sink.push(Diagnostic::error(CODE, named.span, message).hint(hint));
}

/// Certificates, each with its digest and as PEM.
fn certificates(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    let bundle = Bundle::read(&blocks(text)?).ok_or(NONE)?;
    let one = |certificate| {
        let text = super::pem::certificates(std::slice::from_ref(certificate))?;
        Some((hex(&Sha256::digest(certificate.to_der().ok()?)), text))
    };
    bundle.certificates.iter().map(one).collect::<Option<_>>().ok_or("holds a certificate that cannot be read")
}

/// What a file without certificates is told.
const NONE: &str = "holds no certificates in PEM, or something else beside them";

/// The blocks of a text; what stands around them says whose they are, and no program reads it.
fn blocks(text: &str) -> Result<String, &'static str> {
    if text.contains("PRIVATE KEY-----") {
        return Err("holds a private key, which would be public");
    }
    let blocks = text.split("-----BEGIN ").skip(1).filter_map(|part| Some(part.split_once("\n-----END ")?.0));
    let whole = |part: &str| {
        let label = part.split("-----").next().unwrap_or_default();
        format!("-----BEGIN {part}\n-----END {label}-----\n")
    };
    Ok(blocks.map(whole).collect())
}
