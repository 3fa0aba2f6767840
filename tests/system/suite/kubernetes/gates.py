"""The part of the kubelet that kwok leaves out: volumes that must be there, and the start-up gate, asked for with the pod's own account.

What the gate's program looks at is that of kubernetes-entrypoint: a Service with an endpoint, Jobs that succeeded, a pod that is ready.
"""

import json
import threading

from suite.cluster.containers import Late, until
from suite.kubernetes.client import Client, Refused
from suite.kubernetes.emitted import NAME
from suite.kubernetes.plane import GATE

# The label that a program in the pod keeps on one member of its set; here the suite keeps it there, with the pod's own rights.
PRIMARY = "taco-gen/primary"

def gate(spec):
    """The dependencies that a pod's gate names: a kind and what identifies it."""
    found = next((one for one in spec.get("initContainers", []) if one["name"] == "gate"), None)
    values = {entry["name"]: entry.get("value", "") for entry in (found or {}).get("env", [])}
    for text in filter(None, values.get("DEPENDENCY_SERVICE", "").split(",")):
        yield "Service", {"name": text.partition(":")[2]}
    for kind, name in (("Job", "DEPENDENCY_JOBS_JSON"), ("Pod", "DEPENDENCY_POD_JSON")):
        for one in json.loads(values.get(name) or "[]"):
            yield kind, one


def selector(labels):
    return ",".join(f"{key}={value}" for key, value in labels.items())


def ready(pod):
    if pod.get("status", {}).get("phase") != "Running":
        return False
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


UNITS = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def quantity(text):
    unit = text.lstrip("0123456789.")
    return float(text.removesuffix(unit)) * UNITS.get(unit, 1)


def fullest(pods):
    """The most that the pods which run on one node ask for: processors and GiB, not always of the same node."""
    asked = {}
    for pod in filter(ready, pods):
        node = asked.setdefault(pod["spec"]["nodeName"], {"cpu": 0.0, "memory": 0.0})
        for one in pod["spec"]["containers"]:
            for kind in node:
                node[kind] += quantity(one.get("resources", {}).get("requests", {}).get(kind, "0"))
    return max(node["cpu"] for node in asked.values()), max(node["memory"] for node in asked.values()) / 2**30


def sources(spec):
    """What a pod's volumes are made of: kind, name, and the keys that must be in it."""
    keys = {}
    every = [*spec.get("initContainers", []), *spec["containers"]]
    for mount in (mount for one in every for mount in one.get("volumeMounts", [])):
        keys.setdefault(mount["name"], set()).update({mount["subPath"]} if "subPath" in mount else ())
    for volume in spec.get("volumes", []):
        parts = [volume, *volume.get("projected", {}).get("sources", [])]
        for part in parts:
            for kind, field, named in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
                if field in part and not part[field].get("optional"):
                    about = part[field]
                    wanted = {item["key"] for item in about.get("items", [])} or keys.get(volume["name"], set())
                    yield kind, about.get(named) or about["name"], wanted
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"], set()


class Round:
    """What was asked in one round; the same question of the same account is asked once."""

    def __init__(self, client, acting, namespace):
        self.client, self.acting, self.namespace, self.answers = client, acting, namespace, {}

    def ask(self, account, kind, version, name="", **query):
        key = (account, kind, name, json.dumps(query, sort_keys=True))
        if key not in self.answers:
            client = self.acting(account) if account else self.client
            try:
                self.answers[key] = client.get(client.path(kind, version, self.namespace, name), **query)
            except Refused as refused:
                self.answers[key] = {"refused": f"{kind} {name or query}: {refused}"}
            client.warned()
        return self.answers[key]

    def waits(self, pod):
        """What a pod waits for still, in words; empty where its containers would start."""
        spec = pod["spec"]
        for kind, name, keys in sources(spec):
            found = self.ask(None, kind, "v1", name)
            missing = sorted(keys - {*(found.get("data") or {}), *(found.get("binaryData") or {})})
            if "refused" in found:
                yield f"no {kind} {name}"
            elif missing:
                yield f"{kind} {name} has no {', '.join(missing)}"
            elif kind == "PersistentVolumeClaim" and found["status"]["phase"] != "Bound":
                yield f"{kind} {name} is {found['status']['phase']}"
        for kind, wanted in gate(spec):
            yield from getattr(self, f"of_{kind.lower()}")(pod, wanted)

    def of_service(self, pod, wanted):
        found = self.ask(pod["spec"]["serviceAccountName"], "Endpoints", "v1", wanted["name"])
        if not any(subset.get("addresses") for subset in found.get("subsets") or []):
            yield found.get("refused") or f"Service {wanted['name']} has no endpoint"

    def of_job(self, pod, wanted):
        account, labels = pod["spec"]["serviceAccountName"], wanted.get("labels")
        if labels:
            found = self.ask(account, "Job", "batch/v1", labelSelector=selector(labels))
            jobs = found.get("items") or []
        else:
            found = self.ask(account, "Job", "batch/v1", wanted["name"])
            jobs = [found]
        if "refused" in found or not jobs or not all((one.get("status") or {}).get("succeeded") for one in jobs):
            yield found.get("refused") or f"Job {wanted.get('name') or labels} is {'not done' if jobs else 'not there'}"

    def of_pod(self, pod, wanted):
        account = pod["spec"]["serviceAccountName"]
        found = self.ask(account, "Pod", "v1", labelSelector=selector(wanted["labels"]))
        near = [one for one in found.get("items") or []
                if not wanted.get("requireSameNode") or one["spec"].get("nodeName") == pod["spec"]["nodeName"]]
        if not any(ready(one) for one in near):
            where = " on the node" if wanted.get("requireSameNode") else ""
            yield found.get("refused") or f"no pod of {wanted['labels']} is ready{where}"


class Kubelet(threading.Thread):
    """Opens gates and binds claims, round after round, as long as the cluster runs; while somebody holds `held`, no pod becomes ready."""

    def __init__(self, plane, namespace):
        super().__init__(daemon=True)
        self.plane, self.namespace, self.client = plane, namespace, Client(plane)
        self.clients, self.ended, self.waiting, self.opened = {}, threading.Event(), {}, 0
        self.fault, self.held = None, threading.Lock()
        # Services whose pods do not start.
        self.holding = set()

    def acting(self, account):
        if account not in self.clients:
            self.clients[account] = Client(self.plane, account, self.namespace)
            self.clients[account].kinds = self.client.kinds
        return self.clients[account]

    def run(self):
        while not self.ended.wait(0.3):
            with self.held:
                try:
                    self.round()
                except (Refused, OSError) as error:
                    self.fault = str(error)

    def round(self):
        self.bind()
        self.lead()
        about, waiting = Round(self.client, self.acting, self.namespace), {}
        for pod in self.client.items("Pod", namespace=self.namespace, fieldSelector="status.phase=Pending", resourceVersion="0"):
            named = pod["metadata"]
            if not pod["spec"].get("nodeName") or "deletionTimestamp" in named or GATE in (named.get("annotations") or {}):
                continue
            left = ["is held back"] if (named.get("labels") or {}).get(NAME) in self.holding else list(about.waits(pod))
            if left:
                waiting[named["name"]] = left
                continue
            try:
                self.client.merge(pod, {"metadata": {"annotations": {GATE: "open"}}})
                self.opened += 1
            except Refused as refused:
                if refused.status != 404:
                    raise
        self.waiting = waiting

    def lead(self):
        """One ready member of a set carries the label that its Service asks for."""
        for service in self.client.items("Service", namespace=self.namespace, resourceVersion="0"):
            chosen = service["spec"].get("selector") or {}
            if PRIMARY not in chosen:
                continue
            rest = {key: value for key, value in chosen.items() if key != PRIMARY}
            pods = self.client.items("Pod", namespace=self.namespace, labelSelector=selector(rest))
            able = [pod for pod in pods if ready(pod) and "deletionTimestamp" not in pod["metadata"]]
            if able and not any(PRIMARY in pod["metadata"]["labels"] for pod in able):
                acting = self.acting(able[0]["spec"]["serviceAccountName"])
                acting.merge(able[0], {"metadata": {"labels": {PRIMARY: chosen[PRIMARY]}}})

    def bind(self):
        """A volume for each claim that has none, as a storage driver makes one."""
        for claim in self.client.items("PersistentVolumeClaim", namespace=self.namespace):
            if claim["status"].get("phase") == "Pending":
                about, spec = claim["metadata"], claim["spec"]
                volume = {
                    "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"pv-{about['uid']}"},
                    "spec": {
                        "capacity": spec["resources"]["requests"], "accessModes": spec["accessModes"], "hostPath": {"path": "/nowhere"},
                        "storageClassName": spec.get("storageClassName", ""), "persistentVolumeReclaimPolicy": "Delete",
                        "claimRef": {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "uid": about["uid"],
                                     "name": about["name"], "namespace": about["namespace"]},
                    },
                }
                try:
                    self.client.create(volume)
                except Refused as refused:
                    if refused.status != 409:
                        raise

    def stop(self):
        self.ended.set()
        self.join(30)


def standing(client, namespace):
    """What is not yet as the objects say: sets that are not complete, Jobs that are not done, with what their pods wait for."""
    left = []
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        for found in client.items(kind, "apps/v1", namespace):
            left += [f"{kind} {found['metadata']['name']}: {said}" for said in incomplete(found)]
    for found in client.items("Job", "batch/v1", namespace):
        left += [] if found.get("status", {}).get("succeeded") else [f"Job {found['metadata']['name']}: not done"]
    return left


def incomplete(found):
    spec, status = found["spec"], found.get("status", {})
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        yield "not seen by its controller"
    elif found["kind"] == "DaemonSet":
        wanted, on_delete = status["desiredNumberScheduled"], spec["updateStrategy"]["type"] == "OnDelete"
        if status["numberReady"] != wanted or not (on_delete or status.get("updatedNumberScheduled", 0) == wanted):
            yield f"{status['numberReady']} of {wanted} ready"
    else:
        on_delete = spec.get("updateStrategy", {}).get("type") == "OnDelete"
        ready_now, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
        if ready_now != spec["replicas"] or status.get("replicas") != spec["replicas"] or not (on_delete or updated == spec["replicas"]):
            yield f"{ready_now} of {spec['replicas']} ready, {updated} updated"


def settled(client, namespace, kubelet, seconds):
    """Wait until everything stands; the words of what does not, where it takes too long."""
    def check():
        kubelet.plane.watch()
        return not standing(client, namespace)

    try:
        until("everything ready", seconds, check, 1.0)
    except Late as late:
        left = standing(client, namespace)
        waits = [f"{pod} waits: {'; '.join(words)}" for pod, words in sorted(kubelet.waiting.items())]
        raise RuntimeError(f"after {seconds} s: {'; '.join(left[:12])} | {'; '.join(waits[:8])} {kubelet.fault or ''}") from late
