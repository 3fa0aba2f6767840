"""Clusters of containers: a template is kept, and a cluster of it becomes a stack, with a trustee, and certificates in the key manager."""

import http.server
import threading

from suite.cluster.containers import GATEWAY, until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up

# Where a cluster's members find each other, which is a public site otherwise.
PORT = 9500
OVERRIDES = {"magnum-conf": f"[cluster]\netcd_discovery_service_endpoint_format = http://{GATEWAY}:{PORT}/new?size=%(size)d\n"}
TRUSTEE = broken.Fault("secret.conf", r"^trustee_domain_admin_password = .*$", "trustee_domain_admin_password = another")


class Discovery(http.server.BaseHTTPRequestHandler):
    """Gives each cluster a place, and says of a place that it is for one member."""

    def do_GET(self):
        text = f"http://{GATEWAY}:{PORT}/suite" if self.path.startswith("/new") else '{"node": {"value": "1"}}'
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def discovery():
    server = http.server.ThreadingHTTPServer((GATEWAY, PORT), Discovery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


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
    with steps.broken("a template of an image that nobody has is refused"):
        api.ask("/v1/clustertemplates", {**wanted, "name": "broken", "image_id": "no-such-image"}, wanted=(404,))
    server = discovery()
    stacks = Endpoint(up["heat"][0], 8004, keystone)

    def asked(name):
        about = {"name": name, "cluster_template_id": template, "master_count": 1, "node_count": 1, "keypair": "cluster"}
        return f"/v1/clusters/{api.ask('/v1/clusters', about)['uuid']}"

    def said(place):
        """What is known of a cluster; nothing until the conductor has made its groups of nodes, which the API wants to count."""
        found = api.ask(place, wanted=(200, 400))
        return {} if "errors" in found else found

    with steps.step("a cluster becomes a stack, its trustee a user of the service's domain, its keys secrets of the key manager") as notes:
        place = asked("suite")
        becomes("the cluster", "CREATE_IN_PROGRESS", lambda: said(place).get("status"))
        found = until("its stack", 120, lambda: said(place).get("stack_id"), 2)
        project = client.json("project", "show", "admin")["id"]
        stack = stacks.ask(f"/v1/{project}/stacks/{found}")["stack"]
        resources = stacks.ask(f"/v1/{project}/stacks/{stack['stack_name']}/{found}/resources")["resources"]
        users = [one["Name"] for one in client.json("user", "list", "--domain", "magnum")]
        assert any(name.startswith(place.rsplit("/", 1)[-1]) for name in users), users
        authority = api.ask(f"/v1/certificates/{place.rsplit('/', 1)[-1]}")["pem"]
        assert authority.startswith("-----BEGIN CERTIFICATE-----"), authority[:80]
        notes.append(f"{stack['stack_name']}: {stack['stack_status']}, {len(resources)} resources")
    with steps.step("it goes again, with its stack"):
        api.ask(place, method="DELETE")
        until("it is gone", 300, lambda: api.ask(place, wanted=(200, 404)).get("errors"), 3)
    with steps.broken("a conductor with another password of the trustees' domain makes no cluster"):
        with broken.faulty(stage, pods, 1, TRUSTEE):
            place = asked("broken")
            until("it has failed", 180, lambda: said(place).get("status") == "CREATE_FAILED", 2)
    broken.password("magnum")(stage, steps, pods)
    server.shutdown()
    return pods


PLAYS = {"magnum": magnum}
NEEDS = {"magnum": ("keystone", "glance", "nova", "neutron", "barbican", "heat")}
