//! Templates of Secrets to ExternalSecrets, and the table of what the other side must hold.
//!
//! The operator fetches values by name from a store of secrets and writes the Secret; drop-ins are its templates. No value
//! and no key takes part, so a build stays whole without either.
//!
//! Invariant: text of the site is never taken for a template: every `{{` of it is escaped.

use std::collections::BTreeMap;

use super::seal::INPUTS;
use super::store::SiteStore;
use super::template::{Body, SecretTemplate};
use crate::config::file::{Quoting, SecretUse, Syntax};
use crate::emit::Rendered;
use crate::kube::item::{Item, Text};
use crate::kube::secret::SecretPath;
use crate::lower::draft::ItemBuilder;
use crate::lower::object::{PlacedObject, labels, object};
use crate::model::Model;
use crate::origin::{OriginId, OriginTable};
use crate::print::Printed;
use crate::spec::site::{SecretDelivery, SecretKind};

fn delivery<'s>(model: &Model<'s>) -> Option<&'s SecretDelivery> {
    let deliver = model.site.deliver.as_ref()?;
    Some(&deliver.secrets).filter(|secrets| secrets.kind.value == SecretKind::ExternalSecrets)
}

/// The objects with their paths; empty where the site delivers its secrets otherwise.
pub fn objects(model: &Model<'_>, store: &SiteStore, origins: &mut OriginTable) -> Vec<PlacedObject> {
    let Some(delivery) = delivery(model) else { return Vec::new() };
    let draft = ItemBuilder(origins.written(delivery.kind.span));
    let named = ItemBuilder(origins.written(delivery.store().span));
    let tags = store.tags();
    let one = |template: &SecretTemplate| {
        let mut item = object(draft, model, KIND, &template.object, labels(draft, &template.service, None));
        // A changed annotation makes the operator fetch at once, not at its next interval.
        let inputs = template.inputs("external-secrets", &[], &tags);
        if let Some(metadata) = item.get_mut("metadata") {
            metadata.set("annotations", draft.map([(INPUTS, draft.text(inputs))]));
        }
        item.set("spec", spec((draft, named), template, delivery));
        PlacedObject { path: template.path("externalsecret"), item }
    };
    store.templates.iter().map(one).collect()
}

/// Where external-secrets.io served the API as stable: v0.16.
const KIND: (&str, &str) = ("external-secrets.io/v1", "ExternalSecret");

/// A name as a variable of a template: letters, digits and underscores.
fn key_of(name: &SecretPath) -> String {
    let word = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("{}__{}", word(&name.object), word(&name.key))
}

/// `named` is where the store's name was written.
fn spec((draft, named): (ItemBuilder, ItemBuilder), template: &SecretTemplate, delivery: &SecretDelivery) -> Item {
    let reference =
        draft.map([("name", named.text(delivery.store().value.clone())), ("kind", draft.text("ClusterSecretStore"))]);
    let data = template.keys.iter().map(|(key, body)| {
        (Text::Owned(key.clone()), ItemBuilder(template_origin(draft, template)).text(go_template(body)))
    });
    let target_template = draft.map([
        ("engineVersion", draft.text("v2")),
        ("mergePolicy", draft.text("Replace")),
        ("type", draft.text(template.kind)),
        ("data", draft.named(data)),
    ]);
    let target = draft.map([
        ("name", draft.text(template.object.clone())),
        ("creationPolicy", draft.text("Owner")),
        // What the pods run on is not taken away because an entry of the store was.
        ("deletionPolicy", draft.text("Retain")),
        ("template", target_template),
    ]);
    let folder = delivery.path().value.trim_matches('/');
    let one = |name: SecretPath| {
        let remote = draft.map([
            ("key", draft.text(format!("{folder}/{}", name.object))),
            ("property", draft.text(name.key.clone())),
            // The operator's webhook fills these in; without them the object would always differ from Git.
            ("conversionStrategy", draft.text("Default")),
            ("decodingStrategy", draft.text("None")),
            ("metadataPolicy", draft.text("None")),
        ]);
        draft.map([("secretKey", draft.text(key_of(&name))), ("remoteRef", remote)])
    };
    draft.map([
        ("refreshInterval", draft.text("1h")),
        ("secretStoreRef", reference),
        ("target", target),
        ("data", draft.list(template.names().into_iter().map(one).collect())),
    ])
}

fn template_origin(draft: ItemBuilder, template: &SecretTemplate) -> OriginId {
    if template.origin == OriginId::BUILTIN { draft.0 } else { template.origin }
}

/// A body as a template of the operator: Go's text/template with the functions of sprig.
fn go_template(body: &Body) -> String {
    let syntax = match body {
        Body::Value(_) | Body::Line(_) | Body::Followed(..) | Body::Public(_) => None,
        Body::File(syntax, _) => Some(*syntax),
    };
    // Marks stand for the values until the text around them is escaped.
    let mark = |secret: &SecretUse| {
        let url = if secret.quoting == Quoting::Url { "u" } else { "f" };
        Some(format!("\u{E000}{url}{}\u{E001}", key_of(&secret.id.path())))
    };
    let text = body.text(&mark).unwrap_or_default().replace("{{", "{{ \"{{\" }}");
    text.split_inclusive('\n').map(|line| quoted(line, syntax)).collect()
}

/// A line with its marks replaced, in quotes where a value in it makes the format's reader ask for them (config/quote.rs).
fn quoted(line: &str, syntax: Option<Syntax>) -> String {
    let filled = filled(line, syntax);
    let Some((option, value)) = line.trim_end_matches('\n').split_once(" = ") else { return filled };
    let keys: Vec<&str> = value.split("\u{E000}f").skip(1).filter_map(|part| part.split('\u{E001}').next()).collect();
    let marks = match (syntax, keys.as_slice()) {
        (Some(Syntax::MyCnf), [_, ..]) if !value.starts_with('"') => {
            let one = |key: &&str| format!(r#" (regexMatch "[#\\\\\"']" .{key})"#);
            let risky: String = keys.iter().map(one).collect();
            format!("{{{{ if or false{risky} }}}}\"{{{{ end }}}}")
        }
        // One pair of quotes around a value is the reader's: another pair is put around them.
        (Some(Syntax::Oslo), [key]) if value == format!("\u{E000}f{key}\u{E001}") => {
            let edges = |mark: &str| format!("and (hasPrefix {mark} .{key}) (hasSuffix {mark} .{key})");
            format!("{{{{ if {} }}}}'{{{{ else if {} }}}}\"{{{{ end }}}}", edges("\"\\\"\""), edges("\"'\""))
        }
        _ => return filled,
    };
    let begin = option.len() + " = ".len();
    let (begin, rest) = filled.split_at_checked(begin).unwrap_or((&filled, ""));
    format!("{begin}{marks}{}{marks}\n", rest.trim_end_matches('\n'))
}

fn filled(line: &str, syntax: Option<Syntax>) -> String {
    let mut whole = String::with_capacity(line.len());
    for part in line.split('\u{E000}') {
        match part.split_once('\u{E001}') {
            Some((name, rest)) => {
                whole.push_str(&pipe(name, syntax));
                whole.push_str(rest);
            }
            None => whole.push_str(part),
        }
    }
    whole
}

fn pipe(name: &str, syntax: Option<Syntax>) -> String {
    let (url, key) = name.split_at_checked(1).unwrap_or(("f", name));
    let mut pipe = format!("{{{{ .{key}");
    if url == "u" {
        // Go writes a space as `+`, which is one in a query only; nothing is left that a format would quote.
        pipe.push_str(" | urlquery | replace \"+\" \"%20\"");
    } else if syntax == Some(Syntax::Oslo) {
        // As config/quote.rs does: a dollar is doubled, one behind a backslash gets another backslash.
        pipe.push_str(r#" | replace "$" "$$" | replace "\\$$" "\\\\$""#);
    } else if syntax == Some(Syntax::MyCnf) {
        // Only between quotes, where these two need it.
        pipe.push_str(r#" | replace "\\" "\\\\" | replace "\"" "\\\"""#);
    }
    pipe.push_str(" }}");
    pipe
}

/// What the store of secrets must hold: entry, property, kind, users.
pub fn table(model: &Model<'_>, store: &SiteStore) -> Option<Rendered> {
    let delivery = delivery(model).filter(|_| !store.templates.is_empty())?;
    let folder = delivery.path().value.trim_matches('/');
    let shown: BTreeMap<SecretPath, ()> =
        store.templates.iter().flat_map(SecretTemplate::names).map(|name| (name, ())).collect();
    let mut printed = Printed::default();
    for name in shown.keys() {
        let need = store.needs.get(name);
        let kind = need.map_or("password", |need| need.kind.as_str());
        let users = need.map(|need| need.users.iter().cloned().collect::<Vec<_>>().join(",")).unwrap_or_default();
        printed.text.push_str(&format!("{folder}/{} {} {kind} {users}\n", name.object, name.key));
        printed.lines.push(OriginId::BUILTIN);
    }
    Some(Rendered { path: "delivery/external-secrets".to_owned(), printed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::{ConfigOption, Line, Part, Section};
    use crate::kube::secret::SecretId;

    #[test]
    fn text_of_the_site_is_not_a_template() {
        let (service, secret, key) = ("a".to_owned(), "b".to_owned(), "c.d".to_owned());
        let secret = SecretUse { id: SecretId::Declared { service, secret, key }, quoting: Quoting::Format };
        let parts = vec![Part::Public("{{ .x }} ".to_owned()), Part::Secret(secret)];
        let option = ConfigOption::new("o", None, vec![(Line { parts }, OriginId::BUILTIN)]);
        let sections = vec![Section { name: "s".to_owned(), options: vec![option] }];
        let text = go_template(&Body::File(Syntax::Ini, sections));
        assert_eq!(text, "[s]\no = {{ \"{{\" }} .x }} {{ .a_b__c_d }}\n");
    }

    #[test]
    fn a_value_is_quoted_where_its_reader_asks_for_it() {
        let id = SecretId::declared("a", "b", "password");
        let secret = SecretUse { id, quoting: Quoting::Format };
        let values = vec![(Line { parts: vec![Part::Secret(secret)] }, OriginId::BUILTIN)];
        let option = ConfigOption::new("o", None, values);
        let sections = vec![Section { name: "s".to_owned(), options: vec![option] }];
        let text = |syntax: Syntax| go_template(&Body::File(syntax, sections.clone()));
        let mark = r#"{{ if or false (regexMatch "[#\\\\\"']" .a_b__password) }}"{{ end }}"#;
        let value = r#"{{ .a_b__password | replace "\\" "\\\\" | replace "\"" "\\\"" }}"#;
        assert_eq!(text(Syntax::MyCnf), format!("[s]\no = {mark}{value}{mark}\n"));
        assert!(
            text(Syntax::Oslo).contains(r#"if and (hasPrefix "\"" .a_b__password) (hasSuffix "\"" .a_b__password)"#)
        );
    }
}
