//! The shapes of service data: `service.kdl`, config fragments, releases and roles.
//!
//! This is the language that services are written in, field by field.
//!
//! Invariant: what is not described here has no effect; an unknown name is an error.
//!
//! References are values with a form: KDL `(form)"argument"`, YAML `!form argument`. They may stand wherever a
//! `Scalar` or `Value` may; inside `(text)"..{form:argument}.."` several may be woven into one string. The forms:
//!
//! | form | argument | gives |
//! |---|---|---|
//! | `endpoint` | `ID [internal, public]` | the endpoint's URL with its path |
//! | `endpoint-root`, `endpoint-host`, `endpoint-port`, `endpoint-scheme` | `ID [internal, public]` | a part of it |
//! | `provider` | `CAPABILITY` | `host:port` of the Service that provides it |
//! | `provider-host`, `provider-port` | `CAPABILITY` | a part of it |
//! | `provider-hosts` | `CAPABILITY [prefix=P] [separator=S]` | every pod as `host:port`, joined (`,`) |
//! | `database-url` | `ID` of a `database` of this service | the URL that the provider of `database` says (secret) |
//! | `queue-url` | (empty) | the URL that the provider of `queue` says (secret) |
//! | `secret` | `NAME` or `SERVICE/NAME` | a secret's value (secret) |
//! | `identity-password` | `USER` of this service's `identity` | that user's password (secret) |
//! | `site` | `region`, `domain`, `name`, `namespace`, `vip`, `network.NAME.FIELD` ... | a value of the site spec |
//! | `setting` | `NAME` or `SERVICE.NAME` | a setting's value |
//! | `replicas` | `COMPONENT` or `SERVICE/COMPONENT` | how many pods it runs (of a DaemonSet: its nodes) |
//! | `pods` | `COMPONENT [port] [prefix=P] [named=P] [separator=S]` | host names of a StatefulSet's pods, joined; with a port `host:port`, with `named` `pod=Phost` |
//! | `self` | `name`, `identity`, `vhost` | this service's name, first identity user, virtual host |
//! | `nodes-labelled` | `LABEL` | the names of the nodes that carry the label, joined by commas |
//! | `nodes` | `LABEL [at-most=N]` | how many nodes carry the label |
//! | `memory-limit` | `COMPONENT` | the bytes that its main container may use |
//! | `node-address` | `NETWORK` | the pod's node's address in that network, found when the pod starts (only in `node-options`) |
//! | `option` | `FILE SECTION OPTION [DEFAULT]` | the value of another option of this service, or what its program takes without |
//! | `quotient` | `TERM... per=TERM[*TERM]... [plus=TERM]` | the sum of the terms divided by the product, rounded up, and more; a term is a number, a setting, or an option `FILE|SECTION|OPTION` |
//! | `pod` | `name`, `namespace`, `ip`, `host-ip`, `node` | a downward-API field (only in `env`) |
//! | `client` | `name`, `vhost` | a field of the client, in jobs under `provides` |
//! | `each` | `SOURCE [WORD]...: TEXT` | a text for each record of a source, with `{.FIELD}` in it (see [`super::each`]); of an option a value each, elsewhere joined by commas |
//! | `records` | `SOURCE [WORD]...: [NAME=]FIELD...` | the records of a source as a JSON list of objects; no text where there is none |
//! | `image` | `KEY` | an image of the release |
//! | `trust` | (empty) | the path of the certificates that clients trust, mounted in every pod that talks to a TLS server of the site |
//! | `text` | text with `{form:argument}` | the text with references put in; `{{` is `{` |
//!
//! Conditions, on everything that has `when`: words joined by spaces, all of which must hold: `SETTING=VALUE`,
//! `SERVICE.SETTING=VALUE`, `service:NAME` (enabled), `tls:CAPABILITY` (its provider speaks TLS), `node:NAME` (in host
//! files: the node has the label, group or trait), `nodes:NAME` (some node does), each negated by a leading `!`.

mod file;
mod pod;
mod rule;

pub use pod::{CONTAINER, POD};
pub use rule::RULE;

use crate::spec::shape::PATCH;
use crate::tree::shape::{Field, Record, Shape, optional, required};

const TEXTS: Shape = Shape::List(&Shape::Text);
const VALUES: Shape = Shape::List(&Shape::Scalar);

/// Fields that limit when an item is there.
pub static BOUNDS: Record = Record {
    name: "Bounds",
    doc: "When an item is there.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        optional("since", Shape::Text, "The first OpenStack release that has it."),
        optional("until", Shape::Text, "The last OpenStack release that has it."),
        optional("when", Shape::Text, "The condition under which it is there (see the module's head)."),
    ],
};

/// `setting workers type=integer default=4`.
pub static SETTING: Record = Record {
    name: "Setting",
    doc: "A knob that a site may turn: `service NAME { SETTING VALUE }`.",
    positional: &["default"],
    shorthand: Some("default"),
    rest: None,
    includes: &[],
    fields: &[
        optional("type", Shape::Choice(&["text", "integer", "boolean", "quantity", "list"]), "What it holds (text)."),
        optional("default", Shape::Value, "Its value where the site says nothing; may be a reference."),
        optional("choices", TEXTS, "The words it may be."),
        optional("minimum", Shape::Integer(i64::MIN, i64::MAX), "The smallest number."),
        optional("maximum", Shape::Integer(i64::MIN, i64::MAX), "The largest number."),
        required("doc", Shape::Text, "What it decides."),
    ],
};

static DATABASE: Record = Record {
    name: "Database",
    doc: "A database that the service owns; `database ID name=...`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[optional("name", Shape::Text, "The schema's name in the server (the id).")],
};

static QUEUE: Record = Record {
    name: "Queue",
    doc: "The service's virtual host at the message broker.",
    positional: &["vhost"],
    shorthand: Some("vhost"),
    rest: None,
    includes: &[],
    fields: &[required("vhost", Shape::Text, "The virtual host, without the leading slash; also the broker user.")],
};

static IDENTITY: Record = Record {
    name: "IdentityUser",
    doc: "A user in the identity service; `identity USER { roles admin service }`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        optional("roles", TEXTS, "Roles it gets (admin service)."),
        optional("project", Shape::Text, "The project it gets them on (service); empty: on the domain."),
        optional("domain", Shape::Text, "The domain it lives in, made where it is missing (Default)."),
        optional(
            "sole",
            Shape::Boolean,
            "Entities belong to the user itself: no second user takes its place in a staged rotation (#false).",
        ),
    ],
};

static CATALOG_TYPE: Record = Record {
    name: "CatalogType",
    doc: "Another type that the endpoint has in the identity catalog; `also volumev3 until=\"2024.1\"`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[],
};

static TLS: Record = Record {
    name: "Tls",
    doc: "The server speaks TLS; `tls port=5671 when=\"tls=true\"`. Clients of the site get the trust mounted.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[optional("port", Shape::Integer(1, 65535), "The port instead of the plain one (the same).")],
};

static ENDPOINT: Record = Record {
    name: "Endpoint",
    doc: "An address that others call; `endpoint ID port=8774 path=\"/v2.1\"`. The id is also its name in references and gates.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("port", Shape::Integer(1, 65535), "The port that pods listen on and the Service offers."),
        optional("tls", Shape::Record(&TLS), "It speaks TLS inside of the cluster."),
        optional("path", Shape::Text, "Appended to the URL in the catalog."),
        optional("service", Shape::Text, "The Kubernetes Service (the name of the component that serves it)."),
        optional("type", Shape::Text, "The service type in the identity catalog; left out: not in the catalog."),
        optional("also", Shape::Table(&Shape::Record(&CATALOG_TYPE)), "Other types that clients look for it under."),
        optional("title", Shape::Text, "The service name in the catalog (the taco-gen service's name)."),
        optional(
            "public",
            Shape::Text,
            "The host's first label outside (`compute` gives compute.DOMAIN); left out: not exposed.",
        ),
        optional("node-port", Shape::Integer(30000, 32767), "The port where the site exposes by NodePort."),
        optional(
            "body-size",
            Shape::Text,
            "The largest request body that a proxy should pass, for instance 0 for no limit.",
        ),
        optional("timeout", Shape::Text, "How long a proxy should wait for a response, for instance 600s."),
    ],
};

static SECRET: Record = Record {
    name: "Secret",
    doc: "A secret of the service beyond those of its database, queue and identity users.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required(
            "kind",
            Shape::Choice(&["password", "hex", "uuid", "ssh-key", "ceph-key", "fernet", "base64", "x509", "runtime"]),
            "How it is made. `x509`: a TLS key and a certificate that the site's authority signs. `runtime`: an object without data that a Job fills in the cluster.",
        ),
        optional("length", Shape::Integer(8, 4096), "Characters, where the kind leaves it open (40)."),
        optional(
            "services",
            TEXTS,
            "Kubernetes Services of this service: of an `x509` secret, whose names the certificate has.",
        ),
        optional("fixed", Shape::Boolean, "Data is encrypted with it, so it never changes (#false)."),
        optional("doc", Shape::Text, "What it protects."),
    ],
};

static SERVICE_OBJECT: Record = Record {
    name: "ServiceObject",
    doc: "A Kubernetes Service beyond those of the endpoints; `service mariadb { port mysql 3306 }`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required(
            "port",
            Shape::Table(&Shape::Record(&pod::PORT)),
            "Its ports; names are those of the container's; one that an endpoint has is the endpoint's.",
        ),
        optional("headless", Shape::Boolean, "No address of its own: names the pods."),
        optional("unready", Shape::Boolean, "Names pods before they are ready (for cluster formation)."),
        optional("select", Shape::Map(&Shape::Scalar), "More labels that a pod must carry."),
    ],
};

static COMPONENT: Record = Record {
    name: "Component",
    doc: "A long-running workload; its object is named SERVICE-COMPONENT unless `name` says otherwise.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&POD],
    fields: &[
        required("kind", Shape::Choice(&["deployment", "statefulset", "daemonset"]), "The Kubernetes kind."),
        optional("name", Shape::Name, "The object's name."),
        optional(
            "serves",
            TEXTS,
            "Ids of this service's endpoints: makes Service, ports, exposure and, unless said otherwise, probes.",
        ),
        optional(
            "replicas",
            Shape::Scalar,
            "A number, `api` (one a labelled node, at most 3), `quorum` (the odd number of those), or `one`. A site may override it.",
        ),
        optional("processes", VALUES, "Processes of a pod that connect for themselves, added up (1)."),
        optional("single", Shape::Boolean, "More than one replica is a mistake (a static host name, say)."),
        optional("service", Shape::Table(&Shape::Record(&SERVICE_OBJECT)), "More Services."),
        optional("headless", Shape::Text, "The headless Service that names a StatefulSet's pods."),
        optional("parallel", Shape::Boolean, "A StatefulSet's pods start together."),
        optional(
            "data-plane",
            Shape::Boolean,
            "Restarting it touches tenants' traffic or machines: updated only when its pod is deleted (OnDelete).",
        ),
        optional("max-unavailable", Shape::Scalar, "How many pods a rollout may take down (1)."),
        optional(
            "spread",
            Shape::Choice(&["required", "preferred", "none"]),
            "Pods on different nodes (preferred; statefulset required).",
        ),
        optional("members", Shape::Boolean, "Its pods form a quorum: an even number is a mistake."),
        optional("unit", Shape::Name, "The delivery unit (the service's)."),
    ],
};

/// A job under a service or under `provides`.
pub static JOB: Record = Record {
    name: "Job",
    doc: "A workload that ends; with `schedule` a CronJob. Named SERVICE-JOB-<digest>, a CronJob without the digest.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&POD],
    fields: &[
        optional("schedule", Shape::Scalar, "A cron expression."),
        optional("retries", Shape::Integer(0, 10_000), "How often it is tried again (1000 for gated jobs)."),
        optional("deadline", Shape::Integer(1, 604_800), "Seconds one run may take."),
        optional("client-secret", Shape::Text, "Under `provides`: the absolute folder for the client's credentials."),
        optional("unit", Shape::Name, "The delivery unit (the service's)."),
    ],
};

static URL: Record = Record {
    name: "ClientUrl",
    doc: "How a client's URL is made: `url \"scheme://{user}:{password}@{host}:{port}/{name}\"`; the password is percent-encoded.",
    positional: &["text"],
    shorthand: Some("text"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required(
            "text",
            Shape::Text,
            "Text with `{user}` and `{password}` of the client's account, `{name}` (its database, its virtual host), `{host}` and `{port}` of the provider, `{trust}` (the path of the certificates that clients trust), `{members}`.",
        ),
        optional(
            "member",
            Shape::Text,
            "What `{members}` says of each pod, joined by commas; `{host}` is the pod's there.",
        ),
    ],
};

static PROVIDE: Record = Record {
    name: "Provide",
    doc: "A capability that this service provides; `provides database { service mariadb; port 3306; component server; job db-init {...} }`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("component", Shape::Name, "The component behind it."),
        required("service", Shape::Name, "The Kubernetes Service."),
        required("port", Shape::Integer(1, 65535), "Its port."),
        optional("tls", Shape::Record(&TLS), "It speaks TLS."),
        optional("url", Shape::Sequence(&URL), "How a client's URL is made; the first that holds."),
        optional("connections", Shape::Record(&rule::CONNECTIONS), "How many connections clients may open."),
        optional(
            "job",
            Shape::Table(&Shape::Record(&JOB)),
            "Jobs made once for each client service that declares the capability (database, queue, identity, catalog).",
        ),
    ],
};

/// A service.
pub static SERVICE: Record = Record {
    name: "Service",
    doc: "A service or infrastructure part as data: `schema/services/NAME/service.kdl`.",
    positional: &["name"],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("name", Shape::Name, "Its name, that of the folder."),
        required("summary", Shape::Text, "What it does for a site, one sentence."),
        optional("default", Shape::Choice(&["on", "off"]), "Is it part of a site that says nothing (on)."),
        optional("requires", TEXTS, "Services that must be on."),
        optional("unit", Shape::Name, "The delivery unit and folder (the name)."),
        optional("image", Shape::Text, "A key of the release's images (the name)."),
        optional("user", Shape::Integer(0, 4_294_967_294), "The uid that its images run as."),
        optional("setting", Shape::Table(&Shape::Record(&SETTING)), "Knobs."),
        optional("database", Shape::Table(&Shape::Record(&DATABASE)), "Databases; the user is the service's name."),
        optional("queue", Shape::Record(&QUEUE), "Its place at the broker."),
        optional("identity", Shape::Table(&Shape::Record(&IDENTITY)), "Users."),
        optional("endpoint", Shape::Table(&Shape::Record(&ENDPOINT)), "Endpoints."),
        optional("provides", Shape::Table(&Shape::Record(&PROVIDE)), "Capabilities."),
        optional("secret", Shape::Table(&Shape::Record(&SECRET)), "Secrets."),
        optional("file", Shape::Table(&Shape::Record(&file::FILE)), "Config files."),
        optional("component", Shape::Table(&Shape::Record(&COMPONENT)), "Workloads."),
        optional("job", Shape::Table(&Shape::Record(&JOB)), "Jobs and CronJobs."),
    ],
};

static OPTION: Record = Record {
    name: "Option",
    doc: "An option's value; several arguments are a repeated option.",
    positional: &["value"],
    shorthand: Some("value"),
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("value", Shape::Value, "The value."),
        optional("join", Shape::Text, "Several values are one line, joined by this."),
        optional(
            "enumerate",
            Shape::Boolean,
            "Each item of the value, split at commas, is an option of its own; `*` in the name is its number from 1.",
        ),
    ],
};

static SERVICE_PATCH: Record = Record {
    name: "ServicePatch",
    doc: "A change to finished objects that comes with a service.",
    positional: &["kind", "name"],
    shorthand: None,
    rest: None,
    includes: &[&PATCH, &BOUNDS],
    fields: &[],
};

/// `schema/services/NAME/patch/*.kdl`.
pub static PATCHES: Record = Record {
    name: "ServicePatches",
    doc: "Changes to finished objects that come with a service; the site's own patches follow.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[required("patch", Shape::Sequence(&SERVICE_PATCH), "The changes, in order.")],
};

/// A config fragment: section -> option -> value. Files without sections (`properties`, `directives`, `environment`) put
/// their options under one section named `-`.
pub static FRAGMENT: Shape = Shape::Map(&Shape::Map(&Shape::Record(&OPTION)));

static RELEASE: Record = Record {
    name: "Release",
    doc: "An OpenStack release; releases stand in order of age.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[required("codename", Shape::Text, "Its code name."), IMAGES_FIELD],
};
const IMAGES_FIELD: Field = optional("image", Shape::Map(&Shape::Text), "Image references by key.");

static ROLE: Record = Record {
    name: "Role",
    doc: "What a node is for.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        optional("labels", TEXTS, "Node labels it brings, each with the value `enabled`."),
        optional("summary", Shape::Text, "What runs on it."),
        optional(
            "groups",
            TEXTS,
            "Groups of the inventory that the node joins; a trailing `?`: only where no other role of the site brings the group.",
        ),
        optional(
            "traits",
            TEXTS,
            "What host files ask for besides labels and groups, `time-server` for instance; `?` as there.",
        ),
    ],
};

/// `schema/releases.kdl`.
pub static RELEASES: Record = Record {
    name: "Releases",
    doc: "Releases, the images of each, Kubernetes versions, node roles.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        required("openstack", Shape::Table(&Shape::Record(&RELEASE)), "OpenStack releases, oldest first."),
        required("kubernetes", TEXTS, "Kubernetes minor versions, oldest first."),
        optional("image", Shape::Map(&Shape::Text), "Images that do not follow the OpenStack release."),
        required("role", Shape::Table(&Shape::Record(&ROLE)), "Node roles."),
    ],
};
