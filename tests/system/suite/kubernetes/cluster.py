"""One site in one control plane: applied, run, judged."""

import copy

from suite.cluster.containers import until
from suite.kubernetes.client import Refused
from suite.kubernetes.drift import differences
from suite.kubernetes.emitted import identity, template
from suite.kubernetes.gates import Kubelet, settled


class Cluster:
    """A control plane with a site's output in it."""

    def __init__(self, plane, emitted):
        self.plane, self.emitted, self.namespace = plane, emitted, emitted.namespace
        self.client, self.kubelet = None, None

    def serve(self):
        self.client = self.plane.serve()
        count = self.plane.kinds(self.client)
        # What a delivery's own namespace is, is there before it.
        for name in sorted({found["metadata"]["namespace"] for found in self.emitted.delivery.values()}):
            self.client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, fieldManager="suite")
        return count

    def applied(self, files):
        """Apply each file: path -> what the server stored, and the faults: errors and warnings."""
        stored, faults = {}, []
        for file in files:
            try:
                stored[file.path] = self.client.apply(file.object, file.text)
            except Refused as refused:
                faults.append(f"{file.path}: {refused}")
            faults += [f"{file.path}: warning: {text}" for text in self.client.warned()]
        return stored, faults

    def again(self, files, before):
        """Apply each file once more: what the server changed or keeps otherwise, and what it wrote anew with nothing changed."""
        stored, faults = self.applied(files)
        rewritten = {}
        for file in files:
            kept, old = stored.get(file.path), before[file.path]
            if kept is None:
                continue
            if version(kept) != version(old):
                rewritten[file.path] = kept
                if without_version(kept) != without_version(old):
                    faults.append(f"{file.path}: the second time changed it")
            faults += [f"{file.path}: {text}" for text in differences(file.object, kept)]
        return faults, rewritten

    def act(self):
        """Nodes, storage, the Secrets that others make, and then everything that acts."""
        for found in (*self.emitted.nodes(), *self.emitted.classes()):
            self.client.create(found)
        for found in self.emitted.secrets():
            self.client.apply(found, fieldManager="suite", force="true")
        # What Jobs of the site write when they run, which here nothing does.
        for found in self.emitted.objects:
            if found["kind"] == "Secret" and not found.get("data"):
                self.client.merge(found, {"data": {"0": "MA==", "1": "MQ=="}}, fieldManager="jobs")
        self.client.warned()
        self.kubelet = Kubelet(self.plane, self.namespace)
        self.kubelet.start()
        self.plane.act()

    def settle(self, seconds=600):
        settled(self.client, self.namespace, self.kubelet, seconds)

    def scheduled_jobs(self):
        """Run each CronJob once, as its schedule would, and take the Jobs away again: how many there are."""
        jobs = []
        for found in self.client.items("CronJob", "batch/v1", self.namespace):
            about = {"name": f"suite-{found['metadata']['name']}"[:63], "namespace": self.namespace, "labels": {"suite": "once"}}
            spec = found["spec"]["jobTemplate"]["spec"]
            jobs.append(self.client.create({"apiVersion": "batch/v1", "kind": "Job", "metadata": about, "spec": spec}))
        self.settle()
        for job in jobs:
            self.client.delete(job, "Foreground")
        until("the Jobs gone", 180, lambda: not self.client.items("Job", "batch/v1", self.namespace, labelSelector="suite=once"))
        return len(jobs)

    def pods(self):
        return self.client.items("Pod", namespace=self.namespace)

    def probe(self, name, change):
        """A pod of an emitted workload, changed, and alone: what is wrong with it is seen on it and on nothing else."""
        of = self.emitted.workloads["keystone/api"]
        spec = copy.deepcopy(template(of)["spec"])
        change(spec)
        found = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": self.namespace}, "spec": spec}
        self.client.create(found)
        self.client.warned()
        return found

    def unscheduled(self, found, seconds=120):
        """Why the scheduler does not place a pod."""
        def reason():
            conditions = self.client.read(found).get("status", {}).get("conditions", [])
            return next((one["message"] for one in conditions if one["type"] == "PodScheduled" and one["status"] == "False"), None)

        try:
            return until("the scheduler's answer", seconds, reason, 0.3)
        finally:
            self.client.delete(found)

    def waiting(self, found, seconds=120):
        """What the kubelet's stand-in says that a pod waits for."""
        try:
            return until("the gate's answer", seconds, lambda: self.kubelet.waiting.get(found["metadata"]["name"]), 0.3)
        finally:
            self.client.delete(found)

    def change(self, before, after, without=None):
        """Bring the cluster from one output to another, as a delivery does: what differs is applied, what is gone is removed last.

        `without` names a consumer whose workload stays as it is.
        """
        old = {identity(file.object): file for file in before.files if file.unit}
        new = {identity(file.object): file for file in after.files if file.unit}
        changed = [file for file in after.ordered() if file.unit and getattr(old.get(identity(file.object)), "text", None) != file.text]
        _, faults = self.applied([file for file in changed if file.object is not after.workloads.get(without)])
        for key in old.keys() - new.keys():
            self.client.delete(old[key].object)
        known = {found["metadata"]["name"] for found in self.client.items("Node", namespace=None)}
        for node in after.nodes():
            if node["metadata"]["name"] not in known:
                self.client.create(node)
        for found in after.secrets():
            self.client.apply(found, fieldManager="suite", force="true")
        self.client.warned()
        return changed, faults

    def stop(self):
        if self.kubelet:
            self.kubelet.stop()
        self.plane.stop()


def version(found):
    return found["metadata"]["resourceVersion"]


def without_version(found):
    return {**found, "metadata": {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}}


def refused(action, *statuses):
    """What the server said as it refused this, with one of these statuses; nothing where it did not."""
    try:
        action()
    except Refused as answer:
        return answer.message if answer.status in statuses else ""
    return ""
