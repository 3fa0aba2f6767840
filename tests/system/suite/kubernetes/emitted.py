"""What a site's output gives to the API server: its files in the order of their delivery, sealed Secrets opened as Flux opens them."""

import base64
import json
import subprocess
from functools import cached_property

import yaml

from suite.cluster.volumes import drop_in, keys_of
from suite.readers import sealed
from suite.root import Failed

WAVE = "argocd.argoproj.io/sync-wave"
NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
SETS = ("Deployment", "StatefulSet", "DaemonSet")
WORKLOADS = (*SETS, "Job", "CronJob")


def opened(text, root):
    """A sealed Secret as the API server is given it."""
    found = yaml.load(text, Loader=yaml.CSafeLoader)
    about = found.pop("sops")
    root.write("/check/identity", sealed.IDENTITY.read_text(encoding="utf-8"), 0o600)
    command = root.command(["age", "--decrypt", "--identity", "/check/identity"])
    done = subprocess.run(command, check=False, input=about["age"][0]["enc"].encode(), capture_output=True, timeout=30)
    if done.returncode != 0:
        raise Failed(f"age: {done.stderr.decode(errors='replace').strip()[-200:]}")
    for part in ("data", "stringData"):
        for key, value in (found.get(part) or {}).items():
            found[part][key] = sealed.opened(done.stdout, value, f"{part}:{key}:").decode()
    return found


def consumer(found):
    """The name that the digests have for a workload: keystone/api."""
    labels = found["metadata"].get("labels") or {}
    return f"{labels.get(NAME)}/{labels.get(COMPONENT)}"


def template(found):
    """The pod template of a workload."""
    spec = found["spec"].get("jobTemplate", {}).get("spec", found["spec"])
    return spec["template"]


def wave(found):
    return int((found["metadata"].get("annotations") or {}).get(WAVE, "0"))


def identity(found):
    about = found["metadata"]
    return found["apiVersion"], found["kind"], about.get("namespace"), about["name"]


class File:
    """One file of the output: its path, its text as it is applied, and its object."""

    def __init__(self, site, path, root):
        self.path, self.raw = path, site.read(path)
        self.object = yaml.load(self.raw, Loader=yaml.CSafeLoader)
        if "sops" in self.object:
            self.object = opened(self.raw, root)
            self.text = json.dumps(self.object)
        else:
            self.text = self.raw
        self.unit = path.split("/")[1] if path.startswith("kubernetes/") else None


class Emitted:
    """One site's output, and what stands in the cluster beside it: its nodes, its storage classes, the Secrets that others make."""

    def __init__(self, site, root):
        self.site, self.root = site, root
        paths = [path for path in site.files if path.endswith(".yaml") and path.startswith(("kubernetes/", "delivery/"))]
        self.files = [File(site, path, root) for path in paths]

    def without(self, ending):
        """The same output, one file left out."""
        other = Emitted.__new__(Emitted)
        other.site, other.root = self.site, self.root
        other.files = [file for file in self.files if not file.path.endswith(ending)]
        return other

    @cached_property
    def delivery(self):
        return {file.path: file.object for file in self.files if file.unit is None}

    @cached_property
    def needs(self):
        """Unit -> the units that are there before it: by Flux's dependsOn, or by Argo CD's waves; empty where nothing delivers."""
        prefix, found = f"{self.site.name}-", {}
        kinds = {kind: [one for one in self.delivery.values() if one["kind"] == kind] for kind in ("Application", "Kustomization")}
        for one in kinds["Kustomization"]:
            needed = one["spec"].get("dependsOn") or []
            found[one["metadata"]["name"].removeprefix(prefix)] = {other["name"].removeprefix(prefix) for other in needed}
        for one in kinds["Application"]:
            before = [other for other in kinds["Application"] if wave(other) < wave(one)]
            found[one["metadata"]["name"].removeprefix(prefix)] = {other["metadata"]["name"].removeprefix(prefix) for other in before}
        return found

    def before(self, unit):
        """All units that stand before a unit is applied."""
        found, left = set(), list(self.needs.get(unit, ()))
        while left:
            other = left.pop()
            if other not in found:
                found.add(other)
                left += self.needs.get(other, ())
        return found

    def ordered(self):
        """Namespaces, then the units in their order, in each the waves, then the paths; what delivers them is last."""
        units = sorted({file.unit for file in self.files if file.unit}, key=lambda unit: (unit != "base", len(self.before(unit)), unit))
        rank = {unit: number for number, unit in enumerate(units)}
        last = len(units)
        return sorted(self.files, key=lambda file: (
            file.object["kind"] != "Namespace", rank.get(file.unit, last), wave(file.object) if file.unit else 0, file.path,
        ))

    @cached_property
    def objects(self):
        return [file.object for file in self.files if file.unit]

    @cached_property
    def workloads(self):
        """Consumer -> workload."""
        return {consumer(found): found for found in self.objects if found["kind"] in WORKLOADS}

    @cached_property
    def namespace(self):
        return next(found["metadata"]["name"] for found in self.objects if found["kind"] == "Namespace")

    @cached_property
    def digests(self):
        return dict(line.split() for line in self.site.read("digests").splitlines())

    @cached_property
    def inventory(self):
        return yaml.safe_load(self.site.read("hosts/inventory/hosts.yaml"))["all"]

    def nodes(self):
        """The machines as Kubespray makes them nodes: the inventory's labels, and a taint on those that only hold the control plane."""
        children = self.inventory["children"]
        plane, workers = (set(children[group]["hosts"] or ()) for group in ("kube_control_plane", "kube_node"))
        for name, host in self.inventory["hosts"].items():
            labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
            labels |= host.get("node_labels", {})
            labels |= {"node-role.kubernetes.io/control-plane": ""} if name in plane else {}
            only = name in plane and name not in workers
            taints = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}] if only else []
            # The size of a small server, and the kubelet's own bound of pods.
            size = {"cpu": "32", "memory": "128Gi", "pods": "110", "ephemeral-storage": "400Gi"}
            yield {
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": {"taints": taints},
                "status": {"capacity": size, "allocatable": size, "addresses": [
                    {"type": "InternalIP", "address": host["ip"]}, {"type": "Hostname", "address": name},
                ]},
            }

    def classes(self):
        """The storage classes that the claims name and the site has not; one that names none takes the cluster's default."""
        own = {found["metadata"]["name"] for found in self.objects if found["kind"] == "StorageClass"}
        claims = [found["spec"] for found in self.objects if found["kind"] == "PersistentVolumeClaim"]
        claims += [claim["spec"] for found in self.objects for claim in found.get("spec", {}).get("volumeClaimTemplates", [])]
        for name in sorted({claim.get("storageClassName", "") for claim in claims} - own):
            default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}} if not name else {}
            yield {
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name or "default", **default},
                "provisioner": "suite.example.com/volumes", "volumeBindingMode": "Immediate",
            }

    def secrets(self):
        """The Secrets that no file holds: of External Secrets' operator, or, where a site names no store, of the operator in person."""
        held = {found["metadata"]["name"] for found in self.objects if found["kind"] == "Secret"}
        for found in self.objects:
            if found["kind"] == "ExternalSecret":
                target = found["spec"]["target"]
                keys = target.get("template", {}).get("data") or {one["secretKey"]: "" for one in found["spec"].get("data", [])}
                held.add(target["name"])
                yield self.secret(target["name"], keys)
        for name in sorted(self.mounted() - held):
            yield self.secret(name, drop_in(self.site, name) or keys_of(self.site, name))

    def mounted(self):
        found = set()
        for one in self.workloads.values():
            for volume in template(one)["spec"].get("volumes", []):
                found |= {volume["secret"]["secretName"]} if "secret" in volume else set()
        return found

    def secret(self, name, keys):
        data = {key: base64.b64encode(b"a test value").decode() for key in keys}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": self.namespace}, "data": data}
