//! The codes of diagnostics about routed networks, rollouts and features of hosts.
//!
//! Invariant: as in [`super::codes`].

use super::entry::CodeEntry;

/// The codes from `TG0470` to `TG0489`, and from `TG0690` to `TG0698`.
pub static HOST_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0470",
        title: "a segment outside its network",
        explanation: "The `cidr` of a network with segments covers all of them, every segment lies inside it, and segments do not overlap. Everything that refers to the network, e.g. NetworkPolicies and routes, uses the whole `cidr`.",
    },
    CodeEntry {
        code: "TG0471",
        title: "a gateway that a segment cannot use",
        explanation: "A node can only use a gateway in its own segment, so each segment sets its own: `gateway` for the default route of its nodes, or `via` for routes to the other segments only. Without either, nodes in different segments cannot reach each other.",
    },
    CodeEntry {
        code: "TG0472",
        title: "an address outside all segments",
        explanation: "The segment that holds a node's address decides its prefix, gateway and VLAN. Add the segment, or correct the address.",
    },
    CodeEntry {
        code: "TG0473",
        title: "a setting for another kind of workload",
        explanation: "Deployments, StatefulSets and DaemonSets have different rollout settings (`strategy` and `updateStrategy` in Kubernetes). Only a Deployment can start additional pods (`max-surge`) or stop all pods first (`recreate`), only a Deployment or DaemonSet can replace several pods at once (`max-unavailable`), and a DaemonSet has no PodDisruptionBudget. Probe settings only apply to probes that the component has.",
    },
    CodeEntry {
        code: "TG0474",
        title: "a rollout that cannot proceed",
        explanation: "If there may be neither additional nor unavailable pods, no pod can be replaced, and the API server rejects the Deployment. Set `max-surge` or `max-unavailable` above 0.",
    },
    CodeEntry {
        code: "TG0475",
        title: "an invalid host setting",
        explanation: "Kernel arguments are written into a file that a shell reads, so they must not contain spaces or quotes. A udev rule and the parameters of a module are one line each. Huge page sizes are e.g. `2M` and `1G`. Paths of mounts and files are absolute. Limits are those of limits.conf(5).",
    },
    CodeEntry {
        code: "TG0476",
        title: "host settings for a role without nodes",
        explanation: "`host ROLE` applies to nodes with that role, and the site has none. Remove it, or correct the role.",
    },
    CodeEntry {
        code: "TG0477",
        title: "conflicting settings for a host",
        explanation: "A node with two roles, or in two host groups, gets the settings of both, and they differ. A host group takes precedence over a role, and a role over `host all`; within one level there is no order. Set the value at a higher level, or remove one.",
    },
    CodeEntry {
        code: "TG0478",
        title: "SR-IOV without functions or without a physical network",
        explanation: "SR-IOV needs an interface with virtual functions (`virtual-functions`) and a physical network that a network of the site has.",
    },
    CodeEntry {
        code: "TG0479",
        title: "a tunnel with a foreign local address",
        explanation: "The local end of a tunnel must be an address of the node itself, or replies do not come back.",
    },
    CodeEntry {
        code: "TG0690",
        title: "a file that replaces one of a service",
        explanation: "A service writes this file of the host, with options that other services depend on. Set the options instead; `file` can only write files that nothing else writes.",
    },
];
