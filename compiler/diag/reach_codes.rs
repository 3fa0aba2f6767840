//! Entries of the codes about several cells, members of a broker, switches in user space and routes by BGP.
//!
//! Invariant: entries are sorted by code.

use super::entry::CodeEntry;

/// Entries of codes.
pub static REACH_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0571",
        title: "TLS between members that have no certificate",
        explanation: "Members of the message broker speak TLS to each other with the certificates that clients are shown too, and take nobody without one of the site's authority. So `tls-members` needs `tls`. The broker of a site for hosts is the distribution's and has one member.",
    },
    CodeEntry {
        code: "TG0572",
        title: "a cell that is not there",
        explanation: "Compute nodes speak to the broker and the conductors of their cell alone. Every site has `cell1`; others are named by `back-end NAME kind=cell`, and the hosts in them by a host group with `cell NAME`. See https://docs.openstack.org/nova/latest/admin/cells.html.",
    },
    CodeEntry {
        code: "TG0573",
        title: "a switch without its huge pages",
        explanation: "A switch in user space takes its memory (`socket-memory`, MiB for each NUMA node) from the huge pages that the host sets aside when it starts, and ends at its start where there are fewer. Instances behind it need huge pages of their own (a flavor with `hw:mem_page_size`), so say more than the switch takes: `host { hugepages \"1G\" count=N }`.",
    },
    CodeEntry {
        code: "TG0574",
        title: "CPUs of a switch that others have too",
        explanation: "The CPUs of `pmd-cpus` look for packets all the time. What the kernel puts on them beside that waits, and packets are lost while it runs. They are among `isolated-cpus`, and are not those of the switch's other threads (`lcore-cpus`).",
    },
    CodeEntry {
        code: "TG0575",
        title: "a card that a switch in user space cannot have",
        explanation: "A card with `dpdk=PCI-ADDRESS` leaves the kernel: it is the port of one bridge, and has no bond, VLANs or routes of the node's own. The node may have the address of one network there, such as that of tunnels; it is the bridge's, for as long as the switch runs. The hosts of such nodes say `host { dpdk { pmd-cpus ...; socket-memory ... } }`.",
    },
    CodeEntry {
        code: "TG0576",
        title: "routers that BGP cannot name",
        explanation: "Nodes announce addresses to the routers that `peers` names: their addresses, or interfaces of the node that lead to them, joined by commas. `peer-as` is `external` (any other autonomous system), `internal` or a number. FRRouting would take no configuration with anything else. See https://docs.frrouting.org/en/latest/bgp.html.",
    },
];
