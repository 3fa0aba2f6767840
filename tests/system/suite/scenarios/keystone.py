"""Keystone on the cluster: set up by the emitted Jobs, two instances that take each other's tokens, keys that rotate unnoticed."""

import base64
import json

from suite.cluster.containers import until
from suite.scenarios.cloud import Client, accepts, http, jobs, started, token

ROTATED = "taco-gen/rotated"


def keys(stage, name):
    return {int(number): base64.b64decode(value).decode() for number, value in stage.api.get("secrets", name)["data"].items()}


def aged(stage, name):
    """Make the last rotation an hour old: the emitted script does not rotate what is younger than the time that pods need to see it."""
    secret = stage.api.get("secrets", name)
    secret["metadata"]["annotations"][ROTATED] = str(int(secret["metadata"]["annotations"][ROTATED]) - 3600)
    stage.api.put("secrets", name, secret)


def tokens(pods, steps):
    with steps.step("a token from each of two instances is accepted by the other"):
        first, second = token(pods[0]), token(pods[1])
        assert accepts(pods[1], first, second), "the second instance refuses the first one's token"
        assert accepts(pods[0], second, first), "the first instance refuses the second one's token"
        assert not accepts(pods[0], first[:-8] + "AAAAAAAA", second), "a forged token was accepted"
    return first, second


def fernet(stage, pods, steps, old):
    with steps.step("fernet keys rotate by the CronJob's command: no token is refused on the way") as notes:
        before = keys(stage, "keystone-fernet-keys")
        said = stage.job("keystone-fernet-rotate", kind="CronJob")
        assert keys(stage, "keystone-fernet-keys") == before and "not rotated" in said, "young keys were rotated"
        aged(stage, "keystone-fernet-keys")
        stage.job("keystone-fernet-rotate", kind="CronJob", tag="again")
        after = keys(stage, "keystone-fernet-keys")
        assert after[max(after)] == before[0] and max(after) == max(before) + 1, "the staged key did not become the primary one"
        pods[0].volumes.refresh("keystone-fernet-keys")
        fresh = token(pods[0])
        assert accepts(pods[1], fresh, old), "an instance with the old keys refuses a token of the new primary key"
        assert accepts(pods[0], old, fresh), "a token from before the rotation is refused"
        pods[1].volumes.refresh("keystone-fernet-keys")
        assert accepts(pods[1], old, fresh), "a token from before the rotation is refused by the second instance"
        notes.append(f"{len(before)} keys before, {len(after)} after")
    return fresh


def credentials(stage, pods, steps, by):
    with steps.step("credential keys rotate by the CronJob's command: a stored credential stays readable"):
        status, _, text = http("GET", f"http://{pods[0].address}:5000/v3/users?name=admin", None, {"X-Auth-Token": by})
        user = json.loads(text)["users"][0]["id"]
        blob = json.dumps({"access": "suite", "secret": "one that is kept"})
        body = {"credential": {"type": "ec2", "blob": blob, "user_id": user, "project_id": project(pods[0], by)}}
        status, _, text = http("POST", f"http://{pods[0].address}:5000/v3/credentials", body, {"X-Auth-Token": by})
        assert status == 201, f"answer {status}: {text[:200].decode()}"
        known = json.loads(text)["credential"]["id"]
        before = keys(stage, "keystone-credential-keys")
        for tag in ("first", "second"):
            aged(stage, "keystone-credential-keys")
            stage.job("keystone-credential-rotate", kind="CronJob", tag=tag)
        assert max(keys(stage, "keystone-credential-keys")) == max(before) + 2, "the keys were not rotated twice"
        for pod in pods:
            pod.volumes.refresh("keystone-credential-keys")
            status, _, text = http("GET", f"http://{pod.address}:5000/v3/credentials/{known}", None, {"X-Auth-Token": by})
            assert status == 200 and json.loads(text)["credential"]["blob"] == blob, f"{pod.name} answered {status}"


def project(pod, by):
    _, _, text = http("GET", f"http://{pod.address}:5000/v3/projects?name=admin", None, {"X-Auth-Token": by})
    return json.loads(text)["projects"][0]["id"]


def made(stage, steps):
    with steps.step("database, keys, bootstrap by the emitted Jobs") as notes:
        notes += jobs(stage, "keystone", but=("bootstrap",))
        stage.job("keystone-bootstrap")


def instances(stage, steps):
    with steps.step("two instances of the API are ready by their probe"):
        return started(stage, [("keystone-api", "Deployment", "0"), ("keystone-api", "Deployment", "1")])


def signs_in(stage, steps):
    with steps.step("the public client signs in, and finds the catalog") as notes:
        client = Client(stage)
        found = until("a catalog", 60, lambda: client.json("catalog", "list"))
        assert [entry["Type"] for entry in found] == ["identity"], f"catalog {found}"
        notes.append(f"{len(found)} service")
    return client


def form(stage, steps):
    """What other scenarios need of it."""
    made(stage, steps)
    return {"pods": instances(stage, steps), "client": signs_in(stage, steps)}


def play(stage, steps):
    made(stage, steps)
    with steps.step("a second run of the Jobs changes nothing"):
        before = keys(stage, "keystone-fernet-keys")
        for name in ("keystone-db-init", "keystone-rabbit-init", "keystone-fernet-setup", "keystone-db-sync", "keystone-bootstrap"):
            stage.job(name, tag="again")
        assert keys(stage, "keystone-fernet-keys") == before, "the keys changed"
    pods = instances(stage, steps)
    first, _ = tokens(pods, steps)
    fresh = fernet(stage, pods, steps, first)
    credentials(stage, pods, steps, fresh)
    with steps.step("expired trusts are flushed by the CronJob's command"):
        stage.job("keystone-trust-flush", kind="CronJob")
    return {"pods": pods, "client": signs_in(stage, steps)}
