//! Codes about comparing states and about what a change does: TG0844 to TG0869.
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
];
