"""Telemetry: measures are kept and aggregated, what services tell of themselves becomes measures, and an alarm looks at them."""

import datetime

from suite.cluster.containers import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up, started


IMAGE = b"bytes of an image of the suite"


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


def ceilometer(stage, steps, up):
    client, keystone = up["keystone"]["client"], up["keystone"]["pods"][0]
    volume = client.json("volume", "create", "suite-telemetry", "--size", "1")["id"]
    pods = brought_up(stage, steps, "ceilometer", ["ceilometer-notification", "ceilometer-central"])
    metrics = Endpoint(up["gnocchi"]["pods"][0], 8041, keystone, Accept="application/json")
    with steps.step("the image service, which this site has tell of its images, starts"):
        images = Endpoint(started(stage, [("glance-api", "Deployment", "telling")])[0], 9292, keystone)

    def told(name):
        """An image goes up; where telemetry is to know of it."""
        image = images.ask("/v2/images", {"name": name, "disk_format": "raw", "container_format": "bare"})["id"]
        images.ask(f"/v2/images/{image}/file", IMAGE, method="PUT", Content_Type="application/octet-stream")
        return f"/v1/resource/image/{image}"

    with steps.step("an image that goes up becomes a resource, and its size a measure") as notes:
        place = told("suite-telemetry")
        found = until("the resource", 180, lambda: metrics.ask(place, wanted=(200, 404)).get("metrics"), 2)
        values = until("a measure", 180, lambda: measures(metrics, found["image.size"]), 3)
        assert [value for _, _, value in values] == [len(IMAGE)], values
        notes.append(f"image.size {len(IMAGE)}")
    with steps.step("a volume that is polled becomes a resource, and its size a measure") as notes:
        found = until("the resource", 180, lambda: metrics.ask(f"/v1/resource/volume/{volume}", wanted=(200, 404)).get("metrics"), 2)
        values = until("a measure", 180, lambda: measures(metrics, found["volume.size"]), 3)
        assert {value for _, _, value in values} == {1.0}, values
        client.run("volume", "delete", volume)
    with steps.broken("an agent with another password at the broker hears of none"):
        fault = broken.Fault("secret.conf", r"(rabbit://\w+:)\w+@", r"\1another@")
        since = broken.Since(pods[0])
        with broken.faulty(stage, pods, 0, fault):
            place = told("suite-telemetry-late")
            until("it says so", 120, lambda: since.says("ACCESS_REFUSED|AccessRefused"), 2)
            assert metrics.ask(place, wanted=(200, 404)).get("code") == 404, "the resource is there all the same"
    with steps.step("what was told meanwhile waited at the broker, and is taken by an agent that may"):
        until("the resource", 180, lambda: metrics.ask(place, wanted=(200, 404)).get("metrics"), 2)
    return pods


PLAYS = {"gnocchi": gnocchi, "aodh": aodh, "ceilometer": ceilometer}
NEEDS = {"gnocchi": ("keystone",), "aodh": ("keystone", "gnocchi"), "ceilometer": ("keystone", "glance", "cinder", "gnocchi")}
OVERRIDES = {"aodh-conf": "[evaluator]\nevaluation_interval = 5\n"}
