"""A site whose database, broker and cache others run: the emitted Jobs make accounts there, and services work with them."""

import base64
import json

from suite.cluster.outside import Server
from suite.cluster.containers import until
from suite.root import PATH
from suite.scenarios.broken import PASSWORD, denied
from suite.scenarios.cloud import Client, http, jobs, started
from suite.scenarios.services import TEMPLATE, wait_for
from suite.site import secret_value

DATABASE, BROKER, CACHE = "db.example.org", "broker.example.org", "cache.example.org"
PORT = 3307
# What the site does not start.
OWN = {"mariadb", "rabbitmq", "memcached"}
ROOT, BROKERS, OPERATOR = ("mariadb-root", "password"), ("rabbitmq-admin", "password"), "operator"
WORD = {**TEMPLATE, "resources": {"word": TEMPLATE["resources"]["word"]}}


def database(stage):
    server = Server(stage, DATABASE, "bookworm")
    words = ["--user=root", "--datadir=/srv", "--auth-root-authentication-method=normal", "--force"]
    server.run("mariadb-install-db", *words, timeout=240)
    words = ["--no-defaults", "--user=root", "--datadir=/srv", "--socket=/tmp/socket", "--pid-file=/tmp/pid"]
    server.start("mariadbd", *words, "--skip-name-resolve", f"--bind-address={server.address}", f"--port={PORT}")
    until("the database answers", 120, lambda: says(server, "SELECT 1;"), 1)
    said = says(server, f"DELETE FROM mysql.global_priv WHERE User = ''; FLUSH PRIVILEGES; "
                        f"GRANT ALL ON *.* TO 'root'@'%' IDENTIFIED BY '{secret_value(*ROOT)}' WITH GRANT OPTION; SELECT 1;")
    assert said, "the administrator was not made"
    return server


def says(server, text):
    try:
        return server.run("mariadb", "--no-defaults", "--user=root", "--socket=/tmp/socket", "-BN", text=text)
    except AssertionError:
        return ""


def broker(stage):
    server = Server(stage, BROKER, "trixie")
    server.root.write("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management].\n")
    account = f"default_user = {OPERATOR}\ndefault_pass = {secret_value(*BROKERS)}\nloopback_users = none\n"
    server.root.write("/etc/rabbitmq/rabbitmq.conf", account)
    server.root.bind(stage.hosts, "/etc/hosts")
    env = {"PATH": f"/usr/lib/rabbitmq/bin:{PATH}", "HOME": "/var/lib/rabbitmq", "RABBITMQ_NODENAME": "rabbit@localhost"}
    server.start("rabbitmq-server", env=env)
    until("the broker answers", 240, lambda: asked(server, "vhosts"), 3)
    return server


def asked(server, path):
    """The names that the broker's management API lists."""
    word = base64.b64encode(f"{OPERATOR}:{secret_value(*BROKERS)}".encode()).decode()
    try:
        status, _, text = http("GET", f"http://{server.address}:15672/api/{path}", None, {"Authorization": f"Basic {word}"})
    except OSError:
        return []
    return [one["name"] for one in json.loads(text)] if status == 200 else []


def servers(steps, stage):
    with steps.step("a database, a broker and a cache of others run, with nothing in them but their administrators") as notes:
        kept = {"database": database(stage), "cache": Server(stage, CACHE, "trixie").start("memcached", "-u", "root")}
        kept["broker"] = broker(stage)
        notes.append(", ".join(sorted(stage.outside)))
    with steps.step("the site starts none of them, and no file names one in the cluster"):
        started_here = stage.site.of_kind("StatefulSet", "Deployment", "DaemonSet", "Service").values()
        own = {entity["metadata"]["labels"]["app.kubernetes.io/name"] for entity in started_here}
        assert not own & OWN and "keystone" in own, f"it has {sorted(own)}"
        texts = {path: stage.site.read(path) for path in stage.site.files if path.startswith("config/")}
        named = [path for path, text in texts.items() if any(f"{name}.openstack" in text for name in OWN)]
        assert not named, named
    return kept


def identity(steps, stage):
    with steps.step("the identity service's Jobs make its account and tables there; its API is ready by its probe") as notes:
        notes += jobs(stage, "keystone", but=("bootstrap", "domains", "federation"))
        for name in ("keystone-bootstrap", "keystone-domains"):
            stage.job(name)
        pods = started(stage, [("keystone-api", "Deployment", "0")], seconds=360)
        notes.append(stage.job("keystone-federation").strip().replace("\n", "; "))
    return {"pods": pods, "client": Client(stage)}


def play(steps, stage, up, kept):
    client = up["client"]
    with steps.step("orchestration's Jobs make its account at the broker; API and engine speak by it: a stack is made") as notes:
        notes += jobs(stage, "heat")
        started(stage, ["heat-api", "heat-engine"])
        (client.root.path / "tmp/stack.json").write_text(json.dumps(WORD), encoding="utf-8")
        client.run("stack", "create", "suite", "-t", "/tmp/stack.json")
        wait_for(client, "the stack", "CREATE_COMPLETE", "stack", "show", "suite")
        vhosts, queues = asked(kept["broker"], "vhosts"), asked(kept["broker"], "queues/heat")
        assert "heat" in vhosts and "engine" in queues, f"{vhosts}, {queues}"
        notes.append(f"virtual hosts {', '.join(sorted(vhosts))}; {len(queues)} queues of heat")
    with steps.broken("with another password of that database the Job of its tables fails"):
        denied(stage, "heat-db-sync", PASSWORD)
