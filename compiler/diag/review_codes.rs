//! Codes about comparing states and about what a change does: TG0844 to TG0879.
//!
//! Invariant: sorted by code.

use super::entry::CodeEntry;

/// The register.
pub static REVIEW_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0844",
        title: "an unknown base",
        explanation: "`--base` names a Git ref or a directory. A name that begins with `-` is rejected, because Git would read it as an option. If a name is both, write `./NAME` for the directory or `refs/heads/NAME` for the branch. Pipelines often make shallow clones: fetch the branch first.",
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
        explanation: "`drift --live` reads the output of `kubectl get KINDS -o json --show-managed-fields`: a List, an object, or several in sequence. A truncated file, e.g. because the disk was full or the connection was lost, is not compared at all: objects missing from the file would look as if they were missing from the cluster.",
    },
    CodeEntry {
        code: "TG0850",
        title: "an acknowledgement without effect",
        explanation: "`acknowledge` names a class of disruption that `plan` requires an acknowledgement for: `data-plane` (traffic of instances on a node may be interrupted) or `instance` (instances on a node may stop). Other classes need none.",
    },
    CodeEntry {
        code: "TG0851",
        title: "an unacknowledged disruption",
        explanation: "The change stops pods whose restart may interrupt traffic or stop instances. This needs an acknowledgement in the spec, where reviewers see it: `acknowledge data-plane until=\"YYYY-MM-DD\"`, or `acknowledge instance`. It is valid until that day. Only `plan` reads the date (`--today`, or the clock); the output of `build` does not depend on it.",
    },
    CodeEntry {
        code: "TG0853",
        title: "a command for a file that is not on nodes",
        explanation: "`on-change` of a file in service data is the command that makes a node use the new content, so it only applies to host files (`host=\"/etc/...\"`). Pods that mount a file restart by themselves when it changes.",
    },
    CodeEntry {
        code: "TG0854",
        title: "a data-plane component with a lesser disruption",
        explanation: "`data-plane #true` declares that a restart of the component affects traffic or instances, so its `disruption` has to be `data-plane` or `instance`. Correct one of them.",
    },
    CodeEntry {
        code: "TG0855",
        title: "a release of a service without release images",
        explanation: "`service NAME { release \"2025.2\" }` takes the service's images, options, Jobs and rules from another OpenStack release than the site's. Databases, brokers and host programs have no images per OpenStack release; set another version with `image KEY \"REFERENCE\"`.",
    },
    CodeEntry {
        code: "TG0856",
        title: "releases that are too far apart",
        explanation: "Services of a site may be at two releases while it is upgraded. OpenStack tests and supports one step: from a release to the next, or from a SLURP release (the first of a year) to the next SLURP release, https://docs.openstack.org/project-team-guide/release-cadence-adjustment.html. Upgrade all services to the release between before the first goes further. `taco-gen releases` lists what each release is reached from.",
    },
    CodeEntry {
        code: "TG0857",
        title: "a separate release on hosts",
        explanation: "A site for hosts uses distribution packages, whose archive contains one OpenStack release. The services of a host share libraries, so they are upgraded together.",
    },
    CodeEntry {
        code: "TG0858",
        title: "a service upgraded too early",
        explanation: "The service uses APIs of another service that only the same or a newer release has, so the other service has to be upgraded first (`upgrade-after` in service data). For instance, nova uses placement's microversion of its own release, https://docs.openstack.org/nova/latest/admin/upgrades.html.",
    },
    CodeEntry {
        code: "TG0859",
        title: "nodes at an incompatible release",
        explanation: "A host group can keep the agents of its nodes at another release: `group rack1 { nodes ...; service nova { release \"2025.1\" } }`. The control plane is upgraded first, and compute nodes can be at most one supported step older: nova does not start with older ones, https://docs.openstack.org/nova/latest/admin/upgrades.html. Raise the release of the service, or of the group.",
    },
    CodeEntry {
        code: "TG0860",
        title: "an upgrade step without a target release",
        explanation: "In the steps `check` and `expand`, Jobs run programs of the target release, which `release next` names: `release openstack=\"2025.1\" next=\"2026.1\"`. A service that already has that release is past these steps. `taco-gen upgrade SITE --to RELEASE` writes both.",
    },
    CodeEntry {
        code: "TG0861",
        title: "an unsupported upgrade",
        explanation: "OpenStack supports upgrades from a release to the next, and from a SLURP release (the first of a year) to the next SLURP release, https://docs.openstack.org/project-team-guide/release-cadence-adjustment.html. Later releases drop older migrations, so upgrade one release at a time. Downgrades are not supported; the only way back is a backup of the databases.",
    },
    CodeEntry {
        code: "TG0862",
        title: "an upgrade step without effect",
        explanation: "`upgrade check`, `expand`, `rolling` and `online` of a service add or change Jobs that its data declares for that step (`upgrade` and `run-while-rolling` of a Job). The service has none, is disabled, or the step is set in a host group; or the site names a `next` release and no service is being upgraded to it.",
    },
    CodeEntry {
        code: "TG0863",
        title: "a version that does not take over the data",
        explanation: "The StatefulSet is in the output of the last build, and its program would find data of a version that it does not upgrade from while the other members still run. RabbitMQ starts on data of some series alone, once their feature flags are on (https://www.rabbitmq.com/docs/upgrade); a Galera cluster is upgraded one series at a time (https://mariadb.com/docs/server/server-management/install-and-upgrade-mariadb/upgrading/mariadb-community-server-upgrade-paths/general-upgrade-information), etcd one minor version at a time (https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/). None of them goes back to an older series. Set `image NAME` to a version of the series between, deliver it, and wait until all pods run it. `recreate \"StatefulSet/NAME\" until=\"YYYY-MM-DD\"` says that the object is made again by hand, with what its program asks for.",
    },
    CodeEntry {
        code: "TG0865",
        title: "output without a spec",
        explanation: "The output folder contains the output of a site that was removed or renamed. `taco-gen build --remove-gone` removes the files that a build wrote and nobody edited. In the GitOps repository, `taco-gen publish --remove FOLDER --repo URL` removes the folder; how to remove what the controller delivered is in `delivery/README.md` of the site.",
    },
];
