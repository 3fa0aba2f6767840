"""A staged rotation of one service's passwords: each of its three states, as built, on the running database, broker and identity service."""

import json

from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.root import PATH
from suite.scenarios.cloud import http, started, token
from suite.site import Site, secret_value

JOBS = ("glance-db-init", "glance-rabbit-init", "glance-ks-user")
# One login each; what the servers answer decides, not what the files say.
LOGIN = f"""
import json, os, sys
import amqp, pymysql
answers, trust = {{}}, "/tmp/trust.crt"
secured = os.path.exists(trust)
database_tls = {{"ssl_ca": trust, "ssl_verify_cert": True}} if secured else {{}}
broker_tls = {{"host": "rabbitmq.{DOMAIN}:5671", "ssl": {{"ca_certs": trust}}}} if secured else {{"host": "rabbitmq.{DOMAIN}:5672"}}
for user, database, queue in json.loads(sys.stdin.read()):
    try:
        pymysql.connect(host="mariadb.{DOMAIN}", user=user, password=database, database="glance", connect_timeout=10, **database_tls).close()
        answers[user + " at the database"] = True
    except pymysql.err.OperationalError as error:
        assert error.args[0] in (1045, 1698), error
        answers[user + " at the database"] = False
    try:
        with amqp.Connection(userid=user, password=queue, virtual_host="glance", connect_timeout=10, **broker_tls):
            answers[user + " at the broker"] = True
    except amqp.exceptions.AccessRefused:
        answers[user + " at the broker"] = False
print(json.dumps(answers))
"""


def lets_in(client, keystone):
    """Who lets which account in: the database, the broker and the identity service are asked."""
    accounts = [("glance", "password"), ("glance-b", "password-b")]
    asked = [(user, secret_value("glance-database", key), secret_value("glance-queue", key)) for user, key in accounts]
    done = client.root.run("/var/lib/openstack/bin/python", "-c", LOGIN, env={"PATH": PATH}, text=json.dumps(asked), timeout=60)
    assert done.returncode == 0, done.stdout.strip()[-500:]
    answers = json.loads(done.stdout.strip().splitlines()[-1])
    for user, _ in accounts:
        try:
            token(keystone, user, "service", ("glance-identity", user))
            answers[f"{user} at the identity service"] = True
        except AssertionError as refused:
            assert "answered 401" in str(refused), refused
            answers[f"{user} at the identity service"] = False
    return answers


def those(answers, user, expected):
    """All three answer alike for a user."""
    found = {place: answer for place, answer in answers.items() if place.startswith(f"{user} at")}
    assert len(found) == 3 and all(answer == expected for answer in found.values()), found


def serves(pod, mine):
    status, _, text = http("GET", f"http://{pod.address}:9292/v2/images", None, {"X-Auth-Token": mine})
    assert status == 200, f"{pod.name} answers {status}: {text[:200].decode(errors='replace')}"
    return True


def play(stage, steps, up):
    states = stage.work / "rotation"
    if (states / "reason").exists():
        steps.skip("all of it", (states / "reason").read_text(encoding="utf-8").strip())
        return None
    (keystone, *_), client, old = up["keystone"]["pods"], up["keystone"]["client"], up["glance"][0]
    own = stage.site
    if "taco-trust" in stage.certificates:
        (client.root.path / "tmp/trust.crt").write_text(stage.certificates["taco-trust"]["ca.crt"], encoding="utf-8")

    def enter(state):
        stage.site = Site(states / state / "output" / own.name)
        stage.store_secrets()

    try:
        with steps.step("before it, one account is let in") as notes:
            answers = lets_in(client, keystone)
            those(answers, "glance", True)
            those(answers, "glance-b", False)
            notes.append(", ".join(sorted(answers)))
        with steps.step("state 1: the Jobs add a second account; both are let in, and the API that runs goes on"):
            enter("1")
            for name in JOBS:
                stage.job(name, tag="rotation-1")
            for user in ("glance", "glance-b"):
                those(lets_in(client, keystone), user, True)
            serves(old, token(keystone))
        with steps.step("state 2: a pod that uses the second account is ready and serves beside the one that uses the first"):
            enter("2")
            new, = started(stage, [("glance-api", "Deployment", "1")])
            mine = token(keystone)
            serves(old, mine)
            serves(new, mine)
        with steps.step("state 3: the Jobs drop the first account: nobody lets it in, and the new pod serves"):
            old.kill()
            enter("3")
            for name in JOBS:
                stage.job(name, tag="rotation-3")
            those(lets_in(client, keystone), "glance", False)
            those(lets_in(client, keystone), "glance-b", True)
            until("the new pod serves", 60, lambda: serves(new, token(keystone)), 2)
    finally:
        stage.site = own
    return [new]
