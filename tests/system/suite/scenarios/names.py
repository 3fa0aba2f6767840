"""The DNS service: a record of a zone becomes active, and BIND answers for it."""

from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, jobs, started
from suite.scenarios.services import alive

ZONE, NAME, ADDRESS = "suite.example.com.", "www.suite.example.com.", "192.0.2.80"
KEY = broken.Fault("secret-designate-rndc-key/secret.conf", r'secret "[^"]+"', 'secret "YW5vdGhlciBrZXkgb2YgdGhlIHN1aXRlLCBvZiAzMiBieXQ="')


def made(api, name):
    return api.ask("/v2/zones", {"name": name, "email": "suite@example.com"})["id"]


def designate(stage, steps, up):
    with steps.step("the emitted Jobs end well, and every pod is ready by its probe") as notes:
        notes += jobs(stage, "designate", but=("pool-update",))
        servers = [pod.start() for pod in stage.members("designate-bind")]
        pods = started(stage, ["designate-central", "designate-worker", "designate-mdns", "designate-producer", "designate-api"])
        until("the name servers are ready", 60, lambda: all(alive(pod) and pod.ready() for pod in servers))
        stage.job("designate-pool-update")
        notes.append(f"then pool-update; {len(servers)} name servers")
    api = Endpoint(pods[-1], 9001, up["keystone"]["pods"][0])

    def answer(server, *more):
        return server.main().execute("dig", "+short", "+time=2", "+tries=1", f"@{server.address}", *more, NAME, "A").stdout.strip()

    with steps.step("a record of a zone becomes active, and each name server answers for it") as notes:
        zone = made(api, ZONE)
        record = {"name": NAME, "type": "A", "records": [ADDRESS]}
        place = f"/v2/zones/{zone}/recordsets/" + api.ask(f"/v2/zones/{zone}/recordsets", record)["id"]
        becomes("the record", "ACTIVE", lambda: api.ask(place)["status"], 240)
        found = [answer(server, "-p", port) for server in servers for port in ("53", "5300")]
        assert found == [ADDRESS] * len(found), found
        notes.append(f"asked at designate-dns.{DOMAIN}")
    with steps.broken("a worker with another key does not bring a zone to the name servers"):
        with broken.faulty(stage, pods, 1, KEY) as pod:
            until("it is ready", 120, pod.ready, 2)
            since = broken.Since(*servers)
            second = made(api, "broken.example.com.")
            until("a name server says so", 120, lambda: since.says("bad auth|verify failed"))
            assert api.ask(f"/v2/zones/{second}")["status"] != "ACTIVE", "the zone is active all the same"
    with steps.step("with its own key it brings the next zone there"):
        third = made(api, "third.example.com.")
        becomes("the zone", "ACTIVE", lambda: api.ask(f"/v2/zones/{third}")["status"])
    with steps.step("a zone that goes is gone from the name servers"):
        api.ask(f"/v2/zones/{zone}", method="DELETE")
        until("no answer", 180, lambda: not any(answer(server, "-p", "5300") for server in servers), 3)
    broken.password("designate")(stage, steps, pods)
    return pods


PLAYS = {"designate": designate}
NEEDS = {"designate": ("keystone",)}
