//! Names of objects that two declarations make.
//!
//! Invariant: a name is compared with names of objects of its own kind only.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::service::{Bounds, Condition, Format, Question, Service};
use crate::catalog::target::TargetKind;
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;
use crate::tree::word::Word;

/// Kind and name of an object, what declares it, and where.
struct Claim<'c> {
    kind: &'static str,
    name: String,
    /// How a message names what makes it.
    what: String,
    span: Span,
    bounds: Vec<&'c Bounds>,
}

/// Tells of objects that two declarations make: one would replace the other.
pub(super) fn clashes(catalog: &Catalog, sink: &mut Sink) {
    let mut owned: BTreeMap<(&str, String), Vec<Claim<'_>>> = BTreeMap::new();
    for claim in catalog.services.values().flat_map(claims) {
        let others = owned.entry((claim.kind, claim.name.clone())).or_default();
        if let Some(other) = others.iter().find(|other| !apart(&claim, other)) {
            let message =
                format!("{} makes the {} `{}`, which {} makes too", claim.what, claim.kind, claim.name, other.what);
            sink.push(Diagnostic::error("TG0625", claim.span, message).also(other.span, "the other one"));
        }
        others.push(claim);
    }
}

/// Are the two never there together?
fn apart(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    one.bounds.iter().any(|one| other.bounds.iter().any(|other| exclude(one, other)))
}

fn exclude(one: &Bounds, other: &Bounds) -> bool {
    let before = |one: &Bounds, other: &Bounds| {
        one.until.as_ref().zip(other.since.as_ref()).is_some_and(|(until, since)| until.index < since.index)
    };
    before(one, other)
        || before(other, one)
        || one.when.0.iter().any(|one| other.when.0.iter().any(|other| contradict(one, other)))
}

fn contradict(one: &Condition, other: &Condition) -> bool {
    match (&one.question, &other.question) {
        (Question::Setting(a, first), Question::Setting(b, second)) if a == b => {
            if one.negated == other.negated {
                !one.negated && first != second
            } else {
                first == second
            }
        }
        (Question::Target(a), Question::Target(b)) => (a == b) == (one.negated != other.negated),
        // A site has one distribution, or none.
        (Question::Distribution(a), Question::Distribution(b)) if a != b => !one.negated && !other.negated,
        (Question::Site(a), Question::Site(b)) => a == b && one.negated != other.negated,
        (Question::Distribution(_), Question::Distribution(_)) => one.negated != other.negated,
        (Question::Distribution(_), Question::Target(TargetKind::Kubernetes))
        | (Question::Target(TargetKind::Kubernetes), Question::Distribution(_)) => !one.negated && !other.negated,
        (Question::Service(a), Question::Service(b))
        | (Question::Tls(a), Question::Tls(b))
        | (Question::BackEnd(a), Question::BackEnd(b))
        | (Question::File(a), Question::File(b)) => a == b && one.negated != other.negated,
        _ => false,
    }
}

fn claims<'s>(service: &'s Service) -> Vec<Claim<'s>> {
    let owner = &service.name;
    let mut claims = Vec::new();
    let mut claim_of = |object: (&'static str, String), what: &str, word: &Word, bounds: &[&'s Bounds]| {
        let what = format!("{what} `{word}` of service `{owner}`");
        let (kind, name) = object;
        let bounds = std::iter::once(&service.bounds).chain(bounds.iter().copied()).collect();
        claims.push(Claim { kind, name, what, span: word.span, bounds });
    };
    for (id, component) in &service.components {
        let bounds = &component.pod.main.bounds;
        for (name, object) in &component.services {
            let what = "the Service of a component";
            claim_of(("Service", name.to_string()), what, name, &[bounds, &object.bounds]);
        }
        claim_of(("workload", component.object.clone()), "component", id, &[bounds]);
    }
    let mut claim = |object: (&'static str, String), what: &str, word: &Word, bounds| {
        claim_of(object, what, word, &[bounds]);
    };
    for (name, secret) in &service.secrets {
        claim(("Secret", format!("{owner}-{name}")), "secret", name, &secret.bounds);
    }
    if let Some((name, database)) = service.databases.first() {
        claim(("Secret", format!("{owner}-database")), "database", name, &database.bounds);
    }
    if let Some(queue) = &service.queue {
        claim(("Secret", format!("{owner}-queue")), "the account of queue", &queue.vhost, &service.bounds);
    }
    if let Some((user, identity)) = service.identities.first() {
        claim(("Secret", format!("{owner}-identity")), "identity user", user, &identity.bounds);
    }
    for (name, file) in &service.files {
        if matches!(file.format, Format::Oslo | Format::MyCnf) {
            let stem = name.replace(['.', '_'], "-");
            let object = if stem.starts_with(owner.as_str()) { stem } else { format!("{owner}-{stem}") };
            claim(("Secret", object), "the drop-in of file", name, &file.bounds);
        }
    }
    for (kind, resource) in &service.resources {
        claim(("kind of resource", kind.to_string()), "resource", kind, &resource.bounds);
    }
    for key in service.images.keys() {
        claim(("image key", key.to_string()), "image", key, &service.bounds);
    }
    for (id, job) in &service.jobs {
        claim(("workload", format!("{owner}-{id}")), "job", id, &job.pod.main.bounds);
    }
    claims
}
