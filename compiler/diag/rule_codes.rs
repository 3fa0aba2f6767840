//! The codes of rules across services: what each means, why it is checked, and where the rule comes from.
//!
//! Invariant: these come after those of [`super::codes`] up to `TG0605` and before `TG0701`; no code changes its meaning.

use super::entry::CodeEntry;

/// The codes from `TG0606` to `TG0699`.
pub static RULE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0480",
        title: "a back end without what its driver needs",
        explanation: "The driver of a volume back end, a backup or a store checks its options when the service starts, and refuses to initialize where one that it needs is missing or two exclude each other. The service runs on without it: its volumes, backups or images cannot be used. The rule names the place in the driver's source; the message says which options to set, in the back end's own group or, for volumes, in `[backend_defaults]`.",
    },
    CodeEntry {
        code: "TG0481",
        title: "unknown policy",
        explanation: "oslo.policy takes any name in a policy file, and one that the service does not ask for has no effect: the rule that was meant stays as it is. The names are those that the service's packages register, release by release (`schema/options/policies.json`). A rule of the site's own may have any name, if another entry of the file refers to it: `rule:NAME`.",
    },
    CodeEntry {
        code: "TG0482",
        title: "a policy that refers to a rule that is not there",
        explanation: "A check `rule:NAME` of a name that neither the service nor the file defines denies everybody. Correct the name, or define the rule in the same file.",
    },
    CodeEntry {
        code: "TG0606",
        title: "PodDisruptionBudget allows no disruption",
        explanation: "A PodDisruptionBudget that allows no disruption stops every `kubectl drain` of the nodes, and with it upgrades of Kubernetes and of the hosts, until somebody deletes it by night. Let one pod go: `maxUnavailable: 1`, which the stock has. See https://kubernetes.io/docs/tasks/run-application/configure-pdb/.",
    },
    CodeEntry {
        code: "TG0607",
        title: "PodDisruptionBudget allows the loss of a quorum",
        explanation: "The members vote, and the rest after the allowed disruptions is no majority: a drain of two nodes would stop the database or the broker, and Galera may need a recovery by hand. Let one pod go and no more: `maxUnavailable: 1`.",
    },
    CodeEntry {
        code: "TG0608",
        title: "more connections than the server accepts",
        explanation: "Every process keeps a pool of connections to each of its databases and may open more under load. Where pods x processes x (pool + overflow), added up over all services, is above the server's limit, the day with the most load is the day when `Too many connections` comes, and it hits every service at once. An error where even the kept pools do not fit, a warning where only pools and overflow together do not. Raise `max-connections`, or lower `workers`, `max_pool_size` or `max_overflow`. A pool of 0 and an overflow of -1 have no bound (SQLAlchemy's QueuePool). See https://docs.openstack.org/oslo.db/latest/reference/opts.html.",
    },
    CodeEntry {
        code: "TG0609",
        title: "replicas that a patch changed",
        explanation: "The number of pods decides more than one field: who is named in URLs of brokers and caches, whether a quorum is odd, what a budget allows. A patch changes the field alone. Say the number in the spec: `service NAME { component NAME { replicas 3 } }`.",
    },
    CodeEntry {
        code: "TG0610",
        title: "fernet keys expire before tokens",
        explanation: "A token can be used until it expires, and for a while after by services that finish a long operation. Its key must be there as long. Keys turn one place at each rotation, so there must be ceil((expiration + allowed window) / rotation) + 2 of them: one staged, one primary, the rest for tokens that are under way. With fewer, users and services get 401 some hours after a rotation. The stock computes the number from the lifetimes: remove an override of it, or shorten the lifetimes. See \"Fernet - Frequently Asked Questions\" in keystone's administrator guide (https://docs.openstack.org/keystone/latest/admin/fernet-token-faq.html).",
    },
    CodeEntry {
        code: "TG0611",
        title: "not every broker is named",
        explanation: "A client of the message queue knows only the brokers that its URL names. Where one is left out, clients that are connected to the others do not move to it, and with one name alone they stop with that broker. A broker that is not there costs a timeout at every connection. The stock's URL names every pod; give the number of brokers in `component server { replicas N }` and leave the URL alone.",
    },
    CodeEntry {
        code: "TG0612",
        title: "not every cache is named",
        explanation: "Clients spread keys over the caches that they know. Processes that know different lists, or one address in front of all, look for a key where it was not put: tokens are checked again and again, locks do not lock, sessions end. Every client must list every pod. Leave the option alone: the stock lists them.",
    },
    CodeEntry {
        code: "TG0613",
        title: "not every member is named",
        explanation: "A cluster is known by the members that clients and joining members are told. One that is left out is not found when it leads or when it alone is up; one that is not there costs a timeout each time. Leave the option alone: the stock names every member, by the number of `replicas`.",
    },
    CodeEntry {
        code: "TG0614",
        title: "more agents for a router than nodes",
        explanation: "Each L3 agent of a router is on a node of its own (`max_l3_agents_per_router`). Neutron does not refuse a larger number: it takes the nodes there are, and the router has less redundancy than the option says. Give more nodes the role `network`, or ask for as many as there are; the stock asks for at most three.",
    },
    CodeEntry {
        code: "TG0615",
        title: "more DHCP agents for a network than nodes",
        explanation: "Each DHCP agent of a network is on a node of its own (`dhcp_agents_per_network`). With fewer nodes neutron takes those there are, and DHCP stops with them. Give more nodes the role `network`, or ask for fewer; the stock asks for at most two. See https://docs.openstack.org/neutron/latest/admin/config-dhcp-ha.html.",
    },
    CodeEntry {
        code: "TG0616",
        title: "an MTU that the hosts' network does not carry",
        explanation: "Neutron takes the headers of tunnels off this number and tells instances the rest by DHCP. Where the hosts' network carries less, small packets pass, large ones vanish: ssh logs in and hangs at the first long line. The number is that of the network `tunnel`, or else `management`; say there what it carries, on the switches too. See https://docs.openstack.org/neutron/latest/admin/config-mtu.html.",
    },
    CodeEntry {
        code: "TG0617",
        title: "no room for IPv6 inside tunnels",
        explanation: "What is left of the MTU behind the tunnel's headers must be at least 1280 bytes (RFC 8200, section 5), or instances have no IPv6. An MTU that small is a mistake in the spec most often.",
    },
    CodeEntry {
        code: "TG0618",
        title: "geneve header too small for OVN",
        explanation: "OVN carries its own options in each packet and needs 38 bytes; neutron's default is 30. With less, tenants' MTU is too large for the hosts' network. See https://docs.openstack.org/neutron/latest/install/ovn/manual_install.html.",
    },
    CodeEntry {
        code: "TG0619",
        title: "an interface carries less than its network",
        explanation: "Frames of the network's MTU do not pass the interface; small packets do, so everything seems to work until something large is sent. A port of an Open vSwitch bridge has an MTU of its own too: neutron tells machines on a physical network that network's MTU, and the port must carry it. Say `interface NAME mtu=...`, or lower the network's. See https://docs.openstack.org/neutron/latest/admin/config-mtu.html.",
    },
    CodeEntry {
        code: "TG0620",
        title: "another region",
        explanation: "A service looks up its peers in the catalog by region. In a region that nothing is entered under it finds none, and calls between services fail with `endpoint not found`. The site has one region, `region NAME`; options must not say another.",
    },
    CodeEntry {
        code: "TG0621",
        title: "two metadata secrets",
        explanation: "The network's agents sign what instances ask of the metadata service, and nova checks the signature. With two secrets every instance is refused: no ssh keys, no host names. The password store has one secret for both; remove the override.",
    },
    CodeEntry {
        code: "TG0622",
        title: "another UUID for the Ceph key",
        explanation: "libvirt keeps the Ceph key under a UUID, and nova and cinder tell it which to take. With another, no volume can be attached (`no secret with matching uuid`). Set it once, as libvirt's setting. See https://docs.ceph.com/en/latest/rbd/rbd-openstack/.",
    },
    CodeEntry {
        code: "TG0623",
        title: "another Ceph cluster",
        explanation: "One client file names another fsid than the site's Ceph cluster. Its monitors refuse that client. Set `fsid` once, for the service ceph.",
    },
    CodeEntry {
        code: "TG0624",
        title: "an address that is not there",
        explanation: "The option names a Service, a pod, a port, a database or a virtual host in the site's own namespace, and the site makes none of that name. Clients would time out or be refused. Take the reference that the stock has (`(endpoint)\"image\"`, `(provider)\"database\"`) instead of a text, so that it follows the spec, or fix the name.",
    },
    CodeEntry {
        code: "TG0625",
        title: "conflicting owners of a name",
        explanation: "Two services of the catalog declare the same database, virtual host, user, capability, endpoint, catalog type, public host or node port: each would overwrite the other's. Rename one, or turn one of the services off.",
    },
    CodeEntry {
        code: "TG0626",
        title: "a value that only the site knows",
        explanation: "The setting has the placeholder of the service data: an address that nobody has, or an id of zeros. The site would build, and its pods would wait indefinitely. Say the value.",
    },
    CodeEntry {
        code: "TG0627",
        title: "connections outlive wait_timeout",
        explanation: "MariaDB drops a connection that was idle for `wait_timeout` seconds. A pool that keeps connections longer hands out dead ones: `MySQL server has gone away`. `connection_recycle_time` must be below it. See https://docs.openstack.org/oslo.db/latest/reference/opts.html.",
    },
    CodeEntry {
        code: "TG0628",
        title: "an option that Galera cannot replicate with",
        explanation: "Galera needs row events, interleaved auto-increments and InnoDB; with anything else members diverge or refuse to start. Remove the override. See \"Configuring MariaDB Galera Cluster\" in MariaDB's documentation.",
    },
    CodeEntry {
        code: "TG0629",
        title: "a cache does not fit its memory",
        explanation: "A cache fills in time: InnoDB its buffer pool, memcached its items. Beside it the server needs memory for connections and tables. Where both do not fit the memory limit the kernel kills the pod, on the day when the cache is full. Lower the cache or raise the limit; the message says the largest cache that fits.",
    },
    CodeEntry {
        code: "TG0630",
        title: "too few open files for the database",
        explanation: "The server needs a file for each connection and up to two for each open table. Where `open_files_limit` is below that it lowers `max_connections` or the table cache by itself, and says so in its log only.",
    },
    CodeEntry {
        code: "TG0631",
        title: "live services reported down",
        explanation: "A service or agent that has not reported within the down time counts as dead: it gets no work, or its routers and networks move away. The down time must leave room for a report that comes late; neutron asks for twice the interval of reports.",
    },
    CodeEntry {
        code: "TG0632",
        title: "a program listens elsewhere",
        explanation: "The port is declared once, with the endpoint or capability, and becomes the Service, the NetworkPolicy, the probes and the catalog's URL. An option that lets the program listen on another port leaves all of those behind: the pod never becomes ready. Remove the override; the outside sees the port of the Gateway or Ingress anyway.",
    },
    CodeEntry {
        code: "TG0633",
        title: "volume services without a cluster",
        explanation: "Several replicas may serve the same volumes only as one cluster, by `cluster` and locks that all of them see. Without it each volume belongs to the replica that made it, and is stranded when that pod gets another name. See https://docs.openstack.org/cinder/latest/contributor/high_availability.html.",
    },
    CodeEntry {
        code: "TG0634",
        title: "the parts of a back end do not fit",
        explanation: "What runs on the nodes, the drivers in ml2_conf.ini and the plugins in neutron.conf belong together. Choose the back end by its overlay, which sets all of them; a list that is overridden must keep the driver or plugin that the message names.",
    },
    CodeEntry {
        code: "TG0635",
        title: "several pods on a ReadWriteOnce volume",
        explanation: "A ReadWriteOnce volume is attached to one node: pods on other nodes wait indefinitely in ContainerCreating. Run one replica, or choose a StorageClass that offers ReadWriteMany, or storage without such a volume (Ceph). See https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes.",
    },
    CodeEntry {
        code: "TG0636",
        title: "a component without pods that others wait for",
        explanation: "The component has no replicas, and start-up gates of others wait for one of its pods: they would wait indefinitely, and lists of its hosts would be empty. Give it at least one replica, or turn the service off with those that need it.",
    },
    CodeEntry {
        code: "TG0637",
        title: "an image of another OpenStack release",
        explanation: "The tag names an OpenStack release that is not the site's. Config files, Jobs and the options that are checked are those of the site's release: a program of another one may refuse them, and the migrations of a newer one change the database. Give an image of the site's release, or change the release.",
    },
    CodeEntry {
        code: "TG0640",
        title: "a physical network that reaches no node",
        explanation: "Ports on a physical network are bound where a node maps it to a bridge, and a node maps it only where one of its interfaces feeds that bridge. Give the nodes that connect it an interface (`interface eno2 bridge=br-ex`), or say which bridge the network has: `network NAME physical=physnet1 bridge=br-provider`. Without an interface, instances would be on a bridge that leads nowhere.",
    },
    CodeEntry {
        code: "TG0641",
        title: "physical networks that share a bridge",
        explanation: "A bridge carries one physical network: the agents of Open vSwitch refuse to start with two, and with OVN both would be one network. Give each its own bridge and interface: `network NAME physical=physnet2 bridge=br-ex2`.",
    },
    CodeEntry {
        code: "TG0642",
        title: "a bridge without a physical network",
        explanation: "The interface feeds a bridge that no physical network has, so nothing is connected by it. Say it at the network: `network NAME physical=physnet1 bridge=br-provider`.",
    },
    CodeEntry {
        code: "TG0643",
        title: "a VLAN that the node takes itself",
        explanation: "The kernel takes the packets of a VLAN interface before the bridge on the same card gets them, so machines in that VLAN of the physical network would hear nothing. Use another VLAN for one of them, or another card.",
    },
    CodeEntry {
        code: "TG0644",
        title: "nodes that no physical network reaches",
        explanation: "What runs on these nodes sends traffic of instances to physical networks, and none of their interfaces leads there: floating addresses and routers on them would not answer. Give them an interface with the network's bridge.",
    },
    CodeEntry {
        code: "TG0645",
        title: "options of agents that the site does not run",
        explanation: "The chosen back end works without these agents, and nothing reads the options. Remove them.",
    },
    CodeEntry {
        code: "TG0650",
        title: "options that a program refuses to start with",
        explanation: "A program checks some of its options against each other when it starts, and ends where they do not fit. The pod would restart again and again, and with it what waits for it. The rule names the place in the program's source; the message says which option to change.",
    },
    CodeEntry {
        code: "TG0651",
        title: "queues without expiry",
        explanation: "Queues for replies and fanouts belong to one process. Without an expiry those of processes that are gone stay in the broker, and streams grow until the disk alarm stops every publisher. See https://docs.openstack.org/oslo.messaging/latest/configuration/opts.html.",
    },
    CodeEntry {
        code: "TG0652",
        title: "an option under its old name beside the new one",
        explanation: "Programs read an old name only where the new one is not set. The stock sets the new one, so a value under the old name has no effect. Set the new name.",
    },
    CodeEntry {
        code: "TG0653",
        title: "a path that no volume holds",
        explanation: "A config names a folder in which the program reads keys or writes files, and none of the pod's volumes and secrets is mounted there. Pods have read-only roots, so it finds nothing and can write nothing. Keep the stock's path, which is mounted.",
    },
    CodeEntry {
        code: "TG0654",
        title: "a shutdown that outlasts the pod",
        explanation: "After TERM the program lets tasks end for so many seconds, and Kubernetes kills it when the pod's grace period is over: migrations and builds would stop half-way. Lower the timeout below the grace period that the message names. See https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination.",
    },
    CodeEntry {
        code: "TG0655",
        title: "a live migration that cannot succeed",
        explanation: "Instances and their disks move between compute nodes over ssh, through a container beside nova-compute. libvirt listens on its socket alone, and no node has certificates for QEMU's own TLS. An option that asks for another way lets every live migration fail. Remove the override.",
    },
    CodeEntry {
        code: "TG0656",
        title: "an option that each node sets to its own",
        explanation: "Addresses and names of a compute node are filled in on the node, after all files. A value for all nodes has no effect, and where it had one, all nodes would be one. Remove it.",
    },
    CodeEntry {
        code: "TG0657",
        title: "a physical network that the site does not have",
        explanation: "Nodes map physical networks to bridges by the site's networks (`network NAME physical=...`). A name that none of them has is mapped by no node: neutron accepts networks on it, and binds no port. Name the network in the spec, or correct the name.",
    },
    CodeEntry {
        code: "TG0658",
        title: "a number that the protocol cannot carry",
        explanation: "A VLAN has 12 bits, of which 0 and 4095 are reserved; the identifier of a VXLAN or geneve tunnel has 24. neutron ends at its start with others. See RFC 7348, RFC 8926 and IEEE 802.1Q.",
    },
    CodeEntry {
        code: "TG0659",
        title: "a driver or plugin without its other half",
        explanation: "Drivers bind ports to agents on the nodes, plugins need their extension drivers. Where the other half is missing the API offers what does not work. Add the half that the message names, or leave the driver away.",
    },
    CodeEntry {
        code: "TG0660",
        title: "tokens that cannot be used",
        explanation: "Keystone issues tokens by keys that the site makes and rotates, and refuses tokens that are longer than a bound. With another provider there are no keys, with a lower bound every token is refused: nobody can sign in. Remove the override. See https://docs.openstack.org/keystone/latest/admin/tokens-overview.html.",
    },
    CodeEntry {
        code: "TG0661",
        title: "a directory that the pods cannot reach",
        explanation: "NetworkPolicies let pods out to what their service declares. A directory of users (LDAP) is not among it, so every sign-in would wait for a timeout. Patch the NetworkPolicy with an egress to the directory's address and port, then `allow` the diagnostic.",
    },
    CodeEntry {
        code: "TG0662",
        title: "a memory limit below locked memory",
        explanation: "ovs-vswitchd locks its memory, so that packets never wait for the disk. All of it counts against the pod's limit from the start, the stacks of its threads (one or two for each core) included. With less the switch is killed, and every instance of the node loses its network. Raise the limit.",
    },
    CodeEntry {
        code: "TG0663",
        title: "an address that clients do not find",
        explanation: "Instances and browsers are given this address. It is not the one at which the site serves them, so consoles stay black and stacks wait for signals until they fail. Remove the override; the address follows from `expose` and `domain`.",
    },
    CodeEntry {
        code: "TG0664",
        title: "a bound that cuts uploads",
        explanation: "uWSGI kills a process whose request takes longer than `harakiri`, and images take hours on slow lines. Every other upload of the process ends with it. Remove the override.",
    },
    CodeEntry {
        code: "TG0665",
        title: "several pods without locks in common",
        explanation: "Without a coordination backend (tooz) a lock holds in one process, and periodic work is shared out among nobody: two pods change the same thing at the same time, or do the same work twice. Let one pod run, or say where locks are held: `coordination etcd`, with `service etcd { enabled #true }`. See https://docs.openstack.org/tooz/latest/user/drivers.html.",
    },
    CodeEntry {
        code: "TG0666",
        title: "a domain name without its final dot",
        explanation: "In DNS data a name without a final dot is relative: the zone's own name is added to it (RFC 1035, section 5.1), and the DNS service refuses such names of zones, name servers and records. Write `example.org.`.",
    },
    CodeEntry {
        code: "TG0668",
        title: "alarms evaluated more often than samples come",
        explanation: "An alarm compares the samples of its last period. Evaluated more often than meters are polled it finds none, and goes to `insufficient data` and back. The option's own help says that the period of evaluation is not below the interval of the pipeline. See https://docs.openstack.org/aodh/latest/configuration/aodh-config-options.html.",
    },
    CodeEntry {
        code: "TG0670",
        title: "a public certificate without a public name",
        explanation: "Clients outside ask for the host name of each public endpoint, and refuse a certificate that does not have it. A wildcard `*.example.com` stands for one label. Order a certificate with all names, change `public-host`, or let cert-manager make it: `expose ... issuer=NAME`.",
    },
    CodeEntry {
        code: "TG0677",
        title: "OVN in a release without its driver",
        explanation: "Neutron's driver for OVN was a project of its own, networking-ovn, until Ussuri. In the stock's releases before Zed networks are made by Open vSwitch agents: `overlays ovs`, which is the default of these releases.",
    },
    CodeEntry {
        code: "TG0680",
        title: "a directory without its bind secret",
        explanation: "The identity service binds to a directory before it looks for a user. Without `password` in `[ldap]` it binds anonymously (RFC 4513, section 5.1), and directories of people answer that with nothing: nobody of the domain can log in. Declare a secret of the site, put its value into the password store by `taco-gen passwords set`, and refer to it. Where the directory is public, allow the code.",
    },
    CodeEntry {
        code: "TG0681",
        title: "options of domains in two places",
        explanation: "Options of domains stand in files (`config \"keystone.DOMAIN.conf\"`) or in the database (`domain-drivers on`): with the database the service reads none of the files. See https://docs.openstack.org/keystone/latest/admin/configuration.html#domain-specific-configuration.",
    },
    CodeEntry {
        code: "TG0699",
        title: "a code that nothing explains",
        explanation: "A file under `schema/services/NAME/rules/` has a code that neither the program nor a rule of the project explains. A code of your own needs `title` and `explanation` in one of the rules that have it; `explain CODE` then shows them.",
    },
];
