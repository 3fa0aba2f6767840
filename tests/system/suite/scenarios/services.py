"""The services on top of keystone, each by its emitted Jobs and Deployments, used through the public client."""

import hashlib
import json
import os

from suite.cluster.containers import until
from suite.scenarios import caches
from suite.scenarios.cloud import http, jobs, member, started, token

CINDER = "[DEFAULT]\nenabled_backends = suite\n[suite]\nvolume_driver = folder_driver.FolderDriver\nvolume_backend_name = suite\n"
# What this machine has no hardware or cluster for is replaced, in a file that is read last; all the rest is as emitted.
OVERRIDES = {
    "glance-api-conf": "[DEFAULT]\nenabled_backends = store:file\n[store]\nfilesystem_store_datadir = /var/lib/glance/images\n",
    "nova-conf": "[conductor]\nworkers = 1\n[scheduler]\nworkers = 1\n",
    "nova-compute-conf": "[DEFAULT]\ncompute_driver = fake.FakeDriver\n",
    "neutron-conf": "[DEFAULT]\napi_workers = 2\nrpc_workers = 1\n",
    "heat-conf": "[DEFAULT]\nnum_engine_workers = 1\n",
    **{f"cinder{part}-conf": CINDER for part in ("", "-api", "-volume")},
}

# Of nova's image.
BROUGHT = {"/usr/share/novnc/vnc_lite.html": "<html></html>\n"}


def wait_for(client, what, status, *show):
    """Wait until something's status is the one wanted; an error ends the wait."""
    def check():
        found = client.json(*show)
        now = str(found.get("status", found.get("stack_status"))).upper()
        assert "ERROR" not in now and "FAILED" not in now, f"{what} is {now}: {found.get('fault', found.get('stack_status_reason'))}"
        return found if now == status else None
    return until(f"{what} is {status}", 180, check, 3)


def glance(stage, steps, up):
    client = up["keystone"]["client"]
    with steps.step("database, queue, catalog by the emitted Jobs; the API is ready by its probe") as notes:
        notes += jobs(stage, "glance", but=("storage-init",))
        pods = started(stage, ["glance-api"])
        notes.append("images in a folder instead of Ceph")
    with steps.step("an image comes back as it went up") as notes:
        data = os.urandom(3 * 1024 * 1024)
        (client.root.path / "tmp/image").write_bytes(data)
        client.run("image", "create", "suite", "--disk-format", "raw", "--container-format", "bare", "--file", "/tmp/image")
        wait_for(client, "the image", "ACTIVE", "image", "show", "suite")
        client.run("image", "save", "--file", "/tmp/back", "suite")
        back = (client.root.path / "tmp/back").read_bytes()
        assert hashlib.sha256(back).digest() == hashlib.sha256(data).digest(), f"{len(back)} bytes of {len(data)} came back"
        notes.append(f"{len(data)} bytes")
    return pods


def placement(stage, steps, up):
    with steps.step("database, catalog by the emitted Jobs; the API is ready by its probe, and answers an administrator") as notes:
        notes += jobs(stage, "placement")
        pods = started(stage, ["placement-api"])
        mine = token(up["keystone"]["pods"][0])
        status, _, text = http("GET", f"http://{pods[0].address}:8778/resource_providers", None, {"X-Auth-Token": mine})
        assert status == 200, f"answer {status}: {text[:200].decode()}"
        status, _, _ = http("GET", f"http://{pods[0].address}:8778/resource_providers")
        assert status == 401, f"without a token the answer is {status}"
    return pods


def ovn(stage, steps, _up):
    with steps.step("both databases cluster by the emitted script, and northd follows them") as notes:
        pods = [pod.start() for name in ("ovn-ovsdb-nb", "ovn-ovsdb-sb") for pod in stage.members(name)]
        until("all members are ready by their probe", 180, lambda: all(pod.ready() for pod in pods), 2)
        notes.append(f"{len(pods)} members")
        pods += started(stage, ["ovn-northd"])
    return pods


def neutron(stage, steps, up):
    client = up["keystone"]["client"]
    with steps.step("database, queue, catalog by the emitted Jobs") as notes:
        notes += jobs(stage, "neutron")
    with steps.step("API, RPC server, periodic and OVN workers are ready by their probes"):
        pods = started(stage, ["neutron-server", "neutron-rpc-server", "neutron-periodic-workers", "neutron-ovn-maintenance-worker"])
    with steps.step("a network, its subnet and a port are made, and reach OVN"):
        client.run("network", "create", "suite")
        client.run("subnet", "create", "suite", "--network", "suite", "--subnet-range", "192.0.2.0/24")
        port = client.json("port", "create", "suite", "--network", "suite")
        nb = next(pod for pod in up["ovn"] if pod.name == "ovn-ovsdb-nb-0").main()
        ask = ("ovn-nbctl", "--no-leader-only", "--db=unix:/run/ovn/ovnnb_db.sock", "--bare", "--columns=name")
        found = until("the port in OVN", 30, lambda: nb.execute(*ask, "find", "Logical_Switch_Port", f"name={port['id']}").stdout.strip())
        assert port["id"] in found, found
    return pods


def nova(stage, steps, up):
    client = up["keystone"]["client"]
    with steps.step("databases, cells, queue, catalog by the emitted Jobs") as notes:
        notes += jobs(stage, "nova", but=("cell-setup",))
    with steps.step("APIs, conductor, scheduler and console proxy are ready by their probes"):
        pods = started(stage, ["nova-api-osapi", "nova-api-metadata", "nova-conductor", "nova-scheduler", "nova-novncproxy"])
    with steps.step("a compute starts with the fake driver, and the emitted Job finds it") as notes:
        compute = member(stage, "DaemonSet", "nova-compute", stage.node).start()
        until("the compute is ready by its probe", 240, lambda: alive(compute) and compute.ready(), 2)
        said = stage.job("nova-cell-setup")
        assert "compute nodes in their cell: 1" in said, said[-300:]
        found = client.json("compute", "service", "list")
        notes.append(", ".join(f"{entry['Binary']} on {entry['Host']}: {entry['State']}" for entry in found))
        assert {entry["Binary"] for entry in found if entry["State"] == "up"} >= {"nova-compute", "nova-conductor", "nova-scheduler"}, notes[0]
        pods.append(compute)
    return pods


def alive(pod):
    dead = [one for one in pod.containers.values() if not one.running()]
    if dead:
        raise RuntimeError(f"{pod.name}.{dead[0].name} ended: {dead[0].tail()}")
    return True


def machine(_stage, steps, up):
    """What all of it is for: a server that becomes active."""
    client = up["keystone"]["client"]
    with steps.step("a server is created and becomes ACTIVE on the fake driver") as notes:
        client.run("flavor", "create", "suite", "--ram", "64", "--disk", "1", "--vcpus", "1")
        client.run("server", "create", "suite", "--image", "suite", "--flavor", "suite", "--nic", "none", "--os-compute-api-version", "2.87")
        found = wait_for(client, "the server", "ACTIVE", "server", "show", "suite")
        notes.append(f"on {found.get('OS-EXT-SRV-ATTR:host')}")
    with steps.step("it is deleted again"):
        client.run("server", "delete", "--wait", "suite")


def cinder(stage, steps, up):
    client = up["keystone"]["client"]
    with steps.step("database, queue, catalog by the emitted Jobs") as notes:
        notes += jobs(stage, "cinder")
    with steps.step("API, scheduler and volume service are ready by their probes"):
        pods = started(stage, ["cinder-api", "cinder-scheduler", ("cinder-volume", "StatefulSet", "0")])
    with steps.step("a volume becomes available") as notes:
        # The volume service tells the scheduler what it has once a minute: one that came up after the first time knows of none until then.
        until("the scheduler knows the backend", 150, lambda: client.json("volume", "backend", "pool", "list"), 3)
        client.run("volume", "create", "suite", "--size", "1")
        wait_for(client, "the volume", "AVAILABLE", "volume", "show", "suite")
        client.run("volume", "delete", "suite")
        notes.append("by a driver that keeps folders instead of Ceph")
    with steps.step("the CronJobs' commands end well"):
        for name in ("cinder-db-purge", "cinder-service-cleaner", "cinder-volume-usage-audit"):
            stage.job(name, kind="CronJob")
    return pods


TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "resources": {
        "word": {"type": "OS::Heat::RandomString", "properties": {"length": 12}},
        "net": {"type": "OS::Neutron::Net", "properties": {"name": {"get_attr": ["word", "value"]}}},
    },
    "outputs": {"word": {"value": {"get_attr": ["word", "value"]}}},
}


def stacked(client):
    """The word that a stack with a network gives; afterwards it is gone."""
    (client.root.path / "tmp/stack.yaml").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    client.run("stack", "create", "suite", "-t", "/tmp/stack.yaml")
    wait_for(client, "the stack", "CREATE_COMPLETE", "stack", "show", "suite")
    word = client.json("stack", "output", "show", "suite", "word")["output_value"]
    client.run("stack", "delete", "--yes", "--wait", "suite")
    return word


def heat(stage, steps, up):
    client = up["keystone"]["client"]
    with steps.step("database, queue, domain, catalog by the emitted Jobs") as notes:
        notes += jobs(stage, "heat")
    with steps.step("APIs and engine are ready by their probes"):
        pods = started(stage, ["heat-api", "heat-cfn", "heat-engine"])
    with steps.step("a stack with a network is made, and goes again") as notes:
        notes.append(stacked(client))
    with steps.step("the CronJobs' commands end well"):
        for name in ("heat-engine-cleaner", "heat-purge-deleted"):
            stage.job(name, kind="CronJob")
    return pods


def horizon(stage, steps, up):
    with steps.step("the dashboard is ready by its probe, and shows its page to sign in"):
        pods = started(stage, ["horizon"])
        status, _, text = http("GET", f"http://{pods[0].address}:8080/auth/login/", None, {"X-Forwarded-Proto": "https"})
        assert status == 200 and b"csrfmiddlewaretoken" in text, f"answer {status}: {text[:200].decode(errors='replace')}"
    caches.play(stage, steps, pods, up["memcached"])
    return pods
