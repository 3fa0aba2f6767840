//! Names that two things would share.
//!
//! Invariant: no object of a site replaces another, and no Secret holds the values of two identities under one key.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{Account, AccountProvider, Client, SecretId, SecretObject, SecretPath};
use crate::lower::config::ConfigFile;
use crate::lower::object::Object;
use crate::lower::site_object::OwnSecret;
use crate::model::Model;
use crate::span::Span;

/// Finds objects of one kind and name.
pub fn check_duplicate_objects(objects: &[Object], sink: &mut Sink) {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let (own, others): (Vec<&Object>, Vec<&Object>) = objects.iter().partition(|object| object.marks.own.is_some());
    for object in others.into_iter().chain(own) {
        let is_new = seen.insert((object.kind(), object.name()));
        if let Some(own) = object.marks.own.filter(|_| !is_new) {
            sink.push(taken(own.span, object.kind(), object.name()));
        } else if !is_new {
            let message = format!("two objects are {} `{}`", object.kind(), object.name());
            sink.push(Diagnostic::global("TG0704", message));
        }
    }
}

/// Finds secrets of the site that would share a Kubernetes Secret, or a key in one. `files` are those that pods mount.
pub fn check_duplicate_secrets(model: &Model<'_>, files: &[ConfigFile], sink: &mut Sink) {
    let mut objects: BTreeMap<String, (SecretObject, Span)> = BTreeMap::new();
    let declared = declared(model).into_iter().chain(files.iter().filter_map(|file| drop_in(model, file)));
    for (object, span) in declared.chain(site_wide(model)) {
        let name = object.name();
        match objects.get(&name) {
            // Of two that are declared the catalog's own check tells.
            Some((SecretObject::Declared { .. }, _)) if matches!(object, SecretObject::Declared { .. }) => {}
            Some((other, place)) if *other != object => {
                let message = format!("the Secret `{name}` would be that of {object} and of {other}");
                sink.push(Diagnostic::error("TG0704", span, message).also(*place, "the other one"));
            }
            Some(_) => {}
            None => drop(objects.insert(name, (object, span))),
        }
    }
    let mut keys: BTreeMap<SecretPath, (SecretId, Span)> = BTreeMap::new();
    for (id, span) in users(model) {
        let path = id.path();
        match keys.get(&path) {
            Some((other, place)) if *other != id => {
                let message = format!("`{path}` would be the password of two accounts");
                sink.push(Diagnostic::error("TG0704", span, message).also(*place, "the other one"));
            }
            Some(_) => {}
            None => drop(keys.insert(path, (id, span))),
        }
    }
}

/// An object of the site's own that the site has already.
fn taken(span: Span, kind: &str, name: &str) -> Diagnostic {
    let message = format!("the site has {kind} `{name}` already");
    Diagnostic::error("TG0457", span, message)
        .hint(format!("choose another name, or change the one that is there: `patch {kind} {name} {{ ... }}`"))
}

/// Finds Secrets of the site's own that the site has already.
pub fn check_own_secrets(
    model: &Model<'_>,
    (files, objects, own): (&[ConfigFile], &[Object], &[OwnSecret]),
    sink: &mut Sink,
) {
    let declared = declared(model).into_iter().chain(files.iter().filter_map(|file| drop_in(model, file)));
    let of_site = model.site.secrets.keys().map(|name| SecretObject::OfSite { secret: name.to_string() }.name());
    let made = objects.iter().filter(|object| object.kind() == "Secret").map(|object| object.name().to_owned());
    let declared = declared.chain(site_wide(model)).map(|(object, _)| object.name());
    let mut names: BTreeSet<String> = declared.chain(of_site).chain(made).collect();
    for secret in own {
        if !names.insert(secret.name.clone()) {
            sink.push(taken(secret.span, "Secret", &secret.name));
        }
    }
}

/// What service data declares, with the declaration.
fn declared(model: &Model<'_>) -> Vec<(SecretObject, Span)> {
    let mut found = Vec::new();
    for service in &model.services {
        let held = service.secrets.iter().filter(|(_, secret)| model.holds(&service.name, &secret.bounds));
        found.extend(held.map(|(name, secret)| (SecretObject::declared(&service.name, name), secret.span)));
        let accounts = |provider| SecretObject::Accounts { service: service.name.to_string(), provider };
        let database = service.databases.values().next().map(|database| database.span);
        found.extend(database.map(|span| (accounts(AccountProvider::Database), span)));
        found.extend(service.queue.as_ref().map(|queue| (accounts(AccountProvider::Queue), queue.span)));
        let identity = service.identities.values().next().map(|identity| identity.span);
        found.extend(identity.map(|span| (accounts(AccountProvider::Identity), span)));
    }
    found
}

fn drop_in(model: &Model<'_>, file: &ConfigFile) -> Option<(SecretObject, Span)> {
    let declared = model.service(&file.service)?.files.get(&file.name)?;
    (!file.secret.is_empty()).then(|| (file.secret_object.clone(), declared.span))
}

fn site_wide(model: &Model<'_>) -> [(SecretObject, Span); 2] {
    [SecretObject::Trust, SecretObject::Authority].map(|object| (object, model.site.name.span))
}

/// The passwords of both accounts of every identity user.
fn users(model: &Model<'_>) -> Vec<(SecretId, Span)> {
    let users = model.services.iter().flat_map(|service| {
        service.identities.iter().map(|(user, identity)| (Client::identity_user(&service.name, user), identity.span))
    });
    let accounts = [Account::First, Account::Second];
    users.flat_map(|(client, span)| accounts.map(|account| (client.password(account), span))).collect()
}
