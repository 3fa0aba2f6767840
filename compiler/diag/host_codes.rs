//! The codes of diagnostics about routed networks, rollouts and features of hosts.
//!
//! Invariant: as in [`super::codes`].

use super::entry::CodeEntry;

/// The codes from `TG0470` to `TG0489`, and from `TG0690` to `TG0698`.
pub static HOST_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0470",
        title: "a segment outside its network",
        explanation: "The `cidr` of a network with segments holds the addresses of all of them, each segment is a part of it, and no two segments share an address. What the network is known by, a NetworkPolicy or a route for instance, is the whole.",
    },
    CodeEntry {
        code: "TG0471",
        title: "a gateway that a segment cannot use",
        explanation: "A node reaches a gateway only in its own segment. In a network with segments each of them says its own: `gateway` where its nodes leave by it, `via` where it leads to the other segments alone. Without either, nodes of different segments do not reach each other.",
    },
    CodeEntry {
        code: "TG0472",
        title: "an address outside all segments",
        explanation: "The segment that holds a node's address decides its prefix, gateway and VLAN. Add the segment, or correct the address.",
    },
    CodeEntry {
        code: "TG0473",
        title: "a setting for another kind of component",
        explanation: "A Deployment, a StatefulSet and a DaemonSet are rolled out differently (Kubernetes, `strategy` and `updateStrategy`): only a Deployment starts pods beside the old ones (`max-surge`) or ends all of them first (`recreate`), only a Deployment and a DaemonSet take several down at once (`max-unavailable`), and a DaemonSet has no PodDisruptionBudget. A probe is set only where the component has it.",
    },
    CodeEntry {
        code: "TG0474",
        title: "a rollout that never goes on",
        explanation: "With neither a pod more nor a pod less than there should be, no pod can be replaced, and the API server refuses the Deployment. Set `max-surge` or `max-unavailable` above 0.",
    },
    CodeEntry {
        code: "TG0475",
        title: "a feature that a host cannot have",
        explanation: "Arguments of the kernel stand in a line that a shell reads, so they have no blanks and quotes; a rule of udev and the parameters of a module are one line; huge pages have sizes such as `2M` and `1G`; paths of mounts and files are absolute; limits are those of limits.conf(5).",
    },
    CodeEntry {
        code: "TG0476",
        title: "features of hosts that the site does not have",
        explanation: "`host ROLE` is for the nodes of that role, and no node of the site has it. Remove it, or correct the role.",
    },
    CodeEntry {
        code: "TG0477",
        title: "two answers for one host",
        explanation: "A node of two roles, or in two host groups, has what is said of both, and the two differ: which one counts would depend on the order of words. A nearer answer counts before a farther one: that of a host group before that of a role, and that before `host all`.",
    },
    CodeEntry {
        code: "TG0478",
        title: "SR-IOV without functions or without a physical network",
        explanation: "A card gives its functions to instances of one physical network. It must make some (`virtual-functions`), and a network of the site must have that physical network.",
    },
    CodeEntry {
        code: "TG0479",
        title: "a tunnel that begins elsewhere",
        explanation: "The near end of a tunnel is an address of the node itself, or the kernel sends packets with a sender that gets no answers.",
    },
    CodeEntry {
        code: "TG0690",
        title: "a file over one of a service",
        explanation: "A service has a file at that path of the host, made of options that other services rely on. Say the options instead; a text takes the place of a file only where nothing else makes it.",
    },
];
