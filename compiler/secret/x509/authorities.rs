//! The files of `trust`, certificates of authorities in PEM, to one text.
//!
//! Invariant: no private key gets into a text that pods read; what is not a certificate is told at the word that names the file.

use sha2::{Digest as _, Sha256};
use x509_cert::der::Encode as _;

use super::pem::Bundle;
use crate::diag::{Diagnostic, Sink};
use crate::link::digest::hex;
use crate::spec::site::{Authorities, Site};
use crate::tree::word::Word;
use crate::world::World;

/// The code of a file that is not one of certificates.
const CODE: &str = "TG0437";

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
    if text.contains("PRIVATE KEY-----") {
        return Err("holds a private key, which would be public");
    }
    // Text around the blocks says whose they are, and no program reads it.
    let blocks = text.split("-----BEGIN ").skip(1).filter_map(|part| Some(part.split_once("\n-----END ")?.0));
    let blocks: String = blocks
        .map(|part| format!("-----BEGIN {part}\n-----END {}-----\n", part.split("-----").next().unwrap_or_default()))
        .collect();
    let bundle = Bundle::read(&blocks).ok_or("holds no certificates in PEM, or something else beside them")?;
    let one = |certificate| {
        let text = super::pem::certificates(std::slice::from_ref(certificate))?;
        Some((hex(&Sha256::digest(certificate.to_der().ok()?)), text))
    };
    bundle.certificates.iter().map(one).collect::<Option<_>>().ok_or("holds a certificate that cannot be read")
}
