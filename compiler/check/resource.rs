//! Resources that a site declares: kinds and fields that there are, values of their types, names of others that are declared.
//!
//! Invariant: a resource without a diagnostic here is made by a Job of its kind's service.

mod value;

use crate::catalog::resource::{FieldType, ResourceKind};
use crate::catalog::service::Service;
use crate::diag::{Diagnostic, Sink, nearest, unknown};
use crate::model::{Model, WorkloadKind};
use crate::spec::site::{ResourceSpec, Resources};
use crate::tree::word::Word;

/// Checks all resources of the site.
pub fn resources(model: &Model<'_>, sink: &mut Sink) {
    let Some(declared) = &model.site.resources else { return };
    for (word, entries) in &declared.kinds {
        let Some((service, kind)) = model.catalog.resource(word) else {
            sink.push(unknown_kind(model, word));
            continue;
        };
        if let Some(diagnostic) = not_made(model, service, (word, kind)) {
            sink.push(diagnostic);
            continue;
        }
        for (name, spec) in entries {
            let context = Context { model, declared, kind: (word, kind) };
            context.owner(name, sink);
            context.standing(name, spec, sink);
            context.fields(name, spec, sink);
        }
    }
}

fn unknown_kind(model: &Model<'_>, word: &Word) -> Diagnostic {
    let known = model.catalog.services.values().flat_map(|service| service.resources.keys());
    let known: Vec<&str> = known.map(Word::as_str).collect();
    unknown("TG0682", "kind of resource", word, word.span, known)
}

/// Why no Job makes resources of the kind.
fn not_made(model: &Model<'_>, service: &Service, (word, kind): (&Word, &ResourceKind)) -> Option<Diagnostic> {
    let owner = &service.name;
    let is_made = model.workloads.iter().any(|workload| {
        let WorkloadKind::Job(job) = workload.kind else { return false };
        workload.service.name == *owner && service.makes_resources(job)
    });
    let (message, hint) = if !model.is_on(owner) {
        (
            format!("resources of kind `{word}` are made by service `{owner}`, which is off"),
            "turn it on, or remove this",
        )
    } else if !model.holds(owner, &kind.bounds) {
        let release = model.release_name(owner);
        (
            format!("service `{owner}` has no resources of kind `{word}` in release `{release}` with these settings"),
            "remove this",
        )
    } else if !is_made {
        let hint = "give a Job the administrator's account: `accounts made`";
        (format!("no Job of service `{owner}` makes resources of kind `{word}` on this site"), hint)
    } else {
        return None;
    };
    Some(Diagnostic::error("TG0687", word.span, message).hint(hint))
}

/// Where a resource stands.
struct Context<'c, 'a> {
    model: &'c Model<'a>,
    declared: &'c Resources,
    kind: (&'c Word, &'c ResourceKind),
}

impl Context<'_, '_> {
    /// A resource that has the name of another belongs to one that is there.
    fn owner(&self, name: &Word, sink: &mut Sink) {
        if let Some(of) = &self.kind.1.named_by {
            self.named(of, name, sink);
        }
    }

    /// What every cloud has is needed by the Jobs themselves: it stays, and so does its password.
    fn standing(&self, name: &Word, spec: &ResourceSpec, sink: &mut Sink) {
        let (word, kind) = self.kind;
        if !kind.existing.contains(name) {
            return;
        }
        let is_secret =
            |field: &Word| kind.fields.get(field.as_str()).is_some_and(|known| known.kind == FieldType::Secret);
        let field = spec.fields.keys().find(|field| is_secret(field));
        let (span, what) = match field {
            _ if spec.absent.value => (spec.absent.span, "be deleted".to_owned()),
            Some(field) => (field.span, format!("have another `{field}`")),
            None => return,
        };
        let message = format!("`{word}` `{name}` cannot {what}: the services themselves depend on it");
        sink.push(Diagnostic::error("TG0688", span, message).hint("remove this; `passwords rotate` changes passwords"));
    }

    /// A name of a resource of a kind.
    fn named(&self, of: &Word, name: &Word, sink: &mut Sink) {
        let existing = self.model.catalog.resource(of).map(|(_, kind)| kind.existing.as_slice()).unwrap_or_default();
        let entries = self.declared.kinds.get(of.as_str());
        let spec = entries.and_then(|entries| entries.get(name.as_str()));
        if existing.contains(name) || spec.is_some_and(|spec| !spec.absent.value) {
            return;
        }
        if let Some(spec) = spec {
            let message = format!("`{of}` `{name}` is absent, and is named here");
            let diagnostic = Diagnostic::error("TG0686", name.span, message).also(spec.absent.span, "it is deleted");
            sink.push(diagnostic.hint("remove one of the two"));
            return;
        }
        let known = entries.into_iter().flat_map(|entries| entries.keys()).chain(existing);
        sink.push(unknown("TG0686", &format!("{of}"), name, name.span, known.map(Word::as_str)));
    }

    fn fields(&self, name: &Word, spec: &ResourceSpec, sink: &mut Sink) {
        let (word, kind) = self.kind;
        if let Some((first, _)) = spec.fields.first().filter(|_| spec.absent.value) {
            let message = format!("`{word}` `{name}` is absent, and its fields have no effect");
            sink.push(Diagnostic::error("TG0683", first.span, message).hint("leave only `absent #true`"));
            return;
        }
        for (field, tree) in &spec.fields {
            match kind.fields.get(field.as_str()) {
                Some(declared) => self.value((field, declared), spec, tree, sink),
                None => sink.push(self.unknown_field(field)),
            }
        }
        let with = |field: &Word| {
            let given = kind.fields.iter().filter(|(name, _)| spec.fields.contains_key(name.as_str()));
            given.filter_map(|(_, declared)| declared.requires.as_ref()).any(|required| required == field)
        };
        for (field, declared) in kind.fields.iter().filter(|_| !spec.absent.value) {
            if (declared.required || with(field)) && !spec.fields.contains_key(field.as_str()) {
                let message = format!("`{word}` `{name}` has no `{field}`");
                let doc = declared.doc.trim_end_matches('.');
                sink.push(Diagnostic::error("TG0684", name.span, message).hint(format!("`{field}`: {doc}")));
            }
        }
    }

    fn unknown_field(&self, field: &Word) -> Diagnostic {
        let (word, kind) = self.kind;
        let known: Vec<&str> = kind.fields.keys().map(Word::as_str).chain(["absent"]).collect();
        let diagnostic = Diagnostic::error("TG0683", field.span, format!("unknown field `{field}` of `{word}`"));
        match nearest(field, known.iter().copied()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(format!("fields of `{word}`: {}", known.join(", "))),
        }
    }
}
