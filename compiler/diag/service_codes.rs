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
        title: "options for a plain text file",
        explanation: "This file is written as a whole and has no individual options. Set the whole text with `config \"FILE\" \"TEXT\"`; in KDL, a multi-line string between lines of `\"\"\"` is best. It replaces the default text, including improvements that later versions of taco-gen make to it.",
    },
    CodeEntry {
        code: "TG0533",
        title: "an invalid setting name",
        explanation: "Dashboard settings are upper-case Python names, e.g. `TIME_ZONE`. Django ignores lower-case names silently, and a name that is not an identifier stops the program from starting.",
    },
    CodeEntry {
        code: "TG0534",
        title: "options for a file that nothing reads",
        explanation: "The service has this file only in other releases or with other settings, e.g. another storage back end or network driver. On this site no pod mounts it and no node has it, so the options would be ignored silently. Remove them, or choose the setting that uses the file.",
    },
    CodeEntry {
        code: "TG0535",
        title: "a setting or secret without effect",
        explanation: "Nothing in the output uses it: a secret without a reference, or a setting of a storage back end, network driver or release that the site does not use, e.g. `nfs-share` with the Ceph back end. Remove it, refer to it, or choose the back end that uses it.",
    },
    CodeEntry {
        code: "TG0536",
        title: "a component or image that the site does not use",
        explanation: "The service has this component only with other settings or in another release. This site has no such workload, so the settings would be ignored silently. The same applies to an image that no pod uses.",
    },
    CodeEntry {
        code: "TG0537",
        title: "a value that looks like a secret",
        explanation: "The value looks like a generated password or key, and it would end up in a ConfigMap and in the Git history. If it is a secret, declare `secret NAME kind=password` in the spec, store the value with `taco-gen passwords set`, and refer to it with `(secret)\"NAME\"`. If it is not, allow the warning.",
    },
    CodeEntry {
        code: "TG0541",
        title: "an invalid reference to an image",
        explanation: "A reference is `registry/path:tag@sha256:digest`: a host and lower-case path without a scheme, a tag of at most 128 characters, a digest of 64 lower-case hexadecimal digits. A container runtime rejects anything else.",
    },
    CodeEntry {
        code: "TG0542",
        title: "a floating image tag",
        explanation: "The tag does not identify a version (`latest`, or only a distribution), or its publisher moves it to new images, so nodes that pulled it at different times run different programs. `taco-gen images list SITE` lists the references, `skopeo inspect docker://REFERENCE` prints the digest of each, and `taco-gen images lock SITE FILE` writes them to `images.lock` beside the spec. `floating-images KEY` accepts a floating tag. Sites with `lab #true` are not warned; default images are only reported for sites with `deliver`.",
    },
    CodeEntry {
        code: "TG0543",
        title: "an invalid image lock file",
        explanation: "Each line of `images.lock` beside the spec has a reference and its digest, e.g. `quay.io/airshipit/ovn:ubuntu_noble sha256:...`. Lines that begin with `#` are comments. `taco-gen images lock` writes the file.",
    },
    CodeEntry {
        code: "TG0544",
        title: "SAML sessions with several pods",
        explanation: "Apache keeps SAML sessions in the memory of one pod. With several pods of the identity API, a browser is sent back to the identity provider whenever it reaches another pod. Run one pod, use OpenID Connect, which keeps its sessions in cookies, or use a proxy with session affinity and allow the warning.",
    },
    CodeEntry {
        code: "TG0545",
        title: "different TLS settings of client and server",
        explanation: "With the setting `tls`, a server rejects connections without TLS; without it, it does not support TLS. Default client options follow the setting, so an override that differs prevents the client from connecting. Remove the override, or change the server's setting.",
    },
    CodeEntry {
        code: "TG0569",
        title: "an untrusted issuer",
        explanation: "With `certificates issuer=NAME`, cert-manager issues the certificates inside the cluster, and the site's own CA issues none. Pods then only trust the files in `trust`: put the issuer's CA certificate, in PEM format, into the site's folder and name the file there. It is public.",
    },
    CodeEntry {
        code: "TG0570",
        title: "an issuer without certificates",
        explanation: "`certificates` sets the issuer of the certificates inside the cluster, but no service of this site has one. Enable TLS with the overlays `tls`, `tls-apis` or `tls-internal`, or with the setting `tls` of a service. The certificate of the public endpoints is set by `expose`.",
    },
    CodeEntry {
        code: "TG0580",
        title: "a former name that is used twice",
        explanation: "`moved-from NAME` in a host group, node or back end keeps its former name in the cluster: labels and object names of a host group, the host name of a node, the section and objects of a back end. No other host group, node or back end can have that name, now or as a former name.",
    },
    CodeEntry {
        code: "TG0581",
        title: "a former name without effect",
        explanation: "`moved-from` keeps the former name of a host group, node, back end or component in the cluster. It has no effect if the former name is the current one, or if the host group has no service settings and therefore nothing in the cluster.",
    },
    CodeEntry {
        code: "TG0582",
        title: "a renamed host group",
        explanation: "The DaemonSets of a host group and the label of its nodes contain its name. Under a new name they are deleted and created again, and all their pods stop, including libvirt and nova-compute. If it is the same group, `group NEW { moved-from OLD; ... }` keeps the label and the objects, and nothing restarts. If it is a different group, this is what the change does.",
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
