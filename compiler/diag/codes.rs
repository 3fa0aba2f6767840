//! The codes of diagnostics: what each means and what to do.
//!
//! Invariant: every code that the compiler gives is here, in order, and no code changes its meaning.

use super::registry::CodeEntry;

/// All codes.
pub static CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0001",
        title: "a file cannot be read",
        explanation: "The file or folder is there and the system refused it, or it is no regular file. Check its permissions; pipes, sockets and devices are never read.",
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
        code: "TG0101",
        title: "the text is not KDL or YAML",
        explanation: "The notation itself is broken: a quote or brace that is not closed, most often. Nothing else in that place can be checked until it is mended. KDL 2: strings with blanks or slashes are quoted, truth values are `#true` and `#false`.",
    },
    CodeEntry {
        code: "TG0103",
        title: "nested too deep",
        explanation: "Blocks, comments and slashdashes may nest 64 levels. No spec needs more; deeper nesting is how a few bytes exhaust a reader.",
    },
    CodeEntry {
        code: "TG0104",
        title: "a property or key stands twice",
        explanation: "Readers differ in which of two equal keys they take, so neither is taken. Remove one.",
    },
    CodeEntry {
        code: "TG0105",
        title: "a control or invisible character",
        explanation: "Control, bidirectional and zero-width characters make a text read otherwise than it is. Remove the character, or write it as an escape inside of a string.",
    },
    CodeEntry {
        code: "TG0106",
        title: "a number out of range",
        explanation: "Whole numbers have 64 bits; infinity and not-a-number are no values.",
    },
    CodeEntry {
        code: "TG0107",
        title: "YAML anchors, aliases, merge keys or tags",
        explanation: "A few aliases can stand for gigabytes, and a reviewer does not see what they mean. Write the value out. Of tags, only the forms of references (`!setting workers`) are known.",
    },
    CodeEntry {
        code: "TG0108",
        title: "a YAML document of another form",
        explanation: "A file is one document whose keys are strings.",
    },
    CodeEntry {
        code: "TG0109",
        title: "a YAML scalar that readers take differently",
        explanation: "`no`, `on`, `0123`, `1_000`, `12:30` and dates mean other things to other readers. Quote it: `\"no\"`.",
    },
    CodeEntry {
        code: "TG0201",
        title: "an unknown field",
        explanation: "The name is no field here, so it would have no effect. The hint names the nearest field, or all of them. `taco-gen explain node.roles` describes a field.",
    },
    CodeEntry {
        code: "TG0202",
        title: "a value of the wrong kind",
        explanation: "The field takes another kind of value; the message says which.",
    },
    CodeEntry {
        code: "TG0203",
        title: "a value without a place",
        explanation: "The node takes fewer values without a name. Give it a name: `network tunnel mtu=9000`.",
    },
    CodeEntry {
        code: "TG0204",
        title: "a name is missing",
        explanation: "Nodes of this kind are told apart by a name, their first value: `network management ...`.",
    },
    CodeEntry {
        code: "TG0205",
        title: "something is given twice",
        explanation: "Which of the two would count is not decided by guessing. Remove one.",
    },
    CodeEntry {
        code: "TG0206",
        title: "a field is missing",
        explanation: "The field has no default, since only a person can know it.",
    },
    CodeEntry {
        code: "TG0207",
        title: "a word that is not among the choices",
        explanation: "The field takes one of a few words; the message lists them.",
    },
    CodeEntry {
        code: "TG0208",
        title: "a name that is no DNS label",
        explanation: "Names become names of Kubernetes objects, hosts and folders: lower-case letters, digits and inner hyphens, at most 63 (RFC 1123).",
    },
    CodeEntry {
        code: "TG0209",
        title: "a reference has no place here",
        explanation: "This field decides what is compiled, so it must be said outright.",
    },
    CodeEntry {
        code: "TG0210",
        title: "not exactly one of several fields",
        explanation: "These fields are alternatives: a probe asks by `http`, `tcp` or `exec`, a rule has one subject and one test. Give exactly one of those that the message lists.",
    },
    CodeEntry {
        code: "TG0211",
        title: "not a mode of files",
        explanation: "A mode is written in octal digits, 0 to 7, in a text: `mode=\"0440\"`. It is never guessed, since a file that anyone can read, or nobody, is found too late.",
    },
    CodeEntry {
        code: "TG0301",
        title: "an unknown overlay",
        explanation: "An overlay is a folder under `overlays/`, or one of the stock. The hint names the nearest.",
    },
    CodeEntry {
        code: "TG0302",
        title: "overlays need each other in a circle",
        explanation: "Take one of the `requires` out.",
    },
    CodeEntry {
        code: "TG0303",
        title: "an override that changes nothing",
        explanation: "The value is what it would be without the line. Either the line is a mistake, or it is no longer needed: remove it.",
    },
    CodeEntry {
        code: "TG0305",
        title: "two answers of one rank",
        explanation: "Two overlays of the same rank say different things, and their order must not decide in silence. Say the value in the site's own spec, or drop one of them.",
    },
    CodeEntry {
        code: "TG0306",
        title: "an unset of nothing",
        explanation: "The option or field that is unset here is set nowhere below. Check its name; remove the line if the default went away.",
    },
    CodeEntry {
        code: "TG0307",
        title: "a group of fields where a value stands, or the reverse",
        explanation: "Two layers disagree on what the name is. Look at both places.",
    },
    CodeEntry {
        code: "TG0308",
        title: "a host group that changes nothing",
        explanation: "What the group says of the service reaches no DaemonSet of that service on the group's nodes, or is what they have without it. Only DaemonSets follow host groups; everything else is one for the site.",
    },
    CodeEntry {
        code: "TG0310",
        title: "a finding that cannot be lowered",
        explanation: "Only findings about options, rules across services and objects can be warnings for a time (TG0521 to TG0530, TG06.., TG0811 to TG0830). Others would leave the output unsound or a secret in clear.",
    },
    CodeEntry {
        code: "TG0311",
        title: "not a day",
        explanation: "A day is written as year, month and day: 2026-12-31.",
    },
    CodeEntry {
        code: "TG0312",
        title: "a lowered finding that nothing gives",
        explanation: "The spec lowers a finding that this site does not have. Remove the line: it would hide the finding when it comes back.",
    },
    CodeEntry {
        code: "TG0401",
        title: "not an address or network",
        explanation: "Addresses are IPv4, `10.10.0.11`; networks are CIDR, `10.10.0.0/24`, with no host bits set.",
    },
    CodeEntry {
        code: "TG0402",
        title: "a range that cannot be read",
        explanation: "A range is `[first-last]`, once in a text, at most 100,000 names: `cmp[01-40]`.",
    },
    CodeEntry {
        code: "TG0403",
        title: "two nodes of one name",
        explanation: "Ranges may overlap by mistake; the message shows both.",
    },
    CodeEntry {
        code: "TG0404",
        title: "two owners of one address",
        explanation: "Nodes, gateways and virtual addresses each need one of their own.",
    },
    CodeEntry {
        code: "TG0405",
        title: "an address outside of its network",
        explanation: "The address must be a host address of the network's CIDR, neither its first nor its last.",
    },
    CodeEntry {
        code: "TG0406",
        title: "networks overlap",
        explanation: "A host could not tell where an address belongs. Separate the CIDRs.",
    },
    CodeEntry {
        code: "TG0407",
        title: "an unknown network",
        explanation: "Networks are declared by `network NAME`. A node's addresses are written NETWORK=ADDRESS.",
    },
    CodeEntry {
        code: "TG0408",
        title: "an unknown role",
        explanation: "Roles are stock (controller, network, compute, storage, kubernetes) or declared by `role NAME { labels ... }`.",
    },
    CodeEntry {
        code: "TG0409",
        title: "a bridge on the interface with the node's own address",
        explanation: "Open vSwitch takes an interface whole: the node would lose its address and be unreachable. Give the bridge an interface of its own.",
    },
    CodeEntry {
        code: "TG0410",
        title: "a gateway or virtual address outside of its network",
        explanation: "Both must be host addresses of the network's CIDR, neither its first nor its last.",
    },
    CodeEntry {
        code: "TG0411",
        title: "no time source",
        explanation: "Tokens, quorums and Ceph need clocks that agree. Name one: `network management ... { ntp \"10.10.0.1\" }`.",
    },
    CodeEntry {
        code: "TG0412",
        title: "ranges of different lengths",
        explanation: "The n-th name of a range gets the n-th address: both must have the same length.",
    },
    CodeEntry {
        code: "TG0413",
        title: "an unknown node in a group",
        explanation: "The group names a node that the spec does not declare.",
    },
    CodeEntry {
        code: "TG0414",
        title: "a node in two groups that say something of services",
        explanation: "A node runs one variant of a DaemonSet. Take the node out of one of the groups, or make a third group that says both.",
    },
    CodeEntry {
        code: "TG0415",
        title: "a group says what only a site can say",
        explanation: "Whether a service is on and how many pods a component has holds for the whole site. A host group says settings, options and resources of what runs on its nodes.",
    },
];
