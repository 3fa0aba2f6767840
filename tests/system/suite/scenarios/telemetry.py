"""Telemetry: measures are kept and aggregated, what services tell of themselves becomes measures, and an alarm looks at them."""

import datetime

from suite.cluster.pods import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up


def measure(metrics, metric):
    """A measure of this moment: what is older than a period or two no alarm looks at."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
    metrics.ask(f"/v1/metric/{metric}/measures", [{"timestamp": now.isoformat(), "value": 42}])


def measures(metrics, metric):
    return metrics.ask(f"/v1/metric/{metric}/measures?aggregation=mean")


def gnocchi(stage, steps, up):
    pods = brought_up(stage, steps, "gnocchi", ["gnocchi-api"])
    api = Endpoint(pods[0], 8041, up["keystone"]["pods"][0])
    with steps.step("a measure is aggregated, and comes back") as notes:
        metric = api.ask("/v1/metric", {"archive_policy_name": "low"})["id"]
        measure(api, metric)
        found = until("metricd aggregates it", 180, lambda: measures(api, metric), 3)
        assert [value for _, _, value in found] == [42.0], found
        notes.append(f"at {found[0][0]}")
    broken.password("gnocchi")(stage, steps, pods)
    return {"pods": pods, "metric": metric}


def aodh(stage, steps, up):
    pods = brought_up(stage, steps, "aodh", ["aodh-api", "aodh-evaluator", "aodh-notifier"])
    api = Endpoint(pods[0], 8042, up["keystone"]["pods"][0])
    with steps.step("an alarm on a metric goes off by its measures"):
        metric = up["gnocchi"]["metric"]
        measure(Endpoint(up["gnocchi"]["pods"][0], 8041, up["keystone"]["pods"][0]), metric)
        rule = {"metrics": [metric], "aggregation_method": "mean", "granularity": 300, "evaluation_periods": 1}
        rule |= {"threshold": 10, "comparison_operator": "gt"}
        kind = "gnocchi_aggregation_by_metrics_threshold"
        alarm = api.ask("/v2/alarms", {"name": "suite", "type": kind, f"{kind}_rule": rule})["alarm_id"]
        becomes("the alarm", "alarm", lambda: api.ask(f"/v2/alarms/{alarm}")["state"], 180)
    broken.password("aodh")(stage, steps, pods)
    with steps.step("the CronJob's command ends well"):
        stage.job("aodh-db-purge", kind="CronJob")
    return pods


PLAYS = {"gnocchi": gnocchi, "aodh": aodh}
NEEDS = {"gnocchi": ("keystone",), "aodh": ("keystone", "gnocchi")}
OVERRIDES = {"aodh-conf": "[evaluator]\nevaluation_interval = 5\n"}
