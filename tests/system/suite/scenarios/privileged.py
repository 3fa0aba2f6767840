"""One act of each privileged context of the daemons, by the helper that their files name and with the rights of their pods."""

import json
from pathlib import Path

from suite.cluster.containers import Container
from suite.cluster.pods import Pod
from suite.scenarios.broken import Fault

SCRIPT = "/opt/suite/privileged_acts.py"
BROUGHT = {SCRIPT: (Path(__file__).resolve().parents[1] / "tools" / "privileged_acts.py").read_text(encoding="utf-8")}
BRICK = ["os_brick.privileged.rootwrap", "execute_root", ["id", "-u"]]
VOLUMES = [["cinder.privsep.path", "touch", ["/var/lib/cinder/act"]], BRICK]
# Daemon -> service, kind, one act of each context that it uses.
DAEMONS = {
    "cinder-volume": ("cinder", "StatefulSet", VOLUMES),
    "cinder-backup": ("cinder", "Deployment", VOLUMES),
    "nova-compute": ("nova", "DaemonSet", [
        ["nova.privsep.path", "makedirs", ["/var/lib/nova/act"]],
        ["vif_plug_ovs.linux_net", "create_veth_pair", ["act0", "act1", 1500]],
        ["vif_plug_linux_bridge.linux_net", "_ensure_bridge_privileged", ["act2", None, None, False, False]],
        BRICK,
    ]),
    "neutron-ovn-metadata-agent": ("neutron", "DaemonSet", [
        ["neutron.privileged.agent.linux.ip_lib", "create_interface", ["act0", None, "bridge"]],
        ["neutron.privileged.agent.linux.ip_lib", "set_link_bridge_stp", ["act0", 0]],
        ["neutron.privileged.agent.linux.ip_lib", "create_netns", ["act"]],
    ]),
}
WISH = Fault("cinder-volume.conf", r"^capabilities =.*$", "")
# What the container is left without in the counterpart.
BARE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def waiting(stage, name, kind, tag, node=None):
    """The daemon's pod with a process that waits in the daemon's place."""
    pod = Pod(stage, stage.workload(kind, name), f"{name}-{tag}", node=node)
    for spec in pod.spec["initContainers"]:
        if spec["name"] == "node-options":
            Container(pod, spec).run(120)
    pod.main().start(["sleep", "900"])
    return pod


def acted(pod, service, acts, seconds=240):
    """Exit code and output of the acts, in the running container; 124 and what was said by then where they take longer."""
    words = (SCRIPT, service, json.dumps(acts), *pod.main().words()[1:])
    limit = ("timeout", "--kill-after=5", str(seconds))
    done = pod.main().execute(*limit, "/var/lib/openstack/bin/python", *words, timeout=seconds + 30)
    return done.returncode, done.stdout


def failed(pod, service, acts):
    """The acts fail as the helper cannot take its rights. Now and then its client waits for ever for the first answer: it is asked again."""
    for _ in range(3):
        code, said = acted(pod, service, acts, 60)
        if code != 124:
            break
    assert code != 0 and "FailedToDropPrivileges" in said, f"it ends with {code}: {said.strip()[-500:]}"


def able(stage, steps, name, daemon, node=None):
    """A daemon does one act of each of its contexts in its own pod."""
    service, kind, acts = daemon
    pod = waiting(stage, name, kind, "acts", node)
    with steps.step(f"{name}: one act of each of its privileged contexts") as notes:
        code, said = acted(pod, service, acts)
        assert code == 0, said.strip()[-900:]
        names = tuple(f"{module}.{function}:" for module, function, _ in acts)
        lines = [line for line in said.splitlines() if line.startswith(names)]
        assert len(lines) == len(acts), f"{len(lines)} of {len(acts)} answered: {said[-500:]}"
        notes += lines
    pod.kill()


def unable(stage, steps, name, daemon, node=None):
    """The counterpart: the same pod without its rights fails by the first act."""
    service, kind, acts = daemon
    with steps.broken(f"{name}: without the rights of its container the first act fails"):
        pod = waiting(stage, name, kind, "bare", node)
        pod.main().security = BARE
        failed(pod, service, acts[:1])
        pod.kill()


def play(stage, steps, _up):
    for name, daemon in DAEMONS.items():
        able(stage, steps, name, daemon)
    with steps.broken("cinder-volume: with the helper's own wish for capabilities the first act fails"):
        stage.faults["cinder-volume-wish"] = WISH
        pod = waiting(stage, "cinder-volume", "StatefulSet", "wish")
        failed(pod, "cinder", VOLUMES[:1])
        pod.kill()
    for name in ("nova-compute", "neutron-ovn-metadata-agent"):
        unable(stage, steps, name, DAEMONS[name])
