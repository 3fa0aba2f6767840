//! What a site has elsewhere: databases, brokers, caches, identity services that others run.
//!
//! Invariant: nothing here holds a password; names of accounts and addresses are public.

use ipnet::Ipv4Net;

use crate::catalog::scalar::{DnsName, Host, Region, WebUrl};
use crate::tree::record::{Int, Table};
use crate::tree::scalar::Typed;
use crate::tree::word::{Traced, Word};
use crate::{record, words};

words! {
    /// Where a capability is provided.
    pub enum ProviderKind {
        /// Outside the site: nothing is deployed for it.
        External = "external",
        /// By the site's own service; names there are what a site can say of it.
        Own = "own",
    }
}

words! {
    /// Where the accounts of the site's services at an external provider come from.
    pub enum AccountsKind {
        /// They exist there, with databases, virtual hosts and rights; `passwords set` puts their passwords into the store.
        Given = "given",
        /// Jobs make them with an administrator's account, whose password `passwords set` puts into the store.
        Made = "made",
    }
}

record! {
    /// Where an endpoint is reached: `endpoint image { public-host "images.example.com" }`. With a `type` it is one that others serve, for the catalog: `endpoint object-store type=object-store public-url="https://objects.example.com/swift/v1"`.
    pub struct EndpointSpec as "EndpointSettings", key(id) {
        /// The host name outside, in place of the stock's label in the site's domain.
        public_host: Option<Typed<DnsName>>,
        /// The URL outside, where a proxy or load balancer of others stands in front.
        public_url: Option<Traced<WebUrl>>,
        /// The URL that services of the site use and that the catalog has as internal, where that is not the Service in the cluster.
        internal_url: Option<Traced<WebUrl>>,
        /// The port of every node, where the site exposes endpoints by node ports (the service's).
        node_port: Option<Traced<Int<30000, 32767>>>,
        /// The region that it has in the catalog (the site's).
        region: Option<Typed<Region>>,
        /// Of an endpoint that no service of the site has, and others serve: its type in the identity catalog.
        kind as "type": Option<Word>,
        /// Of such an endpoint: its service name in the catalog (its id).
        catalog_name: Option<Word>,
    }
}

record! {
    /// What provides a capability outside the site: `provider database external { host "db.example.org"; account nova "nova_prod" }`; or names at the site's own: `provider database own { database nova_cell1 nova }`.
    pub struct Provider, positional("kind"), key(capability) {
        /// `external`: others run it, and nothing is deployed for it. `own`: the site's service provides it, and `account`, `database` and `vhost` name what has another name there, as data that was moved in has.
        kind: Traced<ProviderKind> = ProviderKind::External,
        /// Its hosts; several where clients take several.
        hosts as "host": Vec<Typed<Host>>,
        /// Its port (the usual one, with `tls` that of TLS).
        port: Option<Traced<Int<1, 65535>>>,
        /// Networks that it is in: the pods' NetworkPolicies let them out to these. Without any, and with hosts that are names, its port is open to any address.
        networks as "cidr": Vec<Traced<Ipv4Net>>,
        /// It speaks TLS, with a certificate of an authority of the site's `trust` (#false).
        tls: Traced<bool> = false,
        /// Whether the services' accounts there are given or made by Jobs (given).
        accounts: Traced<AccountsKind> = AccountsKind::Given,
        /// The administrator with whom Jobs make accounts (the usual one).
        admin: Option<Word>,
        /// Names of accounts there, by the name that they would have: `account nova "nova_prod"`.
        account_names as "account": Table<Word>,
        /// Names of databases there, by the name that they would have: `database nova_api "prod_nova_api"`.
        database_names as "database": Table<Word>,
        /// Names of virtual hosts there, by the name that they would have: `vhost nova "prod-nova"`.
        vhost_names as "vhost": Table<Word>,
        /// Where its endpoints are: `endpoint identity internal-url="https://identity.example.com:5000/v3"`.
        endpoints as "endpoint": Table<EndpointSpec>,
    }
}

impl Provider {
    /// Is it the site's own service?
    pub fn is_own(&self) -> bool {
        self.kind.value == ProviderKind::Own
    }

    /// The name of an account there.
    pub fn account<'p>(&'p self, usual: &'p str) -> &'p str {
        self.account_names.get(usual).map_or(usual, |name| name.as_str())
    }

    /// The name of a database there.
    pub fn database<'p>(&'p self, usual: &'p str) -> &'p str {
        self.database_names.get(usual).map_or(usual, |name| name.as_str())
    }

    /// The name of a virtual host there.
    pub fn vhost<'p>(&'p self, usual: &'p str) -> &'p str {
        self.vhost_names.get(usual).map_or(usual, |name| name.as_str())
    }

    /// Do Jobs of the site make the accounts?
    pub fn makes_accounts(&self) -> bool {
        self.accounts.value == AccountsKind::Made
    }
}
