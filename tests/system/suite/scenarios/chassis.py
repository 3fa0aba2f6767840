"""Nodes as OVN knows them, by the emitted DaemonSets: the switch and the controller, what its probe says of a dead southbound
database, and which ports neutron binds on a node with an uplink and on one without."""

import itertools
import json
import re
import time

from suite.cluster.containers import until
from suite.root import call
from suite.scenarios.broken import Fault, Since, faulty, never
from suite.scenarios.cloud import member

# The kernel here may lack the switch's module: its loader does nothing, and the switch has a datapath without a wire in its place,
# under the name of the kernel's. The integration bridge and its flows are real: a controller that cannot set them counts as dead.
BROUGHT = {
    "/usr/local/sbin/modprobe": "#!/bin/sh\n",
    "/usr/local/sbin/ovs-vswitchd": '#!/bin/sh\nexec /usr/sbin/ovs-vswitchd --enable-dummy=system "$@"\n',
}
ASKED = "ovn-appctl --timeout=5 -t ovn-controller connection-status"


def nodes_table(stage, name, key):
    """The emitted table of what differs from node to node, in a ConfigMap."""
    return json.loads(stage.site.named("ConfigMap", name)["data"][key])


def mappings(stage):
    """Node -> its bridge mappings by the emitted table."""
    return nodes_table(stage, "ovn-etc", "node.controller.nodes.json")["ovn.conf - bridge_mappings"]


def nodes(stage):
    """A node without an uplink, and one with one."""
    table = mappings(stage)
    names = sorted({path.split("/")[1] for path in stage.site.files if path.endswith("/etc/hosts")})
    lacking = next(name for name in names if not table.get(name, table["*"]))
    return lacking, next(name for name in names if table.get(name, table["*"]))


def ports(stage, node):
    """`BRIDGE:CARD,...` of a node, by the emitted table of the switch."""
    table = nodes_table(stage, "openvswitch-etc", "node.openvswitch.nodes.json")["bridges.conf - ports"]
    return table.get(node, table["*"])


def devices(stage, pod):
    """What the switch would make in the kernel, and the cards of the node that it takes."""
    for name in filter(None, ports(stage, pod.node).replace(",", ":").split(":")):
        call("ip", "-n", pod.name, "link", "add", name, "type", "bridge")


def reached(stage):
    """The physical network that the mappings name, and its VLAN by the emitted ranges."""
    physical = mappings(stage)[nodes(stage)[1]].split(":")[0]
    ranges = re.search(r"^network_vlan_ranges = (.*)$", stage.site.read("config/neutron/ml2_conf.ini"), re.M).group(1)
    return physical, next(part.split(":")[1] for part in ranges.split(",") if part.split(":")[0] == physical)


def databases(up, kind):
    return [number for number, pod in enumerate(up["ovn"]) if pod.name.startswith(f"ovn-ovsdb-{kind}")]


def play(stage, steps, up):
    pods = {}
    with steps.step("the switch and the controller of a node without an uplink and of one with one are ready by their probes") as notes:
        for node in nodes(stage):
            switch = member(stage, "DaemonSet", "openvswitch", node)
            devices(stage, switch)
            switch.start()
            until(f"{switch.name} is ready by its probe", 90, switch.ready, 2)
            pods[node] = member(stage, "DaemonSet", "ovn-controller", node).start()
        for pod in pods.values():
            until(f"{pod.name} is ready by its probe", 90, pod.ready, 2)
        notes.append(f"{', '.join(pods)}; the switch without the kernel's module")
    first = next(iter(pods.values()))
    with steps.step("with no member of the southbound database left the controller is not ready, and is again when they are back") as notes:
        for number in databases(up, "sb"):
            up["ovn"][number].kill()
        began = time.monotonic()
        until("it is not ready", 90, lambda: not first.ready())
        notes.append(f"after {time.monotonic() - began:.0f} s")
        for _ in range(4):
            never(first)
            time.sleep(1)
        answer_alone(steps, first)
        for number in databases(up, "sb"):
            up["ovn"][number] = stage.replace(up["ovn"][number]).start()
        until("the members are ready", 120, lambda: all(up["ovn"][number].ready() for number in databases(up, "sb")), 2)
        until("it is ready again", 120, first.ready, 2)
    return pods


def answer_alone(steps, pod):
    """The probe that asks whether the command ends well, in place of what it says, would call the controller ready."""
    with steps.broken("a probe that asks for an answer alone takes a dead southbound database, which the looks before would notice"):
        script = pod.volumes.folder / "bin" / "controller-ready.sh"
        kept = script.read_text(encoding="utf-8")
        script.write_text(f"#!/bin/sh\nexec {ASKED}\n", encoding="utf-8")
        try:
            assert pod.ready(), "it is not ready by such a probe either: the looks before would prove nothing"
        finally:
            script.write_text(kept, encoding="utf-8")


def bound(client, name, network, node):
    """How neutron binds a new port of a network on a node."""
    port = client.json("port", "create", name, "--network", network, "--host", node)
    return {key: port[f"binding_{key}"] for key in ("host_id", "vif_type")}


def binding(stage, steps, up):
    """Ports of a network on a physical one, on the node that has it by the emitted mappings and on the one that has not."""
    client, (lacking, having) = up["keystone"]["client"], nodes(stage)
    with steps.step("neutron has the controllers of both nodes alive, each with the mappings of its node") as notes:
        physical, vlan = reached(stage)
        table = mappings(stage)

        def known():
            found = {agent["Host"]: agent for agent in client.json("network", "agent", "list") if "Controller" in agent["Agent Type"]}
            return found if all(node in found and found[node]["Alive"] for node in (lacking, having)) else None
        agents = until("both are alive", 180, known, 3)
        for node in (lacking, having):
            told = client.json("network", "agent", "show", agents[node]["ID"])["configuration"]["bridge-mappings"]
            assert told == table.get(node, table["*"]), f"{node} has {told}"
            notes.append(f"{node}: {agents[node]['Agent Type']}, {told or 'no mapping'}")
    with steps.step("a port of a provider network is bound on the node with an uplink") as notes:
        words = ("--provider-network-type", "vlan", "--provider-physical-network", physical, "--provider-segment", vlan)
        client.run("network", "create", "provider", *words)
        notes.append(str(bound(client, "with-uplink", "provider", having)))
        assert notes[0] == str({"host_id": having, "vif_type": "ovs"}), notes[0]
    with steps.step("on the node without one neutron refuses to bind it, for its mappings") as notes:
        since = Since(*(pod for pod in stage.pods.values() if pod.service == "neutron"))
        notes.append(str(bound(client, "without-uplink", "provider", lacking)))
        assert notes[0] == str({"host_id": lacking, "vif_type": "binding_failed"}), notes[0]
        assert since.says(rf"Refusing to bind port \S+ on host {lacking} .*not supporting physical network: {physical}"), "it gives no such reason"
    with steps.step("that node binds a port of a tunnelled network: nothing but the uplink is missing") as notes:
        client.run("network", "create", "tunnelled")
        notes.append(str(bound(client, "tunnelled", "tunnelled", lacking)))
        assert notes[0] == str({"host_id": lacking, "vif_type": "ovs"}), notes[0]
    relinked(stage, steps, up, client)
    return up["chassis"]


def relinked(stage, steps, up, client):
    """The counterpart: with another node's mapping in its table, what was refused before is bound."""
    lacking, having = nodes(stage)
    fault = Fault("node.controller.nodes.json", r'"\*": ""', f'"*": "{mappings(stage)[having]}"')
    with steps.broken("a node whose table has a mapping that it has no uplink for binds the port, which the look before would notice"):
        with faulty(stage, up["chassis"], lacking, fault) as pod:
            until("it is ready by its probe", 90, pod.ready, 2)
            numbers = itertools.count()
            until("a port is bound", 60, lambda: bound(client, f"again-{next(numbers)}", "provider", lacking)["vif_type"] == "ovs", 3)
