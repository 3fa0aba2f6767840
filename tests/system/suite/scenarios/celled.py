"""Three brokers that speak TLS to each other, and a second cell of compute nodes: its database, its virtual host, its conductor, its servers."""

import socket
import ssl

import pymysql

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.scenarios import broker, galera, secured, services
from suite.scenarios.cloud import Client, http, jobs, member, started, token
from suite.scenarios.tls import refused
from suite.site import secret_value

# The port of Erlang's distribution.
DISTRIBUTION = 25672
CELL, GROUP = "cell2", "east"
SCHEMAS = {"cell1": "nova_cell1", CELL: f"nova-{CELL}"}
# Cell -> the DaemonSet of its nodes, and its node.
NODES = {"cell1": ("nova-compute", "cmp1"), CELL: (f"nova-compute-{GROUP}", "cmp2")}


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


def conductors(stage, steps, pods):
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
        for schema in SCHEMAS.values():
            until(f"a conductor in {schema}", 120, lambda schema=schema: rows(stage, schema, query) == [1], 2)
        queues = broker.Management(pods[0]).call("GET", f"queues/nova-{CELL}")
        assert any(queue["name"] == "conductor" for queue in queues), [queue["name"] for queue in queues]
        notes.append(f"{len(queues)} queues in nova-{CELL}")



def cloud(stage, step_of):
    """What a server needs beside the compute service, and an image for it."""
    steps = step_of("keystone")
    with steps.step("the caches are ready by their probes"):
        caches = [pod.start() for pod in stage.members("memcached")]
        until("all are ready", 120, lambda: all(pod.ready() for pod in caches), 2)
    with steps.step("Jobs, API and client"):
        jobs(stage, "keystone", but=("bootstrap",))
        stage.job("keystone-bootstrap")
        stage.identity, = started(stage, ["keystone-api"], seconds=360)
        client = Client(stage, "https")
        until("a catalog", 60, lambda: client.json("catalog", "list"))
    for service in ("glance", "placement"):
        with step_of(service).step("Jobs and API"):
            jobs(stage, service, but=("storage-init",))
            started(stage, [f"{service}-api"], seconds=360)
    (client.root.path / "tmp/image").write_bytes(b"bytes of the suite")
    words = ("--disk-format", "raw", "--container-format", "bare", "--file", "/tmp/image")
    return client, client.json("image", "create", "suite", *words)["id"]


def asked(stage, api, image, flavor, host):
    """The answer to a request for a server without networks on a host."""
    server = {"name": f"on-{host}", "imageRef": image, "flavorRef": flavor, "networks": "none", "host": host}
    headers = {"X-Auth-Token": token(stage.identity), "X-OpenStack-Nova-API-Version": "2.87"}
    return http("POST", f"https://{api.address}:8774/v2.1/servers", {"server": server}, headers, context=stage.context())


def servers(stage, steps, client, image):
    """A server on the node of each cell; nothing knows of the network service, so the records are asked for."""
    with steps.step("APIs and scheduler are ready by their probes"):
        jobs(stage, "nova", but=("db-init", "rabbit-init", "db-sync", f"cell-{CELL}", "cell-setup"))
        api, *_ = started(stage, ["nova-api-osapi", "nova-scheduler"], seconds=360)
        flavor = client.json("flavor", "create", "suite", "--ram", "64", "--disk", "1", "--vcpus", "1")["id"]
    with steps.step("the compute of each cell is ready by its probe, and writes its record into its cell's database alone") as notes:
        pods = {cell: member(stage, "DaemonSet", *found).start() for cell, found in NODES.items()}
        for cell, pod in pods.items():
            until(f"{pod.name} is ready by its probe", 300, lambda pod=pod: services.alive(pod) and pod.ready(), 2)
            query = "SELECT host FROM compute_nodes"
            until(f"a record in {cell}", 120, lambda cell=cell: rows(stage, SCHEMAS[cell], query) == [NODES[cell][1]], 2)
            notes.append(f"{SCHEMAS[cell]}: {pod.node}")
    with steps.broken("before the Job finds it no server comes to it"):
        status, _, text = asked(stage, api, image, flavor, NODES[CELL][1])
        assert status == 400 and b"could not be found" in text, f"answer {status}: {text[:300]}"
    with steps.step("the emitted Job finds the computes of both cells") as notes:
        said = stage.job("nova-cell-setup")
        assert "compute nodes in their cell: 2" in said, said[-300:]
        found = rows(stage, "nova_api", "SELECT h.host, c.name FROM host_mappings h JOIN cell_mappings c ON h.cell_id = c.id ORDER BY 1")
        assert found == [(node, cell) for cell, (_, node) in NODES.items()], found
        notes.append(", ".join(f"{host} in {cell}" for host, cell in found))
    with steps.step("a server for the node of each cell runs there, and its record is in that cell's database alone") as notes:
        for cell, (_, node) in NODES.items():
            status, _, text = asked(stage, api, image, flavor, node)
            assert status == 202, f"answer {status}: {text[:300]}"
            query = f"SELECT host, vm_state FROM instances WHERE display_name = 'on-{node}'"
            until(f"it runs on {node}", 180, lambda cell=cell, query=query, node=node: rows(stage, SCHEMAS[cell], query) == [(node, "active")], 2)
            other, = (SCHEMAS[one] for one in SCHEMAS if one != cell)
            assert rows(stage, other, query) == [], f"a record is in {other}, too"
            notes.append(f"on-{node} in {SCHEMAS[cell]}")


def play(stage, step_of):
    secured.furnish(stage)
    stage.overrides = stage.overrides | {f"nova-compute-conf-{GROUP}": services.OVERRIDES["nova-compute-conf"]}
    steps = step_of("rabbitmq")
    database = galera.Galera(stage, steps)
    database.form("the database's members are ready by their probes")
    pods = members(stage, steps)
    steps = step_of("nova")
    conductors(stage, steps, pods)
    client, image = cloud(stage, step_of)
    servers(stage, steps, client, image)
