//! What the jobs of a capability are told of each client.
//!
//! Invariant: a field that a client has nothing for is empty, never missing.

use super::address::{Address, internal_address, public_address};
use crate::catalog::service::{Identity, Service};
use crate::catalog::view::plain;
use crate::kube::secret::{AccountProvider, Client};
use crate::model::{EndpointUse, Model};
use crate::span::Span;
use crate::tree::node::{Node, Value};

/// A field of a client service, for jobs under `provides`: its text and where it is declared. Lists of a client that has none are empty.
pub fn client_field(model: &Model<'_>, client: &Service, field: &str) -> Option<(String, Span)> {
    let on = |bounds| model.holds(&client.name, bounds);
    let json = |items: Vec<serde_json::Value>| {
        if items.is_empty() { String::new() } else { serde_json::Value::Array(items).to_string() }
    };
    let text = match field {
        "name" => client.name.clone(),
        "vhost" => client.vhost.as_ref().map(|(vhost, _)| vhost.clone()).unwrap_or_default(),
        "databases" => {
            let names = client.databases.values().filter(|database| on(&database.bounds));
            names.map(|database| database.name.as_str()).collect::<Vec<_>>().join(",")
        }
        "database-accounts" => {
            json(accounts(model, &Client::of_service(&client.name, AccountProvider::Database), &client.name))
        }
        "queue-accounts" => {
            let login = Client::of_service(&client.name, AccountProvider::Queue);
            json(client.vhost.iter().flat_map(|(vhost, _)| accounts(model, &login, vhost)).collect())
        }
        "users" => {
            let users = client.identities.iter().filter(|(_, user)| on(&user.bounds));
            json(users.flat_map(|(name, user)| identity_users(model, client, name, user)).collect())
        }
        "services" | "endpoints" => {
            let own = model.endpoints.values().filter(|known| known.service.name == client.name);
            json(own.flat_map(|known| catalog_entries(model, known, field)).collect())
        }
        _ => return None,
    };
    Some((text, client.span))
}

/// A client's accounts: those that are there, with the key of the password, and the one that goes.
fn accounts(model: &Model<'_>, client: &Client, name: &str) -> Vec<serde_json::Value> {
    let rotations = &model.site.rotations;
    let present = rotations.present(client).into_iter();
    let present =
        present.map(|account| serde_json::json!({"name": account.of(name), "key": client.password(account).key()}));
    let dropped = rotations.dropped(client).into_iter();
    present.chain(dropped.map(|account| serde_json::json!({"name": account.of(name)}))).collect()
}

/// The entries of an identity user: one for each account, without roles where it goes.
fn identity_users(model: &Model<'_>, client: &Service, name: &str, user: &Identity) -> Vec<serde_json::Value> {
    let mut accounts = accounts(model, &Client::identity_user(&client.name, name), name);
    for account in accounts.iter_mut().filter_map(serde_json::Value::as_object_mut) {
        account.insert("domain".to_owned(), user.domain.clone().into());
        if account.remove("key").is_some() {
            account.insert("roles".to_owned(), user.roles.clone().into());
            account.insert("project".to_owned(), user.project.clone().into());
        }
    }
    accounts
}

/// What an endpoint has in the catalog: an entry for each of its types.
fn catalog_entries(model: &Model<'_>, known: &EndpointUse<'_>, field: &str) -> Vec<serde_json::Value> {
    let also = known.endpoint.also.iter().filter(|(_, bounds)| model.holds(&known.service.name, bounds));
    let kinds = known.endpoint.kind.iter().chain(also.map(|(kind, _)| kind));
    kinds.map(|kind| catalog_entry(model, known, kind, field)).collect()
}

fn catalog_entry(model: &Model<'_>, known: &EndpointUse<'_>, kind: &str, field: &str) -> serde_json::Value {
    if field == "services" {
        let title = known.endpoint.title.as_ref().unwrap_or(&known.service.name);
        return serde_json::json!({"type": kind, "name": title, "description": known.service.summary});
    }
    let url = |address: Address| format!("{}{}", address.root(), known.endpoint.path);
    let internal = url(internal_address(model, known));
    serde_json::json!({
        "type": kind,
        "region": model.site.region.value,
        "interfaces": {"public": url(public_address(model, known)), "internal": internal, "admin": internal},
    })
}

/// The client fields that a job's values refer to.
pub fn client_fields(node: &Node) -> Vec<String> {
    let argument = plain(node).unwrap_or_default();
    match node.tag.as_deref() {
        Some("client") => vec![argument],
        Some("text") => {
            argument.split("{client:").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        }
        _ => match &node.value {
            Value::List(items) => items.iter().flat_map(client_fields).collect(),
            _ => Vec::new(),
        },
    }
}
