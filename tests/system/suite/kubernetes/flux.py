"""Flux's controllers in the control plane: source-controller fetches the repository, kustomize-controller applies what is in it."""

import os

import yaml

from suite.cluster.containers import until
from suite.kubernetes.controller import Controller
from suite.kubernetes.repository import BRANCH
from suite.readers import sealed

REPOSITORY = ("GitRepository", "source.toolkit.fluxcd.io/v1", "flux-system")
ASKED = "reconcile.fluxcd.io/requestedAt"
# What the controllers say while they wait for something that is on its way.
WAITING = ("DependencyNotReady", "Progressing", "ArtifactFailed", "")


class Flux(Controller):
    """Both controllers with the flags of their own deployment, but for how often a dependency is looked at again (30 s there)."""

    name, namespace = "flux", "flux-system"
    accounts = ("source-controller", "kustomize-controller")
    units = ("Kustomization", "kustomize.toolkit.fluxcd.io/v1", "flux-system")

    def prepare(self, client, _emitted):
        """What the delivery's README asks for: the key that opens the site's Secrets."""
        key = {"site.agekey": sealed.IDENTITY.read_text(encoding="utf-8")}
        about = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sops-age", "namespace": self.namespace}}
        client.apply({**about, "stringData": key}, fieldManager="suite")

    def act(self, client):
        self.client = client
        folder, artifacts = self.plane.folder, "127.0.0.1:9790"
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
        own = {
            "source-controller": [f"--storage-path={folder}/artifacts", f"--storage-addr={artifacts}", f"--storage-adv-addr={artifacts}"],
            "kustomize-controller": ["--requeue-dependency=3s"],
        }
        for number, name in enumerate(self.accounts):
            ports = [f"--metrics-addr=127.0.0.1:{9791 + number}", f"--health-addr=127.0.0.1:{9795 + number}"]
            scratch = folder / f"{name}-files"
            scratch.mkdir(exist_ok=True)
            environ = {**os.environ, "KUBECONFIG": str(self.access[name]), "RUNTIME_NAMESPACE": self.namespace, "TMPDIR": str(scratch)}
            command = [self.plane.programs / "flux" / name, *own[name], *ports, "--log-level=info", "--log-encoding=json"]
            self.plane.start(name, command, environ)

    @staticmethod
    def revision(commit):
        return f"{BRANCH}@sha1:{commit}"

    def fetch(self, revision, seconds=300):
        """Have the repository fetched, as `flux reconcile` and webhooks do, until the source is at a revision."""
        self.ask(REPOSITORY, ASKED, revision)

        def fetched():
            self.plane.watch()
            return all((one.get("status", {}).get("artifact") or {}).get("revision") == revision for one in self.client.items(*REPOSITORY))

        until(f"the source at {revision}", seconds, fetched, 0.3)

    @staticmethod
    def is_ready(found, revision):
        status = found.get("status", {})
        fresh = status.get("observedGeneration") == found["metadata"]["generation"] and status.get("lastAppliedRevision") == revision
        return fresh and condition(found).get("status") == "True"

    @staticmethod
    def words(found):
        ready = condition(found)
        return f"{ready.get('reason')} {ready.get('message', '')[:300]}"

    def again(self, word, seconds=600):
        """Have the source and all Kustomizations reconciled once more, and wait until each has been."""
        self.ask(REPOSITORY, ASKED, word)
        self.ask(self.units, ASKED, word)

        def handled():
            self.plane.watch()
            every = [*self.client.items(*REPOSITORY), *self.client.items(*self.units)]
            return all(one["status"].get("lastHandledReconcileAt") == word and condition(one).get("status") == "True" for one in every)

        until("everything reconciled once more", seconds, handled, 0.5)

    def refusals(self):
        """What a controller says that is no waiting: name and words."""
        for name, one in self.found().items():
            ready = condition(one)
            if ready.get("status") == "False" and ready.get("reason", "") not in WAITING:
                yield f"{name}: {ready['reason']}: {ready.get('message', '')[:400]}"

    @staticmethod
    def keeps(found):
        """Does the object say that it is not to be pruned?"""
        return (found["metadata"].get("annotations") or {}).get("kustomize.toolkit.fluxcd.io/prune") == "disabled"

    @staticmethod
    def loosen(folder, unit, need):
        """A published unit that does not name another one."""
        site, _, service = unit.partition("-")
        path = folder / site / f"delivery/flux/kustomization-{service}.yaml"
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        found["spec"]["dependsOn"] = [one for one in found["spec"]["dependsOn"] if one["name"] != need]
        path.write_text(yaml.safe_dump(found), encoding="utf-8")


def condition(found, kind="Ready"):
    return next((one for one in found.get("status", {}).get("conditions", []) if one["type"] == kind), {})
