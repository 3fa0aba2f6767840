//! Entries of the codes about several cells, members of a broker, switches in user space and routes by BGP.
//!
//! Invariant: entries are sorted by code.

use super::entry::CodeEntry;

/// Entries of codes.
pub static REACH_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0571",
        title: "TLS between broker members without certificates",
        explanation: "Members of the message broker use the same certificates for each other as for clients, and only accept certificates of the site's CA, so `tls-members` requires `tls`. On hosts, the broker is the distribution's and has one member.",
    },
    CodeEntry {
        code: "TG0572",
        title: "an unknown cell",
        explanation: "Compute nodes only connect to the broker and conductors of their cell. Every site has `cell1`; declare others with `back-end NAME kind=cell`, and assign nodes to them in a host group with `cell NAME`. See https://docs.openstack.org/nova/latest/admin/cells.html.",
    },
    CodeEntry {
        code: "TG0573",
        title: "not enough huge pages for Open vSwitch",
        explanation: "Open vSwitch with DPDK takes its memory (`socket-memory`, MiB per NUMA node) from the huge pages that the host reserves at boot, and exits if there are too few. Instances need huge pages of their own (a flavor with `hw:mem_page_size`), so reserve more than the switch uses: `host { hugepages \"1G\" count=N }`.",
    },
    CodeEntry {
        code: "TG0574",
        title: "shared CPUs of Open vSwitch",
        explanation: "The CPUs in `pmd-cpus` poll for packets all the time. Anything else that the kernel schedules on them delays packets until some are lost. They have to be in `isolated-cpus`, and not in `lcore-cpus`, the CPUs of the other threads of the switch.",
    },
    CodeEntry {
        code: "TG0575",
        title: "an interface that DPDK cannot use",
        explanation: "An interface with `dpdk=PCI-ADDRESS` is removed from the kernel and becomes the port of one bridge; it cannot be in a bond and cannot have VLANs or routes. It can carry one network with an address of the node, e.g. the tunnel network; the address is then on the bridge while the switch runs. The hosts need `host { dpdk { pmd-cpus ...; socket-memory ... } }`.",
    },
    CodeEntry {
        code: "TG0576",
        title: "invalid BGP peers",
        explanation: "`peers` lists the routers to which nodes announce addresses, separated by commas: their addresses, or interfaces of the node that lead to them. `peer-as` is `external` (any other autonomous system), `internal` or a number. FRRouting would reject anything else. See https://docs.frrouting.org/en/latest/bgp.html.",
    },
];
