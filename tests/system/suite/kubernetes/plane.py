"""The control plane: etcd, the API server, the controllers, the scheduler, and kwok in the place of kubelets."""

import json
import secrets
import shutil
import ssl
import subprocess
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from suite.cluster.api import certificate
from suite.cluster.containers import Late, until
from suite.kubernetes.client import Client
from suite.root import call

# An address of the suite's own network namespace; a server does not advertise one of the loopback range.
ADDRESS, PORT = "10.91.0.1", 6443
# What a pod has that may start: its gate is open, and what it mounts is there.
GATE = "taco-gen/gate"


class Plane:
    """A control plane with nothing in it. `folder` takes its logs and files, `tree` is a Debian tree that has etcd."""

    def __init__(self, programs, tree, folder):
        self.programs, self.tree, self.folder = programs, tree, folder
        self.address, self.port, self.token = ADDRESS, PORT, secrets.token_hex(16)
        # What the server is told beside its usual options.
        self.running, self.options = {}, {}
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        certificate(ADDRESS, folder)
        self.authority = folder / "ca.crt"
        (folder / "tokens").write_text(f'{self.token},suite,suite,"system:masters"\n', encoding="utf-8")
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.PrivateFormat.TraditionalOpenSSL
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        (folder / "accounts.key").write_bytes(pem)
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(self.access(self.token)), encoding="utf-8")

    def account(self, name):
        """Access under a name of its own, with every right; known to a server that starts after this."""
        token, place = secrets.token_hex(16), self.folder / f"kubeconfig-{name}"
        with (self.folder / "tokens").open("a", encoding="utf-8") as tokens:
            tokens.write(f'{token},{name},{name},"system:masters"\n')
        place.write_text(json.dumps(self.access(token)), encoding="utf-8")
        return place

    def access(self, token):
        cluster = {"server": f"https://{ADDRESS}:{PORT}", "certificate-authority": str(self.authority)}
        return {
            "apiVersion": "v1", "kind": "Config", "current-context": "suite",
            "clusters": [{"name": "suite", "cluster": cluster}], "users": [{"name": "suite", "user": {"token": token}}],
            "contexts": [{"name": "suite", "context": {"cluster": "suite", "user": "suite"}}],
        }

    def start(self, name, command, environ=None):
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                env=environ,
            )

    def serve(self):
        """etcd and the API server: what is applied is stored, and nothing acts on it."""
        subprocess.run(["ip", "address", "replace", f"{ADDRESS}/32", "dev", "lo"], check=True)
        data = f"/run/etcd-{self.folder.name}"
        call("rm", "-rf", self.tree.path / data.lstrip("/"))
        urls = "http://127.0.0.1:23790"
        command = ["etcd", "--data-dir", data, "--listen-client-urls", urls, "--advertise-client-urls", urls, "--unsafe-no-fsync"]
        command += ["--listen-peer-urls", "http://127.0.0.1:23800", "--log-level", "warn", "--quota-backend-bytes", "2147483648"]
        self.start("etcd", self.tree.command(command))
        folder = self.folder
        options = {
            "etcd-servers": urls, "bind-address": ADDRESS, "advertise-address": ADDRESS, "secure-port": PORT,
            "tls-cert-file": folder / "ca.crt", "tls-private-key-file": folder / "ca.key", "token-auth-file": folder / "tokens",
            "authorization-mode": "Node,RBAC", "service-cluster-ip-range": "10.96.0.0/12", "endpoint-reconciler-type": "none",
            "service-account-issuer": "https://kubernetes.default.svc", "service-account-key-file": folder / "accounts.key",
            "service-account-signing-key-file": folder / "accounts.key", "allow-privileged": "true", "profiling": "false",
            **self.options,
        }
        self.start("kube-apiserver", [self.programs / "plane/kube-apiserver", *(f"--{name}={value}" for name, value in options.items())])
        client = Client(self)
        until("the API server", 300, lambda: self.answers(client))
        return client

    def answers(self, client):
        self.watch()
        try:
            return client.get("/readyz").get("message") == "ok"
        except (OSError, ssl.SSLError, RuntimeError):
            client.close()
            return False

    def act(self):
        """The controllers, the scheduler and the nodes' stand-in."""
        common = [f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--kube-api-qps=400", "--kube-api-burst=800"]
        accounts = [f"--service-account-private-key-file={self.folder / 'accounts.key'}", f"--root-ca-file={self.authority}"]
        self.start("kube-controller-manager", [self.programs / "plane/kube-controller-manager", *common, *accounts, "--secure-port=0"])
        self.start("kube-scheduler", [self.programs / "plane/kube-scheduler", *common, "--secure-port=0"])
        stages = self.folder / "stages.yaml"
        stages.write_text(yaml.safe_dump_all(self.stages()), encoding="utf-8")
        kwok = [self.programs / "kwok/kwok", f"--kubeconfig={self.kubeconfig}", "--manage-all-nodes=true", f"--config={stages}"]
        self.start("kwok", [*kwok, "--cidr=10.244.0.0/16", "--node-lease-duration-seconds=120"])

    def stages(self):
        """kwok's own stages; a pod becomes ready only when the suite, in the place of its init container, has opened its gate."""
        for found in self.definitions():
            if found["kind"] == "Stage":
                if found["metadata"]["name"] == "pod-ready":
                    found["spec"]["selector"]["matchAnnotations"] = {GATE: "open"}
                yield found

    def definitions(self):
        """What the files of `kinds.txt` hold."""
        for path in sorted((self.programs / "kinds").glob("*.yaml")):
            yield from filter(None, yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))

    def kinds(self, client):
        """Install the definitions of kinds that are not Kubernetes' own."""
        paths = []
        for found in self.definitions():
            if found["kind"] == "CustomResourceDefinition":
                client.apply(found, fieldManager="suite")
                paths.append((found, client.place(found)))
        for found, path in paths:
            until(found["metadata"]["name"], 120, lambda path=path: self.established(client.get(path)), 0.2)
        client.warned()
        return len(paths)

    @staticmethod
    def established(found):
        conditions = found.get("status", {}).get("conditions", [])
        return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)

    def watch(self):
        """A program that ended is a fault of its own, told with what it said last."""
        for name, process in self.running.items():
            if process.poll() is not None:
                lines = Path(self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
                raise Late(f"{name} ended with {process.returncode}: {' / '.join(lines[-3:])[-900:]}")

    def stop(self):
        for name in reversed(list(self.running)):
            self.running[name].terminate()
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
        self.running = {}
