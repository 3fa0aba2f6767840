"""Routes to instances: the agent and FRRouting of a node announce to its router the address of a port that OVN binds there, and take it back."""

import json
import time

from suite.cluster.containers import until
from suite.cluster.outside import Server
from suite.readers.routes import SHELL
from suite.root import call
from suite.scenarios import broken, chassis
from suite.scenarios.cloud import member

# What the site's spec says of the node's router; its autonomous system is its own.
ROUTER, SYSTEM = "10.90.200.1", 65001
ADDRESS, PORT = "198.51.100.77", "announced"
PASSWORD = broken.Fault("secret-ovn-bgp-agent-peer/password", r"\A.*\Z", "another")
# The accounts of FRRouting, as its package makes them, and who may use its shell.
BROUGHT = SHELL | {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nfrr:x:300:300::/run/frr:/usr/sbin/nologin\n",
    "/etc/group": "root:x:0:\nfrr:x:300:\nfrrvty:x:301:frr\n",
}
CONFIG = """\
router bgp {system}
 bgp router-id {router}
 no bgp ebgp-requires-policy
 neighbor {node} remote-as external
 neighbor {node} password {password}
"""


class Router:
    """The router of a node, with an address that the node's files name."""

    def __init__(self, stage, node, password):
        self.server = server = Server(stage, "router", "frr")
        device = json.loads(call("ip", "-n", "router", "-json", "address", "show", "to", f"{server.address}/32"))[0]["ifname"]
        call("ip", "-n", "router", "address", "add", f"{ROUTER}/16", "dev", device)
        for path, text in BROUGHT.items():
            server.root.write(path, text)
        server.root.write("/etc/frr/frr.conf", CONFIG.format(system=SYSTEM, router=ROUTER, node=node, password=password), 0o644)
        server.root.write("/etc/frr/vtysh.conf", "")
        server.run("install", "-d", "-o", "frr", "-g", "frr", "/run/frr")
        server.run("/usr/lib/frr/zebra", "-d", "-A", "127.0.0.1")
        server.start("/usr/lib/frr/bgpd", "-A", "127.0.0.1", "-f", "/etc/frr/frr.conf")

    def ask(self, words):
        done = self.server.run("vtysh", "-c", f"{words} json")
        return json.loads(done[done.index("{"):])

    def session(self):
        """The state of the session with the node."""
        peers = self.ask("show bgp ipv4 unicast summary").get("peers", {})
        return next((one["state"] for one in peers.values()), None)

    def paths(self):
        """Prefix -> the autonomous systems on its way."""
        return {prefix: found[0]["path"] for prefix, found in self.ask("show bgp ipv4 unicast").get("routes", {}).items()}


def furnish(stage):
    stage.releases["ovn-bgp-agent"] = "frr"
    stage.environments["ovn-bgp-agent"] = stage.work / "environments" / "bgp"
    stage.brought["ovn-bgp-agent"] = BROUGHT


def devices(stage, pod):
    """What the agent makes where the kernel has it, and what the switch makes; the kernel here has neither of their kinds."""
    chassis.devices(stage, pod)
    call("ip", "-n", pod.name, "link", "add", "bgp-vrf", "type", "bridge")
    call("ip", "-n", pod.name, "link", "add", "bgp-nic", "type", "veth", "peer", "name", "bgp-nic-end")
    call("ip", "-n", pod.name, "link", "set", "bgp-nic-end", "up")


def kept(pod, notes):
    """As the kubelet, start a container that ended: the agent ends where the daemons beside it do not answer yet."""
    for container in pod.containers.values():
        if not container.running():
            notes.append(f"{container.name} is started again")
            container.start()
    return len(notes) < 6


def bind(up, switch, physical):
    """A port of an outer network in OVN, on this node's switch."""
    nb = next(pod for pod in up["ovn"] if pod.name == "ovn-ovsdb-nb-0").main()
    for words in (
        ("ls-add", "outer"),
        ("lsp-add", "outer", "outer-wire", "--", "lsp-set-type", "outer-wire", "localnet", "--", "lsp-set-addresses", "outer-wire", "unknown",
         "--", "lsp-set-options", "outer-wire", f"network_name={physical}"),
        ("lsp-add", "outer", PORT, "--", "lsp-set-addresses", PORT, f"fa:16:3e:00:00:77 {ADDRESS}"),
    ):
        done = nb.execute("ovn-nbctl", "--no-leader-only", "--db=unix:/run/ovn/ovnnb_db.sock", *words)
        assert done.returncode == 0, done.stdout
    words = ("--", "set", "Interface", PORT, "type=internal", f"external_ids:iface-id={PORT}")
    done = switch.main().execute("ovs-vsctl", "--timeout=20", "add-port", "br-int", PORT, *words)
    assert done.returncode == 0, done.stdout


def routes(stage, steps, up):
    furnish(stage)
    node = chassis.nodes(stage)[1]
    physical = chassis.mappings(stage)[node].split(":")[0]
    switch = stage.pods[f"openvswitch-{node}"]
    pod = member(stage, "DaemonSet", "ovn-bgp-agent", node)
    devices(stage, pod)
    router = Router(stage, pod.address, stage.site.value("ovn-bgp-agent-peer", "password"))
    with steps.step("the agent and FRRouting of a node with an uplink are ready by their probes") as notes:
        pod.start()
        until("they are ready", 180, lambda: kept(pod, notes) and pod.ready(), 2)
        notes.append(f"{node}; a bridge and a pair of devices in place of a VRF and a dummy, which the kernel here has not")
    with steps.step("its router has a session with it, by the password of the store") as notes:
        until("the session", 120, lambda: router.session() == "Established", 2)
        notes.append(f"announced before: {sorted(router.paths())}")
        assert f"{ADDRESS}/32" not in router.paths(), "the address is announced already"
    with steps.step("the address of a port that OVN binds on the node is announced, alone and by the site's autonomous system") as notes:
        bind(up, switch, physical)
        found = until("the route", 120, lambda: router.paths().get(f"{ADDRESS}/32"), 2)
        own = str(stage.site.read("config/ovn-bgp-agent/bgp-agent.conf").split("bgp_AS = ")[1].split()[0])
        assert found == own, f"by {found}"
        assert all(prefix.endswith("/32") for prefix in router.paths()), sorted(router.paths())
        notes.append(f"{ADDRESS}/32 by {found}")
    with steps.step("when the port goes its address is taken back"):
        switch.main().execute("ovs-vsctl", "--timeout=20", "del-port", PORT)
        until("no route", 120, lambda: f"{ADDRESS}/32" not in router.paths(), 2)
    with steps.broken("with another password there is no session"):
        stage.faults[pod.name] = PASSWORD
        pod = stage.replace(pod).initialised()
        pod.containers["frr"].start()
        until("the daemons answer", 60, pod.containers["frr"].probe, 2)
        for _ in range(15):
            assert router.session() != "Established", "there is one all the same"
            time.sleep(1)
    return [pod]


PLAYS = {"routes": routes}
NEEDS = {"routes": ("chassis",)}
