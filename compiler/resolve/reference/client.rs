//! What the jobs of a capability are told of each client.
//!
//! Invariant: a field that a client has nothing for is empty, never missing.

use super::address::{Address, internal_address, public_address};
use crate::catalog::expr::{ClientField, Expr, Reference};
use crate::catalog::service::{Identity, Service};
use crate::kube::secret::{AccountProvider, Client};
use crate::model::{EndpointUse, Model};
use crate::span::Span;

/// A field of a client service, for jobs under `provides`: its text and where it is declared. Lists of a client that has none are empty.
pub fn client_field(model: &Model<'_>, client: &Service, field: ClientField) -> (String, Span) {
    let on = |bounds| model.holds(&client.name, bounds);
    let json = |items: Vec<serde_json::Value>| {
        if items.is_empty() { String::new() } else { serde_json::Value::Array(items).to_string() }
    };
    let text = match field {
        ClientField::Name => client.name.to_string(),
        ClientField::Vhost => client.queue.as_ref().map(|queue| queue.vhost.to_string()).unwrap_or_default(),
        ClientField::Databases => {
            let names = client.databases.iter().filter(|(_, database)| on(&database.bounds));
            names.map(|(id, database)| database.name.as_ref().unwrap_or(id).as_str()).collect::<Vec<_>>().join(",")
        }
        ClientField::DatabaseAccounts => {
            json(accounts(model, &Client::of_service(&client.name, AccountProvider::Database), &client.name))
        }
        ClientField::QueueAccounts => {
            let login = Client::of_service(&client.name, AccountProvider::Queue);
            json(client.queue.iter().flat_map(|queue| accounts(model, &login, &queue.vhost)).collect())
        }
        ClientField::Users => {
            let users = client.identities.iter().filter(|(_, user)| on(&user.bounds));
            json(users.flat_map(|(name, user)| identity_users(model, client, name, user)).collect())
        }
        ClientField::Services => {
            let own = model.endpoints.values().filter(|known| known.service.name == client.name);
            json(own.flat_map(|known| catalog_entries(model, known, service_entry)).collect())
        }
        ClientField::Endpoints => {
            let own = model.endpoints.values().filter(|known| known.service.name == client.name);
            json(own.flat_map(|known| catalog_entries(model, known, endpoint_entry)).collect())
        }
    };
    (text, client.span)
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
            account.insert("roles".to_owned(), user.roles().into());
            account.insert("project".to_owned(), user.project.clone().into());
        }
    }
    accounts
}

/// An entry of the identity catalog.
type Entry = fn(&Model<'_>, &EndpointUse<'_>, &str) -> serde_json::Value;

/// What an endpoint has in the catalog: an entry for each of its types.
fn catalog_entries(model: &Model<'_>, known: &EndpointUse<'_>, entry: Entry) -> Vec<serde_json::Value> {
    let also = known.endpoint.also.iter().filter(|(_, also)| model.holds(&known.service.name, &also.bounds));
    let kinds = known.endpoint.kind.as_deref().into_iter().chain(also.map(|(kind, _)| kind.as_str()));
    kinds.map(|kind| entry(model, known, kind)).collect()
}

fn service_entry(_: &Model<'_>, known: &EndpointUse<'_>, kind: &str) -> serde_json::Value {
    let title = known.endpoint.title.as_deref().unwrap_or(known.service.name.as_str());
    serde_json::json!({"type": kind, "name": title, "description": known.service.summary})
}

fn endpoint_entry(model: &Model<'_>, known: &EndpointUse<'_>, kind: &str) -> serde_json::Value {
    let url = |address: Address| format!("{}{}", address.root(), known.endpoint.path);
    let internal = url(internal_address(model, known));
    serde_json::json!({
        "type": kind,
        "region": model.site.region.value,
        "interfaces": {"public": url(public_address(model, known)), "internal": internal, "admin": internal},
    })
}

/// The client fields that a value refers to.
pub fn client_fields(value: &Expr) -> Vec<ClientField> {
    let fields = value.references().into_iter();
    fields.filter_map(|reference| if let Reference::Client(field) = reference { Some(*field) } else { None }).collect()
}
