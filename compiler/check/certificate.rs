//! Secrets with a certificate to diagnostics about the names that it would have.
//!
//! Invariant: a certificate has names, and each is that of a Kubernetes Service of its own service.

use crate::catalog::service::{SecretKind, Service};
use crate::diag::{Diagnostic, Sink};
use crate::model::Model;
use crate::resolve::unknown;

/// The secret kind of servers' keys with their certificates.
pub const CERTIFICATE: &str = "x509";

/// Certificates that nobody would take.
pub fn names(model: &Model<'_>, sink: &mut Sink) {
    for service in &model.services {
        let secrets = service.secrets.iter().filter(|(_, secret)| secret.kind == SecretKind::X509);
        for (name, secret) in secrets.filter(|(_, secret)| model.holds(&service.name, &secret.bounds)) {
            if secret.services.is_empty() {
                let message = format!("the certificate of secret `{name}` has no name: `services` gives some");
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

fn services<'m>(model: &'m Model<'_>, service: &'m Service) -> Vec<&'m str> {
    let declared = service.components.values().flat_map(|component| &component.services);
    let declared = declared.filter(|(_, declared)| model.holds(&service.name, &declared.bounds));
    let served = model.endpoints.values().filter(|known| known.service.name == service.name);
    declared.map(|(name, _)| name.as_str()).chain(served.map(|known| known.object.as_str())).collect()
}
