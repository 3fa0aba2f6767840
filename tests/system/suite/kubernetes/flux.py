"""Flux's controllers in the control plane: source-controller fetches the repository, kustomize-controller applies what is in it."""

import os

from suite.cluster.containers import Late, until
from suite.kubernetes.audit import Audit

CONTROLLERS = ("source-controller", "kustomize-controller")
NAMESPACE = "flux-system"
KUSTOMIZATION = ("Kustomization", "kustomize.toolkit.fluxcd.io/v1", NAMESPACE)
REPOSITORY = ("GitRepository", "source.toolkit.fluxcd.io/v1", NAMESPACE)
ASKED = "reconcile.fluxcd.io/requestedAt"
# What the controllers say while they wait for something that is on its way.
WAITING = ("DependencyNotReady", "Progressing", "ArtifactFailed", "")


class Flux:
    """Both controllers with the flags of their own deployment, but for how often a dependency is looked at again (30 s there)."""

    def __init__(self, plane):
        self.plane, self.audit = plane, Audit(plane.folder, CONTROLLERS)
        self.accounts = {name: plane.account(name) for name in CONTROLLERS}
        plane.options.update(self.audit.options)
        self.client = None

    def act(self, client):
        self.client = client
        folder, artifacts = self.plane.folder, "127.0.0.1:9790"
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
        own = {
            "source-controller": [f"--storage-path={folder}/artifacts", f"--storage-addr={artifacts}", f"--storage-adv-addr={artifacts}"],
            "kustomize-controller": ["--requeue-dependency=3s"],
        }
        for number, name in enumerate(CONTROLLERS):
            ports = [f"--metrics-addr=127.0.0.1:{9791 + number}", f"--health-addr=127.0.0.1:{9795 + number}"]
            scratch = folder / f"{name}-files"
            scratch.mkdir(exist_ok=True)
            environ = {**os.environ, "KUBECONFIG": str(self.accounts[name]), "RUNTIME_NAMESPACE": NAMESPACE, "TMPDIR": str(scratch)}
            command = [self.plane.programs / "flux" / name, *own[name], *ports, "--log-level=info", "--log-encoding=json"]
            self.plane.start(name, command, environ)

    def units(self):
        return {one["metadata"]["name"]: one for one in self.client.items(*KUSTOMIZATION)}

    def ask(self, kind, word):
        """Ask for a reconcile, as `flux reconcile` and webhooks do."""
        for one in self.client.items(*kind):
            self.client.merge(one, {"metadata": {"annotations": {ASKED: word}}}, fieldManager="flux")

    def fetch(self, revision, seconds=300):
        """Have the repository fetched, until the source is at a revision."""
        self.ask(REPOSITORY, revision)

        def fetched():
            self.plane.watch()
            return all((one.get("status", {}).get("artifact") or {}).get("revision") == revision for one in self.client.items(*REPOSITORY))

        until(f"the source at {revision}", seconds, fetched, 0.3)

    def left(self, revision, names):
        """The Kustomizations that are not ready with the revision, each with what it says; those that should have gone, too."""
        found = self.units()
        for name in sorted(found.keys() | set(names)):
            if name not in found or name not in names:
                yield name, "is not there" if name in names else "is there still"
                continue
            about, status = found[name]["metadata"], found[name].get("status", {})
            ready = condition(found[name])
            fresh = status.get("observedGeneration") == about["generation"] and status.get("lastAppliedRevision") == revision
            if not fresh or ready.get("status") != "True" or "deletionTimestamp" in about:
                yield name, f"{ready.get('reason')} {ready.get('message', '')[:300]}"

    def settle(self, revision, names, seconds, more=lambda: ""):
        """Wait until the Kustomizations `names`, and no others, are ready with the revision."""
        def check():
            self.plane.watch()
            return not any(self.left(revision, names))

        try:
            until("every unit ready", seconds, check, 1.0)
        except Late as late:
            left = "; ".join(f"{name}: {words}" for name, words in self.left(revision, names))
            raise RuntimeError(f"after {seconds} s: {left[:1200]} | {more()}") from late

    def again(self, word, seconds=600):
        """Have the source and all Kustomizations reconciled once more, and wait until each has been."""
        self.ask(REPOSITORY, word)
        self.ask(KUSTOMIZATION, word)

        def handled():
            self.plane.watch()
            every = [*self.client.items(*REPOSITORY), *self.client.items(*KUSTOMIZATION)]
            return all(one["status"].get("lastHandledReconcileAt") == word and condition(one).get("status") == "True" for one in every)

        until("everything reconciled once more", seconds, handled, 0.5)

    def refusals(self):
        """What a controller says that is no waiting: name and words."""
        for name, one in self.units().items():
            ready = condition(one)
            if ready.get("status") == "False" and ready.get("reason", "") not in WAITING:
                yield f"{name}: {ready['reason']}: {ready.get('message', '')[:400]}"


def condition(found, kind="Ready"):
    return next((one for one in found.get("status", {}).get("conditions", []) if one["type"] == kind), {})
