"""A site with every kind of TLS inside, by its own authority: services started from the emitted objects speak nothing else."""

import http.client
import re
import ssl
import urllib.parse

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.containers import OPENSTACK_PATH, until
from suite.cluster.pods import DOMAIN, Stage
from suite.scenarios import Ended, galera, services, volumes
from suite.scenarios.cloud import Client, http as asked, jobs, member, started, token
from suite.scenarios.tls import handshake, refused

# The wheel of uWSGI has no TLS: Debian's stands in its place.
WORDS = "--plugins-dir /usr/lib/uwsgi/plugins --plugin python311 --virtualenv /var/lib/openstack"
SERVER = {"/opt/suite/uwsgi": f'#!/bin/sh\nexec uwsgi-core {WORDS} "$@"\n'}
VOLUMES = ("cinder-volume", "cinder-volume-archive")
SERVICES = {
    "keystone": ("keystone-api",),
    "glance": ("glance-api",),
    "cinder": ("cinder-api", "cinder-scheduler", *((name, "StatefulSet", "0") for name in VOLUMES)),
    "placement": ("placement-api",),
    "neutron": ("neutron-server", "neutron-rpc-server", "neutron-periodic-workers", "neutron-ovn-maintenance-worker"),
    "nova": ("nova-api-osapi", "nova-api-metadata", "nova-conductor", "nova-scheduler", "nova-novncproxy"),
    "heat": ("heat-api", "heat-cfn", "heat-engine"),
    "horizon": ("horizon",),
}
# Services of Kubernetes that the catalog does not name.
INTERNAL = {"nova": ("nova-metadata", "nova-novncproxy"), "horizon": ("horizon",)}


class Secured(Stage):
    """A stage where what uWSGI serves is served by one with TLS."""

    def place(self, service, entity):
        tree, environment = super().place(service, entity)
        spec = entity["spec"].get("template", {}).get("spec", {"containers": [{"command": [""]}]})
        return "apis" if spec["containers"][0].get("command", [""])[0] == "uwsgi" else tree, environment


def furnish(stage):
    stage.brought |= {"cinder": volumes.BROUGHT, "nova": services.BROUGHT}
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
        pods = started(stage, SERVICES["keystone"], seconds=360)
        client = Client(stage, "https")
        found = until("a catalog", 60, lambda: client.json("catalog", "list"))
        assert [entry["Type"] for entry in found] == ["identity"], found
    listening(stage, steps, internal(client))
    return client, pods


def brought(stage, steps, client, service):
    """A service's Jobs and pods; then each address that the catalog has of it, or its objects."""
    known = internal(client)
    with steps.step("its Jobs work by TLS; its pods are ready by their probes") as notes:
        notes += jobs(stage, service, but=("cell-setup", "storage-init"))
        pods = started(stage, SERVICES[service], seconds=360)
    ports = {name: stage.site.named("Service", name)["spec"]["ports"][0]["port"] for name in INTERNAL.get(service, ())}
    addresses = {name: f"https://{name}.{DOMAIN}:{port}" for name, port in ports.items()}
    listening(stage, steps, {**addresses, **{kind: url for kind, url in internal(client).items() if kind not in known}})
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


def resources(stage, steps, _client, pods):
    with steps.step("it answers an administrator, and nobody without a token"):
        url = f"https://{pods[0].address}:8778/resource_providers"
        for headers, wanted in (({"X-Auth-Token": token(stage.identity)}, 200), ({}, 401)):
            status, _, text = asked("GET", url, None, headers, context=stage.context())
            assert status == wanted, f"answer {status}: {text[:200].decode()}"


def southbound(stage, steps):
    """Both databases, which let in who has a certificate of the site's authority."""
    with steps.step("both databases of OVN and northd are ready by their probes, with certificates") as notes:
        pods = [pod.start() for name in ("ovn-ovsdb-nb", "ovn-ovsdb-sb") for pod in stage.members(name)]
        until("all members are ready", 180, lambda: all(pod.ready() for pod in pods), 2)
        started(stage, ["ovn-northd"])
        stranger = made_elsewhere(["stranger"])
        for pod, port in zip(pods, (6641, 6642), strict=True):
            pod.main().root.write("/check/stranger.pem", stranger["tls.pem"])
            name = f"{pod.name}.{pod.entity['spec']['serviceName']}.{DOMAIN}:{port}"
            assert listed(pod, f"ssl:{name}", "/run/secrets/certificate/tls.pem").returncode == 0, f"{pod.name} refuses its own certificate"
            for place, key in ((f"ssl:{name}", "/check/stranger.pem"), (f"tcp:{name}", "/run/secrets/certificate/tls.pem")):
                done = listed(pod, place, key)
                assert done.returncode != 0, f"{pod.name} lets in {key} by {place}"
                notes.append(f"{place.split(':')[0]}, {key}: {done.stdout.strip().splitlines()[-1][-120:]}")
    return pods


def listed(pod, place, key):
    words = ("--timeout=10", f"--private-key={key}", f"--certificate={key}", "--ca-cert=/run/taco/trust/ca.crt")
    return pod.main().execute("ovsdb-client", *words, "list-dbs", place)


def network(stage, steps, client, _pods):
    with steps.step("a network's port reaches OVN by TLS"):
        client.run("network", "create", "suite")
        client.run("subnet", "create", "suite", "--network", "suite", "--subnet-range", "192.0.2.0/24")
        port = client.json("port", "create", "suite", "--network", "suite")["id"]
        ask = ("ovn-nbctl", "--db=unix:/run/ovn/ovnnb_db.sock", "--bare", "--columns=name", "find", "Logical_Switch_Port", f"name={port}")
        until("the port in OVN", 30, lambda: port in stage.pods["ovn-ovsdb-nb-0"].main().execute(*ask).stdout)


def server(stage, steps, client, _pods):
    with steps.step("a compute starts with the fake driver, and the emitted Job finds it"):
        compute = member(stage, "DaemonSet", "nova-compute", stage.node).start()
        until("the compute is ready by its probe", 240, lambda: services.alive(compute) and compute.ready(), 2)
        assert "compute nodes in their cell: 1" in stage.job("nova-cell-setup"), "it found none"
    services.machine(stage, steps, {"keystone": {"client": client}})


def stack(_stage, steps, client, _pods):
    with steps.step("a stack with a network is made, and goes again"):
        services.stacked(client)


def dashboard(stage, steps, _client, pods):
    with steps.step("its page signs an administrator in at the identity service, and not with another password") as notes:
        for secret, wanted in ((("keystone-admin", "password"), 302), (("mariadb-root", "password"), 200)):
            status, where = signed_in(stage, pods[0], secret)
            assert status == wanted, f"the answer is {status}, {where}"
            notes.append(f"{status}, {where}")


def signed_in(stage, pod, secret):
    """The answer to the form of the page to sign in: a redirection where the identity service let the user in."""
    url, context = f"https://{pod.address}:8080/auth/login/", stage.context()
    _, headers, text = asked("GET", url, None, {"X-Forwarded-Proto": "https"}, context=context)
    word = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', text).group(1).decode()
    region = re.search(rb'name="region"[^>]*value="([^"]+)"', text)
    form = {"csrfmiddlewaretoken": word, "username": "admin", "password": stage.site.value(*secret)}
    form["region"] = region.group(1).decode() if region else "default"
    cookies = "; ".join(value.split(";")[0] for value in headers.get_all("Set-Cookie") or [])
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Referer": url, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPSConnection(pod.address, 8080, timeout=60, context=context)
    connection.request("POST", "/auth/login/", urllib.parse.urlencode(form), sent)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Location") or "the form again"


ASKED = {
    "glance": image, "cinder": volume, "placement": resources, "neutron": network, "nova": server, "heat": stack, "horizon": dashboard,
}


def play(stage, steps, step_of):
    furnish(stage)
    infrastructure(stage, steps)
    client, pods = identity(stage, steps)
    stage.identity = pods[0]
    for service, ask in ASKED.items():
        steps = step_of(service)
        try:
            if service == "neutron":
                southbound(stage, step_of("ovn"))
            ask(stage, steps, client, brought(stage, steps, client, service))
        except Ended:
            # The next ones have their own answers to give.
            continue
