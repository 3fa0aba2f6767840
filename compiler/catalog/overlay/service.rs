//! What a spec says of services.
//!
//! Invariant: settings are held as they were written; the catalog says which there are and what they hold.

use super::back_end::BackEndSpec;
use super::pods::{JobSpec, PodAdditions};
use crate::catalog::component::{Spread, UpgradeStep};
use crate::catalog::expr::{Tree, Values};
use crate::catalog::placement::PodSettings;
use crate::catalog::pod::Resource;
use crate::catalog::scalar::{ObjectName, Quantity, QuantityLimit, Share};
use crate::tree::record::{Entries, Int, Table};
use crate::tree::scalar::Typed;
use crate::tree::word::{Traced, Word};
use crate::{record, words};

words! {
    /// How new pods take the place of old ones.
    pub enum Update {
        /// A few at a time.
        Rolling = "rolling",
        /// All old ones end first; of a Deployment.
        Recreate = "recreate",
        /// Where somebody deletes the old one; not of a Deployment.
        OnDelete = "on-delete",
    }
}

record! {
    /// The times of a probe, in place of those of the service data.
    pub struct ProbeTimes {
        /// Seconds before the first.
        delay: Option<Int<0, 3600>>,
        /// Seconds between two.
        period: Option<Int<1, 3600>>,
        /// Seconds one may take.
        timeout: Option<Int<1, 3600>>,
        /// Failures in a row that count.
        failures: Option<Int<1, 10_000>>,
    }
}

record! {
    /// How a component's pods are replaced, probed and ended.
    pub struct Rollout {
        /// How new pods take the place of old ones.
        update: Option<Traced<Update>>,
        /// Pods beyond their number while a Deployment is rolled out, a number or a share.
        max_surge: Option<Typed<Share>>,
        /// Pods that a rollout may take down at once, a number or a share.
        max_unavailable: Option<Typed<Share>>,
        /// Seconds that a new pod must be ready before the next one is replaced.
        min_ready: Option<Traced<Int<0, 3600>>>,
        /// Earlier states that the cluster keeps to go back to (3).
        revision_history: Option<Traced<Int<0, 100>>>,
        /// Pods that its PodDisruptionBudget lets go at once, a number or a share (1).
        disruption_budget: Option<Typed<Share>>,
        /// Whether its pods are on different nodes.
        spread: Option<Traced<Spread>>,
        /// Seconds between TERM and KILL.
        termination_grace_period: Option<Traced<Int<0, 86_400>>>,
        /// The PriorityClass of its pods.
        priority_class: Option<Typed<ObjectName>>,
        /// Times of the readiness probe.
        readiness: Option<ProbeTimes>,
        /// Times of the liveness probe.
        liveness: Option<ProbeTimes>,
        /// Times of the start-up probe.
        startup: Option<ProbeTimes>,
    }
}

record! {
    /// How many pods a Deployment has as its load changes: `autoscale min=3 max=10 cpu=50`.
    pub struct Autoscale {
        /// The least pods.
        min: Traced<Int<1, 1000>>,
        /// The most pods.
        max: Traced<Int<1, 1000>>,
        /// The share of the requested CPU that pods use on average, percent.
        cpu: Option<Int<1, 1000>>,
        /// The share of the requested memory, percent.
        memory: Option<Int<1, 1000>>,
    }
}

record! {
    /// A port of every node that leads to a port of the component: `node-port mysql 30306`.
    pub struct NodePort, positional("number"), shorthand("number") {
        /// The number, in the range that clusters set aside for node ports.
        number: Int<30000, 32767>,
    }
}

record! {
    /// What is said of one component of a service.
    pub struct ComponentSpec as "ComponentSettings", include(rollout: Rollout, settings: PodSettings, additions: PodAdditions), key(name) {
        /// Is it part of the site (#true)?
        enabled: Option<Traced<bool>>,
        /// Makes the number of pods follow their load, in place of `replicas`.
        autoscale: Option<Autoscale>,
        /// Ports of every node that lead to its ports, by the name of a port or the id of an endpoint; TCP, UDP or SCTP as the port is.
        node_ports as "node-port": Table<NodePort>,
        /// The number of pods.
        replicas: Option<Traced<Int<0, 1000>>>,
        /// Requested CPU, a quantity.
        cpu: Option<Typed<Quantity>>,
        /// CPU limit, a quantity or `none`.
        cpu_limit: Option<Typed<QuantityLimit>>,
        /// Requested memory, a quantity.
        memory: Option<Typed<Quantity>>,
        /// Memory limit, a quantity or `none`.
        memory_limit: Option<Typed<QuantityLimit>>,
        /// Requested room on the node's disk for its empty volumes and its log, a quantity.
        ephemeral_storage: Option<Typed<Quantity>>,
    }
}

impl ComponentSpec {
    /// What it says of a resource.
    pub fn resource(&self, resource: Resource) -> Option<&Word> {
        match resource {
            Resource::Cpu => self.cpu.as_deref(),
            Resource::CpuLimit => self.cpu_limit.as_deref(),
            Resource::Memory => self.memory.as_deref(),
            Resource::MemoryLimit => self.memory_limit.as_deref(),
            Resource::EphemeralStorage => self.ephemeral_storage.as_deref(),
        }
    }
}

record! {
    /// What is said of a service: whether it is on, its settings by name, its config files' options, its components.
    pub struct ServiceSpec as "ServiceSettings", rest(settings: Values), key(name) {
        /// Is it part of the site?
        enabled: Option<Traced<bool>>,
        /// The OpenStack release that it is at, where that is not the site's: services are upgraded one by one. Of a host group: that of its nodes' agents.
        release: Option<Word>,
        /// The step of its upgrade to the site's `release next`: check, expand, rolling or online. `taco-gen upgrade` writes it.
        upgrade: Option<Traced<UpgradeStep>>,
        /// File -> section -> option -> value; null removes an option.
        config: Table<Tree>,
        /// The StorageClass of its claims (the site's).
        storage_class: Option<Typed<ObjectName>>,
        /// Back ends beside the service's own, by name.
        back_ends as "back-end": Table<BackEndSpec>,
        /// Components by name.
        components as "component": Table<ComponentSpec>,
        /// Jobs by name.
        jobs as "job": Table<JobSpec>,
        /// What holds for all pods of the service.
        pods: Option<PodSettings>,
        /// Options that the release's tables do not know, those of a driver from elsewhere: `extra-options "cinder.conf" { acme acme_pool acme_user }`.
        extra as "extra-options": Table<Entries<Vec<Word>>>,
    }
}

impl ServiceSpec {
    /// Is all that it says a matter of the whole site? In a host group each such word has a diagnostic of its own.
    pub fn is_of_site(&self) -> bool {
        let says = self.enabled.is_some() || self.upgrade.is_some() || !self.back_ends.is_empty();
        let options = self.settings.is_empty() && self.config.is_empty() && self.extra.is_empty();
        let pods = self.components.is_empty() && self.jobs.is_empty() && self.pods.is_none();
        says && options && pods && self.release.is_none() && self.storage_class.is_none()
    }
}
