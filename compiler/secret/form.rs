//! The Kubernetes Secrets that a site's pods read, values left open: whole values, and drop-ins of config files.
//!
//! Invariant: a form says which names it shows and holds no value.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::Name;
use super::need::Need;
use super::value::SecretValue;
use crate::config::file::{Content, Part, Quoting, SecretUse, Section, Syntax};
use crate::config::quote::check_value;
use crate::emit;
use crate::link::digest::hex;
use crate::link::{Linked, LinkedFile, Tags};
use crate::lower::config::DROP_IN;
use crate::model::Model;
use crate::origin::OriginId;

/// A Secret to be.
#[derive(Debug, Clone)]
pub struct Form {
    /// Its name.
    pub object: String,
    /// The service that it belongs to.
    pub service: String,
    /// The delivery unit.
    pub unit: String,
    /// The namespace.
    pub namespace: String,
    /// Its keys.
    pub keys: Vec<(String, Body)>,
    /// Where it comes from.
    pub origin: OriginId,
}

/// What a key of a Secret holds.
#[derive(Debug, Clone)]
pub enum Body {
    /// A value as it is.
    Value(Name),
    /// A config file with values in it.
    File(Syntax, Vec<Section>),
}

/// The Secrets of a site: those that are mounted, and the drop-ins of config files.
pub fn forms(model: &Model<'_>, linked: &Linked, needs: &BTreeMap<Name, Need>) -> Vec<Form> {
    let namespace = model.site.namespace.value.clone();
    let mut forms: BTreeMap<String, Form> = BTreeMap::new();
    let mounted: BTreeSet<&str> =
        linked.secrets.keys().filter(|(_, key)| key == "*").map(|(object, _)| object.as_str()).collect();
    for (name, need) in needs.iter().filter(|(name, _)| mounted.contains(name.object.as_str())) {
        let form = forms.entry(name.object.clone()).or_insert_with(|| Form {
            object: name.object.clone(),
            service: need.service.clone(),
            unit: unit(model, &need.service),
            namespace: namespace.clone(),
            keys: Vec::new(),
            origin: OriginId::BUILTIN,
        });
        form.keys.push((name.key.clone(), Body::Value(name.clone())));
    }
    for linked in linked.files.iter().filter(|linked| linked.drop_in.is_some()) {
        let file = &linked.file;
        forms.entry(file.secret_object.clone()).or_insert_with(|| Form {
            object: file.secret_object.clone(),
            service: file.service.clone(),
            unit: unit(model, &file.service),
            namespace: namespace.clone(),
            keys: vec![(DROP_IN.to_owned(), drop_in(linked))],
            origin: file.origin,
        });
    }
    forms.into_values().collect()
}

fn unit(model: &Model<'_>, service: &str) -> String {
    model.service(service).map_or_else(|| service.to_owned(), |service| service.unit().to_owned())
}

fn drop_in(linked: &LinkedFile) -> Body {
    let syntax = match &linked.file.public {
        Content::Sections(syntax, _) => *syntax,
        _ => Syntax::Oslo,
    };
    Body::File(syntax, linked.file.secret.clone())
}

impl Form {
    /// The path of the object below `output/<site>/`; `kind` is that of the object.
    pub fn path(&self, kind: &str) -> String {
        format!("kubernetes/{}/{kind}-{}.yaml", self.unit, self.object)
    }

    /// The names that it shows.
    pub fn names(&self) -> BTreeSet<Name> {
        let of = |secret: &SecretUse| Name { object: secret.secret.clone(), key: secret.key.clone() };
        let mut names = BTreeSet::new();
        for (_, body) in &self.keys {
            match body {
                Body::Value(name) => drop(names.insert(name.clone())),
                Body::File(_, sections) => names.extend(uses(sections).map(of)),
            }
        }
        names
    }

    /// A digest of all that decides the sealed object but the random bytes in it: while it stays, so do the bytes.
    pub fn inputs(&self, way: &str, recipients: &[String], tags: &Tags) -> String {
        let mut digest = Sha256::new();
        let mut add = |text: &str| {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        };
        ["taco-gen/sealed/v1", way, &self.namespace, &self.object, &self.service].into_iter().for_each(&mut add);
        recipients.iter().for_each(|recipient| add(recipient));
        for (key, body) in &self.keys {
            add(key);
            add(&body.text(&|secret| Some(format!("<{}/{}>", secret.secret, secret.key))).unwrap_or_default());
        }
        for name in self.names() {
            add(&name.to_string());
            add(tags.get(&(name.object, name.key)).map_or("", String::as_str));
        }
        hex(&digest.finalize())
    }

    /// Its keys and what they hold. The name of a value that is not there, or that the format cannot hold, where one is.
    pub fn fill<'v>(
        &self,
        value: &dyn Fn(&Name) -> Option<&'v SecretValue>,
    ) -> Result<Vec<(String, SecretValue)>, Name> {
        let mut filled = Vec::new();
        for (key, body) in &self.keys {
            for name in self.names() {
                let fits = |text: &str| match body {
                    Body::Value(_) => true,
                    Body::File(syntax, _) => check_value(*syntax, text).is_ok(),
                };
                if !value(&name).is_some_and(|value| fits(value.reveal())) {
                    return Err(name);
                }
            }
            let reveal = |secret: &SecretUse| {
                let name = Name { object: secret.secret.clone(), key: secret.key.clone() };
                let text = value(&name)?.reveal();
                Some(if secret.quoting == Quoting::Url { percent(text) } else { text.to_owned() })
            };
            filled.push((key.clone(), SecretValue::new(body.text(&reveal).unwrap_or_default())));
        }
        Ok(filled)
    }
}

fn uses(sections: &[Section]) -> impl Iterator<Item = &SecretUse> {
    let values = sections.iter().flat_map(|section| &section.options).flat_map(|option| &option.values);
    values.flat_map(|(line, _)| &line.parts).filter_map(|part| match part {
        Part::Secret(secret) => Some(secret),
        Part::Public(_) => None,
    })
}

impl Body {
    /// Its text with something put in for each secret.
    pub fn text(&self, put: &dyn Fn(&SecretUse) -> Option<String>) -> Option<String> {
        match self {
            Body::Value(name) => {
                put(&SecretUse { secret: name.object.clone(), key: name.key.clone(), quoting: Quoting::Format })
            }
            Body::File(syntax, sections) => {
                let reveal = |secret: &SecretUse| put(secret).unwrap_or_default();
                Some(emit::config::print(*syntax, sections, &reveal).text)
            }
        }
    }
}

/// The text inside of a URL: all but unreserved characters percent-encoded (RFC 3986, section 2.3).
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
