//! The Kubernetes Secrets that a site's pods read, without values: whole values, and drop-ins of config files.
//!
//! Invariant: a template says which names it shows and holds no value.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::need::{Need, is_public};
use super::value::SecretValue;
use crate::catalog::target::TargetKind;
use crate::config::file::{Content, Line, Part, Quoting, SecretUse, Section, Syntax};
use crate::config::quote::check_value;
use crate::kube::secret::{OWN_TRUST, PublicPart, SecretId, SecretObject, SecretPath, SecretRead};
use crate::link::digest::hex;
use crate::link::{Linked, LinkedFile, Tags};
use crate::lower::config::DROP_IN;
use crate::lower::expose::BASE_UNIT;
use crate::model::Model;
use crate::origin::OriginId;
use crate::print;

/// The service that Secrets of a site's own stand under.
const OWN: &str = "site";

/// The type of a Secret of any keys.
pub const OPAQUE: &str = "Opaque";

/// A Secret whose values are not filled in.
#[derive(Debug, Clone)]
pub struct SecretTemplate {
    /// Its name.
    pub object: String,
    /// The service that it belongs to.
    pub service: String,
    /// The folder of the object below `output/<site>/`.
    pub folder: String,
    /// The namespace.
    pub namespace: String,
    /// Its type.
    pub kind: &'static str,
    /// Its keys.
    pub keys: Vec<(String, Body)>,
    /// Where it comes from.
    pub origin: OriginId,
}

/// What a key of a Secret holds.
#[derive(Debug, Clone)]
pub enum Body {
    /// A value as it is.
    Value(SecretId),
    /// A text with values in it.
    Line(Line),
    /// A value, and a public text behind it.
    Followed(SecretId, String),
    /// A public text.
    Public(String),
    /// A config file with values in it.
    File(Syntax, Vec<Section>),
}

/// The Secrets of a site: those that are mounted, and the drop-ins of config files.
pub fn templates(model: &Model<'_>, linked: &Linked, needs: &BTreeMap<SecretPath, Need>) -> Vec<SecretTemplate> {
    let namespace = model.site.namespace.value.clone();
    let mut templates: BTreeMap<String, SecretTemplate> = BTreeMap::new();
    let objects = linked.reads.keys().filter_map(|read| match read {
        SecretRead::Object(object) => Some(object),
        SecretRead::Value(_) => None,
    });
    let mounted: BTreeSet<&SecretObject> = objects.collect();
    for need in needs.values().filter(|need| mounted.contains(&need.id.object())) {
        let object = need.id.object().name();
        let template = templates.entry(object.clone()).or_insert_with(|| SecretTemplate {
            object,
            service: need.service.clone(),
            folder: folder(model, &unit(model, &need.service)),
            namespace: namespace.clone(),
            kind: OPAQUE,
            keys: Vec::new(),
            origin: OriginId::BUILTIN,
        });
        template.keys.push((need.id.key(), body(model, &need.id)));
        // Who takes certificates of the site's own authority alone reads them apart from those of others.
        if need.id == SecretId::Trust && !model.site.authorities.text.is_empty() {
            template.keys.push((OWN_TRUST.to_owned(), Body::Value(need.id.clone())));
        }
    }
    if model.site.certificates.is_some() && mounted.contains(&SecretObject::Trust) {
        let object = SecretObject::Trust.name();
        let text = Body::Public(model.site.authorities.text.clone());
        templates.entry(object.clone()).or_insert_with(|| SecretTemplate {
            object,
            service: OWN.to_owned(),
            folder: folder(model, BASE_UNIT),
            namespace: namespace.clone(),
            kind: OPAQUE,
            keys: vec![(SecretId::Trust.key(), text)],
            origin: OriginId::BUILTIN,
        });
    }
    for linked in linked.files.iter().filter(|linked| linked.drop_in.is_some()) {
        let file = &linked.file;
        let object = file.secret_object.name();
        templates.entry(object.clone()).or_insert_with(|| SecretTemplate {
            object,
            service: file.service.clone(),
            folder: folder(model, &unit(model, &file.service)),
            namespace: namespace.clone(),
            kind: OPAQUE,
            keys: vec![(DROP_IN.to_owned(), drop_in(linked))],
            origin: file.origin,
        });
    }
    templates.extend(linked.secrets.iter().map(|secret| {
        let keys = secret.keys.iter().map(|(key, line)| (key.clone(), Body::Line(line.clone()))).collect();
        let (object, folder) = (secret.name.clone(), folder(model, &secret.unit));
        let (kind, origin, service) = (secret.kind, secret.origin, OWN.to_owned());
        (object.clone(), SecretTemplate { object, service, folder, namespace: namespace.clone(), kind, keys, origin })
    }));
    templates.into_values().collect()
}

/// What a key holds: the trust has the site's further authorities behind its own.
fn body(model: &Model<'_>, id: &SecretId) -> Body {
    let text = &model.site.authorities.text;
    match id {
        SecretId::Trust if !text.is_empty() => Body::Followed(id.clone(), text.clone()),
        _ => Body::Value(id.clone()),
    }
}

/// The certificate of the public endpoints, where a store holds all of it: one that comes from elsewhere is left alone.
pub fn public(
    model: &Model<'_>,
    needs: &BTreeMap<SecretPath, Need>,
    is_held: &dyn Fn(&SecretPath) -> bool,
) -> Option<SecretTemplate> {
    let parts: Vec<&Need> = needs.values().filter(|need| is_public(&need.kind)).collect();
    let from_file = Some(&model.site.public_certificate.text).filter(|text| !text.is_empty());
    let is_whole = || parts.iter().all(|need| is_held(&need.id.path()));
    let first = parts.first().filter(|_| from_file.is_some() || is_whole())?;
    let public = from_file.map(|text| (PublicPart::Certificate.key().to_owned(), Body::Public(text.clone())));
    let secret = parts.iter().map(|need| (need.id.key(), Body::Value(need.id.clone())));
    Some(SecretTemplate {
        object: first.id.object().name(),
        service: first.service.clone(),
        folder: folder(model, BASE_UNIT),
        namespace: model.site.namespace.value.clone(),
        kind: "kubernetes.io/tls",
        keys: public.into_iter().chain(secret).collect(),
        origin: OriginId::BUILTIN,
    })
}

/// Where objects of a delivery unit stand; hosts have no units.
fn folder(model: &Model<'_>, unit: &str) -> String {
    match model.target() {
        TargetKind::Kubernetes => format!("kubernetes/{unit}"),
        TargetKind::Hosts => "sealed".to_owned(),
    }
}

fn unit(model: &Model<'_>, service: &str) -> String {
    let known = model.service(service).filter(|_| !model.is_elsewhere(service));
    let unit = known.map(|service| service.unit().to_owned());
    unit.unwrap_or_else(|| if model.is_elsewhere(service) { BASE_UNIT } else { service }.to_owned())
}

fn drop_in(linked: &LinkedFile) -> Body {
    let syntax = match &linked.file.public {
        Content::Sections(syntax, _) => *syntax,
        _ => Syntax::Oslo,
    };
    Body::File(syntax, linked.file.secret.clone())
}

impl SecretTemplate {
    /// The path of the object below `output/<site>/`; `kind` is that of the object.
    pub fn path(&self, kind: &str) -> String {
        format!("{}/{kind}-{}.yaml", self.folder, self.object)
    }

    /// The names that it shows.
    pub fn names(&self) -> BTreeSet<SecretPath> {
        let mut names = BTreeSet::new();
        for (_, body) in &self.keys {
            match body {
                Body::Value(id) | Body::Followed(id, _) => drop(names.insert(id.path())),
                Body::Public(_) => {}
                Body::Line(line) => names.extend(secrets(line).map(|secret| secret.id.path())),
                Body::File(_, sections) => names.extend(uses(sections).map(|secret| secret.id.path())),
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
            add(&body.text(&|secret| Some(secret.id.mask())).unwrap_or_default());
        }
        for name in self.names() {
            add(&name.to_string());
            add(tags.get(&name).map_or("", String::as_str));
        }
        hex(&digest.finalize())
    }

    /// Its keys and what they hold. The name of a value that is not there, or that the format cannot hold, where one is.
    pub fn fill<'v>(
        &self,
        value: &dyn Fn(&SecretPath) -> Option<&'v SecretValue>,
    ) -> Result<Vec<(String, SecretValue)>, SecretPath> {
        let mut filled = Vec::new();
        for (key, body) in &self.keys {
            for name in self.names() {
                let fits = |text: &str| match body {
                    Body::Value(_) | Body::Line(_) | Body::Followed(..) | Body::Public(_) => true,
                    Body::File(syntax, _) => check_value(*syntax, text).is_ok(),
                };
                if !value(&name).is_some_and(|value| fits(value.reveal())) {
                    return Err(name);
                }
            }
            let reveal = |secret: &SecretUse| {
                let text = value(&secret.id.path())?.reveal();
                Some(if secret.quoting == Quoting::Url { percent(text) } else { text.to_owned() })
            };
            filled.push((key.clone(), SecretValue::new(body.text(&reveal).unwrap_or_default())));
        }
        Ok(filled)
    }
}

fn uses(sections: &[Section]) -> impl Iterator<Item = &SecretUse> {
    let values = sections.iter().flat_map(|section| &section.options).flat_map(|option| &option.values);
    values.flat_map(|(line, _)| secrets(line))
}

fn secrets(line: &Line) -> impl Iterator<Item = &SecretUse> {
    line.parts.iter().filter_map(|part| match part {
        Part::Secret(secret) => Some(secret),
        Part::Public(_) => None,
    })
}

impl Body {
    /// Its text with something put in for each secret.
    pub fn text(&self, put: &dyn Fn(&SecretUse) -> Option<String>) -> Option<String> {
        match self {
            Body::Value(id) => put(&SecretUse { id: id.clone(), quoting: Quoting::Format }),
            Body::Line(line) => {
                let reveal = |part: &Part| match part {
                    Part::Public(text) => Some(text.clone()),
                    Part::Secret(secret) => put(secret),
                };
                line.parts.iter().map(reveal).collect()
            }
            Body::Public(text) => Some(text.clone()),
            Body::Followed(id, text) => {
                let value = put(&SecretUse { id: id.clone(), quoting: Quoting::Format })?;
                Some(format!("{value}\n{text}"))
            }
            Body::File(syntax, sections) => {
                let reveal = |secret: &SecretUse| put(secret).unwrap_or_default();
                Some(print::config::print(*syntax, sections, &reveal).text)
            }
        }
    }
}

/// The text inside a URL: all but unreserved characters percent-encoded (RFC 3986, section 2.3).
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
