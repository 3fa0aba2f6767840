//! Codes about comparing states and about what a change does: TG0844 to TG0879.
//!
//! Invariant: sorted by code.

use super::entry::CodeEntry;

/// The register.
pub static REVIEW_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0844",
        title: "a base that is not there",
        explanation: "`--base` names a Git ref or a directory. A name that begins with `-` is rejected, since Git would take it for an option; a name that is both is ambiguous: `./NAME` is the directory, `refs/heads/NAME` the branch. A shallow clone, as pipelines make it, has few commits: fetch the branch first.",
    },
    CodeEntry {
        code: "TG0845",
        title: "Git cannot be read",
        explanation: "A base that is not a directory is read with the program `git`, from the repository that holds the project. The message says what Git said. Where there is no repository, or the output folder is outside it, compare with a directory: `--base DIRECTORY`.",
    },
    CodeEntry {
        code: "TG0846",
        title: "a base that does not build",
        explanation: "The base has no output of the site, so its spec was compiled, and it has errors. Name a base that builds, or one whose output is committed.",
    },
    CodeEntry {
        code: "TG0847",
        title: "a directory that is not a base",
        explanation: "Expected a project (`sites/SITE/`), an output folder (`SITE/SHA256SUMS`), or the output of one site (`SHA256SUMS`), of plain files: links are not followed.",
    },
    CodeEntry {
        code: "TG0848",
        title: "a dump that cannot be read",
        explanation: "`drift --live` reads what `kubectl get KINDS -o json --show-managed-fields` printed: a List, an object, or several one after the other. A file that is cut off, e.g. because the disk was full or the connection ended, is not compared at all: what is missing in it would look like what is missing in the cluster.",
    },
    CodeEntry {
        code: "TG0850",
        title: "an acknowledgement without effect",
        explanation: "`acknowledge` names a class of disruption that a plan asks about: `data-plane` (traffic of instances on a node may stop for a while) or `instance` (instances on a node may stop). Other classes need no acknowledgement.",
    },
    CodeEntry {
        code: "TG0851",
        title: "a disruption that is not acknowledged",
        explanation: "A change ends pods whose restart may stop traffic or instances. Whoever decides that says so in the spec, where a reviewer sees it: `acknowledge data-plane until=\"YYYY-MM-DD\"`, or `acknowledge instance`. After that day it counts no more. `plan` reads the day (`--today`, or the clock), `build` does not: the same spec gives the same output on every day.",
    },
    CodeEntry {
        code: "TG0853",
        title: "a command for a file that is not on nodes",
        explanation: "`on-change` of a file in a service folder is the command that makes a node use the file's new content, so it is of host files (`host=\"/etc/...\"`). Pods that mount a file start again by themselves when it changes.",
    },
    CodeEntry {
        code: "TG0854",
        title: "a data-plane component with a lesser disruption",
        explanation: "`data-plane #true` says that a restart of the component touches traffic or instances, so its `disruption` is `data-plane` or `instance`. Correct the one or the other.",
    },
    CodeEntry {
        code: "TG0855",
        title: "a release of a service that follows none",
        explanation: "`service NAME { release \"2025.2\" }` takes the service's images, options, Jobs and rules from another OpenStack release than the site's. A database, a broker or a program of the hosts has no images of OpenStack releases; `image KEY \"REFERENCE\"` gives it another version.",
    },
    CodeEntry {
        code: "TG0856",
        title: "releases that are too far apart",
        explanation: "Services of a site may be at two releases while it is upgraded. OpenStack tests and supports one step: from a release to the next, or from a SLURP release (the first of a year) to the next SLURP release, https://docs.openstack.org/project-team-guide/release-cadence-adjustment.html. Upgrade all services to the release between before the first goes further. `taco-gen releases` lists what each release is reached from.",
    },
    CodeEntry {
        code: "TG0857",
        title: "a release of its own on hosts",
        explanation: "A site for hosts takes its programs from the packages of a distribution, whose repository holds one OpenStack release. Services share libraries there, so that they are upgraded together.",
    },
    CodeEntry {
        code: "TG0858",
        title: "a service that is upgraded too early",
        explanation: "The service calls another one in ways that only the same or a newer release of that one knows, so that one is upgraded first (`upgrade-after` in service data). Nova, for instance, asks placement for the microversion of its own release, https://docs.openstack.org/nova/latest/admin/upgrades.html.",
    },
    CodeEntry {
        code: "TG0859",
        title: "nodes at a release that the service does not work with",
        explanation: "A host group keeps the agents of its nodes at a release of their own: `group rack1 { nodes ...; service nova { release \"2025.1\" } }`. The control plane is upgraded first, and compute nodes may be at most one supported step older: nova refuses to start beside older ones, https://docs.openstack.org/nova/latest/admin/upgrades.html. Raise the release of the service, or that of the group.",
    },
    CodeEntry {
        code: "TG0860",
        title: "a step of an upgrade without its release",
        explanation: "At the steps `check` and `expand` Jobs run programs of the release that the service goes to, which `release next` names: `release openstack=\"2025.1\" next=\"2026.1\"`. A service that is at that release already has these steps behind it. `taco-gen upgrade SITE --to RELEASE` writes both words.",
    },
    CodeEntry {
        code: "TG0861",
        title: "an upgrade that OpenStack does not support",
        explanation: "OpenStack tests upgrades from a release to the next, and from a SLURP release (the first of a year) to the next SLURP release, https://docs.openstack.org/project-team-guide/release-cadence-adjustment.html. Migrations of a release that is skipped are dropped after that, so a longer way is taken release by release. There is no way back to an older release but a backup of the databases.",
    },
    CodeEntry {
        code: "TG0862",
        title: "a step of an upgrade without effect",
        explanation: "`upgrade check`, `expand`, `rolling` or `online` of a service adds or changes a Job, where its service data have one for that step (`upgrade` and `run-while-rolling` of a Job). The service has none, is off, or a host group says it; or the site names a `next` release and no service is on the way to it.",
    },
    CodeEntry {
        code: "TG0863",
        title: "a version that does not take over the data",
        explanation: "The StatefulSet is in the output of the last build, and its program would find data of a version that it does not upgrade from while the other members still run. RabbitMQ starts on data of some series alone, once their feature flags are on (https://www.rabbitmq.com/docs/upgrade); a Galera cluster is upgraded one series at a time (https://mariadb.com/docs/server/server-management/install-and-upgrade-mariadb/upgrading/mariadb-community-server-upgrade-paths/general-upgrade-information), etcd one minor version at a time (https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/). None of them goes back to an older series. Set `image NAME` to a version of the series between, deliver it, and wait until all pods run it. `recreate \"StatefulSet/NAME\" until=\"YYYY-MM-DD\"` says that the object is made again by hand, with what its program asks for.",
    },
    CodeEntry {
        code: "TG0865",
        title: "output without a site",
        explanation: "The output folder holds what a build wrote for a site that no spec describes any more: it was removed or renamed. `taco-gen build --remove-gone` removes the files that a build wrote and nobody edited. The repository that a controller follows keeps its folder until `taco-gen publish --remove FOLDER --repo URL`; what the controller delivered then goes as `delivery/README.md` of the site says.",
    },
];
