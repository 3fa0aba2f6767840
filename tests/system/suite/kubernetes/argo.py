"""Argo CD's application controller and repository server in the control plane, with the cache that they share."""

import base64
import os
import secrets

from suite.cluster.containers import until
from suite.kubernetes.controller import Controller
from suite.root import call

CONTROLLER = "argocd-application-controller"
REPOSITORIES, CACHE = "127.0.0.1:9881", "127.0.0.1:9879"
REFRESH = "argocd.argoproj.io/refresh"
OPTIONS = "argocd.argoproj.io/sync-options"
PART = {"app.kubernetes.io/part-of": "argocd"}


class Argo(Controller):
    """Both programs with the flags of their own installation; the names of services are addresses here, and nothing speaks TLS."""

    name, namespace = "argocd", "argocd"
    accounts = (CONTROLLER,)
    units = ("Application", "argoproj.io/v1alpha1", "argocd")
    # Each Application follows the branch by itself: only what is new waits for its wave.
    orders_edits = False

    def prepare(self, client, emitted):
        """What an installation has before a site: its settings and its own key. The delivery's README adds to the settings."""
        about = {"apiVersion": "v1", "metadata": {"namespace": self.namespace, "labels": PART}}
        for name in ("argocd-cm", "argocd-rbac-cm"):
            client.apply({**about, "kind": "ConfigMap", "metadata": {**about["metadata"], "name": name}}, fieldManager="suite")
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        client.apply({**about, "kind": "Secret", "metadata": {**about["metadata"], "name": "argocd-secret"},
                      "data": {"server.secretkey": key}}, fieldManager="suite")

    def act(self, client):
        self.client, folder, tree = client, self.plane.folder, self.plane.tree
        program, (address, port) = self.plane.programs / "argocd/argocd", CACHE.split(":")
        call("mkdir", "-p", tree.path / "run/argo")
        cache = ["redis-server", "--bind", address, "--port", port, "--save", "", "--appendonly", "no", "--dir", "/run/argo"]
        self.plane.start("redis", tree.command(cache))
        places = {name: folder / f"argo-{name}" for name in ("files", "ssh", "tls", "home")}
        for place in places.values():
            place.mkdir(exist_ok=True)
        environ = {
            **os.environ, "KUBECONFIG": str(self.access[CONTROLLER]), "TMPDIR": str(places["files"]), "HOME": str(places["home"]),
            "ARGOCD_SSH_DATA_PATH": str(places["ssh"]), "ARGOCD_TLS_DATA_PATH": str(places["tls"]), "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_ASK_PASS_SOCK": str(folder / "ask-pass"), "ARGOCD_FAKE_IN_CLUSTER": "true",
        }
        address, port = REPOSITORIES.split(":")
        server = ["argocd-repo-server", "--disable-tls", f"--address={address}", f"--port={port}", "--metrics-port=9884", f"--redis={CACHE}"]
        self.plane.start("argocd-repo-server", [program, *server], environ)
        controller = [CONTROLLER, f"--kubeconfig={self.access[CONTROLLER]}", f"--namespace={self.namespace}", f"--redis={CACHE}",
                      f"--repo-server={REPOSITORIES}", "--repo-server-plaintext", "--metrics-port=9882"]
        self.plane.start(CONTROLLER, [program, *controller], environ)

    @staticmethod
    def revision(commit):
        return commit

    def fetch(self, revision, seconds=300):
        """Have the branch looked at, as a webhook does, until each Application has been compared with a revision."""
        self.ask(self.units, REFRESH, "normal")
        until(f"all Applications at {revision}", seconds, lambda: self.compared(revision), 0.3)

    def compared(self, revision):
        self.plane.watch()
        return all(synced(one).get("revision") == revision for one in self.found().values())

    @staticmethod
    def is_ready(found, revision):
        status = found.get("status") or {}
        state, healthy = status.get("operationState") or {}, (status.get("health") or {}).get("status") == "Healthy"
        whole = synced(found).get("status") == "Synced" or kept(status, state, revision)
        return state.get("phase") == "Succeeded" and healthy and whole and synced(found).get("revision") == revision

    @staticmethod
    def words(found):
        status = found.get("status") or {}
        state, health = status.get("operationState") or {}, status.get("health") or {}
        conditions = "; ".join(one["message"] for one in status.get("conditions") or [])
        return f"{synced(found).get('status')} {health.get('status')} {state.get('phase')} {state.get('message', '')[:200]} {conditions[:300]}"

    def again(self, word, seconds=600):
        """Have every Application compared once more, nothing taken from the cache."""
        self.ask(self.units, REFRESH, "hard")

        def handled():
            self.plane.watch()
            return not any(REFRESH in (one["metadata"].get("annotations") or {}) for one in self.found().values())

        until(f"everything compared once more ({word})", seconds, handled, 0.5)

    def refusals(self):
        """What the controller says that is no waiting: name and words."""
        for name, one in self.found().items():
            status = one.get("status") or {}
            state = status.get("operationState") or {}
            if state.get("phase") in ("Failed", "Error"):
                yield f"{name}: {state['phase']}: {state.get('message', '')[:400]}"
            for found in status.get("conditions") or []:
                if found["type"].endswith("Error"):
                    yield f"{name}: {found['type']}: {found['message'][:400]}"

    @staticmethod
    def keeps(found):
        """Does the object say that it is not to be pruned?"""
        return "Prune=false" in (found["metadata"].get("annotations") or {}).get(OPTIONS, "")

    def withdraw(self, root, seconds=300):
        """Delete the root, then what it made, each with its objects; a sync that waits is ended first, as nothing is deleted before it ends."""
        for _, one in sorted(self.found().items(), key=lambda pair: pair[0] != root):
            self.client.delete(one)
        for one in self.found().values():
            if ((one.get("status") or {}).get("operationState") or {}).get("phase") == "Running":
                self.client.merge(one, {"status": {"operationState": {"phase": "Terminating"}}}, fieldManager="suite")
        until("no Application", seconds, lambda: not self.found(), 0.5)


def kept(status, state, revision):
    """Is all that is not as the revision says an object that it has no more, and that was not pruned when it was applied?"""
    other = [one for one in status.get("resources") or [] if one.get("status") == "OutOfSync"]
    return (state.get("syncResult") or {}).get("revision") == revision and all(one.get("requiresPruning") for one in other)


def synced(found):
    return (found.get("status") or {}).get("sync") or {}
