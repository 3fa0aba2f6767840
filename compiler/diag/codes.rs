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
        code: "TG0304",
        title: "an override that matches nothing",
        explanation: "What the line wants to change is not there. The hint names the nearest that is.",
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
    CodeEntry {
        code: "TG0501",
        title: "an unknown release",
        explanation: "The program knows the releases that the hint lists.",
    },
    CodeEntry {
        code: "TG0502",
        title: "an unknown service",
        explanation: "Services are folders under `schema/services/`, stock or the project's own.",
    },
    CodeEntry {
        code: "TG0503",
        title: "an unknown setting",
        explanation: "The service has no such knob. For an option of a config file write `config \"FILE\" { SECTION { OPTION VALUE } }`.",
    },
    CodeEntry { code: "TG0504", title: "an unknown file", explanation: "The service has no such config file or text." },
    CodeEntry { code: "TG0505", title: "an unknown component", explanation: "The service has no such workload." },
    CodeEntry {
        code: "TG0506",
        title: "a dependency is off",
        explanation: "A service or workload waits for something that the site does not run: its pods would wait for ever. Turn the dependency on, or the service off.",
    },
    CodeEntry {
        code: "TG0507",
        title: "an unknown reference",
        explanation: "References are a closed set of forms, such as `(endpoint)\"image\"`; the name must be part of the site.",
    },
    CodeEntry {
        code: "TG0508",
        title: "a service that the release does not have",
        explanation: "Choose another release, or turn the service off.",
    },
    CodeEntry {
        code: "TG0509",
        title: "a circle of dependencies",
        explanation: "Each waits for the next and the first for the last: none would start.",
    },
    CodeEntry {
        code: "TG0510",
        title: "a secret in clear",
        explanation: "The option holds a secret. A value in the spec would be in Git for ever; the value comes from the password store. Remove the line.",
    },
    CodeEntry {
        code: "TG0511",
        title: "a secret in a public place",
        explanation: "Commands, environment variables, ConfigMaps and templates can be read by many. Mount the secret as a file.",
    },
    CodeEntry {
        code: "TG0512",
        title: "a value that the format cannot hold",
        explanation: "A line break in an INI value would begin another option or section.",
    },
    CodeEntry {
        code: "TG0513",
        title: "an unknown image",
        explanation: "Images are known by the keys of `schema/releases.kdl`.",
    },
    CodeEntry {
        code: "TG0520",
        title: "no option table",
        explanation: "Options are checked against tables made from the programs' own packages, one for each release. There is none for this release: choose one that there is, or put a table of yours under `schema/options/`.",
    },
    CodeEntry {
        code: "TG0521",
        title: "an unknown group of options",
        explanation: "No program that reads the file knows the group in this release. A backend's group must also be listed (`enabled_backends`). Options of a driver from elsewhere are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0522",
        title: "an unknown option",
        explanation: "No program that reads the file knows the option in this group and release; it would be ignored without a word. Options of a driver from elsewhere are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0523",
        title: "a value that an option does not take",
        explanation: "The value is not of the option's type, out of its bounds, or not among its choices: the program would not start, or take it for something else. The rules are those of oslo.config's types.",
    },
    CodeEntry {
        code: "TG0524",
        title: "a deprecated name",
        explanation: "The option has a new name; the old one is read for now, with a warning in the service's log, and will be removed. Where the group stays the same, `check --fix` writes the new name into the spec.",
    },
    CodeEntry {
        code: "TG0525",
        title: "a removed option",
        explanation: "Earlier releases read this option; the site's release does not, and ignores it without a word.",
    },
    CodeEntry {
        code: "TG0526",
        title: "an option of a later release",
        explanation: "The option comes with a later release than the site's; here it would be ignored without a word.",
    },
    CodeEntry {
        code: "TG0527",
        title: "options that nothing checks",
        explanation: "The service has no option table, so misspelt options in its files pass. Make a table with tools/catalog, or name the tables that its file is read by.",
    },
    CodeEntry {
        code: "TG0528",
        title: "an option that will be removed",
        explanation: "The option still works, but its programs announce its removal. The notice says what to do instead, where its authors wrote one.",
    },
    CodeEntry {
        code: "TG0530",
        title: "an option given more than once",
        explanation: "The option holds one value; of several lines the last one alone counts. Items of a list stand in one line, joined by commas.",
    },
    CodeEntry {
        code: "TG0601",
        title: "an even quorum",
        explanation: "Of four members, two and two can be parted and neither half may go on; three outlive as many failures as four. Use an odd number.",
    },
    CodeEntry {
        code: "TG0602",
        title: "more replicas than nodes",
        explanation: "Each replica needs a labelled node of its own, or stays Pending for ever.",
    },
    CodeEntry {
        code: "TG0603",
        title: "a role that no node has",
        explanation: "The role is declared and given to nobody.",
    },
    CodeEntry {
        code: "TG0604",
        title: "one replica only",
        explanation: "The workload is not made for more: replicas would fight over one name.",
    },
    CodeEntry {
        code: "TG0605",
        title: "no node for a workload",
        explanation: "Its pods need a node label that no node brings. Give the role to a node, or turn the service off.",
    },
    CodeEntry {
        code: "TG0701",
        title: "a patch that matches no object",
        explanation: "No object has that kind and name. The hint names the nearest.",
    },
    CodeEntry {
        code: "TG0702",
        title: "a patch that changes nothing",
        explanation: "The objects are already so. Remove the patch.",
    },
    CodeEntry {
        code: "TG0703",
        title: "a patch that fails",
        explanation: "The path or item that it names is not there; the message says what is.",
    },
    CodeEntry {
        code: "TG0704",
        title: "two objects of one identity",
        explanation: "Kind and name must be unique: one would replace the other.",
    },
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
];
