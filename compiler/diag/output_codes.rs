//! Codes about the output, its objects and the password store: TG08.. and TG09...
//!
//! Invariant: sorted by code; every code that the compiler gives is here or in the other registers.

use super::entry::CodeEntry;

/// The entries.
pub static OUTPUT_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0801",
        title: "a file edited by hand",
        explanation: "The file was changed after the last build. Move the change into the spec or an overlay; `--overwrite` replaces the file.",
    },
    CodeEntry {
        code: "TG0802",
        title: "output cannot be written",
        explanation: "An I/O error, or a symbolic link in the path; the output of the site may be incomplete. Fix the cause and build again.",
    },
    CodeEntry {
        code: "TG0803",
        title: "output differs",
        explanation: "`--check` found files that differ from what the spec produces. Run `taco-gen build` and commit the result.",
    },
    CodeEntry {
        code: "TG0810",
        title: "an unknown kind of object",
        explanation: "No Kubernetes release and no supported custom resource has this `apiVersion` and `kind`. If the cluster has it, add it to the spec: `kinds \"Foo.example.com/v1\"`; its objects are then accepted without validation.",
    },
    CodeEntry {
        code: "TG0811",
        title: "an API version that the release does not serve",
        explanation: "The API version was added in a later release of Kubernetes, removed in an earlier one, or was never stable. The hint names its replacement.",
    },
    CodeEntry {
        code: "TG0812",
        title: "an unknown field of an object",
        explanation: "The API server would drop the field or reject the object. The hint names the nearest field of that place, or all of them.",
    },
    CodeEntry {
        code: "TG0813",
        title: "a value of the wrong type in an object",
        explanation: "The API server rejects the object. The message says what was found and what was expected.",
    },
    CodeEntry {
        code: "TG0814",
        title: "a field of an object is missing",
        explanation: "The API server rejects the object without it. A patch may have removed it.",
    },
    CodeEntry {
        code: "TG0815",
        title: "an invalid value of an object's field, expected one of a list",
        explanation: "The field accepts one of a list of values, case-sensitive. The message lists them.",
    },
    CodeEntry {
        code: "TG0816",
        title: "a value of an object with an invalid format or out of bounds",
        explanation: "The API server rejects the value: a number out of range, a string that is too long or has the wrong format, an invalid quantity, time or base64. The message says what was expected.",
    },
    CodeEntry {
        code: "TG0817",
        title: "duplicate list items",
        explanation: "These fields are the keys of the list. Server-side apply rejects duplicates; client-side apply keeps one of them.",
    },
    CodeEntry {
        code: "TG0818",
        title: "a field that the release does not have",
        explanation: "The field was added in a later release of Kubernetes or removed in an earlier one. An older API server drops it silently.",
    },
    CodeEntry {
        code: "TG0819",
        title: "a field that the cluster manages",
        explanation: "`status`, `uid`, `resourceVersion` and similar fields are set by the cluster; in Git they cause permanent drift. Remove the field.",
    },
    CodeEntry {
        code: "TG0820",
        title: "an invalid object name",
        explanation: "Kinds have different rules for names, and controllers append suffixes to some, which must then be shorter. The message says what was expected.",
    },
    CodeEntry {
        code: "TG0821",
        title: "an invalid label or annotation",
        explanation: "A key is an optional DNS subdomain and `/`, then at most 63 letters, digits, `-`, `_` and `.`; the value of a label has the same format or is empty. The value of an annotation is any string.",
    },
    CodeEntry {
        code: "TG0822",
        title: "a selector that does not match its template",
        explanation: "The selector of a workload must match the labels of its own pod template and of no other workload. The API server rejects a selector that does not match its template; two controllers that select the same pods conflict.",
    },
    CodeEntry {
        code: "TG0823",
        title: "a selector that selects nothing",
        explanation: "A Service, PodDisruptionBudget or NetworkPolicy that selects no pod has no effect, and a Service without endpoints refuses connections. Compare its selector with the labels of the pod template.",
    },
    CodeEntry {
        code: "TG0824",
        title: "a duplicate or unknown port",
        explanation: "Ports and their names must be unique in a pod and in a Service, and a port name that a Service, route or probe uses must exist.",
    },
    CodeEntry {
        code: "TG0825",
        title: "a mount of an unknown volume",
        explanation: "Each name under `volumeMounts` must be that of a volume of the pod, or of a volumeClaimTemplate of the StatefulSet. The API server rejects the object.",
    },
    CodeEntry {
        code: "TG0826",
        title: "a reference to an object that does not exist",
        explanation: "A pod that mounts a missing ConfigMap or Secret never starts; a RoleBinding, route or StatefulSet that refers to a missing object has no effect. Secrets are known from the objects and from the list of secrets (`output/SITE/secrets`). If the object may be missing, set the field `optional`.",
    },
    CodeEntry {
        code: "TG0827",
        title: "an unknown key of a ConfigMap or Secret",
        explanation: "A subPath mount, an item of a volume and the source of an environment variable refer to a key of a ConfigMap or Secret, and a route to a listener of a Gateway. Without the key the pod does not start.",
    },
    CodeEntry {
        code: "TG0828",
        title: "a pod that waits indefinitely",
        explanation: "The start-up gate waits until Services have endpoints, Jobs are complete and pods are ready. Each of them must be part of the site.",
    },
    CodeEntry {
        code: "TG0829",
        title: "an object that is too large",
        explanation: "The API server accepts ConfigMaps and Secrets up to 1 MiB and annotations up to 256 KiB; etcd accepts objects up to 1.5 MiB. Split the object.",
    },
    CodeEntry {
        code: "TG0830",
        title: "mutually exclusive fields",
        explanation: "The API server or the kubelet accepts only one of them. A patch that adds one must remove the other: null removes a field.",
    },
    CodeEntry {
        code: "TG0840",
        title: "a field that cannot change",
        explanation: "The object is in the output of the last build, and the API server would reject the new state: selectors, claim templates and most other fields of a StatefulSet, templates of Jobs, the class of a claim, a smaller claim, and the address of a Service cannot change. Set the value back, or make the object again. A StatefulSet: `kubectl delete statefulset NAME --cascade=orphan` leaves its pods running, and the new one takes them over; volumes that should grow are first enlarged one by one (`kubectl patch pvc`, with a StorageClass that has `allowVolumeExpansion`). A Deployment or DaemonSet: `kubectl delete`; its pods end and start again. Data of a claim that changes its class is copied by a Job of your own before. `recreate \"KIND/NAME\" until=\"YYYY-MM-DD\"` in the spec says that the step is part of this delivery; `delivery/README.md` then has it.",
    },
    CodeEntry {
        code: "TG0841",
        title: "removal of an object with data",
        explanation: "A StatefulSet with claims, or a claim, is in the previous output and not in this one. Its volumes stay in the cluster unused. If the object was renamed, the new one starts with empty volumes: copy the data. Otherwise delete the claims by hand.",
    },
    CodeEntry {
        code: "TG0842",
        title: "nothing to recreate",
        explanation: "`recreate` names an object as KIND/NAME, e.g. `StatefulSet/mariadb-server`, and the site has no such object. Correct the name, or remove the entry.",
    },
    CodeEntry {
        code: "TG0843",
        title: "a workload that moves to another delivery unit",
        explanation: "Each delivery unit is an Application or a Kustomization. When a workload moves, the old unit may delete it before the new unit creates it, so its pods may stop and start again. Suspend the old unit until the workload is in the new one.",
    },
    CodeEntry {
        code: "TG0901",
        title: "an invalid password store",
        explanation: "The store has a fixed layout: site, tag-key, recipients, secrets and the block of SOPS. In the message, everything that could be a value in plain text is redacted. Restore the file from Git, or edit it with `taco-gen passwords set` or `sops`.",
    },
    CodeEntry {
        code: "TG0902",
        title: "a value in plain text",
        explanation: "Expected an encrypted value (`ENC[...]`). If this is a secret, everyone with access to the file or its history can read it: restore the file from Git, then generate a new value with `taco-gen passwords rotate`.",
    },
    CodeEntry {
        code: "TG0903",
        title: "an identity that does not open the store",
        explanation: "The store is encrypted for the recipients under `sops`, and none of the given private keys belongs to one of them. Use another identity with `--identity` or `SOPS_AGE_KEY_FILE`, or ask somebody with access to add your recipient with `taco-gen passwords rekey --add`.",
    },
    CodeEntry {
        code: "TG0904",
        title: "a store that was modified or damaged",
        explanation: "Every value is authenticated together with its name, and an encrypted MAC covers the tags and times of all names. Something does not match: a manual merge, a damaged disk, or a change by somebody without the key. Nothing of the store is used. Restore the file from Git.",
    },
    CodeEntry {
        code: "TG0905",
        title: "a secret is missing from the store",
        explanation: "The services of the site need it. `taco-gen passwords generate` generates missing secrets and keeps the others; `set` stores an existing value, e.g. a Ceph key.",
    },
    CodeEntry {
        code: "TG0906",
        title: "an unused secret",
        explanation: "Nothing in the site reads this secret of the store: a service was disabled or renamed. `taco-gen passwords generate --prune` removes it.",
    },
    CodeEntry {
        code: "TG0907",
        title: "a weak secret",
        explanation: "The value is empty, a known default or common word, shorter than 12 characters, or repetitive, and could be guessed. `taco-gen passwords rotate` generates a new one of 40 letters and digits.",
    },
    CodeEntry {
        code: "TG0908",
        title: "a secret with an invalid format",
        explanation: "Keys, UUIDs and similar secrets have a required format, and a password is one line. The message says what was expected; the value is not shown.",
    },
    CodeEntry {
        code: "TG0909",
        title: "a tag that does not match its value",
        explanation: "A tag is a keyed digest of a value; consumers restart if it changes. `sops` changes values without their tags, and adds values without tags. `taco-gen passwords generate` recalculates the tags.",
    },
    CodeEntry {
        code: "TG0910",
        title: "an unsupported recipient",
        explanation: "Stores are encrypted for native age recipients (`age1` and 58 characters). A plugin recipient would choose a program to run, SSH keys give access to more than a store, cloud key services need network access, and `key_groups` split a key. Create an identity with `taco-gen passwords init` or `age-keygen`.",
    },
    CodeEntry {
        code: "TG0911",
        title: "an invalid identity",
        explanation: "An identity is a private key: a regular file that only its owner can read (mode 0600), with `AGE-SECRET-KEY-1...` lines as written by `age-keygen`. Symbolic links, SSH keys and plugin keys are rejected. It is given with `--identity FILE` or `SOPS_AGE_KEY_FILE`.",
    },
    CodeEntry {
        code: "TG0912",
        title: "the demonstration identity on a production site",
        explanation: "The demonstration identity is part of a public repository, so everybody can decrypt what is encrypted for it. Only sites with `lab #true` can use it.",
    },
    CodeEntry {
        code: "TG0913",
        title: "recipients changed by another program",
        explanation: "The list of recipients is also covered by the encrypted MAC, which cannot be changed without the key. A recipient that is not in that list could read the next values: confirm or remove it with `taco-gen passwords rekey --add` or `--remove`. With `mac_only_encrypted` the MAC does not cover plain text, so every recipient must be confirmed.",
    },
    CodeEntry {
        code: "TG0914",
        title: "an unknown secret",
        explanation: "The services of the site have no secret of that name. Names are `OBJECT/KEY`; `taco-gen passwords list` lists them.",
    },
    CodeEntry {
        code: "TG0915",
        title: "a store that does not exist, or exists already",
        explanation: "`taco-gen passwords init` creates the store of a site once; all other commands need it.",
    },
    CodeEntry {
        code: "TG0916",
        title: "a value that cannot be shown here",
        explanation: "Values are printed only to a terminal, after confirmation. `--pipe` prints to a pipe or file without confirmation.",
    },
    CodeEntry {
        code: "TG0917",
        title: "a secret that cannot be changed this way",
        explanation: "Either data is encrypted with it, or another system created it: a new value would make that data or system inaccessible. Change it in that system, then use `taco-gen passwords set`. Or a staged rotation of it is in progress, and the next step is `rotate --staged`. Or it does not support `--staged`: staged rotation is for the database, queue and identity passwords of services, except users that own resources such as trusts.",
    },
    CodeEntry {
        code: "TG0918",
        title: "a store formatted by another program",
        explanation: "The content is valid, but not formatted as taco-gen would write it. The next change formats it.",
    },
    CodeEntry {
        code: "TG0919",
        title: "a Secret that must be re-encrypted",
        explanation: "The template of the Secret, one of its values or its recipients changed since it was encrypted, and no identity was given. The old file is kept. Build with `--identity` or `SOPS_AGE_KEY_FILE`; `publish` refuses to run until then.",
    },
    CodeEntry {
        code: "TG0920",
        title: "plain-text Secrets on a production site",
        explanation: "`secrets plain` writes unencrypted values into files that are committed to Git. Only sites with `lab #true` can use it.",
    },
    CodeEntry {
        code: "TG0921",
        title: "a value that the format cannot represent",
        explanation: "The format cannot represent the value, e.g. a line break. Generate a new one with `taco-gen passwords rotate`.",
    },
    CodeEntry {
        code: "TG0922",
        title: "no certificate for SealedSecrets",
        explanation: "SealedSecrets are encrypted with the public certificate of the controller: `kubeseal --fetch-cert` writes it. Put the PEM file into the directory of the site and name it: `secrets sealed-secrets certificate=\"controller.pem\"`. It must have an RSA key of at least 2048 bits.",
    },
    CodeEntry {
        code: "TG0923",
        title: "a store that is writable by others",
        explanation: "Whoever can write to the store can replace it with an older or different one before the next commit. Remove write permission for others (an error) and, if the group is not trusted, for the group (a warning). Read permission is harmless: the values are encrypted, the rest is public. For the private key see TG0911.",
    },
    CodeEntry {
        code: "TG0924",
        title: "a delivery setting without effect",
        explanation: "The GitOps controller that the site names does not read this setting. Argo CD finds the credentials of a repository by its URL, in a Secret with the label `argocd.argoproj.io/secret-type: repository`; Flux is told the name of a Secret. Remove the setting.",
    },
    CodeEntry {
        code: "TG0930",
        title: "a certificate that clients reject",
        explanation: "Clients accept a certificate that is signed by a CA in `taco-trust/ca.crt` and has the name that they connect to. The names follow from the namespace, the cluster domain and the Services. `taco-gen passwords rotate SITE SERVICE-certificate/tls.pem` issues a new one with the CA of the site.",
    },
    CodeEntry {
        code: "TG0931",
        title: "a certificate that expires soon or has expired",
        explanation: "Renew a certificate 30 days before it expires: `taco-gen passwords rotate`, build, deliver; its server restarts. Renewing the CA takes three steps: rotate `taco-authority/ca.pem` and deliver, so that clients trust both CAs; rotate the certificates and deliver; rotate `taco-trust/ca.crt`, which removes the old CA.",
    },
    CodeEntry {
        code: "TG0932",
        title: "a certificate that cannot be issued now",
        explanation: "Certificates are signed by the CA in the store, and the trust bundle holds the CA of every certificate in use. After the CA, rotate the certificates first, then the trust bundle.",
    },
];
