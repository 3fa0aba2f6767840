//! Declarations that nothing reads.
//!
//! Invariant: nothing that can be declared is without effect: what nothing reads is a diagnostic at the declaration.

use super::name::{IDLE, Kind, Used};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// Tells of declarations that nothing reads.
pub(super) fn unused(catalog: &Catalog, used: &Used, is_own: &dyn Fn(FileId) -> bool, sink: &mut Sink) {
    for service in catalog.services.values() {
        let is_used = |kind: Kind, name: &str| {
            // Any service may run an image.
            let owner = if kind == Kind::Image { String::new() } else { service.name.to_string() };
            used.contains(&(kind, owner, name.to_owned()))
        };
        let mut idle: Vec<(Span, String)> = Vec::new();
        let mut tell = |kind: Kind, name: &str, span: Span, what: &str| {
            if !is_used(kind, name) && is_own(span.file) {
                idle.push((span, format!("nothing reads {what} `{name}` of service `{}`", service.name)));
            }
        };
        service.settings.keys().for_each(|name| tell(Kind::Setting, name, name.span, "setting"));
        service.secrets.keys().for_each(|name| tell(Kind::Secret, name, name.span, "secret"));
        service.images.keys().for_each(|name| tell(Kind::Image, name, name.span, "image"));
        service.files.keys().for_each(|name| tell(Kind::File, name, name.span, "file"));
        service.provides.keys().for_each(|name| tell(Kind::Capability, name, name.span, "capability"));
        for (name, fragment) in &service.fragments {
            let first = fragment.keys().next().map(|section| section.span);
            if let Some(span) = first {
                tell(Kind::Fragment, name, span, "fragment");
            }
        }
        for (name, (_, span)) in &service.texts {
            // Texts of `schema/files/` are every service's.
            if !catalog.shared_texts.contains(name) {
                tell(Kind::Text, name, Span { end: span.start, ..*span }, "text");
            }
        }
        for (span, message) in idle {
            sink.push(
                Diagnostic::error(IDLE, span, message).hint("remove it, or name it where it is meant to be read"),
            );
        }
    }
    for (name, fragment) in &catalog.fragments {
        let is_used = used.contains(&(Kind::Fragment, String::new(), name.clone()));
        if let Some(section) = fragment.keys().next().filter(|section| !is_used && is_own(section.span.file)) {
            sink.push(Diagnostic::error(IDLE, section.span, format!("nothing reads fragment `{name}`")));
        }
    }
}
