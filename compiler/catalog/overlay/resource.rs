//! Resources that a spec declares at the APIs of its services.
//!
//! Invariant: what stands here is as it was written; the service's data says which kinds and fields there are.

use crate::catalog::expr::Tree;
use crate::record;
use crate::tree::record::Table;
use crate::tree::word::Traced;

record! {
    /// A resource: its fields by name.
    pub struct ResourceSpec as "Resource", rest(fields: Tree), key(name) {
        /// It is deleted where it is there (#false).
        absent: Traced<bool> = false,
    }
}

record! {
    /// Resources at the services' APIs, by kind and name: `resources { flavor m1.small vcpus=1 ram=2048 disk=20; network private }`. `taco-gen services NAME` lists the kinds of a service. A Job of the service makes what is missing and changes what differs; a resource that is no longer declared stays.
    pub struct Resources, rest(kinds: Table<ResourceSpec>) {}
}
