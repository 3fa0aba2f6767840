"""A stage for the pods of one site: a bridge, an address and a name for each, and the containers as processes."""

import ipaddress
import itertools
import re
import shutil
import subprocess
import threading
from pathlib import Path

import yaml

from suite.cluster.api import Api
from suite.cluster.certificates import trusting
from suite.cluster.containers import GATEWAY, Container, Late
from suite.cluster.ports import Forwards
from suite.cluster.volumes import Volumes
from suite.root import call

DOMAIN = "openstack.svc.cluster.local"

# Services whose images have no environment of OpenStack's.
PLAIN = ("mariadb", "rabbitmq", "etcd", "memcached", "ovn", "openvswitch", "libvirt")


class Pod:
    """One pod of an emitted workload."""

    def __init__(self, stage, entity, name, hostname=None, node=None):
        self.stage, self.entity, self.name, self.hostname = stage, entity, name, hostname or name
        spec = entity["spec"].get("jobTemplate", {}).get("spec", entity["spec"])
        self.template = spec["template"]
        self.spec, self.service = self.template["spec"], entity["metadata"]["labels"]["app.kubernetes.io/name"]
        self.claims = [claim["metadata"]["name"] for claim in entity["spec"].get("volumeClaimTemplates", [])]
        self.release, self.environment = stage.place(self.service, entity)
        self.node = node or stage.node
        self.address = stage.connect(name)
        if self.spec.get("hostNetwork"):
            stage.become_node(name, self.node)
        self.volumes = Volumes(stage, name, self.spec, self.node)
        self.containers = {one["name"]: Container(self, one) for one in self.spec["containers"]}
        stage.enter(self)

    def initialised(self):
        """Run the init containers, in order; the gate only waits, which the suite does by its own order."""
        for spec in self.spec.get("initContainers", []):
            if spec["name"] != "gate":
                container = Container(self, spec)
                container.run(300)
                subprocess.run(["umount", "-R", "-l", container.root.path], check=False)
        return self

    def start(self):
        self.initialised()
        for container in self.containers.values():
            container.start()
        return self

    def main(self):
        return next(iter(self.containers.values()))

    def kill(self):
        for container in self.containers.values():
            container.kill()

    def clear(self):
        """Take the containers' roots away; the claims stay."""
        for container in self.containers.values():
            subprocess.run(["umount", "-R", "-l", container.root.path], check=False)

    def ready(self):
        return all(container.probe() for container in self.containers.values() if "readinessProbe" in container.spec)


class Stage:
    """Where pods of one site run."""

    def __init__(self, work, site, environment):
        self.work, self.site, self.environment = work, site, environment
        self.folder = work / "stage"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        call("mount", "-t", "tmpfs", "tmpfs", "/run")
        Path("/run/netns").mkdir()
        call("ip", "link", "add", "pods", "type", "bridge")
        call("ip", "address", "add", f"{GATEWAY}/16", "dev", "pods")
        call("ip", "link", "set", "pods", "up")
        self.hosts, self.pods, self.addresses, self.lock = self.folder / "hosts", {}, {}, threading.RLock()
        # Name -> address of what others run, and the servers.
        self.outside, self.servers = {}, []
        # Service -> path -> text: what the service's image brings and the Debian tree has not.
        self.brought, self.nodes = {}, set()
        # Secret -> key -> PEM, where the site has TLS inside.
        self.certificates = {}
        self.numbers = itertools.count(10)
        self.releases, self.extra_environ, self.overrides = {}, {}, {}
        # Service -> its environment, where it has one of its own.
        self.environments = {}
        # Pod -> what is wrong on purpose in what it is given.
        self.faults = {}
        # The reads of options, where they are written down.
        self.reads = None
        self.node = next(path.split("/")[1] for path in site.files if path.endswith("/etc/hosts"))
        self.hosts.touch()
        self.forwards = Forwards(work / "trees/bookworm")
        self.api = Api(site, GATEWAY, self.folder, self.changed)

    def ssh_key(self):
        key = self.folder / "id_ed25519"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        return key.read_text(encoding="utf-8")

    def place(self, service, entity):
        """Tree and Python environment of a service's pods, or of a component's that has an image of its own."""
        own = self.releases.get(f"{service}/{entity['metadata']['labels'].get('app.kubernetes.io/component')}")
        return own or self.releases.get(service, "bookworm"), None if own or service in PLAIN else self.environments.get(service, self.environment)

    def connect(self, name):
        """A network namespace with an address; one pod's next life keeps both."""
        with self.lock:
            if name in self.addresses:
                return self.addresses[name]
            number = next(self.numbers)
        address, inside, outside = f"10.90.{number // 250}.{number % 250 + 2}", f"p{number}", f"o{number}"
        call("ip", "netns", "add", name)
        call("ip", "link", "add", outside, "type", "veth", "peer", "name", inside)
        call("ip", "link", "set", outside, "master", "pods", "up")
        call("ip", "link", "set", inside, "netns", name)
        for words in (("address", "add", f"{address}/16", "dev", inside), ("link", "set", inside, "up"), ("link", "set", "lo", "up")):
            call("ip", "-n", name, *words)
        with self.lock:
            self.addresses[name] = address
        return address

    def share(self, name, other):
        """A pod in the network of another, as pods on one node's own network are."""
        with self.lock:
            self.addresses[name] = self.addresses[other]
        self.nodes.add(name)
        Path(f"/run/netns/{name}").touch()
        call("mount", "--bind", f"/run/netns/{other}", f"/run/netns/{name}")

    def become_node(self, name, node):
        """Give a pod on the node's own network the addresses that the node has."""
        if name in self.nodes:
            return
        self.nodes.add(name)
        for address in self.addresses_of(node):
            call("ip", "-n", name, "address", "add", address, "dev", "lo")

    def addresses_of(self, node):
        """Those of the node's netplan file; where it has none in a network that pods look for, the one of the site's list of nodes."""
        file = f"hosts/{node}/etc/netplan/60-taco-gen.yaml"
        plan = yaml.load(self.site.read(file), Loader=yaml.CSafeLoader)["network"] if file in self.site.files else {}
        devices = [device for kind in ("ethernets", "bonds", "vlans", "bridges") for device in plan.get(kind, {}).values()]
        found = [ipaddress.ip_interface(address) for device in devices for address in device.get("addresses", [])]
        lines = [line.split() for line in self.site.read(f"hosts/{node}/etc/hosts").splitlines()]
        listed = [ipaddress.ip_address(words[0]) for words in lines if node in words[1:]]
        texts = "".join(text for entity in self.site.of_kind("ConfigMap").values() for text in (entity.get("data") or {}).values())
        for network in sorted({ipaddress.ip_network(cidr) for cidr in re.findall(r"@address:([0-9./]+)@", texts)}):
            if not any(one.ip in network for one in found):
                found += [ipaddress.ip_interface(f"{address}/{network.prefixlen}") for address in listed if address in network]
        return [str(one) for one in found]

    def enter(self, pod):
        with self.lock:
            self.pods[pod.name] = pod
        known = self.api.get("pods", pod.name)
        labels = (known or {}).get("metadata", {}).get("labels") or {}
        self.api.put("pods", pod.name, {"kind": "Pod", "metadata": {"labels": {**labels, **pod.template["metadata"]["labels"]}}})

    def changed(self, kind):
        """Names follow the pods: every one its own, every Service those of the pods that it selects."""
        if kind != "pods":
            return
        with self.lock:
            lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in self.outside.items())]
            for name, pod in self.pods.items():
                subdomain = pod.entity["spec"].get("serviceName")
                names = [f"{name}.{subdomain}.{DOMAIN}"] if subdomain else []
                lines.append(" ".join([self.addresses[name], *names, name, *([pod.hostname] if pod.hostname != name else [])]))
            for service in self.site.of_kind("Service").values():
                selector = ",".join(f"{key}={value}" for key, value in (service["spec"].get("selector") or {}).items())
                name = service["metadata"]["name"]
                found = [entity["metadata"]["name"] for entity in self.api.listed("pods", selector)] if selector else []
                found = [pod for pod in found if pod in self.pods]
                lines += [f"{self.addresses[pod]} {name}.{DOMAIN} {name}.openstack {name}" for pod in found]
                for pod in found:
                    self.forwards.of(service, self.pods[pod])
            text = "\n".join(lines) + "\n"
            if text != self.hosts.read_text(encoding="utf-8"):
                self.hosts.write_text(text, encoding="utf-8")

    def address_of(self, service):
        """The address that a Service's name has now."""
        for line in self.hosts.read_text(encoding="utf-8").splitlines():
            if f"{service}.{DOMAIN}" in line.split():
                return line.split()[0]
        raise LookupError(f"{service} has no pod behind it")

    def workload(self, kind, prefix):
        """The emitted object whose name is this one, or this one and a digest."""
        pattern = re.compile(re.escape(prefix) + r"(-[0-9a-f]{10})?")
        found = [one for one in self.site.of_kind(kind).values() if pattern.fullmatch(one["metadata"]["name"])]
        if len(found) != 1:
            raise Late(f"{len(found)} objects {kind} {prefix}")
        return found[0]

    def members(self, name, count=None):
        """All pods of a StatefulSet, started at once."""
        entity = self.workload("StatefulSet", name)
        return [Pod(self, entity, f"{name}-{number}") for number in range(count or entity["spec"]["replicas"])]

    def job(self, name, seconds=600, kind="Job", tag="run"):
        """Run an emitted Job, or a CronJob's, to its end."""
        entity = self.workload(kind, name)
        pod = Pod(self, entity, f"{name}-{tag}")
        try:
            pod.initialised()
            return pod.main().run(seconds)
        finally:
            with self.lock:
                self.pods.pop(pod.name)
            self.api.delete("pods", pod.name)
            pod.clear()

    def deployment(self, name, kind="Deployment", tag="0"):
        return Pod(self, self.workload(kind, name), f"{name}-{tag}")

    def replace(self, pod):
        """The same pod anew, with an empty rest and its claims as they are."""
        pod.kill()
        pod.clear()
        return Pod(self, pod.entity, pod.name, pod.hostname, pod.node)

    def context(self):
        """How a client outside of the pods connects where the site has TLS inside: by address, so without asking for a name."""
        trust = self.certificates.get("taco-trust")
        return trusting(trust["ca.crt"], names=False) if trust else None

    def store_secrets(self, *, new=False):
        """Secrets that the emitted objects hold themselves: jobs fill them through the API. `new`: those alone that are not there.

        What is sealed is made where it is mounted, of the values that tests have.
        """
        for entity in self.site.of_kind("Secret").values():
            if "sops" in entity:
                continue
            if not new or self.api.get("secrets", entity["metadata"]["name"]) is None:
                self.api.put("secrets", entity["metadata"]["name"], {**entity, "metadata": dict(entity["metadata"])})

    def close(self):
        """End what runs and give back its mounts and networks: another stage may follow."""
        for pod in list(self.pods.values()):
            pod.kill()
        for server in self.servers:
            server.stop()
        self.forwards.stop()
        self.api.close()
        trees = self.work / "mounts"
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()]
        for path in mounted:
            if re.fullmatch(rf"{re.escape(str(trees))}/((pods|outside)/[^/]+|client)", path):
                subprocess.run(["umount", "-R", "-l", path], check=False)
        for name in self.addresses:
            call("ip", "netns", "delete", name)
        call("ip", "link", "delete", "pods")
        call("umount", "-l", "/run")
