"""A stage for the pods of one site: a bridge, an address and a name for each, and the containers as processes."""

import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import yaml

from suite.cluster.api import Api
from suite.cluster.certificates import trusting
from suite.cluster.ports import Forwards
from suite.cluster.rights import restricted
from suite.cluster.volumes import Volumes, bind
from suite.root import PATH, Root, call

GATEWAY = "10.90.0.1"
DOMAIN = "openstack.svc.cluster.local"
OPENSTACK_PATH = f"/var/lib/openstack/bin:{PATH}"
# Account names as the images have them, where they are not the service's name.
ACCOUNTS = {"mariadb": "mysql"}


# Services whose images have no environment of OpenStack's.
PLAIN = ("mariadb", "rabbitmq", "etcd", "memcached", "ovn", "openvswitch", "libvirt")


class Late(Exception):
    """Something did not come to pass in its time."""


def until(what, seconds, check, pause=1.0):
    """Wait until `check` gives something true, and return it."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise Late(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Container:
    """One container of a pod: a root, a command, at most one process."""

    def __init__(self, pod, spec):
        self.pod, self.spec, self.name = pod, spec, spec["name"]
        self.process, self.log = None, pod.stage.folder / "logs" / f"{pod.name}.{self.name}.log"
        self.security = security = {**pod.spec.get("securityContext", {}), **spec.get("securityContext", {})}
        self.user, self.group = security.get("runAsUser", 0), security.get("runAsGroup", 0)
        # The control group that it starts in, where a scenario gives it one.
        self.control = None
        self.root = Root(pod.stage.work, pod.release, f"pods/{pod.name}.{self.name}", bare=True)
        self.furnish(security.get("readOnlyRootFilesystem", False))

    def furnish(self, read_only):
        stage, path = self.pod.stage, self.root.path
        account = ACCOUNTS.get(self.pod.service, self.pod.service)
        lines = ["root:x:0:0::/root:/bin/sh", f"{account}:x:{self.user or 1}:{self.group or 1}::/tmp:/bin/sh"]
        lines += ["sshd:x:100:65534::/run/sshd:/usr/sbin/nologin"]
        self.root.write("/etc/passwd", "\n".join(lines) + "\n")
        self.root.write("/etc/group", f"root:x:0:\n{account}:x:{self.group or 1}:\n")
        self.root.write("/etc/resolv.conf", "")
        for place, text in stage.brought.get(self.pod.service, {}).items():
            self.root.write(place, text, 0o755 if text.startswith("#!") else 0o644)
        bind(stage.hosts, path / "etc/hosts", False)
        if self.pod.environment:
            bind(self.pod.environment, path / "var/lib/openstack", True)
        volumes = {volume["name"]: volume for volume in self.pod.spec.get("volumes", [])}
        volumes |= {claim: {"name": claim, "claim": True} for claim in self.pod.claims}
        for mount in sorted(self.spec.get("volumeMounts", []), key=lambda one: one["mountPath"]):
            if mount["mountPath"] in ("/dev", "/sys/fs/cgroup", "/lib/modules", "/sys"):
                continue
            source = self.pod.volumes.of(volumes[mount["name"]])
            source = source / mount["subPath"] if "subPath" in mount else source
            bind(source, path / mount["mountPath"].lstrip("/"), mount.get("readOnly", False))
        if read_only:
            call("mount", "-o", "remount,bind,ro", path)

    def environ(self):
        stage, pod = self.pod.stage, self.pod
        fields = {"metadata.name": pod.name, "metadata.namespace": "openstack", "status.podIP": pod.address, "spec.nodeName": pod.node}
        fields |= {"status.hostIP": pod.address}
        found = {"PATH": OPENSTACK_PATH if pod.environment else PATH, "LANG": "C.UTF-8", "HOME": "/tmp"}
        found |= {"KUBERNETES_SERVICE_HOST": GATEWAY, "KUBERNETES_SERVICE_PORT": "6443", **stage.extra_environ.get(pod.service, {})}
        for entry in self.spec.get("env", []):
            value = entry.get("value", "")
            if "valueFrom" in entry:
                value = fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
            value = re.sub(r"\$\((\w+)\)", lambda match: found.get(match.group(1), match.group(0)), value)
            fault = stage.faults.get(pod.name)
            found[entry["name"]] = fault.of(f"${entry['name']}", value) if fault else value
        return found

    def inside(self, command):
        """The command in the container's root with its account, and no more rights than its security context leaves."""
        return ["chroot", str(self.root.path), *restricted(self.security, self.user, self.group, self.pod.volumes.group), *command]

    def words(self):
        words = self.given()
        # As many workers as two cores bear; the files are as emitted.
        return words + ["--processes", "2"] if words[0] == "uwsgi" else words

    def given(self):
        words = [re.sub(r"\$\((\w+)\)", lambda match: self.environ().get(match.group(1), match.group(0)), word)
                 for word in (*self.spec.get("command", []), *self.spec.get("args", []))]
        fault = self.pod.stage.faults.get(self.pod.name)
        return [fault.of("$", word) for word in words] if fault else words

    def namespaces(self):
        """A process namespace and host name of its own, and the pod's network: the child of `unshare` is process 1."""
        enter = ["nsenter", f"--net=/run/netns/{self.pod.name}", "unshare", "--pid", "--uts", "--mount", "--fork", "--kill-child"]
        return enter + [f"--mount-proc={self.root.path}/proc", "sh", "-c", 'hostname "$0"; exec "$@"', self.pod.hostname]

    def controlled(self):
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', self.control.folder / "cgroup.procs"] if self.control else []

    def start(self, command=None):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A program may open its standard streams by name: as runc does, they are made its account's.
            os.fchown(log.fileno(), self.user, self.group)
            self.process = subprocess.Popen(
                self.controlled() + self.namespaces() + self.inside(command or self.words()), env=self.environ(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def run(self, seconds=600, command=None):
        """Run the container to its end, as a Job does; what it said, or an exception with it."""
        self.start(command)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Late(f"{self.pod.name}: not done within {seconds} s: {self.tail()}") from None
        if code != 0:
            raise Late(f"{self.pod.name}.{self.name} ended with {code}: {self.tail()}")
        return self.log.read_text(encoding="utf-8", errors="replace")

    def first(self):
        """The number, outside, of the container's process 1."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(until(f"{self.pod.name}: a process", 10, lambda: self.running() and children.read_text(encoding="ascii").split(), 0.05)[0])

    def running(self):
        return self.process is not None and self.process.poll() is None

    def execute(self, *command, timeout=60, text=None):
        """A command in the running container, as a probe is."""
        enter = ["nsenter", f"--target={self.first()}", "--pid", "--mount", "--uts", f"--net=/run/netns/{self.pod.name}"]
        try:
            return subprocess.run(
                enter + self.inside(command), check=False, text=True, errors="replace", timeout=timeout, env=self.environ(), input=text,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=None if text is not None else subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "no answer")

    def probe(self, kind="readinessProbe"):
        probe = self.spec[kind]
        if "exec" in probe:
            return self.running() and self.execute(*probe["exec"]["command"], timeout=probe.get("timeoutSeconds", 1) * 4).returncode == 0
        if "tcpSocket" in probe:
            return self.running() and self.connects(probe["tcpSocket"]["port"])
        return self.running() and self.serves(probe["httpGet"])

    def connects(self, port):
        try:
            socket.create_connection((self.pod.address, port), 5).close()
        except OSError:
            return False
        return True

    def serves(self, probe):
        url = f"{probe.get('scheme', 'HTTP').lower()}://{self.pod.address}:{probe['port']}{probe.get('path', '/')}"
        headers = {header["name"]: header["value"] for header in probe.get("httpHeaders", [])}
        try:
            # As the kubelet, which asks for no name and trusts any certificate.
            unverified = ssl._create_unverified_context()
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20, context=unverified) as answer:
                return 200 <= answer.status < 400
        except OSError:
            return False

    def kill(self):
        if self.running():
            try:
                os.kill(self.first(), signal.SIGKILL)
            except (ProcessLookupError, Late):
                # What waits for the container takes it along.
                self.process.kill()
            self.process.wait(120)

    def stop(self, seconds=60):
        if self.running():
            os.kill(self.first(), signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Late(f"{self.pod.name}: did not stop within {seconds} s") from None

    def tail(self, count=6):
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if self.log.exists() else []
        return " / ".join(line.strip() for line in lines[-count:])[-900:]


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

    def become_node(self, name, node):
        """Give a pod on the node's own network the addresses that the node has by its netplan file."""
        if name in self.nodes:
            return
        self.nodes.add(name)
        plan = yaml.load(self.site.read(f"hosts/{node}/etc/netplan/60-taco-gen.yaml"), Loader=yaml.CSafeLoader)["network"]
        for kind in ("ethernets", "bonds", "vlans", "bridges"):
            for device in plan.get(kind, {}).values():
                for address in device.get("addresses", []):
                    call("ip", "-n", name, "address", "add", address, "dev", "lo")

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
        """Secrets that the emitted objects hold themselves: jobs fill them through the API. `new`: those alone that are not there."""
        for entity in self.site.of_kind("Secret").values():
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
