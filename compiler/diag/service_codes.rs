//! Codes about services, their options and patches: TG05.. and TG07...
//!
//! Invariant: sorted by code; every code that the compiler gives is here or in the other registers.

use super::entry::CodeEntry;

/// The entries.
pub static SERVICE_CODES: &[CodeEntry] = &[
    CodeEntry { code: "TG0501", title: "an unknown release", explanation: "The hint lists the supported releases." },
    CodeEntry {
        code: "TG0502",
        title: "an unknown service",
        explanation: "Services are directories under `schema/services/`, stock or in the project.",
    },
    CodeEntry {
        code: "TG0503",
        title: "an unknown setting",
        explanation: "The service has no such setting; the hint lists those that it has. An option of a configuration file is set with `config \"FILE\" { SECTION { OPTION VALUE } }`. `taco-gen explain service.NAME` describes a service.",
    },
    CodeEntry { code: "TG0504", title: "an unknown file", explanation: "The service has no such configuration file." },
    CodeEntry { code: "TG0505", title: "an unknown component", explanation: "The service has no such workload." },
    CodeEntry {
        code: "TG0506",
        title: "a dependency is disabled",
        explanation: "A service or workload depends on something that the site does not run: its pods would wait indefinitely. Enable the dependency, or disable the service.",
    },
    CodeEntry {
        code: "TG0507",
        title: "an unknown reference",
        explanation: "A reference calls one of a closed set of functions, e.g. `(endpoint)\"image\"`, and its argument must exist in the site.",
    },
    CodeEntry {
        code: "TG0508",
        title: "something that the release does not have",
        explanation: "The service, component or file is not part of the site's release: it comes with a later one, or an earlier one was its last. The hint names the release or, where a release dropped it, what took its place. Choose another release, or remove what the spec says of it.",
    },
    CodeEntry {
        code: "TG0509",
        title: "circular dependencies",
        explanation: "Each waits for the next, and the last for the first: none would start.",
    },
    CodeEntry {
        code: "TG0510",
        title: "a secret in plain text",
        explanation: "The option holds a secret. A value in the spec would stay in the Git history; the value comes from the password store. Remove the line, and rotate the secret if the value was real.",
    },
    CodeEntry {
        code: "TG0511",
        title: "a secret in a public place",
        explanation: "Commands, environment variables, ConfigMaps and templates are widely readable. Only the configuration files of oslo.config and MariaDB have a part that is a Secret. Mount the secret as a file.",
    },
    CodeEntry {
        code: "TG0512",
        title: "a value that the file format cannot represent",
        explanation: "A line break in an INI value would start another option or section.",
    },
    CodeEntry {
        code: "TG0513",
        title: "an unknown image",
        explanation: "An image is identified by a key that a service brings (`images KEY ...`) or that `schema/releases.kdl` lists.",
    },
    CodeEntry {
        code: "TG0514",
        title: "settings of a disabled service",
        explanation: "The service is not part of the site, so its settings and options have no effect. Enable it with `enabled #true`, often through an overlay, or remove them; with an explicit `enabled #false` they can stay.",
    },
    CodeEntry {
        code: "TG0515",
        title: "not a valid condition",
        explanation: "Conditions are words joined by spaces, all of which must hold: `SETTING=VALUE`, `SERVICE.SETTING=VALUE`, `service:NAME` (the service is on), `tls:NAME` (the provider of the capability, or the endpoint, speaks TLS), `node:NAME` (in host files: the node has the label, group or trait, which a role must bring), `nodes:NAME` (some node has), `file:PATTERN` (the site has a file of that pattern), each negated by a leading `!`. A condition that cannot be read would never hold, and what it stands on would vanish.",
    },
    CodeEntry {
        code: "TG0516",
        title: "an unknown name in service data",
        explanation: "The word names a job, component, endpoint, capability, file, secret, setting, network, image, label or text, and nothing declares one of that name. The hint names the nearest. What the word stands in would vanish, or wait indefinitely.",
    },
    CodeEntry {
        code: "TG0517",
        title: "a declaration or field without effect",
        explanation: "Nothing reads the declaration, or the field does nothing where it stands: a setting that no file takes, a secret that no pod mounts, `replicas` of a DaemonSet, which has a pod on each of its nodes. Remove it, or name it where it is meant to be read.",
    },
    CodeEntry {
        code: "TG0518",
        title: "a declaration of other releases than what refers to it",
        explanation: "The declaration begins or ends with a release, and something refers to it in releases in which it is not there. Its Jobs, grants or objects would be gone while a URL, mount or gate still names it. Give both the same `since` and `until`.",
    },
    CodeEntry {
        code: "TG0519",
        title: "circular references between values",
        explanation: "An option or setting refers to another, that one to a third, and the last to the first again: none of them has a value. Write a value in place of one of the references. Files that extend each other have no first one to start from, either.",
    },
    CodeEntry {
        code: "TG0520",
        title: "no option table",
        explanation: "Options are checked against tables made from the packages of each release. There is no table for this release: choose another release, or add a table under `schema/options/`.",
    },
    CodeEntry {
        code: "TG0521",
        title: "an unknown option group",
        explanation: "No program that reads the file has this group in this release. The group of a backend must also be listed (`enabled_backends`). Options of third-party drivers are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0522",
        title: "an unknown option",
        explanation: "No program that reads the file has this option in this group and release; it would be ignored silently. Options of third-party drivers are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0523",
        title: "a value that an option does not accept",
        explanation: "The value has the wrong type, is out of bounds, or is not one of the choices: the program would not start, or would misread it. The rules are those of the types of oslo.config.",
    },
    CodeEntry {
        code: "TG0524",
        title: "a deprecated name",
        explanation: "The option has a new name; the old one is read for now, with a warning in the service's log, and will be removed. Where the group stays the same, `check --fix` writes the new name into the spec.",
    },
    CodeEntry {
        code: "TG0525",
        title: "a removed option",
        explanation: "Earlier releases read this option; the release of the site ignores it silently.",
    },
    CodeEntry {
        code: "TG0526",
        title: "an option of a later release",
        explanation: "The option was added in a later release than that of the site, which would ignore it silently.",
    },
    CodeEntry {
        code: "TG0527",
        title: "options without an option table",
        explanation: "The service has no option table, so misspelt options in its files are not noticed. Create a table with tools/catalog, or name the tables of the programs that read the file.",
    },
    CodeEntry {
        code: "TG0528",
        title: "an option that will be removed",
        explanation: "The option still works, but is deprecated for removal. The message has the deprecation reason of its authors, if there is one.",
    },
    CodeEntry {
        code: "TG0529",
        title: "a group name in another case",
        explanation: "oslo.config ignores the case of group names, but people and other programs search for the documented name. `check --fix` writes it.",
    },
    CodeEntry {
        code: "TG0530",
        title: "an option given more than once",
        explanation: "The option holds one value; of several lines only the last applies. The items of a list are written in one line, separated by commas.",
    },
    CodeEntry {
        code: "TG0532",
        title: "options for a file that is a text",
        explanation: "The file has no options that could be set one by one: it is written as a whole. Give the whole text with `config \"FILE\" \"TEXT\"`, in KDL best between `\"\"\"` on lines of their own; it takes the place of the stock text, which later releases of the compiler may improve without it.",
    },
    CodeEntry {
        code: "TG0533",
        title: "not a valid name of a setting",
        explanation: "The settings of the dashboard are names of Python in upper case, e.g. `TIME_ZONE`. Django reads no others, so a name in lower case would be ignored silently, and one that is not an identifier would end the program at its start.",
    },
    CodeEntry {
        code: "TG0534",
        title: "options of a file that nothing reads",
        explanation: "The service has a file of that name in other sites: in another release, or with another choice of a setting (a storage backend, a network driver). On this site no pod mounts it and no node has it, so the options would be ignored silently. Remove them, or make the choice that brings the file.",
    },
    CodeEntry {
        code: "TG0535",
        title: "a setting or secret without effect",
        explanation: "Nothing in the output comes from it: a secret that no option refers to, or a setting that belongs to a storage backend, a network driver or a release that the site does not have, e.g. `nfs-share` with the Ceph backend. Remove it, refer to it, or make the choice that it belongs to.",
    },
    CodeEntry {
        code: "TG0536",
        title: "a component or image that the site does not have",
        explanation: "The service has the component with other settings or in another release; on this site there is no such workload, so what is said of it would be ignored silently. The same holds for an image that no pod uses.",
    },
    CodeEntry {
        code: "TG0537",
        title: "a value that looks like a secret",
        explanation: "The value looks like a generated password or key, and the option would stand in a ConfigMap and in the Git history. If it is a secret, declare `secret NAME kind=password` in the spec, put the value into the password store with `taco-gen passwords set`, and refer to it: `(secret)\"NAME\"`. If it is none, allow the warning to stand.",
    },
    CodeEntry {
        code: "TG0541",
        title: "an invalid reference to an image",
        explanation: "A reference is `registry/path:tag@sha256:digest`: a host and lower-case path without a scheme, a tag of at most 128 characters, a digest of 64 lower-case hexadecimal digits. A container runtime rejects anything else.",
    },
    CodeEntry {
        code: "TG0542",
        title: "an image tag that floats",
        explanation: "The tag names no version (`latest`, a distribution alone), or a version that says it moves: its publisher sets it to a new image again and again, and nodes that pulled it at different times run different programs. `taco-gen images list SITE` lists the references; `skopeo inspect docker://REFERENCE` tells the digest of each, and `taco-gen images lock SITE FILE` writes these answers to `images.lock` beside the spec. `floating-images KEY` accepts the tag of an image. Sites with `lab #true` are not warned, and of the stock images only a site with `deliver` is.",
    },
    CodeEntry {
        code: "TG0543",
        title: "an invalid lock of images",
        explanation: "`images.lock` beside the spec holds a reference and its digest per line, e.g. `quay.io/airshipit/ovn:ubuntu_noble sha256:...`. Lines that begin with `#` are comments. `taco-gen images lock` writes the file.",
    },
    CodeEntry {
        code: "TG0544",
        title: "sessions of sign-on in the memory of one of several pods",
        explanation: "The Apache that signs people in by SAML keeps their sessions in its memory, and no pod knows those of another. With several pods of the identity API a browser is sent to the provider again whenever it meets another pod. Run one pod, use OpenID Connect, whose sessions are in cookies, or put a proxy in front that keeps a browser with its pod, and allow the warning.",
    },
    CodeEntry {
        code: "TG0545",
        title: "a client whose TLS is not that of its server",
        explanation: "With `tls` of a service its server refuses connections without TLS, and without it the server knows none. The stock options of clients follow the setting; an override that says otherwise is a client that never connects. Remove the override, or change the setting of the server.",
    },
    CodeEntry {
        code: "TG0569",
        title: "certificates of an issuer that nobody trusts",
        explanation: "With `certificates issuer=NAME` cert-manager makes the certificates of servers inside the cluster, and the site's own authority makes none. Pods trust the files of `trust` alone then: put the certificate of the authority behind the issuer, in PEM, into the site's folder and name the file there. It is public.",
    },
    CodeEntry {
        code: "TG0570",
        title: "an issuer without certificates",
        explanation: "`certificates` says who makes the certificates of servers inside the cluster, and no service of this site has one. The overlays `tls`, `tls-apis` and `tls-internal`, or the setting `tls` of a service, turn TLS on. The certificate of the public endpoints is that of `expose`.",
    },
    CodeEntry {
        code: "TG0580",
        title: "two things of one former name",
        explanation: "`moved-from NAME` in a host group, a node or a back end says that it had another name before. The cluster keeps that one, since nothing there is renamed: labels and names of objects of a group, the host of a node, the section and the objects of a back end. A former name belongs to one thing; another that has it now, or had it too, would be the same in the cluster.",
    },
    CodeEntry {
        code: "TG0581",
        title: "a former name without effect",
        explanation: "`moved-from` keeps what a host group, a node, a back end or a component of service data has in the cluster under the name that it has there. What has that name now keeps it anyway, and a group that says nothing of services has nothing in the cluster.",
    },
    CodeEntry {
        code: "TG0582",
        title: "a host group under another name",
        explanation: "The DaemonSets of a host group are named after it, and their nodes carry its name as a label. Under a new name they are deleted and made again, and their pods end: those of libvirt and nova-compute too. If it is the same group, `group NEW { moved-from OLD; ... }` keeps label and objects as they are, and nothing starts again. If it is another group, this is what the change does.",
    },
    CodeEntry {
        code: "TG0601",
        title: "an even number of quorum members",
        explanation: "An even number of members cannot keep quorum in a network partition into halves: of four, neither pair has a majority. Three members tolerate as many failures as four. Use an odd number.",
    },
    CodeEntry {
        code: "TG0602",
        title: "more replicas than nodes",
        explanation: "Each replica needs a labelled node of its own; the others stay Pending.",
    },
    CodeEntry {
        code: "TG0603",
        title: "a role that no node has",
        explanation: "The role is declared, but no node has it.",
    },
    CodeEntry {
        code: "TG0604",
        title: "more replicas than a component can have",
        explanation: "The workload does not support more than one replica: the replicas would use the same name.",
    },
    CodeEntry {
        code: "TG0605",
        title: "no node for a workload",
        explanation: "Its pods need a node label that no node has. Assign the role to a node, or disable the service.",
    },
    CodeEntry {
        code: "TG0701",
        title: "a patch that matches no object",
        explanation: "There is no object of that kind and name. The hint names the nearest.",
    },
    CodeEntry {
        code: "TG0702",
        title: "a patch without effect",
        explanation: "The objects already have these values. Remove the patch.",
    },
    CodeEntry {
        code: "TG0703",
        title: "a patch that fails",
        explanation: "The path or item that it names does not exist; the message says what does.",
    },
    CodeEntry {
        code: "TG0704",
        title: "duplicate object",
        explanation: "Kind and name must be unique: one object would replace the other. The name of a Secret is that of its service and of what it is for, so a service `a-b` with a secret `c` collides with a service `a` with a secret `b-c`: rename one.",
    },
];
