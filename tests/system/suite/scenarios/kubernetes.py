"""A real API server with its controllers and simulated nodes: what each site's whole output does there, and what each edit rolls."""

import contextlib
import copy
import time
import traceback

from suite.cluster.containers import Late
from suite.kubernetes import budgets, order, programs, rolls
from suite.kubernetes.client import Refused
from suite.kubernetes.cluster import Cluster, refused
from suite.kubernetes.drift import differences
from suite.kubernetes.edits import NODES, Project, edits
from suite.kubernetes.emitted import SETS, Emitted, template
from suite.kubernetes.gates import fullest, ready
from suite.kubernetes.plane import Plane
from suite.root import Failed
from suite.scenarios import Ended
from suite.table import Row

OTHER = "suite-other"


class Proof:
    """One step: how many things were judged, what is wrong, and whether each broken counterpart was found out."""

    def __init__(self, program="kubernetes"):
        self.program, self.count, self.faults, self.notes, self.broken = program, 0, [], [], {}

    def breaks(self, what, found_out):
        self.broken[what] = bool(found_out)

    def row(self, what, version, began):
        accepted = [f"accepted, which is wrong: {what}" for what, found_out in self.broken.items() if not found_out]
        broken = ("ACCEPTED" if accepted else "refused") if self.broken else "-"
        notes = [*self.faults[:30], *([f"and {len(self.faults) - 30} more"] if len(self.faults) > 30 else []), *accepted, *self.notes]
        notes += [f"refused: {what}" for what, found_out in self.broken.items() if found_out]
        verdict = "fail" if self.faults else "pass"
        return Row(what, self.count, self.program, version, verdict, broken, time.monotonic() - began, notes)


class Steps:
    """The steps of one site's play: each is a row of the table."""

    table, site, program, version = None, None, "kubernetes", None

    @contextlib.contextmanager
    def step(self, text):
        began, proof = time.monotonic(), Proof(self.program)
        name = f"{self.site.name}, {self.program}: {text}"
        try:
            yield proof
        except (Late, Failed, Refused, AssertionError, OSError, KeyError, ValueError, StopIteration, RuntimeError) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            proof.faults.append(f"{type(error).__name__} in {where.name}: {str(error)[:1500]}")
            self.table.add(proof.row(name, self.version, began))
            raise Ended(text) from error
        self.table.add(proof.row(name, self.version, began))


class Play(Steps):
    """All steps with one site."""

    def __init__(self, table, work, site, trees):
        self.table, self.site, self.version = table, site, programs.version().removeprefix("v")
        self.programs, self.scratch = work / "programs", work / "scratch" / f"kubernetes-{site.name}"
        self.opener, self.stored = trees["age"], {}
        self.emitted = Emitted(site, self.opener)
        self.cluster = Cluster(Plane(self.programs, trees["etcd"], self.scratch), self.emitted)

    def run(self):
        try:
            self.admitted()
            self.same()
            self.secured()
            self.ordered()
            self.scheduled()
            self.budgeted()
            self.quiet()
            if self.site.name in NODES:
                self.edited()
        except Ended:
            pass
        finally:
            self.cluster.stop()

    def admitted(self):
        with self.step("the whole output applies server-side without an error or a warning") as proof:
            proof.notes.append(f"{self.cluster.serve()} definitions of other kinds")
            files = self.emitted.ordered()
            self.stored, proof.faults = self.cluster.applied(files)
            proof.count = len(files)
            client, file = self.cluster.client, next(file for file in files if file.object["kind"] == "Deployment")
            spoiled = file.text.replace("imagePullPolicy:", "imagePullPolice:", 1)
            proof.breaks("a field with a slip", self.undeclared(file.object, spoiled))
            twice = file.text.replace("  replicas:", "  replicas: 7\n  replicas:", 1)
            proof.breaks("a field given twice", refused(lambda: client.apply(file.object, twice, dryRun="All"), 400))
            route = next((file for file in files if file.object["kind"] in ("HTTPRoute", "ExternalSecret", "Kustomization")), None)
            if route:
                other = copy.deepcopy(route.object)
                other["spec"]["unheard"] = "of"
                proof.breaks(f"an unknown field of {other['kind']}", self.undeclared(other))
            self.other_namespace("warn")
            privileged = self.moved(self.privileged())
            client.apply(privileged, dryRun="All", fieldManager="suite")
            proof.breaks("a privileged pod where the namespace warns", client.warned())

    def undeclared(self, found, text=None):
        """Does the server know no such field? It says so with a status of its own failure."""
        return "not declared in schema" in refused(lambda: self.cluster.client.apply(found, text, dryRun="All"), 400, 500)

    def other_namespace(self, mode):
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted"}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": OTHER}}
        for found in ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OTHER, "labels": labels}}, account):
            self.cluster.client.apply(found, fieldManager="suite")

    def privileged(self):
        """A workload with a privileged container."""
        def is_one(found):
            containers = template(found)["spec"]["containers"]
            return any((one.get("securityContext") or {}).get("privileged") for one in containers)

        return next(found for found in self.emitted.workloads.values() if found["kind"] == "DaemonSet" and is_one(found))

    @staticmethod
    def moved(found):
        other = copy.deepcopy(found)
        other["metadata"]["namespace"] = OTHER
        return other

    def same(self):
        with self.step("applied a second time nothing is written, and every field is kept as its file says") as proof:
            files = self.emitted.ordered()
            proof.faults, rewritten = self.cluster.again([file for file in files if file.path in self.stored], self.stored)
            proof.count = len(files)
            if rewritten:
                # A kind's default of its status is stored by the first write after that which made the object.
                kinds = sorted({file.object["kind"] for file in files if file.path in rewritten})
                kinds = ", ".join(kinds)
                proof.notes.append(f"equal, and stored anew with the status that their kind defaults: {len(rewritten)} of {kinds}")
                again = [file for file in files if file.path in rewritten]
                proof.faults += [f"{path}: the third time changed it" for path in self.cluster.again(again, rewritten)[1]]
            client, other = self.cluster.client, copy.deepcopy(self.emitted.workloads["keystone/api"])
            template(other)["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "1000m"
            kept = client.apply(other, dryRun="All")
            proof.breaks("a quantity that the server writes otherwise", list(differences(other, kept)))
            before = client.read(other)["metadata"]["resourceVersion"]
            other["spec"]["replicas"] += 1
            changed = client.apply(other)["metadata"]["resourceVersion"] != before
            client.apply(self.emitted.workloads["keystone/api"])
            proof.breaks("another number of pods at the second time", changed)

    def secured(self):
        with self.step("every pod is admitted at the Pod Security level of its namespace") as proof:
            client = self.cluster.client
            for name, found in self.emitted.workloads.items():
                proof.count += 1
                try:
                    client.create(self.alone(found, self.emitted.namespace), dryRun="All")
                except Refused as refusal:
                    proof.faults.append(f"{name}: {refusal}")
                proof.faults += [f"{name}: warning: {text}" for text in client.warned()]
            self.other_namespace("enforce")
            levels = {"refused": 0, "admitted": 0}
            for found in self.emitted.workloads.values():
                pod = self.alone(found, OTHER)
                levels["refused" if self.insecure(pod) else "admitted"] += 1
            proof.notes.append(f"a restricted namespace would admit {levels['admitted']} of the workloads, and refuse {levels['refused']}")
            proof.breaks("a privileged pod in a restricted namespace", self.insecure(self.alone(self.privileged(), OTHER)))

    def insecure(self, pod):
        """Does Pod Security refuse it?"""
        return "violates PodSecurity" in refused(lambda: self.cluster.client.create(pod, dryRun="All"), 403)

    @staticmethod
    def alone(found, namespace):
        """A workload's pod; of no account, as without the controllers a namespace has none of its own."""
        spec = copy.deepcopy(template(found)["spec"])
        claims = [claim["metadata"]["name"] for claim in found["spec"].get("volumeClaimTemplates", [])]
        spec["volumes"] = spec.get("volumes", []) + [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
        if namespace == OTHER:
            spec.pop("serviceAccountName", None)
            spec.pop("serviceAccount", None)
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "alone", "namespace": namespace}, "spec": spec}

    def ordered(self):
        with self.step("what a gate waits for is applied, and is delivered before it or with it") as proof:
            proof.faults, proof.count = list(order.faults(self.emitted)), order.count(self.emitted)
            other = self.emitted.without("/service-mariadb.yaml")
            proof.breaks("the Service of the database left out", list(order.faults(other)))
            if self.emitted.needs:
                early = copy.copy(self.emitted)
                early.__dict__["needs"] = {**self.emitted.needs, "keystone": set()}
                proof.breaks("the unit keystone delivered before all others", list(order.faults(early)))

    def scheduled(self):
        with self.step("on nodes with the spec's labels every pod is scheduled, every gate opens with its pod's own rights") as proof:
            cluster = self.cluster
            cluster.act()
            cluster.settle()
            pods = cluster.pods()
            proof.count = len(pods)
            proof.faults = [f"{pod['metadata']['name']} is on no node" for pod in pods if not pod["spec"].get("nodeName")]
            done = sum(pod["status"]["phase"] == "Succeeded" for pod in pods)
            proof.notes.append(f"{len(list(self.emitted.nodes()))} nodes, {sum(map(ready, pods))} pods ready, {done} done")
            proof.notes.append("the fullest node is asked for {:.1f} processors and {:.0f} GiB".format(*fullest(pods)))
            proof.notes.append(f"each of {cluster.scheduled_jobs()} CronJobs ran once")
            client = cluster.client
            strange = cluster.probe("suite-strange", lambda spec: spec.update(nodeSelector={"openstack-control-plan": "enabled"}))
            proof.breaks("a node's label with a slip", "affinity/selector" in cluster.unscheduled(strange))
            great = cluster.probe("suite-great", lambda spec: spec["containers"][0]["resources"]["requests"].update(cpu="64"))
            proof.breaks("more processors than a node has", "Insufficient cpu" in cluster.unscheduled(great))
            if self.emitted.workloads["mariadb/server"]["spec"]["replicas"] > 1:
                extra = self.member(self.emitted.workloads["mariadb/server"])
                client.create(extra)
                proof.breaks("one member more than nodes", "anti-affinity" in cluster.unscheduled(extra))
            never = cluster.probe("suite-never", lambda spec: self.wait_for(spec, "keystone-db-sync-0000000000"))
            proof.breaks("a gate that names no Job", "not found" in " ".join(cluster.waiting(never)))
            rightless = cluster.probe("suite-rightless", lambda spec: spec.update(serviceAccountName="default"))
            proof.breaks("a gate without its role", "403" in " ".join(cluster.waiting(rightless)))
            bare = cluster.probe("suite-bare", lambda spec: spec["volumes"][0]["configMap"].update(name="keystone-et"))
            proof.breaks("a volume of a ConfigMap that is not there", "no ConfigMap" in " ".join(cluster.waiting(bare)))
            cluster.settle()

    @staticmethod
    def member(found):
        """One more pod of a set whose members share no node."""
        return {"apiVersion": "v1", "kind": "Pod", "spec": {**template(found)["spec"], "volumes": [], "containers": [
                    {key: value for key, value in one.items() if key != "volumeMounts"} for one in template(found)["spec"]["containers"]]},
                "metadata": {"name": "suite-member", "namespace": found["metadata"]["namespace"],
                             "labels": {**template(found)["metadata"]["labels"], "app.kubernetes.io/managed-by": "suite"}}}

    @staticmethod
    def wait_for(spec, job):
        for entry in spec["initContainers"][0]["env"]:
            if entry["name"] == "DEPENDENCY_JOBS_JSON":
                entry["value"] = f'[{{"namespace":"openstack","name":"{job}"}}]'

    def budgeted(self):
        with self.step("budgets: of every set with several pods one may be evicted, a second one not") as proof:
            cluster, client = self.cluster, self.cluster.client
            held = [client.read(found) for found in self.emitted.workloads.values()]
            seen = budgets.current(client, cluster.namespace)
            proof.count, proof.faults = len(seen), list(budgets.faults(seen, held))
            with cluster.kubelet.held:
                proof.faults += budgets.judged(client, cluster.namespace, seen)
            cluster.settle()
            if not seen:
                proof.notes.append("no set of this site has several pods, and there is no budget")
                return
            budget = next(one for one in seen if one["status"]["expectedPods"] > 2)
            client.merge(budget, {"spec": {"maxUnavailable": 2}})
            slack = budgets.current(client, cluster.namespace)
            proof.breaks("a budget that lets two go, by its numbers", list(budgets.faults(slack, held)))
            this = [one for one in slack if one["metadata"]["name"] == budget["metadata"]["name"]]
            with cluster.kubelet.held:
                proof.breaks("the same, by evictions", budgets.judged(client, cluster.namespace, this))
            proof.breaks("a set whose budget is gone", list(budgets.faults([one for one in seen if one is not budget], held)))
            client.merge(budget, {"spec": {"maxUnavailable": budget["spec"]["maxUnavailable"]}})
            cluster.settle()

    def quiet(self):
        with self.step("applied while all of it runs: nothing rolls, and what Jobs wrote into Secrets stays") as proof:
            cluster, client = self.cluster, self.cluster.client
            files = [file for file in self.emitted.ordered() if file.path in self.stored]
            before, seen = [client.read(file.object) for file in files], self.seen()
            stored, proof.faults = cluster.applied(files)
            proof.count = len(files)
            for file, old in zip(files, before):
                new = stored.get(file.path) or {"metadata": {}}
                proof.faults += [f"{file.path}: {text}" for text in differences(file.object, new)]
                if old["metadata"].get("generation") != new["metadata"].get("generation") or old.get("data") != new.get("data"):
                    proof.faults.append(f"{file.path}: the server counts it as another one")
            time.sleep(3)
            proof.faults += rolls.faults((self.emitted.digests, self.emitted.digests), (seen, self.seen()))
            client.delete({"apiVersion": "v1", "kind": "Pod", "metadata": self.pod_of("keystone/api")["metadata"]})
            time.sleep(1)
            after = self.seen()
            proof.breaks("a pod replaced", list(rolls.faults((self.emitted.digests, self.emitted.digests), (seen, after))))
            cluster.settle()

    def pod_of(self, consumer):
        labels = template(self.emitted.workloads[consumer])["metadata"]["labels"]
        return next(pod for pod in self.cluster.pods() if labels.items() <= pod["metadata"]["labels"].items())

    def edited(self):
        if not (self.programs / "taco-gen").exists():
            self.table.add(Row(f"{self.site.name}, kubernetes: edits", 0, "kubernetes", self.version, "skip", "-", 0.0,
                               ["there is no cargo to build the compiler with, and TACO_GEN names none"]))
            return
        project = Project(self.programs / "taco-gen", self.scratch / "project", self.site.name)
        now = self.emitted
        for number, (name, change) in enumerate(edits(self.site.name).items()):
            with self.step(f"edit of {name}: exactly what its digests say rolls") as proof:
                project.edit(change)
                now = self.rolled(proof, now, Emitted(project.built(number), self.opener))

    def rolled(self, proof, before, after):
        """Bring one edit into the cluster; before it is whole, and after something else was rolled too, that must be seen."""
        cluster, old = self.cluster, self.seen()
        digests = (before.digests, after.digests)
        said = sorted(rolls.different(*digests))
        late = next((name for name in said if after.workloads[name]["kind"] in SETS), None)
        changed, proof.faults = cluster.change(before, after, without=late)
        cluster.settle()
        if late:
            proof.breaks(f"the same without the object of {late}", list(rolls.faults(digests, (old, self.seen()))))
            cluster.client.apply(after.workloads[late])
            cluster.settle()
        new = self.seen()
        proof.count = len(changed)
        proof.faults += rolls.faults(digests, (old, new))
        proof.notes.append(f"digests changed: {', '.join(said) or 'none'}" if len(said) < 20 else f"{len(said)} digests changed")
        other = after.workloads[next(name for name in ("horizon/horizon", "memcached/server") if name not in said)]
        restart = {"spec": {"template": {"metadata": {"annotations": {"suite/restart": str(time.time())}}}}}
        cluster.client.merge(other, restart)
        cluster.settle()
        proof.breaks("another set restarted by hand", list(rolls.faults(digests, (old, self.seen()))))
        return after

    def seen(self):
        return rolls.Seen(self.cluster.client, self.cluster.namespace)


def lacking(work):
    """Why there are no programs of a control plane; an empty text where there are."""
    missing = work / "programs" / "none"
    if missing.exists():
        return missing.read_text(encoding="utf-8")
    return "" if (work / "programs").exists() else "its programs were not built"


def run(table, options, found, trees):
    """The scenario with every site; `trees` are the Debian trees that have etcd and age."""
    reason = lacking(options.work)
    if reason:
        table.add(Row("every site, kubernetes: all of it", 0, "kubernetes", "-", "skip", "-", 0.0, [reason]))
        return
    # A site for hosts has no objects.
    for site in (site for site in found if any(path.startswith("kubernetes/") for path in site.files)):
        Play(table, options.work, site, trees).run()
