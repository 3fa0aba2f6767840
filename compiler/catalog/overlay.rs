//! What an overlay may say, and what a site and an overlay may both say.
//!
//! Invariant: an overlay may say whatever a site may, but nodes.

mod back_end;
mod delivery;
mod host;
mod network;
mod object;
mod pods;
mod provider;
mod resource;
mod secret;
mod service;

pub use back_end::BackEndSpec;
pub use delivery::{Certificates, Controller, Deliver, Expose, ExposeKind, SecretDelivery, SecretKind};
pub use host::{Dpdk, HostFileSpec, HostSpec, MountSpec, Proxy};
pub use network::{ETHERNET, Mtu, Network, Segment};
pub use object::SiteObject;
pub use pods::{JobSpec, PodAdditions, PodVolume};
pub use provider::{AccountsKind, EndpointSpec, Provider, ProviderKind};
pub use resource::{ResourceSpec, Resources};
pub use secret::{SiteSecret, SiteSecretKind};
pub use service::{Autoscale, ComponentSpec, NodePort, ProbeTimes, Rollout, ServiceSpec, Update};

use crate::catalog::cni::CniSpec;
use crate::catalog::patch::Patch;
use crate::catalog::placement::PodSettings;
use crate::catalog::scalar::{DnsName, Image, LabelKey, ObjectName, Region, Registry, RelativePath};
pub use crate::catalog::target::{Distribution, Target, TargetKind};
use crate::tree::record::Table;
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::word::{Label, Traced, Word};
use crate::{record, words};

record! {
    /// Which releases the site runs.
    pub struct Release, positional("openstack") {
        /// The OpenStack release, for instance "2026.1".
        openstack: Word [merged],
        /// The Kubernetes minor version, for instance "1.35".
        kubernetes: Word [merged],
        /// The OpenStack release that services are on the way to, while they are upgraded one by one.
        next: Option<Word>,
    }
}

record! {
    /// A role of the site's own.
    pub struct SiteRole, key(name) {
        /// Node labels that it brings, each with the value `enabled`.
        labels: Distinct<Typed<LabelKey>> [required],
    }
}

record! {
    /// What sites and overlays may both say.
    pub struct Common {
        /// The region in the identity catalog (RegionOne).
        region: Typed<Region> [merged],
        /// The DNS domain of public endpoints.
        domain: Typed<DnsName> [merged],
        /// The Kubernetes namespace (openstack).
        namespace: Label [merged],
        /// The cluster's DNS domain (cluster.local).
        cluster_domain: Typed<DnsName> [merged],
        /// Which releases the site runs.
        release: Release [merged],
        /// What the output is for; left out: a Kubernetes cluster.
        target: Option<Target>,
        /// Networks by name.
        networks as "network": Table<Network>,
        /// Roles of the site's own.
        roles as "role": Table<SiteRole>,
        /// Features of hosts: of all (`all`), or of those with a role.
        hosts as "host": Table<HostSpec>,
        /// The proxy of hosts and of pods that may go anywhere.
        proxy: Option<Proxy>,
        /// Services by name.
        services as "service": Table<ServiceSpec>,
        /// What holds for the pods of all services.
        pods: Option<PodSettings>,
        /// Objects of the site's own.
        objects as "object": Table<SiteObject>,
        /// Resources at the services' APIs: projects, networks, flavors ...
        resources: Option<Resources>,
        /// What the site has elsewhere, by capability.
        providers as "provider": Table<Provider>,
        /// Where endpoints are reached, by id.
        endpoints as "endpoint": Table<EndpointSpec>,
        /// Certificates of authorities that clients trust beside the site's own: PEM files below the site's folder.
        trust: Distinct<Typed<RelativePath>>,
        /// Secrets of the site's own.
        secrets as "secret": Table<SiteSecret>,
        /// Images by key, in place of the release's.
        images as "image": Table<Typed<Image>>,
        /// Images by key whose tags say no version, accepted: they are pulled as they are.
        floating_images: Distinct<Word>,
        /// A registry that takes the place of every image's registry host.
        registry: Option<Typed<Registry>>,
        /// The cluster's network plugin (calico with vxlan, as Kubespray makes it).
        cni: Option<CniSpec>,
        /// How public endpoints are reached (gateway).
        expose: Expose [merged],
        /// Who makes the certificates of servers inside the cluster (the site's own authority, in the password store).
        certificates: Option<Certificates>,
        /// How the output gets into the cluster; left out: no delivery objects.
        deliver: Option<Deliver>,
        /// The StorageClass of claims (the cluster's default).
        storage_class: Option<Typed<ObjectName>>,
        /// Kinds of objects that the cluster has and the program has no types of: `kinds "Foo.example.com/v1"`.
        kinds: Vec<Traced<String>>,
        /// Changes to finished objects.
        patches as "patch": Vec<Patch>,
        /// Whether comments of the spec, the overlays and the service data stand in the output, above what they explain (#true).
        comments: Traced<bool> = true,
        /// A laptop or demonstration site (#false).
        lab: Traced<bool> [merged],
    }
}

words! {
    /// When an overlay is taken where a site names none of its choice.
    pub enum DefaultWhen {
        /// In any case.
        Always = "always",
        /// Where three nodes or more take part in the control plane.
        ThreeControllers = "three-controllers",
        /// Where fewer do.
        FewerControllers = "fewer-controllers",
    }
}

record! {
    /// What an overlay says of itself.
    pub struct OverlayHead {
        /// Its name.
        name: Label,
        /// What it is for, one sentence.
        summary: Option<String>,
        /// The choice that it is an answer to; a site takes one overlay of a choice.
        choice: Option<Word>,
        /// When it is taken where the site names none of its choice.
        default_when: Option<DefaultWhen>,
        /// The first OpenStack release for which it is taken so (any).
        default_since: Option<Word>,
        /// The last OpenStack release for which it is taken so (any).
        default_until: Option<Word>,
        /// Overlays that come with it.
        requires: Distinct<Word>,
    }
}

record! {
    /// A layer between defaults and spec.
    pub struct Overlay, include(head: OverlayHead, common: Common), positional("name") {}
}
