//! The codes of what a site says of pods, files and objects of its own.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The entries, sorted by code.
pub static OWN_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0450",
        title: "a toleration that cannot hold",
        explanation: "`seconds` counts how long a running pod stays on a node that gets a taint, so it goes with `effect=NoExecute`. A toleration of every taint (`*`) has no value. See https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/.",
    },
    CodeEntry {
        code: "TG0451",
        title: "a name that the pod has already",
        explanation: "A container, a volume, a secret, a label or an annotation of that name is in the pod already, from the service or from taco-gen. Choose another name. What a service's own container does is changed by its settings, by `config`, or by a patch.",
    },
    CodeEntry {
        code: "TG0452",
        title: "a mount over what is mounted",
        explanation: "A container sees one thing at a path. A file or a folder that a site mounts where the service has one would hide it, and nothing can be mounted in a folder that is mounted read-only. The options of a service's config files are set by `config`; anything else goes to a path of its own.",
    },
    CodeEntry {
        code: "TG0453",
        title: "not an absolute path of a container",
        explanation: "A mount stands at a path from the root of the container, without `.`, `..` and `:`.",
    },
    CodeEntry {
        code: "TG0454",
        title: "a file of the site that is not there",
        explanation: "`source` names a file or a folder below the folder of the spec, `content` gives a text in its place. Make the file, or correct the path; links that lead out of the project's folder are not followed.",
    },
    CodeEntry {
        code: "TG0455",
        title: "a private key in a file for pods",
        explanation: "Files of the site's folder stand in Git and in ConfigMaps in plain text. Declare a secret of the site, put its value into the password store by `taco-gen passwords set`, and mount it: `secret NAME at=...`. A key that stood in Git is to be replaced.",
    },
    CodeEntry {
        code: "TG0456",
        title: "an object that is none",
        explanation: "An object of the site's own has `apiVersion`, `kind` and `metadata.name`, in `content` or in the YAML file that `source` names.",
    },
    CodeEntry {
        code: "TG0457",
        title: "an object that the site has already",
        explanation: "A delivery unit of the site emits an object of that kind and name; two would take turns in the cluster. Choose another name, or change the one that is there by a patch.",
    },
    CodeEntry {
        code: "TG0458",
        title: "an object outside the site's namespace",
        explanation: "A site is delivered to its namespace. An object of the cluster is shared by all sites of it and may outlive them, so it says `cluster-scoped #true`; an object of another namespace belongs to whoever delivers that one.",
    },
    CodeEntry {
        code: "TG0459",
        title: "a Secret of the site's own that is not made of secrets",
        explanation: "What stands in a spec stands in Git, so a Secret of the site's own has a `stringData` whose values are references: `stringData { password (secret)\"acme-password\" }`, of a secret that the site declares (`secret acme-password kind=password`). The value is kept in the password store and gets into the cluster as all others do. Such a Secret has a name, a type and values; labels and annotations come by a patch. What is no secret belongs in a ConfigMap.",
    },
    CodeEntry {
        code: "TG0460",
        title: "unknown delivery unit",
        explanation: "An object is delivered with a unit of the site: a service, or `base`, which comes before all others. The folders of `kubernetes/` in the output are the units.",
    },
    CodeEntry {
        code: "TG0586",
        title: "a bare Pod",
        explanation: "A Pod that no controller owns stays away when it is evicted or its node is gone, and a drain of the node stops at it. Make it a Deployment, a StatefulSet (with a volume of its own: `volumeClaimTemplates`) or a Job.",
    },
    CodeEntry {
        code: "TG0587",
        title: "packages that are installed when a pod starts",
        explanation: "A pod that installs packages when it starts does not start while their source is away, and starts with other versions than the pod beside it. Make an image that has them.",
    },
    CodeEntry {
        code: "TG0588",
        title: "a Service that leads to a port that no container has",
        explanation: "`targetPort` of a Service is the port of the container, not the node port; clients of the Service are refused where nothing listens there. Name the port (`targetPort: http`), or correct the number.",
    },
];
