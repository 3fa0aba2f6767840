"""A site with every kind of TLS inside, by its own authority: services started from the emitted objects speak nothing else."""

import http.client
import re
import ssl
import urllib.parse

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.pods import OPENSTACK_PATH, Stage, until
from suite.scenarios import Ended, galera, services, volumes
from suite.scenarios.cloud import Client, jobs, started
from suite.scenarios.tls import handshake, refused

# The wheel of uWSGI has no TLS: Debian's stands in its place.
WORDS = "--plugins-dir /usr/lib/uwsgi/plugins --plugin python311 --virtualenv /var/lib/openstack"
SERVER = {"/opt/suite/uwsgi": f'#!/bin/sh\nexec uwsgi-core {WORDS} "$@"\n'}
VOLUMES = ("cinder-volume", "cinder-volume-archive")
SERVICES = {
    "keystone": ("keystone-api",),
    "glance": ("glance-api",),
    "cinder": ("cinder-api", "cinder-scheduler", *((name, "StatefulSet", "0") for name in VOLUMES)),
}


class Secured(Stage):
    """A stage where what uWSGI serves is served by one with TLS."""

    def place(self, service, entity):
        tree, environment = super().place(service, entity)
        spec = entity["spec"].get("template", {}).get("spec", {"containers": [{"command": [""]}]})
        return "apis" if spec["containers"][0].get("command", [""])[0] == "uwsgi" else tree, environment


def furnish(stage):
    stage.brought["cinder"] = volumes.BROUGHT
    stage.extra_environ["cinder"] = dict(volumes.ENVIRON)
    for service in SERVICES:
        stage.brought[service] = {**stage.brought.get(service, {}), **SERVER}
        stage.extra_environ.setdefault(service, {})["PATH"] = f"/opt/suite:{OPENSTACK_PATH}"


def infrastructure(stage, steps):
    database = galera.Galera(stage, steps)
    database.form("the database's member is ready by its probe")
    with steps.step("the broker and the caches are ready by their probes"):
        pods = [pod.start() for name in ("rabbitmq", "memcached") for pod in stage.members(name)]
        until("all are ready", 300, lambda: all(pod.ready() for pod in pods), 2)


def identity(stage, steps):
    with steps.step("keystone: Jobs, API and client, by TLS") as notes:
        notes += jobs(stage, "keystone", but=("bootstrap",))
        stage.job("keystone-bootstrap")
        started(stage, SERVICES["keystone"], seconds=360)
        client = Client(stage, "https")
        found = until("a catalog", 60, lambda: client.json("catalog", "list"))
        assert [entry["Type"] for entry in found] == ["identity"], found
    listening(stage, steps, internal(client))
    return client


def brought(stage, steps, client, service):
    """A service's Jobs and pods; then each address that the catalog has of it, or its objects."""
    known = internal(client)
    with steps.step("its Jobs work by TLS; its pods are ready by their probes") as notes:
        notes += jobs(stage, service, but=("cell-setup", "storage-init"))
        pods = started(stage, SERVICES[service], seconds=360)
    listening(stage, steps, {kind: url for kind, url in internal(client).items() if kind not in known})
    return pods


def internal(client):
    """Service type -> its internal address, of the catalog."""
    found = client.json("endpoint", "list", "--interface", "internal")
    return {entry["Service Type"]: entry["URL"] for entry in found}


def plain(address, port, name):
    """What a server says to a client without TLS."""
    connection = http.client.HTTPConnection(address, port, timeout=10)
    connection.request("GET", "/", headers={"Host": name})
    return connection.getresponse().status


def listening(stage, steps, addresses):
    own, other = trusting(stage.certificates["taco-trust"]["ca.crt"]), trusting(made_elsewhere(["nobody"])["ca.crt"])
    with steps.step("its internal address is TLS with its own name, and nothing else") as notes:
        assert addresses, "it has none"
        for kind, url in sorted(addresses.items()):
            parts = urllib.parse.urlsplit(url)
            assert parts.scheme == "https", f"{kind} is at {url}"
            address = stage.address_of(parts.hostname.split(".")[0])
            version, _ = handshake(address, parts.port, own, parts.hostname)
            place, name = (address, parts.port), parts.hostname
            refused(f"{kind} without TLS", lambda: plain(*place, name), OSError, http.client.HTTPException)
            refused(f"{kind}, another name", lambda: handshake(*place, own, "other.example.org"), ssl.SSLError)
            refused(f"{kind}, another authority", lambda: handshake(*place, other, name), ssl.SSLError)
            notes.append(f"{url} by {version}")


def image(_stage, steps, client, _pods):
    with steps.step("an image goes up by TLS") as notes:
        (client.root.path / "tmp/image").write_bytes(b"bytes of the suite" * 1000)
        client.run("image", "create", "suite", "--disk-format", "raw", "--container-format", "bare", "--file", "/tmp/image")
        notes.append(services.wait_for(client, "the image", "ACTIVE", "image", "show", "suite")["checksum"])


def stored(client, name, *words):
    """The back end that a volume comes to, by the name that its host has for it."""
    client.run("volume", "create", name, "--size", "1", *words)
    found = services.wait_for(client, f"the volume {name}", "AVAILABLE", "volume", "show", name)
    return re.fullmatch(r".*@([^#]+)#.*", found["os-vol-host-attr:host"]).group(1)


def volume(_stage, steps, client, _pods):
    with steps.step("a type with the name of the second back end makes a volume there, one with the first's makes it there") as notes:
        until("the scheduler knows both back ends", 150, lambda: len(client.json("volume", "backend", "pool", "list")) == len(VOLUMES), 3)
        for name in ("archive", "suite"):
            client.run("volume", "type", "create", name, "--property", f"volume_backend_name={name}")
            notes.append(f"type {name}: on {stored(client, f'of-{name}', '--type', name)}")
        assert notes == [f"type {name}: on {name}" for name in ("archive", "suite")], notes
    with steps.broken("a type with a name that no back end has makes none"):
        client.run("volume", "type", "create", "nowhere", "--property", "volume_backend_name=nowhere")
        client.run("volume", "create", "of-nowhere", "--size", "1", "--type", "nowhere")
        until("the volume is an error", 90, lambda: client.json("volume", "show", "of-nowhere")["status"] == "error", 2)
    with steps.step("a volume is made from the image, which the volume service takes by TLS") as notes:
        notes.append(f"on {stored(client, 'from-image', '--type', 'archive', '--image', 'suite')}")


ASKED = {"glance": image, "cinder": volume}


def play(stage, steps, step_of):
    furnish(stage)
    infrastructure(stage, steps)
    client = identity(stage, steps)
    for service, ask in ASKED.items():
        steps = step_of(service)
        try:
            ask(stage, steps, client, brought(stage, steps, client, service))
        except Ended:
            # The next ones have their own answers to give.
            continue
