"""Telemetry: measures are kept and aggregated, what services tell of themselves becomes measures, and an alarm looks at them."""

import datetime

from suite.cluster.pods import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, brought_up


def measures(metrics, metric):
    return metrics.ask(f"/v1/metric/{metric}/measures?aggregation=mean")


def gnocchi(stage, steps, up):
    pods = brought_up(stage, steps, "gnocchi", ["gnocchi-api"])
    api = Endpoint(pods[0], 8041, up["keystone"]["pods"][0])
    with steps.step("a measure is aggregated, and comes back") as notes:
        metric = api.ask("/v1/metric", {"archive_policy_name": "low"})["id"]
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
        api.ask(f"/v1/metric/{metric}/measures", [{"timestamp": now.isoformat(), "value": 42}])
        found = until("metricd aggregates it", 180, lambda: measures(api, metric), 3)
        assert [value for _, _, value in found] == [42.0], found
        notes.append(f"at {found[0][0]}")
    broken.password("gnocchi")(stage, steps, pods)
    return {"pods": pods, "metric": metric}


PLAYS = {"gnocchi": gnocchi}
NEEDS = {"gnocchi": ("keystone",)}
OVERRIDES = {}
