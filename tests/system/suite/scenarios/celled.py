"""Three brokers that speak TLS to each other, and a second cell of compute nodes: its database, its virtual host, its conductor."""

import socket
import ssl

import pymysql

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.scenarios import broker, galera
from suite.scenarios.cloud import started
from suite.scenarios.tls import refused
from suite.site import secret_value

# The port of Erlang's distribution.
DISTRIBUTION = 25672
CELL = "cell2"


def greeted(stage, pod, pem):
    """What a member says to a peer with this certificate. In TLS 1.3 a refusal comes after the handshake."""
    context = trusting(stage.certificates["taco-trust"]["ca.crt"])
    if pem:
        (stage.folder / "peer.pem").write_text(pem, encoding="utf-8")
        context.load_cert_chain(stage.folder / "peer.pem")
    name = f"{pod.name}.rabbitmq-discovery.{DOMAIN}"
    with socket.create_connection((pod.address, DISTRIBUTION), 5) as plain, context.wrap_socket(plain, server_hostname=name) as secured:
        secured.settimeout(3)
        try:
            assert secured.recv(1), "the member closed the connection"
        except TimeoutError:
            return f"{secured.version()}, {secured.cipher()[0]}"


def members(stage, steps):
    pods = broker.form(stage, steps)
    with steps.step("members speak TLS to each other, and take nobody without a certificate of the site's authority") as notes:
        own, other = stage.certificates["rabbitmq-certificate"]["tls.pem"], made_elsewhere([f"*.rabbitmq-discovery.{DOMAIN}"])["tls.pem"]
        notes.append(f"a member's certificate: {greeted(stage, pods[0], own)}")
        notes.append(refused("none", lambda: greeted(stage, pods[0], None), ssl.SSLError, OSError, AssertionError))
        notes.append(refused("another authority's", lambda: greeted(stage, pods[0], other), ssl.SSLError, OSError, AssertionError))
    return pods


def rows(stage, database, query):
    """What a database of nova has, asked with nova's own account."""
    connection = pymysql.connect(
        host=stage.address_of("mariadb"), user="nova", password=secret_value("nova-database", "password"), database=database, ssl=stage.context(),
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return [row if len(row) > 1 else row[0] for row in cursor.fetchall()]


def play(stage, step_of):
    steps = step_of("rabbitmq")
    database = galera.Galera(stage, steps)
    database.form("the database's members are ready by their probes")
    pods = members(stage, steps)
    steps = step_of("nova")
    with steps.step("Jobs make the cell's database and virtual host, and enter the cell; twice is as good as once") as notes:
        for name in ("nova-db-init", "nova-rabbit-init", "nova-db-sync", f"nova-cell-{CELL}", f"nova-cell-{CELL}"):
            stage.job(name)
        vhosts = {one["name"] for one in broker.Management(pods[0]).call("GET", "vhosts")}
        assert {"nova", f"nova-{CELL}"} <= vhosts, vhosts
        found = dict(rows(stage, "nova_api", "SELECT name, CONCAT(database_connection, ' ', transport_url) FROM cell_mappings"))
        assert sorted(found) == ["cell0", "cell1", CELL], found
        assert f"/nova-{CELL}?" in found[CELL] and found[CELL].endswith(f"/nova-{CELL}"), found[CELL]
        assert "password}" in found[CELL] and secret_value("nova-database", "password") not in found[CELL], "a password is in the entry"
        notes.append(found[CELL].split()[0])
    with steps.step("each cell's conductor is ready by its probe, and writes its record into its own database") as notes:
        started(stage, ["nova-conductor", f"nova-conductor-{CELL}"], seconds=300)
        query = "SELECT COUNT(*) FROM services WHERE `binary` = 'nova-conductor'"
        for schema in ("nova_cell1", f"nova-{CELL}"):
            until(f"a conductor in {schema}", 120, lambda schema=schema: rows(stage, schema, query) == [1], 2)
        queues = broker.Management(pods[0]).call("GET", f"queues/nova-{CELL}")
        assert any(queue["name"] == "conductor" for queue in queues), [queue["name"] for queue in queues]
        notes.append(f"{len(queues)} queues in nova-{CELL}")
