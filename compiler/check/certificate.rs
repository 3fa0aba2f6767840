//! Secrets with a certificate to diagnostics about the names that it would have.
//!
//! Invariant: a certificate has names, and each is that of a Kubernetes Service of its own service; that of the public endpoints has
//! their names.

use crate::catalog::service::{SecretKind, Service};
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::resolve::reference::public_names;
use crate::resolve::unknown;
use crate::spec::site::ExposeKind;

/// The secret kind of servers' keys with their certificates.
pub const CERTIFICATE: &str = "x509";

/// Certificates that nobody would take.
pub fn names(model: &Model<'_>, sink: &mut Sink) {
    for service in &model.services {
        let secrets = service.secrets.iter().filter(|(_, secret)| secret.kind == SecretKind::X509);
        for (name, secret) in secrets.filter(|(_, secret)| model.holds(&service.name, &secret.bounds)) {
            if model.certificate_names(service, secret).is_empty() {
                let message = format!(
                    "the certificate of secret `{name}` has no name: `services`, `names` and `nodes` give some"
                );
                sink.push(Diagnostic::error("TG0507", secret.span, message));
            }
            let known = services(model, service);
            for stranger in secret.services.iter().filter(|word| !known.contains(&word.as_str())) {
                let what = format!("Kubernetes Service of service `{}`", service.name);
                sink.push(unknown("TG0507", &what, stranger, secret.span, known.iter().copied()));
            }
        }
    }
}

/// Certificates of an issuer: whether there are any, and whether somebody trusts them.
pub fn issued(model: &Model<'_>, sink: &mut Sink) {
    let Some(said) = &model.site.certificates else { return };
    if model.certificates().next().is_none() {
        let message = "`certificates` has no effect: no service of the site speaks TLS";
        let hint = "name the overlay `tls`, `tls-apis` or `tls-internal`";
        sink.push(Diagnostic::error("TG0570", said.issuer.span, message).hint(hint));
    } else if model.site.trust.is_empty() {
        let message = format!("clients would not trust the certificates that `{}` signs", said.issuer);
        let hint = "name the certificate of its authority: `trust \"ca.pem\"`, a file below the site's folder";
        sink.push(Diagnostic::error("TG0569", said.issuer.span, message).hint(hint));
    }
}

/// The certificate of the public endpoints: whether it is read, and whether it has their names.
pub fn public(model: &Model<'_>, sink: &mut Sink) {
    let expose = &model.site.expose;
    let said = expose.issuer.as_ref().map(|issuer| ("issuer", issuer.span));
    let said = said.into_iter().chain(expose.certificate.as_ref().map(|file| ("certificate", file.span)));
    let is_read = matches!(expose.kind.value, ExposeKind::Gateway | ExposeKind::Ingress);
    for (what, span) in said {
        let (why, hint) = match (&expose.tls, is_read) {
            (_, false) => (format!("`expose {}` reads no certificate", expose.kind.value), "remove it"),
            (None, true) => ("no Secret is named for it".to_owned(), "tls=public-certificate"),
            (Some(_), true) => continue,
        };
        let message = format!("`{what}` of `expose` has no effect: {why}");
        sink.push(Diagnostic::error("TG0439", span, message).hint(hint));
    }
    let (Some(issuer), Some(file)) = (&expose.issuer, &expose.certificate) else { return covers(model, sink) };
    let message = "the certificate comes from an issuer and from a file, expected one of them";
    sink.push(Diagnostic::error("TG0439", file.span, message).also(issuer.span, "the issuer"));
}

/// Has the certificate of the file every name that clients outside ask for?
fn covers(model: &Model<'_>, sink: &mut Sink) {
    let found = &model.site.public_certificate;
    let Some(file) = model.site.expose.certificate.as_ref().filter(|_| !found.text.is_empty()) else { return };
    let is_named = |name: &str| {
        // A wildcard stands for one label (RFC 9525, section 6.3).
        let wild = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        found.names.iter().any(|own| own.eq_ignore_ascii_case(name) || wild.as_ref() == Some(own))
    };
    let missing: Vec<_> = public_names(model).into_iter().filter(|(_, name)| !is_named(name)).collect();
    let Some((endpoint, first)) = missing.first() else { return };
    let more = if missing.len() > 1 { format!(" and {} more", missing.len() - 1) } else { String::new() };
    let message = format!("the certificate `{file}` has no name `{first}`{more}, which clients outside ask for");
    let known = if found.names.is_empty() { "none".to_owned() } else { found.names.join(", ") };
    let diagnostic = Diagnostic::error("TG0670", file.span, message).hint(format!("its names are {known}"));
    let said = endpoint.said.map(|said| said.span);
    sink.push(said.map_or(diagnostic.clone(), |span| diagnostic.also(span, "said here")));
}

fn services<'m>(model: &'m Model<'_>, service: &'m Service) -> Vec<&'m str> {
    let declared = service.components.values().flat_map(|component| &component.services);
    let declared = declared.filter(|(_, declared)| model.holds(&service.name, &declared.bounds));
    let served = model.endpoints.values().filter(|known| known.service.name == service.name);
    declared.map(|(name, _)| name.as_str()).chain(served.map(|known| known.object.as_str())).collect()
}
