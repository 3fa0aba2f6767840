//! Codes about the output, its objects and the password store: TG08.. and TG09...
//!
//! Invariant: sorted by code; every code that the compiler gives is here or in the other registers.

use super::registry::CodeEntry;

/// The entries.
pub static OUTPUT_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0801",
        title: "a file edited by hand",
        explanation: "The file is not what the last build wrote. Move the change into the spec or an overlay; `--overwrite` replaces it.",
    },
    CodeEntry {
        code: "TG0802",
        title: "output cannot be written",
        explanation: "The system refused, or a link stands in the way; nothing of the site may be complete. Mend it and build again.",
    },
    CodeEntry {
        code: "TG0803",
        title: "output differs",
        explanation: "`--check` found files that the spec does not give. Run `taco-gen build` and commit the result.",
    },
    CodeEntry {
        code: "TG0810",
        title: "an unknown kind of object",
        explanation: "No release of Kubernetes and none of the custom resources that the program knows has this `apiVersion` and `kind`. If the cluster has it, name it in the spec: `kinds \"Foo.example.com/v1\"`; its objects are then taken as they are.",
    },
    CodeEntry {
        code: "TG0811",
        title: "an API version that the release does not serve",
        explanation: "The kind comes with a later release of Kubernetes, is gone since an earlier one, or was never stable. The hint names what took its place.",
    },
    CodeEntry {
        code: "TG0812",
        title: "an unknown field of an object",
        explanation: "The API server would drop the field, or refuse the object: either way it has no effect. The hint names the nearest field of that place, or all of them.",
    },
    CodeEntry {
        code: "TG0813",
        title: "a value of the wrong type in an object",
        explanation: "The API server refuses the object. The message says what was found and what the field takes.",
    },
    CodeEntry {
        code: "TG0814",
        title: "a field of an object is missing",
        explanation: "The API server refuses the object without it. A patch may have removed it.",
    },
    CodeEntry {
        code: "TG0815",
        title: "a word that the field of an object does not take",
        explanation: "The field takes one of a few words, and capitals matter. The message lists them.",
    },
    CodeEntry {
        code: "TG0816",
        title: "a value of an object out of form or bounds",
        explanation: "The API server refuses the value: a number out of range, a text too long or of another form, a quantity, time or base64 that cannot be read. The message says what is expected.",
    },
    CodeEntry {
        code: "TG0817",
        title: "two items of one key",
        explanation: "The list tells its items apart by these fields. Server-side apply refuses two alike; other ways of applying keep one of them.",
    },
    CodeEntry {
        code: "TG0818",
        title: "a field that the release does not have",
        explanation: "The field comes with a later release of Kubernetes or is gone since an earlier one. An older API server drops it in silence.",
    },
    CodeEntry {
        code: "TG0819",
        title: "a field that the cluster writes",
        explanation: "`status`, `uid`, `resourceVersion` and their like are the cluster's own; in Git they make differences that never end. Remove it.",
    },
    CodeEntry {
        code: "TG0820",
        title: "a name that the kind does not take",
        explanation: "Kinds differ in which names they take, and some add to the name, so that it must be shorter. The message says what is expected.",
    },
    CodeEntry {
        code: "TG0821",
        title: "an illegal label or annotation",
        explanation: "A key is an optional DNS name with `/`, and at most 63 letters, digits, `-`, `_` and `.`; a label's value is the same or empty. Annotations take any text as value.",
    },
    CodeEntry {
        code: "TG0822",
        title: "a selector that does not fit",
        explanation: "A workload owns the pods that its selector matches: those of its own template, and of no other workload. The API server refuses a selector that misses its template; two owners of one pod fight over it.",
    },
    CodeEntry {
        code: "TG0823",
        title: "a selector that selects nothing",
        explanation: "A Service, PodDisruptionBudget or NetworkPolicy that selects no pod has no effect, and clients of the Service get no answer. Compare its labels with those of the pod template.",
    },
    CodeEntry {
        code: "TG0824",
        title: "a port that does not fit",
        explanation: "Ports and their names are unique in a pod and in a Service; a name that a Service, route or probe uses is that of a port which is there.",
    },
    CodeEntry {
        code: "TG0825",
        title: "a mount of a volume that the pod does not have",
        explanation: "Each name under `volumeMounts` is that of a volume of the pod, or of a volume claim template of the StatefulSet. The API server refuses the object.",
    },
    CodeEntry {
        code: "TG0826",
        title: "an object that is not part of the site",
        explanation: "A pod that mounts a ConfigMap or Secret which nobody makes never starts; a binding, route or StatefulSet that names something absent has no effect. Secrets are known from the objects and from the site's list of secrets (`output/SITE/secrets`). Where the thing may be missing, the field `optional` says so.",
    },
    CodeEntry {
        code: "TG0827",
        title: "a key that the object does not have",
        explanation: "A file mounted by itself, an item of a volume and a variable's source name a key of a ConfigMap or Secret; a route names a listener of a Gateway. Without it the pod does not start.",
    },
    CodeEntry {
        code: "TG0828",
        title: "a pod that waits for what never comes",
        explanation: "The start-up gate waits until Services have endpoints, Jobs are complete and pods are ready. What it waits for must be part of the site.",
    },
    CodeEntry {
        code: "TG0829",
        title: "an object that is too large",
        explanation: "The API server takes ConfigMaps and Secrets up to 1 MiB and annotations up to 256 KiB; etcd takes objects up to 1.5 MiB. Divide it.",
    },
    CodeEntry {
        code: "TG0830",
        title: "fields that exclude each other",
        explanation: "The API server or the kubelet takes one of them only. A patch that adds another way of saying the same must remove the first: null removes a field.",
    },
    CodeEntry {
        code: "TG0901",
        title: "a password store that cannot be read",
        explanation: "The store has a layout of its own: site, tag-key, recipients, secrets and the block of sops. Lines are shown with everything masked that could be a value in clear. Take the file from Git again, or edit it with `taco-gen passwords set` or `sops`.",
    },
    CodeEntry {
        code: "TG0902",
        title: "a value in clear",
        explanation: "Where a sealed value (`ENC[...]`) should be, something else is. If it is a value, whoever read the file or its history knows it: make a new one with `taco-gen passwords rotate`, after the file was taken from Git again.",
    },
    CodeEntry {
        code: "TG0903",
        title: "an identity that does not open the store",
        explanation: "The store is sealed for the recipients under `sops`, and none of the given private keys belongs to one. Name another identity with `--identity` or `SOPS_AGE_KEY_FILE`, or ask somebody who can open it to add your recipient with `taco-gen passwords rekey --add`.",
    },
    CodeEntry {
        code: "TG0904",
        title: "a store that was changed or damaged",
        explanation: "Every value is authenticated together with its name, and a sealed sum covers all names' tags and times. Something is not as it was sealed: a merge by hand, a damaged disk, or somebody without the key. Nothing of the store is used. Take the file from Git again.",
    },
    CodeEntry {
        code: "TG0905",
        title: "a secret that the store does not have",
        explanation: "The site's services need it. `taco-gen passwords generate` makes what is missing and leaves the rest; `set` takes a value that exists already, such as a key of Ceph.",
    },
    CodeEntry {
        code: "TG0906",
        title: "a secret that nobody uses",
        explanation: "The store has it, and nothing of the site reads it: a service was turned off, or renamed. `taco-gen passwords generate --prune` removes it.",
    },
    CodeEntry {
        code: "TG0907",
        title: "a weak secret",
        explanation: "It is a known default or a common word, empty, shorter than 12 characters, or a repetition: it would be guessed. `taco-gen passwords rotate` makes a new one of 40 letters and digits.",
    },
    CodeEntry {
        code: "TG0908",
        title: "a secret that its reader cannot use",
        explanation: "Keys, UUIDs and the like have a form that their readers ask for, and a password is one line. The message says what is expected; nothing of the value is shown.",
    },
    CodeEntry {
        code: "TG0909",
        title: "a tag that is not its value's",
        explanation: "A tag is a keyed digest of a value; consumers restart where it changes. `sops` changes values and leaves tags. `taco-gen passwords generate` makes such tags anew.",
    },
    CodeEntry {
        code: "TG0910",
        title: "a recipient that is not taken",
        explanation: "Stores are sealed for native age recipients (`age1` and 58 characters). The name of a plugin would choose a program to run, and ssh keys open more than a store; recipients of cloud key services need the network. Make an identity with `taco-gen passwords init` or `age-keygen`.",
    },
    CodeEntry {
        code: "TG0911",
        title: "an identity that cannot be read",
        explanation: "An identity is a private key: a regular file that only its owner may read (mode 0600), with `AGE-SECRET-KEY-1...` lines as `age-keygen` writes them. Links and keys of ssh or plugins are refused. It is named with `--identity FILE` or `SOPS_AGE_KEY_FILE`.",
    },
    CodeEntry {
        code: "TG0912",
        title: "the demonstration identity on a real site",
        explanation: "The demonstration identity is part of a public repository, so what is sealed for it is known to everybody. Only sites marked `lab #true` may use it.",
    },
    CodeEntry {
        code: "TG0913",
        title: "recipients changed by another program",
        explanation: "The recipients are also listed under the sealed sum, which nobody without the key can change. A recipient that is not listed there would be able to read the next values: decide with `taco-gen passwords rekey --add` or `--remove`.",
    },
    CodeEntry {
        code: "TG0914",
        title: "no such secret",
        explanation: "The site's services need no secret of that name. Names are `OBJECT/KEY`; `taco-gen passwords list` shows them.",
    },
    CodeEntry {
        code: "TG0915",
        title: "no store, or one already",
        explanation: "`taco-gen passwords init` makes a site's store once; all other commands need it.",
    },
    CodeEntry {
        code: "TG0916",
        title: "a value that may not be shown here",
        explanation: "Values are shown to a person at a terminal who says yes. `--pipe` writes to a pipe or file without asking.",
    },
    CodeEntry {
        code: "TG0917",
        title: "a secret that must not change in this way",
        explanation: "Data is encrypted with it, or another system made it: a new value would make that data or that system unreachable. Change it where it is made, then `taco-gen passwords set`. Or it is on its way through a staged rotation, whose next step is `rotate --staged`. Or `--staged` was asked for what has no second account: that is for database, queue and identity passwords of services, but for users that things belong to, as the trusts of stacks do.",
    },
    CodeEntry {
        code: "TG0918",
        title: "a store laid out by another program",
        explanation: "Its content is sound; its text is not what taco-gen would write. The next change writes it anew.",
    },
    CodeEntry {
        code: "TG0919",
        title: "a Secret that must be sealed anew",
        explanation: "The Secret's template, a value that it shows, or who decrypts it changed since it was sealed, and no identity is at hand. The old file stays as it was. Build with `--identity` or `SOPS_AGE_KEY_FILE`, where the key is; `publish` waits for that.",
    },
    CodeEntry {
        code: "TG0920",
        title: "Secrets in clear on a real site",
        explanation: "`secrets plain` writes values that anybody can read, into a tree that goes into Git. Only sites marked `lab #true` may do so.",
    },
    CodeEntry {
        code: "TG0921",
        title: "a value that cannot be written",
        explanation: "The format that the value goes into has no way to write it, such as a line break. Make a new one with `taco-gen passwords rotate`.",
    },
    CodeEntry {
        code: "TG0922",
        title: "no certificate to seal with",
        explanation: "SealedSecrets are sealed with the public certificate of the controller: `kubeseal --fetch-cert` writes it. Put the PEM file below the site's folder and name it: `secrets sealed-secrets certificate=\"controller.pem\"`. It must have an RSA key of at least 2048 bits.",
    },
];
