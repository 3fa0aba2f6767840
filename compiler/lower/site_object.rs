//! Objects of a site's own: raw, with references, in the site's namespace unless they say that they belong to the cluster.
//!
//! Invariant: a secret of one stands in a Secret, whose values the password store fills; no other object shows one.

use crate::catalog::expr::{Branch, Expr, Kind, Literal, Tree};
use crate::catalog::overlay::SiteObject;
use crate::config::file::Line;
use crate::diag::{Diagnostic, Sink, unknown};
use crate::kube::item::{Item, Text, Value};
use crate::lower::draft::ItemBuilder;
use crate::lower::expose::{BASE_UNIT, DEFINITIONS_UNIT};
use crate::lower::lowering::Lowering;
use crate::lower::mark::{Marks, Own};
use crate::lower::object::{Object, labels};
use crate::model::{Evaluated, Model};
use crate::origin::OriginId;
use crate::resolve::reference::{Context, evaluate, public_text};
use crate::span::Span;
use crate::tree::word::{Traced, Word};

/// A Secret of the site's own, without values.
#[derive(Debug, Clone)]
pub struct OwnSecret {
    /// Its name.
    pub name: String,
    /// The delivery unit.
    pub unit: String,
    /// Its type.
    pub kind: &'static str,
    /// What its keys hold.
    pub keys: Vec<(String, Line)>,
    /// Where it comes from.
    pub origin: OriginId,
    /// Where it is written.
    pub span: Span,
    /// The places that its values come from.
    pub from: Vec<Span>,
}

/// Types of Secrets (https://kubernetes.io/docs/concepts/configuration/secret/#secret-types), those of tokens apart.
const TYPES: [&str; 6] = [
    "Opaque",
    "kubernetes.io/basic-auth",
    "kubernetes.io/dockercfg",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/ssh-auth",
    "kubernetes.io/tls",
];

/// The kind of definitions of kinds (CRDs).
const DEFINITION: &str = "CustomResourceDefinition";

/// Lowers the objects of the site's own.
pub fn objects(lowering: &mut Lowering<'_, '_>) -> (Vec<Object>, Vec<OwnSecret>) {
    let (mut objects, mut secrets) = (Vec::new(), Vec::new());
    let site = lowering.model.site;
    for said in site.objects.values() {
        let Some(unit) = unit(lowering.model, said, &mut lowering.sink) else { continue };
        let none = Vec::new();
        let trees: Vec<&Tree> = match (&said.source, &said.content) {
            (Some(path), None) => site.sources.objects.get(path.as_str()).unwrap_or(&none).iter().collect(),
            (None, Some(tree)) => vec![tree],
            (source, _) => {
                let found = if source.is_some() { "both" } else { "neither" };
                let message = format!("object `{}` has {found}, expected one of `source` and `content`", said.name);
                let hint = "content { apiVersion v1; kind ConfigMap; metadata { name motd }; data { motd \"hello\" } }";
                lowering.sink.push(Diagnostic::error("TG0456", said.name.span, message).hint(hint));
                continue;
            }
        };
        for tree in trees {
            let Some(identity) = identity(said, tree, &mut lowering.sink) else { continue };
            match identity.kind.as_str() {
                "Secret" => secrets.extend(secret(lowering, (&unit, tree), &identity)),
                DEFINITION if said.unit.is_none() => {
                    objects.push(object(lowering, (said, DEFINITIONS_UNIT, tree), &identity));
                }
                _ => objects.push(object(lowering, (said, &unit, tree), &identity)),
            }
        }
    }
    (objects, secrets)
}

/// The delivery unit: one that the site has.
fn unit(model: &Model<'_>, said: &SiteObject, sink: &mut Sink) -> Option<String> {
    let Some(word) = &said.unit else { return Some(BASE_UNIT.to_owned()) };
    let of_services = model.services.iter().map(|service| service.unit());
    let known: std::collections::BTreeSet<&str> =
        of_services.chain(model.workloads.iter().map(|workload| workload.unit.as_str())).chain([BASE_UNIT]).collect();
    if !known.contains(word.as_str()) {
        sink.push(unknown("TG0460", "delivery unit", word, word.span, known));
        return None;
    }
    Some(word.value.clone())
}

/// What an object is.
struct Identity {
    kind: Word,
    name: Word,
}

/// Kind and name; a diagnostic where the object lacks what every object has.
fn identity(said: &SiteObject, tree: &Tree, sink: &mut Sink) -> Option<Identity> {
    let place = if tree.span.file == said.name.span.file { said.name.span } else { tree.span };
    let text = |path: &[&str]| {
        let found = path.iter().try_fold(tree, |tree, key| tree.as_map()?.get(*key));
        found.and_then(|tree| Some(Word::new(tree.literal()?, tree.span)))
    };
    let parts = [
        ("apiVersion", text(&["apiVersion"])),
        ("kind", text(&["kind"])),
        ("metadata.name", text(&["metadata", "name"])),
    ];
    let missing: Vec<&str> = parts.iter().filter(|(_, found)| found.is_none()).map(|(what, _)| *what).collect();
    if !missing.is_empty() {
        let message = format!("object `{}` lacks `{}`", said.name, missing.join("`, `"));
        sink.push(
            Diagnostic::error("TG0456", place, message)
                .hint("every object has `apiVersion`, `kind` and `metadata.name`, as texts"),
        );
        return None;
    }
    let [_, (_, kind), (_, name)] = parts;
    Some(Identity { kind: kind?, name: name? })
}

fn object(
    lowering: &mut Lowering<'_, '_>,
    (said, unit, tree): (&SiteObject, &str, &Tree),
    identity: &Identity,
) -> Object {
    let mut item = item(lowering, tree);
    let draft = lowering.draft(identity.name.span);
    let is_of_cluster = Traced::holds(said.cluster_scoped.as_ref());
    let site = lowering.model.site;
    if let Some(metadata) = item.get_mut("metadata") {
        match metadata.get("namespace").map(|item| (item.text().unwrap_or_default().to_owned(), item.origin)) {
            None if !is_of_cluster => {
                metadata.set("namespace", draft.text(site.namespace.value.clone()));
            }
            Some((other, _)) if other != site.namespace.value && !is_of_cluster => {
                let message = format!(
                    "object `{}` is of namespace `{other}`, and the site is delivered to `{}`",
                    said.name, site.namespace.value
                );
                let span = written(tree, &["metadata", "namespace"]).unwrap_or(identity.name.span);
                lowering.sink.push(Diagnostic::error("TG0458", span, message).hint("leave `namespace` out"));
            }
            _ => {}
        }
        let mut all = labels(draft, &said.name.value, None);
        if let Some(Item { value: Value::Map(own), .. }) = metadata.get("labels") {
            own.iter().for_each(|(key, item)| all.set(key.clone(), item.clone()));
        }
        metadata.set("labels", all);
    }
    let own = Some(Own {
        span: identity.name.span,
        is_of_cluster,
        scoped: said.cluster_scoped.as_ref().map(|flag| flag.span),
    });
    // With a definition go all objects of its kind, whoever made them.
    let keep = (identity.kind.as_str() == DEFINITION).then_some(draft.0);
    Object { marks: Marks { own, keep, ..Marks::default() }, ..Object::new(unit, item) }
}

/// Where the entry at the end of a path is written.
fn written(tree: &Tree, path: &[&str]) -> Option<Span> {
    path.iter().try_fold(tree, |tree, key| tree.as_map()?.get(*key)).map(|tree| tree.span)
}

/// A tree as an item; references are put in.
fn item(lowering: &mut Lowering<'_, '_>, tree: &Tree) -> Item {
    let draft = lowering.draft(tree.span);
    match &tree.branch {
        Branch::Unset => Item { origin: draft.0, value: Value::Null },
        Branch::List(items) => draft.list(items.iter().map(|tree| item(lowering, tree)).collect()),
        Branch::Map(map) => {
            let entries: Vec<(Text, Item)> =
                map.iter().map(|(key, tree)| (Text::Owned(key.value.clone()), item(lowering, tree))).collect();
            draft.named(entries)
        }
        Branch::One(value) => scalar(lowering, draft, value),
    }
}

fn scalar(lowering: &mut Lowering<'_, '_>, draft: ItemBuilder, value: &Expr) -> Item {
    match &value.kind {
        Kind::Literal(Literal::Bool(flag)) => draft.flag(*flag),
        Kind::Literal(Literal::Integer(number)) => draft.integer(*number),
        Kind::Literal(Literal::Decimal(text)) => Item { origin: draft.0, value: Value::Decimal(text.clone()) },
        Kind::Literal(Literal::Text(text)) => draft.text(text.clone()),
        Kind::Reference(_) | Kind::Text(_) => {
            let Some(service) = lowering.model.services.first() else { return draft.text("") };
            let (text, from) = public_text(lowering.model, Context::of(service), value, &mut lowering.sink);
            Item { origin: lowering.derived("reference", &from), value: Text::Owned(text).into() }
        }
    }
}

/// A Secret: its values are references to secrets, which the password store fills in.
fn secret(lowering: &mut Lowering<'_, '_>, (unit, tree): (&str, &Tree), identity: &Identity) -> Option<OwnSecret> {
    let map = tree.as_map()?;
    let name = &identity.name;
    let known = ["apiVersion", "kind", "metadata", "type", "stringData"];
    for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
        let message = format!("Secret `{name}` has `{key}`, expected values in `stringData` alone");
        let hint = "stringData { password (secret)\"NAME\" }: the value is kept in the password store";
        lowering.sink.push(Diagnostic::error("TG0459", key.span, message).hint(hint));
    }
    for key in map.get("metadata").and_then(Tree::as_map).into_iter().flat_map(|map| map.keys()) {
        if !["name", "namespace"].contains(&key.as_str()) {
            let message = format!("Secret `{name}` has `metadata.{key}`, expected its name alone");
            lowering
                .sink
                .push(Diagnostic::error("TG0459", key.span, message).hint(format!("patch Secret {name} {{ ... }}")));
        }
    }
    let kind = match map.get("type") {
        None => TYPES.first().copied(),
        Some(tree) => {
            let word = Word::new(tree.literal().unwrap_or_default(), tree.span);
            let found = TYPES.into_iter().find(|known| word.value == *known);
            if found.is_none() {
                lowering.sink.push(unknown("TG0459", "type of a Secret", &word, word.span, TYPES));
            }
            found
        }
    };
    let (mut keys, mut from) = (Vec::new(), Vec::new());
    for (key, tree) in map.get("stringData").and_then(Tree::as_map).into_iter().flatten() {
        if let Some(evaluated) = value(lowering, (name, key), tree) {
            keys.push((key.value.clone(), evaluated.line));
            from.extend(evaluated.from);
        }
    }
    let said = ["stringData", "data"].iter().filter_map(|key| map.get(*key)?.as_map());
    if said.map(|map| map.len()).sum::<usize>() == 0 {
        let message = format!("Secret `{name}` has no value, expected some in `stringData`");
        lowering
            .sink
            .push(Diagnostic::error("TG0459", name.span, message).hint("stringData { password (secret)\"NAME\" }"));
    }
    let origin = lowering.draft(name.span).0;
    Some(OwnSecret {
        name: name.value.clone(),
        unit: unit.to_owned(),
        kind: kind?,
        keys,
        origin,
        span: name.span,
        from,
    })
}

/// The value of a key; one that shows no secret is a diagnostic.
fn value(lowering: &mut Lowering<'_, '_>, (name, key): (&Word, &Word), tree: &Tree) -> Option<Evaluated> {
    let Branch::One(value) = &tree.branch else {
        let message = format!("`{key}` of Secret `{name}` is not a text");
        lowering.sink.push(Diagnostic::error("TG0459", tree.span, message));
        return None;
    };
    if !value.is_secret() {
        let message = format!("`{key}` of Secret `{name}` stands in plain text, expected a reference to a secret");
        let hint = format!(
            "`secret {key} kind=password` in the site, and (secret)\"{key}\" here; what is no secret belongs in a ConfigMap"
        );
        lowering.sink.push(Diagnostic::error("TG0459", tree.span, message).hint(hint));
        return None;
    }
    let service = lowering.model.services.first()?;
    Some(evaluate(lowering.model, Context::of(service), value, &mut lowering.sink))
}
