"""Instance high availability: that a host's compute process ended is told to the service, which takes the host out of scheduling."""

import datetime

from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up


def masakari(stage, steps, up):
    pods = brought_up(stage, steps, "masakari", ["masakari-api", "masakari-engine"])
    client = up["keystone"]["client"]
    api = Endpoint(pods[0], 15868, up["keystone"]["pods"][0])

    def status():
        return next(one["Status"] for one in client.json("compute", "service", "list", "--service", "nova-compute") if one["Host"] == stage.node)

    with steps.step("of a host whose compute process ended the service disables compute") as notes:
        segment = {"name": "suite", "recovery_method": "auto", "service_type": "compute"}
        segment = api.ask("/v1/segments", {"segment": segment})["segment"]["uuid"]
        host = {"name": stage.node, "type": "COMPUTE", "control_attributes": "SSH"}
        api.ask(f"/v1/segments/{segment}/hosts", {"host": host})
        assert status() == "enabled", "it is disabled before"
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        told = {"type": "PROCESS", "hostname": stage.node, "generated_time": now}
        told["payload"] = {"event": "STOPPED", "process_name": "nova-compute"}
        place = "/v1/notifications/" + api.ask("/v1/notifications", {"notification": told})["notification"]["notification_uuid"]
        becomes("the notification", "finished", lambda: api.ask(place)["notification"]["status"])
        assert status() == "disabled", "it is enabled still"
        notes.append(stage.node)
    with steps.step("it is enabled again by hand"):
        client.run("compute", "service", "set", "--enable", stage.node, "nova-compute")
        assert status() == "enabled", "it is disabled still"
    with steps.broken("a host that compute does not know is refused"):
        api.ask(f"/v1/segments/{segment}/hosts", {"host": {**host, "name": "no-such-host"}}, wanted=(400,))
    broken.password("masakari")(stage, steps, pods)
    return pods


PLAYS = {"masakari": masakari}
NEEDS = {"masakari": ("keystone", "nova")}
