"""A site with Open vSwitch in place of OVN, as committed: what its agents do on a node with the rights of their pods."""

from suite.cluster.containers import until
from suite.scenarios import chassis, privileged
from suite.scenarios.cloud import member

SITE = "virtualbox"
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


def play(stage, step_of):
    node = uplinked(stage)
    pod = switch(stage, step_of("openvswitch"), node)
    acts(stage, step_of, node)
    return pod
