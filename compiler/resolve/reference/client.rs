//! What the jobs of a capability are told of each client.
//!
//! Invariant: a field that a client has nothing for is empty, never missing.

use serde_json::Value;

use super::address::{Address, internal_address, public_address};
use super::records::Record;
use crate::catalog::each::{self, Source};
use crate::catalog::service::{Identity, Service};
use crate::catalog::view::plain;
use crate::model::{EndpointUse, Model};
use crate::span::Span;
use crate::tree::node::{Node, Value as TreeValue};

/// A field of a client service, for jobs under `provides`: its text and where it is declared.
pub fn client_field(client: &Service, field: &str) -> Option<(String, Span)> {
    let text = match field {
        "name" => client.name.clone(),
        "vhost" => client.vhost.as_ref().map(|(vhost, _)| vhost.clone()).unwrap_or_default(),
        _ => return None,
    };
    Some((text, client.span))
}

/// The records of a client.
pub fn client_records(model: &Model<'_>, client: &Service, source: Source) -> Vec<Record> {
    let on = |bounds| model.holds(&client.name, bounds);
    match source {
        Source::Databases => {
            let databases = client.databases.values().filter(|database| on(&database.bounds));
            databases.map(|database| Record::new([("name", Some(database.name.clone().into()))], client.span)).collect()
        }
        Source::DatabaseAccounts => accounts(model, client, "database", "password", &client.name),
        Source::QueueAccounts => {
            let vhost = client.vhost.iter();
            vhost.flat_map(|(vhost, _)| accounts(model, client, "queue", "password", vhost)).collect()
        }
        Source::IdentityAccounts => {
            let users = client.identities.iter().filter(|(_, user)| on(&user.bounds));
            users.flat_map(|(name, user)| identity_accounts(model, client, name, user)).collect()
        }
        Source::CatalogTypes => {
            let own = model.endpoints.values().filter(|known| known.service.name == client.name);
            own.flat_map(|known| catalog_types(model, known)).collect()
        }
        _ => Vec::new(),
    }
}

/// A client's accounts under a capability: those that are there, with the key of the password, and the one that goes.
fn accounts(model: &Model<'_>, client: &Service, capability: &str, key: &str, name: &str) -> Vec<Record> {
    let (object, rotations) = (format!("{}-{capability}", client.name), &model.site.rotations);
    let record = |name: String, key: Option<String>| {
        Record::new([("name", Some(name.into())), ("key", key.map(Value::from))], client.span)
    };
    let present = rotations.present(&object, key).into_iter();
    let present = present.map(|account| record(account.of(name), Some(account.of(key))));
    let dropped = rotations.dropped(&object, key).into_iter();
    present.chain(dropped.map(|account| record(account.of(name), None))).collect()
}

/// The accounts of an identity user: without roles where one goes.
fn identity_accounts(model: &Model<'_>, client: &Service, name: &str, user: &Identity) -> Vec<Record> {
    let mut accounts = accounts(model, client, "identity", name, name);
    for account in &mut accounts {
        let fields = &mut account.fields;
        fields.insert("domain".to_owned(), user.domain.clone().into());
        if fields.contains_key("key") {
            fields.insert("roles".to_owned(), user.roles.clone().into());
            fields.insert("project".to_owned(), user.project.clone().into());
        }
    }
    accounts
}

/// What an endpoint has in the catalog: a record for each of its types.
fn catalog_types(model: &Model<'_>, known: &EndpointUse<'_>) -> Vec<Record> {
    let also = known.endpoint.also.iter().filter(|(_, bounds)| model.holds(&known.service.name, bounds));
    let kinds = known.endpoint.kind.iter().chain(also.map(|(kind, _)| kind));
    let url = |address: Address| Some(Value::from(format!("{}{}", address.root(), known.endpoint.path)));
    let name = known.endpoint.title.as_ref().unwrap_or(&known.service.name);
    let one = |kind: &String| {
        let fields = [
            ("type", Some(kind.clone().into())),
            ("name", Some(name.clone().into())),
            ("description", Some(known.service.summary.clone().into())),
            ("region", Some(model.site.region.value.clone().into())),
            ("public", url(public_address(model, known))),
            ("internal", url(internal_address(model, known))),
        ];
        Record::new(fields, known.service.span)
    };
    kinds.map(one).collect()
}

/// Has the client something for everything that the job's value asks of it?
pub fn has_client_values(model: &Model<'_>, client: &Service, node: &Node) -> bool {
    let argument = plain(node).unwrap_or_default();
    let has = |source: Result<Source, String>| {
        source.map_or(true, |source| !source.is_of_client() || !client_records(model, client, source).is_empty())
    };
    let has_field = |field: &str| client_field(client, field).is_some_and(|(text, _)| !text.is_empty());
    match node.tag.as_deref() {
        Some("client") => has_field(&argument),
        Some("each") => has(each::each(&argument).map(|each| each.of.source)),
        Some("records") => has(each::records(&argument).map(|records| records.of.source)),
        Some("text") => {
            let fields = argument.split("{client:").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
            fields.into_iter().all(has_field)
        }
        _ => match &node.value {
            TreeValue::List(items) => items.iter().all(|item| has_client_values(model, client, item)),
            _ => true,
        },
    }
}
