//! The addresses of a service that others call.
//!
//! Invariant: an endpoint has one port, whoever reaches it.

use super::bounds::Bounds;
use super::pod::PortNumber;
use crate::tree::record::{Int, Table};
use crate::tree::word::Word;
use crate::{record, words};

record! {
    /// Another type that the endpoint has in the identity catalog; `alias volumev3 until="2024.1"`.
    pub struct CatalogType, include(bounds: Bounds) {}
}

record! {
    /// The server speaks TLS; `tls port=5671 when="tls=true"`. Clients of the site get the trust mounted.
    pub struct Tls, include(bounds: Bounds) {
        /// The port instead of the plain one (the same).
        port: Option<PortNumber>,
    }
}

record! {
    /// An address that others call; `endpoint ID port=8774 path="/v2.1"`. The id is also its name in references and gates.
    pub struct Endpoint, include(bounds: Bounds) {
        /// The port that pods listen on and the Service offers.
        port: PortNumber,
        /// It speaks TLS inside the cluster.
        tls: Option<Tls>,
        /// Appended to the URL in the catalog.
        path: String = String::new(),
        /// The Kubernetes Service (the name of the component that serves it).
        service: Option<Word>,
        /// The service type in the identity catalog; left out: not in the catalog.
        kind as "type": Option<String>,
        /// Other types that clients look for it under.
        aliases as "alias": Table<CatalogType>,
        /// The service name in the catalog (the taco-gen service's name).
        catalog_name: Option<String>,
        /// The host's first label outside (`compute` gives compute.DOMAIN); left out: not exposed.
        public: Option<String>,
        /// The port where the site exposes by NodePort.
        node_port: Option<Int<30000, 32767>>,
        /// The largest request body that a proxy should pass, for instance 0 for no limit.
        body_size: Option<String>,
        /// How long a proxy should wait for a response, for instance 600s.
        timeout: Option<String>,
        /// How a balancer of hosts shares requests out (all).
        balance: Balance = Balance::All,
    }
}

words! {
    /// How a balancer of hosts shares out what comes to the virtual address.
    pub enum Balance {
        /// Every host gets its share.
        All = "all",
        /// The first that answers its check gets all.
        First = "first",
        /// Nothing goes by the virtual address: clients know the hosts.
        None = "none",
    }
}

record! {
    /// How a balancer sees that a host serves; `check port=4569 expects="primary"`. Left out: its port takes connections.
    pub struct Check, include(bounds: Bounds) {
        /// The port that it asks at (that of the capability).
        port: Option<PortNumber>,
        /// What the answer to a connection contains.
        expects: Option<String>,
    }
}
