"""Who wrote what, and when: the API server's own record of the writes of some accounts."""

import json
import urllib.parse
from datetime import datetime
from functools import cached_property

# A controller's own state, which is told with what it became; everything else is told by its address alone.
STATES = [{"group": "kustomize.toolkit.fluxcd.io", "resources": ["kustomizations/status"]}, {"group": "argoproj.io", "resources": ["applications"]}]
# Who applies what the repository says, and under which name it does so: its own state is written under another one.
DELIVERERS = {"kustomize-controller": "kustomize-controller", "argocd-application-controller": "argocd-controller"}
WRITES = ["create", "update", "patch", "delete", "deletecollection"]


class Audit:
    """The record in `folder`, of the accounts that are named."""

    def __init__(self, folder, accounts):
        self.log, policy = folder / "audit.log", folder / "audit.yaml"
        about = {"users": list(accounts), "verbs": WRITES}
        rules = [{"level": "RequestResponse", "resources": STATES, **about}, {"level": "Metadata", **about}, {"level": "None"}]
        policy.write_text(json.dumps({
            "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived", "ResponseStarted"],
            "omitManagedFields": True, "rules": rules,
        }), encoding="utf-8")
        self.options = {"audit-policy-file": policy, "audit-log-path": self.log, "audit-log-maxsize": "0"}

    def mark(self):
        """Where the record ends now: what is asked for later begins here."""
        return self.log.stat().st_size if self.log.exists() else 0

    def since(self, mark):
        """The writes that were made, in the order in which they were asked for; trials and refusals are none."""
        with self.log.open("rb") as log:
            log.seek(mark)
            lines = log.read().split(b"\n")[:-1]
        return sorted((one for one in map(Write, map(json.loads, lines)) if one.made), key=lambda one: one.asked)


class Write:
    """One request that changed something."""

    def __init__(self, told):
        self.told, self.account, self.verb = told, told["user"]["username"], told["verb"]
        self.path, _, query = told["requestURI"].partition("?")
        self.query = dict(urllib.parse.parse_qsl(query))
        self.made = "dryRun" not in self.query and told.get("responseStatus", {}).get("code", 500) < 300

    @cached_property
    def asked(self):
        return datetime.fromisoformat(self.told["requestReceivedTimestamp"]).timestamp()

    @cached_property
    def done(self):
        return datetime.fromisoformat(self.told["stageTimestamp"]).timestamp()

    @property
    def delivers(self):
        """Is it about what the repository says?"""
        return self.account in DELIVERERS and (self.verb == "delete" or self.query.get("fieldManager") == DELIVERERS[self.account])

    @property
    def stood(self):
        """The Kustomization or Application that it made ready, and the revision; nothing where it did not."""
        found = self.told.get("responseObject") or {}
        status = found.get("status") or {}
        if found.get("kind") == "Kustomization" and self.path.endswith("/status"):
            whole = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", []))
            return (found["metadata"]["name"], status.get("lastAppliedRevision")) if whole else None
        if found.get("kind") == "Application":
            state = status.get("operationState") or {}
            whole = (status.get("health") or {}).get("status") == "Healthy" and state.get("phase") == "Succeeded"
            return (found["metadata"]["name"], (state.get("syncResult") or {}).get("revision")) if whole else None
        return None


def stood(writes, revision):
    """Unit -> when it was first ready with a revision."""
    found = {}
    for one in sorted(writes, key=lambda one: one.done):
        if one.stood and one.stood[1] == revision:
            found.setdefault(one.stood[0], one.done)
    return found


def early(writes, revision, needs, owners):
    """What was written before the units that its own unit needs were ready with the revision.

    `needs` says of each unit the ones it depends on, `owners` of each address the unit that it belongs to.
    """
    ready, told = stood(writes, revision), set()
    for one in writes:
        owner = owners.get(one.path) if one.delivers else None
        for need in sorted(needs.get(owner, ())):
            if ready.get(need, float("inf")) > one.asked and (owner, need) not in told:
                told.add((owner, need))
                yield f"{owner} was written ({one.path.rsplit('/', 1)[1]}) before {need} was ready"
