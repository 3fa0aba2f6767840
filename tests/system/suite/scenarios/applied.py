"""One state of a site after another, as its delivery brings them: unit by unit, Jobs that are new run, pods whose template changed start anew."""

import concurrent.futures
import graphlib

import yaml

from suite.cluster.containers import until
from suite.cluster.pods import Pod
from suite.kubernetes.gates import PRIMARY, gate

SETS = ("Deployment", "StatefulSet", "DaemonSet")


def ordered(site):
    """The site's units, each after those that its Kustomization depends on."""
    graph = {}
    for path in site.files:
        if path.startswith("delivery/flux/kustomization-"):
            said = yaml.load(site.read(path), Loader=yaml.CSafeLoader)
            needs = [one["name"].removeprefix(f"{site.name}-") for one in said["spec"].get("dependsOn", [])]
            graph[said["metadata"]["name"].removeprefix(f"{site.name}-")] = sorted(needs)
    return list(graphlib.TopologicalSorter(dict(sorted(graph.items()))).static_order())


def unit_of(path):
    return path.split("/")[1]


def key(entity):
    return entity["kind"], entity["metadata"]["name"]


def template(entity):
    return entity["spec"].get("jobTemplate", {}).get("spec", entity["spec"])["template"]


def consumer(entity):
    """`SERVICE/COMPONENT`, as the compiler names what it runs and restarts."""
    labels = entity["metadata"]["labels"]
    return f"{labels['app.kubernetes.io/name']}/{labels['app.kubernetes.io/component']}"


def waits(site, entity, other):
    """Does the gate of one wait for the other?"""
    labels = template(other)["metadata"]["labels"]
    for kind, wanted in gate(template(entity)["spec"]):
        if kind == "Service":
            chosen = dict(site.named("Service", wanted["name"])["spec"].get("selector") or {})
            chosen.pop(PRIMARY, None)
            found = other["kind"] in SETS and bool(chosen) and chosen.items() <= labels.items()
        elif "name" in wanted:
            found = key(other) == (kind, wanted["name"])
        else:
            found = (other["kind"] == "Job") == (kind == "Job") and wanted["labels"].items() <= labels.items()
        if found:
            return True
    return False


class Applied:
    """What runs of the states so far. `left`: what this machine cannot run, as `SERVICE/COMPONENT`; `node`: where pods of DaemonSets are."""

    def __init__(self, stage, left, node):
        self.stage, self.left, self.node = stage, left, node
        # Kind and name -> template, and the pods that run of it.
        self.templates, self.pods = {}, {}

    def changed(self, site, *kinds):
        """What of the next state is new, or has another template than what was applied last."""
        return [one for one in site.of_kind(*kinds).values() if self.templates.get(key(one)) != template(one)]

    def apply(self, site, look):
        """Bring the next state; `look` is called with each unit whose pods started anew. What was done, as notes."""
        self.stage.site = self.stage.api.site = site
        self.stage.store_secrets(new=True)
        units, notes = {key(one): unit_of(path) for path, one in site.objects.items()}, []
        for unit in ordered(site):
            left = [one for one in self.changed(site, "Job", *SETS) if self.follows(one) and units[key(one)] == unit]
            if left:
                notes += self.unit(site, unit, left)
                if any(one["kind"] in SETS for one in left):
                    look(unit)
        for one in self.changed(site, "Job", "CronJob", *SETS):
            self.templates[key(one)] = template(one)
        self.prune(site)
        return notes

    def follows(self, entity):
        """Does this machine run it, and its controller bring it to a new template?"""
        by_hand = entity["spec"].get("updateStrategy", {}).get("type") == "OnDelete"
        return consumer(entity) not in self.left and not (by_hand and key(entity) in self.pods)

    def by_hand(self, site):
        """Somebody deletes the pods that their controllers leave as they are: they start anew. Their names."""
        found = []
        for unit in ordered(site):
            sets = [one for path, one in site.of_kind("DaemonSet").items() if unit_of(path) == unit]
            found += self.started([one for one in sets if any(pod.template != template(one) for pod in self.pods.get(key(one), []))])
        return [pod.name for pod in found]

    def unit(self, site, unit, left):
        """All that changed in one unit, in the order of its gates."""
        done = []
        while left:
            free = [one for one in left if not any(waits(site, one, other) for other in left if other is not one)]
            assert free, f"{unit}: the gates of {', '.join(one['metadata']['name'] for one in left)} wait for each other"
            names = [one["metadata"]["name"] for one in free if one["kind"] == "Job"]
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                list(pool.map(self.stage.job, names))
            self.started([one for one in free if one["kind"] in SETS])
            done += [consumer(one) + ("" if one["kind"] == "Job" else " anew") for one in free]
            for one in free:
                self.templates[key(one)] = template(one)
            left = [one for one in left if one not in free]
        self.named(site, unit)
        return [", ".join(done)]

    def started(self, entities):
        pods = []
        for entity in entities:
            for pod in self.pods.get(key(entity), []):
                pod.kill()
                pod.clear()
            self.pods[key(entity)] = [pod.start() for pod in self.of(entity)]
            pods += self.pods[key(entity)]
        for pod in pods:
            until(f"{pod.name} is ready by its probe", 300, lambda pod=pod: alive(pod) and pod.ready())
        return pods

    def of(self, entity):
        kind, name = key(entity)
        if kind == "DaemonSet":
            return [Pod(self.stage, entity, f"{name}-{self.node}", hostname=self.node, node=self.node)]
        return [Pod(self.stage, entity, f"{name}-{number}") for number in range(entity["spec"]["replicas"])]

    def named(self, site, unit):
        """Each Service of the unit has a pod behind it: that of a database waits for the label that a program in the pod sets."""
        for path, service in site.of_kind("Service").items():
            if unit_of(path) == unit and service["spec"].get("selector"):
                until(f"a pod behind {service['metadata']['name']}", 60, lambda service=service: self.reaches(service))

    def reaches(self, service):
        chosen = ",".join(f"{name}={value}" for name, value in service["spec"]["selector"].items())
        return self.stage.api.listed("pods", chosen)

    def prune(self, site):
        """What the state no longer has is gone."""
        there = {key(entity) for entity in site.objects.values()}
        for gone in [one for one in self.templates if one not in there]:
            self.templates.pop(gone)
            for pod in self.pods.pop(gone, []):
                ended(self.stage, pod)


def alive(pod):
    dead = [one for one in pod.containers.values() if not one.running()]
    if dead:
        raise RuntimeError(f"{pod.name}.{dead[0].name} ended: {dead[0].tail()}")
    return True


def ended(stage, pod):
    """A pod that nothing follows."""
    pod.kill()
    with stage.lock:
        stage.pods.pop(pod.name, None)
    stage.api.delete("pods", pod.name)
    pod.clear()
