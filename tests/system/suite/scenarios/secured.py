"""A site with every kind of TLS inside, by its own authority: APIs started from the emitted objects speak nothing else."""

import http.client
import socket
import ssl
import urllib.parse

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.pods import OPENSTACK_PATH, Stage, until
from suite.scenarios import galera
from suite.scenarios.cloud import Client, jobs, started
from suite.scenarios.tls import handshake, refused

# The wheel of uWSGI has no TLS: Debian's stands in its place.
WORDS = "--plugins-dir /usr/lib/uwsgi/plugins --plugin python311 --virtualenv /var/lib/openstack"
SERVER = {"/opt/suite/uwsgi": f'#!/bin/sh\nexec uwsgi-core {WORDS} "$@"\n'}
SERVICES = {"keystone": ("keystone-api",), "cinder": ("cinder-api", "cinder-scheduler")}


class Secured(Stage):
    """A stage where what uWSGI serves is served by one with TLS."""

    def place(self, service, entity):
        tree, environment = super().place(service, entity)
        spec = entity["spec"].get("template", {}).get("spec", {"containers": [{"command": [""]}]})
        return "apis" if spec["containers"][0].get("command", [""])[0] == "uwsgi" else tree, environment


def furnish(stage):
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


def brought(stage, step_of, client, service):
    """A service's Jobs and APIs; then each address that the catalog has of it."""
    known = internal(client)
    steps = step_of(service)
    with steps.step("its Jobs work by TLS; its APIs are ready by their probes") as notes:
        notes += jobs(stage, service, but=("cell-setup", "storage-init"))
        started(stage, SERVICES[service], seconds=360)
    listening(stage, steps, {kind: url for kind, url in internal(client).items() if kind not in known})


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


def play(stage, steps, step_of):
    furnish(stage)
    infrastructure(stage, steps)
    client = identity(stage, steps)
    brought(stage, step_of, client, "cinder")
