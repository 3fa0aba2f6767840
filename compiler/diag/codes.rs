//! The codes of diagnostics: what each means and what to do.
//!
//! Invariant: every code that the compiler gives is here, in order, and no code changes its meaning.

use super::entry::CodeEntry;

/// All codes.
pub static CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0001",
        title: "a file cannot be read",
        explanation: "The file or directory exists but cannot be opened, or it is not a regular file. Check its permissions; pipes, sockets and devices are never read.",
    },
    CodeEntry {
        code: "TG0002",
        title: "a path leaves the project",
        explanation: "Inputs are files below the folder that holds `sites/`. A path with `..`, an absolute path and a symbolic link are refused, so that a pull request cannot read other files of the machine. Copy the file into the project.",
    },
    CodeEntry {
        code: "TG0003",
        title: "a file is too large",
        explanation: "Texts of more than 64 MiB are not read. Split the spec, or use node ranges: `node \"cmp[0001-4000]\"`.",
    },
    CodeEntry {
        code: "TG0004",
        title: "a file is not UTF-8",
        explanation: "Save the file as UTF-8. The message names the first wrong byte.",
    },
    CodeEntry {
        code: "TG0005",
        title: "there is no such site",
        explanation: "A site is a folder with `site.kdl` or `site.yaml` in it. Check the name, and that the command runs where `sites/` is.",
    },
    CodeEntry {
        code: "TG0006",
        title: "two specs in a folder",
        explanation: "A site has one spec, `site.kdl` or `site.yaml`. With both, edits to one of them would be ignored silently. Remove one.",
    },
    CodeEntry {
        code: "TG0101",
        title: "not a valid KDL or YAML document",
        explanation: "The syntax is invalid, most often because of an unclosed quote or brace. Nothing else in that place can be checked until it is fixed. In KDL 2, strings with spaces or slashes are quoted, and booleans are `#true` and `#false`.",
    },
    CodeEntry {
        code: "TG0103",
        title: "nested too deep",
        explanation: "Blocks, comments and slashdashes can be nested 64 levels deep. No spec needs more; deeper nesting lets a small file exhaust a parser.",
    },
    CodeEntry {
        code: "TG0104",
        title: "duplicate property or key",
        explanation: "Parsers differ in which of two equal keys they use, so neither is used. Remove one.",
    },
    CodeEntry {
        code: "TG0105",
        title: "a control or invisible character",
        explanation: "Control, bidirectional and zero-width characters make a text look different from what it is. Remove the character, or write it as an escape in a string.",
    },
    CodeEntry {
        code: "TG0106",
        title: "a number out of range",
        explanation: "Integers have 64 bits; infinity and NaN are not valid values.",
    },
    CodeEntry {
        code: "TG0107",
        title: "YAML anchors, aliases, merge keys or tags",
        explanation: "A few aliases can expand to gigabytes, and a reviewer does not see what they stand for. Write the value out. The only tags are the functions of references (`!setting workers`).",
    },
    CodeEntry {
        code: "TG0108",
        title: "not a valid YAML document for a spec",
        explanation: "A file has one document, and its keys are strings.",
    },
    CodeEntry {
        code: "TG0109",
        title: "an ambiguous YAML scalar",
        explanation: "YAML 1.1 and 1.2 parsers read `no`, `on`, `0123`, `1_000`, `12:30` and dates differently. Quote it: `\"no\"`.",
    },
    CodeEntry {
        code: "TG0201",
        title: "an unknown field",
        explanation: "There is no such field in this place. The hint names the nearest field, or all of them. `taco-gen explain node.roles` describes a field.",
    },
    CodeEntry {
        code: "TG0202",
        title: "a value of the wrong type",
        explanation: "The field expects another type of value; the message names it.",
    },
    CodeEntry {
        code: "TG0203",
        title: "an unexpected positional value",
        explanation: "The node accepts fewer positional values. Name the value: `network tunnel mtu=9000`.",
    },
    CodeEntry {
        code: "TG0204",
        title: "a name is missing",
        explanation: "Nodes of this kind are identified by a name, their first value: `network management ...`.",
    },
    CodeEntry {
        code: "TG0205",
        title: "duplicate entry",
        explanation: "It is not defined which of the two applies. Remove one.",
    },
    CodeEntry {
        code: "TG0206",
        title: "a required field is missing",
        explanation: "The field has no default. Add it.",
    },
    CodeEntry {
        code: "TG0207",
        title: "invalid value, expected one of a list",
        explanation: "The field accepts one of a list of values; the message lists them.",
    },
    CodeEntry {
        code: "TG0208",
        title: "a name that is not a valid DNS label",
        explanation: "The name is used for Kubernetes objects, hosts and directories: lower-case letters, digits and inner hyphens, at most 63 characters (RFC 1123).",
    },
    CodeEntry {
        code: "TG0209",
        title: "a reference is not allowed here",
        explanation: "This field decides what is compiled, so its value must be literal.",
    },
    CodeEntry {
        code: "TG0210",
        title: "not exactly one of several fields",
        explanation: "These fields are alternatives: a probe asks by `http`, `tcp` or `exec`, a rule has one subject and one test. Give exactly one of those that the message lists.",
    },
    CodeEntry {
        code: "TG0211",
        title: "not a valid file mode",
        explanation: "A mode is written in octal digits, 0 to 7, in a text: `mode=\"0440\"`. It is never guessed, since a file that anyone can read, or nobody, is found too late.",
    },
    CodeEntry {
        code: "TG0212",
        title: "a field that was renamed",
        explanation: "The field has another name now, the one that Kubernetes and OpenStack use; its meaning is the same. `check --fix` writes the new name into specs and the project's own service data.",
    },
    CodeEntry {
        code: "TG0213",
        title: "a text that its type does not allow",
        explanation: "The field has a syntax of its own: an image (`registry.example.com/keystone:2026.1`, with a digest of 64 hexadecimal digits where it has one), a registry without a scheme, the URL of a Git repository, an interface of at most 15 characters, a label `key=value`, a path below a folder. The message says which, with an example.",
    },
    CodeEntry {
        code: "TG0301",
        title: "an unknown overlay",
        explanation: "An overlay is a directory under `overlays/`, or a stock overlay. The hint names the nearest.",
    },
    CodeEntry {
        code: "TG0302",
        title: "circular overlays",
        explanation: "The overlays require each other. Remove one of the `requires`.",
    },
    CodeEntry {
        code: "TG0303",
        title: "an override without effect",
        explanation: "The value is the same without the line. In a spec that is a warning: the line holds the value where the default changes, and is otherwise not needed. An overlay without any effect is an error: it is a mistake or no longer needed.",
    },
    CodeEntry {
        code: "TG0305",
        title: "conflicting overlays",
        explanation: "Two overlays of the same rank set different values, and their order must not decide silently. Set the value in the spec of the site, or remove one of the overlays.",
    },
    CodeEntry {
        code: "TG0306",
        title: "unset of a value that is not set",
        explanation: "The option or field that is unset here is not set by any earlier layer. Check its name; remove the line if the default no longer exists.",
    },
    CodeEntry {
        code: "TG0307",
        title: "a group of fields in place of a value, or the reverse",
        explanation: "For one layer the name is a group, for the other a value. Check both places.",
    },
    CodeEntry {
        code: "TG0308",
        title: "a host group without effect",
        explanation: "The settings of the group change no DaemonSet of the service on the nodes of the group. Host groups apply to DaemonSets only; everything else is the same for the whole site.",
    },
    CodeEntry {
        code: "TG0310",
        title: "a diagnostic that cannot be allowed",
        explanation: "Only diagnostics about options, rules across services and objects can be warnings for a time (TG0521 to TG0530, TG06.., TG0811 to TG0830). Others would leave the output unsound or a secret in plain text.",
    },
    CodeEntry { code: "TG0311", title: "invalid date", explanation: "A date is year, month and day: 2026-12-31." },
    CodeEntry {
        code: "TG0312",
        title: "an `allow` without effect",
        explanation: "The spec allows a diagnostic that this site does not have. Remove the line: it would hide the diagnostic when it comes back.",
    },
    CodeEntry {
        code: "TG0401",
        title: "not a valid address or network",
        explanation: "Addresses are IPv4, `10.10.0.11`; networks are CIDR, `10.10.0.0/24`, with no host bits set.",
    },
    CodeEntry {
        code: "TG0402",
        title: "not a valid range",
        explanation: "A range is `[first-last]`, once per string, with at most 100,000 names: `cmp[01-40]`.",
    },
    CodeEntry {
        code: "TG0403",
        title: "duplicate node name",
        explanation: "Ranges may overlap; the message shows both nodes.",
    },
    CodeEntry {
        code: "TG0404",
        title: "duplicate address",
        explanation: "Each node, gateway and virtual address needs its own address.",
    },
    CodeEntry {
        code: "TG0405",
        title: "an address outside its network",
        explanation: "The address must be a host address of the network's CIDR, neither its first nor its last.",
    },
    CodeEntry {
        code: "TG0406",
        title: "networks overlap",
        explanation: "A host cannot route addresses that belong to two networks. Use CIDRs that do not overlap.",
    },
    CodeEntry {
        code: "TG0407",
        title: "an unknown network",
        explanation: "Networks are declared with `network NAME`. The addresses of a node are written as NETWORK=ADDRESS.",
    },
    CodeEntry {
        code: "TG0408",
        title: "an unknown role",
        explanation: "The stock roles are controller, network, compute, storage and kubernetes; others are declared with `role NAME { labels ... }`.",
    },
    CodeEntry {
        code: "TG0409",
        title: "a bridge on the interface with the node's address",
        explanation: "The bridge takes every packet of the interface that has no VLAN of the node: the node would lose its address and become unreachable. Give the network a VLAN, or the bridge an interface of its own.",
    },
    CodeEntry {
        code: "TG0410",
        title: "a gateway or virtual address outside its network",
        explanation: "Both must be host addresses of the network's CIDR, neither its first nor its last.",
    },
    CodeEntry {
        code: "TG0411",
        title: "no time source",
        explanation: "Tokens, quorums and Ceph need synchronized clocks. Add a time server: `network management ... { ntp \"10.10.0.1\" }`.",
    },
    CodeEntry {
        code: "TG0412",
        title: "ranges of different lengths",
        explanation: "The n-th name of a range gets the n-th address, so both ranges must have the same length.",
    },
    CodeEntry {
        code: "TG0413",
        title: "an unknown node in a host group",
        explanation: "The host group lists a node that the spec does not declare.",
    },
    CodeEntry {
        code: "TG0414",
        title: "a node in two host groups with service settings",
        explanation: "A node runs one variant of a DaemonSet. Remove the node from one of the groups, or create a third group with both settings.",
    },
    CodeEntry {
        code: "TG0415",
        title: "a site-wide setting in a host group",
        explanation: "Whether a service is enabled and how many replicas a component has applies to the whole site. A host group can set settings, options and resources of what runs on its nodes.",
    },
    CodeEntry {
        code: "TG0416",
        title: "an interface in two bonds or bridges",
        explanation: "An interface can belong to only one bond or Linux bridge; the kernel rejects the second. Remove it from one of them.",
    },
    CodeEntry {
        code: "TG0417",
        title: "an address without an interface",
        explanation: "If any interface of a node carries an address, taco-gen configures all addresses of the node, and one without an interface would be lost, even that of the Kubernetes API. Name the network at an interface: `interface eno1 network=management`. If no interface carries an address, the addresses are assumed to be configured elsewhere and are not checked.",
    },
    CodeEntry {
        code: "TG0418",
        title: "a member of a bond or bridge with its own configuration",
        explanation: "A bond or bridge receives all packets of its members, so an address, network or VLAN on a member does not work. Configure it on the bond or bridge.",
    },
    CodeEntry {
        code: "TG0419",
        title: "a gateway outside the interface's networks",
        explanation: "The kernel rejects a route whose gateway is not in a network of the interface. If the gateway is reachable anyway, set `on-link=#true`.",
    },
    CodeEntry {
        code: "TG0420",
        title: "two default routes",
        explanation: "Two default routes with the same table and metric: which one is used is undefined. Replace one by the networks that it leads to (`route \"10.40.0.0/16\" via=...`), or give it a `metric`, or a `table` with a `routing-policy`.",
    },
    CodeEntry {
        code: "TG0421",
        title: "a network on two interfaces",
        explanation: "The node would have the same address twice, and replies would leave through the wrong interface. To use two interfaces for one network, make a bond.",
    },
    CodeEntry {
        code: "TG0422",
        title: "a setting for another type of interface",
        explanation: "Physical interfaces, bonds, Linux bridges and VLANs have different settings, and those of a bond depend on its mode. See https://netplan.readthedocs.io/en/stable/netplan-yaml/ and https://docs.kernel.org/networking/bonding.html.",
    },
    CodeEntry {
        code: "TG0423",
        title: "circular interfaces",
        explanation: "A bond, bridge or VLAN contains itself. Remove one of `bond`, `ports` and `link`.",
    },
    CodeEntry {
        code: "TG0424",
        title: "an invalid interface name",
        explanation: "Linux interface names have at most 15 characters, without `/`, `:` and spaces. VLAN 30 on `bond0` is named `bond0.30` unless an interface sets another name. An Open vSwitch bridge is an interface too, so its name must not be in use.",
    },
    CodeEntry {
        code: "TG0425",
        title: "a network setting without effect",
        explanation: "The setting changes nothing on the node; the message names what is missing. Add that, or remove the setting.",
    },
    CodeEntry {
        code: "TG0427",
        title: "a node as its own time source",
        explanation: "A node that uses itself as a time source follows its own clock and reports that it is synchronized. Name time sources outside the site. Without any, the controllers synchronize with each other.",
    },
    CodeEntry {
        code: "TG0428",
        title: "a network plugin with missing or unused settings",
        explanation: "With encapsulation, Calico sends traffic from a node to pods on other nodes from the node's tunnel address, which belongs to the pod network, so NetworkPolicies have to include that network. Cilium identifies nodes by identity, other plugins by address. See https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip and https://docs.cilium.io/en/stable/security/policy/language/#entities-based.",
    },
    CodeEntry {
        code: "TG0430",
        title: "an unknown name of a provider or endpoint",
        explanation: "`provider CAPABILITY external` takes the name of a capability that can be external, `provider CAPABILITY own` one that has accounts: `database`, `queue`, `identity`. Their `account`, `database` and `vhost` take names of the site's services; `endpoint` takes the id of an endpoint in service data. `taco-gen explain SERVICE` lists capabilities and endpoints.",
    },
    CodeEntry {
        code: "TG0431",
        title: "a provider that is both internal and external",
        explanation: "`provider CAPABILITY external` declares that the capability is provided outside the site, but a service of the site that provides it is enabled. Remove one of the two.",
    },
    CodeEntry {
        code: "TG0432",
        title: "an external provider without an address",
        explanation: "Clients need an address: `host`, or the `internal-url` of an `endpoint`, depending on the capability.",
    },
    CodeEntry {
        code: "TG0433",
        title: "a setting without effect on a provider",
        explanation: "The capability does not use this setting, e.g. a second host when clients use only one, or an administrator when accounts already exist. Of the site's own provider (`own`) only names can be set: `account`, `database`, `vhost`. Remove the setting.",
    },
    CodeEntry {
        code: "TG0434",
        title: "an endpoint address without effect",
        explanation: "The endpoint is not public, not in the catalog, not part of the site, or declared external, so nothing uses the address. Remove it, or set it where the message says.",
    },
    CodeEntry {
        code: "TG0435",
        title: "not a valid URL of an HTTP service",
        explanation: "Expected `http://` or `https://`, a host name or address, and optionally a port and a path. User names and passwords are not allowed in the URL; accounts come from the password store.",
    },
    CodeEntry {
        code: "TG0436",
        title: "TLS to an external server without its CA",
        explanation: "Pods trust the site's own CA and those in `trust`. An external server has a certificate of another CA: put that CA certificate, in PEM format, into the site's folder and name the file in `trust`. It is public.",
    },
    CodeEntry {
        code: "TG0437",
        title: "a file without certificates",
        explanation: "Files in `trust` and the public certificate contain one or more certificates in PEM format. A private key must not be in them: these files are public, and so is the output made from them.",
    },
    CodeEntry {
        code: "TG0438",
        title: "two endpoints with one address or one type",
        explanation: "A proxy distinguishes endpoints by host name and port, and clients find them in the catalog by type. Give each endpoint its own `public-host` or `public-url`, and its own type.",
    },
    CodeEntry {
        code: "TG0439",
        title: "a public certificate without effect, or from two sources",
        explanation: "The certificate of the public endpoints is in the Secret named by `expose tls=NAME`, which the Gateway or the Ingresses use. It has one source: the password store or another system (the default), a file of the site (`certificate`), or cert-manager (`issuer`).",
    },
];
