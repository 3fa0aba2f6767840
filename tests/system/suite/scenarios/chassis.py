"""Nodes as OVN knows them, by the emitted DaemonSets: the switch and the controller, and what its probe says of a dead southbound database."""

import json
import time

from suite.cluster.pods import until
from suite.root import call
from suite.scenarios.broken import never
from suite.scenarios.cloud import member

# The kernel here may lack the switch's module: its loader does nothing, and what the switch would make are bridges without a wire.
BROUGHT = {"/usr/local/sbin/modprobe": "#!/bin/sh\n"}
ASKED = "ovn-appctl --timeout=5 -t ovn-controller connection-status"


def mappings(stage):
    """Node -> its bridge mappings by the emitted table."""
    data = stage.site.named("ConfigMap", "ovn-etc")["data"]["node.controller.nodes.json"]
    return json.loads(data)["ovn.conf - bridge_mappings"]


def nodes(stage):
    """A node without an uplink, and one with one."""
    table = mappings(stage)
    names = sorted({path.split("/")[1] for path in stage.site.files if path.endswith("/etc/hosts")})
    lacking = next(name for name in names if not table.get(name, table["*"]))
    return lacking, next(name for name in names if table.get(name, table["*"]))


def devices(stage, pod):
    """What the switch would make in the kernel, and the cards of the node that it takes."""
    table = json.loads(stage.site.named("ConfigMap", "openvswitch-etc")["data"]["node.openvswitch.nodes.json"])
    ports = table["bridges.conf - ports"]
    for name in filter(None, ports.get(pod.node, ports["*"]).replace(",", ":").split(":")):
        call("ip", "-n", pod.name, "link", "add", name, "type", "bridge")


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
