//! A service as data, `schema/services/NAME/service.kdl`: what it serves, needs, owns and runs.
//!
//! Invariant: what is not described here has no effect; an unknown name is an error. Bounds are not decided here, since they
//! depend on the site.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::back_end::BackEndKind;
pub use super::bounds::{Bounds, Condition, Conditions, Question, Removal};
pub use super::client::{Database, Identity, Queue, VirtualHost};
pub use super::component::{
    Component, ComponentKind, Disruption, Job, Migration, Replicas, ServiceObject, Spread, UpgradeStep,
};
pub use super::endpoint::{Balance, CatalogType, Check, Endpoint, Tls};
pub use super::file::{File, Format, Fragment, HostDocument, OptionValue};
use super::file::{is_of_pattern, is_pattern};
use super::host_run::ServiceHost;
pub use super::mount::{Volume, VolumeKind};
pub use super::pod::{Access, After, Container, Pod, Port, PortNumber, Probe, ProbeAction, Resource, Target, UserId};
use super::release::ServiceImage;
use super::resource::ResourceKind;
use super::rule::{Connections, Rule};
pub use super::secret::{Secret, SecretKind};
pub use super::setting::{Setting, SettingType, check_setting};
use super::url::ClientUrl;
use crate::catalog::patch::Patch;
use crate::span::Span;
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Table};
use crate::tree::word::{Label, Traced, Word};
use crate::{record, words};

words! {
    /// How many hosts an external provider may have.
    pub enum ExternalHosts {
        /// One: a client's URL has one.
        One = "one",
        /// One or more: clients list them.
        Many = "many",
        /// None: it is reached at its endpoints.
        None = "none",
    }
}

record! {
    /// What a site says of a provider that others run in place of this service: `external hosts=many admin=root secret=root`.
    pub struct External {
        /// How many hosts it has (one).
        hosts: ExternalHosts = ExternalHosts::One,
        /// Clients can be told to connect to it over TLS.
        tls: bool,
        /// The administrator with whom jobs make accounts.
        admin: Option<Word>,
        /// The secret of this service that holds the administrator's password; left out: jobs make no accounts there.
        secret: Option<Word>,
        /// Endpoints of this service that the site must say the URL of.
        endpoints as "endpoint": Table<ExternalEndpoint>,
    }
}

record! {
    /// An endpoint of an external provider.
    pub struct ExternalEndpoint {
        /// Only jobs that make accounts use it.
        for_accounts: bool,
    }
}

record! {
    /// A component that clients connect to in place of the one behind a capability: a proxy; `front proxy when="proxy=haproxy"`.
    pub struct Front, include(bounds: Bounds), positional("component") {
        /// The component; it has the capability's Kubernetes Service and port.
        component: Label,
    }
}

record! {
    /// A capability that this service provides; `provides database { service mariadb; port 3306; component server; job db-init {...} }`.
    pub struct Provide, include(bounds: Bounds) {
        /// The component behind it.
        component: Label,
        /// What stands before that component.
        front: Option<Front>,
        /// The Kubernetes Service.
        service: Label,
        /// Its port.
        port: PortNumber,
        /// It speaks TLS.
        tls: Option<Tls>,
        /// How a client's URL is made; the first that holds.
        urls as "url": Vec<ClientUrl>,
        /// How a balancer of hosts shares connections out (none).
        balance: Balance = Balance::None,
        /// How a balancer sees that a host serves.
        check: Option<Check>,
        /// How many connections clients may open.
        connections: Option<Connections>,
        /// What a site says where others provide it; left out: they cannot.
        external: Option<External>,
        /// Jobs made once for each client service that declares the capability (database, queue, identity, catalog).
        jobs as "job": Table<Job>,
    }
}

words! {
    /// Whether a service is part of a site that says nothing.
    pub enum Presence {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
}

record! {
    /// A service or infrastructure part as data: `schema/services/NAME/service.kdl`.
    pub struct Service, include(bounds: Bounds, removal: Removal), positional("name"),
        beside(fragments: IndexMap<String, Fragment>, templates: IndexMap<String, Node>, patches: Vec<ServicePatch>, rules: Vec<Rule>, texts: IndexMap<String, (Cow<'static, str>, Span)>),
        check(Service::end)
    {
        /// Its name, that of the folder.
        name: Label,
        /// What it does for a site, one sentence.
        summary: String,
        /// Is it part of a site that says nothing (on).
        default: Presence = Presence::On,
        /// Services that must be on.
        requires: Vec<Word>,
        /// Services that are upgraded before it: it is never at a newer release than they are.
        upgrade_after: Vec<Word>,
        /// The delivery unit and folder (the name).
        unit: Option<Label>,
        /// A key of the release's images (the name).
        image: Option<Word>,
        /// What image keys stand for; `schema/releases.kdl` of a project may give others.
        images: Table<ServiceImage>,
        /// The uid that its images run as.
        user: Option<Traced<UserId>>,
        /// What its components and jobs share on hosts; left out: it runs in pods alone.
        host: Option<ServiceHost>,
        /// Settings.
        settings as "setting": Table<Setting>,
        /// Databases; the user is the service's name.
        databases as "database": Table<Database>,
        /// Its place at the broker.
        queue: Option<Queue>,
        /// Virtual hosts beside that of the queue.
        virtual_hosts as "virtual-host": Table<VirtualHost>,
        /// Users.
        identities as "identity": Table<Identity>,
        /// Endpoints.
        endpoints as "endpoint": Table<Endpoint>,
        /// Capabilities.
        provides: Table<Provide>,
        /// Secrets.
        secrets as "secret": Table<Secret>,
        /// Kinds of resources that a site may declare at its API.
        resources as "resource": Table<ResourceKind>,
        /// Config files.
        files as "file": Table<File>,
        /// Workloads.
        components as "component": Table<Component>,
        /// Jobs and CronJobs.
        jobs as "job": Table<Job>,
        /// Kinds of back ends of which a site may have several.
        back_ends as "back-end": Table<BackEndKind>,
    }
}

impl Service {
    fn end(&mut self, decoder: &mut Decoder<'_>) {
        self.removal.end(&mut self.bounds, decoder);
    }

    /// The delivery unit.
    pub fn unit(&self) -> &str {
        self.unit.as_ref().unwrap_or(&self.name)
    }

    /// The key of its image.
    pub fn image(&self) -> &str {
        self.image.as_ref().map_or(self.name.as_str(), Word::as_str)
    }

    /// Does a Job of it do anything at a step of an upgrade?
    pub fn has_step(&self, step: UpgradeStep) -> bool {
        let is_of = |job: &Job| match step {
            UpgradeStep::Rolling => !job.run_while_rolling.is_empty(),
            _ => job.upgrade.as_ref().is_some_and(|own| own.value == step),
        };
        self.jobs.values().any(is_of)
    }

    /// Has it images of OpenStack releases?
    pub fn follows_releases(&self) -> bool {
        self.images.values().any(|image| !image.releases.is_empty())
    }

    /// Does the Job make resources? It mounts the file that holds them.
    pub fn makes_resources(&self, job: &Job) -> bool {
        let holds =
            |name: &Word| self.files.get(name).is_some_and(|file| file.document == Some(HostDocument::Resources));
        job.pod.main.mounts.keys().any(holds)
    }

    /// The file of that name, or the pattern that it is of.
    pub fn file_of(&self, name: &str) -> Option<(&Word, &File)> {
        let exact = self.files.get_key_value(name).filter(|(known, _)| !is_pattern(known));
        exact.or_else(|| self.files.iter().find(|(pattern, _)| is_of_pattern(pattern, name)))
    }

    /// A file, the one that it extends, and so on; a circle ends where it closes.
    pub fn file_chain<'s>(&'s self, name: &str) -> impl Iterator<Item = (&'s Word, &'s File)> {
        let base = |(_, file): &(&'s Word, &'s File)| self.files.get_key_value(file.extends.as_ref()?);
        std::iter::successors(self.files.get_key_value(name), base).take(self.files.len())
    }
}

record! {
    /// A change to finished objects that comes with a service.
    pub struct ServicePatch, include(change: Patch, bounds: Bounds), positional("kind", "name") {}
}

record! {
    /// Changes to finished objects that come with a service; the site's own patches follow.
    pub struct ServicePatches {
        /// The changes, in order.
        patch: Vec<ServicePatch> [required],
    }
}
