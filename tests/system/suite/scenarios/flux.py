"""Flux's own controllers deliver what `publish` pushed: in the graph's order, once and no more, and of an edit what the review says."""

import time

import yaml

from suite.cluster.containers import until
from suite.kubernetes import programs
from suite.kubernetes.audit import early
from suite.kubernetes.client import Refused
from suite.kubernetes.delivered import Delivered, Order
from suite.kubernetes.drift import differences
from suite.kubernetes.edits import edits
from suite.kubernetes.emitted import Emitted
from suite.kubernetes.flux import NAMESPACE, Flux
from suite.kubernetes.gates import Kubelet
from suite.kubernetes.plane import Plane
from suite.kubernetes.repository import Repository
from suite.readers import sealed
from suite.scenarios import Ended
from suite.scenarios.kubernetes import Steps, lacking
from suite.table import Row

ADDRESS = "127.0.0.1"
HELD, HASTY = "mariadb", "keystone"
EDITS = ("one option of one service", "one password", "an image of the data plane", "the number of one service's pods")
CLAIM = "suite-claim"
KEPT = ("PersistentVolumeClaim", "Secret")


class Delivery(Steps):
    """All steps with one site."""

    program = "flux"

    def __init__(self, table, work, site, trees):
        self.table, self.site, self.opener = table, site, trees["age"]
        self.version = programs.version("flux", programs.CONTROLLERS[0]).removeprefix("v")
        scratch = work / "scratch" / f"flux-{site.name}"
        self.repository = Repository(scratch / "repository", ADDRESS)
        self.plane = Plane(work / "programs", trees["etcd"], scratch / "plane")
        self.flux = Flux(self.plane)
        self.compiler, self.folder, self.count = work / "programs" / "taco-gen", scratch / "project", 0
        self.project, self.client, self.kubelet, self.emitted, self.order, self.revision = (None,) * 6

    def run(self):
        try:
            self.arranged()
            self.delivered()
            self.unchanged()
            self.edited()
            self.removed()
            self.kept()
        except Ended:
            pass
        finally:
            if self.kubelet:
                self.kubelet.stop()
            self.plane.stop()
            self.repository.stop()

    def arranged(self):
        """The cluster as the README of the delivery asks for it, with nothing of the site in it."""
        with self.step("the site is published, and the cluster has what its delivery asks for") as proof:
            self.project = Delivered(self.compiler, self.folder, self.site.name, self.repository)
            self.emitted = Emitted(self.project.built(self.count), self.opener)
            self.project.publish()
            self.client = client = self.plane.serve()
            self.plane.kinds(client)
            for name in (NAMESPACE, self.emitted.namespace):
                client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, fieldManager="suite")
            key = {"site.agekey": sealed.IDENTITY.read_text(encoding="utf-8")}
            about = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sops-age", "namespace": NAMESPACE}}
            client.apply({**about, "stringData": key}, fieldManager="suite")
            for found in (*self.emitted.nodes(), *self.emitted.classes()):
                client.create(found)
            self.kubelet = Stands(self.plane, self.emitted)
            self.kubelet.start()
            self.plane.act()
            self.flux.act(client)
            self.looked_at()
            proof.count = len(self.emitted.files)

    def looked_at(self):
        """What the repository's newest commit says, and the Secrets that others make for it."""
        self.order, self.revision = Order(self.emitted, self.client), self.repository.revision()
        for found in self.emitted.secrets():
            self.client.apply(found, fieldManager="suite", force="true")
        self.client.warned()

    def published(self):
        """Build, publish, and have it fetched: the record's place before, and the order before."""
        mark, before = self.flux.audit.mark(), self.order
        self.count += 1
        self.emitted = Emitted(self.project.built(self.count), self.opener)
        self.project.publish()
        self.looked_at()
        self.flux.fetch(self.revision)
        return mark, before

    def settle(self, seconds=1500):
        def waits():
            return "; ".join(f"{pod}: {'; '.join(words)}" for pod, words in sorted(self.kubelet.waiting.items())[:6])

        self.flux.settle(self.revision, set(self.order.needs), seconds, waits)

    def early(self, mark):
        return list(early(self.flux.audit.since(mark), self.revision, self.order.needs, self.order.owners))

    def of(self, units, mark):
        return [one for one in self.flux.audit.since(mark) if one.delivers and self.order.owners.get(one.path) in units]

    def delivered(self):
        with self.step("every unit is applied only after those that it depends on are ready, and all become ready") as proof:
            mark, self.kubelet.holding = self.flux.audit.mark(), {HELD}
            held, hasty = self.order.unit(HELD), self.order.unit(HASTY)
            bootstrap = [one for path, one in self.emitted.delivery.items() if "/bootstrap/" in path]
            for found in bootstrap:
                self.client.apply(found, fieldManager="kubectl")
            behind = self.order.behind(held)
            free = set(self.order.needs) - behind - {held}
            until("the units that do not wait", 900, lambda: not self.waiting(free), 1.0)
            time.sleep(10)
            proof.faults += [f"{one.path} was applied before {held} was ready" for one in self.of(behind, mark)]
            proof.faults += [*self.early(mark), *self.flux.refusals()]
            proof.notes.append(f"{len(behind)} units wait for {held}, whose pods are held back; {len(free)} are ready")
            proof.breaks(f"{hasty} without its dependency on {held}", self.hasty(held, hasty))
            mark = self.flux.audit.mark()
            self.project.publish()
            self.looked_at()
            self.flux.fetch(self.revision)
            self.kubelet.holding = set()
            self.settle()
            proof.faults += self.early(mark)
            for file in self.emitted.files:
                proof.faults += [f"{file.path}: {text}" for text in differences(file.object, self.client.read(file.object))]
            proof.count = len(self.order.needs)
            proof.notes.append(f"{len(self.order.needs)} Kustomizations are ready, {len(self.emitted.files)} objects as their files say")

    def waiting(self, units):
        self.plane.watch()
        return units & {name for name, _ in self.flux.left(self.revision, set(self.order.needs))}

    def hasty(self, held, hasty):
        """A commit in which one unit does not name the other: what the judge says of it once the unit is applied."""
        mark = self.flux.audit.mark()

        def loosen(folder):
            path = folder / self.site.name / f"delivery/flux/kustomization-{HASTY}.yaml"
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
            found["spec"]["dependsOn"] = [one for one in found["spec"]["dependsOn"] if one["name"] != held]
            path.write_text(yaml.safe_dump(found), encoding="utf-8")

        self.repository.commit(loosen)
        self.revision = self.repository.revision()
        self.flux.fetch(self.revision)
        count = list(self.order.owners.values()).count(hasty)
        until(f"{hasty} applied", 300, lambda: len({one.path for one in self.of({hasty}, mark)}) == count, 1.0)
        return [text for text in self.early(mark) if text.startswith(hasty) and held in text]

    def versions(self):
        """What the server holds of each object that a unit delivers."""
        return {self.client.place(one): self.client.read(one) for one in self.emitted.objects}

    def unchanged(self):
        with self.step("reconciled once more nothing is written, and every object has the version that it had") as proof:
            mark, before = self.flux.audit.mark(), self.versions()
            self.flux.again("once-more")
            after = self.versions()
            proof.faults = [f"{one.path} was written once more" for one in self.flux.audit.since(mark) if one.delivers]
            moved = [path for path in before if version(before[path]) != version(after[path])]
            proof.faults += [f"{path} has another version" for path in moved if stated(before[path]) != stated(after[path])]
            states = [path.rsplit("/", 1)[1] for path in moved if stated(before[path]) == stated(after[path])]
            proof.notes += [f"only the status of {', '.join(states)} is another"] if states else []
            proof.count = len(before)
            spoiled = next(one for one in self.emitted.objects if one["kind"] == "ConfigMap" and one.get("data"))
            mark = self.flux.audit.mark()
            self.client.merge(spoiled, {"data": {next(iter(spoiled["data"])): "by hand"}}, fieldManager="suite")
            self.flux.again("after-an-edit")
            proof.breaks("a ConfigMap edited by hand", [one for one in self.flux.audit.since(mark) if one.delivers])
            proof.faults += [f"after an edit by hand: {text}" for text in differences(spoiled, self.client.read(spoiled))]

    def edited(self):
        for name, change in edits(self.site.name).items():
            if name in EDITS:
                with self.step(f"edit of {name}: exactly what the review says is touched") as proof:
                    self.project.edit(change)
                    self.compared(proof, self.project.review())

    def compared(self, proof, said, kept=frozenset()):
        """Publish what the review was about, and compare it with what was written; `kept` is what must not be."""
        mark, before = self.published()
        self.settle()
        writes = self.flux.audit.since(mark)
        done = self.order.written(writes, before)
        proof.count, proof.faults = len(done), [*proof.faults, *self.early(mark), *unequal(said - kept, done)]
        units = sorted({self.order.owners.get(one.path, before.owners.get(one.path, "?")) for one in writes if one.delivers})
        proof.notes.append(f"{len(done)} objects of {', '.join(units)}")
        one = min(said & done)
        proof.breaks(f"a review that leaves out {' '.join(one)}", list(unequal(said - kept - {one}, done)))
        return mark, before

    def removed(self):
        gone = ["heat", *(["etcd"] if self.site.name == "lab" else [])]
        with self.step(f"{' and '.join(gone)} removed: their objects go, and no claim of a volume and no other object") as proof:
            claims = self.claims()
            self.project.edit(("service heat { component engine { replicas 4 } }", "service heat { enabled #false }"))
            if "etcd" in gone:
                self.project.edit(("service etcd { enabled #true }", ""))
            said = self.project.review()
            old = {file.path: file.object for file in self.emitted.files if file.unit in gone}
            kept = {(one["kind"], one["metadata"]["name"]) for one in old.values() if keeps(one)}
            mark, before = self.compared(proof, said, kept)
            until("their objects gone", 300, lambda: not [one for one in old.values() if not keeps(one) and self.there(one)], 1.0)
            proof.faults += [f"claim {name} is gone" for name in claims.keys() - self.claims().keys()]
            proof.notes.append(f"{len(old)} objects are gone, {len(self.claims())} claims are there")
            proof.notes += self.timed(mark, {self.order.unit(name) for name in gone}, before)

    def timed(self, mark, gone, before):
        """When the objects of what is gone were deleted, and when the last of the others was ready."""
        writes = self.flux.audit.since(mark)
        deleted = [one.done for one in writes if one.verb == "delete" and before.owners.get(one.path) in gone]
        ready = {one.stood[0]: one.done for one in writes if one.stood and one.stood[1] == self.revision}
        root = ready[self.order.root]
        yield (f"what they had was deleted {min(deleted) - root:.1f} to {max(deleted) - root:.1f} s after {self.order.root} was ready with "
               f"the commit, and the last unit was ready {max(ready.values()) - root:.1f} s after it")

    def claims(self):
        found = self.client.items("PersistentVolumeClaim", namespace=self.emitted.namespace)
        return {one["metadata"]["name"]: one for one in found if "deletionTimestamp" not in one["metadata"]}

    def there(self, found):
        try:
            return self.client.read(found)
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    def kept(self):
        with self.step("claims and Secrets that are filled at run time stay as they are, also where their files are gone") as proof:
            files = [file for file in self.emitted.files if keeps(file.object) and file.object["kind"] in KEPT]
            before = {file.path: self.client.read(file.object) for file in files}
            proof.count, unit = len(files), files[0].unit
            about = {"name": CLAIM, "namespace": self.emitted.namespace}
            claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": about, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
            place = f"{self.site.name}/kubernetes/{unit}/{CLAIM}.yaml"
            self.by_hand(lambda folder: (folder / place).write_text(yaml.safe_dump(claim), encoding="utf-8"))
            proof.faults += [] if self.there(claim) else [f"{CLAIM} was not made"]

            def without(folder):
                for path in (place, *(f"{self.site.name}/{file.path}" for file in files)):
                    (folder / path).unlink()

            self.by_hand(without)
            until(f"{CLAIM} gone", 300, lambda: not self.there(claim) or "deletionTimestamp" in self.there(claim)["metadata"])
            proof.breaks("a claim that nothing keeps", True)
            proof.faults += self.lost(files, before)
            self.project.publish()
            self.looked_at()
            self.flux.fetch(self.revision)
            self.settle()
            proof.faults += self.lost(files, before)
            proof.faults += [f"{name} was made anew" for name, made in self.kubelet.filled.items() if len(made) != 1]
            proof.notes.append(f"kept: {', '.join(file.object['metadata']['name'] for file in files)}")
            secret = next(file for file in files if file.object["kind"] == "Secret")
            self.client.merge(secret.object, {"data": None}, fieldManager="suite")
            proof.breaks("a Secret emptied by hand", list(self.lost(files, before)))

    def by_hand(self, change):
        self.repository.commit(change)
        self.revision = self.repository.revision()
        self.flux.fetch(self.revision)
        self.settle()

    def lost(self, files, before):
        """Where a kept object is not the one that it was, or holds something else."""
        for file in files:
            old, new = before[file.path], self.there(file.object)
            if new is None or "deletionTimestamp" in new["metadata"] or new["metadata"]["uid"] != old["metadata"]["uid"]:
                yield f"{file.path} is gone"
            elif new.get("data") != old.get("data") or new["kind"] == "Secret" and not new.get("data"):
                yield f"{file.path} holds something else"


class Stands(Kubelet):
    """Also stands in for the Jobs of the site that fill Secrets: once for each Secret that is made."""

    def __init__(self, plane, emitted):
        super().__init__(plane, emitted.namespace)
        self.empty = [one for one in emitted.objects if one["kind"] == "Secret" and not one.get("data")]
        self.filled = {one["metadata"]["name"]: set() for one in self.empty}

    def round(self):
        for one in self.empty:
            name = one["metadata"]["name"]
            found = self.client.items("Secret", namespace=self.namespace, fieldSelector=f"metadata.name={name}")
            for made in found:
                if made["metadata"]["uid"] not in self.filled[name]:
                    self.client.merge(one, {"data": {"0": "MA==", "1": "MQ=="}}, fieldManager="jobs")
                    self.filled[name].add(made["metadata"]["uid"])
        super().round()


def keeps(found):
    """Does the object say that it is not to be pruned?"""
    return (found["metadata"].get("annotations") or {}).get("kustomize.toolkit.fluxcd.io/prune") == "disabled"


def version(found):
    return found["metadata"]["resourceVersion"]


def stated(found):
    """An object without what changes while it runs."""
    about = {key: value for key, value in found["metadata"].items() if key not in ("resourceVersion", "managedFields")}
    return {**{key: value for key, value in found.items() if key != "status"}, "metadata": about}


def unequal(said, done):
    for kind, name in sorted(said - done):
        yield f"{kind} {name}: the review says it, and nothing wrote it"
    for kind, name in sorted(done - said):
        yield f"{kind} {name}: it was written, and the review does not say it"


def run(table, options, found, trees, wanted):
    """The scenario with each site that was asked for; `trees` are the Debian trees that have etcd and age."""
    sites = {site.name: site for site in found}
    for name, scenario in programs.DELIVERED.items():
        if name in sites and wanted(options.only, scenario):
            site, reason = sites[name], lacking(options.work)
            if not reason and not (options.work / "programs/taco-gen").exists():
                reason = "there is no taco-gen to publish with"
            if reason:
                table.add(Row(f"{site.name}, flux: all of it", 0, "flux", "-", "skip", "-", 0.0, [reason]))
            else:
                Delivery(table, options.work, site, trees).run()
