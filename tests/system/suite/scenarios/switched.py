"""A site with Open vSwitch in place of OVN, as committed: what its agents do on a node with the rights of their pods."""

from suite.cluster.containers import until
from suite.scenarios import broken, chassis, keystone, privileged, secured, services
from suite.scenarios.cloud import jobs, member, started

SITE = "virtualbox"
# The switch of a kernel without its module moves packets in user space.
OVERRIDES = {"neutron-agent-conf": "[ovs]\ndatapath_type = netdev\n"}
DEVICES = "neutron.privileged.agent.linux.ip_lib"
UTILS = "neutron.agent.linux.utils"
# A device, its kind, and what is set of it: contexts `default` and `link_cmd`; a network namespace: `namespace_cmd`.
DEVICE = [[DEVICES, "create_interface", ["act0", None, "bridge"]], [DEVICES, "set_link_bridge_stp", ["act0", 0]]]
SPACE = [[DEVICES, "create_netns", ["act"]]]
# The folder of names is the node's: another pod's acts follow.
LEFT = [[DEVICES, "remove_netns", ["act"]]]
# The way of the root helper, which neither asks for a context: `execute` with `run_as_root`.
HELPED = [[UTILS, "execute", [["ip", "netns", "exec", "act", "ip", "-brief", "link"], None, None, True, False, True, None, True]]]
RULES = [[UTILS, "execute", [["iptables-save", "-t", "nat"], None, None, True, False, True, None, True, True]]]
DAEMONS = {
    "neutron-ovs-agent": ("neutron", "DaemonSet", [
        *DEVICE, *SPACE, ["neutron.privileged.agent.ovsdb.native.helpers", "enable_connection_uri", ["tcp:127.0.0.1:6640"]],
        [UTILS, "execute", [["ovs-vsctl", "--timeout=10", "get-manager"], None, None, True, False, True, None, True]],
        *LEFT,
    ]),
    "neutron-l3-agent": ("neutron", "DaemonSet", [*DEVICE, *SPACE, *HELPED, *RULES, *LEFT]),
    "neutron-dhcp-agent": ("neutron", "DaemonSet", [
        *DEVICE, *SPACE, ["neutron.privileged.agent.linux.dhcp", "dhcp_release6_supported", []],
        *HELPED, *LEFT,
    ]),
}


def uplinked(stage):
    """A node that has an uplink, whose agents have the mapping of it."""
    table = chassis.nodes_table(stage, "openvswitch-etc", "node.openvswitch.nodes.json")["bridges.conf - ports"]
    return next(name for name in table if name != "*")


def switch(stage, steps, node):
    with steps.step("the switch of a node with an uplink is ready by its probe, with the bridge that the uplink feeds") as notes:
        pod = member(stage, "DaemonSet", "openvswitch", node)
        chassis.devices(stage, pod)
        pod.start()
        until("it is ready by its probe", 90, pod.ready, 2)
        notes.append(" ".join(pod.main().execute("ovs-vsctl", "--timeout=10", "list-br").stdout.split()))
    return pod


def acts(stage, step_of, node):
    steps = step_of("neutron")
    for name, daemon in DAEMONS.items():
        privileged.able(stage, steps, name, daemon, node)
        privileged.unable(stage, steps, name, daemon, node)


def server(stage, step_of):
    """What the agents talk to."""
    steps = step_of("infrastructure")
    secured.infrastructure(stage, steps)
    up = keystone.form(stage, step_of("keystone"))
    with step_of("neutron").step("database, queue, catalog by the emitted Jobs; API and RPC server are ready by their probes") as notes:
        notes += jobs(stage, "neutron")
        started(stage, ["neutron-server", "neutron-rpc-server", "neutron-periodic-workers"])
    return up["client"]


def agents(stage, steps, client, node):
    with steps.step("the agents of the node are ready by their probes, and alive for the server") as notes:
        pods = {}
        for name in DAEMONS:
            stage.share(f"{name}-{node}", f"openvswitch-{node}")
            pods[name] = member(stage, "DaemonSet", name, node).start()
        for pod in pods.values():
            until(f"{pod.name} is ready by its probe", 180, lambda pod=pod: services.alive(pod) and pod.ready(), 2)

        def known():
            found = client.json("network", "agent", "list")
            return [one["Agent Type"] for one in found if one["Alive"] and one["Host"] == node]
        notes.append(", ".join(sorted(until("all are alive", 120, lambda: len(known()) == len(DAEMONS) and known(), 3))))
    return pods


def spaces(pod):
    """The network namespaces that a pod's programs made."""
    return [line.split()[0] for line in pod.main().execute("ip", "netns", "list").stdout.splitlines() if line]


def inside(pod, space, *words):
    done = pod.main().execute("ip", "netns", "exec", space, *words)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-300:]}"
    return done.stdout


def wired(stage, steps, client, pods):
    """A network, a router and a port of them, and what of it is on the node."""
    network = client.json("network", "create", "suite")["id"]
    client.run("subnet", "create", "suite", "--network", "suite", "--subnet-range", "192.0.2.0/24")
    with steps.step("a network has a namespace with its DHCP server on the node, wired by the switch's agent") as notes:
        space = f"qdhcp-{network}"
        until("the namespace", 120, lambda: space in spaces(pods["neutron-dhcp-agent"]), 2)
        until("its server", 60, lambda: f"/{network}/" in pods["neutron-dhcp-agent"].main().execute("pgrep", "-a", "dnsmasq").stdout, 2)
        owner = ("--network", "suite", "--device-owner", "network:dhcp")
        found = until("its port is active", 120, lambda: [one for one in client.json("port", "list", *owner, "--long") if one["Status"] == "ACTIVE"], 3)
        notes.append(f"{space}: {inside(pods['neutron-dhcp-agent'], space, 'ip', '-brief', '-4', 'address').split()[-1]}, port {found[0]['ID']}")
    with steps.step("a port's address is the DHCP server's to give"):
        port = client.json("port", "create", "suite", "--network", "suite")
        folder = pods["neutron-dhcp-agent"].volumes.of({"name": "state", "hostPath": {"path": "/var/lib/neutron"}}) / "dhcp" / network
        until("it stands in the server's list", 60, lambda: port["mac_address"] in (folder / "host").read_text(encoding="utf-8"))
    with steps.step("a router has a namespace on the node, with its address in the network and rules of the kernel") as notes:
        router = client.json("router", "create", "suite", "--no-ha")["id"]
        client.run("router", "add", "subnet", "suite", "suite")
        space = f"qrouter-{router}"
        until("the namespace", 120, lambda: space in spaces(pods["neutron-l3-agent"]), 2)
        until("its address", 120, lambda: "192.0.2.1/24" in inside(pods["neutron-l3-agent"], space, "ip", "-brief", "-4", "address"), 2)
        rules = until("its rules", 60, lambda: [line for line in inside(pods["neutron-l3-agent"], space, "iptables-save").splitlines()
                                                if "neutron-l3-agent" in line], 2)
        notes.append(f"{len(rules)} rules")
    with steps.step("the router reaches the network's DHCP server through the switch"):
        address = inside(pods["neutron-dhcp-agent"], f"qdhcp-{network}", "ip", "-brief", "-4", "address").split()
        address = next(word.split("/")[0] for word in address if word.startswith("192.0.2."))
        until("an answer", 60, lambda: pods["neutron-l3-agent"].main().execute(
            "ip", "netns", "exec", space, "ping", "-c", "1", "-W", "2", address).returncode == 0, 2)
    with steps.step("what goes at the server goes on the node"):
        client.run("router", "remove", "subnet", "suite", "suite")
        client.run("router", "delete", "suite")
        client.run("port", "delete", "suite")
        client.run("network", "delete", "suite")
        until("no namespace", 120, lambda: not spaces(pods["neutron-l3-agent"]) and not spaces(pods["neutron-dhcp-agent"]), 2)


def silent(stage, steps, client, node, pods):
    """The counterpart: an agent that the broker does not let in makes nothing, and is not ready."""
    with steps.broken("an agent with another password at the broker is not ready, and makes no namespace"):
        pods = [pods["neutron-dhcp-agent"]]
        with broken.faulty(stage, pods, 0, broken.Fault("secret.conf", r"(rabbit://\w+:)\w+@", r"\1another@")) as pod:
            client.run("network", "create", "broken")
            client.run("subnet", "create", "broken", "--network", "broken", "--subnet-range", "192.0.2.0/24")
            for _ in range(10):
                until("a look", 10, lambda: broken.never(pod) and not spaces(pod), 1)


def play(stage, step_of):
    node = uplinked(stage)
    pod = switch(stage, step_of("openvswitch"), node)
    acts(stage, step_of, node)
    client = server(stage, step_of)
    steps = step_of("neutron")
    pods = agents(stage, steps, client, node)
    wired(stage, steps, client, pods)
    silent(stage, steps, client, node, pods)
    return pod
