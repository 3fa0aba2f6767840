"""Services that are off unless a site asks for them, started from the objects of the same site with all of them.

Each answers a request. They use the cloud that runs: its keystone, database and broker were started from the site as it is.
"""

import base64
import contextlib
import json
import os

from suite.cluster.certificates import store
from suite.cluster.containers import until
from suite.scenarios import balancers, broken, clusters, machines, names, recovery, routes, shares, telemetry, tried
from suite.scenarios.cloud import Endpoint, becomes, brought_up
from suite.site import Site

WORKFLOW = b"""
version: "2.0"
suite:
  tasks:
    say:
      action: std.echo output="by an executor"
      publish:
        said: <% task().result %>
"""


@contextlib.contextmanager
def entered(stage, steps, root):
    """The stage with that site for the block; nothing where the site could not be built, with the reason as a row."""
    folder, own = stage.work / "added", stage.site
    if (folder / "reason").exists():
        steps.skip("all of it", (folder / "reason").read_text(encoding="utf-8").strip())
        yield None
        return
    with steps.step("the site builds with the service"):
        assert not (folder / "refused").exists(), (folder / "refused").read_text(encoding="utf-8")
    site = Site(folder / "output" / own.name)
    # Its store has values of the right form for what is new; all else has those that pods have already.
    known = store(own, root)
    site.values = {name: value for name, value in store(site, root).items() if name not in known}
    stage.site = stage.api.site = site
    stage.store_secrets(new=True)
    try:
        yield site
    finally:
        stage.site = stage.api.site = own


def play_of(service, root):
    """The scenario of one service: `PLAYS` has what is done with it."""
    def play(stage, steps, up):
        with entered(stage, steps, root) as site:
            return PLAYS[service](stage, steps, up) if site else None
    return play


def barbican(stage, steps, up):
    pods = brought_up(stage, steps, "barbican", ["barbican-api", "barbican-worker", "barbican-keystone-listener"])
    api = Endpoint(pods[0], 9311, up["keystone"]["pods"][0])
    with steps.step("a secret comes back as it was stored"):
        body = {"name": "suite", "payload": "kept by the suite", "payload_content_type": "text/plain"}
        place = "/v1/secrets/" + api.ask("/v1/secrets", body)["secret_ref"].rsplit("/", 1)[-1]
        back = api.ask(f"{place}/payload", Accept="text/plain")
        assert back == b"kept by the suite", back
    with steps.broken("an API with another key of keys does not read it"):
        another = base64.urlsafe_b64encode(os.urandom(32)).decode()
        with broken.faulty(stage, pods, 0, broken.Fault("secret.conf", r"^kek = .*$", f"kek = {another}")) as pod:
            until("it is ready", 120, pod.ready, 2)
            api.ask(f"{place}/payload", Accept="text/plain", wanted=(500,))
    with steps.step("the CronJob's command ends well"):
        stage.job("barbican-db-purge", kind="CronJob")
    return pods


def mistral(stage, steps, up):
    pods = brought_up(stage, steps, "mistral", ["mistral-api", "mistral-engine", "mistral-executor", "mistral-event-engine"])
    api = Endpoint(pods[0], 8989, up["keystone"]["pods"][0])
    with steps.step("a workflow is made, listed and executed"):
        api.ask("/v2/workflows", WORKFLOW, Content_Type="text/plain")
        found = [one["name"] for one in api.ask("/v2/workflows")["workflows"]]
        assert "suite" in found, found
        made = api.ask("/v2/executions", {"workflow_name": "suite"})["id"]
        becomes("the execution", "SUCCESS", lambda: api.ask(f"/v2/executions/{made}")["state"])
        task = api.ask(f"/v2/executions/{made}/tasks")["tasks"][0]["id"]
        published = json.loads(api.ask(f"/v2/tasks/{task}")["published"])
        assert published == {"said": "by an executor"}, published
    with steps.step("a trigger by the clock is taken, with a trust for its runs"):
        trigger = {"name": "suite", "workflow_name": "suite", "pattern": "0 0 1 1 *"}
        api.ask("/v2/cron_triggers", trigger)
        api.ask("/v2/cron_triggers/suite", method="DELETE")
    broken.password("mistral")(stage, steps, pods)
    return pods


PLAYS = {"barbican": barbican, "mistral": mistral}
NEEDS = {"barbican": ("keystone",), "mistral": ("keystone",)}
OVERRIDES = telemetry.OVERRIDES
for part in (telemetry, machines, names, shares, balancers, recovery, clusters, routes, tried):
    PLAYS |= part.PLAYS
    NEEDS |= part.NEEDS
