"""What somebody has in the cloud, and asks for again and again: a token, an image, a network with a port, a server."""

import os

from suite.cluster.containers import until
from suite.scenarios.cloud import Endpoint, accepts, becomes, token

# Pod and port of each API.
APIS = {"image": ("glance-api-0", 9292), "network": ("neutron-server-0", 9696), "compute": ("nova-api-osapi-0", 8774)}
APIS["placement"] = ("placement-api-0", 8778)
# The newest that all of the releases have.
HEADERS = {"compute": {"X_OpenStack_Nova_API_Version": "2.96"}}
BYTES = {"Content_Type": "application/octet-stream"}


class Tenant:
    """A project's things. Each look also makes a new one of each kind and takes it away again."""

    def __init__(self, stage, node):
        self.stage, self.node, self.image = stage, node, b"kept " + os.urandom(1024 * 1024)
        self.ids, self.token, self.apis = {}, None, {}

    def signed_in(self):
        """A new token for each API, and whether the one from before is still taken."""
        keystone = self.stage.pods["keystone-api-0"]
        fresh = token(keystone)
        assert self.token is None or accepts(keystone, self.token, fresh), "a token from before is refused"
        self.token = fresh
        for name, (pod, port) in APIS.items():
            self.apis[name] = Endpoint(self.stage.pods[pod], port, keystone, **HEADERS.get(name, {}))

    def settle(self):
        self.signed_in()
        compute, network = self.apis["compute"], self.apis["network"]
        self.ids["image"] = self.uploaded("kept", self.image)
        self.ids["network"] = network.ask("/v2.0/networks", {"network": {"name": "kept"}})["network"]["id"]
        subnet = {"name": "kept", "network_id": self.ids["network"], "ip_version": 4, "cidr": "192.0.2.0/24"}
        network.ask("/v2.0/subnets", {"subnet": subnet})
        until("the agent of the node is alive", 120, self.agent_lives, 3)
        self.ids["port"] = self.port("kept")
        flavor = {"name": "kept", "ram": 64, "disk": 1, "vcpus": 1}
        self.ids["flavor"] = compute.ask("/v2.1/flavors", {"flavor": flavor})["flavor"]["id"]
        self.ids["server"] = self.server("kept")
        self.there()

    def uploaded(self, name, data):
        api = self.apis["image"]
        made = api.ask("/v2/images", {"name": name, "disk_format": "raw", "container_format": "bare"})["id"]
        api.ask(f"/v2/images/{made}/file", data, method="PUT", **BYTES)
        becomes(f"the image {name}", "active", lambda: api.ask(f"/v2/images/{made}")["status"])
        return made

    def port(self, name):
        body = {"port": {"name": name, "network_id": self.ids["network"], "binding:host_id": self.node}}
        found = self.apis["network"].ask("/v2.0/ports", body)["port"]
        assert found["fixed_ips"][0]["ip_address"].startswith("192.0.2."), found
        assert found["binding:vif_type"] == "ovs", f"its binding is {found['binding:vif_type']}"
        return found["id"]

    def server(self, name):
        api = self.apis["compute"]
        body = {"name": name, "imageRef": self.ids["image"], "flavorRef": self.ids["flavor"], "networks": [{"uuid": self.ids["network"]}]}
        made = api.ask("/v2.1/servers", {"server": body})["server"]["id"]
        becomes(f"the server {name}", "ACTIVE", lambda: self.shown(made), seconds=180)
        ports = self.apis["network"].ask(f"/v2.0/ports?device_id={made}")["ports"]
        assert [one["binding:vif_type"] for one in ports] == ["ovs"], f"its ports are {ports}"
        return made

    def agent_lives(self):
        agents = self.apis["network"].ask(f"/v2.0/agents?host={self.node}&agent_type=Open%20vSwitch%20agent")["agents"]
        return agents and agents[0]["alive"]

    def shown(self, server):
        return self.apis["compute"].ask(f"/v2.1/servers/{server}")["server"]["status"]

    def there(self):
        """All of it is there as it was."""
        image = self.apis["image"].ask(f"/v2/images/{self.ids['image']}/file", Accept="application/octet-stream")
        assert image == self.image, f"{len(image)} bytes of {len(self.image)} came back"
        network, port = self.ids["network"], self.ids["port"]
        assert self.apis["network"].ask(f"/v2.0/networks/{network}")["network"]["name"] == "kept"
        assert self.apis["network"].ask(f"/v2.0/ports/{port}")["port"]["network_id"] == network
        assert self.agent_lives(), "the agent of the node is not alive"
        assert self.shown(self.ids["server"]) == "ACTIVE", f"the server is {self.shown(self.ids['server'])}"
        held = self.apis["placement"].ask(f"/allocations/{self.ids['server']}")["allocations"]
        assert len(held) == 1, f"the server holds resources of {len(held)} providers"

    def anew(self):
        """One more of each is made, and goes again."""
        image, network, compute = self.apis["image"], self.apis["network"], self.apis["compute"]
        image.ask(f"/v2/images/{self.uploaded('another', b'bytes of another')}", method="DELETE")
        network.ask(f"/v2.0/ports/{self.port('another')}", method="DELETE")
        server = self.server("another")
        compute.ask(f"/v2.1/servers/{server}", method="DELETE")
        until("the other server is gone", 120, lambda: not any(one["id"] == server for one in compute.ask("/v2.1/servers")["servers"]), 2)

    def look(self, *_):
        self.signed_in()
        self.there()
        self.anew()
