//! The codes of sites for hosts without Kubernetes.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The entries, sorted by code.
pub static TARGET_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0560",
        title: "a word of Kubernetes in a site for hosts",
        explanation: "`target hosts` makes files, systemd units and scripts. What decides objects of Kubernetes alone (`expose`, `deliver`, images, patches, replicas and resources of components) would have no effect there. What a service does is said by its settings and `config`, as on Kubernetes; a component runs on every node with its label.",
    },
    CodeEntry {
        code: "TG0561",
        title: "a service that does not run on hosts",
        explanation: "A service runs on hosts where its data has `host`: the user, the packages, and the unit of each component (docs/hosts-target.md). This one has pods alone. Remove it from the site, or add the data.",
    },
    CodeEntry {
        code: "TG0562",
        title: "a component without a systemd unit",
        explanation: "On hosts every component of a service is a systemd unit: `host unit=NAME` in the component's data. One that has no place on hosts says `host absent=#true`.",
    },
    CodeEntry {
        code: "TG0563",
        title: "no packages for the site's hosts",
        explanation: "Packages, units and users follow from the distribution, so `target hosts` names one. A distribution has packages of some OpenStack releases, its own and those of its backports; take one of them.",
    },
    CodeEntry {
        code: "TG0564",
        title: "two files at one path of a node",
        explanation: "A pod has its own files; on a host a path has one. Two components with different files at the same path, for instance those of an API and of an agent, must be on different nodes.",
    },
    CodeEntry {
        code: "TG0565",
        title: "a port in use twice on a node",
        explanation: "Pods have an address each; the programs of a host share its ports. The second of them would not start.",
    },
    CodeEntry {
        code: "TG0566",
        title: "a component on more nodes than one",
        explanation: "Behind a Kubernetes Service stand several pods. On hosts a balancer with the virtual address leads requests to one of several nodes (docs/hosts-target.md), and clusters and caches have members that clients know (`host members=#true` of their data). What neither is true of runs on one node.",
    },
    CodeEntry {
        code: "TG0567",
        title: "TLS between services on hosts",
        explanation: "Certificates of in-cluster TLS have the names of Kubernetes Services. Those of hosts would have names and addresses of nodes, and are not made yet: the site has `tls` of no service.",
    },
    CodeEntry {
        code: "TG0568",
        title: "a word for hosts in a site for Kubernetes",
        explanation: "The distribution and the recipients of `target` are for hosts. A site without `target hosts` has pods, whose images bring their own distribution.",
    },
    CodeEntry {
        code: "TG0589",
        title: "a balancer without a virtual address",
        explanation: "A balancer of hosts listens at the virtual address of network `management`, which one of its hosts holds at a time. Without it clients have no address that outlives a host.",
    },
    CodeEntry {
        code: "TG0590",
        title: "a service of hosts in a site for Kubernetes",
        explanation: "Some services do on hosts what a cluster does by itself: a balancer and a virtual address stand where Services of Kubernetes would. A site for Kubernetes cannot have them.",
    },
    CodeEntry {
        code: "TG0676",
        title: "a device that the distribution gets no file for",
        explanation: "On CentOS 7 a device is a file of the network scripts, `ifcfg-NAME`. They are written for cards and VLANs with addresses, gateways, name servers and MTUs; bonds, bridges, tunnels and routes of a device's own are not. Write that file as a host file, and leave the interface out of the spec.",
    },
    CodeEntry {
        code: "TG0870",
        title: "a secret that a unit on a host cannot see",
        explanation: "A unit finds its secrets at the paths of the pod by mounts of its own namespace. A program whose mounts the node must see (a volume with `propagation=Bidirectional`) has no such namespace, so its data leave the secret out on hosts: `secret NAME at=\"...\" when=\"!target:hosts\"`.",
    },
    CodeEntry {
        code: "TG0871",
        title: "a program that would lose options of its own",
        explanation: "Programs of a service read one file on a host, where pods have a file each. It has what all of them read; one that says something more in its own pod (the memory that a compute node keeps for itself) would run without it. Give the roles to different nodes.",
    },
];
