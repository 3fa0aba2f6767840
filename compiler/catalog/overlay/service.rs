//! What a spec says of services.
//!
//! Invariant: settings are held as they were written; the catalog says which there are and what they hold.

use crate::catalog::expr::{Tree, Values};
use crate::catalog::pod::Resource;
use crate::catalog::scalar::Quantity;
use crate::record;
use crate::tree::record::{Entries, Int, Table};
use crate::tree::scalar::Typed;
use crate::tree::word::{Traced, Word};

record! {
    /// What is said of one component of a service.
    pub struct ComponentSpec as "ComponentSettings", key(name) {
        /// The number of pods.
        replicas: Option<Traced<Int<0, 1000>>>,
        /// Requested CPU, a quantity.
        cpu: Option<Typed<Quantity>>,
        /// CPU limit, a quantity.
        cpu_limit: Option<Typed<Quantity>>,
        /// Requested memory, a quantity.
        memory: Option<Typed<Quantity>>,
        /// Memory limit, a quantity.
        memory_limit: Option<Typed<Quantity>>,
        /// Requested room on the node's disk for its empty volumes and its log, a quantity.
        ephemeral_storage: Option<Typed<Quantity>>,
    }
}

impl ComponentSpec {
    /// What it says of a resource.
    pub fn resource(&self, resource: Resource) -> Option<&Word> {
        let said = match resource {
            Resource::Cpu => &self.cpu,
            Resource::CpuLimit => &self.cpu_limit,
            Resource::Memory => &self.memory,
            Resource::MemoryLimit => &self.memory_limit,
            Resource::EphemeralStorage => &self.ephemeral_storage,
        };
        said.as_deref()
    }
}

record! {
    /// What is said of a service: whether it is on, its settings by name, its config files' options, its components.
    pub struct ServiceSpec as "ServiceSettings", rest(settings: Values), key(name) {
        /// Is it part of the site?
        enabled: Option<Traced<bool>>,
        /// File -> section -> option -> value; null removes an option.
        config: Table<Tree>,
        /// Components by name.
        components as "component": Table<ComponentSpec>,
        /// Options that the release's tables do not know, those of a driver from elsewhere: `extra-options "cinder.conf" { acme acme_pool acme_user }`.
        extra as "extra-options": Table<Entries<Vec<Word>>>,
    }
}
