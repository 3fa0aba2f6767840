"""The containers of a pod as processes: a root, an account, variables, probes."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

from suite.cluster.rights import restricted
from suite.cluster.volumes import bind
from suite.root import PATH, Root, call

GATEWAY = "10.90.0.1"
OPENSTACK_PATH = f"/var/lib/openstack/bin:{PATH}"
# On a machine that others use, too, all waits may be longer by this factor.
PATIENCE = float(os.environ.get("TACO_PATIENCE", "1"))
# Account names as the images have them, where they are not the service's name.
ACCOUNTS = {"mariadb": "mysql"}


class Late(Exception):
    """Something did not come to pass in its time."""


def until(what, seconds, check, pause=1.0):
    """Wait until `check` gives something true, and return it."""
    seconds *= PATIENCE
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise Late(f"{what}: not within {seconds:.0f} s")
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
        sources = []
        for mount in sorted(self.spec.get("volumeMounts", []), key=lambda one: one["mountPath"]):
            if mount["mountPath"] in ("/dev", "/sys/fs/cgroup", "/lib/modules", "/sys"):
                continue
            source = self.pod.volumes.of(volumes[mount["name"]])
            source = source / mount["subPath"] if "subPath" in mount else source
            bind(source, path / mount["mountPath"].lstrip("/"), mount.get("readOnly", False))
            sources.append(source)
        if stage.reads and self.pod.environment:
            stage.reads.watch(self, sources)
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
        return found | stage.reads.environ(self, found) if stage.reads and pod.environment else found

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
        seconds *= PATIENCE
        self.start(command)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Late(f"{self.pod.name}: not done within {seconds:.0f} s: {self.tail()}") from None
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
