"""The real controllers of Flux and Argo CD deliver what `publish` pushed: in the graph's order, once, and of an edit what the review says."""

import time

import yaml

from suite.cluster.containers import until
from suite.kubernetes import programs
from suite.kubernetes.argo import Argo
from suite.kubernetes.audit import early
from suite.kubernetes.client import Refused
from suite.kubernetes.delivered import Delivered, Order
from suite.kubernetes.drift import differences
from suite.kubernetes.edits import edits
from suite.kubernetes.emitted import SETS, Emitted, template
from suite.kubernetes.flux import Flux
from suite.kubernetes.gates import sources
from suite.kubernetes.plane import Plane
from suite.kubernetes.repository import Repository
from suite.kubernetes.stands import Stands
from suite.scenarios import Ended
from suite.scenarios.kubernetes import Steps, lacking
from suite.table import Row

ADDRESS = "127.0.0.1"
HELD, HASTY = "mariadb", "keystone"
EDITS = ("one option of one service", "one password", "an image of the data plane", "the number of one service's pods")
CLAIM = "suite-claim"
KEPT = ("PersistentVolumeClaim", "Secret")


class Delivery(Steps):
    """All steps with one site and one controller."""

    kind = None

    def __init__(self, table, work, site, trees):
        self.table, self.site, self.opener = table, site, trees["age"]
        self.program, self.version = self.kind.name, programs.of(self.kind.name)
        scratch = work / "scratch" / f"{self.program}-{site.name}"
        self.repository = Repository(scratch / "repository", ADDRESS)
        self.plane = Plane(work / "programs", trees["etcd"], scratch / "plane")
        self.controller = self.kind(self.plane)
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
            self.project = Delivered(self.compiler, self.folder, self.site.name, self.repository, self.program)
            self.emitted = Emitted(self.project.built(self.count), self.opener)
            self.project.publish()
            self.client = client = self.plane.serve()
            self.plane.kinds(client)
            for name in (self.controller.namespace, self.emitted.namespace):
                client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, fieldManager="suite")
            self.controller.prepare(client, self.emitted)
            for found in (*self.emitted.nodes(), *self.emitted.classes()):
                client.create(found)
            self.kubelet = Stands(self.plane, self.emitted)
            self.kubelet.start()
            self.plane.act()
            self.controller.act(client)
            self.looked_at()
            proof.count = len(self.emitted.files)

    def bootstrap(self, *places):
        """What the README has a person apply."""
        for path, one in self.emitted.delivery.items():
            if any(place in path for place in places):
                self.client.apply(one, fieldManager="kubectl", force="true")

    def looked_at(self):
        """What the repository's newest commit says, and the Secrets that others make for it."""
        self.order, self.revision = Order(self.emitted, self.client), self.controller.revision(self.repository.revision())
        for found in self.emitted.secrets():
            self.client.apply(found, fieldManager="suite", force="true")
        self.client.warned()

    def published(self):
        """Build, publish, and have it fetched: the record's place before, and the order before."""
        mark, before = self.controller.audit.mark(), self.order
        self.count += 1
        self.emitted = Emitted(self.project.built(self.count), self.opener)
        self.project.publish()
        self.looked_at()
        self.controller.fetch(self.revision)
        return mark, before

    def settle(self, seconds=1500):
        def waits():
            return "; ".join(f"{pod}: {'; '.join(words)}" for pod, words in sorted(self.kubelet.waiting.items())[:6])

        self.controller.settle(self.revision, self.order.names, seconds, waits)

    def early(self, mark):
        return list(early(self.controller.audit.since(mark), self.revision, self.order.needs, self.order.owners))

    def of(self, units, mark):
        return [one for one in self.controller.audit.since(mark) if one.delivers and self.order.owners.get(one.path) in units]

    def held(self):
        """Until what does not wait for the held service is ready; faults where anything else was applied, and a note."""
        mark, self.kubelet.holding = self.controller.audit.mark(), {HELD}
        held = self.order.unit(HELD)
        self.bootstrap("/bootstrap/")
        behind = self.order.behind(held)
        free = set(self.order.needs) - behind - {held} - self.mounting(behind)
        until("the units that do not wait", 900, lambda: not self.waiting(free), 1.0)
        time.sleep(10)
        faults = [f"{one.path} was applied before {held} was ready" for one in self.of(behind, mark)]
        faults += [*self.early(mark), *self.controller.refusals()]
        return faults, f"{len(behind)} units wait for {held}, whose pods are held back; {len(free)} are ready"

    def mounting(self, units):
        """The units with pods that mount what one of those holds: they are applied without it, and ready when it is there."""
        owners = {(file.object["kind"], file.object["metadata"]["name"]): file.unit for file in self.emitted.files if file.unit}
        found = set()
        for file in (file for file in self.emitted.files if file.unit and file.object["kind"] in (*SETS, "Job", "CronJob")):
            for kind, name, _ in sources(template(file.object)["spec"]):
                kinds = (kind, "ExternalSecret") if kind == "Secret" else (kind,)
                if any(self.order.unit(owners.get((one, name))) in units for one in kinds):
                    found.add(self.order.unit(file.unit))
        return found

    def whole(self):
        """Let everything start, and hold what is there against the files."""
        self.kubelet.holding = set()
        self.settle()
        for file in self.emitted.files:
            yield from (f"{file.path}: {text}" for text in differences(file.object, self.client.read(file.object)))

    def waiting(self, units):
        self.plane.watch()
        return units & {name for name, _ in self.controller.left(self.revision, self.order.names)}

    def hasty(self, mark, least=1):
        """What the judge says of a unit that does not wait for the held one, once so many of its objects are applied."""
        held, hasty = self.order.unit(HELD), self.order.unit(HASTY)
        until(f"{hasty} applied", 300, lambda: len({one.path for one in self.of({hasty}, mark)}) >= least, 1.0)
        return [text for text in self.early(mark) if text.startswith(hasty) and held in text]

    def versions(self):
        """What the server holds of each object that a unit delivers."""
        return {self.client.place(one): self.client.read(one) for one in self.emitted.objects}

    def unchanged(self):
        with self.step("reconciled once more nothing is written, and every object has the version that it had") as proof:
            mark, before = self.controller.audit.mark(), self.versions()
            self.controller.again("once-more")
            after = self.versions()
            proof.faults = [f"{one.path} was written once more" for one in self.controller.audit.since(mark) if one.delivers]
            moved = [path for path in before if version(before[path]) != version(after[path])]
            proof.faults += [f"{path} has another version" for path in moved if stated(before[path]) != stated(after[path])]
            states = [path.rsplit("/", 1)[1] for path in moved if stated(before[path]) == stated(after[path])]
            proof.notes += [f"only the status of {', '.join(states)} is another"] if states else []
            proof.count = len(before)
            spoiled = next(one for one in self.emitted.objects if one["kind"] == "ConfigMap" and one.get("data"))
            mark = self.controller.audit.mark()
            self.client.merge(spoiled, {"data": {next(iter(spoiled["data"])): "by hand"}}, fieldManager="suite")
            self.controller.again("after-an-edit")
            proof.breaks("a ConfigMap edited by hand", [one for one in self.controller.audit.since(mark) if one.delivers])
            proof.faults += [f"after an edit by hand: {text}" for text in differences(spoiled, self.client.read(spoiled))]

    def edited(self):
        for name, change in edits(self.site.name).items():
            if name in EDITS:
                with self.step(f"edit of {name}: exactly what the review says is touched") as proof:
                    self.project.edit(change)
                    self.compared(proof, self.project.review())

    def compared(self, proof, said, kept=frozenset()):
        """Publish what the review was about, and compare it with what was written; `kept` is what must not be."""
        versions = self.units()
        mark, before = self.published()
        self.settle()
        writes = self.controller.audit.since(mark)
        done = self.order.written(writes, before) - self.untouched(versions)
        proof.count, proof.faults = len(done), [*proof.faults, *self.out_of_turn(mark), *unequal(said - kept, done)]
        units = sorted({self.order.owners.get(one.path, before.owners.get(one.path, "?")) for one in writes if one.delivers})
        proof.notes.append(f"{len(done)} objects of {', '.join(units)}")
        one = min(said & done)
        proof.breaks(f"a review that leaves out {' '.join(one)}", list(unequal(said - kept - {one}, done)))
        return mark, before

    def out_of_turn(self, mark):
        return self.early(mark) if self.controller.orders_edits else []

    def units(self):
        """What the server holds of the objects that deliver the others."""
        found = {path: self.there(one) for path, one in self.emitted.delivery.items()}
        return {(one["kind"], one["metadata"]["name"]): stated(one).get("spec") for one in found.values() if one}

    def untouched(self, before):
        """What was applied once more as it is: a root applies all of its own, whichever of them is another."""
        return {subject for subject, spec in self.units().items() if before.get(subject) == spec}

    def removed(self):
        gone = ["heat", *(["etcd"] if self.site.name == "lab" else [])]
        with self.step(f"{' and '.join(gone)} removed: their objects go, and no claim of a volume and no other object") as proof:
            claims = self.claims()
            self.project.edit(("service heat { component engine { replicas 4 } }", "service heat { enabled #false }"))
            if "etcd" in gone:
                self.project.edit(("service etcd { enabled #true }", ""))
            said = self.project.review()
            old = {file.path: file.object for file in self.emitted.files if file.unit in gone}
            kept = {(one["kind"], one["metadata"]["name"]) for one in old.values() if self.controller.keeps(one)}
            mark, before = self.compared(proof, said, kept)
            until("their objects gone", 300, lambda: not [one for one in old.values() if not self.controller.keeps(one) and self.there(one)], 1.0)
            proof.faults += [f"claim {name} is gone" for name in claims.keys() - self.claims().keys()]
            proof.notes.append(f"{len(old)} objects are gone, {len(self.claims())} claims are there")
            proof.notes += self.timed(mark, {self.order.unit(name) for name in gone}, before)

    def timed(self, mark, gone, before):
        """When the objects of what is gone were deleted, and when the last of the others was ready."""
        writes = self.controller.audit.since(mark)
        deleted = [one.done for one in writes if one.verb == "delete" and before.owners.get(one.path) in gone]
        ready = [one.done for one in writes if one.stood and one.stood[1] == self.revision]
        yield (f"what they had was deleted within {max(deleted) - min(deleted):.1f} s, the first of it {max(ready) - min(deleted):.1f} s before "
               "the last unit was ready with the commit")

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
            files = [file for file in self.emitted.files if self.controller.keeps(file.object) and file.object["kind"] in KEPT]
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
            until(f"{CLAIM} gone", 300, lambda: self.is_gone(claim))
            proof.breaks("a claim that nothing keeps", self.is_gone(claim))
            proof.faults += self.lost(files, before)
            self.project.publish()
            self.looked_at()
            self.controller.fetch(self.revision)
            self.settle()
            proof.faults += self.lost(files, before)
            proof.faults += [f"{name} was made anew" for name, made in self.kubelet.filled.items() if len(made) != 1]
            proof.notes.append(f"kept: {', '.join(file.object['metadata']['name'] for file in files)}")
            secret = next(file for file in files if file.object["kind"] == "Secret")
            self.client.merge(secret.object, {"data": None}, fieldManager="suite")
            proof.breaks("a Secret emptied by hand", list(self.lost(files, before)))

    def is_gone(self, found):
        """Is it deleted, or about to be once nothing uses it?"""
        held = self.there(found)
        return held is None or "deletionTimestamp" in held["metadata"]

    def by_hand(self, change):
        self.repository.commit(change)
        self.revision = self.controller.revision(self.repository.revision())
        self.controller.fetch(self.revision)
        self.settle()

    def lost(self, files, before):
        """Where a kept object is not the one that it was, or holds something else."""
        for file in files:
            old, new = before[file.path], self.there(file.object)
            if self.is_gone(file.object) or new["metadata"]["uid"] != old["metadata"]["uid"]:
                yield f"{file.path} is gone"
            elif new.get("data") != old.get("data") or new["kind"] == "Secret" and not new.get("data"):
                yield f"{file.path} holds something else"


class ByFlux(Delivery):
    """Its Kustomizations name the ones that they depend on."""

    kind = Flux

    def delivered(self):
        with self.step("every unit is applied only after those that it depends on are ready, and all become ready") as proof:
            faults, note = self.held()
            proof.breaks(f"{HASTY} without its dependency on {HELD}", self.loosened())
            mark = self.controller.audit.mark()
            self.project.publish()
            self.looked_at()
            self.controller.fetch(self.revision)
            proof.faults += [*faults, *self.whole(), *self.early(mark)]
            proof.count = len(self.order.needs)
            proof.notes += [note, f"{len(self.order.needs)} Kustomizations are ready, {len(self.emitted.files)} objects as their files say"]

    def loosened(self):
        """A commit in which one unit does not name the other."""
        mark = self.controller.audit.mark()
        self.repository.commit(lambda folder: Flux.loosen(folder, self.order.unit(HASTY), self.order.unit(HELD)))
        self.revision = self.controller.revision(self.repository.revision())
        self.controller.fetch(self.revision)
        # All of it: what is applied later would be judged by the next commit.
        return self.hasty(mark, list(self.order.owners.values()).count(self.order.unit(HASTY)))


class ByArgo(Delivery):
    """Its Applications have waves, which count only where Argo CD is told of the health of Applications."""

    kind = Argo

    def delivered(self):
        with self.step("every unit is applied only after those of the waves before it are healthy, and all become healthy") as proof:
            proof.breaks("settings of Argo CD without the health of Applications", self.untold())
            self.bootstrap("delivery/configmap-")
            mark = self.controller.audit.mark()
            faults, note = self.held()
            proof.faults += [*faults, *self.whole(), *self.early(mark)]
            proof.count = len(self.order.needs)
            proof.notes += [note, f"{len(self.order.needs)} Applications are healthy, {len(self.emitted.files)} objects as their files say"]

    def untold(self):
        """The site without the README's first command: what the judge says of it. Then the site is taken away again."""
        mark, self.kubelet.holding = self.controller.audit.mark(), {HELD}
        self.bootstrap("/bootstrap/")
        found = self.hasty(mark)
        self.controller.withdraw(self.order.root)
        return found


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
    for scenario, (kind, name) in programs.DELIVERED.items():
        if name in sites and wanted(options.only, scenario):
            site, reason = sites[name], lacking(options.work)
            if not reason and not (options.work / "programs/taco-gen").exists():
                reason = "there is no taco-gen to publish with"
            if reason:
                table.add(Row(f"{site.name}, {kind}: all of it", 0, kind, "-", "skip", "-", 0.0, [reason]))
            else:
                {"flux": ByFlux, "argocd": ByArgo}[kind](table, options.work, site, trees).run()
