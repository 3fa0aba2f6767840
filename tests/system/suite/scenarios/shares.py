"""Shared file systems: a share of the driver that keeps none becomes available, for a share type that its back end fits."""

from suite.cluster.containers import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up

VERSION = "2.85"


def manila(stage, steps, up):
    pods = brought_up(stage, steps, "manila", ["manila-api", "manila-scheduler", ("manila-share-suite", "StatefulSet", "0")])
    api = Endpoint(pods[0], 8786, up["keystone"]["pods"][0], X_OpenStack_Manila_API_Version=VERSION)
    with steps.step("the share service reports its pool to the scheduler") as notes:
        # It does so once a minute: one that came up after the first time knows of none until then.
        found = until("a pool", 180, lambda: api.ask("/v2/scheduler-stats/pools/detail")["pools"], 3)
        notes += [one["name"] for one in found]
    with steps.step("a share becomes available, has a place, and goes again") as notes:
        kind = {"name": "suite", "extra_specs": {"driver_handles_share_servers": False}, "share_type_access:is_public": True}
        kind = api.ask("/v2/types", {"share_type": kind})["share_type"]["id"]
        share = {"share_proto": "NFS", "size": 1, "name": "suite", "share_type": kind}
        place = "/v2/shares/" + api.ask("/v2/shares", {"share": share})["share"]["id"]
        becomes("the share", "available", lambda: api.ask(place)["share"]["status"])
        notes += [one["path"] for one in api.ask(f"{place}/export_locations")["export_locations"]]
        assert notes, "it has no place"
        api.ask(place, method="DELETE")
        until("it is gone", 120, lambda: api.ask(place, wanted=(200, 404)).get("itemNotFound"), 2)
    with steps.broken("a share of a type that no back end fits is refused a place"):
        wanted = {"driver_handles_share_servers": False, "share_backend_name": "another"}
        kind = {"name": "another", "extra_specs": wanted, "share_type_access:is_public": True}
        kind = api.ask("/v2/types", {"share_type": kind})["share_type"]["id"]
        share = {"share_proto": "NFS", "size": 1, "name": "broken", "share_type": kind}
        place = "/v2/shares/" + api.ask("/v2/shares", {"share": share})["share"]["id"]
        until("it has an error", 120, lambda: api.ask(place)["share"]["status"] == "error", 2)
    broken.password("manila")(stage, steps, pods)
    with steps.step("the CronJob's command ends well"):
        stage.job("manila-db-purge", kind="CronJob")
    return pods


PLAYS = {"manila": manila}
NEEDS = {"manila": ("keystone",)}
