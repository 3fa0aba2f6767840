"""Clusters of containers: the conductor is alive, and a template is kept of what the other services have."""

from suite.cluster.containers import until
from suite.scenarios.cloud import Endpoint, brought_up


def things(client):
    """What a template names: an image, a flavor, a key and an outer network."""
    (client.root.path / "tmp/image").write_bytes(b"bytes of the suite")
    words = ("--disk-format", "raw", "--container-format", "bare", "--file", "/tmp/image", "--property", "os_distro=fedora-coreos")
    image = client.json("image", "create", "coreos", *words)["id"]
    client.run("flavor", "create", "cluster", "--ram", "64", "--disk", "1", "--vcpus", "1")
    client.run("keypair", "create", "cluster")
    outer = client.json("network", "create", "outer", "--external")["id"]
    client.run("subnet", "create", "outer", "--network", "outer", "--subnet-range", "203.0.113.0/24", "--no-dhcp")
    return {"image_id": image, "flavor_id": "cluster", "master_flavor_id": "cluster", "keypair_id": "cluster", "external_network_id": outer}


def magnum(stage, steps, up):
    pods = brought_up(stage, steps, "magnum", ["magnum-api", ("magnum-conductor", "StatefulSet", "0")])
    keystone, client = up["keystone"]["pods"][0], up["keystone"]["client"]
    api = Endpoint(pods[0], 9511, keystone, OpenStack_API_Version="container-infra latest")
    with steps.step("its conductor is known, and alive"):
        until("it is up", 120, lambda: [one["state"] for one in api.ask("/v1/mservices")["mservices"]] == ["up"], 2)
    with steps.step("a template is kept, of what the image, compute and network services have"):
        wanted = {"name": "suite", "coe": "kubernetes", "docker_storage_driver": "overlay2", **things(client)}
        template = api.ask("/v1/clustertemplates", wanted)["uuid"]
        assert api.ask(f"/v1/clustertemplates/{template}")["cluster_distro"] == "fedora-coreos", "another distribution"
    with steps.broken("a template of an image that nobody has is refused, as its distribution is not known"):
        api.ask("/v1/clustertemplates", {**wanted, "name": "broken", "image_id": "no-such-image"}, wanted=(400,))
    return pods


PLAYS = {"magnum": magnum}
NEEDS = {"magnum": ("keystone", "glance", "nova", "neutron")}
