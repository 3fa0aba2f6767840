//! The codes of what a site says of back ends under names of its own.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The entries, sorted by code.
pub static BACK_END_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0440",
        title: "unknown kind of back end",
        explanation: "`back-end NAME kind=KIND` adds a back end of a kind that the service data declares; `taco-gen explain SERVICE` lists the kinds. For a driver without a kind of its own, use the kind `driver`, if the service has it, or add a kind under `schema/services/`.",
    },
    CodeEntry {
        code: "TG0441",
        title: "an invalid back end name",
        explanation: "The name is used for a section of the configuration file, a workload and secrets. It is a DNS label that no section and no object of the service already uses.",
    },
    CodeEntry {
        code: "TG0442",
        title: "unknown setting of a back end",
        explanation: "Each kind of back end has its own settings. Set other options of the driver in `config { OPTION VALUE }` of the back end; they are checked against the option tables of the release.",
    },
    CodeEntry {
        code: "TG0443",
        title: "a back end that lacks a setting",
        explanation: "Only the site knows the value, such as the share of an NFS server or the class of a driver; there is no default. Say it: `back-end NAME kind=KIND { SETTING VALUE }`.",
    },
    CodeEntry {
        code: "TG0444",
        title: "a back end of a host group",
        explanation: "A back end has pods, secrets and a section of its own, which are of the whole site. Say it of the service in the site; `component NAME { node-selector { LABEL \"VALUE\" } }` places its pods on some nodes.",
    },
    CodeEntry {
        code: "TG0445",
        title: "an option of another driver",
        explanation: "Each driver of the block storage service declares the options that it reads (`get_driver_options`); the option is one of others', and this driver would ignore it. The lists are those of the release's package; a driver may read more than it declares, so this is a warning.",
    },
    CodeEntry {
        code: "TG0446",
        title: "an unknown driver",
        explanation: "The service's package of the release has no driver of that class, and the volume service would not start its back end. A class of another package is not looked for: it is in the image or it is not.",
    },
    CodeEntry {
        code: "TG0447",
        title: "two zones of one node",
        explanation: "A node stands in one zone: what it says itself, or what the host group says that it is in. The zone is the label `topology.kubernetes.io/zone`, which is not said a second time.",
    },
    CodeEntry {
        code: "TG0448",
        title: "too many back ends of a kind",
        explanation: "The program behind can be told of so many only: the module that protects the federated paths of the identity service, for instance, has one provider.",
    },
    CodeEntry {
        code: "TG0449",
        title: "a name that does not fit into a URL",
        explanation: "Clients name their account, database and virtual host in a URL. A name with characters that mean something else there (`/`, `?`, `@`, `:`, a space) would name another one. Use letters, digits, `.`, `_` and `-`, at most 64; a virtual host may be `/`.",
    },
];
