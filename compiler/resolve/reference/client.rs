//! What the jobs of a capability are told of each client.
//!
//! Invariant: a field that a client has nothing for is empty, never missing.

use serde_json::Value;

use super::address::{Address, internal_address, public_address};
use super::record::Record;
use crate::catalog::expr::{ClientField, Expr, Reference, Source};
use crate::catalog::service::{Database, Identity, Service};
use crate::kube::secret::{AccountProvider, Client};
use crate::model::{EndpointUse, Model};
use crate::span::Span;

/// A field of a client service, for jobs under `provides`: its text and where it is declared.
pub fn client_field(model: &Model<'_>, client: &Service, field: ClientField) -> (String, Span) {
    let text = match field {
        ClientField::Name => client.name.to_string(),
        ClientField::Vhost => {
            let names = model.vhosts(client).into_iter().map(|(name, _)| model.vhost_name(name));
            names.collect::<Vec<_>>().join(",")
        }
    };
    (text, client.span)
}

/// The records of a client.
pub fn client_records(model: &Model<'_>, client: &Service, source: Source) -> Vec<Record> {
    let on = |bounds| model.holds(&client.name, bounds);
    match source {
        Source::Databases => {
            let databases = client.databases.iter().filter(|(_, database)| on(&database.bounds));
            let name = |(id, database): (_, &Database)| {
                model.database_name(database.name.as_ref().unwrap_or(id).as_str()).into()
            };
            databases.map(|database| Record::new([("name", Some(name(database)))], client.span)).collect()
        }
        Source::DatabaseAccounts => {
            let login = Client::of_service(&client.name, AccountProvider::Database);
            accounts(model, &login, &client.name, client.span)
        }
        Source::QueueAccounts => {
            let login = Client::of_service(&client.name, AccountProvider::Queue);
            client.queue.iter().flat_map(|queue| accounts(model, &login, &queue.vhost, client.span)).collect()
        }
        Source::IdentityAccounts => {
            let users = client.identities.iter().filter(|(_, user)| on(&user.bounds));
            users.flat_map(|(name, user)| identity_accounts(model, client, name, user)).collect()
        }
        Source::CatalogTypes => {
            let own = model.endpoints.values().filter(|known| known.service.name == client.name);
            own.flat_map(|known| catalog_types(model, known)).collect()
        }
        Source::SiteEndpoints
        | Source::Networks
        | Source::Ntp
        | Source::NtpPools
        | Source::BridgePorts
        | Source::DpdkCards
        | Source::Dpdk
        | Source::Uplinks
        | Source::SriovCards
        | Source::KernelArguments
        | Source::ModuleParameters
        | Source::UdevRules
        | Source::Limits
        | Source::Packages
        | Source::Proxies
        | Source::Workloads
        | Source::BackEnds
        | Source::VlanRanges
        | Source::Nodes
        | Source::Node
        | Source::Balanced
        | Source::Interfaces => Vec::new(),
    }
}

/// A client's accounts: those that are there, with the key of the password, and the one that goes.
fn accounts(model: &Model<'_>, client: &Client, name: &str, span: Span) -> Vec<Record> {
    let (rotations, name) = (&model.site.rotations, model.account_name(client.provider, name));
    let record = |name: String, key: Option<String>| {
        Record::new([("name", Some(name.into())), ("key", key.map(Value::from))], span)
    };
    let present = rotations.present(client).into_iter();
    let present = present.map(|account| record(account.of(name), Some(client.password(account).key())));
    let dropped = rotations.dropped(client).into_iter();
    present.chain(dropped.map(|account| record(account.of(name), None))).collect()
}

/// The accounts of an identity user: without roles where one goes.
fn identity_accounts(model: &Model<'_>, client: &Service, name: &str, user: &Identity) -> Vec<Record> {
    let mut accounts = accounts(model, &Client::identity_user(&client.name, name), name, client.span);
    for account in &mut accounts {
        let fields = &mut account.fields;
        fields.insert("domain".to_owned(), user.domain.clone().into());
        if fields.contains_key("key") {
            fields.insert("roles".to_owned(), user.roles().into());
            fields.insert("project".to_owned(), user.project.clone().into());
        }
    }
    accounts
}

/// What an endpoint has in the catalog: a record for each of its types.
fn catalog_types(model: &Model<'_>, known: &EndpointUse<'_>) -> Vec<Record> {
    let also = known.endpoint.aliases.iter().filter(|(_, also)| model.holds(&known.service.name, &also.bounds));
    let kinds = known.endpoint.kind.as_deref().into_iter().chain(also.map(|(kind, _)| kind.as_str()));
    let url = |address: Address| Some(Value::from(format!("{}{}", address.root(), known.endpoint.path)));
    let name = known.endpoint.catalog_name.as_deref().unwrap_or(known.service.name.as_str());
    let region = known.said.and_then(|said| said.region.as_deref()).unwrap_or(&model.site.region).as_str();
    let one = |kind: &str| {
        let fields = [
            ("type", Some(kind.into())),
            ("name", Some(name.into())),
            ("description", Some(known.service.summary.clone().into())),
            ("region", Some(region.into())),
            ("public", url(public_address(model, known))),
            ("internal", url(internal_address(model, known))),
        ];
        Record::new(fields, known.service.span)
    };
    kinds.map(one).collect()
}

/// Has the client something for everything that a job's value asks of it?
pub fn has_client_values(model: &Model<'_>, client: &Service, value: &Expr) -> bool {
    let has = |source: Source| !source.is_of_client() || !client_records(model, client, source).is_empty();
    value.references().into_iter().all(|reference| match reference {
        Reference::Client(field) => !client_field(model, client, *field).0.is_empty(),
        Reference::Each(each) => has(each.of.source),
        Reference::Records(records) => has(records.of.source),
        _ => true,
    })
}
