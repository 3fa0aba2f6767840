"""Bare metal: a machine of the fake driver becomes available, and one that nobody knows is offered what it boots."""

import contextlib
import socket
import struct

from suite.cluster.containers import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, http, jobs, member, started

KNOWN, UNKNOWN = "52:54:00:00:00:01", "52:54:00:00:00:02"
LOADER = "undionly.kpxe"


def fetched(address, name):
    """The first block of a file by TFTP (RFC 1350)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(struct.pack("!H", 1) + name.encode() + b"\0octet\0", (address, 69))
        answer = client.recv(1024)
    assert answer[:4] == b"\0\3\0\1", answer
    return answer[4:]


def offered(mac):
    """The boot file that a machine is offered over DHCP (RFC 2131), and nothing where nobody offers it an address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"pods")
        client.bind(("", 68))
        client.settimeout(8)
        hardware = bytes.fromhex(mac.replace(":", ""))
        # A request by Ethernet, to be answered by broadcast; the options say that it looks for a server and wants a boot file.
        request = struct.pack("!BBBBIHH16x16s192x", 1, 1, 6, 0, 7, 0, 0x8000, hardware)
        request += b"\x63\x82\x53\x63" + b"\x35\1\1" + b"\x37\2\x42\x43" + b"\x3c\x09PXEClient" + b"\xff"
        client.sendto(request, ("255.255.255.255", 67))
        with contextlib.suppress(TimeoutError):
            answer = client.recv(2048)
            place = answer.index(b"\x43", 240)
            return answer[place + 2:place + 2 + answer[place + 1]].rstrip(b"\0").decode()
    return None


def texts(folder):
    return [file.read_text(encoding="utf-8") for file in folder.iterdir()]


def ironic(stage, steps, up):
    with steps.step("the emitted Jobs end well, and every pod is ready by its probe") as notes:
        notes += jobs(stage, "ironic")
        conductor = member(stage, "DaemonSet", "ironic-conductor", stage.node).start()
        pods = [*started(stage, ["ironic-api"]), conductor]
        until("the conductor is ready", 240, conductor.ready, 2)
    scope = {"system": {"all": True}}
    api = Endpoint(pods[0], 6385, up["keystone"]["pods"][0], scope=scope, X_OpenStack_Ironic_API_Version="1.95")
    with steps.step("a machine is made, powered on, and becomes available") as notes:
        found = [(one["name"], one["hosts"]) for one in api.ask("/v1/drivers")["drivers"]]
        assert found == [("fake-hardware", [stage.node])], found
        made = api.ask("/v1/nodes", {"driver": "fake-hardware", "network_interface": "noop"})["uuid"]
        place = f"/v1/nodes/{made}"
        for target, state in (("manage", "manageable"), ("provide", "available")):
            api.ask(f"{place}/states/provision", {"target": target}, method="PUT")
            becomes("the machine", state, lambda: api.ask(place)["provision_state"])
        api.ask(f"{place}/states/power", {"target": "power on"}, method="PUT")
        becomes("its power", "power on", lambda: api.ask(place)["power_state"])
        notes.append(f"by the conductor on {stage.node}, with the fake driver")
    with steps.step("the conductor gives the boot loader of its image by TFTP, and files by HTTP"):
        folder = conductor.volumes.of({"name": "state"})
        assert fetched(conductor.address, LOADER) == (folder / "tftpboot" / LOADER).read_bytes()[:512], "other bytes came"
        (folder / "httpboot/suite").write_bytes(b"bytes of the suite")
        status, _, text = http("GET", f"http://{conductor.address}:8089/suite")
        assert (status, text) == (200, b"bytes of the suite"), f"{status}: {text[:200]}"
    with steps.step("a machine that nobody knows is offered the boot loader, one that is known is not") as notes:
        api.ask("/v1/ports", {"node_uuid": made, "address": KNOWN})
        pods += started(stage, ["ironic-inspection"])
        hosts = pods[-1].volumes.of({"name": "state"}) / "dhcp-hosts"
        until("the filter writes what is known", 120, lambda: any(KNOWN in text for text in texts(hosts)), 2)
        assert until("an offer", 60, lambda: offered(UNKNOWN)) == LOADER, "another file was offered"
        assert offered(KNOWN) is None, "a known machine was offered an address"
        notes.append(LOADER)
    broken.password("ironic")(stage, steps, pods)
    return pods


PLAYS = {"ironic": ironic}
NEEDS = {"ironic": ("keystone",)}
