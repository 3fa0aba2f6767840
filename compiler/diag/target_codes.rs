//! The codes of sites for hosts without Kubernetes.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The entries, sorted by code.
pub static TARGET_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0560",
        title: "a Kubernetes setting in a site for hosts",
        explanation: "With `target hosts`, the output consists of files, systemd units and scripts. Settings for Kubernetes objects (`expose`, `deliver`, images, patches, replicas and resources of components) have no effect. Configure services with their settings and `config`, as on Kubernetes; each component runs on every node with its label.",
    },
    CodeEntry {
        code: "TG0561",
        title: "a service that does not run on hosts",
        explanation: "A service supports hosts if its data has `host`: the user, the packages, and the unit of each component (docs/hosts-target.md). This service only runs in pods. Remove it from the site, or add the data.",
    },
    CodeEntry {
        code: "TG0562",
        title: "a component without a systemd unit",
        explanation: "On hosts, each component of a service is a systemd unit: `host unit=NAME` in the component's data. A component that is not needed on hosts has `host absent=#true`.",
    },
    CodeEntry {
        code: "TG0563",
        title: "no packages for the site's hosts",
        explanation: "Packages, units and users depend on the distribution, so `target hosts` has to name it. A distribution has packages of certain OpenStack releases, in its own archive or in backports; choose one of those.",
    },
    CodeEntry {
        code: "TG0564",
        title: "two files with one path on a node",
        explanation: "In pods, each component has its own files; on a host they share one file system. Components with different files at the same path, e.g. an API and an agent, have to run on different nodes.",
    },
    CodeEntry {
        code: "TG0565",
        title: "a port in use twice on a node",
        explanation: "Pods have their own addresses, but programs on a host share its ports. The second program would fail to start.",
    },
    CodeEntry {
        code: "TG0566",
        title: "a component on several nodes",
        explanation: "On Kubernetes, a Service distributes requests to several pods. On hosts, this needs a load balancer with the virtual address (docs/hosts-target.md), or a cluster or cache whose members clients know (`host members=#true` in its data). Any other component can only run on one node.",
    },
    CodeEntry {
        code: "TG0567",
        title: "TLS between services on hosts",
        explanation: "In-cluster certificates are issued for the names of Kubernetes Services. Certificates for hosts are not supported yet, so a site for hosts cannot enable `tls` for a service.",
    },
    CodeEntry {
        code: "TG0568",
        title: "a host setting in a site for Kubernetes",
        explanation: "The distribution and recipients in `target` apply to hosts only. Without `target hosts`, the services run in pods, and their images contain the distribution.",
    },
    CodeEntry {
        code: "TG0589",
        title: "a balancer without a virtual address",
        explanation: "A load balancer on hosts listens on the virtual address of the network `management`, which one host holds at a time. Without it, clients would depend on a single host.",
    },
    CodeEntry {
        code: "TG0590",
        title: "a host-only service in a site for Kubernetes",
        explanation: "This service does what Kubernetes itself does in a cluster, e.g. load balancing or a virtual address, and cannot be used in a site for Kubernetes.",
    },
    CodeEntry {
        code: "TG0591",
        title: "a systemd unit that runs several components",
        explanation: "Two components of a node name the same unit of a package, and one of them takes it for its own: a changed digest of the other would not restart it. Where the unit runs both, e.g. a web server or an API with several ports, write `shared=#true` in the `host` of each. The unit then restarts when the digest of one of them changes, after the jobs that this one waits for.",
    },
    CodeEntry {
        code: "TG0676",
        title: "an unsupported interface on this distribution",
        explanation: "On CentOS 7, interfaces are configured by network scripts (`ifcfg-NAME`). They are written for physical interfaces and VLANs with addresses, gateways, name servers and MTUs; bonds, bridges, tunnels and additional routes are not supported. Add that file as a host file, and leave the interface out of the spec.",
    },
    CodeEntry {
        code: "TG0870",
        title: "a secret that a host unit cannot see",
        explanation: "A unit gets its secrets at the same paths as in the pod, through mounts in its own namespace. A program whose mounts the node has to see (a volume with `propagation=Bidirectional`) has no mount namespace, and systemd before version 233 (CentOS 7) binds no paths for a unit. The data then have to leave the secret out on hosts (`secret NAME at=\"...\" when=\"!target:hosts\"`), or give it a real path (`place \"/run/secrets/NAME\" at=\"...\"` in `host`).",
    },
    CodeEntry {
        code: "TG0871",
        title: "a program that would lose its own options",
        explanation: "On a host, programs of a service share one configuration file, which contains the options that all of them read; in pods, each has its own. A program with additional options, e.g. the memory reserved on a compute node, would run without them. Assign the roles to different nodes.",
    },
];
