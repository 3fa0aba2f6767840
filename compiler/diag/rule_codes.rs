//! The codes of rules across services: what each means, why it is checked, and where the rule comes from.
//!
//! Invariant: these come after those of [`super::codes`] up to `TG0605` and before `TG0701`; no code changes its meaning.

use super::entry::CodeEntry;

/// The codes from `TG0606` to `TG0699`.
pub static RULE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0480",
        title: "a back end without options that its driver requires",
        explanation: "A volume, backup or image store driver checks its options when the service starts. If one is missing, or two exclude each other, the driver is not initialized: the service runs, but its volumes, backups or images cannot be used. The rule names the place in the driver's source; the message names the options, to be set in the back end's own group or, for volumes, in `[backend_defaults]`.",
    },
    CodeEntry {
        code: "TG0481",
        title: "unknown policy",
        explanation: "oslo.policy accepts any name in a policy file, but a name that the service does not check has no effect, and the intended rule stays as it is. Known names are those that the service's packages register in each release (`schema/options/policies.json`). A custom rule can have any name if another entry of the file refers to it with `rule:NAME`.",
    },
    CodeEntry {
        code: "TG0482",
        title: "a policy that refers to an unknown rule",
        explanation: "A check `rule:NAME` with a name that neither the service nor the file defines denies everyone. Correct the name, or define the rule in the same file.",
    },
    CodeEntry {
        code: "TG0606",
        title: "PodDisruptionBudget allows no disruption",
        explanation: "A PodDisruptionBudget that allows no disruption blocks every `kubectl drain`, and with it upgrades of Kubernetes and of the hosts, until somebody deletes it. Allow one pod: `maxUnavailable: 1`, the default. See https://kubernetes.io/docs/tasks/run-application/configure-pdb/.",
    },
    CodeEntry {
        code: "TG0607",
        title: "PodDisruptionBudget allows the loss of a quorum",
        explanation: "The members vote, and those that remain after the allowed disruptions have no majority: draining two nodes would stop the database or the broker, and Galera may need manual recovery. Allow one pod only: `maxUnavailable: 1`.",
    },
    CodeEntry {
        code: "TG0608",
        title: "more connections than the server accepts",
        explanation: "Each process keeps a connection pool per database and may open more connections under load. If pods x processes x (pool + overflow), summed over all services, exceeds the server's limit, all services get `Too many connections` under high load. It is an error if even the pools exceed the limit, and a warning if only pools and overflow together do. Raise `max-connections`, or lower `workers`, `max_pool_size` or `max_overflow`. A pool of 0 and an overflow of -1 are unlimited (SQLAlchemy's QueuePool). See https://docs.openstack.org/oslo.db/latest/reference/opts.html.",
    },
    CodeEntry {
        code: "TG0609",
        title: "replicas changed by a patch",
        explanation: "The number of pods also determines the hosts in broker and cache URLs, the size of a quorum, and disruption budgets. A patch only changes the field. Set the number in the spec: `service NAME { component NAME { replicas 3 } }`.",
    },
    CodeEntry {
        code: "TG0610",
        title: "fernet keys expire before tokens",
        explanation: "A token is valid until it expires, and services that finish a long operation may use it for a while longer. Its key has to exist until then. Each rotation moves every key by one place, so there have to be at least ceil((expiration + allowed window) / rotation) + 2 keys: one staged, one primary, the rest for tokens in use. With fewer, users and services get 401 some hours after a rotation. The number is computed from the lifetimes by default: remove an override of it, or shorten the lifetimes. See \"Fernet - Frequently Asked Questions\" in keystone's administrator guide (https://docs.openstack.org/keystone/latest/admin/fernet-token-faq.html).",
    },
    CodeEntry {
        code: "TG0611",
        title: "a broker missing from a URL",
        explanation: "A client of the message queue only knows the brokers in its URL. It does not fail over to one that is missing, and with a single name it stops with that broker. A broker that does not exist costs a timeout at each connection. By default, the URL names every pod: set the number of brokers with `component server { replicas N }` and do not override the URL.",
    },
    CodeEntry {
        code: "TG0612",
        title: "a cache missing from a list",
        explanation: "Clients distribute keys over the caches that they know. Processes with different lists, or with one address in front of all caches, look for a key on the wrong server: tokens are validated again, locks have no effect, sessions end. Every client has to list every pod, which is the default. Remove the override.",
    },
    CodeEntry {
        code: "TG0613",
        title: "a cluster member missing from a list",
        explanation: "Clients and joining members find a cluster by the list of its members. A member that is missing is not found when it is the leader or the only one running; one that does not exist costs a timeout. By default, the list names every member, according to `replicas`. Remove the override.",
    },
    CodeEntry {
        code: "TG0614",
        title: "more agents for a router than nodes",
        explanation: "Each L3 agent of a router runs on a different node (`max_l3_agents_per_router`). Neutron accepts a larger number and uses the nodes that exist, so the router has less redundancy than configured. Give more nodes the role `network`, or lower the number; the default is at most three.",
    },
    CodeEntry {
        code: "TG0615",
        title: "more DHCP agents for a network than nodes",
        explanation: "Each DHCP agent of a network runs on a different node (`dhcp_agents_per_network`). With fewer nodes, neutron uses those that exist, and there is less redundancy than configured. Give more nodes the role `network`, or lower the number; the default is at most two. See https://docs.openstack.org/neutron/latest/admin/config-dhcp-ha.html.",
    },
    CodeEntry {
        code: "TG0616",
        title: "an MTU above that of the host network",
        explanation: "Neutron subtracts tunnel headers from this number and announces the rest to instances by DHCP. If the host network carries less, small packets pass and large ones are lost: ssh connects, then hangs. The limit is the MTU of the network `tunnel`, or else of `management`; set it there to what the network carries, switches included. See https://docs.openstack.org/neutron/latest/admin/config-mtu.html.",
    },
    CodeEntry {
        code: "TG0617",
        title: "an MTU too small for IPv6 in tunnels",
        explanation: "After the tunnel headers, at least 1280 bytes of the MTU have to remain (RFC 8200, section 5), or instances cannot use IPv6. Such a small MTU is usually a mistake in the spec.",
    },
    CodeEntry {
        code: "TG0618",
        title: "geneve header too small for OVN",
        explanation: "OVN puts its own options into each packet and needs 38 bytes; neutron's default is 30. With less, the MTU of tenant networks is too large for the host network. See https://docs.openstack.org/neutron/latest/install/ovn/manual_install.html.",
    },
    CodeEntry {
        code: "TG0619",
        title: "an interface MTU below that of its network",
        explanation: "Frames of the network's MTU do not pass the interface. Small packets do, so the problem only shows with large ones. A port of an Open vSwitch bridge has an MTU as well: neutron announces the MTU of a physical network to its instances, and the port has to carry it. Set `interface NAME mtu=...`, or lower the network's MTU. See https://docs.openstack.org/neutron/latest/admin/config-mtu.html.",
    },
    CodeEntry {
        code: "TG0620",
        title: "a different region",
        explanation: "Services look up other services in the catalog by region. In a region without entries, calls between services fail with `endpoint not found`. The site has one region, set with `region NAME`; remove the option.",
    },
    CodeEntry {
        code: "TG0621",
        title: "different metadata secrets",
        explanation: "The metadata agents sign requests of instances, and nova verifies the signature. With different secrets, every request is rejected: instances get no ssh keys and no host names. The password store has one secret for both; remove the override.",
    },
    CodeEntry {
        code: "TG0622",
        title: "a different UUID of the Ceph key",
        explanation: "libvirt stores the Ceph key under a UUID, which nova and cinder refer to. With a different UUID, no volume can be attached (`no secret with matching uuid`). Set it once, in libvirt's setting. See https://docs.ceph.com/en/latest/rbd/rbd-openstack/.",
    },
    CodeEntry {
        code: "TG0623",
        title: "a different Ceph cluster",
        explanation: "A client file has another fsid than the site's Ceph cluster, and the monitors reject that client. Set `fsid` once, for the service ceph.",
    },
    CodeEntry {
        code: "TG0624",
        title: "an address that does not exist",
        explanation: "The option names a Service, pod, port, database or virtual host in the site's own namespace that the site does not have. Clients would time out or be rejected. Use the default's reference (`(endpoint)\"image\"`, `(provider)\"database\"`) instead of a literal value, so that it follows the spec, or correct the name.",
    },
    CodeEntry {
        code: "TG0625",
        title: "conflicting owners of a name",
        explanation: "Two services of the catalog declare the same database, virtual host, user, capability, endpoint, catalog type, public host or node port: each would overwrite the other's. Rename one, or turn one of the services off.",
    },
    CodeEntry {
        code: "TG0626",
        title: "a placeholder",
        explanation: "The setting still has the placeholder of the service data, e.g. an address that does not exist or an id of zeros. The site would build, and its pods would wait indefinitely. Set the value.",
    },
    CodeEntry {
        code: "TG0627",
        title: "connections outlive wait_timeout",
        explanation: "MariaDB closes a connection that was idle for `wait_timeout` seconds. A pool that keeps connections longer returns closed ones: `MySQL server has gone away`. Set `connection_recycle_time` below it. See https://docs.openstack.org/oslo.db/latest/reference/opts.html.",
    },
    CodeEntry {
        code: "TG0628",
        title: "an option that Galera cannot replicate with",
        explanation: "Galera needs row events, interleaved auto-increments and InnoDB; with anything else members diverge or refuse to start. Remove the override. See \"Configuring MariaDB Galera Cluster\" in MariaDB's documentation.",
    },
    CodeEntry {
        code: "TG0629",
        title: "a cache larger than its memory",
        explanation: "InnoDB fills its buffer pool over time, memcached its item memory. The server also needs memory for connections and tables. If both exceed the memory limit, the kernel kills the pod when the cache is full. Lower the cache size or raise the limit; the message has the largest cache that fits.",
    },
    CodeEntry {
        code: "TG0630",
        title: "too few open files for the database",
        explanation: "The server needs a file for each connection and up to two for each open table. If `open_files_limit` is lower, it silently reduces `max_connections` or the table cache, with only a line in its log.",
    },
    CodeEntry {
        code: "TG0631",
        title: "live services reported down",
        explanation: "A service or agent that has not reported within the down time is considered down: it gets no work, or its routers and networks are moved. The down time has to tolerate a late report; neutron recommends twice the report interval.",
    },
    CodeEntry {
        code: "TG0632",
        title: "a program on another port",
        explanation: "A port is declared once, with the endpoint or capability, and used for the Service, the NetworkPolicy, the probe and the URL in the catalog. If an option makes the program listen on another port, the pod never becomes ready. Remove the override; external clients use the port of the Gateway or Ingress anyway.",
    },
    CodeEntry {
        code: "TG0633",
        title: "volume services without a cluster",
        explanation: "Several replicas can only serve the same volumes as one cluster, with `cluster` and shared locks. Without it, each volume belongs to the replica that created it, and cannot be managed when that pod gets another name. See https://docs.openstack.org/cinder/latest/contributor/high_availability.html.",
    },
    CodeEntry {
        code: "TG0634",
        title: "a network back end with mismatched parts",
        explanation: "The agents on the nodes, the drivers in ml2_conf.ini and the plugins in neutron.conf have to match. Choose the back end with its overlay, which sets all of them; an overridden list has to keep the driver or plugin that the message names.",
    },
    CodeEntry {
        code: "TG0635",
        title: "several pods on a ReadWriteOnce volume",
        explanation: "A ReadWriteOnce volume is attached to one node: pods on other nodes stay in ContainerCreating. Run one replica, or use a StorageClass with ReadWriteMany, or storage without such a volume (Ceph). See https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes.",
    },
    CodeEntry {
        code: "TG0636",
        title: "a component without replicas that others wait for",
        explanation: "Start-up gates of other workloads wait for a pod of this component, which has no replicas: they would wait indefinitely, and lists of its hosts would be empty. Set at least one replica, or disable the service and those that need it.",
    },
    CodeEntry {
        code: "TG0637",
        title: "an image of another OpenStack release",
        explanation: "The image tag names another OpenStack release than the site's. Configuration files, Jobs and option checks are those of the site's release: a program of another release may reject them, and migrations of a newer one change the database. Use an image of the site's release, or change the release.",
    },
    CodeEntry {
        code: "TG0640",
        title: "a physical network without nodes",
        explanation: "Neutron binds ports of a physical network on nodes that map it to a bridge, and a node maps it only if one of its interfaces is attached to that bridge. Give the nodes such an interface (`interface eno2 bridge=br-ex`), or set the bridge of the network: `network NAME physical=physnet1 bridge=br-provider`.",
    },
    CodeEntry {
        code: "TG0641",
        title: "physical networks that share a bridge",
        explanation: "A bridge carries one physical network: with two, the Open vSwitch agents do not start, and OVN would treat both as one network. Give each its own bridge and interface: `network NAME physical=physnet2 bridge=br-ex2`.",
    },
    CodeEntry {
        code: "TG0642",
        title: "a bridge without a physical network",
        explanation: "The interface is attached to a bridge that no physical network uses, so it connects nothing. Set the bridge at the network: `network NAME physical=physnet1 bridge=br-provider`.",
    },
    CodeEntry {
        code: "TG0643",
        title: "a VLAN used by the node itself",
        explanation: "The kernel takes packets of a VLAN interface before the bridge on the same card, so instances in that VLAN of the physical network would receive nothing. Use another VLAN for one of them, or another interface.",
    },
    CodeEntry {
        code: "TG0644",
        title: "nodes without a physical network",
        explanation: "These nodes send traffic of instances to physical networks, but none of their interfaces is connected to one: floating IPs and routers on them would not work. Give them an interface with the network's bridge.",
    },
    CodeEntry {
        code: "TG0645",
        title: "options of agents that do not run",
        explanation: "The chosen network back end does not use these agents, so nothing reads the options. Remove them.",
    },
    CodeEntry {
        code: "TG0650",
        title: "options that prevent a program from starting",
        explanation: "The program checks these options against each other when it starts, and exits if they are inconsistent. Its pod would restart again and again, and everything that depends on it would wait. The rule names the place in the program's source; the message names the option to change.",
    },
    CodeEntry {
        code: "TG0651",
        title: "queues without expiry",
        explanation: "Reply and fanout queues belong to one process. Without an expiry, queues of processes that ended stay in the broker, and streams grow until the disk alarm blocks all publishers. See https://docs.openstack.org/oslo.messaging/latest/configuration/opts.html.",
    },
    CodeEntry {
        code: "TG0652",
        title: "an old option name beside the new one",
        explanation: "Programs read the old name only if the new one is not set. The new one is set by default, so a value under the old name has no effect. Use the new name.",
    },
    CodeEntry {
        code: "TG0653",
        title: "a path without a volume",
        explanation: "The option names a folder for keys or files, and no volume or secret of the pod is mounted there. The root file systems of pods are read-only, so the program finds nothing and cannot write. Keep the default path, which is mounted.",
    },
    CodeEntry {
        code: "TG0654",
        title: "a shutdown longer than the grace period",
        explanation: "After SIGTERM, the program lets tasks finish for this time, but Kubernetes kills it when the pod's grace period is over: migrations and builds would be interrupted. Lower the timeout below the grace period that the message names. See https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination.",
    },
    CodeEntry {
        code: "TG0655",
        title: "a live migration that cannot succeed",
        explanation: "Instances and their disks are migrated between compute nodes over ssh, through a container beside nova-compute. libvirt only listens on its socket, and the nodes have no certificates for QEMU's native TLS. With an option for another transport, every live migration fails. Remove the override.",
    },
    CodeEntry {
        code: "TG0656",
        title: "an option that is set per node",
        explanation: "Addresses and names of a compute node are filled in on the node, after all files. A value for all nodes has no effect; if it had, all nodes would have the same identity. Remove it.",
    },
    CodeEntry {
        code: "TG0657",
        title: "an unknown physical network",
        explanation: "Nodes map physical networks to bridges according to the networks of the site (`network NAME physical=...`). For any other name, neutron accepts networks, but binds no ports. Declare the network in the spec, or correct the name.",
    },
    CodeEntry {
        code: "TG0658",
        title: "a network id out of range",
        explanation: "A VLAN id has 12 bits, of which 0 and 4095 are reserved; the id of a VXLAN or Geneve tunnel has 24 bits. With other values neutron does not start. See RFC 7348, RFC 8926 and IEEE 802.1Q.",
    },
    CodeEntry {
        code: "TG0659",
        title: "a driver or plugin without its counterpart",
        explanation: "Drivers need agents on the nodes, and plugins need their extension drivers. If the counterpart is missing, the API offers something that does not work. Add what the message names, or remove the driver.",
    },
    CodeEntry {
        code: "TG0660",
        title: "a token provider that cannot work",
        explanation: "Keystone issues tokens with keys that the site generates and rotates, and rejects tokens that are longer than a limit. With another provider there are no keys; with a lower limit every token is rejected, and nobody can sign in. Remove the override. See https://docs.openstack.org/keystone/latest/admin/tokens-overview.html.",
    },
    CodeEntry {
        code: "TG0661",
        title: "an LDAP server that pods cannot reach",
        explanation: "NetworkPolicies only allow connections that a service declares. An LDAP server is not one of them, so every sign-in would time out. Allow the connection with a patch of the NetworkPolicy, then `allow` the diagnostic.",
    },
    CodeEntry {
        code: "TG0662",
        title: "a memory limit below locked memory",
        explanation: "ovs-vswitchd locks all of its memory, so that packets never wait for the disk. All of it counts against the pod's limit from the start, including the stacks of its threads, one or two per core. With a lower limit the switch is killed, and all instances of the node lose their network. Raise the limit.",
    },
    CodeEntry {
        code: "TG0663",
        title: "an unreachable address",
        explanation: "Instances or browsers get this address, but the site does not serve them there: consoles stay blank, and stacks wait for signals until they fail. Remove the override; the address follows from `expose` and `domain`.",
    },
    CodeEntry {
        code: "TG0664",
        title: "a timeout that interrupts uploads",
        explanation: "uWSGI kills a process whose request takes longer than `harakiri`, and an image upload over a slow connection takes hours. All other uploads of that process are interrupted too. Remove the override.",
    },
    CodeEntry {
        code: "TG0665",
        title: "several pods without shared locks",
        explanation: "Without a coordination back end (tooz), locks only work within one process and periodic work is not distributed: two pods change the same thing at the same time, or do the same work twice. Run one pod, or configure the back end: `coordination etcd`, with `service etcd { enabled #true }`. See https://docs.openstack.org/tooz/latest/user/drivers.html.",
    },
    CodeEntry {
        code: "TG0666",
        title: "a domain name without a final dot",
        explanation: "In DNS data, a name without a final dot is relative: the name of the zone is appended (RFC 1035, section 5.1). The DNS service rejects such names of zones, name servers and records. Write `example.org.`.",
    },
    CodeEntry {
        code: "TG0668",
        title: "alarms evaluated more often than meters are polled",
        explanation: "An alarm evaluates the samples of its last period. If it is evaluated more often than meters are polled, it finds none and alternates with `insufficient data`. The option's help recommends an evaluation interval not below the interval of the pipeline. See https://docs.openstack.org/aodh/latest/configuration/aodh-config-options.html.",
    },
    CodeEntry {
        code: "TG0670",
        title: "a public certificate that lacks a name",
        explanation: "External clients use the host name of each public endpoint and reject a certificate without it. A wildcard `*.example.com` covers one label. Get a certificate with all names, change `public-host`, or use cert-manager: `expose ... issuer=NAME`.",
    },
    CodeEntry {
        code: "TG0677",
        title: "OVN in a release without its driver",
        explanation: "Until Ussuri, neutron's driver for OVN was a separate project, networking-ovn. For releases before Zed, the supported network back end is Open vSwitch agents: `overlays ovs`, the default for these releases.",
    },
    CodeEntry {
        code: "TG0680",
        title: "LDAP without a bind password",
        explanation: "The identity service binds to the LDAP server before it searches for a user. Without `password` in `[ldap]` it binds anonymously (RFC 4513, section 5.1), and most servers return nothing then: no user of the domain can sign in. Declare a secret of the site, store its value with `taco-gen passwords set`, and refer to it. If the server allows anonymous searches, allow the diagnostic.",
    },
    CodeEntry {
        code: "TG0681",
        title: "domain options in two places",
        explanation: "Options of a domain are either in files (`config \"keystone.DOMAIN.conf\"`) or in the database (`domain-drivers on`); with the database, the files are not read. See https://docs.openstack.org/keystone/latest/admin/configuration.html#domain-specific-configuration.",
    },
    CodeEntry {
        code: "TG0699",
        title: "an unexplained code",
        explanation: "A rule under `schema/services/NAME/rules/` uses a code that neither taco-gen nor the project explains. For a code of your own, add `title` and `explanation` to one of the rules that use it; `explain CODE` then shows them.",
    },
];
