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
        title: "an incomplete object",
        explanation: "An object of the site needs `apiVersion`, `kind` and `metadata.name`, in `content` or in the YAML file named by `source`.",
    },
    CodeEntry {
        code: "TG0457",
        title: "an object that already exists",
        explanation: "The site already has an object of that kind and name, so the two would overwrite each other in the cluster. Choose another name, or patch the existing object.",
    },
    CodeEntry {
        code: "TG0458",
        title: "an object outside the site's namespace",
        explanation: "A site is delivered to its own namespace. Cluster-scoped objects are shared by all sites of the cluster and may outlive them, so they need `cluster-scoped #true`. Objects in other namespaces belong to whoever delivers those namespaces.",
    },
    CodeEntry {
        code: "TG0459",
        title: "a Secret of the site with literal values",
        explanation: "Specs are stored in Git, so a Secret of the site only contains references to secrets that the site declares: `secret acme-password kind=password` and `stringData { password (secret)\"acme-password\" }`. The values are kept in the password store and reach the cluster like all others. Such a Secret has a name, a type and values; add labels and annotations with a patch. Use a ConfigMap for values that are not secret.",
    },
    CodeEntry {
        code: "TG0460",
        title: "unknown delivery unit",
        explanation: "Objects are delivered with a unit of the site: a service, or `base`, which is delivered first. The units are the folders of `kubernetes/` in the output.",
    },
    CodeEntry {
        code: "TG0461",
        title: "a repository over an unencrypted protocol",
        explanation: "`http://` and `git://` neither encrypt nor prove who answers, so whoever is on the way could change what the cluster applies. `publish` does not push over them. Use the repository's `https://` or `ssh://` URL. A repository that is only read over `http://`, for example a mirror in the cluster, works if you push to it in another way: `publish --repo` takes another URL.",
    },
    CodeEntry {
        code: "TG0586",
        title: "a bare Pod",
        explanation: "A Pod without a controller is not recreated after an eviction or the loss of its node, and it blocks `kubectl drain`. Use a Deployment, a StatefulSet (for a volume of its own: `volumeClaimTemplates`) or a Job.",
    },
    CodeEntry {
        code: "TG0587",
        title: "packages installed at pod start",
        explanation: "A pod that installs packages at start cannot start while the package source is unavailable, and may get other versions than the pod beside it. Build an image that contains them.",
    },
    CodeEntry {
        code: "TG0588",
        title: "a Service port without a container port",
        explanation: "`targetPort` of a Service is the container's port, not the node port. If no container listens on it, connections are refused. Use the port's name (`targetPort: http`), or correct the number.",
    },
];
