"""A site for hosts on Debian 13: a controller and a compute node in trees with Debian's own packages, used once they are up.

Scripts run and units start in the playbook's order. Debian 13 holds the release 2025.1, so the site is built for that one.
"""

import base64
import json
import os
import re
import shutil
import time
from pathlib import Path

import yaml

from suite.cluster.containers import until
from suite.hosts import ansible
from suite.hosts.node import Node
from suite.hosts.playbook import Playbook
from suite.root import call
from suite.scenarios import Ended, Steps
from suite.scenarios.cloud import http
from suite.site import filled, secret_value, sites

SITE = "hosts-2026"
SCENARIO = "cluster-hosts"
BRIDGE, GATEWAY = "hosts", "10.40.0.1"
# They belong to the kernel of the machine, or to hardware that it lacks.
ABSENT = ("openvswitch-switch", "ovn-controller", "libvirtd", "neutron-ovn-metadata-agent", "cinder-volume-lvm")
# What the package's first installation does, which is not done here.
INSTALL = "mariadb-install-db --auth-root-authentication-method=socket --skip-test-db --datadir=/var/lib/mysql"
BEFORE = {"mariadb": [INSTALL.split()]}
# Accounts of packages that no emitted file names.
ACCOUNTS = {"mysql", "rabbitmq", "memcache", "nogroup", "haproxy"}
OVERRIDES = {"compute": {"/etc/nova/nova.conf.d/zz-suite.conf": "[DEFAULT]\ncompute_driver = fake.FakeDriver\n"}}
IMAGES = "[glance_store]\nfilesystem_store_datadir = /var/lib/glance/images\n"
OVERRIDES["controller"] = {"/etc/glance/glance.conf.d/zz-suite.conf": IMAGES}
# Tasks of a dry run that stand for what a tree lacks: sealed files are for sops, and nothing runs yet.
NOT_FILES = {"sealed files", "started"}
PORTS = {"identity": 5000, "image": 9292, "block-storage": 8776, "dashboard": 8080, "placement": 8778, "network": 9696, "compute": 8774}


class Stage:
    """What the nodes share: the site, the bridge, values for its secrets."""

    before, accounts, bridge = BEFORE, ACCOUNTS, BRIDGE

    def __init__(self, work: Path, site):
        self.work, self.site, self.folder = work, site, work / "hosts"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        call("ip", "link", "add", BRIDGE, "type", "bridge")
        call("ip", "addr", "add", f"{GATEWAY}/24", "dev", BRIDGE)
        call("ip", "link", "set", BRIDGE, "up")
        self.values = values(site)

    def close(self):
        call("ip", "link", "del", BRIDGE)


def values(site) -> dict[str, dict[str, str]]:
    """Sealed file -> key -> test value; a file of secret options is the text that the site shows, its placeholders filled."""
    drop_ins = {path: site.read(path) for path in site.files if path.startswith("config/") and path.endswith(".d/secret.conf")}
    texts = {of_file(path): filled(text) for path, text in drop_ins.items()}
    found = {}
    for path in site.files:
        if path.startswith("sealed/"):
            name = path.removeprefix("sealed/secret-").removesuffix(".yaml")
            keys = yaml.load(site.read(path), Loader=yaml.CSafeLoader)["data"]
            made = {key: texts[name] if key == "secret.conf" else secret_value(name, key) for key in keys}
            found[name] = {key: base64.b64encode(text.encode()).decode() for key, text in made.items()}
    return found


def of_file(path: str) -> str:
    """The sealed file of `config/SERVICE/NAME.d/secret.conf`."""
    _, place, folder, _ = path.split("/")
    service = place.split("@")[0]
    name = folder.removesuffix(".d").replace(".", "-").replace("_", "-")
    return name if name.startswith(f"{service}-") else f"{service}-{name}"


def nodes_of(stage: Stage) -> dict[str, Node]:
    hosts = yaml.load(stage.site.read("ansible/inventory.yaml"), Loader=yaml.CSafeLoader)["all"]["hosts"]
    return {name: Node(stage, name, row["ansible_host"], number) for number, (name, row) in enumerate(sorted(hosts.items()))}


def signed_in(url: str, key: str = "password") -> str:
    """A token of the administrator from the Identity API; `key` is that of the secret with the password."""
    user = {"name": "admin", "domain": {"id": "default"}, "password": secret_value("keystone-admin", key)}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    status, headers, text = http("POST", f"{url}/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, timeout=60)
    assert status == 201, f"{status} {text[:200].decode(errors='replace')}"
    return headers["X-Subject-Token"]


def answers(address: str, service: str, seconds: int = 300):
    """Wait until an API answers at all."""
    def check():
        try:
            return http("GET", f"http://{address}:{PORTS[service]}/", timeout=10)[0] < 500
        except OSError:
            return False
    until(f"the {service} service answers", seconds, check, 2)


class Site:
    """The site as it comes up, and what is asked of it."""

    def __init__(self, stage: Stage, steps: Steps):
        self.stage, self.steps, self.nodes = stage, steps, nodes_of(stage)
        self.playbook = Playbook(stage.site, self.nodes, ABSENT)
        self.controller = self.nodes["controller"]

    def laid(self):
        with self.steps.step("files lie as the manifest says, secrets by `unseal`; a second time changes nothing") as notes:
            for node in self.nodes.values():
                node.lay()
            sealed = [self.playbook.walk(lambda name: name == "secrets") for _ in range(2)]
            for name, files in OVERRIDES.items():
                for path, text in files.items():
                    self.nodes[name].root.write(path, text)
            notes.append(f"{sum(len(node.manifest()) for node in self.nodes.values())} files on {len(self.nodes)} nodes")
            assert sealed[0] and not sealed[1], f"first {sealed[0]}, then {sealed[1]}"

    def dry(self):
        """What `--check` says of nodes whose files lie as they should: nothing but secrets and units is left to do."""
        with self.steps.step("ansible-playbook --check ends well, and would change no file") as notes:
            for node in self.nodes.values():
                ansible.prepared(node)
                found = set(ansible.changes(node)) - NOT_FILES
                assert not found, f"{node.name}: {found}"
            notes.append(f"{len(self.playbook.plays)} plays on {len(self.nodes)} nodes")
        with self.steps.broken("ansible-playbook --check on a node with one byte more in a file"):
            file = self.controller.root.path / "etc/keystone/keystone.conf"
            text = file.read_text(encoding="utf-8")
            file.write_text(f"{text}\n", encoding="utf-8")
            found = ansible.changes(self.controller, "files")
            file.write_text(text, encoding="utf-8")
            assert "files" in found, f"found {found}"

    def walked(self, what: str, wanted) -> list[str]:
        with self.steps.step(what) as notes:
            changed = self.playbook.walk(wanted)
            notes.append(f"{len(changed)} plays")
        return changed

    def up(self):
        """The plays in the playbook's own order: a script waits for the API that it asks by itself."""
        self.steps.skip(f"units {', '.join(ABSENT)}", "the switch of the kernel and a hypervisor, which this machine lacks")
        self.walked("units start and scripts end well in the playbook's order", lambda name: name != "secrets")
        with self.steps.step("units that were started run") as notes:
            ended = [f"{name} on {node.name}: {node.tail(name)}" for node in self.nodes.values()
                     for name, process in node.processes.items() if process.poll() not in (None, 0)]
            notes.append(", ".join(f"{len(node.processes)} on {node.name}" for node in self.nodes.values()))
            assert not ended, "; ".join(ended)

    def again(self):
        with self.steps.step("a second run of the playbook changes nothing"):
            changed = self.playbook.walk(lambda name: True)
            assert not changed, f"changed: {changed}"

    def ask(self, method: str, service: str, path: str, body=None, **headers):
        url = f"http://{self.controller.address}:{PORTS[service]}{path}"
        status, _, text = http(method, url, body, {**self.headers, **headers})
        assert status < 300, f"{method} {path} of {service}: {status} {text[:300].decode(errors='replace')}"
        return json.loads(text) if text[:1] in (b"{", b"[") else text

    def used(self):
        with self.steps.step("a token is issued, and refused for a wrong password"):
            answers(self.controller.address, "identity")
            url = f"http://{self.controller.address}:{PORTS['identity']}/v3"
            self.headers = {"X-Auth-Token": signed_in(url)}
            try:
                signed_in(url, "another")
            except AssertionError as refused:
                assert str(refused).startswith("401 "), refused
                return
            raise AssertionError("a wrong password was accepted")

    def image(self):
        with self.steps.step("an image comes back as it went up") as notes:
            answers(self.controller.address, "image")
            body = {"name": "suite", "disk_format": "raw", "container_format": "bare"}
            found = self.ask("POST", "image", "/v2/images", body)
            data, path = os.urandom(1024 * 1024), f"/v2/images/{found['id']}/file"
            self.ask("PUT", "image", path, data, **{"Content-Type": "application/octet-stream"})
            assert self.ask("GET", "image", path) == data, "other bytes came back"
            notes.append(f"{len(data)} bytes")
            self.made = found["id"]

    def others(self):
        with self.steps.step("volumes are listed, and the page to sign in to the dashboard comes with its style sheets"):
            answers(self.controller.address, "block-storage")
            found = self.ask("GET", "block-storage", "/v3/volumes")
            assert found == {"volumes": []}, found
            answers(self.controller.address, "dashboard")
            page = self.ask("GET", "dashboard", "/auth/login/").decode(errors="replace")
            sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
            assert sheets and all(self.ask("GET", "dashboard", sheet) for sheet in sheets), page[:300]

    def network(self):
        with self.steps.step("a network is made, and reaches OVN"):
            answers(self.controller.address, "network")
            found = self.ask("POST", "network", "/v2.0/networks", {"network": {"name": "suite"}})["network"]["id"]
            listed = "ovn-nbctl --bare --columns=name find Logical_Switch".split()
            until("the network in OVN", 60, lambda: f"neutron-{found}" in self.controller.run(*listed), 2)

    def server(self):
        with self.steps.step("a server becomes ACTIVE on the compute node, by the fake driver") as notes:
            answers(self.controller.address, "compute")
            version = {"X-OpenStack-Nova-API-Version": "2.87"}
            flavor = {"flavor": {"name": "suite", "ram": 64, "disk": 1, "vcpus": 1}}
            made = self.ask("POST", "compute", "/v2.1/flavors", flavor)["flavor"]["id"]
            body = {"server": {"name": "suite", "imageRef": self.made, "flavorRef": made, "networks": "none"}}
            found = self.ask("POST", "compute", "/v2.1/servers", body, **version)["server"]["id"]
            until("the server is ACTIVE", 180, lambda: self.is_active(found, notes), 3)

    def is_active(self, server: str, notes: list[str]) -> bool:
        found = self.ask("GET", "compute", f"/v2.1/servers/{server}")["server"]
        assert found["status"] != "ERROR", found.get("fault")
        notes[:] = [f"on {found['OS-EXT-SRV-ATTR:host']}"]
        return found["status"] == "ACTIVE"

    def close(self):
        for node in self.nodes.values():
            node.close()
        self.stage.close()


def run(table, options):
    """The site built for Debian's own release, and all that is done with it."""
    steps = Steps(table, "hosts, Debian 13", "Debian's packages", "2025.1")
    built = options.work / "on-hosts" / "output"
    if not built.exists():
        steps.skip("all of it", (options.work / "on-hosts" / "reason").read_text(encoding="utf-8").strip())
        return
    began, site = time.monotonic(), None
    try:
        stage = Stage(options.work, next(one for one in sites(built) if one.name == SITE))
        site = Site(stage, steps)
        for part in (site.laid, site.dry, site.up, site.used, site.image, site.others, site.network, site.server, site.again):
            part()
    except Ended:
        print(f"      hosts: ended after {time.monotonic() - began:.0f} s", flush=True)
    finally:
        if site is not None:
            site.close()
