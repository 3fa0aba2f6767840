//! The shapes of a site's spec and of an overlay: stock overlays are bound with the services that they name.
//!
//! Invariant: an overlay may say whatever a site may, but nodes.

use crate::catalog::cni::CniSpec;
use crate::catalog::interface::{InterfaceSpec, Route, RoutingPolicy};
use crate::catalog::patch::Patch;
use crate::tree::record::Described;
use crate::tree::shape::{Field, Record, Shape, choice, optional, required};

const TEXTS: Shape = Shape::List(&Shape::Text);
const NO: &[&Record] = &[];

static RELEASE: Record = Record {
    name: "Release",
    doc: "Which releases the site runs.",
    positional: &["openstack"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        optional("openstack", Shape::Text, "The OpenStack release, for instance \"2026.1\"."),
        optional("kubernetes", Shape::Text, "The Kubernetes minor version, for instance \"1.35\"."),
    ],
};

static NETWORK: Record = Record {
    name: "Network",
    doc: "A network of the site. `management` must be there; `tunnel` carries tenants' tunnels where it is.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        optional("cidr", Shape::Text, "Its addresses, for instance \"10.10.0.0/24\"."),
        optional("vlan", Shape::Integer(1, 4094), "The VLAN id (IEEE 802.1Q); untagged where left out."),
        optional("mtu", Shape::Integer(576, 9216), "The MTU in bytes (1500)."),
        optional("gateway", Shape::Text, "The default gateway's address."),
        optional("vip", Shape::Text, "The virtual address of the control plane."),
        optional("dns", TEXTS, "Name servers."),
        optional("ntp", TEXTS, "Time servers that the controllers follow."),
        optional("ntp-pool", TEXTS, "Time server pools that the controllers follow."),
        optional("physical", Shape::Text, "The physical network's name in neutron; makes it a provider network."),
        optional(
            "bridge",
            Shape::Text,
            "The Open vSwitch bridge that carries the physical network on the nodes that have an interface for it (br-ex).",
        ),
        optional(
            "vlan-range",
            TEXTS,
            "VLAN ids that tenants' networks may have on the physical network, `first:last`.",
        ),
        optional("route", Route::LIST, "Routes of the nodes that have an address in it."),
        optional(
            "routing-policy",
            RoutingPolicy::LIST,
            "Packets that a routing table of their own decides, on the nodes that have an address in it.",
        ),
    ],
};

static NODE: Record = Record {
    name: "Node",
    doc: "A machine, or a range of machines: `node \"cmp[01-40]\" management=\"10.10.0.[101-140]\" { roles compute }`. \
          Its addresses are written by network: NETWORK=ADDRESS.",
    positional: &[],
    shorthand: None,
    rest: Some(&Shape::Text),
    one_of: false,
    includes: NO,
    fields: &[
        optional(
            "roles",
            TEXTS,
            "What it is for: controller, network, compute, storage, kubernetes, or a role of the site's own.",
        ),
        optional("labels", TEXTS, "Kubernetes node labels of its own, `key=value`."),
        optional(
            "interface",
            Shape::Table(&InterfaceSpec::SHAPE),
            "Its interfaces; with them the host's netplan file is written.",
        ),
    ],
};

static COMPONENT: Record = Record {
    name: "ComponentSettings",
    doc: "What is said of one component of a service.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        optional("replicas", Shape::Integer(0, 1000), "The number of pods."),
        optional("cpu", Shape::Text, "Requested CPU, a quantity."),
        optional("cpu-limit", Shape::Text, "CPU limit, a quantity."),
        optional("memory", Shape::Text, "Requested memory, a quantity."),
        optional("memory-limit", Shape::Text, "Memory limit, a quantity."),
    ],
};

static SERVICE: Record = Record {
    name: "ServiceSettings",
    doc: "What is said of a service: whether it is on, its settings by name, its config files' options, its components.",
    positional: &[],
    shorthand: None,
    rest: Some(&Shape::Value),
    one_of: false,
    includes: NO,
    fields: &[
        optional("enabled", Shape::Boolean, "Is it part of the site?"),
        optional("config", Shape::Table(&Shape::Any), "File -> section -> option -> value; null removes an option."),
        optional("component", Shape::Table(&Shape::Record(&COMPONENT)), "Components by name."),
        optional(
            "extra-options",
            Shape::Table(&Shape::Map(&TEXTS)),
            "Options that the release's tables do not know, those of a driver from elsewhere: \
             `extra-options \"cinder.conf\" { acme acme_pool acme_user }`.",
        ),
    ],
};

static GROUP: Record = Record {
    name: "Group",
    doc: "Nodes with settings of their own: `group big { nodes \"cmp[31-40]\"; service nova { cpu-allocation-ratio \"8.0\" } }`. \
          Each DaemonSet that they change runs there in a variant of its own; the nodes carry the label `taco-gen/group=NAME`.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        required("nodes", TEXTS, "Node names or ranges."),
        optional(
            "service",
            Shape::Table(&Shape::Record(&SERVICE)),
            "Settings, options and resources of services on these nodes.",
        ),
    ],
};

static ROLE: Record = Record {
    name: "SiteRole",
    doc: "A role of the site's own.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[required("labels", TEXTS, "Node labels that it brings, each with the value `enabled`.")],
};

static EXPOSE: Record = Record {
    name: "Expose",
    doc: "How public endpoints are reached.",
    positional: &["kind"],
    shorthand: Some("kind"),
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        required(
            "kind",
            Shape::Choice(&[
                choice("gateway"),
                choice("ingress"),
                choice("nodeport"),
                choice("loadbalancer"),
                choice("none"),
            ]),
            "Gateway API, Ingress, NodePort, LoadBalancer, or not at all.",
        ),
        optional("class", Shape::Text, "GatewayClass, IngressClass or load-balancer class."),
        optional("tls", Shape::Text, "The Secret with the certificate; public URLs are https where there is one."),
        optional("host", Shape::Text, "The host name or address of node ports (the VIP, or the first node)."),
    ],
};

static DELIVER: Record = Record {
    name: "Deliver",
    doc: "How the output gets into the cluster.",
    positional: &["kind"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        required("kind", Shape::Choice(&[choice("argocd"), choice("flux")]), "The GitOps controller."),
        required("repo", Shape::Text, "The GitOps repository's URL."),
        optional("branch", Shape::Text, "The branch (main)."),
        optional("path", Shape::Text, "The folder in the repository (the site's name)."),
        optional("namespace", Shape::Text, "The namespace of the controller's objects (argocd, flux-system)."),
        optional(
            "secrets",
            Shape::Record(&SECRETS),
            "How passwords and keys get into the cluster (sops with flux, external-secrets with argocd).",
        ),
    ],
};

static SECRETS: Record = Record {
    name: "Secrets",
    doc: "How passwords and keys get into the cluster.",
    positional: &["kind"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        required(
            "kind",
            Shape::Choice(&[
                choice("sops"),
                choice("external-secrets"),
                choice("sealed-secrets"),
                choice("plain"),
                choice("none"),
            ]),
            "`sops`: Secrets that Flux decrypts. `external-secrets`: objects of the External Secrets Operator, which fetches \
             the values from a store of secrets. `sealed-secrets`: SealedSecrets, which only the controller in the cluster opens. `plain`: Secrets in plain text, for laptops (`lab #true`) only. `none`: others see to it.",
        ),
        optional("store", Shape::Text, "The ClusterSecretStore of external-secrets (the site's name)."),
        optional("path", Shape::Text, "The folder in that store (the site's name)."),
        optional(
            "certificate",
            Shape::Text,
            "The certificate of the controller of sealed-secrets, a PEM file below the site's folder.",
        ),
        optional("recipients", TEXTS, "age recipients of the cluster for sops (those of the password store)."),
    ],
};

static ALLOW: Record = Record {
    name: "Allow",
    doc: "A diagnostic that is a warning for a time: `allow TG0525 reason=\"gone with the next release\" until=\"2026-12-31\"`.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        required("reason", Shape::Text, "Why it may stand for now."),
        required("until", Shape::Text, "The last day on which it may, YYYY-MM-DD; from then on it is an error again."),
    ],
};

static COMMON: Record = Record {
    name: "Common",
    doc: "What sites and overlays may both say.",
    positional: &[],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: NO,
    fields: &[
        optional("region", Shape::Text, "The region in the identity catalog (RegionOne)."),
        optional("domain", Shape::Text, "The DNS domain of public endpoints."),
        optional("namespace", Shape::Name, "The Kubernetes namespace (openstack)."),
        optional("cluster-domain", Shape::Text, "The cluster's DNS domain (cluster.local)."),
        optional("release", Shape::Record(&RELEASE), "Which releases the site runs."),
        optional("network", Shape::Table(&Shape::Record(&NETWORK)), "Networks by name."),
        optional("role", Shape::Table(&Shape::Record(&ROLE)), "Roles of the site's own."),
        optional("service", Shape::Table(&Shape::Record(&SERVICE)), "Services by name."),
        optional("image", Shape::Table(&Shape::Text), "Images by key, in place of the release's."),
        optional("registry", Shape::Text, "A registry that takes the place of every image's registry host."),
        optional(
            "cni",
            Shape::Record(CniSpec::record()),
            "The cluster's network plugin (calico with vxlan, as Kubespray makes it).",
        ),
        optional("expose", Shape::Record(&EXPOSE), "How public endpoints are reached (gateway)."),
        optional(
            "deliver",
            Shape::Record(&DELIVER),
            "How the output gets into the cluster; left out: no delivery objects.",
        ),
        optional("storage-class", Shape::Text, "The StorageClass of claims (the cluster's default)."),
        optional(
            "kinds",
            TEXTS,
            "Kinds of objects that the cluster has and the program has no types of: `kinds \"Foo.example.com/v1\"`.",
        ),
        optional("patch", Shape::Sequence(Patch::record()), "Changes to finished objects."),
        optional(
            "comments",
            Shape::Boolean,
            "Whether comments of the spec, the overlays and the service data stand in the output, above what they explain (#true).",
        ),
    ],
};

const NAME: Field = required("name", Shape::Name, "Its name.");

/// A site.
pub static SITE: Record = Record {
    name: "Site",
    doc: "A site: everything that a person decides about it.",
    positional: &["name"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: &[&COMMON],
    fields: &[
        NAME,
        optional("overlays", TEXTS, "Overlays, each under `overlays/` or one of the stock."),
        required("node", Shape::Table(&Shape::Record(&NODE)), "Nodes by name or range."),
        optional("group", Shape::Table(&Shape::Record(&GROUP)), "Host groups by name."),
        optional("passwords", Shape::Text, "The passwords file, relative to the site's folder."),
        optional("lab", Shape::Boolean, "A laptop or demonstration site (#false)."),
        optional("allow", Shape::Table(&Shape::Record(&ALLOW)), "Diagnostics by code that are warnings for a time."),
    ],
};

/// An overlay.
pub static OVERLAY: Record = Record {
    name: "Overlay",
    doc: "A layer between defaults and spec.",
    positional: &["name"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: &[&COMMON],
    fields: &[
        NAME,
        optional("summary", Shape::Text, "What it is for, one sentence."),
        optional("choice", Shape::Text, "The choice that it is an answer to; a site takes one overlay of a choice."),
        optional(
            "default-when",
            Shape::Choice(&[choice("always"), choice("three-controllers"), choice("fewer-controllers")]),
            "When it is taken where the site names none of its choice.",
        ),
        optional("requires", TEXTS, "Overlays that come with it."),
        optional("lab", Shape::Boolean, "A laptop or demonstration site."),
    ],
};
